//! The settings of layers as bytes and back: parts of what `Description::bytes` of a built-in network holds.
//!
//! Every kind of layer, activation and initializer has an explicit number, never its position in an enum, so that
//! adding one changes no recording. `docs/format.md` lists them.

use serde::{Deserialize, Serialize};

use super::{Activation, Initializer};
use crate::{
    Error, Result,
    codec::{self, AT_MOST},
};

/// A variant and the number it carries, 0 where it carries none.
#[derive(Serialize, Deserialize)]
pub(super) struct Choice {
    pub(super) id: u16,
    pub(super) constant: f32,
}

impl From<Activation> for Choice {
    fn from(activation: Activation) -> Self {
        let id = match activation {
            Activation::Linear => 0,
            Activation::Sigmoid => 1,
            Activation::HardSigmoidKeras2 => 2,
            Activation::Tanh => 3,
            Activation::Relu => 4,
            Activation::LeakyRelu { .. } => 5,
            Activation::Elu { .. } => 6,
            Activation::Selu => 7,
            Activation::Softplus => 8,
            Activation::Softsign => 9,
            Activation::Softmax => 10,
            Activation::HardSigmoid => 11,
        };
        Self { id, constant: activation.constant().map_or(0.0, |(_, value)| value) }
    }
}

impl From<Initializer> for Choice {
    fn from(initializer: Initializer) -> Self {
        let id = match initializer {
            Initializer::Zeros => 0,
            Initializer::Ones => 1,
            Initializer::Constant(_) => 2,
            Initializer::Normal { .. } => 3,
            Initializer::TruncatedNormal { .. } => 4,
            Initializer::Uniform { .. } => 5,
            Initializer::GlorotUniform => 6,
            Initializer::GlorotNormal => 7,
            Initializer::HeUniform => 8,
            Initializer::HeNormal => 9,
            Initializer::LecunUniform => 10,
            Initializer::LecunNormal => 11,
            Initializer::PytorchUniform => 12,
        };
        Self { id, constant: initializer.constant().map_or(0.0, |(_, value)| value) }
    }
}

impl Choice {
    /// The activation that was chosen.
    pub(super) fn activation(&self) -> Result<Activation> {
        Ok(match self.id {
            0 => Activation::Linear,
            1 => Activation::Sigmoid,
            2 => Activation::HardSigmoidKeras2,
            3 => Activation::Tanh,
            4 => Activation::Relu,
            5 => Activation::LeakyRelu { slope: self.constant },
            6 => Activation::Elu { alpha: self.constant },
            7 => Activation::Selu,
            8 => Activation::Softplus,
            9 => Activation::Softsign,
            10 => Activation::Softmax,
            11 => Activation::HardSigmoid,
            unknown => return Err(newer("activation", unknown)),
        })
    }

    /// The initializer that was chosen.
    pub(super) fn initializer(&self) -> Result<Initializer> {
        Ok(match self.id {
            0 => Initializer::Zeros,
            1 => Initializer::Ones,
            2 => Initializer::Constant(self.constant),
            3 => Initializer::Normal { std: self.constant },
            4 => Initializer::TruncatedNormal { std: self.constant },
            5 => Initializer::Uniform { limit: self.constant },
            6 => Initializer::GlorotUniform,
            7 => Initializer::GlorotNormal,
            8 => Initializer::HeUniform,
            9 => Initializer::HeNormal,
            10 => Initializer::LecunUniform,
            11 => Initializer::LecunNormal,
            12 => Initializer::PytorchUniform,
            unknown => return Err(newer("initializer", unknown)),
        })
    }
}

/// The bytes of a part of the description.
pub(super) fn encode(value: &impl Serialize) -> Result<Vec<u8>> {
    codec::encode(value).map_err(|reason| Error::invalid("the size of the description of the network", AT_MOST, reason))
}

/// The part of the description that these bytes are.
pub(super) fn decode<T: serde::de::DeserializeOwned>(bytes: &[u8]) -> Result<T> {
    let expected = "what the format documents for a built-in network";
    codec::decode(bytes)
        .map_err(|reason| Error::invalid("the description of the network", expected, format!("unreadable ({reason})")))
}

/// A width that was encoded.
pub(super) fn length(value: u64) -> Result<usize> {
    let expected = "a number that this machine can address";
    usize::try_from(value).map_err(|_| Error::invalid("a width in the description of the network", expected, value))
}

/// That a number has no meaning yet.
pub(super) fn newer(what: &str, id: u16) -> Error {
    let expected = "one that this version of training-replay knows; a newer one may have written it";
    Error::invalid(format!("the {what} in the description of the network"), expected, format!("number {id}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_number_is_said_to_be_newer_rather_than_guessed() {
        let message = Choice { id: 99, constant: 0.0 }.activation().unwrap_err().to_string();
        assert!(message.contains("number 99") && message.contains("newer"), "{message}");
    }
}

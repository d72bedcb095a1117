//! An architecture as bytes and back: what `Description::bytes` of a built-in network holds.
//!
//! Every kind of layer, activation and initialiser has an explicit number, never its position in an enum, so that
//! adding one changes no recording. `docs/format.md` lists them.

use serde::{Deserialize, Serialize};

use super::{Activation, Architecture, Initializer, Layer};
use crate::{Description, Error, Result, codec};

/// Who can read the bytes.
const KIND: &str = "training_replay::Sequential/1";

#[derive(Serialize, Deserialize)]
struct Network {
    inputs: u64,
    layers: Vec<Step>,
}

#[derive(Serialize, Deserialize)]
struct Step {
    kind: u16,
    name: String,
    /// The settings of this kind of layer, encoded on their own.
    settings: Vec<u8>,
}

/// A variant and the number it carries, 0 where it carries none.
#[derive(Serialize, Deserialize)]
pub(super) struct Choice {
    id: u16,
    constant: f32,
}

/// The architecture, so that a recording opens without the code that built it.
pub(super) fn describe(architecture: &Architecture) -> Result<Description> {
    let layers = architecture.iter().map(step).collect::<Result<_>>()?;
    Ok(Description::new(KIND, encode(&Network { inputs: architecture.inputs() as u64, layers })?))
}

/// The architecture that was described.
pub(super) fn read(description: &Description) -> Result<Architecture> {
    if description.kind() != KIND {
        let missing = format!("built-in network but a {:?}", description.kind());
        return Err(Error::missing(missing, "pass a model of that kind to `at_with`"));
    }
    let network: Network = decode(description.bytes())?;
    let empty = Architecture::new(length(network.inputs)?);
    let architecture = network
        .layers
        .into_iter()
        .try_fold(empty, |all, step| Ok(all.layer(Layer::decode(step.kind, step.name, &step.settings)?)));
    architecture?.checked()
}

fn step(layer: &Layer) -> Result<Step> {
    let (kind, settings) = layer.encode()?;
    Ok(Step { kind, name: layer.name().into(), settings })
}

impl From<Activation> for Choice {
    fn from(activation: Activation) -> Self {
        let id = match activation {
            Activation::Linear => 0,
            Activation::Sigmoid => 1,
            Activation::HardSigmoid => 2,
            Activation::Tanh => 3,
            Activation::Relu => 4,
            Activation::LeakyRelu { .. } => 5,
            Activation::Elu { .. } => 6,
            Activation::Selu => 7,
            Activation::Softplus => 8,
            Activation::Softsign => 9,
            Activation::Softmax => 10,
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
            2 => Activation::HardSigmoid,
            3 => Activation::Tanh,
            4 => Activation::Relu,
            5 => Activation::LeakyRelu { slope: self.constant },
            6 => Activation::Elu { alpha: self.constant },
            7 => Activation::Selu,
            8 => Activation::Softplus,
            9 => Activation::Softsign,
            10 => Activation::Softmax,
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
            unknown => return Err(newer("initializer", unknown)),
        })
    }
}

/// The bytes of a part of the description.
pub(super) fn encode(value: &impl Serialize) -> Result<Vec<u8>> {
    codec::encode(value).map_err(|reason| Error::invalid("the description of the network", "below 16 MiB", reason))
}

/// The part of the description that these bytes are.
pub(super) fn decode<T: serde::de::DeserializeOwned>(bytes: &[u8]) -> Result<T> {
    let expected = format!("what {KIND} is documented to hold");
    codec::decode(bytes).map_err(|reason| Error::invalid("the description of the network", expected, reason))
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

/// The description of a network of this layer alone.
#[cfg(test)]
pub(super) fn described(layer: impl Into<Layer>) -> Description {
    describe(&crate::Sequential::builder(2).layer(layer).named()).unwrap()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{BatchNormalization, Dense, Dropout, Sequential};

    #[test]
    fn every_layer_activation_and_initialiser_comes_back() {
        for id in 0..=10 {
            let activation = Choice { id, constant: 0.25 }.activation().unwrap();
            assert_eq!(Choice::from(activation).id, id);
            for id in 0..=11 {
                let initializer = Choice { id, constant: 0.5 }.initializer().unwrap();
                assert_eq!(Choice::from(initializer).id, id);
                let dense =
                    Dense::new(3).name("d").activation(activation).kernel_initializer(initializer).without_bias();
                let architecture = Sequential::builder(2).layer(dense).layer(activation).named();
                assert_eq!(read(&describe(&architecture).unwrap()).unwrap(), architecture);
            }
        }
    }

    #[test]
    fn an_unknown_number_is_said_to_be_newer_rather_than_guessed() {
        let message = Choice { id: 99, constant: 0.0 }.activation().unwrap_err().to_string();
        assert!(message.contains("number 99") && message.contains("newer"), "{message}");
    }

    #[test]
    fn a_description_of_another_kind_names_it() {
        let message = read(&Description::new("candle::Net/1", vec![])).unwrap_err().to_string();
        assert!(message.contains("candle::Net/1") && message.contains("at_with"), "{message}");
    }

    #[test]
    fn bytes_cut_anywhere_are_an_error() {
        let layers = Sequential::builder(2).layer(Dense::new(3)).layer(Dropout::new(0.5));
        let layers = layers.layer(BatchNormalization::new());
        let whole = describe(&layers.named()).unwrap();
        for length in 0..whole.bytes().len() {
            assert!(read(&Description::new(KIND, &whole.bytes()[..length])).is_err(), "{length}");
        }
    }
}

//! An architecture as bytes and back: what `Description::bytes` of a built-in network holds.
//!
//! The layers encode their own settings, each as its kind documents; `docs/format.md` lists them.

use serde::{Deserialize, Serialize};

use super::{
    Architecture, Layer,
    encoding::{decode, encode, length},
};
use crate::{Description, Error, Result};

/// Who can read the bytes.
const KIND: &str = "training_replay::Sequential/1";

/// The same of a network whose outputs are logits, which readers of the other would take for values.
const KIND_OF_LOGITS: &str = "training_replay::Sequential/2";

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

/// The architecture, so that a recording opens without the code that built it.
pub(super) fn describe(architecture: &Architecture) -> Result<Description> {
    let layers = architecture.iter().map(step).collect::<Result<_>>()?;
    let kind = if architecture.has_logits() { KIND_OF_LOGITS } else { KIND };
    Ok(Description::new(kind, encode(&Network { inputs: architecture.inputs() as u64, layers })?))
}

impl Architecture {
    /// The description of a network without weights, if it can be built.
    #[cfg_attr(not(feature = "import"), allow(dead_code, reason = "others describe a network that they have"))]
    pub(crate) fn described(self) -> Result<Description> {
        describe(&self.named().checked()?)
    }
}

/// Whether it is one of these descriptions.
pub(super) fn is_of_network(description: &Description) -> bool {
    [KIND, KIND_OF_LOGITS].contains(&description.kind())
}

/// The architecture that was described.
pub(super) fn read(description: &Description) -> Result<Architecture> {
    let logits = description.kind() == KIND_OF_LOGITS;
    if !is_of_network(description) {
        let missing = format!("built-in network but a {:?}", description.kind());
        return Err(Error::missing(missing, "pass a model of that kind to `run_with`"));
    }
    let network: Network = decode(description.bytes())?;
    let empty = Architecture::new(length(network.inputs)?);
    let architecture = network
        .layers
        .into_iter()
        .try_fold(empty, |all, step| Ok(all.layer(Layer::decode(step.kind, step.name, &step.settings)?)));
    let architecture = architecture?;
    if logits { architecture.logits() } else { architecture }.checked()
}

fn step(layer: &Layer) -> Result<Step> {
    let (kind, settings) = layer.encode()?;
    Ok(Step { kind, name: layer.name().into(), settings })
}

/// The description of a network of this layer alone.
#[cfg(test)]
pub(super) fn described(layer: impl Into<Layer>) -> Description {
    describe(&crate::Sequential::builder(2).layer(layer).named()).unwrap()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{BatchNormalization, Dense, Dropout, Sequential, nn::encoding::Choice};

    #[test]
    fn every_layer_activation_and_initializer_comes_back() {
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
    fn a_network_of_logits_is_another_one_than_that_of_values() {
        let values = Sequential::builder(2).layer(Dense::new(3)).named();
        let logits = values.clone().logits();
        assert_eq!(read(&describe(&logits).unwrap()).unwrap(), logits);
        assert_ne!(describe(&logits).unwrap(), describe(&values).unwrap());
    }

    #[test]
    fn a_description_of_another_kind_names_it() {
        let message = read(&Description::new("candle::Net/1", vec![])).unwrap_err().to_string();
        assert!(message.contains("candle::Net/1") && message.contains("run_with"), "{message}");
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

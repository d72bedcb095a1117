//! An architecture as bytes and back: what `Description::bytes` of a built-in network holds.
//!
//! Every kind of layer, activation and initialiser has an explicit number, never its position in an enum, so that
//! adding one changes no recording. `docs/format.md` lists them.

use serde::{Deserialize, Serialize};

use super::{Activation, Architecture, BatchNormalization, Dense, Dropout, Initializer, Layer};
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

#[derive(Serialize, Deserialize)]
struct DenseSettings {
    units: u64,
    activation: Choice,
    kernel_initializer: Choice,
    bias_initializer: Option<Choice>,
}

#[derive(Serialize, Deserialize)]
struct NormalizationSettings {
    momentum: f32,
    epsilon: f32,
}

/// A variant and the number it carries, 0 where it carries none.
#[derive(Serialize, Deserialize)]
struct Choice {
    id: u16,
    constant: f32,
}

const DENSE: u16 = 1;
const ACTIVATION: u16 = 2;
const DROPOUT: u16 = 3;
const BATCH_NORMALIZATION: u16 = 4;

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
    let architecture = network.layers.into_iter().try_fold(empty, |all, step| Ok(all.layer(layer(step)?)));
    architecture?.checked()
}

fn step(layer: &Layer) -> Result<Step> {
    let (kind, settings) = match layer {
        Layer::Dense(dense) => (DENSE, encode(&dense_settings(dense))?),
        Layer::Activation { activation, .. } => (ACTIVATION, encode(&activation_choice(*activation))?),
        Layer::Dropout(dropout) => (DROPOUT, encode(&dropout.rate)?),
        Layer::BatchNormalization(BatchNormalization { momentum, epsilon, .. }) => {
            let settings = NormalizationSettings { momentum: *momentum, epsilon: *epsilon };
            (BATCH_NORMALIZATION, encode(&settings)?)
        }
    };
    Ok(Step { kind, name: layer.name().into(), settings })
}

fn layer(step: Step) -> Result<Layer> {
    let Step { kind, name, settings } = step;
    match kind {
        DENSE => dense(name, decode(&settings)?).map(Layer::Dense),
        ACTIVATION => Ok(Layer::Activation { name, activation: activation(&decode(&settings)?)? }),
        DROPOUT => Ok(Dropout { name, rate: decode(&settings)? }.into()),
        BATCH_NORMALIZATION => {
            let NormalizationSettings { momentum, epsilon } = decode(&settings)?;
            Ok(BatchNormalization { name, momentum, epsilon }.into())
        }
        unknown => Err(newer("layer", unknown)),
    }
}

fn dense_settings(dense: &Dense) -> DenseSettings {
    DenseSettings {
        units: dense.units as u64,
        activation: activation_choice(dense.activation),
        kernel_initializer: initializer_choice(dense.kernel_initializer),
        bias_initializer: dense.bias_initializer.map(initializer_choice),
    }
}

fn dense(name: String, settings: DenseSettings) -> Result<Dense> {
    Ok(Dense {
        name,
        units: length(settings.units)?,
        activation: activation(&settings.activation)?,
        kernel_initializer: initializer(&settings.kernel_initializer)?,
        bias_initializer: settings.bias_initializer.as_ref().map(initializer).transpose()?,
    })
}

fn activation_choice(activation: Activation) -> Choice {
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
    Choice { id, constant: activation.constant().map_or(0.0, |(_, value)| value) }
}

fn activation(choice: &Choice) -> Result<Activation> {
    Ok(match choice.id {
        0 => Activation::Linear,
        1 => Activation::Sigmoid,
        2 => Activation::HardSigmoid,
        3 => Activation::Tanh,
        4 => Activation::Relu,
        5 => Activation::LeakyRelu { slope: choice.constant },
        6 => Activation::Elu { alpha: choice.constant },
        7 => Activation::Selu,
        8 => Activation::Softplus,
        9 => Activation::Softsign,
        10 => Activation::Softmax,
        unknown => return Err(newer("activation", unknown)),
    })
}

fn initializer_choice(initializer: Initializer) -> Choice {
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
    Choice { id, constant: initializer.constant().map_or(0.0, |(_, value)| value) }
}

fn initializer(choice: &Choice) -> Result<Initializer> {
    Ok(match choice.id {
        0 => Initializer::Zeros,
        1 => Initializer::Ones,
        2 => Initializer::Constant(choice.constant),
        3 => Initializer::Normal { std: choice.constant },
        4 => Initializer::TruncatedNormal { std: choice.constant },
        5 => Initializer::Uniform { limit: choice.constant },
        6 => Initializer::GlorotUniform,
        7 => Initializer::GlorotNormal,
        8 => Initializer::HeUniform,
        9 => Initializer::HeNormal,
        10 => Initializer::LecunUniform,
        11 => Initializer::LecunNormal,
        unknown => return Err(newer("initializer", unknown)),
    })
}

fn encode(value: &impl Serialize) -> Result<Vec<u8>> {
    codec::encode(value).map_err(|reason| Error::invalid("the description of the network", "below 16 MiB", reason))
}

fn decode<T: serde::de::DeserializeOwned>(bytes: &[u8]) -> Result<T> {
    let expected = format!("what {KIND} is documented to hold");
    codec::decode(bytes).map_err(|reason| Error::invalid("the description of the network", expected, reason))
}

fn length(value: u64) -> Result<usize> {
    let expected = "a number that this machine can address";
    usize::try_from(value).map_err(|_| Error::invalid("a width in the description of the network", expected, value))
}

fn newer(what: &str, id: u16) -> Error {
    let expected = "one that this version of training-replay knows; a newer one may have written it";
    Error::invalid(format!("the {what} in the description of the network"), expected, format!("number {id}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Sequential;

    #[test]
    fn every_layer_activation_and_initialiser_comes_back() {
        for id in 0..=10 {
            let activation = activation(&Choice { id, constant: 0.25 }).unwrap();
            assert_eq!(activation_choice(activation).id, id);
            for id in 0..=11 {
                let initializer = initializer(&Choice { id, constant: 0.5 }).unwrap();
                assert_eq!(initializer_choice(initializer).id, id);
                let dense =
                    Dense::new(3).name("d").activation(activation).kernel_initializer(initializer).without_bias();
                let architecture = Sequential::builder(2).layer(dense).layer(activation).named();
                assert_eq!(read(&describe(&architecture).unwrap()).unwrap(), architecture);
            }
        }
    }

    fn described(layer: impl Into<Layer>) -> Description {
        describe(&Sequential::builder(2).layer(layer).named()).unwrap()
    }

    #[test]
    fn dropout_comes_back() {
        for rate in [0.0, 0.25, 1.0_f32.next_down()] {
            let layer = Layer::from(Dropout::new(rate).name("d"));
            assert_eq!(read(&described(layer.clone())).unwrap().list(), [layer]);
        }
        let bytes = described(Dropout::new(0.25).name("d")).bytes().to_vec();
        let (settings, number) = ([4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x80, 0x3e], [3, 0]);
        assert!(bytes.ends_with(&settings) && bytes[16..18] == number, "{bytes:?}");
    }

    #[test]
    fn batch_normalization_comes_back() {
        for (momentum, epsilon) in [(0.0, f32::MIN_POSITIVE), (0.99, 1e-3), (1.0_f32.next_down(), f32::MAX)] {
            let layer = Layer::from(BatchNormalization::new().name("n").momentum(momentum).epsilon(epsilon));
            assert_eq!(read(&described(layer.clone())).unwrap().list(), [layer]);
        }
        let bytes = described(BatchNormalization::new().name("n").momentum(0.5).epsilon(0.25)).bytes().to_vec();
        let (settings, number) = ([8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x3f, 0, 0, 0x80, 0x3e], [4, 0]);
        assert!(bytes.ends_with(&settings) && bytes[16..18] == number, "{bytes:?}");
    }

    #[test]
    fn numbers_out_of_range_are_errors_that_name_the_layer() {
        let refused = |layer: BatchNormalization| read(&described(layer)).unwrap_err().to_string();
        for momentum in [f32::NAN, f32::INFINITY, -0.1, 1.0] {
            let message = refused(BatchNormalization::new().name("n").momentum(momentum));
            assert_eq!(message, format!("momentum of layer \"n\" is {momentum}; it must be from 0 to below 1"));
        }
        for epsilon in [f32::NAN, f32::INFINITY, 0.0, -1e-3] {
            let message = refused(BatchNormalization::new().name("n").epsilon(epsilon));
            assert_eq!(
                message,
                format!("epsilon of layer \"n\" is {epsilon}; it must be above 0, and a finite number")
            );
        }
        for rate in [f32::NAN, f32::INFINITY, -0.1, 1.0] {
            let message = read(&described(Dropout::new(rate))).unwrap_err().to_string();
            assert_eq!(message, format!("rate of layer \"dropout_1\" is {rate}; it must be from 0 to below 1"));
        }
    }

    #[test]
    fn an_unknown_number_is_said_to_be_newer_rather_than_guessed() {
        let message = activation(&Choice { id: 99, constant: 0.0 }).unwrap_err().to_string();
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

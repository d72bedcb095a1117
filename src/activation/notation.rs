//! Activations as text and back.

use std::{fmt, str::FromStr};

use super::Activation;
use crate::{
    Error, Result,
    notation::{self, Notation},
};

/// By their names, but for the identity: PyTorch's name of linear.
const NAMES: [&str; 13] = [
    "linear",
    "sigmoid",
    "hard_sigmoid",
    "hard_sigmoid_keras2",
    "tanh",
    "relu",
    "leaky_relu",
    "elu",
    "selu",
    "softplus",
    "softsign",
    "softmax",
    "identity",
];

impl fmt::Display for Activation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&notation::write(self.name(), self.constant().as_slice(), &[]))
    }
}

impl FromStr for Activation {
    type Err = Error;

    /// Reads what [`Display`](fmt::Display) writes, and PyTorch's names for the same.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] for an unknown name, with the known ones; for a leaky ReLU without its slope, on which the
    /// frameworks do not agree; and for arguments that are not this activation's.
    fn from_str(text: &str) -> Result<Self> {
        let mut text = Notation::read("the activation", text)?;
        let activation = match text.one_of(&NAMES)? {
            1 => Self::Sigmoid,
            2 => Self::HardSigmoid,
            3 => Self::HardSigmoidKeras2,
            4 => Self::Tanh,
            5 => Self::Relu,
            6 => leaky_relu(&mut text)?,
            7 => elu(&mut text)?,
            8 => Self::Selu,
            9 => Self::Softplus,
            10 => Self::Softsign,
            11 => Self::Softmax,
            _ => Self::Linear,
        };
        text.finish()?;
        Ok(activation)
    }
}

fn leaky_relu(text: &mut Notation<'_>) -> Result<Activation> {
    let mut slope = 0.0;
    if text.number(&["slope", "negative_slope"], &mut slope)? {
        return Ok(Activation::LeakyRelu { slope });
    }
    let expected =
        "given, as in leaky_relu(slope 0.3): 0.3 is that of Keras' layer, 0.2 of its function, 0.01 of PyTorch";
    Err(Error::invalid("the slope of a leaky ReLU", expected, "not given"))
}

fn elu(text: &mut Notation<'_>) -> Result<Activation> {
    let mut alpha = 1.0;
    text.number(&["alpha"], &mut alpha)?;
    Ok(Activation::Elu { alpha })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::activation::ELEMENTWISE;

    #[test]
    fn every_activation_is_read_from_what_it_writes() {
        for activation in ELEMENTWISE.into_iter().chain([Activation::Softmax, Activation::LeakyRelu { slope: 1e-6 }]) {
            assert_eq!(activation.to_string().parse::<Activation>().unwrap(), activation, "{activation}");
            assert!(NAMES.contains(&activation.name()));
        }
    }

    #[test]
    fn names_of_keras_and_pytorch_are_read() {
        let read = |text: &str| text.parse::<Activation>().unwrap();
        assert_eq!(["ReLU", "Tanh", "Identity"].map(read), [Activation::Relu, Activation::Tanh, Activation::Linear]);
        assert_eq!(["Hardsigmoid", "hard_sigmoid"].map(read), [Activation::HardSigmoid; 2]);
        assert_eq!(["ELU", "elu(alpha=1.0)", "elu"].map(read), [Activation::Elu { alpha: 1.0 }; 3]);
        assert_eq!(read("LeakyReLU(negative_slope=0.01)"), Activation::LeakyRelu { slope: 0.01 });
    }

    #[test]
    fn a_slope_on_which_the_frameworks_do_not_agree_is_not_guessed() {
        let message = "LeakyReLU".parse::<Activation>().unwrap_err().to_string();
        assert!(message.starts_with("the slope of a leaky ReLU is not given; it must be given"), "{message}");
    }

    #[test]
    fn an_unknown_name_is_an_error_that_lists_the_known_ones() {
        let message = "gelu".parse::<Activation>().unwrap_err().to_string();
        assert!(message.starts_with("the activation is \"gelu\"; it must be one of linear, sigmoid,"), "{message}");
        assert!("softmax(dim=1)".parse::<Activation>().is_err());
    }
}

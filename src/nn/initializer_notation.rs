//! Initializers as text and back.

use std::{fmt, str::FromStr};

use super::Initializer;
use crate::{
    Error, Result,
    notation::{self, Notation},
};

/// By their names, and below those of the frameworks for the same.
const NAMES: [&str; 13] = [
    "zeros",
    "ones",
    "constant",
    "normal",
    "truncated_normal",
    "uniform",
    "glorot_uniform",
    "glorot_normal",
    "he_uniform",
    "he_normal",
    "lecun_uniform",
    "lecun_normal",
    "pytorch_uniform",
];

/// What Keras and PyTorch call them beside that, and their places among the names.
const OTHERS: [(&str, usize); 4] =
    [("random_normal", 3), ("random_uniform", 5), ("xavier_uniform_", 6), ("kaiming_uniform_", 8)];

impl fmt::Display for Initializer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&notation::write(self.name(), self.constant().as_slice(), &[]))
    }
}

impl FromStr for Initializer {
    type Err = Error;

    /// Reads what [`Display`](fmt::Display) writes, and what Keras and PyTorch call the same.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] for an unknown name, with the known ones; for a constant without its value; and for arguments
    /// that are not this initializer's. PyTorch's `xavier_normal_` and `kaiming_normal_` are unknown: they are not truncated.
    fn from_str(text: &str) -> Result<Self> {
        let mut text = Notation::read("the initializer", text)?;
        let others = OTHERS.map(|(name, _)| name);
        let place = text.find(&others).map_or_else(|| text.one_of(&NAMES), |place| Ok(OTHERS[place].1))?;
        let initializer = match place {
            0 => Self::Zeros,
            1 => Self::Ones,
            2 => constant(&mut text)?,
            3 => Self::Normal { std: number(&mut text, &["std", "stddev"])? },
            4 => Self::TruncatedNormal { std: number(&mut text, &["std", "stddev"])? },
            5 => Self::Uniform { limit: number(&mut text, &["limit"])? },
            6 => Self::GlorotUniform,
            7 => Self::GlorotNormal,
            8 => Self::HeUniform,
            9 => Self::HeNormal,
            10 => Self::LecunUniform,
            11 => Self::LecunNormal,
            _ => Self::PytorchUniform,
        };
        text.finish()?;
        Ok(initializer)
    }
}

fn constant(text: &mut Notation<'_>) -> Result<Initializer> {
    let mut value = 0.0;
    if text.number(&["value"], &mut value)? {
        return Ok(Initializer::Constant(value));
    }
    Err(Error::invalid("the value of a constant", "given, as in constant(value 0.5)", "not given"))
}

/// Keras' default of all three is 0.05.
fn number(text: &mut Notation<'_>, keys: &[&str]) -> Result<f32> {
    let mut number = 0.05;
    text.number(keys, &mut number)?;
    Ok(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Initializer; 13] = [
        Initializer::Zeros,
        Initializer::Ones,
        Initializer::Constant(-0.5),
        Initializer::Normal { std: 1e-5 },
        Initializer::TruncatedNormal { std: 0.05 },
        Initializer::Uniform { limit: 2.0 },
        Initializer::GlorotUniform,
        Initializer::GlorotNormal,
        Initializer::HeUniform,
        Initializer::HeNormal,
        Initializer::LecunUniform,
        Initializer::LecunNormal,
        Initializer::PytorchUniform,
    ];

    #[test]
    fn every_initializer_is_read_from_what_it_writes() {
        for initializer in ALL {
            assert_eq!(initializer.to_string().parse::<Initializer>().unwrap(), initializer, "{initializer}");
            assert!(NAMES.contains(&initializer.name()));
        }
    }

    #[test]
    fn names_of_keras_and_pytorch_are_read_with_keras_defaults() {
        let read = |text: &str| text.parse::<Initializer>().unwrap();
        assert_eq!(["random_normal", "RandomNormal(stddev=0.05)", "normal"].map(read), [Initializer::normal(); 3]);
        assert_eq!(["GlorotUniform", "xavier_uniform_"].map(read), [Initializer::GlorotUniform; 2]);
        assert_eq!(["he_uniform", "kaiming_uniform_"].map(read), [Initializer::HeUniform; 2]);
        assert_eq!(read("random_uniform"), Initializer::uniform());
    }

    #[test]
    fn what_is_another_definition_or_not_given_is_refused() {
        for text in ["kaiming_normal_", "xavier_normal_", "constant", "normal(limit 1)", "orthogonal", ""] {
            assert!(text.parse::<Initializer>().is_err(), "{text}");
        }
    }
}

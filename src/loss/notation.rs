//! Losses as text and back.

use std::{fmt, str::FromStr};

use super::Loss;
use crate::{Error, Result, notation::Notation};

const NAMES: [&str; 3] = ["binary_crossentropy", "categorical_crossentropy", "mean_squared_error"];

/// What Keras and PyTorch call them beside that, and their places among the names. Whether outputs are logits, the model says.
const OTHERS: [(&str, usize); 6] =
    [("bce", 0), ("BCELoss", 0), ("BCEWithLogitsLoss", 0), ("CrossEntropyLoss", 1), ("mse", 2), ("MSELoss", 2)];

impl fmt::Display for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Loss {
    type Err = Error;

    /// Reads [`name`](Self::name), and Keras' and PyTorch's names for the same: `MSELoss`, `BinaryCrossentropy`.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] for an unknown name, with the known ones, and for any arguments.
    fn from_str(text: &str) -> Result<Self> {
        let text = Notation::read("the loss", text)?;
        let others = OTHERS.map(|(name, _)| name);
        let place = text.find(&others).map_or_else(|| text.one_of(&NAMES), |place| Ok(OTHERS[place].1))?;
        text.finish()?;
        Ok([Self::BinaryCrossEntropy, Self::CategoricalCrossEntropy, Self::MeanSquaredError][place])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_loss_is_read_from_what_it_writes_and_from_the_names_of_keras_and_pytorch() {
        for (loss, others) in [
            (Loss::BinaryCrossEntropy, ["BinaryCrossentropy", "BCEWithLogitsLoss", "bce"]),
            (
                Loss::CategoricalCrossEntropy,
                ["CategoricalCrossentropy", "CrossEntropyLoss", "categorical_crossentropy"],
            ),
            (Loss::MeanSquaredError, ["MeanSquaredError", "MSELoss", "mse"]),
        ] {
            assert_eq!(loss.to_string().parse::<Loss>().unwrap(), loss);
            assert_eq!(others.map(|name| name.parse::<Loss>().unwrap()), [loss; 3]);
        }
    }

    #[test]
    fn an_unknown_loss_is_an_error_that_lists_the_known_ones() {
        let message = "huber".parse::<Loss>().unwrap_err().to_string();
        assert_eq!(message, format!("the loss is \"huber\"; it must be one of {}", NAMES.join(", ")));
        assert!("MSELoss(reduction=sum)".parse::<Loss>().is_err());
    }
}

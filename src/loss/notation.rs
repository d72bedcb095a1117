//! Losses as text and back.

use std::{fmt, str::FromStr};

use super::Loss;
use crate::{Error, Result, notation::Notation};

const NAMES: [&str; 4] = ["binary_crossentropy", "categorical_crossentropy", "mean_squared_error", "own"];

/// In the order of the names.
const LOSSES: [Loss; 4] = [Loss::BinaryCrossEntropy, Loss::CategoricalCrossEntropy, Loss::MeanSquaredError, Loss::Own];

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
        Ok(LOSSES[place])
    }
}

impl Loss {
    /// Fails unless a model's own loss may be called so: other than those that this crate computes.
    pub(crate) fn check_own_name(name: &str, most: usize) -> Result<()> {
        let expected = if name.is_empty() {
            "not empty".into()
        } else if name.len() > most {
            format!("at most {most} bytes")
        } else if NAMES[..3].contains(&name) {
            "another one than those of this crate's losses, which it is not".into()
        } else {
            return Ok(());
        };
        let found = if name.len() > most { format!("{} bytes", name.len()) } else { format!("{name:?}") };
        Err(Error::invalid("the name of the model's own loss", expected, found))
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

//! Which outputs and targets a loss takes.

use super::Loss;
use crate::{Error, Matrix, Result, data::labels::SHARES, math::matrix};

/// How far beyond 0 and 1 a number may be and still be a probability: some roundings of single precision, as of a mean
/// over ten models.
pub(crate) const ROUNDING: f32 = 5e-6;

impl Loss {
    pub(super) fn check(self, outputs: &Matrix, targets: &Matrix) -> Result<()> {
        matrix::expect_shape("targets", targets, outputs.shape())?;
        if outputs.ncols() == 0 {
            return Err(Error::invalid("the number of outputs", "1 or more", 0));
        }
        self.check_targets(targets)
    }

    /// Fails for outputs that a cross-entropy cannot take for probabilities; NaN is none, and not refused.
    pub(super) fn check_probabilities(self, outputs: &Matrix) -> Result<()> {
        let most = match self {
            Self::BinaryCrossEntropy => 1.0 + ROUNDING,
            Self::CategoricalCrossEntropy => f32::MAX, // They are divided by their sum.
            Self::MeanSquaredError => return Ok(()),
        };
        match outputs.as_slice().iter().position(|&p| p < -ROUNDING || p > most) {
            None => Ok(()),
            Some(at) => {
                let expected = "a probability, from 0 to 1; of logits, `Loss::per_sample_from_logits` is the loss";
                Err(Error::invalid(format!("output row {}", at % outputs.nrows()), expected, outputs[at]))
            }
        }
    }

    /// Fails unless the targets are of this loss's kind.
    pub(crate) fn check_targets(self, targets: &Matrix) -> Result<()> {
        let (allowed, expected) = match self {
            Self::BinaryCrossEntropy => (0.0..=1.0, "from 0 to 1 for binary cross-entropy"),
            Self::CategoricalCrossEntropy => (0.0..=f32::MAX, "0 or more for categorical cross-entropy"),
            Self::MeanSquaredError => return Ok(()),
        };
        if self == Self::CategoricalCrossEntropy && targets.ncols() < 2 {
            let expected = "2 or more, one for each class, for categorical cross-entropy";
            return Err(Error::invalid("the number of outputs", expected, targets.ncols()));
        }
        // Without a branch for each: this goes before every epoch.
        if targets.as_slice().iter().fold(true, |all, y| all & (y >= allowed.start()) & (y <= allowed.end())) {
            return self.check_sums(targets);
        }
        match targets.as_slice().iter().position(|y| !allowed.contains(y)) {
            Some(at) => Err(Error::invalid(format!("target row {}", at % targets.nrows()), expected, targets[at])),
            None => Ok(()),
        }
    }

    /// Fails unless the shares of every row sum to 1, but for rounding, where they are shares.
    fn check_sums(self, targets: &Matrix) -> Result<()> {
        if self != Self::CategoricalCrossEntropy {
            return Ok(());
        }
        let sums = targets.column_sum();
        match sums.iter().position(|sum| (sum - 1.0).abs() > SHARES) {
            None => Ok(()),
            Some(row) => {
                let expected = "1: categorical cross-entropy is of one class, or of shares in them";
                Err(Error::invalid(format!("the sum of target row {row}"), expected, sums[row]))
            }
        }
    }
}

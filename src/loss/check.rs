//! Which outputs and targets a loss takes.

use super::Loss;
use crate::{
    Error, Matrix, Result,
    data::{Targets, labels::SHARES},
    math::matrix,
};

/// How far beyond 0 and 1 a number may be and still be a probability: some roundings of single precision, as of a mean
/// over ten models.
pub(crate) const ROUNDING: f32 = 5e-6;

impl Loss {
    /// Fails unless outputs and targets are of one shape, and the targets of this loss's kind.
    pub(crate) fn check(self, outputs: &Matrix, targets: Targets<'_>) -> Result<()> {
        self.check_shapes(outputs, targets)?;
        self.check_targets(targets)
    }

    /// The same without a look at each target.
    pub(crate) fn check_shapes(self, outputs: &Matrix, targets: Targets<'_>) -> Result<()> {
        self.expect_known()?;
        match targets {
            Targets::Numbers(numbers) => matrix::expect_shape("targets", numbers, outputs.shape())?,
            Targets::Labels(_) => targets.expect_outputs("outputs of labels", outputs)?,
        }
        if outputs.ncols() == 0 {
            return Err(Error::invalid("the number of outputs", "1 or more", 0));
        }
        Ok(())
    }

    /// Fails for a model's own loss, which only the model computes.
    pub(crate) fn expect_known(self) -> Result<()> {
        if self != Self::Own {
            return Ok(());
        }
        let expected = "one of this crate's; the model computes its own by `Forward::losses`, and its gradients by \
            `Backward::gradients`";
        Err(Error::invalid("the loss", expected, self))
    }

    /// Fails for outputs that a cross-entropy cannot take for probabilities; NaN is none, and not refused.
    pub(super) fn check_probabilities(self, outputs: &Matrix) -> Result<()> {
        let most = match self {
            Self::BinaryCrossEntropy => 1.0 + ROUNDING,
            Self::CategoricalCrossEntropy => f32::MAX, // They are divided by their sum.
            Self::MeanSquaredError | Self::Own => return Ok(()),
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
    pub(crate) fn check_targets(self, targets: Targets<'_>) -> Result<()> {
        let targets = match targets {
            _ if self == Self::Own => return Ok(()),
            Targets::Numbers(numbers) => numbers,
            Targets::Labels(_) if self == Self::CategoricalCrossEntropy => return Ok(()),
            Targets::Labels(_) => {
                let expected =
                    "categorical cross-entropy for classes by index; `Targets::to_matrix` makes numbers of them";
                return Err(Error::invalid("the loss", expected, self));
            }
        };
        let (allowed, expected) = match self {
            Self::BinaryCrossEntropy => (0.0..=1.0, "from 0 to 1 for binary cross-entropy"),
            Self::CategoricalCrossEntropy => (0.0..=f32::MAX, "0 or more for categorical cross-entropy"),
            Self::MeanSquaredError | Self::Own => return Ok(()),
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
                let expected = format!("{expected}{}", several_positions(sums[row], targets.ncols()));
                Err(Error::invalid(format!("the sum of target row {row}"), expected, sums[row]))
            }
        }
    }
}

/// What helps where as many classes as the sum are in a row.
fn several_positions(sum: f32, width: usize) -> String {
    let positions = sum.round();
    let are_positions =
        positions > 1.0 && (sum - positions).abs() <= SHARES && width.is_multiple_of(positions as usize);
    if are_positions {
        let classes = width / positions as usize;
        format!("; {positions} positions of {classes} classes each are given by `Dataset::from_class_labels`")
    } else {
        String::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_about_rows_that_sum_to_a_number_of_positions_says_how_positions_are_given() {
        let message = |row: &[f32]| {
            let targets = Matrix::from_row_slice(1, row.len(), row);
            Loss::CategoricalCrossEntropy.per_sample(&targets, &targets).unwrap_err().to_string()
        };
        assert_eq!(
            message(&[0.0, 1.0, 0.0, 1.0, 0.0, 0.0]),
            "the sum of target row 0 is 2; it must be 1: categorical cross-entropy is of one class, or of shares in them; 2 \
             positions of 3 classes each are given by `Dataset::from_class_labels`"
        );
        for row in [[1.0, 1.0, 0.0], [0.5, 0.0, 0.0], [0.5, 0.5, 0.6]] {
            assert!(message(&row).ends_with("shares in them"), "{row:?}");
        }
    }

    #[test]
    fn only_categorical_cross_entropy_is_of_classes_by_index() {
        let labels = crate::ClassLabels::new([1, 0], 2, 3).unwrap();
        let refused =
            |loss: Loss, columns| loss.per_sample(&Matrix::zeros(1, columns), &labels).unwrap_err().to_string();
        assert!(
            refused(Loss::MeanSquaredError, 6).starts_with("the loss is mean_squared_error; it must be categorical")
        );
        assert!(refused(Loss::BinaryCrossEntropy, 6).contains("binary_crossentropy"));
        assert_eq!(refused(Loss::CategoricalCrossEntropy, 3), "outputs of labels: expected shape [1, 6], found [1, 3]");
    }
}

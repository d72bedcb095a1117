//! Losses: per sample, mean, and gradient, from outputs or from logits.

mod check;
mod gradient;
mod kernels;
mod labeled;
mod notation;

pub(crate) use check::ROUNDING;
pub(crate) use kernels::{Basis, softmax_columns};
use kernels::{add_cross_entropy, add_elements, categorical, logit_categorical, mean_over_outputs};

use crate::{
    Matrix, Result,
    data::Targets,
    math::{matrix, softplus},
};

/// A measure of how far predictions are off their targets, which training makes small.
///
/// With `k` outputs per sample, target `y`, output `p` and logit (pre-activation) `z`:
///
/// | loss | of one sample, from outputs | from logits | activation of the last layer |
/// |---|---|---|---|
/// | binary cross-entropy | `mean over k of -y ln p - (1 - y) ln(1 - p)` | `mean of max(z, 0) - z y + ln(1 + exp(-abs z))` | sigmoid |
/// | categorical cross-entropy | `-sum over k of y ln(p / sum p)` | `sum of y (ln sum exp z - z)` | softmax |
/// | mean squared error | `mean over k of (p - y)²` | the same | linear |
///
/// Cross-entropy takes probabilities, as Keras does and unlike PyTorch's `CrossEntropyLoss`: end the network with a sigmoid or
/// a softmax. Probabilities are clipped to `[1e-7, 1 - 1e-7]` first, as Keras does; logits need no clipping and are exact where
/// probabilities saturate.
///
/// ```
/// use training_replay::{Loss, Matrix};
///
/// let targets = Matrix::from_column_slice(2, 1, &[1.0, 0.0]);
/// let probabilities = Matrix::from_column_slice(2, 1, &[0.5, 0.5]);
/// let losses = Loss::BinaryCrossEntropy.per_sample(&probabilities, &targets)?;
/// assert_eq!(losses, [std::f32::consts::LN_2; 2]);
///
/// let logits = Matrix::from_column_slice(2, 1, &[-40.0, -40.0]); // sure, and wrong about the first sample
/// let losses = Loss::BinaryCrossEntropy.per_sample_from_logits(&logits, &targets)?;
/// assert_eq!(losses[0], 40.0);
/// # Ok::<(), training_replay::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Loss {
    /// For outputs that are a yes or no each: probabilities against targets from 0 to 1.
    BinaryCrossEntropy,
    /// For one class out of several: probabilities that sum to 1, against targets that do, one-hot ones say.
    CategoricalCrossEntropy,
    /// For numbers.
    MeanSquaredError,
    /// The model's own, which it computes by [`Forward::losses`](crate::Forward::losses), and its gradients by
    /// [`Backward::gradients`](crate::Backward::gradients): Huber, focal, or one of several parts. Its name is recorded by
    /// [`ReplayOptions::own_loss`](crate::ReplayOptions::own_loss). Built-in networks have none.
    Own,
}

impl Loss {
    /// Returns Keras' name, such as `binary_crossentropy`; `own` of a model's own.
    ///
    /// ```
    /// use training_replay::Loss;
    ///
    /// assert_eq!(Loss::MeanSquaredError.name(), "mean_squared_error");
    /// ```
    pub fn name(self) -> &'static str {
        match self {
            Self::BinaryCrossEntropy => "binary_crossentropy",
            Self::CategoricalCrossEntropy => "categorical_crossentropy",
            Self::MeanSquaredError => "mean_squared_error",
            Self::Own => "own",
        }
    }

    /// Returns the loss of each sample, from the model's outputs.
    ///
    /// # Shapes
    ///
    /// `outputs`: `(samples, outputs)`. `targets`: a matrix of the same shape, or [`ClassLabels`](crate::ClassLabels) of
    /// `outputs = positions * classes`, of which a sample has the mean over its positions.
    ///
    /// ```
    /// use training_replay::{Loss, Matrix};
    ///
    /// let outputs = Matrix::from_row_slice(2, 2, &[1.0, 3.0, 0.0, 0.0]);
    /// let losses = Loss::MeanSquaredError.per_sample(&outputs, &Matrix::zeros(2, 2))?;
    /// assert_eq!(losses, [5.0, 0.0]); // the mean of the squares over the outputs
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Shape`](crate::Error::Shape) if outputs and targets differ in shape, [`Error::Invalid`](crate::Error::Invalid) if the targets do not suit this
    /// loss: outside 0 to 1 for binary cross-entropy; negative, of another sum than 1 (but for rounding, 0.01), or a single
    /// output, for categorical; classes by index, for any other. [`Error::Invalid`](crate::Error::Invalid) also for outputs that are no probabilities, of a cross-entropy: logits go
    /// to [`per_sample_from_logits`](Self::per_sample_from_logits).
    pub fn per_sample<'t>(self, outputs: &Matrix, targets: impl Into<Targets<'t>>) -> Result<Vec<f32>> {
        let targets = targets.into();
        Ok(means(self.per_position(outputs, targets)?, targets.positions()))
    }

    /// Returns the loss of each position, sample by sample, from the model's outputs.
    ///
    /// Targets other than labels of several positions have one a sample, as [`per_sample`](Self::per_sample).
    ///
    /// ```
    /// use training_replay::{ClassLabels, Loss, Matrix};
    ///
    /// let words = ClassLabels::new([0, 1], 2, 2)?; // one sample, two positions, two classes
    /// let outputs = Matrix::from_row_slice(1, 4, &[0.5, 0.5, 0.75, 0.25]);
    /// let losses = Loss::CategoricalCrossEntropy.per_position(&outputs, &words)?;
    /// assert!((losses[0] - 2_f32.ln()).abs() < 1e-6 && (losses[1] - 4_f32.ln()).abs() < 1e-6);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`per_sample`](Self::per_sample).
    pub fn per_position<'t>(self, outputs: &Matrix, targets: impl Into<Targets<'t>>) -> Result<Vec<f32>> {
        let targets = targets.into();
        self.check(outputs, targets)?;
        self.check_probabilities(outputs)?;
        Ok(self.losses(outputs, targets, Basis::Outputs))
    }

    /// Returns the loss of each sample, from the pre-activations of the last layer.
    ///
    /// The activation of that layer must be the loss's link: sigmoid, softmax or linear.
    ///
    /// ```
    /// use training_replay::{Loss, Matrix};
    ///
    /// let (logits, targets) = (Matrix::from_element(1, 1, 100.0), Matrix::zeros(1, 1));
    /// assert_eq!(Loss::BinaryCrossEntropy.per_sample_from_logits(&logits, &targets)?, [100.0]);
    /// let clipped = Loss::BinaryCrossEntropy.per_sample(&Matrix::from_element(1, 1, 1.0), &targets)?;
    /// assert!(clipped[0] < 16.2); // from the probability, which is clipped
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`per_sample`](Self::per_sample).
    pub fn per_sample_from_logits<'t>(self, logits: &Matrix, targets: impl Into<Targets<'t>>) -> Result<Vec<f32>> {
        let targets = targets.into();
        Ok(means(self.per_position_from_logits(logits, targets)?, targets.positions()))
    }

    /// Returns the loss of each position, sample by sample, from the pre-activations of the last layer.
    ///
    /// Of labels of several positions, the softmax is over the classes of each position.
    ///
    /// ```
    /// use training_replay::{ClassLabels, Loss, Matrix};
    ///
    /// let words = ClassLabels::new([0, 1], 2, 2)?;
    /// let logits = Matrix::from_row_slice(1, 4, &[0.0, 0.0, 100.0, 0.0]);
    /// let losses = Loss::CategoricalCrossEntropy.per_position_from_logits(&logits, &words)?;
    /// assert_eq!(losses, [std::f32::consts::LN_2, 100.0]);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`per_sample`](Self::per_sample).
    pub fn per_position_from_logits<'t>(self, logits: &Matrix, targets: impl Into<Targets<'t>>) -> Result<Vec<f32>> {
        let targets = targets.into();
        self.check(logits, targets)?;
        Ok(self.losses(logits, targets, Basis::Logits))
    }

    /// Returns the mean loss over the samples, summed in `f64`; NaN for no samples.
    ///
    /// ```
    /// use training_replay::{Loss, Matrix};
    ///
    /// let outputs = Matrix::from_column_slice(2, 1, &[1.0, 3.0]);
    /// assert_eq!(Loss::MeanSquaredError.mean(&outputs, &Matrix::zeros(2, 1))?, 5.0);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`per_sample`](Self::per_sample).
    pub fn mean<'t>(self, outputs: &Matrix, targets: impl Into<Targets<'t>>) -> Result<f64> {
        Ok(mean(&self.per_position(outputs, targets)?))
    }

    /// The losses of outputs, or logits, that were checked against the targets: of each position, sample by sample.
    pub(crate) fn losses(self, predictions: &Matrix, targets: Targets<'_>, basis: Basis) -> Vec<f32> {
        let mut losses = vec![0.0; predictions.nrows() * targets.positions()];
        match targets {
            Targets::Numbers(targets) => self.losses_into(predictions, targets, basis, &mut losses),
            Targets::Labels(labels) => labeled::losses_into(predictions, labels, basis, &mut losses),
        }
        losses
    }

    fn losses_into(self, predictions: &Matrix, targets: &Matrix, basis: Basis, losses: &mut [f32]) {
        match (self, basis) {
            (Self::BinaryCrossEntropy, Basis::Outputs) => {
                mean_over_outputs(predictions, targets, losses, add_cross_entropy);
            }
            (Self::BinaryCrossEntropy, Basis::Logits) => {
                mean_over_outputs(predictions, targets, losses, softplus::add);
            }
            (Self::CategoricalCrossEntropy, Basis::Outputs) => categorical(predictions, targets, losses),
            (Self::CategoricalCrossEntropy, Basis::Logits) => logit_categorical(predictions, targets, losses),
            (Self::MeanSquaredError, _) => {
                let square = |p: f32, y: f32| (p - y) * (p - y);
                mean_over_outputs(predictions, targets, losses, |l, p, y| add_elements(l, p, y, square));
            }
            // Every check refuses it.
            (Self::Own, _) => losses.fill(f32::NAN),
        }
    }
}

/// The mean over the positions of each sample.
pub(crate) fn means(losses: Vec<f32>, positions: usize) -> Vec<f32> {
    if positions == 1 { losses } else { losses.chunks(positions).map(|some| mean(some) as f32).collect() }
}

/// The mean in double precision.
pub(crate) fn mean(losses: &[f32]) -> f64 {
    matrix::sum_f64(losses) / losses.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(values: &[f32]) -> Matrix {
        Matrix::from_column_slice(values.len(), 1, values)
    }

    /// Expected values by numpy in float64:
    /// `z, y = np.array([-40., -1., 0., 2., 40.]), np.array([1., 0., 1., 1., 0.])`
    /// `np.maximum(z, 0) - z*y + np.log1p(np.exp(-abs(z)))`
    #[test]
    fn binary_cross_entropy_from_logits_is_exact_where_probabilities_saturate() {
        let logits = column(&[-40.0, -1.0, 0.0, 2.0, 40.0]);
        let targets = column(&[1.0, 0.0, 1.0, 1.0, 0.0]);
        let losses = Loss::BinaryCrossEntropy.per_sample_from_logits(&logits, &targets).unwrap();
        let expected = [40.0, 0.31326168751822286, std::f64::consts::LN_2, 0.1269280110429725, 40.0];
        for (loss, expected) in losses.iter().zip(expected) {
            assert!((f64::from(*loss) - expected).abs() < 1e-7 * expected.max(1.0), "{loss} {expected}");
        }
        // `np.log1p(np.exp(-40.))`: a tiny loss is not lost beside the large terms that cancel.
        let sure = Loss::BinaryCrossEntropy.per_sample_from_logits(&column(&[40.0]), &column(&[1.0])).unwrap()[0];
        assert!((f64::from(sure) / 4.248354255291589e-18 - 1.0).abs() < 1e-5, "{sure}");
    }

    #[test]
    fn probabilities_are_clipped_as_keras_clips_them() {
        let losses = Loss::BinaryCrossEntropy.per_sample(&column(&[0.0, 1.0]), &column(&[1.0, 1.0])).unwrap();
        assert!((losses[0] - 1e-7_f32.ln().abs()).abs() < 1e-5, "{losses:?}");
        assert!(losses[1] < 2e-7, "{losses:?}");
    }

    /// `-np.log(.7)`, and scipy's `log_softmax([1000., 0.])` for the saturated row.
    #[test]
    fn categorical_cross_entropy_is_minus_the_logarithm_of_the_targets_share() {
        let targets = Matrix::from_row_slice(1, 3, &[0.0, 1.0, 0.0]);
        let shares = Matrix::from_row_slice(1, 3, &[0.4, 1.4, 0.2]);
        let loss = Loss::CategoricalCrossEntropy.mean(&shares, &targets).unwrap();
        assert!((loss - 0.35667494393873245).abs() < 1e-6, "{loss}");

        let logits = Matrix::from_row_slice(1, 2, &[1000.0, 0.0]);
        let wrong = Matrix::from_row_slice(1, 2, &[0.0, 1.0]);
        assert_eq!(Loss::CategoricalCrossEntropy.per_sample_from_logits(&logits, &wrong).unwrap(), [1000.0]);
    }

    #[test]
    fn several_outputs_are_averaged_as_keras_averages_them() {
        let outputs = Matrix::from_row_slice(1, 2, &[1.0, 3.0]);
        let targets = Matrix::from_row_slice(1, 2, &[0.0, 0.0]);
        assert_eq!(Loss::MeanSquaredError.per_sample(&outputs, &targets).unwrap(), [5.0]);
    }

    #[test]
    fn targets_of_another_kind_are_refused() {
        let minus_one = column(&[-1.0, 1.0]);
        let message = Loss::BinaryCrossEntropy.mean(&column(&[0.5, 0.5]), &minus_one).unwrap_err().to_string();
        assert_eq!(message, "target row 0 is -1; it must be from 0 to 1 for binary cross-entropy");
        assert!(Loss::CategoricalCrossEntropy.mean(&column(&[0.5, 0.5]), &column(&[0.0, 1.0])).is_err());
        assert!(Loss::MeanSquaredError.mean(&column(&[0.5]), &minus_one).is_err());
    }

    #[test]
    fn a_diverged_model_has_a_loss_that_is_nan() {
        let (outputs, targets) = (column(&[f32::NAN]), column(&[1.0]));
        assert!(Loss::BinaryCrossEntropy.mean(&outputs, &targets).unwrap().is_nan());
        assert!(Loss::BinaryCrossEntropy.gradient(&outputs, &targets).unwrap()[0].is_nan());
    }
}

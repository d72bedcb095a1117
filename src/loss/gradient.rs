//! Gradients of the mean loss, with respect to outputs and to logits.

use super::{
    Loss,
    kernels::{categorical_slope, cross_entropy_slope, softmax_columns},
    labeled,
};
use crate::{
    Matrix, Result,
    data::Targets,
    math::{
        functions::{self, Function},
        matrix,
    },
};

impl Loss {
    /// Returns the gradient of the mean loss with respect to the outputs; zero where a probability is clipped.
    ///
    /// # Shapes
    ///
    /// All three matrices are `(samples, outputs)`.
    ///
    /// ```
    /// use training_replay::{Loss, Matrix};
    ///
    /// let (outputs, targets) = (Matrix::from_row_slice(1, 2, &[0.5, 2.0]), Matrix::from_row_slice(1, 2, &[0.0, 1.0]));
    /// let gradient = Loss::MeanSquaredError.gradient(&outputs, &targets)?;
    /// assert_eq!(gradient.as_slice(), [0.5, 1.0]); // 2 (p - y) / (samples * outputs)
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`per_sample`](Self::per_sample).
    pub fn gradient<'t>(self, outputs: &Matrix, targets: impl Into<Targets<'t>>) -> Result<Matrix> {
        let targets = targets.into();
        self.check(outputs, targets)?;
        let mut gradient = outputs.clone();
        self.differentiate(&mut gradient, targets);
        Ok(gradient)
    }

    /// Returns the gradient of the mean loss with respect to the logits: the scaled difference of prediction and target.
    ///
    /// ```
    /// use training_replay::{Loss, Matrix};
    ///
    /// let (logits, targets) = (Matrix::zeros(2, 1), Matrix::from_column_slice(2, 1, &[0.0, 1.0]));
    /// let gradient = Loss::BinaryCrossEntropy.gradient_from_logits(&logits, &targets)?;
    /// assert_eq!(gradient.as_slice(), [0.25, -0.25]); // (0.5 - y) / samples
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`per_sample`](Self::per_sample).
    pub fn gradient_from_logits<'t>(self, logits: &Matrix, targets: impl Into<Targets<'t>>) -> Result<Matrix> {
        let targets = targets.into();
        self.check(logits, targets)?;
        let mut gradient = logits.clone();
        self.link(&mut gradient, targets);
        self.differentiate_linked(&mut gradient, targets);
        Ok(gradient)
    }

    /// Replaces logits by the outputs that they are of: of the classes of each position.
    pub(crate) fn link(self, logits: &mut Matrix, targets: Targets<'_>) {
        match self {
            Self::BinaryCrossEntropy => functions::apply(Function::Sigmoid, logits.as_mut_slice()),
            Self::CategoricalCrossEntropy => {
                let rows = logits.nrows();
                let of_positions = logits.as_mut_slice().chunks_mut((rows * targets.width()).max(1));
                of_positions.for_each(|columns| softmax_columns(columns, rows, rows));
            }
            Self::MeanSquaredError | Self::Own => {}
        }
    }

    /// Replaces checked outputs by the gradient of the mean loss with respect to them.
    pub(crate) fn differentiate(self, outputs: &mut Matrix, targets: Targets<'_>) {
        match targets {
            Targets::Numbers(targets) => self.differentiate_numbers(outputs, targets),
            Targets::Labels(labels) => labeled::differentiate(outputs, labels),
        }
    }

    fn differentiate_numbers(self, outputs: &mut Matrix, targets: &Matrix) {
        let (samples, width) = outputs.shape();
        if samples == 0 {
            return;
        }
        match self {
            Self::BinaryCrossEntropy => {
                let scale = 1.0 / (samples * width) as f32;
                outputs.zip_apply(targets, |p, y| *p = cross_entropy_slope(*p, y) * scale);
            }
            Self::CategoricalCrossEntropy => categorical_slope(outputs, targets),
            Self::MeanSquaredError | Self::Own => self.differentiate_linked_numbers(outputs, targets),
        }
    }

    /// Replaces outputs of the link by the gradient of the mean loss with respect to the logits.
    pub(crate) fn differentiate_linked(self, outputs: &mut Matrix, targets: Targets<'_>) {
        match targets {
            Targets::Numbers(targets) => self.differentiate_linked_numbers(outputs, targets),
            Targets::Labels(labels) => labeled::differentiate_linked(outputs, labels),
        }
    }

    fn differentiate_linked_numbers(self, outputs: &mut Matrix, targets: &Matrix) {
        let (samples, width) = outputs.shape();
        if samples == 0 {
            return;
        }
        let scale = match self {
            Self::BinaryCrossEntropy => 1.0 / (samples * width) as f32,
            Self::CategoricalCrossEntropy => {
                // d/dz_i of sum_j y_j (ln sum exp z - z_j) is p_i sum_j y_j - y_i.
                let totals = targets.column_sum();
                matrix::columns_mut(outputs).for_each(|p| p.iter_mut().zip(&totals).for_each(|(p, total)| *p *= total));
                1.0 / samples as f32
            }
            Self::MeanSquaredError => 2.0 / (samples * width) as f32,
            // Every check refuses it.
            Self::Own => f32::NAN,
        };
        let pairs = outputs.as_mut_slice().iter_mut().zip(targets.as_slice());
        pairs.for_each(|(p, y)| *p = (*p - y) * scale);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::loss::mean;

    #[test]
    fn every_gradient_agrees_with_finite_differences() {
        let outputs = Matrix::from_row_slice(2, 3, &[0.2, 0.5, 0.3, 0.6, 0.3, 0.4]);
        let targets = Matrix::from_row_slice(2, 3, &[0.0, 1.0, 0.0, 0.2, 0.3, 0.5]);
        for loss in [Loss::BinaryCrossEntropy, Loss::CategoricalCrossEntropy, Loss::MeanSquaredError] {
            let gradient = loss.gradient(&outputs, &targets).unwrap();
            let from_logits = loss.gradient_from_logits(&outputs, &targets).unwrap();
            for i in 0..outputs.len() {
                let moved = |step: f32| {
                    let mut moved = outputs.clone();
                    moved[i] += step;
                    moved
                };
                let slope = |f: &dyn Fn(&Matrix) -> f64| (f(&moved(1e-2)) - f(&moved(-1e-2))) / 2e-2;
                let numeric = slope(&|p| loss.mean(p, &targets).unwrap());
                assert!((f64::from(gradient[i]) - numeric).abs() < 2e-3, "{loss} {i}: {} {numeric}", gradient[i]);
                let numeric = slope(&|z| mean(&loss.per_sample_from_logits(z, &targets).unwrap()));
                assert!((f64::from(from_logits[i]) - numeric).abs() < 1e-4, "{loss} {i}: {} {numeric}", from_logits[i]);
            }
        }
    }
}

//! What a model implements to give gradients.

use crate::{Forward, Loss, Matrix, Result, Targets, Weights};

/// A model that can also differentiate a loss.
///
/// It says so by [`Forward::as_backward`], so that every question which can make use of gradients does.
pub trait Backward: Forward {
    /// Computes the gradient of the mean loss over the samples with respect to every trainable parameter; of samples of
    /// several positions it is the mean over these.
    ///
    /// ```
    /// use training_replay::{Backward, Dense, Loss, Matrix, Sequential};
    ///
    /// let model = Sequential::builder(2).layer(Dense::new(1).name("output")).build(1)?;
    /// let (inputs, targets) = (Matrix::zeros(4, 2), Matrix::from_element(4, 1, 3.0));
    /// let gradients = model.gradients(&inputs, (&targets).into(), Loss::MeanSquaredError)?;
    /// // The outputs are 0: the derivative of (output - 3)^2 is -6.
    /// assert_eq!(gradients.require("output", "bias", &[1])?.values().to_f32(), [-6.0].as_slice());
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If inputs, targets and model do not fit each other, or the loss does not fit the targets.
    fn gradients(&self, inputs: &Matrix, targets: Targets<'_>, loss: Loss) -> Result<Weights>;
}

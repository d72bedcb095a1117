//! The contract between training and replaying: three small traits.

pub(crate) mod checked;
mod parameter;
mod weights;

pub use parameter::{Parameter, Values};
pub use weights::Weights;

use std::ops::{Range, RangeInclusive};

use crate::{Loss, Matrix, Result};

/// Anything whose parameters can be recorded.
///
/// [`Model`] lists the parameters, which is enough to record. [`Forward`] puts recorded weights back and runs
/// some of the layers, which is enough to replay. [`Backward`] adds gradients. The networks of
/// [`nn`](crate::nn) implement all three; a network of one's own implements as many as it needs.
///
/// ```
/// use training_replay::{Model, Parameter, Result, Weights};
///
/// struct Line {
///     slope: Vec<f64>,
///     offset: Vec<f64>,
/// }
///
/// impl Model for Line {
///     fn parameters(&self) -> Result<Vec<Parameter<'_>>> {
///         Ok(vec![
///             Parameter::new("line", "kernel", [2, 1], &self.slope),
///             Parameter::new("line", "bias", [1], &self.offset),
///         ])
///     }
/// }
///
/// # fn main() -> Result<()> {
/// let line = Line { slope: vec![1.0, 2.0], offset: vec![0.5] };
/// let weights = Weights::of(&line)?;
/// assert_eq!(weights.get("line", "bias").unwrap().shape(), [1]);
/// # Ok(())
/// # }
/// ```
pub trait Model {
    /// All parameters, the same ones in the same order at every epoch.
    ///
    /// # Errors
    ///
    /// Fallible, because a framework may have to copy from a device; see [`Error::model`](crate::Error::model).
    fn parameters(&self) -> Result<Vec<Parameter<'_>>>;

    /// What the model can be rebuilt from later, stored once; the built-in networks give one, so that their
    /// recordings open without any code of the user's.
    fn description(&self) -> Option<Description> {
        None
    }
}

/// A model that can be put back to a recorded epoch and run.
pub trait Forward: Model {
    /// Names of the layers, in forward order.
    fn layers(&self) -> Vec<String>;

    /// The same model with other weights.
    ///
    /// # Errors
    ///
    /// If the weights are not this model's; [`Weights::require`] says so for each parameter.
    fn with_weights(&self, weights: &Weights) -> Result<Self>
    where
        Self: Sized;

    /// Output of the last layer of `layers` when the first one is fed `inputs`; the inputs themselves for an empty
    /// range.
    ///
    /// One method serves three needs: `0..k + 1` is layer `k`'s output, `0..n` the model's, and `k + 1..n` the rest
    /// of the way from a hidden layer.
    ///
    /// # Shapes
    ///
    /// `(samples, width before the range)` to `(samples, units of its last layer)`.
    ///
    /// # Errors
    ///
    /// If the inputs have another width than the first layer takes, or the range is not within the layers.
    fn forward(&self, inputs: &Matrix, layers: Range<usize>) -> Result<Matrix>;

    /// Output of one layer before its activation function ("z-values"); the same as `forward` where it has none.
    ///
    /// # Errors
    ///
    /// As [`forward`](Self::forward).
    fn pre_activation(&self, inputs: &Matrix, layer: usize) -> Result<Matrix> {
        self.forward(inputs, layer..layer.saturating_add(1))
    }

    /// [`forward`](Self::forward) into a matrix that is there already; it takes the shape of the outputs. Whoever asks
    /// about many epochs keeps one, and so spares the machine handing out fresh memory for each. By default it is
    /// merely replaced.
    ///
    /// ```
    /// use training_replay::{Dense, Forward, Matrix, Sequential};
    ///
    /// let inputs = Matrix::from_element(1_000, 2, 0.5);
    /// let mut outputs = Matrix::zeros(0, 0);
    /// for seed in 0..3 {
    ///     let model = Sequential::builder(2).layer(Dense::new(1)).build(seed)?;
    ///     model.forward_into(&inputs, 0..1, &mut outputs)?; // in the same memory every time
    ///     assert_eq!(outputs, model.forward(&inputs, 0..1)?);
    /// }
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`forward`](Self::forward).
    fn forward_into(&self, inputs: &Matrix, layers: Range<usize>, outputs: &mut Matrix) -> Result<()> {
        *outputs = self.forward(inputs, layers)?;
        Ok(())
    }

    /// [`pre_activation`](Self::pre_activation) into a matrix that is there already.
    ///
    /// # Errors
    ///
    /// As [`forward`](Self::forward).
    fn pre_activation_into(&self, inputs: &Matrix, layer: usize, outputs: &mut Matrix) -> Result<()> {
        *outputs = self.pre_activation(inputs, layer)?;
        Ok(())
    }

    /// The loss of each sample. By default from the outputs; a model that knows its logits overrides this with
    /// [`Loss::per_sample_from_logits`], which stays exact where probabilities saturate.
    ///
    /// # Errors
    ///
    /// As [`forward`](Self::forward) and [`Loss::per_sample`].
    fn losses(&self, inputs: &Matrix, targets: &Matrix, loss: Loss) -> Result<Vec<f32>> {
        loss.per_sample(&self.forward(inputs, 0..self.layers().len())?, targets)
    }

    /// What the outputs of one layer lie between, ends included, if that is known: 0 to 1 for a sigmoid, 0 to infinity
    /// for ReLU. [`Milestones`](crate::analysis::Milestones) tell from it which units are squashed, saturated or dead;
    /// by default it is not known.
    fn range(&self, layer: usize) -> Option<RangeInclusive<f32>> {
        let _ = layer;
        None
    }

    /// The model as one that gives gradients, if it is one. A model that implements [`Backward`] returns `Some(self)`
    /// here, so that questions which can do without gradients use them where they are to be had.
    ///
    /// ```
    /// use training_replay::{Dense, Forward, Sequential};
    ///
    /// let model = Sequential::builder(2).layer(Dense::new(1)).build(1)?;
    /// assert!(model.as_backward().is_some());
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    fn as_backward(&self) -> Option<&dyn Backward> {
        None
    }
}

/// A model that can also differentiate a loss. It says so by [`Forward::as_backward`], so that every question which can
/// make use of gradients does.
pub trait Backward: Forward {
    /// Gradient of the mean loss over the samples with respect to every trainable parameter.
    ///
    /// # Errors
    ///
    /// If inputs, targets and model do not fit each other, or the loss does not fit the targets.
    fn gradients(&self, inputs: &Matrix, targets: &Matrix, loss: Loss) -> Result<Weights>;
}

/// A model without its weights, in bytes that only the model itself understands.
///
/// ```
/// use training_replay::Description;
///
/// let description = Description::new("my_crate::Net/1", "2-10-1".as_bytes());
/// assert_eq!((description.kind(), description.bytes()), ("my_crate::Net/1", b"2-10-1".as_slice()));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Description {
    kind: String,
    bytes: Vec<u8>,
}

impl Description {
    /// `kind` names who can read `bytes`, e.g. `my_crate::Net/1`.
    pub fn new(kind: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Self {
        Self { kind: kind.into(), bytes: bytes.into() }
    }

    /// Who can read the bytes.
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// What the model wrote about itself.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

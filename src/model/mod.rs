//! The contract between training and replaying: three small traits.
//!
//! Nothing here knows how a model is trained, stored or looked at: whatever implements the traits can be.

pub(crate) mod agreement;
pub(crate) mod checked;
pub(crate) mod decision;
mod description;
mod dtype;
pub(crate) mod matching;
pub(crate) mod output_kind;
mod parameter;
mod pointer;
mod probed;
mod scalar;
pub mod units;
pub(crate) mod values;
pub(crate) mod visit;
pub(crate) mod weights;

pub use description::Description;
pub use dtype::Dtype;
pub use output_kind::OutputKind;
pub use parameter::{Orientation, Parameter};
pub use probed::Probed;
pub use values::Values;
pub use weights::Weights;

use std::ops::{Range, RangeInclusive};

use crate::{Activation, Error, Loss, Matrix, Result};

/// A model whose parameters can be recorded.
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
    /// Returns all parameters, the same ones at every epoch. They are matched by layer and name, and recorded in the order of
    /// the first epoch.
    ///
    /// # Errors
    ///
    /// Whatever the model's framework fails with, by [`Error::model`](crate::Error::model): it may have to copy from a
    /// device.
    fn parameters(&self) -> Result<Vec<Parameter<'_>>>;

    /// Hands over all parameters, one at a time, which is how they are recorded; by default those of
    /// [`parameters`](Self::parameters).
    ///
    /// A model whose values must be copied, from a device say, does it here one array at a time: then recording takes the
    /// memory of the largest array and not of all. They may come in any order. An error of `each` is returned as it is.
    ///
    /// ```
    /// use training_replay::{Metrics, Model, Parameter, Replay, Result, Weights};
    ///
    /// struct OnDevice; // three layers, of which one at a time is copied into a buffer
    ///
    /// impl Model for OnDevice {
    ///     fn parameters(&self) -> Result<Vec<Parameter<'_>>> {
    ///         Ok(Weights::of(self)?.into_iter().collect()) // copies of all that `visit` hands over
    ///     }
    ///
    ///     fn visit(&self, each: &mut dyn FnMut(Parameter<'_>) -> Result<()>) -> Result<()> {
    ///         let mut buffer = vec![0.0_f32; 4];
    ///         for layer in ["first", "second", "third"] {
    ///             buffer.fill(0.5);
    ///             each(Parameter::new(layer, "kernel", [2, 2], &buffer))?;
    ///         }
    ///         Ok(())
    ///     }
    /// }
    ///
    /// let mut replay = Replay::options().in_memory();
    /// replay.record(&OnDevice, Metrics::new())?;
    /// assert_eq!(replay.weights(0)?.len(), 3);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`parameters`](Self::parameters), and whatever `each` returns.
    fn visit(&self, each: &mut dyn FnMut(Parameter<'_>) -> Result<()>) -> Result<()> {
        self.parameters()?.into_iter().try_for_each(each)
    }

    /// Returns what the model can be rebuilt from later, which is recorded once; nothing by default. The built-in
    /// networks give one, so that their recordings open without any code of the user's.
    ///
    /// ```
    /// use training_replay::{Dense, Model, Sequential};
    ///
    /// let model = Sequential::builder(2).layer(Dense::new(1)).build(1)?;
    /// assert_eq!(model.description().unwrap().kind(), "training_replay::Sequential/1");
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    fn description(&self) -> Option<Description> {
        None
    }

    /// Returns the model as one that runs, if it is one. A model that implements [`Forward`] returns `Some(self)` here, so
    /// that a recording can hold what it makes of a few inputs, and [`Run::verify`](crate::Run::verify) can prove later that
    /// it runs the same model.
    ///
    /// ```
    /// use training_replay::{Dense, Model, Sequential};
    ///
    /// let model = Sequential::builder(2).layer(Dense::new(1)).build(1)?;
    /// assert!(model.as_forward().is_some());
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    fn as_forward(&self) -> Option<&dyn Forward> {
        None
    }

    /// Returns what the model makes of the inputs of a recording's probe, a row for each; `None` if it cannot be run. By
    /// default the outputs of [`as_forward`](Self::as_forward).
    ///
    /// [`Probed`] hands over outputs that were computed elsewhere.
    ///
    /// ```
    /// use training_replay::{Dense, Matrix, Model, Sequential, Weights};
    ///
    /// let model = Sequential::builder(2).layer(Dense::new(1)).build(1)?;
    /// let inputs = Matrix::from_element(4, 2, 0.5);
    /// assert_eq!(model.probe_outputs(&inputs)?, Some(model.predict(&inputs)?));
    /// assert_eq!(Weights::of(&model)?.probe_outputs(&inputs)?, None);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Forward::forward`].
    fn probe_outputs(&self, inputs: &Matrix) -> Result<Option<Matrix>> {
        self.as_forward().map(|model| checked::outputs(model, inputs)).transpose()
    }
}

/// A model that can be put back to a recorded epoch and run.
pub trait Forward: Model {
    /// Returns the names of the layers, in forward order.
    ///
    /// ```
    /// use training_replay::{Dense, Forward, Sequential};
    ///
    /// let model = Sequential::builder(2).layer(Dense::new(3).name("hidden")).layer(Dense::new(1).name("output"));
    /// assert_eq!(model.build(1)?.layers(), ["hidden", "output"]);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    fn layers(&self) -> Vec<String>;

    /// Returns the same model with other weights.
    ///
    /// ```
    /// use training_replay::{Dense, Forward, Sequential, Weights};
    ///
    /// let architecture = Sequential::builder(2).layer(Dense::new(1));
    /// let (one, other) = (architecture.clone().build(1)?, architecture.build(2)?);
    /// assert_eq!(one.with_weights(&Weights::of(&other)?)?, other);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If the weights are not this model's; [`Weights::require`] says so for each parameter.
    fn with_weights(&self, weights: &Weights) -> Result<Self>
    where
        Self: Sized;

    /// Returns the same model with other weights, whose arrays it may take for its own; by default
    /// [`with_weights`](Self::with_weights).
    ///
    /// This is what a replay calls. A model that holds its parameters as arrays takes them by
    /// [`Weights::take`](crate::Weights::take) in place of a copy; those that it leaves are filled again with the next epoch.
    ///
    /// ```
    /// use training_replay::{Forward, Matrix, Model, Parameter, Result, Weights};
    ///
    /// struct Scale(Parameter<'static>);
    ///
    /// impl Model for Scale {
    ///     fn parameters(&self) -> Result<Vec<Parameter<'_>>> {
    ///         Ok(vec![self.0.borrowed()])
    ///     }
    /// }
    ///
    /// impl Forward for Scale {
    ///     fn layers(&self) -> Vec<String> {
    ///         vec!["scale".into()]
    ///     }
    ///
    ///     fn with_weights(&self, weights: &Weights) -> Result<Self> {
    ///         self.restore(&mut weights.clone())
    ///     }
    ///
    ///     fn restore(&self, weights: &mut Weights) -> Result<Self> {
    ///         Ok(Self(weights.take("scale", "factor", &[])?))
    ///     }
    ///
    ///     fn forward(&self, inputs: &Matrix, _: std::ops::Range<usize>) -> Result<Matrix> {
    ///         Ok(inputs * self.0.values().to_f32()[0])
    ///     }
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`with_weights`](Self::with_weights).
    fn restore(&self, weights: &mut Weights) -> Result<Self>
    where
        Self: Sized,
    {
        self.with_weights(weights)
    }

    /// Computes the outputs of the last layer of `layers` when the first one is fed `inputs`; the inputs themselves for
    /// an empty range.
    ///
    /// One method serves three needs: `0..k + 1` is layer `k`'s output, `0..n` the model's, and `k + 1..n` the rest
    /// of the way from a hidden layer.
    ///
    /// # Shapes
    ///
    /// `(samples, width before the range)` to `(samples, units of its last layer)`.
    ///
    /// ```
    /// use training_replay::{Dense, Forward, Matrix, Sequential};
    ///
    /// let model = Sequential::builder(2).layer(Dense::new(3)).layer(Dense::new(1)).build(1)?;
    /// let inputs = Matrix::from_element(4, 2, 0.5);
    /// let hidden = model.forward(&inputs, 0..1)?;
    /// assert_eq!(hidden.shape(), (4, 3));
    /// assert_eq!(model.forward(&hidden, 1..2)?, model.forward(&inputs, 0..2)?);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If the inputs have another width than the first layer takes, or the range is not within the layers.
    fn forward(&self, inputs: &Matrix, layers: Range<usize>) -> Result<Matrix>;

    /// Returns the activation function that ends a layer, if the model knows it; by default it does not.
    ///
    /// It is the one thing worth saying of every layer: the [`range`](Self::range) of its units follows from it, so that
    /// units are found that are saturated or dead, and from that of the last layer what the outputs are. A layer that ends
    /// in none is [`Activation::Linear`].
    ///
    /// ```
    /// use training_replay::{Activation, Dense, Forward, Sequential};
    ///
    /// let model = Sequential::builder(2).layer(Dense::new(1).activation(Activation::Tanh)).build(1)?;
    /// assert_eq!(model.activation(0), Some(Activation::Tanh));
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    fn activation(&self, layer: usize) -> Option<Activation> {
        let _ = layer;
        None
    }

    /// Returns what the outputs are, probabilities, logits or values, if the model knows it.
    ///
    /// By default it follows from the activation of the last layer: probabilities behind a sigmoid or a softmax, values behind any
    /// other but a linear one, which may put out logits or values. Where a model does not say it, its outputs are taken for
    /// probabilities if they are valid ones on all the data asked about, which the answer notes as a
    /// [`Caveat`](crate::analysis::Caveat); other outputs are an error. [`OutputKind`] has an example.
    fn output_kind(&self) -> Option<OutputKind> {
        let last = self.layers().len().checked_sub(1)?;
        self.activation(last).and_then(OutputKind::behind)
    }

    /// Returns where a single output changes from class 0 to class 1, if the model knows better than its
    /// [`OutputKind`]: a probability where outputs are probabilities or logits, else a value. By default it does not.
    ///
    /// [`Run::threshold`](crate::Run::threshold) sets it for all questions about a run.
    fn threshold(&self) -> Option<f32> {
        None
    }

    /// Computes the outputs of one layer before its activation function ("z-values"), if the model knows them.
    ///
    /// By default they are known of a layer whose [`activation`](Self::activation) is linear: those of
    /// [`forward`](Self::forward). What needs those of other layers is left out of answers, and listed there as a
    /// [`Caveat`](crate::analysis::Caveat).
    ///
    /// ```
    /// use training_replay::{Activation, Dense, Forward, Matrix, Sequential};
    ///
    /// let model = Sequential::builder(2).layer(Dense::new(3).activation(Activation::Tanh)).build(1)?;
    /// let inputs = Matrix::from_element(4, 2, 0.5);
    /// let (z, outputs) = (model.pre_activation(&inputs, 0)?, model.forward(&inputs, 0..1)?);
    /// assert!((z[0].tanh() - outputs[0]).abs() < 1e-6);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`forward`](Self::forward), and [`Error::Missing`] if the model does not know them.
    fn pre_activation(&self, inputs: &Matrix, layer: usize) -> Result<Matrix> {
        match self.activation(layer) {
            Some(Activation::Linear) => self.forward(inputs, layer..layer.saturating_add(1)),
            _ => {
                let name = self.layers().get(layer).map_or(format!("layer {layer}"), |name| format!("layer {name:?}"));
                Err(Error::missing(format!("z-values of {name}"), "the model gives them by `Forward::pre_activation`"))
            }
        }
    }

    /// Computes [`forward`](Self::forward) into a matrix that is there already and takes the shape of the outputs.
    ///
    /// Whoever asks about many epochs keeps one matrix for all of them, and spares fresh memory for each. By default
    /// it is merely replaced.
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

    /// Computes [`pre_activation`](Self::pre_activation) into a matrix that is there already.
    ///
    /// # Errors
    ///
    /// As [`forward`](Self::forward).
    fn pre_activation_into(&self, inputs: &Matrix, layer: usize, outputs: &mut Matrix) -> Result<()> {
        *outputs = self.pre_activation(inputs, layer)?;
        Ok(())
    }

    /// Computes the loss of each sample: by default from the outputs, as their [`output_kind`](Self::output_kind) asks for.
    ///
    /// Logits are used as they are. Probabilities whose z-values the model knows, by
    /// [`pre_activation`](Self::pre_activation), and whose [`activation`](Self::activation) belongs to the loss, are
    /// computed from these, which stays exact where probabilities saturate. Other probabilities are clipped, as
    /// [`Loss::per_sample`] does.
    ///
    /// ```
    /// use training_replay::{Dense, Forward, Loss, Matrix, Sequential};
    ///
    /// let model = Sequential::builder(2).layer(Dense::new(1)).build(1)?;
    /// let (inputs, targets) = (Matrix::zeros(4, 2), Matrix::from_element(4, 1, 3.0));
    /// // Inputs and bias are 0, and so are the outputs.
    /// assert_eq!(model.losses(&inputs, &targets, Loss::MeanSquaredError)?, [9.0; 4]);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`forward`](Self::forward) and [`Loss::per_sample`], and [`Error::Invalid`] for a cross-entropy of values.
    fn losses(&self, inputs: &Matrix, targets: &Matrix, loss: Loss) -> Result<Vec<f32>> {
        let count = self.layers().len();
        let last = count.checked_sub(1);
        let activation = last.and_then(|last| self.activation(last)).filter(|activation| activation.is_link_of(loss));
        // A linear layer's outputs are its z-values.
        if let (Some(last), Some(activation)) =
            (last, activation.filter(|activation| *activation != Activation::Linear))
        {
            let hidden = if last == 0 { None } else { Some(self.forward(inputs, 0..last)?) };
            match self.pre_activation(hidden.as_ref().unwrap_or(inputs), last) {
                Err(Error::Missing { .. }) => {}
                logits => {
                    let logits = logits?;
                    let outputs = self.forward(hidden.as_ref().unwrap_or(inputs), last..count)?;
                    activation.expect_of(&logits, &outputs)?;
                    return loss.per_sample_from_logits(&logits, targets);
                }
            }
        }
        OutputKind::losses(self.output_kind(), &self.forward(inputs, 0..count)?, targets, loss)
    }

    /// Returns what the outputs of one layer lie between, ends included, if that is known: 0 to 1 for a sigmoid, 0 to
    /// infinity for ReLU. By default it follows from the [`activation`](Self::activation).
    ///
    /// [`Milestones`](crate::analysis::Milestones) need it to find units that are saturated or dead.
    ///
    /// ```
    /// use training_replay::{Activation, Dense, Forward, Sequential};
    ///
    /// let model = Sequential::builder(2).layer(Dense::new(1).activation(Activation::Sigmoid)).build(1)?;
    /// assert_eq!(model.range(0), Some(0.0..=1.0));
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    fn range(&self, layer: usize) -> Option<RangeInclusive<f32>> {
        self.activation(layer).map(Activation::range)
    }

    /// Returns what is shown of a layer's outputs, `(samples, units)`, as many each time. By default the outputs; of an image
    /// the mean of each channel, say: [`units`](crate::units) has the usual answers, and says which questions show them.
    ///
    /// ```
    /// use training_replay::{Dense, Forward, Matrix, Sequential};
    ///
    /// let outputs = Matrix::from_element(4, 3, 0.5);
    /// let model = Sequential::builder(2).layer(Dense::new(3)).build(1)?;
    /// assert_eq!(model.units(0, outputs.clone())?, outputs);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If the outputs are not those of the layer.
    fn units(&self, layer: usize, outputs: Matrix) -> Result<Matrix> {
        let _ = layer;
        Ok(outputs)
    }

    /// Returns how many rows of `width` values each the model shall be given at once.
    ///
    /// Questions give it no more of a data set, whose values in its widest layer might not fit into memory. By default as many
    /// as have 262,144 values, at least 32: 334 images of 28 x 28. A built-in network takes any number.
    ///
    /// ```
    /// # use training_replay::{Dense, Forward, Sequential};
    /// assert_eq!(Sequential::builder(2).layer(Dense::new(1)).build(1)?.rows_at_once(2), usize::MAX);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    fn rows_at_once(&self, width: usize) -> usize {
        const VALUES: usize = 1 << 18;
        (VALUES / width.max(1)).max(32)
    }

    /// Returns the model as one that gives gradients, if it is one. A model that implements [`Backward`] returns
    /// `Some(self)` here, so that questions which can do without gradients use them where they are to be had.
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

/// A model that can also differentiate a loss.
///
/// It says so by [`Forward::as_backward`], so that every question which can make use of gradients does.
pub trait Backward: Forward {
    /// Computes the gradient of the mean loss over the samples with respect to every trainable parameter.
    ///
    /// ```
    /// use training_replay::{Backward, Dense, Loss, Matrix, Sequential};
    ///
    /// let model = Sequential::builder(2).layer(Dense::new(1).name("output")).build(1)?;
    /// let (inputs, targets) = (Matrix::zeros(4, 2), Matrix::from_element(4, 1, 3.0));
    /// let gradients = model.gradients(&inputs, &targets, Loss::MeanSquaredError)?;
    /// // The outputs are 0: the derivative of (output - 3)^2 is -6.
    /// assert_eq!(gradients.require("output", "bias", &[1])?.values().to_f32(), [-6.0].as_slice());
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If inputs, targets and model do not fit each other, or the loss does not fit the targets.
    fn gradients(&self, inputs: &Matrix, targets: &Matrix, loss: Loss) -> Result<Weights>;
}

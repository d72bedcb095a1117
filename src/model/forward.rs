//! What a model implements to be replayed.

use std::ops::{Range, RangeInclusive};

use crate::{Activation, Backward, Error, Loss, Matrix, Model, OutputKind, Result, Targets, Weights, math::matrix};

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

    /// Returns the model with other weights in the memory of this one, which is not needed any longer; by default
    /// [`restore`](Self::restore).
    ///
    /// [`LossSurface`](crate::analysis::LossSurface) asks thousands of models, one after the other.
    ///
    /// ```
    /// use training_replay::{Dense, Forward, Sequential, Weights};
    ///
    /// let architecture = Sequential::builder(2).layer(Dense::new(1));
    /// let (one, other) = (architecture.clone().build(1)?, architecture.build(2)?);
    /// assert_eq!(one.into_restored(&Weights::of(&other)?)?, other);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`with_weights`](Self::with_weights).
    fn into_restored(self, weights: &Weights) -> Result<Self>
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
    /// A model that was trained with a [loss of its own](Loss::Own) computes it here. By default that is an error.
    ///
    /// Where targets are labels of several positions, it is the loss of each position, sample by sample. A model whose loss
    /// is not one of positions gives one for each sample all the same.
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
    /// assert_eq!(model.losses(&inputs, (&targets).into(), Loss::MeanSquaredError)?, [9.0; 4]);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`forward`](Self::forward) and [`Loss::per_sample`], and [`Error::Invalid`] for a cross-entropy of values.
    fn losses(&self, inputs: &Matrix, targets: Targets<'_>, loss: Loss) -> Result<Vec<f32>> {
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
                    loss.check(&logits, targets)?;
                    let [by_z, by_output] =
                        [&logits, &outputs].map(|all| matrix::by_position(all, targets.positions()));
                    activation.expect_of(&by_z, &by_output)?;
                    return loss.per_position_from_logits(&logits, targets);
                }
            }
        }
        OutputKind::losses(self.output_kind(), &self.forward(inputs, 0..count)?, targets, loss)
    }

    /// Computes the mean of the [`losses`](Self::losses) of all samples, if the model has a way to it that is faster than a number for
    /// each of them; by default it has none.
    ///
    /// [`LossSurface`](crate::analysis::LossSurface) asks for it with many weights. The targets are known to suit the loss then: their
    /// values need no second look.
    ///
    /// ```
    /// use training_replay::{Activation, Dense, Forward, Loss, Matrix, Sequential};
    ///
    /// let model = Sequential::builder(2).layer(Dense::new(1).activation(Activation::Sigmoid)).build(1)?;
    /// let (inputs, targets) = (Matrix::from_element(200, 2, 0.5), Matrix::zeros(200, 1));
    /// let losses = model.losses(&inputs, (&targets).into(), Loss::BinaryCrossEntropy)?;
    /// let mean = model.mean_loss(&inputs, (&targets).into(), Loss::BinaryCrossEntropy)?.unwrap();
    /// assert!((mean - f64::from(losses[0])).abs() < 1e-5 * mean); // all samples are the same
    /// assert_eq!(model.mean_loss(&inputs, (&targets).into(), Loss::MeanSquaredError)?, None);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`losses`](Self::losses).
    fn mean_loss(&self, inputs: &Matrix, targets: Targets<'_>, loss: Loss) -> Result<Option<f64>> {
        let _ = (inputs, targets, loss);
        Ok(None)
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

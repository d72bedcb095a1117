//! What is measured of a model.

use crate::Loss;

/// A quantity of every layer: weights, gradients, pre-activations or activations, or how training has changed them.
///
/// ```
/// use training_replay::{Loss, analysis::{Baseline, Quantity}};
///
/// let update = Quantity::weights().since(Baseline::EpochBefore); // what one epoch has changed
/// let drift = Quantity::activations().since(Baseline::Start); // of the same samples
/// assert_eq!((update.name(), drift.name()), ("changes of weights", "changes of activations"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quantity {
    pub(crate) of: Measured,
    pub(crate) since: Option<Baseline>,
}

/// The values that a [`Quantity`] is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Measured {
    Weights,
    Gradients(Loss),
    PreActivations,
    Activations,
}

impl Quantity {
    /// Selects the parameters: weights, biases, and whatever else the model lists.
    pub fn weights() -> Self {
        Self { of: Measured::Weights, since: None }
    }

    /// Selects the gradients of the mean loss over the data with respect to the parameters.
    ///
    /// ```
    /// use training_replay::{Dense, Loss, Metrics, Replay, Sequential, datasets};
    /// use training_replay::analysis::{LayerFilter, Quantity};
    ///
    /// let mut replay = Replay::options().dataset(&datasets::moons(50, 0.1, 7)).in_memory();
    /// replay.record(&Sequential::builder(2).layer(Dense::new(1)).build(1)?, Metrics::new())?;
    /// let gradients = Quantity::gradients(Loss::MeanSquaredError);
    /// let rows = replay.at(0)?.distributions(gradients, &LayerFilter::default())?;
    /// assert_eq!((rows[0].name.as_str(), rows[0].distribution.count), ("kernel", 2));
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    pub fn gradients(loss: Loss) -> Self {
        Self { of: Measured::Gradients(loss), since: None }
    }

    /// Selects the inputs of the activation functions for the data ("z-values").
    pub fn pre_activations() -> Self {
        Self { of: Measured::PreActivations, since: None }
    }

    /// Selects the outputs of the layers for the data.
    pub fn activations() -> Self {
        Self { of: Measured::Activations, since: None }
    }

    /// Returns its name: `weights`, `gradients`, `z-values`, `activations`, or `changes of` one of them.
    ///
    /// ```
    /// use training_replay::analysis::Quantity;
    ///
    /// assert_eq!(Quantity::pre_activations().name(), "z-values");
    /// ```
    pub fn name(self) -> &'static str {
        match (self.of, self.since.is_some()) {
            (Measured::Weights, false) => "weights",
            (Measured::Weights, true) => "changes of weights",
            (Measured::Gradients(_), false) => "gradients",
            (Measured::Gradients(_), true) => "changes of gradients",
            (Measured::PreActivations, false) => "z-values",
            (Measured::PreActivations, true) => "changes of z-values",
            (Measured::Activations, false) => "activations",
            (Measured::Activations, true) => "changes of activations",
        }
    }

    /// Takes the change of each value since a baseline, in place of the value.
    ///
    /// ```
    /// use training_replay::{Dense, Metrics, Replay, Sequential};
    /// use training_replay::analysis::{Baseline, LayerFilter, Quantity};
    ///
    /// let mut replay = Replay::options().in_memory();
    /// for seed in [1, 2] {
    ///     replay.record(&Sequential::builder(2).layer(Dense::new(1)).build(seed)?, Metrics::new())?;
    /// }
    /// let updates = Quantity::weights().since(Baseline::EpochBefore);
    /// let rows = replay.at(1)?.distributions(updates, &LayerFilter::default())?;
    /// assert!(rows[0].distribution.std > 0.0);
    /// assert!(replay.at(0)?.distributions(updates, &LayerFilter::default())?.is_empty()); // no epoch is before it
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    #[must_use]
    pub fn since(self, since: Baseline) -> Self {
        Self { since: Some(since), ..self }
    }
}

/// The epoch that a change is counted from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Baseline {
    /// The recorded epoch before: a change is what one epoch has done.
    EpochBefore,
    /// The first recorded epoch: a change is how far training has come.
    Start,
}

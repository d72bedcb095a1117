//! What is measured of a model.

use crate::Loss;

/// What of a model is told of, layer by layer: its values, or what training has changed them by.
///
/// ```
/// use training_replay::{Loss, analysis::{Quantity, Baseline}};
///
/// let step = Quantity::weights().since(Baseline::EpochBefore); // what one epoch has done
/// let drift = Quantity::activations().since(Baseline::Start); // of the same samples
/// assert_ne!(Quantity::gradients(Loss::MeanSquaredError), Quantity::gradients(Loss::BinaryCrossEntropy));
/// # assert_ne!(step, drift);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quantity {
    pub(crate) of: Measured,
    pub(crate) since: Option<Baseline>,
}

/// What of a model is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Measured {
    Weights,
    Gradients(Loss),
    PreActivations,
    Activations,
}

impl Quantity {
    /// The parameters: weights, biases, and whatever else the model lists.
    pub fn weights() -> Self {
        Self { of: Measured::Weights, since: None }
    }

    /// The gradients of the mean loss over the data with respect to them.
    pub fn gradients(loss: Loss) -> Self {
        Self { of: Measured::Gradients(loss), since: None }
    }

    /// What goes into the activation functions for the data: "z-values".
    pub fn pre_activations() -> Self {
        Self { of: Measured::PreActivations, since: None }
    }

    /// What the layers put out for the data.
    pub fn activations() -> Self {
        Self { of: Measured::Activations, since: None }
    }

    /// What is measured, in a word or two: `weights`, `gradients`, `z-values`, `activations`, or the changes of them.
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

    /// What training has changed them by, value by value.
    #[must_use]
    pub fn since(self, since: Baseline) -> Self {
        Self { since: Some(since), ..self }
    }
}

/// What a change is counted from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Baseline {
    /// The recorded epoch before.
    EpochBefore,
    /// The first recorded epoch: how far training has come.
    Start,
}

//! How the values of every layer are distributed: its parameters, or what it makes of the data.

use std::collections::HashSet;

use crate::analysis::{Distribution, LayerFilter, LayerValues};
use crate::{Loss, Parameter, Result, Weights};

/// How some values of one layer are distributed.
///
/// ```
/// use training_replay::{Dense, Matrix, Sequential, Weights};
/// use training_replay::analysis::{LayerDistribution, LayerValues, LayerFilter};
///
/// let model = Sequential::builder(2).layer(Dense::new(3).name("hidden")).layer(Dense::new(1)).build(1)?;
/// let weights = LayerDistribution::of_weights(&Weights::of(&model)?, &LayerFilter::default().layers(["hidden"]))?;
/// let told: Vec<_> = weights.iter().map(|row| (row.layer.as_str(), row.name.as_str())).collect();
/// assert_eq!(told, [("hidden", "kernel"), ("hidden", "bias")]);
/// assert_eq!((weights[0].distribution.count, weights[1].distribution.zeros), (6, 1.0));
///
/// let activations = LayerValues::activations(&model, &Matrix::from_element(5, 2, 1.0))?;
/// let hidden = LayerDistribution::of_layers("activation", activations, &LayerFilter::default().outputs(false))?;
/// assert_eq!((hidden.len(), hidden[0].distribution.count), (1, 15));
/// # Ok::<(), training_replay::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct LayerDistribution {
    /// The layer's name.
    pub layer: String,
    /// What of it: the name of a parameter, such as `kernel`; `activation`, `pre_activation`, or `input`.
    pub name: String,
    /// How the values are distributed.
    pub distribution: Distribution,
}

impl LayerDistribution {
    /// One for each of these parameters: those of a model, its gradients, or a difference of either.
    ///
    /// # Errors
    ///
    /// As [`LayerFilter`] says.
    pub fn of_weights(weights: &Weights, selection: &LayerFilter) -> Result<Vec<Self>> {
        let mut layers: Vec<&str> = weights.iter().map(Parameter::layer).collect();
        layers.dedup();
        let chosen: HashSet<&str> = selection.choose(&layers)?.into_iter().collect();
        let chosen = weights.iter().filter(|parameter| chosen.contains(parameter.layer()));
        Ok(chosen.map(Self::of_parameter).collect())
    }

    /// One for each of these layers; `name` says what their values are.
    ///
    /// # Errors
    ///
    /// As [`LayerFilter`] says.
    pub fn of_layers(name: &'static str, values: Vec<LayerValues>, selection: &LayerFilter) -> Result<Vec<Self>> {
        Self::of_weights(&LayerValues::into_weights(name, values), selection)
    }

    pub(crate) fn new(layer: &str, name: &str, distribution: Distribution) -> Self {
        Self { layer: layer.into(), name: name.into(), distribution }
    }

    pub(crate) fn of_parameter(parameter: &Parameter<'_>) -> Self {
        Self::new(parameter.layer(), parameter.name(), Distribution::of(&parameter.values().to_f64()))
    }
}

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

/// A number that tells of a layer, over the epochs.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct LayerCurve {
    /// The layer's name.
    pub layer: String,
    /// What of it, as [`LayerDistribution::name`] says.
    pub name: String,
    /// Epochs and values.
    pub points: Vec<(u64, f64)>,
}

impl LayerCurve {
    /// One curve for each layer and name that some epoch tells of, in the order they first appear.
    pub(crate) fn join(epochs: impl IntoIterator<Item = (u64, Vec<(String, String, f64)>)>) -> Vec<Self> {
        let mut curves: Vec<Self> = Vec::new();
        for (epoch, rows) in epochs {
            for (i, (layer, name, value)) in rows.into_iter().enumerate() {
                let is_it = |curve: &Self| curve.layer == layer && curve.name == name;
                // At every epoch the same rows, as a rule.
                let place = if curves.get(i).is_some_and(is_it) { Some(i) } else { curves.iter().position(is_it) };
                match place {
                    Some(place) => curves[place].points.push((epoch, value)),
                    None => curves.push(Self { layer, name, points: vec![(epoch, value)] }),
                }
            }
        }
        curves
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn curves_follow_their_layer_whatever_else_an_epoch_tells_of() {
        let row = |layer: &str, value| (layer.to_string(), "kernel".to_string(), value);
        let epochs = [(0, vec![row("a", 1.0)]), (1, vec![row("b", 5.0), row("a", 2.0)]), (3, vec![row("a", 3.0)])];
        let curves = LayerCurve::join(epochs);
        assert_eq!(curves[0].points, [(0, 1.0), (1, 2.0), (3, 3.0)]);
        assert_eq!((curves[1].layer.as_str(), curves[1].points.as_slice()), ("b", &[(1, 5.0)][..]));
    }
}

//! How the values of every layer are distributed: its parameters, or what it makes of the data.

use std::collections::HashSet;

use crate::analysis::{Distribution, LayerFilter, LayerValues};
use crate::{Parameter, Result, Weights};

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
    pub fn of_weights(weights: &Weights, filter: &LayerFilter) -> Result<Vec<Self>> {
        let mut layers: Vec<&str> = weights.iter().map(Parameter::layer).collect();
        layers.dedup();
        let chosen: HashSet<&str> = filter.choose(&layers)?.into_iter().collect();
        let chosen = weights.iter().filter(|parameter| chosen.contains(parameter.layer()));
        Ok(chosen.map(Self::of_parameter).collect())
    }

    /// One for each of these layers; `name` says what their values are.
    ///
    /// # Errors
    ///
    /// As [`LayerFilter`] says.
    pub fn of_layers(name: &'static str, values: Vec<LayerValues>, filter: &LayerFilter) -> Result<Vec<Self>> {
        Self::of_weights(&LayerValues::into_weights(name, values), filter)
    }

    pub(crate) fn new(layer: &str, name: &str, distribution: Distribution) -> Self {
        Self { layer: layer.into(), name: name.into(), distribution }
    }

    pub(crate) fn of_parameter(parameter: &Parameter<'_>) -> Self {
        Self::new(parameter.layer(), parameter.name(), Distribution::of(&parameter.values().to_f64()))
    }
}

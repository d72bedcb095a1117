//! How the values of every layer are distributed: its parameters, or what it computes from the data.

use std::collections::HashSet;

use crate::analysis::{Distribution, LayerFilter, LayerValues};
use crate::{Model, Parameter, Result, Values, Weights};

/// The distribution of some values of one layer.
///
/// ```
/// use training_replay::{Dense, Matrix, Sequential, Weights};
/// use training_replay::analysis::{LayerDistribution, LayerFilter, LayerValues};
///
/// let model = Sequential::builder(2).layer(Dense::new(3).name("hidden")).layer(Dense::new(1)).build(1)?;
/// let weights = LayerDistribution::of_weights(&Weights::of(&model)?, &LayerFilter::default().layers(["hidden"]))?;
/// let names: Vec<_> = weights.iter().map(|row| (row.layer.as_str(), row.name.as_str())).collect();
/// assert_eq!(names, [("hidden", "kernel"), ("hidden", "bias")]);
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
    /// What the values are: the name of a parameter, such as `kernel`; `activation`, `pre_activation`, or `input`.
    pub name: String,
    /// The distribution of the values.
    pub distribution: Distribution,
}

impl LayerDistribution {
    /// Computes the distribution of each parameter: of a model, of its gradients, or of a difference of either.
    ///
    /// ```
    /// use training_replay::{Parameter, Weights, analysis::{LayerDistribution, LayerFilter}};
    ///
    /// let weights = Weights::from_iter([Parameter::new("output", "kernel", [2, 1], vec![1.0_f32, -3.0])]);
    /// let rows = LayerDistribution::of_weights(&weights, &LayerFilter::default())?;
    /// assert_eq!((rows[0].name.as_str(), rows[0].distribution.mean), ("kernel", -1.0));
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::UnknownLayer`](crate::Error::UnknownLayer) if the filter names a layer that does not exist.
    pub fn of_weights(weights: &Weights, filter: &LayerFilter) -> Result<Vec<Self>> {
        Self::each(&weights.parameters()?, filter, |row| row)
    }

    /// Makes something of each distribution in turn.
    pub(crate) fn each<R>(
        parameters: &[Parameter<'_>],
        filter: &LayerFilter,
        make: impl FnMut(Self) -> R,
    ) -> Result<Vec<R>> {
        let mut layers: Vec<&str> = parameters.iter().map(Parameter::layer).collect();
        layers.dedup();
        let chosen: HashSet<&str> = filter.choose(&layers)?.into_iter().collect();
        let chosen = parameters.iter().filter(|parameter| chosen.contains(parameter.layer()));
        Ok(chosen.map(Self::of_parameter).map(make).collect())
    }

    /// Computes the distribution of the values of each layer; `name` says what the values are.
    ///
    /// ```
    /// use training_replay::{Dense, Matrix, Sequential, analysis::{LayerDistribution, LayerFilter, LayerValues}};
    ///
    /// let model = Sequential::builder(2).layer(Dense::new(3).name("hidden")).build(1)?;
    /// let values = LayerValues::pre_activations(&model, &Matrix::zeros(5, 2))?;
    /// let rows = LayerDistribution::of_layers("pre_activation", values, &LayerFilter::default())?;
    /// assert_eq!((rows[0].layer.as_str(), rows[0].name.as_str()), ("hidden", "pre_activation"));
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::UnknownLayer`](crate::Error::UnknownLayer) if the filter names a layer that does not exist.
    pub fn of_layers(name: &'static str, values: Vec<LayerValues>, filter: &LayerFilter) -> Result<Vec<Self>> {
        Self::of_weights(&LayerValues::into_weights(name, values), filter)
    }

    pub(crate) fn new(layer: &str, name: &str, distribution: Distribution) -> Self {
        Self { layer: layer.into(), name: name.into(), distribution }
    }

    pub(crate) fn of_parameter(parameter: &Parameter<'_>) -> Self {
        let distribution = match parameter.values() {
            Values::F32(values) => Distribution::of(values),
            Values::F64(values) => Distribution::of(values),
        };
        Self::new(parameter.layer(), parameter.name(), distribution)
    }
}

//! How the values of every layer are distributed: its parameters, or what it computes from the data.

use std::collections::HashSet;

use crate::analysis::{Distribution, LayerFilter, LayerPass, LayerValues};
use crate::{Model, Parameter, Result, Values, Weights, model::weights::paired};

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
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
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
        let chosen = chosen(parameters, filter)?;
        let chosen = parameters.iter().filter(|parameter| chosen.contains(parameter.layer()));
        Ok(chosen.map(Self::of_parameter).map(make).collect())
    }

    /// Makes something of the distribution of each parameter's change: the differences of one are there at a time.
    pub(crate) fn each_change<R>(
        later: &[Parameter<'_>],
        earlier: &[Parameter<'_>],
        filter: &LayerFilter,
        make: impl FnMut(Self) -> R,
    ) -> Result<Vec<R>> {
        let (pairs, chosen) = (paired(later, earlier)?, chosen(later, filter)?);
        let chosen = pairs.into_iter().filter(|(later, _)| chosen.contains(later.layer()));
        Ok(chosen.map(|(later, earlier)| Self::of_change(later, earlier)).map(make).collect())
    }

    /// Makes something of the distribution of what each layer computes, or of what has become of that since an earlier model.
    pub(crate) fn each_layer<R>(
        mut layers: LayerPass<'_>,
        mut earlier: Option<LayerPass<'_>>,
        filter: &LayerFilter,
        mut make: impl FnMut(Self) -> R,
    ) -> Result<Vec<R>> {
        if let Some(earlier) = &earlier {
            layers.expect_names_of(earlier)?;
        }
        let names = layers.names.clone();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let chosen: HashSet<&str> = filter.choose(&names)?.into_iter().collect();
        let mut made = Vec::with_capacity(chosen.len());
        while let Some(values) = layers.next_parameter()? {
            let before = earlier.as_mut().map(LayerPass::next_parameter).transpose()?.flatten();
            if !chosen.contains(values.layer()) {
                continue;
            }
            made.extend(match before {
                None => vec![make(Self::of_parameter(&values))],
                Some(before) => Self::each_change(&[values], &[before], &LayerFilter::default(), &mut make)?,
            });
        }
        Ok(made)
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
            others => Distribution::of_owned(others.to_f64().into_owned()),
        };
        Self::new(parameter.layer(), parameter.name(), distribution)
    }

    /// Of what has become of an earlier one of the same shape.
    fn of_change(later: &Parameter<'_>, earlier: &Parameter<'_>) -> Self {
        Self::new(later.layer(), later.name(), Distribution::of_owned(later.differences(earlier)))
    }
}

/// The names of the chosen layers.
fn chosen<'a>(parameters: &'a [Parameter<'_>], filter: &LayerFilter) -> Result<HashSet<&'a str>> {
    let mut layers: Vec<&str> = parameters.iter().map(Parameter::layer).collect();
    layers.dedup();
    Ok(filter.choose(&layers)?.into_iter().collect())
}

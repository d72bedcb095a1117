//! Which layers an answer is about.

use crate::{Error, Result};

/// The layers that an answer is about; by default all of them, without the inputs.
///
/// ```
/// use training_replay::{Dense, Sequential, Weights, analysis::{LayerDistribution, LayerFilter}};
///
/// let layers = ["h1", "h2", "output"].map(|name| Dense::new(2).name(name));
/// let weights = Weights::of(&Sequential::builder(2).layers(layers).build(1)?)?;
/// let count = |filter| LayerDistribution::of_weights(&weights, &filter).map(|rows| rows.len());
/// assert_eq!(count(LayerFilter::default())?, 6); // a kernel and a bias each
/// assert_eq!(count(LayerFilter::default().layers(["h2"]))?, 2);
/// # Ok::<(), training_replay::Error>(())
/// ```
///
/// # Errors
///
/// A function that takes a filter returns [`Error::UnknownLayer`] if the filter names a layer that does not exist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LayerFilter {
    /// All if there are none.
    layers: Option<Vec<String>>,
    inputs: bool,
    outputs: bool,
}

impl Default for LayerFilter {
    fn default() -> Self {
        Self { layers: None, inputs: false, outputs: true }
    }
}

impl LayerFilter {
    /// Keeps only the layers of these names. Answers keep the order of the model.
    ///
    /// ```
    /// use training_replay::{Dense, Sequential, Weights, analysis::{LayerDistribution, LayerFilter}};
    ///
    /// let layers = ["h1", "h2", "output"].map(|name| Dense::new(2).name(name));
    /// let weights = Weights::of(&Sequential::builder(2).layers(layers).build(1)?)?;
    /// let rows = LayerDistribution::of_weights(&weights, &LayerFilter::default().layers(["output", "h1"]))?;
    /// assert_eq!((rows[0].layer.as_str(), rows[2].layer.as_str()), ("h1", "output"));
    /// assert!(LayerDistribution::of_weights(&weights, &LayerFilter::default().layers(["h9"])).is_err());
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    #[must_use]
    pub fn layers<N: Into<String>>(self, names: impl IntoIterator<Item = N>) -> Self {
        Self { layers: Some(names.into_iter().map(Into::into).collect()), ..self }
    }

    /// Adds the inputs of the model to values of layers, as a row `input` before the first layer.
    ///
    /// ```
    /// use training_replay::{Dense, Metrics, Replay, Sequential, datasets};
    /// use training_replay::analysis::{LayerFilter, Quantity};
    ///
    /// let mut replay = Replay::options().dataset(&datasets::moons(50, 0.1, 7)).in_memory();
    /// replay.record(&Sequential::builder(2).layer(Dense::new(1).name("output")).build(1)?, Metrics::new())?;
    /// let rows = replay.at(0)?.distributions(Quantity::activations(), &LayerFilter::default().inputs(true))?;
    /// assert_eq!(rows.iter().map(|row| row.layer.as_str()).collect::<Vec<_>>(), ["input", "output"]);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    #[must_use]
    pub fn inputs(self, inputs: bool) -> Self {
        Self { inputs, ..self }
    }

    /// Keeps or drops the last layer, whose values are the model's outputs; it stays if its name was given.
    ///
    /// ```
    /// use training_replay::{Dense, Sequential, Weights, analysis::{LayerDistribution, LayerFilter}};
    ///
    /// let layers = ["hidden", "output"].map(|name| Dense::new(2).name(name));
    /// let weights = Weights::of(&Sequential::builder(2).layers(layers).build(1)?)?;
    /// let rows = LayerDistribution::of_weights(&weights, &LayerFilter::default().outputs(false))?;
    /// assert!(rows.iter().all(|row| row.layer == "hidden"));
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    #[must_use]
    pub fn outputs(self, outputs: bool) -> Self {
        Self { outputs, ..self }
    }

    pub(crate) fn has_inputs(&self) -> bool {
        self.inputs
    }

    /// The chosen ones of all layers, in their order.
    pub(crate) fn choose<'a>(&self, all: &[&'a str]) -> Result<Vec<&'a str>> {
        let Some(names) = &self.layers else {
            let count = all.len().saturating_sub(usize::from(!self.outputs));
            return Ok(all[..count].to_vec());
        };
        if let Some(unknown) = names.iter().find(|name| !all.contains(&name.as_str())) {
            let known = all.iter().map(|&layer| layer.to_owned()).collect();
            return Err(Error::UnknownLayer { name: unknown.clone(), known });
        }
        Ok(all.iter().copied().filter(|layer| names.iter().any(|name| name == layer)).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chosen_layers_come_in_the_models_order_and_unknown_ones_are_named() {
        let all = ["h1", "h2", "o"];
        assert_eq!(LayerFilter::default().choose(&all).unwrap(), all);
        assert_eq!(LayerFilter::default().outputs(false).choose(&all).unwrap(), ["h1", "h2"]);
        assert_eq!(LayerFilter::default().layers(["o", "h1"]).outputs(false).choose(&all).unwrap(), ["h1", "o"]);
        let message = LayerFilter::default().layers(["h9"]).choose(&all).unwrap_err().to_string();
        assert_eq!(message, r#"no layer is named "h9"; layers are ["h1", "h2", "o"]"#);
        assert!(LayerFilter::default().outputs(false).choose(&[]).unwrap().is_empty());
    }
}

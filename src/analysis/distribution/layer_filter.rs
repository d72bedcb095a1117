//! Which layers are told of.

use crate::{Error, Result};

/// Which layers are told of: without further calls all of them, and not the inputs.
///
/// ```
/// use training_replay::analysis::LayerFilter;
///
/// let chosen = LayerFilter::default().layers(["h1", "h3"]);
/// let hidden_and_what_enters = LayerFilter::default().inputs(true).outputs(false);
/// assert_ne!(chosen, hidden_and_what_enters);
/// ```
///
/// # Errors
///
/// Whoever takes one fails with [`Error::UnknownLayer`] if there is no layer of a name that was chosen.
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
    /// Only these layers.
    #[must_use]
    pub fn layers<N: Into<String>>(self, names: impl IntoIterator<Item = N>) -> Self {
        Self { layers: Some(names.into_iter().map(Into::into).collect()), ..self }
    }

    /// Whether the inputs are told of too, where values of layers are: before the first layer, under the name `input`.
    #[must_use]
    pub fn inputs(self, inputs: bool) -> Self {
        Self { inputs, ..self }
    }

    /// Whether the last layer, which puts out the model's outputs, is told of, unless it was chosen by name.
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

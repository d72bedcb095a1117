//! What a network is without its weights: the inputs it takes and the list of its layers.

use std::collections::{HashMap, HashSet};

use super::{Activation, Layer};
use crate::{Error, Result, math::matrix::LARGEST};

/// Widths are found by walking the layers, in quadratic time; no network that learns is deeper than this.
const MAX_LAYERS: usize = 4096;

/// The inputs and layers of a network, without weights.
///
/// A recording holds it as the network's [`Description`](crate::Description).
///
/// ```
/// use training_replay::{Activation, Dense, Sequential};
///
/// let architecture = Sequential::builder(2).layer(Dense::new(3)).layer(Activation::Relu).layer(Dense::new(1));
/// let model = architecture.build(42)?;
/// let names: Vec<_> = model.architecture().iter().map(|layer| layer.name()).collect();
/// assert_eq!(names, ["dense_1", "activation_1", "dense_2"]);
/// # Ok::<(), training_replay::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Architecture {
    inputs: usize,
    layers: Vec<Layer>,
    logits: bool,
}

impl Architecture {
    /// Creates a network without layers.
    pub(super) fn new(inputs: usize) -> Self {
        Self { inputs, layers: Vec::new(), logits: false }
    }

    /// Adds a layer after the others.
    ///
    /// ```
    /// use training_replay::{Activation, Dense, Sequential};
    ///
    /// let architecture = Sequential::builder(2).layer(Dense::new(3)).layer(Activation::Relu);
    /// assert_eq!(architecture.iter().len(), 2);
    /// ```
    #[must_use]
    pub fn layer(mut self, layer: impl Into<Layer>) -> Self {
        self.layers.push(layer.into());
        self
    }

    /// Adds several layers after the others, in their order.
    ///
    /// ```
    /// use training_replay::{Activation, Dense, Sequential};
    ///
    /// let widths = [16, 8, 1];
    /// let model = Sequential::builder(2).layers(widths.map(Dense::new)).layer(Activation::Sigmoid).build(42)?;
    /// assert_eq!(model.architecture().iter().len(), 4);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    #[must_use]
    pub fn layers<L: Into<Layer>>(mut self, layers: impl IntoIterator<Item = L>) -> Self {
        self.layers.extend(layers.into_iter().map(Into::into));
        self
    }

    /// Says that the outputs are logits, as with PyTorch's `BCEWithLogitsLoss` and `CrossEntropyLoss` or Keras'
    /// `from_logits=True`: the last layer is linear, and cross-entropy is computed from what it puts out.
    ///
    /// ```
    /// use training_replay::{Dense, Loss, Optimizer, Sequential, Trainer, datasets};
    ///
    /// let mut model = Sequential::builder(2).layer(Dense::new(1)).logits().build(1)?;
    /// let mut trainer = Trainer::new(Loss::BinaryCrossEntropy, Optimizer::sgd(0.1));
    /// trainer.epoch(&mut model, &datasets::moons(100, 0.1, 7))?; // without `logits`: an error
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    #[must_use]
    pub fn logits(self) -> Self {
        Self { logits: true, ..self }
    }

    /// Returns whether the outputs are logits, as [`logits`](Self::logits) says.
    pub fn has_logits(&self) -> bool {
        self.logits
    }

    /// Returns the number of features that the network takes.
    ///
    /// ```
    /// use training_replay::Sequential;
    ///
    /// assert_eq!(Sequential::builder(2).inputs(), 2);
    /// ```
    pub fn inputs(&self) -> usize {
        self.inputs
    }

    /// Returns an iterator over the layers in forward order.
    ///
    /// ```
    /// use training_replay::{Dense, Sequential};
    ///
    /// let model = Sequential::builder(2).layer(Dense::new(3).name("a")).layer(Dense::new(1).name("b")).build(42)?;
    /// let names: Vec<_> = model.architecture().iter().map(|layer| layer.name()).collect();
    /// assert_eq!(names, ["a", "b"]);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    pub fn iter(&self) -> std::slice::Iter<'_, Layer> {
        self.layers.iter()
    }

    pub(super) fn list(&self) -> &[Layer] {
        &self.layers
    }

    /// Returns the number of outputs of the last layer.
    ///
    /// ```
    /// use training_replay::{Dense, Dropout, Sequential};
    ///
    /// assert_eq!(Sequential::builder(2).layer(Dense::new(3)).layer(Dropout::new(0.5)).outputs(), 3);
    /// ```
    pub fn outputs(&self) -> usize {
        self.width(self.layers.len())
    }

    /// The number of values that enter `layer`; for the index behind the last one, the network's outputs.
    pub(super) fn width(&self, layer: usize) -> usize {
        self.layers.iter().take(layer).fold(self.inputs, |width, layer| layer.units(width))
    }

    /// Every layer with a name: `dense_1`, `dense_2`, `activation_1` and so on where none was given.
    pub(super) fn named(mut self) -> Self {
        let mut taken: HashSet<String> = self.layers.iter().map(|layer| layer.name().to_owned()).collect();
        let mut counts = HashMap::new();
        for layer in self.layers.iter_mut().filter(|layer| layer.name().is_empty()) {
            let stem = layer.stem();
            let count = counts.entry(stem).or_insert(0_u64);
            let mut candidates = (*count + 1..).map(|n| (n, format!("{stem}_{n}")));
            if let Some((n, name)) = candidates.find(|(_, name)| taken.insert(name.clone())) {
                *count = n;
                layer.set_name(name);
            }
        }
        self
    }

    /// The layer at a place, which must be one.
    pub(super) fn layer_mut(&mut self, place: usize) -> &mut Layer {
        &mut self.layers[place]
    }

    /// The architecture, if a network can be built from it.
    pub(super) fn checked(self) -> Result<Self> {
        if self.inputs == 0 {
            return Err(Error::invalid("the number of inputs", "1 or more", 0));
        }
        if !(1..=MAX_LAYERS).contains(&self.layers.len()) {
            let expected = format!("from 1 to {MAX_LAYERS}");
            return Err(Error::invalid("the number of layers", expected, self.layers.len()));
        }
        let mut names = HashSet::new();
        for (i, layer) in self.layers.iter().enumerate() {
            if !names.insert(layer.name()) {
                let expected = "another name than any earlier layer's";
                return Err(Error::invalid(
                    format!("the name of layer {i}"),
                    expected,
                    format!("{:?} again", layer.name()),
                ));
            }
            layer.check()?;
        }
        self.check_logits()?.check_size()
    }

    /// The activation that the outputs come from. Dropout behind it lets all values pass in a replay.
    pub(super) fn last_activation(&self) -> Activation {
        let last = self.layers.iter().rfind(|layer| !matches!(layer, Layer::Dropout(_)));
        last.map_or(Activation::Linear, Layer::activation)
    }

    /// The architecture, unless it says logits and does not end in a linear layer.
    fn check_logits(self) -> Result<Self> {
        match self.last_activation() {
            activation if self.logits && activation != Activation::Linear => {
                let expected = "linear where the outputs are logits";
                Err(Error::invalid("the activation of the last layer", expected, activation.name()))
            }
            _ => Ok(self),
        }
    }

    /// The architecture, if its weights are few enough.
    fn check_size(self) -> Result<Self> {
        let layers = self.layers.iter().enumerate();
        let mut weights = layers.map(|(i, layer)| layer.weight_count(self.width(i)));
        let total = weights.try_fold(0_usize, |total, weights| total.checked_add(weights?));
        if total.is_some_and(|total| total <= LARGEST) {
            return Ok(self);
        }
        let found = total.map_or("beyond counting".into(), |total| total.to_string());
        Err(Error::invalid("the number of weights", format!("at most {LARGEST}"), found))
    }
}

impl<'a> IntoIterator for &'a Architecture {
    type Item = &'a Layer;
    type IntoIter = std::slice::Iter<'a, Layer>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

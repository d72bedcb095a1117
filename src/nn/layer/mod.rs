//! The layers of a network, a file for each: its settings, its weights, what it computes forward and backward, and how
//! a recording describes it.
//!
//! A new layer implements [`Kind`] in a file of its own. This file lists it: in the enums [`Layer`], [`LayerWeights`] and
//! [`LayerPass`], in `each!`, and in [`Layer::name`] and [`Layer::set_name`].

mod activation;
mod batch_normalization;
mod dense;
mod dropout;
mod kind;
mod layer_normalization;
mod moving_statistics;
mod normalization;

pub use batch_normalization::BatchNormalization;
pub use dense::Dense;
pub use dropout::Dropout;
use kind::Arrays;
pub(crate) use kind::Trainable;
pub(super) use kind::{Kind, Mode};
pub use layer_normalization::LayerNormalization;

use super::{Activation, encoding};
use crate::{
    Matrix, Parameter, Result, Weights,
    math::{
        gemm::Rows,
        random::{self, Purpose},
    },
};

/// Matches a layer, perhaps with its weights and its part of a pass, and does the same whatever its kind.
macro_rules! each {
    ($($arguments:tt)+) => {
        // Every kind, with the field of its variant that holds the settings.
        each_of!([Dense.0, Activation.activation, Dropout.0, BatchNormalization.0, LayerNormalization.0] $($arguments)+)
    };
}

macro_rules! each_of {
    ([$($kind:ident.$field:tt),+] $layer:expr, $settings:ident => $do:expr) => {
        match $layer {
            $(Layer::$kind { $field: $settings, .. } => $do,)+
        }
    };
    // The weights of that kind, as the variant of theirs.
    ([$($kind:ident.$field:tt),+] $layer:expr => LayerWeights, $settings:ident => $do:expr) => {
        match $layer {
            $(Layer::$kind { $field: $settings, .. } => LayerWeights::$kind($do),)+
        }
    };
    ([$($kind:ident.$field:tt),+] ($layer:expr, $weights:expr), ($settings:ident, $own:ident) => $do:expr) => {
        match ($layer, $weights) {
            $((Layer::$kind { $field: $settings, .. }, LayerWeights::$kind($own)) => $do,)+
            _ => unreachable!("weights are made for their layer"),
        }
    };
    // A pass of that kind, as the variant of its own.
    ([$($kind:ident.$field:tt),+] ($layer:expr, $weights:expr) => LayerPass, ($settings:ident, $own:ident) => $do:expr) => {
        match ($layer, $weights) {
            $((Layer::$kind { $field: $settings, .. }, LayerWeights::$kind($own)) => LayerPass::$kind($do),)+
            _ => unreachable!("weights are made for their layer"),
        }
    };
    (
        [$($kind:ident.$field:tt),+]
        ($layer:expr, $weights:expr, $pass:expr), ($settings:ident, $own:ident, $kept:ident) => $do:expr
    ) => {
        match ($layer, $weights, $pass) {
            $((Layer::$kind { $field: $settings, .. }, LayerWeights::$kind($own), LayerPass::$kind($kept)) => $do,)+
            _ => unreachable!("weights and passes are made for their layer"),
        }
    };
    ([$($kind:ident.$field:tt),+] number $number:expr, $settings:expr) => {
        match $number {
            $($kind::NUMBER => $kind::decode($settings).map(Layer::from),)+
            unknown => Err(encoding::newer("layer", unknown)),
        }
    };
}

/// A layer of a [`Sequential`](super::Sequential), whatever its kind: its settings, not its weights.
///
/// ```
/// use training_replay::{Activation, Dense, nn::Layer};
///
/// let dense = Layer::from(Dense::new(10).name("hidden"));
/// let tanh = Layer::from(Activation::Tanh); // an activation is a layer too
/// assert_eq!((dense.name(), dense.activation()), ("hidden", Activation::Linear));
/// assert_eq!((tanh.name(), tanh.activation()), ("", Activation::Tanh)); // named when the network is built
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Layer {
    /// A densely connected layer.
    Dense(Dense),
    /// An activation function on its own.
    Activation {
        /// The name; empty to be named `activation_1`, `activation_2` and so on when the network is built.
        name: String,
        /// The function.
        activation: Activation,
    },
    /// A layer that drops values in training.
    Dropout(Dropout),
    /// A layer that normalizes every unit.
    BatchNormalization(BatchNormalization),
    /// A layer that normalizes every sample.
    LayerNormalization(LayerNormalization),
}

/// The weights of a layer, whatever its kind.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum LayerWeights {
    Dense(<Dense as Kind>::Weights),
    Activation(<Activation as Kind>::Weights),
    Dropout(<Dropout as Kind>::Weights),
    BatchNormalization(<BatchNormalization as Kind>::Weights),
    LayerNormalization(<LayerNormalization as Kind>::Weights),
}

/// A layer's part of a pass through the network, whatever its kind.
#[derive(Clone, Debug)]
pub(super) enum LayerPass {
    Dense(<Dense as Kind>::Pass),
    Activation(<Activation as Kind>::Pass),
    Dropout(<Dropout as Kind>::Pass),
    BatchNormalization(<BatchNormalization as Kind>::Pass),
    LayerNormalization(<LayerNormalization as Kind>::Pass),
}

impl Layer {
    /// Returns the layer's name; empty if none was given and the network is not built yet.
    ///
    /// ```
    /// use training_replay::{Dense, Sequential, nn::Layer};
    ///
    /// assert_eq!(Layer::from(Dense::new(1)).name(), "");
    /// let model = Sequential::builder(2).layer(Dense::new(1)).build(42)?;
    /// assert_eq!(model.architecture().iter().next().map(|layer| layer.name()), Some("dense_1"));
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    pub fn name(&self) -> &str {
        match self {
            Self::Dense(dense) => &dense.name,
            Self::Activation { name, .. } => name,
            Self::Dropout(dropout) => &dropout.name,
            Self::BatchNormalization(normalization) => &normalization.name,
            Self::LayerNormalization(normalization) => &normalization.name,
        }
    }

    pub(super) fn set_name(&mut self, name: String) {
        match self {
            Self::Dense(dense) => dense.name = name,
            Self::Activation { name: own, .. } => *own = name,
            Self::Dropout(dropout) => dropout.name = name,
            Self::BatchNormalization(normalization) => normalization.name = name,
            Self::LayerNormalization(normalization) => normalization.name = name,
        }
    }

    /// Returns the activation function that ends the layer; linear where it has none.
    ///
    /// ```
    /// use training_replay::{Activation, Dense, Dropout, nn::Layer};
    ///
    /// assert_eq!(Layer::from(Dense::new(1).activation(Activation::Tanh)).activation(), Activation::Tanh);
    /// assert_eq!(Layer::from(Dropout::new(0.5)).activation(), Activation::Linear);
    /// ```
    pub fn activation(&self) -> Activation {
        each!(self, settings => Kind::activation(settings))
    }

    /// Returns the number of units of a layer that is fed `inputs` values.
    ///
    /// ```
    /// use training_replay::{Dense, Dropout, nn::Layer};
    ///
    /// assert_eq!(Layer::from(Dense::new(10)).units(4), 10);
    /// assert_eq!(Layer::from(Dropout::new(0.5)).units(4), 4);
    /// ```
    pub fn units(&self, inputs: usize) -> usize {
        each!(self, settings => Kind::units(settings, inputs))
    }

    /// The stem of its name if none is given.
    pub(super) fn stem(&self) -> &'static str {
        each!(self, settings => stem_of(settings))
    }

    /// Fails unless every setting is in its range.
    pub(super) fn check(&self) -> Result<()> {
        each!(self, settings => settings.check(self.name()))
    }

    /// Fails unless it can be trained by a batch of so few samples.
    pub(super) fn check_batch(&self, samples: usize) -> Result<()> {
        each!(self, settings => settings.check_batch(self.name(), samples))
    }

    /// How many values the weights have; none if there are more than can be counted.
    pub(super) fn weight_count(&self, inputs: usize) -> Option<usize> {
        each!(self, settings => settings.weight_count(inputs))
    }

    /// The number of the kind, and the settings, as the description of a network holds them.
    pub(super) fn encode(&self) -> Result<(u16, Vec<u8>)> {
        each!(self, settings => Ok((number_of(settings), settings.encode()?)))
    }

    /// The layer that was encoded.
    pub(super) fn decode(number: u16, name: String, settings: &[u8]) -> Result<Self> {
        let mut layer: Self = each!(number number, settings)?;
        layer.set_name(name);
        Ok(layer)
    }
}

fn stem_of<K: Kind>(_: &K) -> &'static str {
    K::STEM
}

fn number_of<K: Kind>(_: &K) -> u16 {
    K::NUMBER
}

impl LayerWeights {
    /// Weights of zeros, of a layer that is fed so many values.
    pub(super) fn zeros(layer: &Layer, inputs: usize) -> Result<Self> {
        Ok(each!(layer => LayerWeights, settings => settings.zeros(inputs)?))
    }

    /// The weights before training; their numbers are drawn from the stream of the layer's index.
    pub(super) fn initial(layer: &Layer, inputs: usize, index: usize, seed: u64) -> Result<Self> {
        let mut rng = random::rng(seed, Purpose::Weights(index));
        Ok(each!(layer => LayerWeights, settings => settings.initial(inputs, &mut rng)?))
    }

    /// The layer's own among these weights. Never allocates more than those.
    pub(super) fn restore(layer: &Layer, inputs: usize, weights: &Weights) -> Result<Self> {
        Ok(each!(layer => LayerWeights, settings => settings.restore(inputs, weights)?))
    }

    /// The same in place of these.
    pub(super) fn refill(&mut self, layer: &Layer, inputs: usize, weights: &Weights) -> Result<()> {
        each!((layer, self), (settings, own) => settings.refill(inputs, own, weights))
    }

    /// What the layer makes of some rows before its activation, one column behind another after `stride` values.
    pub(super) fn apply(&self, layer: &Layer, inputs: Rows<'_>, outputs: &mut [f32], stride: usize) {
        each!((layer, self), (settings, weights) => settings.apply(weights, inputs, outputs, stride));
    }

    /// Adds every array that an optimizer changes, in the order of the parameters.
    pub(super) fn list_trainable(&self, layer: &Layer, arrays: &mut Vec<Trainable>) {
        each!((layer, self), (_settings, weights) => weights.list_trainable(arrays));
    }

    /// How many parameters there are.
    pub(super) fn count(&self, layer: &Layer) -> usize {
        each!((layer, self), (_settings, weights) => weights.count())
    }

    /// Adds all arrays to the parameters, as those of the layer.
    pub(super) fn list<'a>(&'a self, layer: &'a Layer, parameters: &mut Vec<Parameter<'a>>) {
        each!((layer, self), (_settings, weights) => weights.list(layer.name(), parameters));
    }
}

impl LayerPass {
    /// Begins a pass through a layer.
    pub(super) fn new(layer: &Layer, weights: &LayerWeights, mode: Mode) -> Self {
        each!((layer, weights) => LayerPass, (settings, own) => settings.pass(own, mode))
    }

    /// What the layer makes of `inputs` before its activation; `outputs` have their shape already.
    #[inline]
    pub(super) fn forward(&mut self, layer: &Layer, weights: &LayerWeights, inputs: &Matrix, outputs: &mut Matrix) {
        each!((layer, weights, self), (settings, own, pass) => settings.forward(own, pass, inputs, outputs));
    }

    /// Leaves the gradients of the layer's weights, given that with respect to its outputs before the activation.
    /// `scratch` is for transposes.
    #[inline]
    pub(super) fn backward_weights(
        &mut self,
        layer: &Layer,
        weights: &LayerWeights,
        inputs: &Matrix,
        gradient: &Matrix,
        scratch: &mut Matrix,
    ) {
        each!((layer, weights, self), (settings, own, pass) => {
            settings.backward_weights(own, pass, inputs, gradient, scratch);
        });
    }

    /// Leaves in `input_gradient` the gradient with respect to `inputs`, after
    /// [`backward_weights`](Self::backward_weights).
    #[inline]
    pub(super) fn backward_inputs(
        &self,
        layer: &Layer,
        weights: &LayerWeights,
        inputs: &Matrix,
        gradient: &Matrix,
        scratch: &mut Matrix,
        input_gradient: &mut Matrix,
    ) {
        each!((layer, weights, self), (settings, own, pass) => {
            settings.backward_inputs(own, pass, inputs, gradient, scratch, input_gradient);
        });
    }

    /// Shows `step` every trainable array with its gradient, in the order of the parameters; statistics that follow the
    /// batches by themselves take their step.
    #[inline]
    pub(super) fn update(&self, layer: &Layer, weights: &mut LayerWeights, step: impl FnMut(&mut [f32], &[f32])) {
        each!((layer, weights, self), (settings, own, pass) => settings.update(own, pass, step));
    }

    /// Adds the gradient of every trainable array, under the name of the layer's parameter.
    pub(super) fn list_gradients<'a>(
        &'a self,
        layer: &'a Layer,
        weights: &LayerWeights,
        gradients: &mut Vec<Parameter<'a>>,
    ) {
        each!((layer, weights, self), (settings, _own, pass) => {
            settings.list_gradients(layer.name(), pass, gradients);
        });
    }
}

impl From<Dense> for Layer {
    fn from(dense: Dense) -> Self {
        Self::Dense(dense)
    }
}

impl From<Activation> for Layer {
    fn from(activation: Activation) -> Self {
        Self::Activation { name: String::new(), activation }
    }
}

impl From<Dropout> for Layer {
    fn from(dropout: Dropout) -> Self {
        Self::Dropout(dropout)
    }
}

impl From<BatchNormalization> for Layer {
    fn from(normalization: BatchNormalization) -> Self {
        Self::BatchNormalization(normalization)
    }
}

impl From<LayerNormalization> for Layer {
    fn from(normalization: LayerNormalization) -> Self {
        Self::LayerNormalization(normalization)
    }
}

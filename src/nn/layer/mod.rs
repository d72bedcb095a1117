//! The layers of a network as an architecture lists them: what they compute, not their weights.

mod batch_normalization;
mod dense;
mod dropout;

pub(super) use batch_normalization::{Moments, Normalization};
pub(super) use dense::Affine;
pub(super) use dropout::Mask;

use super::{Activation, Initializer};

/// `outputs = activation(inputs * kernel + bias)`, kernel `(inputs, units)`, bias `(units)`.
///
/// Without further calls: linear, kernel from [`Initializer::GlorotUniform`], bias from zeros, named `dense_1`,
/// `dense_2` and so on when the network is built.
///
/// ```
/// use training_replay::{Activation, Dense, Initializer, Model, Sequential};
///
/// let dense = Dense::new(10).name("hidden").activation(Activation::Relu).kernel_initializer(Initializer::HeNormal);
/// let model = Sequential::builder(4).layer(dense.without_bias()).build(42)?;
/// assert_eq!(model.parameters()?[0].shape(), [4, 10]);
/// # Ok::<(), training_replay::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Dense {
    pub(super) name: String,
    pub(super) units: usize,
    pub(super) activation: Activation,
    pub(super) kernel_initializer: Initializer,
    pub(super) bias_initializer: Option<Initializer>,
}

impl Dense {
    /// A layer of this many units; none is refused when the network is built.
    pub fn new(units: usize) -> Self {
        Self {
            name: String::new(),
            units,
            activation: Activation::default(),
            kernel_initializer: Initializer::default(),
            bias_initializer: Some(Initializer::Zeros),
        }
    }

    /// The name by which parameters and queries call the layer.
    #[must_use]
    pub fn name(self, name: impl Into<String>) -> Self {
        Self { name: name.into(), ..self }
    }

    /// What is applied to `inputs * kernel + bias`.
    #[must_use]
    pub fn activation(self, activation: Activation) -> Self {
        Self { activation, ..self }
    }

    /// How the kernel is drawn.
    #[must_use]
    pub fn kernel_initializer(self, kernel: Initializer) -> Self {
        Self { kernel_initializer: kernel, ..self }
    }

    /// How the bias is drawn; the layer has one. For initialisers that ask, it has one input and the layer's units.
    #[must_use]
    pub fn bias_initializer(self, bias: Initializer) -> Self {
        Self { bias_initializer: Some(bias), ..self }
    }

    /// `outputs = activation(inputs * kernel)`.
    #[must_use]
    pub fn without_bias(self) -> Self {
        Self { bias_initializer: None, ..self }
    }

    /// The number of units.
    pub fn units(&self) -> usize {
        self.units
    }

    /// Whether the layer has a bias.
    pub fn has_bias(&self) -> bool {
        self.bias_initializer.is_some()
    }
}

/// In training, every value is 0 with probability `rate`, and otherwise `1 / (1 - rate)` times itself, so that the mean
/// stays. In a replay the layer hands on what it is fed: forward, losses and gradients are those of the network without
/// it.
///
/// Keras' definition (Srivastava et al., 2014, but scaled in training). [`Trainer::seed`](crate::Trainer::seed) is what
/// is drawn from, anew for every batch: the same seed drops the same values. Named `dropout_1`, `dropout_2` and so on
/// when the network is built. It has no parameters, and as many units as it is fed.
///
/// ```
/// use training_replay::{Activation, Dense, Dropout, Forward, Matrix, Sequential};
///
/// let hidden = Dense::new(10).activation(Activation::Relu);
/// let model = Sequential::builder(2).layer(hidden).layer(Dropout::new(0.5)).layer(Dense::new(1)).build(42)?;
/// let inputs = Matrix::from_element(3, 2, 0.5);
/// assert_eq!(model.forward(&inputs, 0..2)?, model.forward(&inputs, 0..1)?); // nothing is dropped but in training
/// # Ok::<(), training_replay::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Dropout {
    pub(super) name: String,
    pub(super) rate: f32,
}

impl Dropout {
    /// Drops values with this probability, from 0 to below 1; another is refused when the network is built.
    pub fn new(rate: f32) -> Self {
        Self { name: String::new(), rate }
    }

    /// The name by which queries call the layer.
    #[must_use]
    pub fn name(self, name: impl Into<String>) -> Self {
        Self { name: name.into(), ..self }
    }

    /// The probability.
    pub fn rate(&self) -> f32 {
        self.rate
    }
}

/// `outputs = gamma * (inputs - mean) / sqrt(variance + epsilon) + beta`, each unit by itself.
///
/// In training, mean and variance are those of the batch, the variance biased: the mean of the squares of what is off
/// the mean. With every step `moving_mean` and `moving_variance` follow them,
/// `moving = momentum * moving + (1 - momentum) * batch`. In a replay, mean and variance are the moving ones; forward,
/// losses and gradients go by these.
///
/// The definition and the defaults are those of Keras 3 (Ioffe and Szegedy, 2015); Keras 2 moved the variance towards
/// an unbiased one. Sums over samples are in `f64`. Named `batch_normalization_1`, `batch_normalization_2` and so on
/// when the network is built. It has as many units as it is fed, and these parameters, all of `[units]` and all
/// recorded:
///
/// | parameter | at first | changed by |
/// |---|---|---|
/// | `gamma` | ones | the optimizer |
/// | `beta` | zeros | the optimizer |
/// | `moving_mean` | zeros | every step of training |
/// | `moving_variance` | ones | every step of training |
///
/// ```
/// use training_replay::{BatchNormalization, Forward, Matrix, Model, Parameter, Sequential, Weights};
///
/// let model = Sequential::builder(1).layer(BatchNormalization::new().name("norm").epsilon(1.0)).build(42)?;
/// let names: Vec<_> = model.parameters()?.iter().map(|parameter| parameter.name().to_owned()).collect();
/// assert_eq!(names, ["gamma", "beta", "moving_mean", "moving_variance"]);
/// let model = model.with_weights(&Weights::from_iter([
///     Parameter::new("norm", "gamma", [1], vec![10.0_f32]),
///     Parameter::new("norm", "beta", [1], vec![0.5_f32]),
///     Parameter::new("norm", "moving_mean", [1], vec![4.0_f32]),
///     Parameter::new("norm", "moving_variance", [1], vec![3.0_f32]),
/// ]))?;
/// assert_eq!(model.predict(&Matrix::from_element(1, 1, 5.0))?[0], 5.5); // 10 (5 - 4) / sqrt(3 + 1) + 0.5
/// # Ok::<(), training_replay::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct BatchNormalization {
    pub(super) name: String,
    pub(super) momentum: f32,
    pub(super) epsilon: f32,
}

impl BatchNormalization {
    /// With Keras' momentum of 0.99 and epsilon of 0.001.
    pub fn new() -> Self {
        Self { name: String::new(), momentum: 0.99, epsilon: 1e-3 }
    }

    /// The name by which parameters and queries call the layer.
    #[must_use]
    pub fn name(self, name: impl Into<String>) -> Self {
        Self { name: name.into(), ..self }
    }

    /// How much of the moving statistics is kept at each step, from 0 to below 1; another is refused when the network
    /// is built.
    #[must_use]
    pub fn momentum(self, momentum: f32) -> Self {
        Self { momentum, ..self }
    }

    /// What is added to the variance, above 0; another is refused when the network is built.
    #[must_use]
    pub fn epsilon(self, epsilon: f32) -> Self {
        Self { epsilon, ..self }
    }
}

impl Default for BatchNormalization {
    fn default() -> Self {
        Self::new()
    }
}

/// One step of a [`Sequential`](super::Sequential); an activation alone is a layer too.
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
    /// A layer that normalises every unit.
    BatchNormalization(BatchNormalization),
}

impl Layer {
    /// The layer's name; empty if none was given and the network is not built yet.
    pub fn name(&self) -> &str {
        match self {
            Self::Dense(dense) => &dense.name,
            Self::Activation { name, .. } => name,
            Self::Dropout(dropout) => &dropout.name,
            Self::BatchNormalization(normalization) => &normalization.name,
        }
    }

    /// The activation function that ends the layer; linear where it has none.
    pub fn activation(&self) -> Activation {
        match self {
            Self::Dense(dense) => dense.activation,
            Self::Activation { activation, .. } => *activation,
            Self::Dropout(_) | Self::BatchNormalization(_) => Activation::Linear,
        }
    }

    /// The number of units of a layer that is fed `inputs` values.
    pub fn units(&self, inputs: usize) -> usize {
        match self {
            Self::Dense(dense) => dense.units,
            Self::Activation { .. } | Self::Dropout(_) | Self::BatchNormalization(_) => inputs,
        }
    }

    /// The stem of its name if none is given.
    pub(super) fn stem(&self) -> &'static str {
        match self {
            Self::Dense(_) => "dense",
            Self::Activation { .. } => "activation",
            Self::Dropout(_) => "dropout",
            Self::BatchNormalization(_) => "batch_normalization",
        }
    }

    pub(super) fn set_name(&mut self, name: String) {
        match self {
            Self::Dense(dense) => dense.name = name,
            Self::Activation { name: own, .. } => *own = name,
            Self::Dropout(dropout) => dropout.name = name,
            Self::BatchNormalization(normalization) => normalization.name = name,
        }
    }
}

impl From<Dense> for Layer {
    fn from(dense: Dense) -> Self {
        Self::Dense(dense)
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

impl From<Activation> for Layer {
    fn from(activation: Activation) -> Self {
        Self::Activation { name: String::new(), activation }
    }
}

//! The layers of a network as an architecture lists them: what they compute, not their weights.

use super::{Activation, Initializer};

/// `outputs = activation(inputs * kernel + bias)`, kernel `(inputs, units)`, bias `(units)`.
///
/// Without further calls: linear, kernel from [`Initializer::GlorotUniform`], bias from zeros, named `dense_1`,
/// `dense_2` and so on when the network is built.
///
/// ```
/// use training_replay::{Activation, Dense, Initializer, Model, Sequential};
///
/// let dense = Dense::new(10).name("hidden").activation(Activation::Relu).initializer(Initializer::HeNormal);
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
    pub fn name(self, name: impl Into<String>) -> Self {
        Self { name: name.into(), ..self }
    }

    /// What is applied to `inputs * kernel + bias`.
    pub fn activation(self, activation: Activation) -> Self {
        Self { activation, ..self }
    }

    /// How the kernel is drawn.
    pub fn initializer(self, kernel: Initializer) -> Self {
        Self { kernel_initializer: kernel, ..self }
    }

    /// How the bias is drawn; the layer has one. For initialisers that ask, it has one input and the layer's units.
    pub fn bias_initializer(self, bias: Initializer) -> Self {
        Self { bias_initializer: Some(bias), ..self }
    }

    /// `outputs = activation(inputs * kernel)`.
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
/// Keras' definition (Srivastava et al., 2014, but scaled in training). [`Trainer::seed`](crate::Trainer::seed) is what is
/// drawn from, anew for every batch: the same seed drops the same values. Named `dropout_1`, `dropout_2` and so on when
/// the network is built. It has no parameters, and as many units as it is fed.
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
    pub fn name(self, name: impl Into<String>) -> Self {
        Self { name: name.into(), ..self }
    }

    /// The probability.
    pub fn rate(&self) -> f32 {
        self.rate
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
}

impl Layer {
    /// The layer's name; empty if none was given and the network is not built yet.
    pub fn name(&self) -> &str {
        match self {
            Self::Dense(dense) => &dense.name,
            Self::Activation { name, .. } => name,
            Self::Dropout(dropout) => &dropout.name,
        }
    }

    /// The activation function that ends the layer; linear where it has none.
    pub fn activation(&self) -> Activation {
        match self {
            Self::Dense(dense) => dense.activation,
            Self::Activation { activation, .. } => *activation,
            Self::Dropout(_) => Activation::Linear,
        }
    }

    /// The number of units of a layer that is fed `inputs` values.
    pub fn units(&self, inputs: usize) -> usize {
        match self {
            Self::Dense(dense) => dense.units,
            Self::Activation { .. } | Self::Dropout(_) => inputs,
        }
    }

    /// The stem of its name if none is given.
    pub(super) fn stem(&self) -> &'static str {
        match self {
            Self::Dense(_) => "dense",
            Self::Activation { .. } => "activation",
            Self::Dropout(_) => "dropout",
        }
    }

    pub(super) fn set_name(&mut self, name: String) {
        match self {
            Self::Dense(dense) => dense.name = name,
            Self::Activation { name: own, .. } => *own = name,
            Self::Dropout(dropout) => dropout.name = name,
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

impl From<Activation> for Layer {
    fn from(activation: Activation) -> Self {
        Self::Activation { name: String::new(), activation }
    }
}

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
}

impl Layer {
    /// The layer's name; empty if none was given and the network is not built yet.
    pub fn name(&self) -> &str {
        match self {
            Self::Dense(dense) => &dense.name,
            Self::Activation { name, .. } => name,
        }
    }

    /// The activation function that ends the layer.
    pub fn activation(&self) -> Activation {
        match self {
            Self::Dense(dense) => dense.activation,
            Self::Activation { activation, .. } => *activation,
        }
    }

    /// The number of units of a layer that is fed `inputs` values.
    pub fn units(&self, inputs: usize) -> usize {
        match self {
            Self::Dense(dense) => dense.units,
            Self::Activation { .. } => inputs,
        }
    }

    /// The stem of its name if none is given.
    pub(super) fn stem(&self) -> &'static str {
        match self {
            Self::Dense(_) => "dense",
            Self::Activation { .. } => "activation",
        }
    }

    pub(super) fn set_name(&mut self, name: String) {
        match self {
            Self::Dense(dense) => dense.name = name,
            Self::Activation { name: own, .. } => *own = name,
        }
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

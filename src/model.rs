//! The contract between training and replaying: three small traits and the arrays they hand over.
//!
//! [`Model`] lists the parameters, which is enough to record. [`Forward`] puts recorded weights back and runs
//! some of the layers, which is enough to replay. [`Backward`] adds gradients. The networks of
//! [`nn`](crate::nn) implement all three; a network of one's own implements as many as it needs.
//!
//! ```
//! use training_replay::{Model, Parameter, Result, Weights};
//!
//! struct Line {
//!     slope: Vec<f64>,
//!     offset: Vec<f64>,
//! }
//!
//! impl Model for Line {
//!     fn parameters(&self) -> Result<Vec<Parameter<'_>>> {
//!         Ok(vec![
//!             Parameter::new("line", "kernel", [2, 1], &self.slope),
//!             Parameter::new("line", "bias", [1], &self.offset),
//!         ])
//!     }
//! }
//!
//! # fn main() -> Result<()> {
//! let line = Line { slope: vec![1.0, 2.0], offset: vec![0.5] };
//! let weights = Weights::of(&line)?;
//! assert_eq!(weights.get("line", "bias").unwrap().shape(), [1]);
//! # Ok(())
//! # }
//! ```

use std::{borrow::Cow, ops::Range};

use crate::{Error, Loss, Matrix, Result, matrix};

/// Floating-point values as the model holds them, row-major; recorded without loss.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Values<'a> {
    /// Single precision.
    F32(Cow<'a, [f32]>),
    /// Double precision.
    F64(Cow<'a, [f64]>),
}

impl Values<'_> {
    /// How many values there are.
    pub fn len(&self) -> usize {
        match self {
            Self::F32(values) => values.len(),
            Self::F64(values) => values.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The values as `f32`, rounded where they are `f64`.
    pub fn to_f32(&self) -> Cow<'_, [f32]> {
        match self {
            Self::F32(values) => Cow::Borrowed(values),
            Self::F64(values) => values.iter().map(|&value| value as f32).collect(),
        }
    }

    /// The values as `f64`, exactly.
    pub fn to_f64(&self) -> Cow<'_, [f64]> {
        match self {
            Self::F32(values) => values.iter().map(|&value| f64::from(value)).collect(),
            Self::F64(values) => Cow::Borrowed(values),
        }
    }

    /// The values on their own, borrowed from nobody.
    pub fn into_owned(self) -> Values<'static> {
        match self {
            Self::F32(values) => Values::F32(Cow::Owned(values.into_owned())),
            Self::F64(values) => Values::F64(Cow::Owned(values.into_owned())),
        }
    }

    /// Whether every value has the same bits as the other's; NaN equals NaN here.
    pub fn same_bits(&self, other: &Values<'_>) -> bool {
        match (self, other) {
            (Self::F32(a), Values::F32(b)) => a.iter().map(|v| v.to_bits()).eq(b.iter().map(|v| v.to_bits())),
            (Self::F64(a), Values::F64(b)) => a.iter().map(|v| v.to_bits()).eq(b.iter().map(|v| v.to_bits())),
            _ => false,
        }
    }
}

macro_rules! values_from {
    ($($scalar:ty => $variant:ident),*) => {$(
        impl<'a> From<&'a [$scalar]> for Values<'a> {
            fn from(values: &'a [$scalar]) -> Self {
                Self::$variant(values.into())
            }
        }

        impl<'a> From<&'a Vec<$scalar>> for Values<'a> {
            fn from(values: &'a Vec<$scalar>) -> Self {
                Self::$variant(values.into())
            }
        }

        impl<'a, const N: usize> From<&'a [$scalar; N]> for Values<'a> {
            fn from(values: &'a [$scalar; N]) -> Self {
                Self::$variant(values.as_slice().into())
            }
        }

        impl From<Vec<$scalar>> for Values<'_> {
            fn from(values: Vec<$scalar>) -> Self {
                Self::$variant(values.into())
            }
        }
    )*};
}
values_from!(f32 => F32, f64 => F64);

/// One named array of a layer, e.g. `hidden` / `kernel` of shape `[2, 10]`.
///
/// A shape that does not fit the number of values is refused when the parameter is recorded or used.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter<'a> {
    layer: Cow<'a, str>,
    name: Cow<'a, str>,
    shape: Vec<usize>,
    values: Values<'a>,
}

impl<'a> Parameter<'a> {
    /// An array of `shape`, its values row by row.
    ///
    /// ```
    /// use training_replay::Parameter;
    ///
    /// let kernel = Parameter::new("hidden", "kernel", [2, 1], vec![0.5_f32, -0.5]);
    /// assert_eq!(kernel.to_matrix()?.shape(), (2, 1));
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    pub fn new(
        layer: impl Into<Cow<'a, str>>,
        name: impl Into<Cow<'a, str>>,
        shape: impl Into<Vec<usize>>,
        values: impl Into<Values<'a>>,
    ) -> Self {
        Self { layer: layer.into(), name: name.into(), shape: shape.into(), values: values.into() }
    }

    /// The layer it belongs to.
    pub fn layer(&self) -> &str {
        &self.layer
    }

    /// Its name within the layer, such as `kernel` or `bias`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The length of each dimension; empty for a single number.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// The values, row by row.
    pub fn values(&self) -> &Values<'a> {
        &self.values
    }

    /// The parameter as a matrix; one dimension becomes a single row, none a single value.
    ///
    /// # Errors
    ///
    /// [`Error::Shape`] with more than two dimensions, or if the shape does not fit the number of values.
    pub fn to_matrix(&self) -> Result<Matrix> {
        self.check()?;
        let (rows, columns) = match *self.shape.as_slice() {
            [] => (1, 1),
            [units] => (1, units),
            [rows, columns] => (rows, columns),
            _ => return Err(Error::shape(self.label(), [0, 0], self.shape.clone())),
        };
        Ok(Matrix::from_row_slice(rows, columns, &self.values.to_f32()))
    }

    /// The parameter on its own, borrowed from nobody.
    pub fn into_owned(self) -> Parameter<'static> {
        Parameter {
            layer: Cow::Owned(self.layer.into_owned()),
            name: Cow::Owned(self.name.into_owned()),
            shape: self.shape,
            values: self.values.into_owned(),
        }
    }

    /// `layer/name`, as errors call it.
    pub(crate) fn label(&self) -> String {
        format!("{}/{}", self.layer, self.name)
    }

    /// Fails unless the shape's product is the number of values.
    pub(crate) fn check(&self) -> Result<()> {
        let count = self.shape.iter().try_fold(1_usize, |product, &length| product.checked_mul(length));
        if count == Some(self.values.len()) {
            return Ok(());
        }
        Err(Error::shape(format!("the values of {}", self.label()), self.shape.clone(), [self.values.len()]))
    }
}

/// All parameters of a model at one epoch, in the order the model listed them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Weights {
    parameters: Vec<Parameter<'static>>,
}

impl Weights {
    /// A copy of the model's parameters as they are now.
    ///
    /// # Errors
    ///
    /// Whatever [`Model::parameters`] returns.
    pub fn of<M: Model + ?Sized>(model: &M) -> Result<Self> {
        Ok(model.parameters()?.into_iter().map(Parameter::into_owned).collect())
    }

    /// The parameters in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Parameter<'static>> {
        self.parameters.iter()
    }

    /// The parameter `name` of `layer`.
    pub fn get(&self, layer: &str, name: &str) -> Option<&Parameter<'static>> {
        self.iter().find(|parameter| parameter.layer() == layer && parameter.name() == name)
    }

    /// How many parameters (arrays, not values) there are.
    pub fn len(&self) -> usize {
        self.parameters.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.parameters.is_empty()
    }

    /// The parameter `name` of `layer` with exactly this shape, as a model's `with_weights` wants it.
    ///
    /// # Errors
    ///
    /// [`Error::Missing`] if there is no such parameter, [`Error::Shape`] if it has another shape.
    pub fn expect(&self, layer: &str, name: &str, shape: &[usize]) -> Result<&Parameter<'static>> {
        let parameter = self.get(layer, name).ok_or_else(|| {
            let known: Vec<_> = self.iter().map(Parameter::label).collect();
            Error::missing(format!("parameter {layer}/{name}"), format!("parameters are {known:?}"))
        })?;
        if parameter.shape() != shape {
            return Err(Error::shape(parameter.label(), shape, parameter.shape()));
        }
        parameter.check()?;
        Ok(parameter)
    }
}

impl FromIterator<Parameter<'static>> for Weights {
    fn from_iter<I: IntoIterator<Item = Parameter<'static>>>(parameters: I) -> Self {
        Self { parameters: parameters.into_iter().collect() }
    }
}

impl IntoIterator for Weights {
    type Item = Parameter<'static>;
    type IntoIter = std::vec::IntoIter<Parameter<'static>>;

    fn into_iter(self) -> Self::IntoIter {
        self.parameters.into_iter()
    }
}

/// A model without its weights, in bytes that only the model itself understands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Description {
    kind: String,
    bytes: Vec<u8>,
}

impl Description {
    /// `kind` names who can read `bytes`, e.g. `my_crate::Net/1`.
    pub fn new(kind: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Self {
        Self { kind: kind.into(), bytes: bytes.into() }
    }

    /// Who can read the bytes.
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// What the model wrote about itself.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

/// Anything whose parameters can be recorded.
pub trait Model {
    /// All parameters, the same ones in the same order at every epoch.
    ///
    /// # Errors
    ///
    /// Fallible, because a framework may have to copy from a device; see [`Error::model`].
    fn parameters(&self) -> Result<Vec<Parameter<'_>>>;

    /// What the model can be rebuilt from later, stored once; the built-in networks give one, so that their
    /// recordings open without any code of the user's.
    fn description(&self) -> Option<Description> {
        None
    }
}

/// A model that can be put back to a recorded epoch and run.
pub trait Forward: Model {
    /// Names of the layers, in forward order.
    fn layers(&self) -> Vec<String>;

    /// The same model with other weights.
    ///
    /// # Errors
    ///
    /// If the weights are not this model's; [`Weights::expect`] says so for each parameter.
    fn with_weights(&self, weights: &Weights) -> Result<Self>
    where
        Self: Sized;

    /// Output of the last layer of `layers` when the first one is fed `inputs`; the inputs themselves for an empty
    /// range.
    ///
    /// One method serves three needs: `0..k + 1` is layer `k`'s output, `0..n` the model's, and `k + 1..n` the rest
    /// of the way from a hidden layer.
    ///
    /// # Shapes
    ///
    /// `(samples, width before the range)` to `(samples, units of its last layer)`.
    ///
    /// # Errors
    ///
    /// If the inputs have another width than the first layer takes, or the range is not within the layers.
    fn forward(&self, inputs: &Matrix, layers: Range<usize>) -> Result<Matrix>;

    /// Output of one layer before its activation function ("z-values"); the same as `forward` where it has none.
    ///
    /// # Errors
    ///
    /// As [`forward`](Self::forward).
    fn pre_activation(&self, inputs: &Matrix, layer: usize) -> Result<Matrix> {
        self.forward(inputs, layer..layer + 1)
    }

    /// The loss of each sample. By default from the outputs; a model that knows its logits overrides this with
    /// [`Loss::per_sample_from_logits`], which stays exact where probabilities saturate.
    ///
    /// # Errors
    ///
    /// As [`forward`](Self::forward) and [`Loss::per_sample`].
    fn losses(&self, inputs: &Matrix, targets: &Matrix, loss: Loss) -> Result<Vec<f32>> {
        loss.per_sample(&self.forward(inputs, 0..self.layers().len())?, targets)
    }
}

/// A model that can also differentiate a loss.
pub trait Backward: Forward {
    /// Gradient of the mean loss over the samples with respect to every trainable parameter.
    ///
    /// # Errors
    ///
    /// If inputs, targets and model do not fit each other, or the loss does not fit the targets.
    fn gradients(&self, inputs: &Matrix, targets: &Matrix, loss: Loss) -> Result<Weights>;
}

/// The index of the layer called `name`.
pub(crate) fn layer_index(model: &dyn Forward, name: &str) -> Result<usize> {
    let known = model.layers();
    let index = known.iter().position(|layer| layer == name);
    index.ok_or_else(|| Error::UnknownLayer { name: name.into(), known })
}

/// The outputs of the whole model.
pub(crate) fn outputs(model: &dyn Forward, inputs: &Matrix) -> Result<Matrix> {
    run(model, inputs, 0..model.layers().len())
}

/// `model.forward`, with a check that the user's code returned one row for each sample.
pub(crate) fn run(model: &dyn Forward, inputs: &Matrix, layers: Range<usize>) -> Result<Matrix> {
    let outputs = model.forward(inputs, layers.clone())?;
    matrix::expect_shape(&format!("outputs of layers {layers:?}"), &outputs, (inputs.nrows(), outputs.ncols()))?;
    Ok(outputs)
}

/// `model.pre_activation`, with the same check.
pub(crate) fn run_pre_activation(model: &dyn Forward, inputs: &Matrix, layer: usize) -> Result<Matrix> {
    let outputs = model.pre_activation(inputs, layer)?;
    matrix::expect_shape(&format!("z-values of layer {layer}"), &outputs, (inputs.nrows(), outputs.ncols()))?;
    Ok(outputs)
}

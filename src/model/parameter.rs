//! The arrays that a model hands over: values, with a name and a shape, and all of them at one epoch.

use std::borrow::Cow;

use crate::{Error, Matrix, Model, Result, math::matrix};

/// Floating-point values as the model holds them, row-major; recorded without loss.
///
/// ```
/// use training_replay::Values;
///
/// let values = Values::from(vec![0.1_f64, f64::NAN]);
/// assert_eq!(values.to_f32()[0], 0.1_f32);
/// assert!(values.same_bits(&values.clone())); // `==` says no: NaN
/// ```
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

    /// The same values, borrowed.
    pub fn borrowed(&self) -> Values<'_> {
        match self {
            Self::F32(values) => Values::F32(Cow::Borrowed(values)),
            Self::F64(values) => Values::F64(Cow::Borrowed(values)),
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

    /// The values, to be read into.
    pub(crate) fn values_mut(&mut self) -> &mut Values<'a> {
        &mut self.values
    }

    /// The parameter as a matrix; one dimension becomes a single row, none a single value.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] with more than two dimensions, [`Error::Shape`] if the shape does not fit the values.
    pub fn to_matrix(&self) -> Result<Matrix> {
        self.check()?;
        let (rows, columns) = match *self.shape.as_slice() {
            [] => (1, 1),
            [units] => (1, units),
            [rows, columns] => (rows, columns),
            _ => {
                let what = format!("the number of dimensions of {}", self.label());
                return Err(Error::invalid(what, "at most 2 to be a matrix", self.shape.len()));
            }
        };
        Ok(matrix::from_row_major(rows, columns, &self.values.to_f32()))
    }

    /// The same parameter, its values borrowed: for a [`Model`] that keeps its parameters as such.
    pub fn borrowed(&self) -> Parameter<'_> {
        Parameter {
            layer: Cow::Borrowed(&self.layer),
            name: Cow::Borrowed(&self.name),
            shape: self.shape.clone(),
            values: self.values.borrowed(),
        }
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

    /// The difference of every value from that of another of the same shape.
    fn minus(&self, earlier: &Parameter<'_>) -> Parameter<'static> {
        let (later, earlier) = (self.values.to_f64(), earlier.values.to_f64());
        let differences: Vec<f64> = later.iter().zip(earlier.iter()).map(|(later, earlier)| later - earlier).collect();
        Parameter::new(self.layer.to_string(), self.name.to_string(), self.shape.clone(), differences)
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
///
/// ```
/// use training_replay::{Parameter, Weights};
///
/// let weights = Weights::from_iter([
///     Parameter::new("output", "kernel", [2, 1], vec![1.0_f32, -1.0]),
///     Parameter::new("output", "bias", [1], vec![0.5_f32]),
/// ]);
/// let names: Vec<_> = weights.iter().map(|parameter| parameter.name()).collect();
/// assert_eq!(names, ["kernel", "bias"]);
/// ```
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
    /// ```
    /// use training_replay::{Parameter, Weights};
    ///
    /// let weights = Weights::from_iter([Parameter::new("hidden", "bias", [2], vec![0.5_f32, 1.5])]);
    /// assert_eq!(weights.require("hidden", "bias", &[2])?.values().to_f32(), [0.5, 1.5].as_slice());
    /// let message = weights.require("hidden", "kernel", &[2, 2]).unwrap_err().to_string();
    /// assert_eq!(message, r#"parameter hidden/kernel is none of the weights; it must be one of ["hidden/bias"]"#);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] if there is no such parameter, [`Error::Shape`] if it has another shape.
    pub fn require(&self, layer: &str, name: &str, shape: &[usize]) -> Result<&Parameter<'static>> {
        let parameter = self.get(layer, name).ok_or_else(|| {
            let known: Vec<_> = self.iter().map(Parameter::label).collect();
            Error::invalid(format!("parameter {layer}/{name}"), format!("one of {known:?}"), "none of the weights")
        })?;
        if parameter.shape() != shape {
            return Err(Error::shape(parameter.label(), shape, parameter.shape()));
        }
        parameter.check()?;
        Ok(parameter)
    }

    /// How far these are from others, value by value, in double precision: what training has changed since then.
    ///
    /// ```
    /// use training_replay::{Parameter, Weights};
    ///
    /// let weights = |value: f32| Weights::from_iter([Parameter::new("output", "bias", [1], vec![value])]);
    /// let update = weights(0.75).minus(&weights(0.5))?;
    /// assert_eq!(update.require("output", "bias", &[1])?.values().to_f64(), [0.25].as_slice());
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] or [`Error::Shape`] if the two are not weights of the same model.
    pub fn minus(&self, earlier: &Self) -> Result<Self> {
        self.expect_same_parameters(earlier)?;
        let pairs = self.iter().zip(earlier.iter());
        Ok(pairs.map(|(later, earlier)| later.minus(earlier)).collect())
    }

    /// Fails unless the other has parameters of the same names and shapes in the same order.
    pub(crate) fn expect_same_parameters(&self, other: &Self) -> Result<()> {
        if self.len() != other.len() {
            let expected = format!("{}, as the others have", self.len());
            return Err(Error::invalid("the number of parameters", expected, other.len()));
        }
        self.iter().zip(other.iter()).enumerate().try_for_each(|(i, (one, other))| {
            if one.label() != other.label() {
                return Err(Error::invalid(format!("the name of parameter {i}"), one.label(), other.label()));
            }
            if one.shape() != other.shape() || one.values().len() != other.values().len() {
                return Err(Error::shape(one.label(), one.shape(), other.shape()));
            }
            Ok(())
        })
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

//! One array that a model hands over: its values, with a layer, a name and a shape.

use std::borrow::Cow;

use crate::{Error, Matrix, Result, math::matrix};

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

    /// The same parameter, its values borrowed: for a [`Model`](crate::Model) that keeps its parameters as such.
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
    pub(super) fn minus(&self, earlier: &Parameter<'_>) -> Parameter<'static> {
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

//! One array that a model hands over: its values, with a layer, a name and a shape.

use std::borrow::Cow;

use crate::{Error, Matrix, Result, Values, math::matrix};

/// One named array of a layer, e.g. `hidden` / `kernel` of shape `[2, 10]`.
///
/// A shape that does not fit the number of values is refused when the parameter is recorded or used.
///
/// ```
/// use training_replay::Parameter;
///
/// let bias = Parameter::new("hidden", "bias", [3], vec![0.0_f32, 0.5, 1.0]);
/// assert_eq!((bias.layer(), bias.name(), bias.shape()), ("hidden", "bias", [3].as_slice()));
/// assert_eq!(bias.values().len(), 3);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter<'a> {
    layer: Cow<'a, str>,
    name: Cow<'a, str>,
    shape: Vec<usize>,
    values: Values<'a>,
}

impl<'a> Parameter<'a> {
    /// Creates a parameter of `shape` from its values, row by row: the last index changes fastest.
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

    /// Returns the name of the layer it belongs to.
    pub fn layer(&self) -> &str {
        &self.layer
    }

    /// Returns its name within the layer, such as `kernel` or `bias`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the length of each dimension; nothing for a single number.
    ///
    /// ```
    /// use training_replay::Parameter;
    ///
    /// assert_eq!(Parameter::new("hidden", "kernel", [2, 10], vec![0.0_f32; 20]).shape(), [2, 10]);
    /// assert!(Parameter::new("scale", "factor", [], vec![2.0_f32]).shape().is_empty());
    /// ```
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// Returns the values, row by row.
    ///
    /// ```
    /// use training_replay::{Parameter, Values};
    ///
    /// let bias = Parameter::new("output", "bias", [1], vec![0.1_f64]);
    /// assert!(matches!(bias.values(), Values::F64(_))); // as they were handed over
    /// ```
    pub fn values(&self) -> &Values<'a> {
        &self.values
    }

    /// The values, to be read into.
    pub(crate) fn values_mut(&mut self) -> &mut Values<'a> {
        &mut self.values
    }

    /// Returns the values as a matrix; one dimension becomes a single row, none a single value.
    ///
    /// ```
    /// use training_replay::Parameter;
    ///
    /// let kernel = Parameter::new("hidden", "kernel", [2, 3], vec![1.0_f32, 2.0, 3.0, 4.0, 5.0, 6.0]);
    /// assert_eq!(kernel.to_matrix()?[(1, 0)], 4.0);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
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

    /// Returns a parameter of two dimensions with rows and columns exchanged, under another name.
    ///
    /// PyTorch, candle and burn hold the `weight` of a linear layer as `(outputs, inputs)`, Keras and this crate a `kernel`
    /// as `(inputs, outputs)`. Where both are equal, no shape says which it is: whoever hands it over does.
    ///
    /// ```
    /// use training_replay::Parameter;
    ///
    /// let weight = Parameter::new("hidden", "weight", [2, 3], vec![1.0_f32, 2.0, 3.0, 4.0, 5.0, 6.0]);
    /// let kernel = weight.transposed("kernel")?;
    /// assert_eq!((kernel.name(), kernel.shape()), ("kernel", [3, 2].as_slice()));
    /// assert_eq!(kernel.values().to_f32(), [1.0, 4.0, 2.0, 5.0, 3.0, 6.0].as_slice());
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] unless it has two dimensions, [`Error::Shape`] if the shape does not fit the values.
    pub fn transposed(&self, name: impl Into<Cow<'a, str>>) -> Result<Self> {
        self.check()?;
        let &[rows, columns] = self.shape.as_slice() else {
            let what = format!("the number of dimensions of {}", self.label());
            return Err(Error::invalid(what, "2 to be transposed", self.shape.len()));
        };
        let values = match &self.values {
            Values::F32(values) => Values::from(transposed(values, rows, columns)),
            Values::F64(values) => Values::from(transposed(values, rows, columns)),
        };
        Ok(Self { layer: self.layer.clone(), name: name.into(), shape: vec![columns, rows], values })
    }

    /// Borrows the parameter, names and values: for a [`Model`](crate::Model) that keeps its parameters as such.
    pub fn borrowed(&self) -> Parameter<'_> {
        Parameter {
            layer: Cow::Borrowed(&self.layer),
            name: Cow::Borrowed(&self.name),
            shape: self.shape.clone(),
            values: self.values.borrowed(),
        }
    }

    /// Returns the parameter as an owned one; a copy of what was borrowed.
    ///
    /// ```
    /// use training_replay::Parameter;
    ///
    /// let kept: Parameter<'static> = {
    ///     let bias = vec![0.5_f32];
    ///     Parameter::new("output", "bias", [1], &bias).into_owned()
    /// };
    /// assert_eq!(kept.values().to_f32(), [0.5].as_slice());
    /// ```
    pub fn into_owned(self) -> Parameter<'static> {
        Parameter {
            layer: Cow::Owned(self.layer.into_owned()),
            name: Cow::Owned(self.name.into_owned()),
            shape: self.shape,
            values: self.values.into_owned(),
        }
    }

    /// The same parameter by another name.
    pub(crate) fn named(self, layer: String, name: String) -> Self {
        Self { layer: layer.into(), name: name.into(), ..self }
    }

    /// The difference of every value from that of another of the same shape.
    pub(super) fn minus(&self, earlier: &Parameter<'_>) -> Parameter<'static> {
        let differences = self.differences(earlier);
        Parameter::new(self.layer.to_string(), self.name.to_string(), self.shape.clone(), differences)
    }

    /// The same differences alone, in `f64`.
    pub(crate) fn differences(&self, earlier: &Parameter<'_>) -> Vec<f64> {
        self.values.minus(&earlier.values)
    }

    /// The same with other values, rounded to the type that its own have.
    pub(super) fn with_values(self, values: Vec<f64>) -> Self {
        let values = match self.values {
            Values::F32(_) => Values::from(values.into_iter().map(|value| value as f32).collect::<Vec<_>>()),
            Values::F64(_) => Values::from(values),
        };
        Self { values, ..self }
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

/// The values of a matrix, column by column in place of row by row.
fn transposed<T: Copy>(values: &[T], rows: usize, columns: usize) -> Vec<T> {
    (0..columns).flat_map(|column| (0..rows).map(move |row| values[row * columns + column])).collect()
}

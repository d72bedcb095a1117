//! One array that a model hands over: its values, with a layer, a name and a shape.

use std::borrow::Cow;

use nalgebra::{DMatrix, Dim, RawStorage};

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
    orientation: Option<Orientation>,
}

/// What the rows and columns of a matrix of weights stand for, where no shape can say it: a layer of as many inputs as outputs
/// has a square one.
///
/// ```
/// use training_replay::{Orientation, Parameter};
///
/// let weight = Parameter::new("hidden", "weight", [2, 2], vec![1.0_f32, 2.0, 3.0, 4.0]).oriented(Orientation::OutputsInputs);
/// let kernel = weight.transposed("kernel")?;
/// assert_eq!(kernel.orientation(), Some(Orientation::InputsOutputs));
/// assert_eq!(kernel.values().to_f32(), [1.0, 3.0, 2.0, 4.0].as_slice());
/// # Ok::<(), training_replay::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Orientation {
    /// A row for each input, a column for each output, as in Keras, JAX, burn and this crate: `outputs = inputs * kernel`.
    InputsOutputs,
    /// A row for each output, a column for each input, as in PyTorch and candle: `outputs = inputs * weight^T`.
    OutputsInputs,
}

impl Orientation {
    /// That of the transposed matrix.
    fn exchanged(self) -> Self {
        match self {
            Self::InputsOutputs => Self::OutputsInputs,
            Self::OutputsInputs => Self::InputsOutputs,
        }
    }
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
        let (shape, values) = (shape.into(), values.into());
        Self { layer: layer.into(), name: name.into(), shape, values, orientation: None }
    }

    /// Creates a parameter from a matrix of nalgebra, whose values are copied row by row.
    ///
    /// ```
    /// use training_replay::{Parameter, nalgebra::Matrix3x2};
    ///
    /// let kernel = Matrix3x2::new(1.0_f64, 2.0, 3.0, 4.0, 5.0, 6.0); // three rows of two
    /// let kernel = Parameter::from_matrix("hidden", "kernel", &kernel);
    /// assert_eq!(kernel.shape(), [3, 2]);
    /// assert_eq!(kernel.values().to_f64(), [1.0, 2.0, 3.0, 4.0, 5.0, 6.0].as_slice());
    /// ```
    pub fn from_matrix<T, R, C, S>(
        layer: impl Into<Cow<'a, str>>,
        name: impl Into<Cow<'a, str>>,
        matrix: &nalgebra::Matrix<T, R, C, S>,
    ) -> Self
    where
        T: Copy,
        R: Dim,
        C: Dim,
        S: RawStorage<T, R, C>,
        Vec<T>: Into<Values<'a>>,
    {
        let (rows, columns) = matrix.shape();
        let values = (0..rows).flat_map(|row| (0..columns).map(move |column| matrix[(row, column)]));
        Self::new(layer, name, [rows, columns], values.collect::<Vec<T>>())
    }

    /// Returns the same parameter with what its rows and columns stand for; it is recorded with it.
    ///
    /// A built-in network that is given a `kernel` which is said to be `(outputs, inputs)` transposes it.
    ///
    /// ```
    /// use training_replay::{Dense, Forward, Orientation, Parameter, Sequential, Weights};
    ///
    /// let (weight, bias) = (vec![1.0_f32, 2.0, 3.0, 4.0], vec![0.0_f32; 2]); // of PyTorch's `Linear(2, 2)`
    /// let weights = Weights::from_iter([
    ///     Parameter::new("output", "kernel", [2, 2], weight).oriented(Orientation::OutputsInputs),
    ///     Parameter::new("output", "bias", [2], bias),
    /// ]);
    /// let model = Sequential::builder(2).layer(Dense::new(2).name("output")).build(1)?.with_weights(&weights)?;
    /// let outputs = model.predict(&training_replay::Matrix::from_row_slice(1, 2, &[1.0, 0.0]))?;
    /// assert_eq!(outputs.as_slice(), [1.0, 3.0]); // its first column
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    #[must_use]
    pub fn oriented(self, orientation: Orientation) -> Self {
        Self { orientation: Some(orientation), ..self }
    }

    /// Returns what its rows and columns stand for, if whoever handed it over said so.
    pub fn orientation(&self) -> Option<Orientation> {
        self.orientation
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

    /// Returns the values themselves.
    ///
    /// ```
    /// use training_replay::Parameter;
    ///
    /// let bias = Parameter::new("output", "bias", [2], vec![0.5_f32, 1.5]);
    /// assert_eq!(bias.into_values().into_f32(), [0.5, 1.5]); // no value was copied
    /// ```
    pub fn into_values(self) -> Values<'a> {
        self.values
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
        let (rows, columns) = self.rows_and_columns()?;
        Ok(matrix::from_row_major(rows, columns, &self.values.to_f32()))
    }

    /// Returns the values as a matrix in double precision, as [`to_matrix`](Self::to_matrix).
    ///
    /// ```
    /// use training_replay::{Parameter, nalgebra::DMatrix};
    ///
    /// let kernel = Parameter::new("hidden", "kernel", [2, 1], vec![0.1_f64, 0.2]);
    /// assert_eq!(kernel.to_f64_matrix()?, DMatrix::from_row_slice(2, 1, &[0.1, 0.2]));
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`to_matrix`](Self::to_matrix).
    pub fn to_f64_matrix(&self) -> Result<DMatrix<f64>> {
        let (rows, columns) = self.rows_and_columns()?;
        Ok(DMatrix::from_row_slice(rows, columns, &self.values.to_f64()))
    }

    fn rows_and_columns(&self) -> Result<(usize, usize)> {
        self.check()?;
        match *self.shape.as_slice() {
            [] => Ok((1, 1)),
            [units] => Ok((1, units)),
            [rows, columns] => Ok((rows, columns)),
            _ => {
                let what = format!("the number of dimensions of {}", self.label());
                Err(Error::invalid(what, "at most 2 to be a matrix", self.shape.len()))
            }
        }
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
        let places = (0..columns).flat_map(|column| (0..rows).map(move |row| row * columns + column));
        Ok(Self {
            layer: self.layer.clone(),
            name: name.into(),
            shape: vec![columns, rows],
            values: self.values.permuted(places),
            orientation: self.orientation.map(Orientation::exchanged),
        })
    }

    /// The parameter with rows and columns as another has them, if both are known.
    pub(crate) fn oriented_as(self, other: &Parameter<'_>) -> Result<Self> {
        match (self.orientation, other.orientation) {
            (Some(own), Some(other)) if own != other => self.transposed(self.name.clone()),
            _ => Ok(self),
        }
    }

    /// Borrows the parameter, names and values: for a [`Model`](crate::Model) that keeps its parameters as such.
    pub fn borrowed(&self) -> Parameter<'_> {
        Parameter {
            layer: Cow::Borrowed(&self.layer),
            name: Cow::Borrowed(&self.name),
            shape: self.shape.clone(),
            values: self.values.borrowed(),
            orientation: self.orientation,
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
            orientation: self.orientation,
        }
    }

    /// Copies the values of another parameter, if it is the same one but for these; returns whether it is.
    pub(super) fn copy(&mut self, other: &Parameter<'_>) -> bool {
        self.is_called_as(other) && self.values.copy(&other.values)
    }

    /// Whether the parameter is another one, but for values of the same type.
    pub(super) fn is_like(&self, other: &Parameter<'_>) -> bool {
        self.is_called_as(other) && self.values.dtype() == other.values.dtype()
    }

    fn is_called_as(&self, other: &Parameter<'_>) -> bool {
        (self.layer(), self.name(), self.shape()) == (other.layer(), other.name(), other.shape())
            && self.orientation == other.orientation
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
        Self { values: self.values.alike(values), ..self }
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

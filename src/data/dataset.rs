//! Inputs and targets, checked once: the data a model is trained and replayed on.

use std::fmt;

use super::labels;
use crate::{Error, Matrix, Result, math::matrix, notation::counted};

/// Inputs `(samples, features)` and targets `(samples, outputs)`.
///
/// There is at least one sample, feature and output, and every value is a finite number: with a NaN among them every
/// loss and every boundary would be NaN too. (Weights and metrics may hold NaN: a run that diverges is recorded as it
/// is.)
///
/// ```
/// use training_replay::{Dataset, Matrix};
///
/// let inputs = Matrix::from_row_slice(3, 2, &[0.0, 0.0, 0.0, 1.0, 1.0, 1.0]);
/// let targets = Matrix::from_column_slice(3, 1, &[0.0, 1.0, 1.0]);
/// let data = Dataset::new(inputs, targets)?;
/// assert_eq!((data.samples(), data.features(), data.outputs()), (3, 2, 1));
/// assert_eq!(data.classes()?, [0, 1, 1]);
/// assert_eq!(data.to_string(), "3 samples, 2 features, 2 classes");
/// # Ok::<(), training_replay::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Dataset {
    inputs: Matrix,
    targets: Matrix,
}

impl Dataset {
    /// Creates a data set that pairs row `i` of the inputs with row `i` of the targets.
    ///
    /// ```
    /// use training_replay::{Dataset, Matrix};
    ///
    /// let (inputs, targets) = (Matrix::zeros(3, 2), Matrix::zeros(3, 1));
    /// assert_eq!(Dataset::new(inputs, targets.clone())?.samples(), 3);
    /// let diverged = Dataset::new(Matrix::from_element(3, 2, f32::NAN), targets).unwrap_err();
    /// assert_eq!(diverged.to_string(), "inputs, row 0, column 0, is NaN; it must be a finite number");
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Shape`] if the numbers of rows differ, [`Error::Invalid`] if there are no samples, features or
    /// outputs, or if a value is NaN or infinite; the message names its row and column.
    pub fn new(inputs: Matrix, targets: Matrix) -> Result<Self> {
        expect_some("inputs", &inputs)?;
        matrix::expect_shape("targets", &targets, (inputs.nrows(), targets.ncols()))?;
        expect_some("targets", &targets)?;
        matrix::expect_finite("inputs", &inputs)?;
        matrix::expect_finite("targets", &targets)?;
        Ok(Self { inputs, targets })
    }

    /// Creates a data set from rows of inputs and rows of targets, as they are read from elsewhere.
    ///
    /// ```
    /// use training_replay::Dataset;
    ///
    /// let data = Dataset::from_rows(&[[0.0, 0.5], [1.0, 0.2], [0.3, 0.3]], &[[0.0], [1.0], [1.0]])?;
    /// assert_eq!(data.inputs()[(1, 0)], 1.0);
    /// let ragged = Dataset::from_rows(&[vec![0.0, 0.5], vec![1.0]], &[[0.0], [1.0]]);
    /// assert_eq!(ragged.unwrap_err().to_string(), "inputs, row 1: expected shape [2], found [1]");
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new), and [`Error::Shape`] if the rows differ in length; the message names the first that does.
    pub fn from_rows<I: AsRef<[f32]>, T: AsRef<[f32]>>(inputs: &[I], targets: &[T]) -> Result<Self> {
        Self::new(matrix::from_rows("inputs", inputs)?, matrix::from_rows("targets", targets)?)
    }

    /// Creates a data set whose targets are classes, numbers from 0 to below `count`.
    ///
    /// They are stored one-hot, `(samples, count)`: Keras' `to_categorical`.
    ///
    /// ```
    /// use training_replay::{Dataset, Matrix, to_row_major};
    ///
    /// let data = Dataset::from_labels(Matrix::zeros(2, 4), &[2, 0], 3)?;
    /// assert_eq!(to_row_major(data.targets()), [0.0, 0.0, 1.0, 1.0, 0.0, 0.0]);
    /// assert_eq!(data.classes()?, [2, 0]);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new), and [`Error::Invalid`] for a class that is not below `count`, or more than 2^31 targets.
    pub fn from_labels(inputs: Matrix, classes: &[usize], count: usize) -> Result<Self> {
        if let Some(sample) = classes.iter().position(|&class| class >= count) {
            let expected = format!("below {count}, the number of classes");
            return Err(Error::invalid(format!("the class of sample {sample}"), expected, classes[sample]));
        }
        let mut targets = matrix::zeros(classes.len(), count)?;
        classes.iter().enumerate().for_each(|(sample, &class)| targets[(sample, class)] = 1.0);
        Self::new(inputs, targets)
    }

    /// Creates a data set of this crate's own making, known to be what `new` checks.
    pub(crate) fn generated(inputs: Matrix, targets: Matrix) -> Self {
        debug_assert!(Self::new(inputs.clone(), targets.clone()).is_ok());
        Self { inputs, targets }
    }

    /// Returns the inputs, `(samples, features)`.
    ///
    /// ```
    /// use training_replay::{Dataset, Matrix};
    ///
    /// let inputs = Matrix::from_row_slice(2, 2, &[0.0, 0.5, 1.0, 0.2]);
    /// assert_eq!(Dataset::new(inputs.clone(), Matrix::zeros(2, 1))?.inputs(), &inputs);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    pub fn inputs(&self) -> &Matrix {
        &self.inputs
    }

    /// Returns the targets, `(samples, outputs)`.
    ///
    /// ```
    /// use training_replay::datasets;
    ///
    /// assert_eq!(datasets::moons(100, 0.1, 7).targets().sum(), 50.0); // ones, as many as zeros
    /// ```
    pub fn targets(&self) -> &Matrix {
        &self.targets
    }

    /// Returns the number of samples: the rows of inputs and targets.
    ///
    /// ```
    /// use training_replay::datasets;
    ///
    /// assert_eq!(datasets::moons(100, 0.1, 7).samples(), 100);
    /// ```
    pub fn samples(&self) -> usize {
        self.inputs.nrows()
    }

    /// Returns the number of features: the columns of the inputs.
    ///
    /// ```
    /// use training_replay::datasets;
    ///
    /// assert_eq!(datasets::ball(10, 100, 7).features(), 10);
    /// ```
    pub fn features(&self) -> usize {
        self.inputs.ncols()
    }

    /// Returns the number of outputs: the columns of the targets.
    ///
    /// ```
    /// use training_replay::{Dataset, Matrix};
    ///
    /// assert_eq!(Dataset::from_labels(Matrix::zeros(2, 4), &[2, 0], 3)?.outputs(), 3);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    pub fn outputs(&self) -> usize {
        self.targets.ncols()
    }

    /// Returns the class of each sample: 0 or 1 for a single output, the place of the 1 for several.
    ///
    /// ```
    /// use training_replay::Dataset;
    ///
    /// let inputs = [[0.0], [1.0], [2.0]];
    /// assert_eq!(Dataset::from_rows(&inputs, &[[0.0], [1.0], [1.0]])?.classes()?, [0, 1, 1]);
    /// let regression = Dataset::from_rows(&inputs, &[[0.0], [1.0], [0.3]])?.classes().unwrap_err();
    /// assert_eq!(regression.to_string(), "target row 2 is [0.3]; it must be 0 or 1 to name a class");
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] at the first target row that names no class, as in regression.
    pub fn classes(&self) -> Result<Vec<usize>> {
        labels::target_classes(&self.targets)
    }
}

/// Writes `500 samples, 2 features, 2 classes`, or the number of outputs where the targets name no classes.
impl fmt::Display for Dataset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_classes = labels::are_classes(&self.targets);
        let classes = is_classes.then(|| (labels::class_count(self.outputs()), "class"));
        let answers = classes.unwrap_or((self.outputs(), "output"));
        let [samples, features] = [(self.samples(), "sample"), (self.features(), "feature")].map(many);
        write!(f, "{samples}, {features}, {}", many(answers))
    }
}

fn many((count, noun): (usize, &str)) -> String {
    counted(count as u64, noun)
}

fn expect_some(what: &str, matrix: &Matrix) -> Result<()> {
    if !matrix.is_empty() {
        return Ok(());
    }
    let found = format!("empty, {} x {}", matrix.nrows(), matrix.ncols());
    Err(Error::invalid(what, "at least one row and one column", found))
}

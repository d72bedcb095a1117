//! Inputs and targets, checked once: the data a model is trained and replayed on.

use std::collections::HashSet;
use std::fmt;

use super::{ClassLabels, OwnedTargets, Targets, labels};
use crate::{Error, Matrix, Result, math::matrix, notation::counted};

/// Inputs `(samples, features)` and targets: numbers `(samples, outputs)`, or classes by index.
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
    targets: OwnedTargets,
    /// One for each class, or none.
    class_names: Vec<String>,
    /// One for each column of the inputs, or none.
    feature_names: Vec<String>,
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
        Ok(Self::unnamed(inputs, OwnedTargets::Numbers(targets)))
    }

    /// Creates a data set from rows of inputs and rows of targets, as they are read from elsewhere.
    ///
    /// The numbers may be `f32`, `f64` or integers of up to 32 bits; they are rounded to `f32`.
    ///
    /// ```
    /// use training_replay::Dataset;
    ///
    /// let measured: Vec<Vec<f64>> = vec![vec![0.0, 0.5], vec![1.0, 0.2], vec![0.3, 0.3]];
    /// let data = Dataset::from_rows(&measured, &[[0], [1], [1]])?;
    /// assert_eq!((data.inputs()[(1, 0)], data.inputs()[(1, 1)]), (1.0, 0.2));
    /// let ragged = Dataset::from_rows(&[vec![0.0, 0.5], vec![1.0]], &[[0.0], [1.0]]);
    /// assert_eq!(ragged.unwrap_err().to_string(), "inputs, row 1: expected shape [2], found [1]");
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new), and [`Error::Shape`] if the rows differ in length, [`Error::Invalid`] for a number beyond the
    /// range of `f32`; the message names its row and column.
    pub fn from_rows<X, Y>(inputs: &[impl AsRef<[X]>], targets: &[impl AsRef<[Y]>]) -> Result<Self>
    where
        X: Copy + Into<f64>,
        Y: Copy + Into<f64>,
    {
        Self::new(matrix::from_rows("inputs", inputs)?, matrix::from_rows("targets", targets)?)
    }

    /// Creates a data set from classes by index: one for each sample, or one for each position of it, as of a sequence.
    ///
    /// A model of these has the outputs `(samples, positions * classes)`, position by position, and is trained with
    /// categorical cross-entropy, or with a loss of its own. Each position counts by itself: in accuracies, in confusions, and in
    /// losses, of which a sample has their mean.
    ///
    /// # Shapes
    ///
    /// `labels`: `(samples, positions)`, in row-major order.
    ///
    /// ```
    /// use training_replay::{Dataset, Matrix};
    ///
    /// let data = Dataset::from_class_labels(Matrix::zeros(2, 3), &[3, 0, 4, 1, 1, 2], 3, 5)?;
    /// assert_eq!((data.samples(), data.outputs()), (2, 15));
    /// assert_eq!(data.classes()?, [3, 0, 4, 1, 1, 2]);
    /// assert_eq!(data.to_string(), "2 samples of 3 positions, 3 features, 5 classes");
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new) of the inputs, as [`ClassLabels::new`], and [`Error::Shape`] if there are not as many labels as
    /// samples and positions.
    pub fn from_class_labels(inputs: Matrix, labels: &[u32], positions: usize, classes: usize) -> Result<Self> {
        let labels = ClassLabels::new(labels, positions, classes)?;
        Self::of_labels(inputs, labels)
    }

    /// The same of labels that were checked.
    pub(crate) fn of_labels(inputs: Matrix, labels: ClassLabels) -> Result<Self> {
        expect_some("inputs", &inputs)?;
        if labels.samples() != inputs.nrows() {
            let positions = labels.positions();
            return Err(Error::shape("labels", [inputs.nrows(), positions], [labels.samples(), positions]));
        }
        matrix::expect_finite("inputs", &inputs)?;
        Ok(Self::unnamed(inputs, OwnedTargets::Labels(labels)))
    }

    /// Returns the same data with a name for each class, which go with them into recordings and pictures.
    ///
    /// ```
    /// use training_replay::datasets;
    ///
    /// let moons = datasets::moons(100, 0.1, 7).with_class_names(["upper", "lower"])?;
    /// assert_eq!(moons.class_names(), ["upper", "lower"]);
    /// let one = datasets::moons(100, 0.1, 7).with_class_names(["upper"]).unwrap_err();
    /// assert_eq!(one.to_string(), "the number of class names is 1; it must be 2, one for each class");
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] if there are more or fewer names than classes, for a name that is empty or appears twice.
    pub fn with_class_names<S: Into<String>>(self, names: impl IntoIterator<Item = S>) -> Result<Self> {
        let count = labels::class_count(self.targets().width());
        Ok(Self { class_names: checked_names(["class", "classes"], count, names)?, ..self })
    }

    /// Returns the same data with a name for each feature, which go with them into recordings.
    ///
    /// ```
    /// use training_replay::datasets;
    ///
    /// let moons = datasets::moons(100, 0.1, 7).with_feature_names(["width", "height"])?;
    /// assert_eq!(moons.feature_names(), ["width", "height"]);
    /// assert!(datasets::moons(100, 0.1, 7).with_feature_names(["x", "x"]).is_err());
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] if there are more or fewer names than features, for a name that is empty or appears twice.
    pub fn with_feature_names<S: Into<String>>(self, names: impl IntoIterator<Item = S>) -> Result<Self> {
        let count = self.features();
        Ok(Self { feature_names: checked_names(["feature", "features"], count, names)?, ..self })
    }

    /// Returns the same data with a target column for each of two classes, for a network that ends in a softmax.
    ///
    /// A single column of 0 and 1, for a sigmoid, becomes two: Keras' `to_categorical`. Several columns, and classes by index,
    /// stay as they are.
    ///
    /// ```
    /// use training_replay::{Dataset, to_row_major};
    ///
    /// let data = Dataset::from_rows(&[[0.5], [0.7]], &[[0], [1]])?.one_hot()?;
    /// assert_eq!(to_row_major(data.targets().numbers()?), [1.0, 0.0, 0.0, 1.0]);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] at the first target of a single column that is outside 0 to 1.
    pub fn one_hot(self) -> Result<Self> {
        let both = match &self.targets {
            OwnedTargets::Numbers(column) if column.ncols() == 1 => two_columns(column)?,
            _ => return Ok(self),
        };
        Ok(Self { targets: OwnedTargets::Numbers(both), ..self })
    }

    /// The rows named by `rows`, in that order, which are rows of this one and at least one.
    pub(crate) fn rows(&self, rows: &[usize]) -> Self {
        let mut inputs = Matrix::zeros(rows.len(), self.features());
        matrix::gather_rows(&self.inputs, rows, &mut inputs);
        self.replaced(inputs, self.targets().gather(rows))
    }

    /// Other inputs under the same names, known to be what `new` checks and of as many columns.
    pub(super) fn with_inputs(&self, inputs: Matrix) -> Self {
        self.replaced(inputs, self.targets.clone())
    }

    fn replaced(&self, inputs: Matrix, targets: OwnedTargets) -> Self {
        let (class_names, feature_names) = (self.class_names.clone(), self.feature_names.clone());
        Self { inputs, targets, class_names, feature_names }
    }

    fn unnamed(inputs: Matrix, targets: OwnedTargets) -> Self {
        Self { inputs, targets, class_names: Vec::new(), feature_names: Vec::new() }
    }

    /// Creates a data set of this crate's own making, known to be what `new` checks.
    pub(crate) fn generated(inputs: Matrix, targets: Matrix) -> Self {
        debug_assert!(Self::new(inputs.clone(), targets.clone()).is_ok());
        Self::unnamed(inputs, OwnedTargets::Numbers(targets))
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

    /// Returns the targets: numbers `(samples, outputs)`, or classes by index.
    ///
    /// ```
    /// use training_replay::{Dataset, Matrix, datasets};
    ///
    /// assert_eq!(datasets::moons(100, 0.1, 7).targets().numbers()?.sum(), 50.0); // ones, as many as zeros
    /// let data = Dataset::from_class_labels(Matrix::zeros(2, 3), &[3, 0], 1, 5)?;
    /// assert_eq!(data.targets().labels()?.indices(), [3, 0]);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    pub fn targets(&self) -> Targets<'_> {
        self.targets.view()
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

    /// Returns the number of outputs: the columns of the targets, or positions times classes.
    ///
    /// ```
    /// use training_replay::{Dataset, Matrix};
    ///
    /// assert_eq!(Dataset::from_labels(Matrix::zeros(3, 4), &["b", "a", "c"])?.outputs(), 3);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    pub fn outputs(&self) -> usize {
        self.targets().outputs()
    }

    /// Returns the names of the classes, from class 0 on; none if they were not named.
    ///
    /// ```
    /// use training_replay::{Dataset, Matrix, datasets};
    ///
    /// let data = Dataset::from_labels(Matrix::zeros(3, 4), &["rose", "lily", "rose"])?;
    /// assert_eq!(data.class_names(), ["lily", "rose"]);
    /// assert!(datasets::moons(100, 0.1, 7).class_names().is_empty());
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    pub fn class_names(&self) -> &[String] {
        &self.class_names
    }

    /// Returns the names of the features, in the order of the inputs' columns; none if they were not named.
    pub fn feature_names(&self) -> &[String] {
        &self.feature_names
    }

    /// Returns what a class is called: its name, or `class 2` where the classes have none or the name is a number.
    ///
    /// ```
    /// use training_replay::datasets;
    ///
    /// let moons = datasets::moons(100, 0.1, 7);
    /// assert_eq!(moons.class_name(1), "class 1");
    /// assert_eq!(moons.with_class_names(["upper", "lower"])?.class_name(1), "lower");
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    pub fn class_name(&self, class: usize) -> String {
        match self.class_names.get(class) {
            // "3 samples" would be how many.
            Some(number) if number.parse::<f64>().is_ok() => format!("class {number}"),
            Some(name) => name.clone(),
            None => format!("class {class}"),
        }
    }

    /// Returns the class of each sample: 0 or 1 for a single output, the place of the 1 for several. Of samples of several
    /// positions it is the class of each position, sample by sample.
    ///
    /// ```
    /// use training_replay::Dataset;
    ///
    /// let inputs = [[0.0], [1.0], [2.0]];
    /// assert_eq!(Dataset::from_rows(&inputs, &[[0.0], [1.0], [1.0]])?.classes()?, [0, 1, 1]);
    /// let regression = Dataset::from_rows(&inputs, &[[0.0], [1.0], [0.3]])?.classes().unwrap_err();
    /// assert_eq!(regression.to_string(), "target row 2 is [0.3]; it must be 0 or 1, or in all rows -1 or 1, to name a class");
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] at the first target row that names no class, as in regression.
    pub fn classes(&self) -> Result<Vec<usize>> {
        labels::target_classes(self.targets())
    }
}

/// A column for each of the classes 0 and 1.
fn two_columns(column: &Matrix) -> Result<Matrix> {
    if let Some(row) = column.iter().position(|target| !(0.0..=1.0).contains(target)) {
        return Err(Error::invalid(format!("target row {row}"), "from 0 to 1 to become two", column[row]));
    }
    Ok(Matrix::from_fn(column.nrows(), 2, |row, class| if class == 1 { column[row] } else { 1.0 - column[row] }))
}

/// Names that are as many as there are things to name, none of them empty and no two the same.
fn checked_names<S: Into<String>>(
    [one, many]: [&str; 2],
    count: usize,
    names: impl IntoIterator<Item = S>,
) -> Result<Vec<String>> {
    // One more than there may be says as much as all of an endless iterator.
    let names: Vec<String> = names.into_iter().take(count.saturating_add(1)).map(Into::into).collect();
    if names.len() != count {
        let found = if names.len() > count { format!("more than {count}") } else { names.len().to_string() };
        let expected = format!("{count}, one for each {one}");
        return Err(Error::invalid(format!("the number of {one} names"), expected, found));
    }
    let mut known = HashSet::new();
    match names.iter().position(|name| name.is_empty() || !known.insert(name)) {
        Some(at) => {
            let expected = format!("not empty and unlike those of the other {many}");
            Err(Error::invalid(format!("the name of {one} {at}"), expected, format!("{:?}", names[at])))
        }
        None => Ok(names),
    }
}

/// Writes `500 samples, 2 features, 2 classes`, or the number of outputs where the targets name no classes.
impl fmt::Display for Dataset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_classes = labels::TargetKind::of(self.targets()).are_classes();
        let classes = is_classes.then(|| (labels::class_count(self.targets().width()), "class"));
        let answers = classes.unwrap_or((self.outputs(), "output"));
        let [samples, features, positions] =
            [(self.samples(), "sample"), (self.features(), "feature"), (self.targets().positions(), "position")]
                .map(many);
        let of = if self.targets().positions() == 1 { String::new() } else { format!(" of {positions}") };
        write!(f, "{samples}{of}, {features}, {}", many(answers))
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

//! What a model shall put out for each sample: numbers, or classes by index.

use std::{borrow::Cow, ops::Range};

use super::class_labels::ClassLabels;
use crate::{Error, Matrix, Result, math::matrix};

/// What a model shall put out for each sample: numbers, or classes by their index.
///
/// It borrows, and a matrix or labels turn into it: `(&targets).into()`. A model of one's own takes what its loss needs:
/// [`numbers`](Self::numbers), [`labels`](Self::labels), or either as a [matrix](Self::to_matrix).
///
/// ```
/// use training_replay::{ClassLabels, Matrix, Targets};
///
/// let labels = ClassLabels::new([2, 0], 1, 3)?;
/// let targets = Targets::from(&labels);
/// assert_eq!((targets.samples(), targets.outputs()), (2, 3));
/// assert_eq!(*targets.to_matrix()?, Matrix::from_row_slice(2, 3, &[0.0, 0.0, 1.0, 1.0, 0.0, 0.0]));
/// let refused = targets.numbers().unwrap_err();
/// assert_eq!(refused.to_string(), "the kind of targets is classes by index; it must be numbers, as `Targets::to_matrix` makes of them");
/// # Ok::<(), training_replay::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Targets<'a> {
    /// Numbers, `(samples, outputs)`.
    Numbers(&'a Matrix),
    /// Classes by index, of outputs `(samples, positions * classes)` position by position.
    Labels(&'a ClassLabels),
}

impl<'a> From<&'a Matrix> for Targets<'a> {
    fn from(numbers: &'a Matrix) -> Self {
        Self::Numbers(numbers)
    }
}

impl<'a> From<&'a ClassLabels> for Targets<'a> {
    fn from(labels: &'a ClassLabels) -> Self {
        Self::Labels(labels)
    }
}

impl<'a> Targets<'a> {
    /// Returns the number of samples.
    pub fn samples(self) -> usize {
        match self {
            Self::Numbers(numbers) => numbers.nrows(),
            Self::Labels(labels) => labels.samples(),
        }
    }

    /// Returns the number of outputs that a model of these has: of labels, positions times classes.
    pub fn outputs(self) -> usize {
        match self {
            Self::Numbers(numbers) => numbers.ncols(),
            Self::Labels(labels) => labels.outputs(),
        }
    }

    /// Returns the number of positions of each sample: 1, unless they are labels of several.
    pub fn positions(self) -> usize {
        match self {
            Self::Numbers(_) => 1,
            Self::Labels(labels) => labels.positions(),
        }
    }

    /// Returns the numbers.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] if they are classes by index.
    pub fn numbers(self) -> Result<&'a Matrix> {
        match self {
            Self::Numbers(numbers) => Ok(numbers),
            Self::Labels(_) => {
                let expected = "numbers, as `Targets::to_matrix` makes of them";
                Err(Error::invalid("the kind of targets", expected, "classes by index"))
            }
        }
    }

    /// Returns the classes by index.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] if they are numbers.
    pub fn labels(self) -> Result<&'a ClassLabels> {
        match self {
            Self::Labels(labels) => Ok(labels),
            Self::Numbers(_) => {
                let expected = "classes by index, as of `Dataset::from_class_labels`";
                Err(Error::invalid("the kind of targets", expected, "numbers"))
            }
        }
    }

    /// Returns the numbers, or of labels a 1 among zeros for each position, `(samples, positions * classes)`.
    ///
    /// ```
    /// use training_replay::{ClassLabels, Targets, to_row_major};
    ///
    /// let words = ClassLabels::new([1, 0], 2, 2)?; // one sample of two positions
    /// assert_eq!(to_row_major(&*Targets::from(&words).to_matrix()?), [0.0, 1.0, 1.0, 0.0]);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] if memory has no room for so many.
    pub fn to_matrix(self) -> Result<Cow<'a, Matrix>> {
        let labels = match self {
            Self::Numbers(numbers) => return Ok(Cow::Borrowed(numbers)),
            Self::Labels(labels) => labels,
        };
        let mut numbers = matrix::zeros(labels.samples(), labels.outputs())?;
        for (place, &label) in labels.indices().iter().enumerate() {
            let (sample, position) = (place / labels.positions(), place % labels.positions());
            numbers[(sample, position * labels.classes() + label as usize)] = 1.0;
        }
        Ok(Cow::Owned(numbers))
    }

    /// The number of outputs among which one is the class: those of a position.
    pub(crate) fn width(self) -> usize {
        match self {
            Self::Numbers(numbers) => numbers.ncols(),
            Self::Labels(labels) => labels.classes(),
        }
    }

    /// Some samples' own.
    pub(crate) fn rows(self, rows: Range<usize>) -> OwnedTargets {
        match self {
            Self::Numbers(numbers) => OwnedTargets::Numbers(numbers.rows_range(rows).into_owned()),
            Self::Labels(labels) => OwnedTargets::Labels(labels.rows(rows)),
        }
    }

    /// Those of the samples of these numbers, in their order.
    pub(crate) fn gather(self, rows: &[usize]) -> OwnedTargets {
        let mut some = self.rows(0..0);
        self.gather_into(rows, &mut some);
        some
    }

    /// The same in memory that is there already.
    pub(crate) fn gather_into(self, rows: &[usize], some: &mut OwnedTargets) {
        match (self, some) {
            (Self::Numbers(numbers), OwnedTargets::Numbers(some)) => {
                matrix::reshape(some, rows.len(), numbers.ncols());
                matrix::gather_rows(numbers, rows, some);
            }
            (Self::Labels(labels), OwnedTargets::Labels(some)) => *some = labels.gather(rows),
            (targets, some) => *some = targets.gather(rows),
        }
    }

    /// Room for those of so many samples, to be [put](OwnedTargets::put) there.
    pub(crate) fn room_for(self, rows: usize) -> OwnedTargets {
        match self {
            Self::Numbers(numbers) => OwnedTargets::Numbers(Matrix::zeros(rows, numbers.ncols())),
            Self::Labels(labels) => OwnedTargets::Labels(labels.rows(0..0)),
        }
    }

    /// A copy.
    pub(crate) fn to_owned(self) -> OwnedTargets {
        match self {
            Self::Numbers(numbers) => OwnedTargets::Numbers(numbers.clone()),
            Self::Labels(labels) => OwnedTargets::Labels(labels.clone()),
        }
    }

    /// Fails if samples have several positions.
    pub(crate) fn expect_one_position(self, why: &str) -> Result<()> {
        match self.positions() {
            1 => Ok(()),
            several => Err(Error::invalid("the number of positions of a sample", format!("1, {why}"), several)),
        }
    }

    /// Fails unless they are of so many outputs.
    pub(crate) fn expect_columns(self, what: &str, outputs: usize) -> Result<()> {
        if self.outputs() == outputs {
            return Ok(());
        }
        Err(Error::shape(what, [self.samples(), outputs], [self.samples(), self.outputs()]))
    }

    /// Fails unless outputs are of the shape of these.
    pub(crate) fn expect_outputs(self, what: &str, outputs: &Matrix) -> Result<()> {
        matrix::expect_shape(what, outputs, (self.samples(), self.outputs()))
    }
}

/// Targets with their values.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum OwnedTargets {
    Numbers(Matrix),
    Labels(ClassLabels),
}

impl OwnedTargets {
    pub(crate) fn view(&self) -> Targets<'_> {
        match self {
            Self::Numbers(numbers) => Targets::Numbers(numbers),
            Self::Labels(labels) => Targets::Labels(labels),
        }
    }

    /// Puts those of some samples behind as many as wait here, into room that there is.
    pub(crate) fn put(&mut self, some: Targets<'_>, waiting: usize) {
        match (self, some) {
            (Self::Numbers(all), Targets::Numbers(some)) => matrix::copy_rows(some, all, waiting),
            (Self::Labels(all), Targets::Labels(some)) => {
                let mut labels = all.rows(0..waiting);
                labels.append(some);
                *all = labels;
            }
            // One data set has one kind of targets.
            (all, some) => *all = some.to_owned(),
        }
    }

    /// Those of the first samples.
    pub(crate) fn first(&self, count: usize) -> Self {
        match self {
            Self::Numbers(numbers) => Self::Numbers(matrix::first_rows(numbers, count)),
            Self::Labels(labels) => Self::Labels(labels.rows(0..count)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_numbers_and_of_labels_are_the_same_samples() {
        let labels = ClassLabels::new([2, 0, 1, 1, 0, 2], 2, 3).unwrap();
        let labels = Targets::from(&labels);
        let dense = labels.to_matrix().unwrap().into_owned();
        let dense = Targets::from(&dense);
        assert_eq!((labels.samples(), labels.outputs(), labels.width()), (3, 6, 3));
        assert_eq!((dense.samples(), dense.outputs(), dense.width()), (3, 6, 6));
        for (some, same) in [(labels.rows(1..3), dense.rows(1..3)), (labels.gather(&[2, 0]), dense.gather(&[2, 0]))] {
            assert_eq!(*some.view().to_matrix().unwrap(), *same.view().numbers().unwrap());
        }
        assert!(labels.numbers().is_err() && dense.labels().is_err());
    }

    #[test]
    fn labels_that_are_too_many_for_a_matrix_are_an_error() {
        let labels = ClassLabels::new(vec![0; 1 << 16], 1, 1 << 31).unwrap();
        assert!(Targets::from(&labels).to_matrix().unwrap_err().to_string().contains("a matrix"));
    }
}

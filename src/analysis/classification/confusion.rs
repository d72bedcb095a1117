//! Which classes are told, and which are mistaken for which.

use crate::{
    Error, Matrix, Result,
    data::labels::{check_threshold, class_count, classes, target_classes},
    math::matrix,
};

/// The counts take the square of this.
const MAX_CLASSES: usize = 4_096;

/// How many samples of each class are told as which.
///
/// ```
/// use training_replay::{Matrix, analysis::ConfusionMatrix};
///
/// let outputs = Matrix::from_column_slice(4, 1, &[0.1, 0.8, 0.9, 0.7]);
/// let targets = Matrix::from_column_slice(4, 1, &[0.0, 0.0, 1.0, 1.0]);
/// let confusion = ConfusionMatrix::of(&outputs, &targets, 0.5)?;
/// assert_eq!(confusion.counts, [[1, 1], [0, 2]]); // one negative is taken for a positive
/// assert_eq!(confusion.errors(0), 1);
/// assert_eq!(confusion.accuracy(), 0.75);
/// # Ok::<(), training_replay::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ConfusionMatrix {
    /// `counts[class][told]`: the samples of `class` that the model tells as `told`.
    pub counts: Vec<Vec<u64>>,
    /// The samples of each class for which the model tells none: an output is NaN.
    pub undecided: Vec<u64>,
}

impl ConfusionMatrix {
    /// That of outputs against targets. A single output counts as class 1 above the threshold; of several the largest
    /// wins, whatever the threshold.
    ///
    /// # Errors
    ///
    /// [`Error::Shape`] if the two differ in shape, [`Error::Invalid`] if the targets name no classes or more than
    /// 4,096, or the threshold is NaN.
    pub fn of(outputs: &Matrix, targets: &Matrix, threshold: f32) -> Result<Self> {
        matrix::expect_shape("targets", targets, outputs.shape())?;
        check_threshold(threshold)?;
        let count = class_count(outputs.ncols());
        if count > MAX_CLASSES {
            return Err(Error::invalid("the number of classes", format!("at most {MAX_CLASSES}"), count));
        }
        let (mut counts, mut undecided) = (vec![vec![0; count]; count], vec![0; count]);
        for (class, predicted) in target_classes(targets)?.into_iter().zip(classes(outputs, threshold)) {
            *predicted.map_or(&mut undecided[class], |predicted| &mut counts[class][predicted]) += 1;
        }
        Ok(Self { counts, undecided })
    }

    /// How many samples of a class are told as another or as none; 0 for a class that there is not.
    pub fn errors(&self, class: usize) -> u64 {
        let row = self.counts.get(class).into_iter().flatten().enumerate();
        let others = row.filter(|&(predicted, _)| predicted != class).map(|(_, count)| count);
        others.chain(self.undecided.get(class)).fold(0, |errors, &count| errors.saturating_add(count))
    }

    /// The share of samples that are told right.
    pub fn accuracy(&self) -> f64 {
        let sum = |counts: &mut dyn Iterator<Item = &u64>| counts.map(|&count| count as f64).sum::<f64>();
        let correct = sum(&mut self.counts.iter().enumerate().filter_map(|(class, row)| row.get(class)));
        correct / sum(&mut self.counts.iter().flatten().chain(&self.undecided))
    }
}

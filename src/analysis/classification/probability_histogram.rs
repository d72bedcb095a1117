//! Histograms of the probabilities that a classifier predicts.

use crate::analysis::distribution::histogram::Bins;
use crate::{
    Error, Matrix, Result,
    data::labels::{class_count, outcomes},
    math::matrix,
};

/// More counts, over all classes, than anybody can look at.
const MAX_COUNTS: usize = 10_000_000;

/// Histograms of the predicted probabilities, one of correct and one of misclassified samples for each class.
///
/// The bins are of equal width from 0 to 1. With a single output, the histograms of both classes are over the
/// probability of class 1. With several outputs, those of a class are over the probability of this class, for the
/// samples that belong to it.
///
/// ```
/// use training_replay::{Matrix, analysis::ProbabilityHistogram};
///
/// let probabilities = Matrix::from_column_slice(4, 1, &[0.1, 0.8, 0.9, 0.3]);
/// let targets = Matrix::from_column_slice(4, 1, &[0.0, 0.0, 1.0, 1.0]);
/// let histogram = ProbabilityHistogram::of(&probabilities, &targets, 2, 0.5)?;
/// assert_eq!(histogram.correct, [[1, 0], [0, 1]]); // of class 0 below, of class 1 above one half
/// assert_eq!(histogram.misclassified, [[0, 1], [1, 0]]);
/// # Ok::<(), training_replay::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ProbabilityHistogram {
    /// The edges of the bins, one more than there are bins, from 0 to 1.
    pub edges: Vec<f64>,
    /// For each class, the number of its correct samples in each bin.
    pub correct: Vec<Vec<u64>>,
    /// For each class, the number of its misclassified samples in each bin.
    pub misclassified: Vec<Vec<u64>>,
    /// For each class, the number of its samples that are in no bin, because an output is NaN.
    pub undecided: Vec<u64>,
}

impl ProbabilityHistogram {
    /// Counts the probabilities that a model predicts for samples with these targets.
    ///
    /// A single output stands for class 1 above the threshold, else for class 0. Of several outputs the largest is the
    /// predicted class, the first of equals, whatever the threshold.
    ///
    /// ```
    /// use training_replay::{Matrix, analysis::ProbabilityHistogram};
    ///
    /// let probabilities = Matrix::from_row_slice(2, 3, &[0.7, 0.2, 0.1, 0.3, 0.3, 0.4]);
    /// let targets = Matrix::from_row_slice(2, 3, &[1.0, 0.0, 0.0, 0.0, 1.0, 0.0]);
    /// let histogram = ProbabilityHistogram::of(&probabilities, &targets, 4, 0.5)?;
    /// assert_eq!(histogram.correct[0], [0, 0, 1, 0]); // a sample of class 0, with 0.7
    /// assert_eq!(histogram.misclassified[1], [0, 1, 0, 0]); // one of class 1, with 0.3
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Shapes
    ///
    /// `outputs` and `targets`: `(samples, outputs)`.
    ///
    /// # Errors
    ///
    /// [`Error::Shape`] if the two differ in shape, [`Error::Invalid`] if the targets name no classes, an output is
    /// not a probability, the threshold is outside 0 to 1, or for no bins, more than a million, or ten million in all.
    pub fn of(outputs: &Matrix, targets: &Matrix, bins: usize, threshold: f32) -> Result<Self> {
        matrix::expect_shape("targets", targets, outputs.shape())?;
        if !(0.0..=1.0).contains(&threshold) {
            return Err(Error::invalid("the threshold", "from 0 to 1", threshold));
        }
        let bins = Bins::new(0.0..=1.0, bins)?;
        let outcomes = outcomes(outputs, targets, threshold)?;
        let count = class_count(outputs.ncols());
        if count.saturating_mul(bins.count) > MAX_COUNTS {
            let found = format!("{} for each of {count} classes", bins.count);
            return Err(Error::invalid("the number of bins", format!("at most {MAX_COUNTS} in all"), found));
        }
        let (mut correct, mut undecided) = (vec![vec![0; bins.count]; count], vec![0; count]);
        let mut misclassified = correct.clone();
        for (row, outcome) in outcomes.into_iter().enumerate() {
            let class = outcome.class;
            if outcome.predicted.is_none() {
                undecided[class] += 1;
                continue;
            }
            let probability = outputs[(row, class.min(outputs.ncols() - 1))];
            let counts = if outcome.is_correct() { &mut correct } else { &mut misclassified };
            counts[class][bins.index(row, f64::from(probability))?] += 1;
        }
        Ok(Self { edges: bins.edges(), correct, misclassified, undecided })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_class_of_several_is_counted_by_its_own_probability() {
        let outputs = Matrix::from_row_slice(3, 3, &[0.7, 0.2, 0.1, 0.3, 0.3, 0.4, 0.1, 0.1, 0.8]);
        let targets = Matrix::from_row_slice(3, 3, &[1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0]);
        let histogram = ProbabilityHistogram::of(&outputs, &targets, 2, 0.5).unwrap();
        assert_eq!(histogram.correct, [[0, 1], [0, 0], [0, 1]]);
        assert_eq!(histogram.misclassified, [[0, 0], [1, 0], [0, 0]]);
    }

    #[test]
    fn the_threshold_decides_what_is_misclassified() {
        let outputs = Matrix::from_column_slice(1, 1, &[0.4]);
        let targets = Matrix::from_column_slice(1, 1, &[1.0]);
        let at = |threshold| ProbabilityHistogram::of(&outputs, &targets, 1, threshold).unwrap().correct;
        assert_eq!((at(0.5), at(0.3)), (vec![vec![0], vec![0]], vec![vec![0], vec![1]]));
    }

    #[test]
    fn a_model_that_diverged_has_its_samples_in_no_bin() {
        let nan = Matrix::from_element(3, 1, f32::NAN);
        let targets = Matrix::from_column_slice(3, 1, &[0.0, 1.0, 1.0]);
        let histogram = ProbabilityHistogram::of(&nan, &targets, 2, 0.5).unwrap();
        assert_eq!(histogram.undecided, [1, 2]);
        assert_eq!(histogram.correct.concat().iter().sum::<u64>(), 0);
    }

    #[test]
    fn what_is_no_probability_no_class_or_no_threshold_is_refused() {
        let one = |value| Matrix::from_element(1, 1, value);
        assert!(ProbabilityHistogram::of(&one(1.5), &one(1.0), 2, 0.5).is_err());
        assert!(ProbabilityHistogram::of(&one(0.5), &one(0.3), 2, 0.5).is_err());
        assert!(ProbabilityHistogram::of(&one(0.5), &one(1.0), 2, f32::NAN).is_err());
        assert!(ProbabilityHistogram::of(&one(0.5), &Matrix::zeros(2, 1), 2, 0.5).is_err());
    }
}

//! Histograms of the probabilities that a classifier predicts.

use std::ops::RangeInclusive;

use crate::analysis::{Caveat, distribution::histogram::Bins};
use crate::{
    Error, Matrix, OutputKind, Result,
    data::labels::{Outcome, TargetKind, class_count, outcomes},
    math::matrix,
    model::{decision::Decision, output_kind::is_no_probability},
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
    /// What the outputs of the model are. Logits are counted by the probabilities that they are of. Values are counted as
    /// they are, in bins that reach beyond the targets by half of what lies between them; the first and the last hold
    /// what is still farther off.
    pub kind: OutputKind,
    /// What was assumed.
    pub caveats: Vec<Caveat>,
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
        let threshold = Some(threshold);
        let decision = Decision { threshold, ..Decision::known(OutputKind::Probabilities, TargetKind::of(targets)) };
        Self::by(decision, outputs, targets, bins)
    }

    /// The same of outputs of any kind.
    pub(crate) fn by(decision: Decision, outputs: &Matrix, targets: &Matrix, bins: usize) -> Result<Self> {
        matrix::expect_shape("targets", targets, outputs.shape())?;
        let outcomes = outcomes(outputs, targets, decision.threshold(), decision.targets)?;
        let bins = bins_of(decision.kind, decision.targets.unwrap_or_else(|| TargetKind::of(targets)), bins)?;
        let count = class_count(outputs.ncols());
        if count.saturating_mul(bins.count) > MAX_COUNTS {
            let found = format!("{} for each of {count} classes", bins.count);
            return Err(Error::invalid("the number of bins", format!("at most {MAX_COUNTS} in all"), found));
        }
        let (edges, caveats) = (bins.edges(), Caveat::of(decision));
        let (counts, undecided) = (vec![vec![0; bins.count]; count], vec![0; count]);
        let (correct, misclassified) = (counts.clone(), counts);
        let mut histogram = Self { edges, correct, misclassified, undecided, kind: decision.kind, caveats };
        let mut numbers = outputs.clone();
        decision.to_probabilities(&mut numbers);
        for (row, outcome) in outcomes.into_iter().enumerate() {
            histogram.count(row, outcome, numbers[(row, outcome.class.min(numbers.ncols() - 1))], &bins)?;
        }
        Ok(histogram)
    }

    /// Counts a sample.
    fn count(&mut self, row: usize, outcome: Outcome, number: f32, bins: &Bins) -> Result<()> {
        let class = outcome.class;
        if outcome.predicted.is_none() || number.is_nan() {
            self.undecided[class] += 1;
            return Ok(());
        }
        let number = if self.kind == OutputKind::Values { bins.nearest(number) } else { off_by_rounding(number) };
        let counts = if outcome.is_correct() { &mut self.correct } else { &mut self.misclassified };
        counts[class][bins.index(row, number)?] += 1;
        Ok(())
    }
}

/// A probability that is beyond 0 or 1 by no more than rounding is 0 or 1.
fn off_by_rounding(p: f32) -> f64 {
    f64::from(if is_no_probability(p) { p } else { p.clamp(0.0, 1.0) })
}

/// Bins from 0 to 1, or around the targets that values are compared with.
fn bins_of(kind: OutputKind, targets: TargetKind, count: usize) -> Result<Bins> {
    Bins::new(if kind == OutputKind::Values { axis_of_values(targets) } else { 0.0..=1.0 }, count)
}

/// The targets, and beyond them half of what lies between.
pub(crate) fn axis_of_values(targets: TargetKind) -> RangeInclusive<f64> {
    if targets == TargetKind::Signs { -2.0..=2.0 } else { -0.5..=1.5 }
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

//! Histograms of the probabilities that a classifier predicts.

#[cfg(feature = "serde")]
use crate::serial;
use std::ops::RangeInclusive;

use super::{confusion::expect_one_shape, predictions::Predictions};
use crate::analysis::{Caveat, distribution::histogram::Bins};
use crate::{
    Error, Matrix, OutputKind, Result, Targets,
    data::labels::{Outcome, TargetKind, class_count, outcomes},
    loss::ROUNDING,
    model::{decision::Decision, output_kind::is_no_probability},
};

/// More counts, over all classes, than anybody can look at.
const MAX_COUNTS: usize = 10_000_000;

/// How far two probabilities may sum from 1 to be those of two classes.
const SUM: f32 = 1e-3;

/// Histograms of the predicted probabilities, one of correct and one of misclassified samples for each class.
///
/// The bins are of equal width from 0 to 1. With a single output, the histograms of both classes are over the
/// probability of class 1. With several outputs, those of a class are over the probability of this class, for the
/// samples that belong to it.
///
/// A bin takes its upper edge, the first one also its lower edge: `(low, high]`, where numpy's and those of a
/// [`Histogram`](crate::analysis::Histogram) are `[low, high)`. Class 1 is predicted *above* the threshold, so that a
/// probability at a threshold which is an edge lies on the side of class 0, for which it counts: no bin holds both.
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
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct ProbabilityHistogram {
    /// The edges of the bins, one more than there are bins, from 0 to 1.
    #[cfg_attr(feature = "serde", serde(serialize_with = "serial::plain"))]
    pub edges: Vec<f64>,
    /// For each class, the number of its correct samples in each bin.
    pub correct: Vec<Vec<u64>>,
    /// For each class, the number of its misclassified samples in each bin.
    pub misclassified: Vec<Vec<u64>>,
    /// For each class, the number of its samples that are in no bin, because an output is NaN.
    pub undecided: Vec<u64>,
    /// Where the predicted class changes along the axis of the edges: the threshold of a single output, one half of two
    /// probabilities that sum to 1. `None` of other outputs, whose largest is the class.
    #[cfg_attr(feature = "serde", serde(serialize_with = "serial::plain"))]
    pub threshold: Option<f64>,
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
    pub fn of<'t>(outputs: &Matrix, targets: impl Into<Targets<'t>>, bins: usize, threshold: f32) -> Result<Self> {
        let targets = targets.into();
        expect_one_shape(outputs, targets)?;
        if !(0.0..=1.0).contains(&threshold) {
            return Err(Error::invalid("the threshold", "from 0 to 1", threshold));
        }
        let threshold = Some(threshold);
        let decision = Decision { threshold, ..Decision::known(OutputKind::Probabilities, TargetKind::of(targets)) };
        Self::by(decision, outputs, targets, bins)
    }

    /// The same of outputs of any kind.
    pub(crate) fn by<'t>(
        decision: Decision,
        outputs: &Matrix,
        targets: impl Into<Targets<'t>>,
        bins: usize,
    ) -> Result<Self> {
        let targets = targets.into();
        expect_one_shape(outputs, targets)?;
        let targets = match targets {
            Targets::Numbers(numbers) => numbers,
            Targets::Labels(labels) => {
                return Self::of_predictions(
                    &Predictions::of_outputs(decision, outputs, labels),
                    labels.classes(),
                    bins,
                );
            }
        };
        let outcomes = outcomes(outputs, targets, decision.threshold(), decision.targets)?;
        let kind = decision.targets.unwrap_or_else(|| TargetKind::of(targets));
        let mut numbers = outputs.clone();
        decision.to_probabilities(&mut numbers);
        let threshold = threshold(decision, &numbers);
        let width = numbers.ncols();
        let (bins, mut histogram) = Self::empty(decision, kind, class_count(width), threshold, bins)?;
        for (row, outcome) in outcomes.into_iter().enumerate() {
            let number = numbers[(row, outcome.class.min(width - 1))];
            let is_above = if width == 1 { outcome.predicted == Some(1) } else { outcome.is_correct() };
            histogram.count(row, outcome, on_its_side(number, threshold, is_above), &bins)?;
        }
        Ok(histogram)
    }

    /// Those of predictions of every position.
    pub(crate) fn of_predictions(found: &Predictions, classes: usize, bins: usize) -> Result<Self> {
        let threshold = found.decision.threshold_of_probabilities(classes).filter(|_| found.sum_to_1);
        let (bins, mut histogram) = Self::empty(found.decision, TargetKind::Shares, classes, threshold, bins)?;
        for (row, (&outcome, &own)) in found.outcomes.iter().zip(&found.own).enumerate() {
            histogram.count(row, outcome, on_its_side(own, threshold, outcome.is_correct()), &bins)?;
        }
        Ok(histogram)
    }

    /// The bins, and none in them.
    fn empty(
        decision: Decision,
        targets: TargetKind,
        count: usize,
        threshold: Option<f32>,
        bins: usize,
    ) -> Result<(Bins, Self)> {
        let bins = bins_of(decision.kind, targets, bins)?;
        if count.saturating_mul(bins.count) > MAX_COUNTS {
            let found = format!("{} for each of {count} classes", bins.count);
            return Err(Error::invalid("the number of bins", format!("at most {MAX_COUNTS} in all"), found));
        }
        let (edges, caveats, kind) = (bins.edges(), Caveat::of(decision), decision.kind);
        let (counts, undecided) = (vec![vec![0; bins.count]; count], vec![0; count]);
        let (correct, misclassified) = (counts.clone(), counts);
        let threshold = threshold.map(f64::from);
        Ok((bins, Self { edges, correct, misclassified, undecided, threshold, kind, caveats }))
    }

    /// Counts a sample.
    fn count(&mut self, row: usize, outcome: Outcome, number: f32, bins: &Bins) -> Result<()> {
        let class = outcome.class;
        if outcome.predicted.is_none() || number.is_nan() {
            self.undecided[class] += 1;
            return Ok(());
        }
        if self.kind != OutputKind::Values && is_no_probability(number) {
            return Err(Error::invalid(format!("the value of sample {row}"), "from 0 to 1", number));
        }
        let counts = if outcome.is_correct() { &mut self.correct } else { &mut self.misclassified };
        counts[class][bins.index_below(row, number)?] += 1;
        Ok(())
    }
}

/// Where the class changes along the axis; `None` for two probabilities that do not sum to 1.
fn threshold(decision: Decision, numbers: &Matrix) -> Option<f32> {
    let sums_to_1 = |row: usize| (numbers.row(row).sum() - 1.0).abs() <= SUM || numbers.row(row).sum().is_nan();
    let threshold = decision.threshold_of_probabilities(numbers.ncols())?;
    (numbers.ncols() == 1 || (0..numbers.nrows()).all(sums_to_1)).then_some(threshold)
}

/// A number that rounding has put onto the other side of the threshold than its class, back on its own: a tiny logit is a
/// probability of exactly one half, and so is each of two that are equal.
fn on_its_side(number: f32, threshold: Option<f32>, is_above: bool) -> f32 {
    match threshold.filter(|threshold| (number - threshold).abs() <= ROUNDING) {
        Some(threshold) if is_above => number.max(threshold.next_up()),
        Some(threshold) => number.min(threshold),
        None => number,
    }
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

    /// `p, edges = np.float32([0, .05, .1, .3, .5, .7, 1]), np.linspace(0, 1, 11).astype(np.float32)`
    /// `np.bincount(np.maximum(np.searchsorted(edges, p, side="left") - 1, 0), minlength=10)`
    #[test]
    fn a_bin_takes_its_upper_edge() {
        let outputs = Matrix::from_column_slice(7, 1, &[0.0, 0.05, 0.1, 0.3, 0.5, 0.7, 1.0]);
        let histogram = ProbabilityHistogram::of(&outputs, &Matrix::zeros(7, 1), 10, 1.0).unwrap();
        assert_eq!(histogram.correct[0], [3, 0, 1, 0, 1, 0, 1, 0, 0, 1]);
    }

    /// A ReLU network whose units are all off says exactly one half: the bar to the right of the threshold was once of the
    /// wrong color for both classes.
    #[test]
    fn no_bin_on_either_side_of_a_threshold_counts_for_the_other_class() {
        for (threshold, bins) in [(0.5, 20), (0.5, 2), (0.3, 10), (0.7, 10), (0.1, 20), (0.35, 20), (0.0, 3)] {
            let at = threshold as f32;
            let outputs = Matrix::from_column_slice(3, 1, &[at, at.next_up(), at.next_down().max(0.0)]);
            let by_class = |class: f32| {
                let targets = Matrix::from_element(3, 1, class);
                ProbabilityHistogram::of(&outputs, &targets, bins, at).unwrap()
            };
            let edge = (threshold * bins as f64).round() as usize;
            let (zeros, ones) = (by_class(0.0), by_class(1.0));
            assert_eq!(zeros.threshold, Some(f64::from(at)));
            assert!(zeros.correct[0][edge..].iter().all(|&count| count == 0) || edge == 0, "{threshold}: {zeros:?}");
            assert_eq!(zeros.misclassified[0][..edge].iter().sum::<u64>(), 0, "{threshold}");
            assert_eq!(ones.correct[1][..edge].iter().sum::<u64>(), 0, "{threshold}");
        }
    }

    #[test]
    fn a_logit_of_less_than_a_probability_shows_lies_on_its_own_side() {
        let decision = Decision::known(OutputKind::Logits, TargetKind::Shares);
        let outputs = Matrix::from_column_slice(3, 1, &[0.0, 1e-9, -1e-9]);
        let histogram = ProbabilityHistogram::by(decision, &outputs, &Matrix::zeros(3, 1), 2).unwrap();
        assert_eq!((&histogram.correct[0], &histogram.misclassified[0]), (&vec![2, 0], &vec![0, 1]));
    }

    #[test]
    fn of_two_equal_probabilities_the_first_is_ahead() {
        let (halves, both) = (Matrix::from_element(2, 2, 0.5), Matrix::identity(2, 2));
        let histogram = ProbabilityHistogram::of(&halves, &both, 2, 0.5).unwrap();
        assert_eq!((&histogram.correct[0], &histogram.misclassified[1]), (&vec![0, 1], &vec![1, 0]));
        assert_eq!(histogram.threshold, Some(0.5));
        let apart = ProbabilityHistogram::of(&Matrix::from_element(2, 2, 0.4), &both, 2, 0.5).unwrap();
        assert_eq!(apart.threshold, None, "of two that do not sum to 1 the larger is the class, wherever it is");
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

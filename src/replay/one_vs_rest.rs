//! One label of the samples that have it, against those that have it not.

use super::Snapshot;
use crate::{
    Forward, Matrix, Result,
    analysis::{ConfusionMatrix, ProbabilityHistogram, classification::label::Label},
};

/// One label of a snapshot against the rest: where samples have several labels, each is a question of its own.
///
/// A sample is taken to have a label where its output is above one half; of logits, above zero. Of targets that name a class, a
/// label is a class against all others.
///
/// ```
/// # use training_replay::{Activation, Dataset, Dense, Metrics, OneVsRest, Replay, Sequential};
/// let (inputs, labels) = ([[0.0], [1.0], [2.0]], [[1, 0, 1], [0, 0, 0], [1, 1, 1]]);
/// let data = Dataset::from_rows(&inputs, &labels)?;
/// let model = Sequential::builder(1).layer(Dense::new(3).activation(Activation::Sigmoid)).build(1)?;
/// let mut replay = Replay::options().dataset(&data).in_memory();
/// replay.record(&model, Metrics::new())?;
/// let snapshot = replay.at(0)?;
/// let confusion = OneVsRest::of(&snapshot, 2)?.confusion()?;
/// assert_eq!(confusion.counts[1].iter().sum::<u64>(), 2); // have label 2
/// # Ok::<(), training_replay::Error>(())
/// ```
#[derive(Debug)]
pub struct OneVsRest<'d> {
    label: Label,
    outputs: Matrix,
    targets: &'d Matrix,
}

impl<'d> OneVsRest<'d> {
    /// Takes a label of the samples, by its column from 0.
    ///
    /// # Errors
    ///
    /// As [`Snapshot::outputs`], and [`Error::Invalid`](crate::Error::Invalid) if there is no such label, or its targets are
    /// other than 0 and 1.
    pub fn of<M: Forward>(snapshot: &'d Snapshot<'_, M>, label: usize) -> Result<Self> {
        let targets = snapshot.dataset()?.targets().numbers()?;
        let (outputs, decision) = snapshot.decided_outputs()?;
        Ok(Self { label: Label::of(label, decision, &outputs, targets)?, outputs, targets })
    }

    /// Returns the confusion matrix: `[[without, wrongly with], [missed, with]]`, one of scikit-learn's
    /// `multilabel_confusion_matrix`.
    ///
    /// # Errors
    ///
    /// As [`ConfusionMatrix::of`].
    pub fn confusion(&self) -> Result<ConfusionMatrix> {
        self.label.confusion(&self.outputs, self.targets)
    }

    /// Returns the histogram of the predicted probabilities: class 1 are the samples that have the label, class 0 the others.
    ///
    /// ```
    /// # use training_replay::{Activation, Dataset, Dense, Metrics, OneVsRest, Replay, Sequential};
    /// # let data = Dataset::from_rows(&[[0.0], [1.0], [2.0]], &[[1, 0, 1], [0, 0, 0], [1, 1, 1]])?;
    /// # let model = Sequential::builder(1).layer(Dense::new(3).activation(Activation::Sigmoid)).build(1)?;
    /// # let mut replay = Replay::options().dataset(&data).in_memory();
    /// # replay.record(&model, Metrics::new())?;
    /// let snapshot = replay.at(0)?;
    /// let histogram = OneVsRest::of(&snapshot, 1)?.probability_histogram(10)?;
    /// assert_eq!(histogram.threshold, Some(0.5));
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`ProbabilityHistogram::of`].
    pub fn probability_histogram(&self, bins: usize) -> Result<ProbabilityHistogram> {
        self.label.histogram(&self.outputs, self.targets, bins)
    }
}

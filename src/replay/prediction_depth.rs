//! The prediction depth of the samples of a snapshot.

use super::Snapshot;
use crate::{
    Dataset, Forward, Result,
    analysis::{PredictionDepth, classification::prediction_depth::Probed},
};

impl PredictionDepth {
    /// Computes the depth of each sample of the snapshot's data, each among all others of them, by so many nearest neighbors.
    ///
    /// The time grows with the square of the number of samples; the memory is that of the values of three layers and, for each thread, of
    /// the distances from one sample to all.
    ///
    /// # Errors
    ///
    /// As [`Snapshot::outputs`] and [`Snapshot::predicted_classes`], and [`Error::Invalid`](crate::Error::Invalid) for no neighbors or more
    /// than there are other samples, targets that name no classes, samples of several positions, and a layer with a value
    /// that is NaN or infinite.
    pub fn of<M: Forward>(snapshot: &Snapshot<'_, M>, neighbors: usize) -> Result<Self> {
        Self::of_some(snapshot, None, neighbors)
    }

    /// Computes the depth of other samples than those of the snapshot's data, of validation data say: their neighbors are those data.
    ///
    /// ```
    /// # use training_replay::{Activation, Dense, Metrics, Replay, Sequential, datasets};
    /// use training_replay::analysis::PredictionDepth;
    ///
    /// # let (train, validation) = datasets::moons(100, 0.1, 7).split(0.2, 13)?;
    /// # let model = Sequential::builder(2).layer(Dense::new(1).activation(Activation::Sigmoid)).build(1)?;
    /// # let mut replay = Replay::options().dataset(&train).named_dataset("validation", &validation).in_memory();
    /// # replay.record(&model, Metrics::new())?;
    /// let validation = replay.run()?.on("validation")?.dataset()?;
    /// let depth = PredictionDepth::of_others(&replay.at(0)?, validation, 30)?;
    /// assert_eq!(depth.depths.len(), 20);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`of`](Self::of), and if the other data do not fit the model or their targets are of another kind.
    pub fn of_others<M: Forward>(snapshot: &Snapshot<'_, M>, others: &Dataset, neighbors: usize) -> Result<Self> {
        Self::of_some(snapshot, Some(others), neighbors)
    }

    fn of_some<M: Forward>(snapshot: &Snapshot<'_, M>, others: Option<&Dataset>, neighbors: usize) -> Result<Self> {
        let (model, rule, data) = (snapshot.model(), snapshot.rule()?, snapshot.dataset()?);
        Self::by(Probed { model, rule, data, others }, neighbors)
    }
}

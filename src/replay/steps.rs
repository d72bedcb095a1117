//! What was recorded within epochs: the model after some of its mini-batches.

use super::timeline::Timeline;
use crate::Moment;

/// What was recorded within epochs, by [`Replay::record_at`](crate::Replay::record_at).
///
/// ```
/// use training_replay::{Activation, Dense, Loss, Metrics, Moment, Optimizer, Replay, Sequential, Trainer, datasets};
///
/// let data = datasets::parabola(50, 13); // 100 samples
/// let mut model = Sequential::builder(2).layer(Dense::new(1).activation(Activation::Sigmoid)).build(42)?;
/// let mut trainer = Trainer::new(Loss::BinaryCrossEntropy, Optimizer::sgd(0.05)).batch_size(10);
///
/// let mut replay = Replay::options().dataset(&data).every_step(5).in_memory(); // every fifth step
/// replay.record(&model, Metrics::new())?; // epoch 0: before training
/// for epoch in 1..=2 {
///     let metrics = trainer.epoch_with(&mut model, &data, |step| {
///         replay.record_at((epoch, step.number()), step.model(), step.metrics())
///     })?;
///     replay.record(&model, metrics)?; // its end, behind its ten steps
/// }
///
/// let steps = replay.steps();
/// assert_eq!(steps.iter().collect::<Vec<_>>(), [(1, 5), (1, 10), (2, 5), (2, 10)].map(Moment::from));
/// assert_eq!(steps.curve("loss").map(|curve| curve.len()), Some(4));
/// assert_eq!(replay.at((2, 10))?.model(), replay.at(2)?.model());
/// # Ok::<(), training_replay::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Steps<'a> {
    timeline: &'a Timeline,
}

impl<'a> Steps<'a> {
    pub(super) fn new(timeline: &'a Timeline) -> Self {
        Self { timeline }
    }

    /// Returns the recorded steps in the order of time.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Moment> + use<'a> {
        self.timeline.moments()
    }

    /// Returns the number of recorded steps.
    pub fn len(&self) -> usize {
        self.timeline.len()
    }

    /// Returns whether no step was recorded.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns a metric as it was logged at steps, or `None` if it was not.
    pub fn curve(&self, metric: &str) -> Option<Vec<(Moment, f64)>> {
        Some(self.timeline.curve(metric)?.collect())
    }

    /// Returns the names of the metrics that steps logged, in the order they first appeared.
    pub fn metric_names(&self) -> impl ExactSizeIterator<Item = &'a str> + use<'a> {
        self.timeline.metric_names()
    }
}

//! Snapshots within an epoch: the model after some of its mini-batches.
//!
//! ```
//! use training_replay::{Activation, Dense, Loss, Metrics, Optimizer, Replay, Sequential, Trainer, datasets};
//!
//! let data = datasets::parabola(50, 13); // 100 samples
//! let mut model = Sequential::builder(2).layer(Dense::new(1).activation(Activation::Sigmoid)).build(42)?;
//! let mut trainer = Trainer::new(Loss::BinaryCrossEntropy, Optimizer::sgd(0.05)).batch_size(10);
//!
//! let mut replay = Replay::options().dataset(&data).step(5).in_memory(); // every fifth step
//! replay.record(&model, Metrics::new())?; // epoch 0: before training
//! let metrics = trainer.epoch_with(&mut model, &data, |step| {
//!     replay.record_step(step.number(), step.model(), step.metrics())
//! })?;
//! replay.record(&model, metrics)?; // epoch 1: behind its ten steps
//!
//! assert_eq!(replay.steps().collect::<Vec<_>>(), [(1, 5), (1, 10)]);
//! assert_eq!(replay.at_step(1, 10)?.model(), replay.at(1)?.model());
//! # Ok::<(), training_replay::Error>(())
//! ```

use super::{Replay, Snapshot};
use crate::{Error, Forward, Metrics, Model, Result, Sequential, Weights, storage::Moment};

impl Replay {
    /// Appends the model's parameters as they are after `step` mini-batches of the epoch under way, which is the one
    /// that the next [`record`](Self::record) ends. Steps count from 1 in every epoch.
    ///
    /// What is promised of epochs is promised of steps. [`epochs`](Self::epochs), [`curve`](Self::curve) and
    /// [`snapshots`](Self::snapshots) are about the ends of epochs; for steps there are [`steps`](Self::steps),
    /// [`step_curve`](Self::step_curve) and [`at_step`](Self::at_step). [`ReplayOptions`](crate::ReplayOptions) choose
    /// which of them are recorded.
    ///
    /// A run that was killed within an epoch and repeats it from its beginning meets its own steps: they are refused
    /// until it is past the last one recorded.
    ///
    /// ```
    /// # use training_replay::{Dense, Metrics, Replay, Sequential};
    /// # let model = Sequential::builder(2).layer(Dense::new(1)).build(1)?;
    /// let mut replay = Replay::options().in_memory();
    /// replay.record(&model, Metrics::new())?; // epoch 0
    /// replay.record_step(100, &model, [("loss", 0.4)])?; // 100 mini-batches into epoch 1
    /// replay.record(&model, [("loss", 0.3)])?; // epoch 1
    /// assert_eq!(replay.steps().collect::<Vec<_>>(), [(1, 100)]);
    /// assert_eq!(replay.epochs().collect::<Vec<_>>(), [0, 1]);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`record`](Self::record), and [`Error::Invalid`] for a step of 0, one that is not behind the last one
    /// recorded, or one before epoch 0.
    pub fn record_step<M>(&mut self, step: u32, model: &M, metrics: impl Into<Metrics>) -> Result<()>
    where
        M: Model + ?Sized,
    {
        let recorder = self.recorder()?;
        recorder.options.check()?;
        let moment = Moment { epoch: recorder.next, step };
        if step == 0 {
            return Err(Error::invalid("the step", "1 or more", 0));
        }
        if moment.epoch == 0 {
            let expected = "recorded, or skipped, before any step: it is the model before training";
            return Err(Error::invalid("epoch 0", expected, "still to come"));
        }
        match recorder.options.takes_step(moment) {
            true => self.record_at(moment, model, metrics.into()),
            false => Ok(()),
        }
    }

    /// Epoch and number of every recorded step, in the order of time.
    pub fn steps(&self) -> impl ExactSizeIterator<Item = (u64, u32)> + '_ {
        self.index.steps.moments().map(place)
    }

    /// A metric as it was logged at steps: epoch and step, and its value; `None` for one that was not.
    pub fn step_curve(&self, metric: &str) -> Option<Vec<((u64, u32), f64)>> {
        let points = self.index.steps.curve(metric)?;
        Some(points.map(|(moment, value)| (place(moment), value)).collect())
    }

    /// The names of the metrics that steps logged, in the order they first appeared.
    pub fn step_metric_names(&self) -> impl ExactSizeIterator<Item = &str> {
        self.index.steps.metric_names()
    }

    /// What was logged at one step.
    ///
    /// # Errors
    ///
    /// As [`metrics`](Self::metrics), with [`Error::UnknownStep`] for [`Error::UnknownEpoch`].
    pub fn step_metrics(&self, epoch: u64, step: u32) -> Result<Metrics> {
        self.metrics_at(moment(epoch, step)?)
    }

    /// All parameters as they were at one step, bit for bit.
    ///
    /// # Errors
    ///
    /// As [`weights`](Self::weights), with [`Error::UnknownStep`] for [`Error::UnknownEpoch`].
    pub fn step_weights(&self, epoch: u64, step: u32) -> Result<Weights> {
        self.weights_at(moment(epoch, step)?)
    }

    /// The built-in model as of one step.
    ///
    /// # Errors
    ///
    /// As [`at`](Self::at).
    pub fn at_step(&self, epoch: u64, step: u32) -> Result<Snapshot<'_, Sequential>> {
        self.restore(moment(epoch, step)?)
    }

    /// Any other model as of one step.
    ///
    /// # Errors
    ///
    /// As [`at_with`](Self::at_with).
    pub fn at_step_with<M: Forward>(&self, epoch: u64, step: u32, model: &M) -> Result<Snapshot<'_, M>> {
        self.restore_with(moment(epoch, step)?, model)
    }
}

fn moment(epoch: u64, step: u32) -> Result<Moment> {
    match step {
        0 => Err(Error::invalid("the step", "1 or more; the end of the epoch is no step", 0)),
        step => Ok(Moment { epoch, step }),
    }
}

fn place(moment: Moment) -> (u64, u32) {
    (moment.epoch, moment.step)
}

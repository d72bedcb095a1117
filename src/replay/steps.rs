//! Snapshots within an epoch: the model after some of its mini-batches.

use super::{Replay, Snapshot};
use crate::{Error, Forward, Metrics, Model, Result, Sequential, Weights, storage::Moment};

impl Replay {
    /// Appends the model's parameters as they are after `step` mini-batches of an epoch; steps count from 1 in every
    /// epoch. Returns whether it was recorded: [`ReplayOptions`](crate::ReplayOptions) may leave it out.
    ///
    /// What is promised of epochs is promised of steps. [`epochs`](Self::epochs), [`curve`](Self::curve) and
    /// [`snapshots`](Self::snapshots) are about the ends of epochs; for steps there are [`steps`](Self::steps),
    /// [`step_curve`](Self::step_curve) and [`at_step`](Self::at_step). The next [`record`](Self::record) is the end of
    /// this epoch.
    ///
    /// A run that was killed within an epoch, and after [`append`](Self::append) repeats it from its beginning, meets
    /// steps that were recorded before. They stay as they were recorded, and this returns `false` for them.
    ///
    /// ```
    /// use training_replay::{Activation, Dense, Loss, Metrics, Optimizer, Replay, Sequential, Trainer, datasets};
    ///
    /// let data = datasets::parabola(50, 13); // 100 samples
    /// let mut model = Sequential::builder(2).layer(Dense::new(1).activation(Activation::Sigmoid)).build(42)?;
    /// let mut trainer = Trainer::new(Loss::BinaryCrossEntropy, Optimizer::sgd(0.05)).batch_size(10);
    ///
    /// let mut replay = Replay::options().dataset(&data).every_step(5).in_memory(); // every fifth step
    /// replay.record(&model, Metrics::new())?; // epoch 0: before training
    /// for epoch in 1..=2 {
    ///     let metrics = trainer.epoch_with(&mut model, &data, |step| {
    ///         replay.record_step(epoch, step.number(), step.model(), step.metrics())
    ///     })?;
    ///     replay.record(&model, metrics)?; // its end, behind its ten steps
    /// }
    ///
    /// assert_eq!(replay.epochs().collect::<Vec<_>>(), [0, 1, 2]);
    /// assert_eq!(replay.steps().collect::<Vec<_>>(), [(1, 5), (1, 10), (2, 5), (2, 10)]);
    /// assert_eq!(replay.at_step(2, 10)?.model(), replay.at(2)?.model());
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`record`](Self::record), and [`Error::Invalid`] for step 0, a step of epoch 0, which is the model before
    /// training, and one that is not later than the last snapshot of this run.
    pub fn record_step<M>(&mut self, epoch: u64, step: u32, model: &M, metrics: impl Into<Metrics>) -> Result<bool>
    where
        M: Model + ?Sized,
    {
        let last = self.index.last();
        let recorder = self.recorder()?;
        recorder.options.check()?;
        let moment = moment(epoch, step)?;
        if epoch == 0 {
            return Err(Error::invalid("the epoch of a step", "1 or more; epoch 0 is before training", 0));
        }
        let repeats = |stopped: Moment| moment.epoch == stopped.epoch && moment <= stopped && last == Some(stopped);
        let was_there = recorder.stopped_at.is_some_and(repeats);
        if was_there || !recorder.options.takes_step(moment) {
            return Ok(false);
        }
        self.record_at(moment, model, metrics.into())?;
        Ok(true)
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

//! One step of training, and the epoch that it is part of.

use std::fmt;

use super::{
    running_metrics::RunningMetrics,
    state::{TrainerState, Within},
};
use crate::{
    Dataset, Loss, Matrix, Metrics, Model, Sequential, Training, data::OwnedTargets, loss::Basis, math::matrix,
    nn::Pass,
};

/// A step of training that was just made: one mini-batch, one update of the weights.
///
/// [`Trainer::epoch_with`](super::Trainer::epoch_with) and [`Trainer::batch_with`](super::Trainer::batch_with) hand it out.
///
/// ```
/// use training_replay::{Dense, Loss, Optimizer, Sequential, Trainer, datasets};
///
/// let data = datasets::parabola(8, 1); // 16 samples
/// let mut model = Sequential::builder(2).layer(Dense::new(1)).build(1)?;
/// let mut trainer = Trainer::new(Loss::MeanSquaredError, Optimizer::sgd(0.1)).batch_size(8);
/// let mut models = Vec::new();
/// trainer.epoch_with(&mut model, &data, |step| {
///     assert!(step.metrics().get("loss") > Some(0.0));
///     models.push((step.number(), step.model().clone()));
///     Ok(())
/// })?;
/// assert_eq!((models[0].0, models[1].0), (1, 2));
/// assert_eq!(models[1].1, model);
/// # Ok::<(), training_replay::Error>(())
/// ```
pub struct Step<'a> {
    /// Of the trainer; where in the epoch it is, `epoch` knows.
    pub(super) state: TrainerState<'a>,
    pub(super) epoch: &'a EpochPass,
}

impl fmt::Debug for Step<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Step").field("number", &self.number()).finish_non_exhaustive()
    }
}

impl<'a> Step<'a> {
    /// Returns how many mini-batches of the epoch the model has been trained on; the first step is 1.
    pub fn number(&self) -> u32 {
        self.epoch.steps
    }

    /// Returns the model after the step.
    pub fn model(&self) -> &'a Sequential {
        self.state.model
    }

    /// Returns the model with the state of its training, to be recorded together: a run can then be gone on with from
    /// this step.
    ///
    /// ```
    /// use training_replay::{Dense, Loss, Metrics, Optimizer, Replay, Sequential, Trainer, datasets};
    ///
    /// let data = datasets::parabola(8, 1); // 16 samples
    /// let mut model = Sequential::builder(2).layer(Dense::new(1)).build(1)?;
    /// let mut trainer = Trainer::new(Loss::MeanSquaredError, Optimizer::adam(0.1)).batch_size(4);
    /// let mut replay = Replay::options().dataset(&data).in_memory();
    /// replay.record(&trainer.training(&model), Metrics::new())?;
    /// trainer.epoch_with(&mut model, &data, |step| {
    ///     replay.record_at((1, step.number()), &step.training(), step.metrics())
    /// })?;
    /// let mut fork = replay.run()?.fork((1, 3))?; // of four steps
    /// fork.trainer.epoch(&mut fork.model, &data)?; // the last one
    /// assert_eq!(fork.model, model);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    pub fn training(&self) -> Training<'a, Sequential, impl Model + use<'a>> {
        let state = TrainerState { within: Some(self.epoch.within()), ..self.state };
        Training::new(state.model, state)
    }

    /// Returns `loss` and `accuracy` over the epoch so far, and the `learning_rate` of the step.
    ///
    /// [`Trainer::epoch`](super::Trainer::epoch) defines them.
    pub fn metrics(&self) -> Metrics {
        self.epoch.metrics()
    }
}

/// One epoch under way: the buffers of a batch, and the metrics so far.
pub(super) struct EpochPass {
    pub(super) pass: Pass,
    inputs: Matrix,
    targets: OwnedTargets,
    metrics: RunningMetrics,
    basis: Basis,
    pub(super) steps: u32,
    /// Samples that were trained on, out of how many.
    samples: [u64; 2],
    /// The learning rate of the last step.
    pub(super) rate: f32,
}

impl EpochPass {
    /// One that goes on behind what was trained of it already.
    pub(super) fn new(
        pass: Pass,
        model: &Sequential,
        data: &Dataset,
        (batch_size, loss): (usize, Loss),
        begun: &Within,
    ) -> Self {
        let (inputs, targets) = (Matrix::zeros(0, data.features()), data.targets().rows(0..0));
        let basis = model.basis(loss);
        let metrics = RunningMetrics::new(data, batch_size, loss, basis, model.kind()).behind(begun.sums);
        let samples = [begun.samples, data.samples() as u64];
        Self { pass, inputs, targets, metrics, basis, steps: begun.steps, samples, rate: begun.rate }
    }

    /// Where in the epoch this is.
    pub(super) fn within(&self) -> Within {
        let [samples, of] = self.samples;
        Within { steps: self.steps, samples, of, rate: self.rate, sums: self.metrics.sums() }
    }

    /// Leaves the gradients of one batch in `pass`, and adds its predictions to the metrics.
    pub(super) fn batch(&mut self, model: &Sequential, data: &Dataset, rows: &[usize], loss: Loss) {
        matrix::reshape(&mut self.inputs, rows.len(), data.features());
        matrix::gather_rows(data.inputs(), rows, &mut self.inputs);
        data.targets().gather_into(rows, &mut self.targets);
        self.pass.forward(model, &self.inputs);
        self.metrics.add(self.pass.predictions(self.basis), self.pass.outputs(), self.targets.view());
        self.steps = self.steps.saturating_add(1);
        self.samples[0] += rows.len() as u64;
        self.pass.backward(model, &self.inputs, self.targets.view(), loss);
    }

    pub(super) fn metrics(&self) -> Metrics {
        let mut metrics = self.metrics.means();
        metrics.insert("learning_rate", self.rate);
        metrics
    }
}

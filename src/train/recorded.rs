//! A trainer as a recording holds it, beside its model.

use super::{Trainer, state::Restored};
use crate::{Description, Model, Result, Sequential, Training, Weights};

impl Trainer {
    /// Returns the model with the state of its training, to be recorded together: a run can then be
    /// [forked](crate::Run::fork), or gone on with, from any recorded epoch.
    ///
    /// The state is the settings of this trainer, its counts, and the optimizer's memory, which takes as much room as the
    /// weights (momentum, RMSprop), twice as much (Adam) or none (plain SGD).
    ///
    /// ```
    /// use training_replay::{Dense, Loss, Metrics, Optimizer, Replay, Sequential, Trainer, datasets};
    ///
    /// let data = datasets::parabola(20, 1);
    /// let mut model = Sequential::builder(2).layer(Dense::new(1)).build(1)?;
    /// let mut trainer = Trainer::new(Loss::MeanSquaredError, Optimizer::adam(0.1));
    /// let mut replay = Replay::options().dataset(&data).in_memory();
    /// replay.record(&trainer.training(&model), Metrics::new())?;
    /// for _ in 0..3 {
    ///     let metrics = trainer.epoch(&mut model, &data)?;
    ///     replay.record(&trainer.training(&model), metrics)?;
    /// }
    /// let mut fork = replay.run()?.fork(2)?;
    /// fork.trainer.epoch(&mut fork.model, &data)?;
    /// assert_eq!(fork.model, model);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    pub fn training<'a>(&'a self, model: &'a Sequential) -> Training<'a, Sequential, impl Model + use<'a>> {
        Training::new(model, self.recorded(model))
    }

    /// This trainer with the settings of another one, and its own memory where that fits.
    pub(crate) fn with_settings_of(self, other: &Self) -> Self {
        Self { settings: other.settings, ..self.optimizer(other.settings.optimizer) }
    }

    /// The trainer whose state was recorded, of this model.
    pub(crate) fn restore(description: Option<&Description>, arrays: &Weights, model: &Sequential) -> Result<Self> {
        let Restored { settings, epochs, memory, within } = Restored::read(description, arrays, model)?;
        Ok(Self { settings, epochs, begun: within, state: memory })
    }
}

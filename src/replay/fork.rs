//! Forks: a network and its trainer as they were at a recorded moment, to go on from there.

use super::{Parent, Replay, ReplayOptions, Run};
use crate::{Error, Moment, Result, Sequential, Trainer};

/// A network and its trainer as they were at a moment of a run, and the settings of a recording that goes on from there:
/// [`Run::fork`] makes it.
///
/// ```
/// use training_replay::{Dense, Loss, Metrics, Optimizer, Replay, Sequential, Trainer, datasets};
///
/// let data = datasets::parabola(50, 1);
/// let mut model = Sequential::builder(2).layer(Dense::new(1)).build(1)?;
/// let mut trainer = Trainer::new(Loss::MeanSquaredError, Optimizer::adam(0.1));
/// let mut replay = Replay::options().dataset(&data).in_memory();
/// replay.record(&trainer.training(&model), Metrics::new())?;
/// for _ in 0..20 {
///     let metrics = trainer.epoch(&mut model, &data)?;
///     replay.record(&trainer.training(&model), metrics)?;
/// }
///
/// // From epoch 10 on with a tenth of the learning rate:
/// let mut fork = replay.run()?.fork(10)?;
/// fork.trainer.set_learning_rate(0.01);
/// let mut other = fork.options.metadata("learning_rate", "0.01").in_memory();
/// for epoch in 11..=20 {
///     let metrics = fork.trainer.epoch(&mut fork.model, &data)?;
///     assert_eq!(other.record(&fork.trainer.training(&fork.model), metrics)?, epoch);
/// }
/// assert_ne!(other.weights(20)?, replay.weights(20)?);
/// # Ok::<(), training_replay::Error>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Fork {
    /// The network, with the weights of that moment.
    pub model: Sequential,
    /// The trainer, with all that it remembered. Within an epoch its next one is the rest of that epoch.
    pub trainer: Trainer,
    /// The settings of a recording that names its parent, whose numbers go on behind the moment, with the parent's data sets
    /// and loss. It need not hold the epochs before.
    pub options: ReplayOptions,
}

impl Run<'_, Sequential> {
    /// Returns the network and its trainer as they were at a moment, which go on as the run did: bit for bit, if nothing is
    /// changed. See [`Fork`].
    ///
    /// The run must have been recorded with the state of its training ([`Trainer::training`]) at that moment. Also a run that was
    /// killed goes on from its last moment in this way: [`Replay::append`] records behind it.
    ///
    /// # Errors
    ///
    /// As [`Run::at`]; [`Error::Missing`] if the state of training was not recorded at the moment, [`Error::Invalid`] if it is none
    /// of [`Trainer`]'s, [`Error::Corrupted`] if it is damaged, or a data set is.
    pub fn fork(&self, at: impl Into<Moment>) -> Result<Fork> {
        let (moment, replay) = (at.into(), self.replay());
        let model = self.at(moment)?.into_model();
        let trainer = self.trainer_at(moment, &model)?;
        Ok(Fork { model, trainer, options: options(replay, moment)? })
    }

    /// The trainer of a network as it was at a moment.
    pub(super) fn trainer_at(&self, moment: Moment, model: &Sequential) -> Result<Trainer> {
        let state = self.replay().training().state(moment)?;
        Trainer::restore(state.recorded_description(), state.arrays(), model)
    }
}

/// The settings of the parent that hold for a fork.
fn options(replay: &Replay, moment: Moment) -> Result<ReplayOptions> {
    let mut options = Replay::options().parent(&Parent::of(replay, moment)?).leaving_out_as(replay);
    options.dataset = match replay.dataset() {
        Err(Error::Missing { .. }) => None,
        data => Some(data?.clone()),
    };
    for (name, _) in replay.others.named() {
        options = options.named_dataset(name, replay.data_of(replay.choose_data(name)?)?);
    }
    if let (None, Some(inputs)) = (&options.dataset, replay.probe().inputs()) {
        options = options.probe(inputs);
    }
    options = options.share_data_of(replay);
    (options.loss, options.own_loss) = (replay.loss(), replay.own_loss().map(str::to_owned));
    Ok(options)
}

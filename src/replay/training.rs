//! The recorded states of training: what it takes to go on with a run.

use super::{Parent, Replay, timeline::Location};
use crate::{
    Description, Error, Model, Moment, Parameter, Result, Weights,
    storage::{self, Manifest},
};

/// What was recorded of the training itself, beside the weights: [`Replay::training`] returns it.
///
/// ```
/// use training_replay::{Dense, Loss, Metrics, Optimizer, Replay, Sequential, Trainer, datasets};
///
/// let data = datasets::parabola(20, 1);
/// let mut model = Sequential::builder(2).layer(Dense::new(1).name("line")).build(1)?;
/// let mut trainer = Trainer::new(Loss::MeanSquaredError, Optimizer::momentum(0.1, 0.9));
/// let mut replay = Replay::options().dataset(&data).in_memory();
/// replay.record(&model, Metrics::new())?; // without the state
/// let metrics = trainer.epoch(&mut model, &data)?;
/// replay.record(&trainer.training(&model), metrics)?;
///
/// assert_eq!(replay.training().moments().collect::<Vec<_>>(), [1.into()]);
/// let state = replay.training().state(1)?;
/// assert!(state.arrays().get("line", "kernel.velocity").is_some());
/// # Ok::<(), training_replay::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct RecordedTraining<'a> {
    replay: &'a Replay,
}

/// The state of training at a moment, as it was recorded: arrays, and perhaps a description of the rest.
///
/// It is a [`Model`], so that it can be recorded again, in a copy.
#[derive(Clone, Debug, PartialEq)]
pub struct RecordedState {
    description: Option<Description>,
    arrays: Weights,
}

impl Replay {
    /// Returns what was recorded of the training itself: optimizers' states, and the run that this one was forked from.
    pub fn training(&self) -> RecordedTraining<'_> {
        RecordedTraining { replay: self }
    }
}

impl<'a> RecordedTraining<'a> {
    /// Returns the moments that were recorded with the state of their training, in the order of time.
    pub fn moments(self) -> impl Iterator<Item = Moment> + 'a {
        let index = &self.replay.index;
        let mut moments: Vec<Moment> =
            index.epochs.iter().chain(index.steps.iter()).filter(|it| it.state.is_some()).map(|it| it.moment).collect();
        moments.sort_unstable();
        moments.into_iter()
    }

    /// Returns the state of training at a moment.
    ///
    /// # Errors
    ///
    /// As [`Replay::weights`]; [`Error::Missing`] if the moment was recorded without one; [`Error::Corrupted`] if it is damaged:
    /// then the weights of the moment can still be read.
    pub fn state(self, at: impl Into<Moment>) -> Result<RecordedState> {
        let (moment, replay) = (at.into(), self.replay);
        let what = format!("the state of training of {moment}");
        let location = replay.index.state_of(moment)?;
        let manifest = self.manifest(&what, location)?;
        let lost = |reason: String| Error::corrupted(replay.origin.path(), &what, location.offset, reason);
        if manifest.data_len() != location.data.end - location.data.start {
            return Err(lost("its arrays are not as long as it says".into()));
        }
        let mut arrays = Weights::default();
        storage::read_weights(replay.source(what.clone(), location), &manifest, &mut arrays)?;
        Ok(RecordedState { description: manifest.description, arrays })
    }

    /// What was recorded beside the arrays of a moment, which stay unread.
    pub(super) fn description(self, at: Moment) -> Result<Option<Description>> {
        let location = self.replay.index.state_of(at)?;
        Ok(self.manifest(&format!("the state of training of {at}"), location)?.description)
    }

    fn manifest(self, what: &str, location: &Location) -> Result<Manifest> {
        let replay = self.replay;
        let lost = |reason: String| Error::corrupted(replay.origin.path(), what, location.offset, reason);
        Manifest::decode(&replay.log.meta(what, location.offset)?).map_err(lost)
    }

    /// Returns the run that this one was forked from, if it was.
    pub fn parent(self) -> Option<Parent> {
        self.replay.index.manifest.as_ref()?.ancestor.clone().map(Parent)
    }
}

impl RecordedState {
    /// Returns what was recorded beside the arrays, if something was.
    pub fn recorded_description(&self) -> Option<&Description> {
        self.description.as_ref()
    }

    /// Returns the arrays, in the order that they were handed over in.
    pub fn arrays(&self) -> &Weights {
        &self.arrays
    }
}

impl Model for RecordedState {
    fn parameters(&self) -> Result<Vec<Parameter<'_>>> {
        self.arrays.parameters()
    }

    fn description(&self) -> Option<Description> {
        self.description.clone()
    }
}

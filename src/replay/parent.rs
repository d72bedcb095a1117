//! The run that another one was forked from.

use std::path::PathBuf;

use super::{Replay, ReplayOptions};
use crate::{Moment, Result, storage::Ancestor};

/// The run and moment that a fork began at, as the fork's recording names them.
///
/// [`Run::fork`](crate::Run::fork) notes it by itself; for a model of your own, [`ReplayOptions::parent`](crate::ReplayOptions::parent)
/// takes one. [`RecordedTraining::parent`](crate::RecordedTraining::parent) returns it.
///
/// ```
/// use training_replay::{Metrics, Parameter, Parent, Replay, Weights};
///
/// let weights = Weights::from_iter([Parameter::new("line", "slope", [], vec![0.5_f32])]);
/// let mut replay = Replay::options().in_memory();
/// replay.record(&weights, Metrics::new())?;
/// replay.record(&weights, Metrics::new())?;
///
/// let mut fork = Replay::options().parent(&Parent::of(&replay, 0)?).in_memory();
/// assert_eq!(fork.record(&weights, Metrics::new())?, 1); // the epoch behind that moment
/// let parent = fork.training().parent().expect("it was named");
/// assert!(parent.moment() == 0.into() && parent.is(&replay)?);
/// # Ok::<(), training_replay::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parent(pub(super) Ancestor);

impl Parent {
    /// Returns what names a moment of a run.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownEpoch`](crate::Error::UnknownEpoch) or [`Error::UnknownStep`](crate::Error::UnknownStep) if the moment was not
    /// recorded, [`Error::Corrupted`](crate::Error::Corrupted) if its record is damaged.
    pub fn of(replay: &Replay, at: impl Into<Moment>) -> Result<Self> {
        let moment = at.into();
        let checksum = replay.index.at(moment)?.location.crc;
        let path = replay.path().map(|path| path.display().to_string());
        let (salt, epoch, step) = (replay.log.preamble().salt, moment.epoch(), moment.step().unwrap_or(0));
        Ok(Self(Ancestor { path, salt, epoch, step, checksum }))
    }

    /// Returns where the file of the run was when it was forked, as its recorder called it; none of a run in memory.
    pub fn path(&self) -> Option<PathBuf> {
        self.0.path.as_deref().map(PathBuf::from)
    }

    /// Returns the moment that the fork began at.
    pub fn moment(&self) -> Moment {
        self.0.moment()
    }

    /// Returns the checksum of the weights at that moment: the CRC-32 of the data of its record.
    pub fn checksum(&self) -> u32 {
        self.0.checksum
    }

    /// Returns whether a recording is that run: it began with the same random number, and its weights at that moment have the
    /// same checksum. A copy that was thinned out, or packed, is another recording.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupted`](crate::Error::Corrupted) if the record of the moment is damaged.
    pub fn is(&self, replay: &Replay) -> Result<bool> {
        match Self::of(replay, self.moment()) {
            Ok(of) => Ok((of.0.salt, of.0.checksum) == (self.0.salt, self.0.checksum)),
            Err(crate::Error::UnknownEpoch { .. } | crate::Error::UnknownStep { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }
}

impl ReplayOptions {
    /// Names the run that this one goes on from: the next [`record`](crate::Replay::record) is the epoch behind that moment. The
    /// settings of a [`Fork`](crate::Fork) have it already.
    #[must_use]
    pub fn parent(mut self, parent: &Parent) -> Self {
        self.parent = Some(parent.0.clone());
        self
    }
}

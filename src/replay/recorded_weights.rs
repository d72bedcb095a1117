//! What is asked of the recorded weights alone.

use super::Replay;
use crate::{Moment, Result, Weights, storage};

/// The weights of a recording, to be asked about without a model: [`Replay::recorded_weights`] returns them.
///
/// ```
/// use training_replay::{Metrics, Parameter, Replay, Weights};
///
/// let mut replay = Replay::options().in_memory();
/// for spread in [0.5_f32, 2.0] {
///     let kernel = Parameter::new("hidden", "kernel", [2, 1], vec![-spread, spread]);
///     replay.record(&Weights::from_iter([kernel]), Metrics::new())?;
/// }
/// assert_eq!(replay.recorded_weights().std()?[0].points, [(0, 0.5), (1, 2.0)]);
/// # Ok::<(), training_replay::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct RecordedWeights<'a> {
    pub(super) replay: &'a Replay,
}

impl Replay {
    /// Returns the recorded weights of all epochs, to be asked about without a model.
    pub fn recorded_weights(&self) -> RecordedWeights<'_> {
        RecordedWeights { replay: self }
    }
}

impl RecordedWeights<'_> {
    /// Reads all parameters into weights that are there already, and takes over their memory.
    ///
    /// ```
    /// # use training_replay::{Dense, Metrics, Replay, Sequential, Weights};
    /// # let model = Sequential::builder(2).layer(Dense::new(1)).build(1)?;
    /// # let mut replay = Replay::options().in_memory();
    /// # replay.record(&model, Metrics::new())?;
    /// let mut weights = Weights::default();
    /// for epoch in replay.epochs() {
    ///     replay.recorded_weights().read_into(epoch, &mut weights)?; // a large model is given memory once
    ///     assert_eq!(weights, replay.weights(epoch)?);
    /// }
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Replay::weights`]; none are left then.
    pub fn read_into(self, at: impl Into<Moment>, weights: &mut Weights) -> Result<()> {
        let moment = at.into();
        let location = &self.replay.index.at(moment)?.location;
        if location.compressed {
            return self.replay.expand_into(moment, weights);
        }
        storage::read_weights(self.replay.source(moment.to_string(), location), self.replay.manifest()?, weights)
    }

    /// Returns whether the last recorded snapshot is compressed, by `ReplayOptions::compress`.
    ///
    /// ```
    /// # use training_replay::{Dense, Metrics, Replay, Sequential};
    /// # let model = Sequential::builder(2).layer(Dense::new(1)).build(1)?;
    /// let mut replay = Replay::options().in_memory();
    /// replay.record(&model, Metrics::new())?;
    /// assert!(!replay.recorded_weights().is_compressed());
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    pub fn is_compressed(self) -> bool {
        let last = self.replay.index.last().map(|last| self.replay.index.at(last));
        last.is_some_and(|last| last.is_ok_and(|entry| entry.location.compressed))
    }

    /// Reads the weights of a moment and compares their checksum, in memory that does not grow with them.
    ///
    /// ```
    /// # use training_replay::{Dense, Metrics, Replay, Sequential};
    /// # let model = Sequential::builder(2).layer(Dense::new(3)).build(1)?;
    /// # let mut replay = Replay::options().in_memory();
    /// replay.record(&model, Metrics::new())?;
    /// assert!(replay.recorded_weights().check(0).is_ok());
    /// assert!(replay.recorded_weights().check(1).is_err()); // which was not recorded
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Replay::weights`].
    pub fn check(self, at: impl Into<Moment>) -> Result<()> {
        let moment = at.into();
        let location = &self.replay.index.at(moment)?.location;
        if location.compressed {
            return self.replay.check_expanded(moment);
        }
        storage::check_weights(self.replay.source(moment.to_string(), location), self.replay.manifest()?)
    }
}

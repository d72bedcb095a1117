//! The notes of a recording: what the run was.

use super::{Replay, ReplayOptions};
use crate::NoteValue;

impl ReplayOptions {
    /// Adds a note, which is stored once: a learning rate, a seed, a git revision, why the run was gone on with.
    ///
    /// Its value is a text, a number, a truth value or a list of these, and comes back as it was given. [`Runs`](crate::Runs)
    /// are filtered and grouped by it.
    ///
    /// ```
    /// # use training_replay::{Dense, Metrics, Replay, Sequential};
    /// use training_replay::NoteValue;
    ///
    /// # let model = Sequential::builder(2).layer(Dense::new(1)).build(1)?;
    /// let options = Replay::options().metadata("optimizer", "adam").metadata("learning_rate", 0.05_f32);
    /// let mut replay = options.metadata("nesterov", false).metadata("units", [64, 32]).in_memory();
    /// replay.record(&model, Metrics::new())?;
    /// assert_eq!(replay.note("learning_rate"), Some(NoteValue::F32(0.05)));
    /// assert_eq!(replay.metadata().nth(1), Some(("learning_rate", "0.05"))); // as a text
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    #[must_use]
    pub fn metadata(mut self, key: impl Into<String>, value: impl Into<NoteValue>) -> Self {
        self.notes.push(key.into(), value.into());
        self
    }
}

impl Replay {
    /// Returns the notes of the recording as texts, in the order they were given: at the beginning, and when it was appended
    /// to.
    ///
    /// A key that was noted again later is there again, behind the earlier value. [`notes`](Self::notes) has numbers, truth
    /// values and lists as such.
    pub fn metadata(&self) -> impl ExactSizeIterator<Item = (&str, &str)> {
        let notes = self.index.manifest.as_ref().map_or(&[][..], |manifest| manifest.notes.texts());
        notes.iter().map(|(key, value)| (key.as_str(), value.as_str()))
    }

    /// Returns the notes as [`metadata`](Self::metadata) does, with the values that were given in place of their texts.
    ///
    /// ```
    /// # use training_replay::{Dense, Metrics, Replay, Sequential};
    /// # let model = Sequential::builder(2).layer(Dense::new(1)).build(1)?;
    /// let mut replay = Replay::options().metadata("seed", 7).metadata("betas", [0.9, 0.999]).in_memory();
    /// replay.record(&model, Metrics::new())?;
    /// assert!(replay.notes().eq([("seed", 7.into()), ("betas", [0.9, 0.999].into())]));
    /// assert!(replay.metadata().eq([("seed", "7"), ("betas", "[0.9, 0.999]")]));
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    pub fn notes(&self) -> impl Iterator<Item = (&str, NoteValue)> {
        self.index.manifest.iter().flat_map(|manifest| manifest.notes.iter())
    }

    /// Returns the value that was noted under a key, the newest if there are several, or `None`.
    pub fn note(&self, key: &str) -> Option<NoteValue> {
        self.index.manifest.as_ref()?.notes.newest(key)
    }
}

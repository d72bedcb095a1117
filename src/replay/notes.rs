//! The notes of a recording: what the run was.

use super::{Replay, ReplayOptions};
use crate::{NoteValue, storage::Notes};

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
    /// assert_eq!(replay.metadata().get("learning_rate"), Some(NoteValue::F32(0.05)));
    /// assert_eq!(replay.metadata().nth(1), Some(("learning_rate", "0.05"))); // as a text
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    #[must_use]
    pub fn metadata(mut self, key: impl Into<String>, value: impl Into<NoteValue>) -> Self {
        self.notes.push(key.into(), value.into());
        self
    }
}

/// The notes of a recording as texts, in the order they were given: [`Replay::metadata`] returns them.
///
/// Numbers, truth values and lists come as such from [`typed`](Self::typed) and [`get`](Self::get).
///
/// ```
/// # use training_replay::{Dense, Metrics, Replay, Sequential};
/// # let model = Sequential::builder(2).layer(Dense::new(1)).build(1)?;
/// let mut replay = Replay::options().metadata("seed", 7).metadata("betas", [0.9, 0.999]).in_memory();
/// replay.record(&model, Metrics::new())?;
/// assert!(replay.metadata().eq([("seed", "7"), ("betas", "[0.9, 0.999]")]));
/// assert!(replay.metadata().typed().eq([("seed", 7.into()), ("betas", [0.9, 0.999].into())]));
/// assert_eq!(replay.metadata().get("seed"), Some(7.into()));
/// # Ok::<(), training_replay::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct RecordedNotes<'a> {
    notes: Option<&'a Notes>,
    texts: std::slice::Iter<'a, (String, String)>,
}

impl<'a> RecordedNotes<'a> {
    /// Returns all notes with the values that were given in place of their texts.
    pub fn typed(&self) -> impl Iterator<Item = (&'a str, NoteValue)> + use<'a> {
        self.notes.into_iter().flat_map(Notes::iter)
    }

    /// Returns the value that was noted under a key, the newest if there are several, or `None`.
    pub fn get(&self, key: &str) -> Option<NoteValue> {
        self.notes?.newest(key)
    }
}

impl<'a> Iterator for RecordedNotes<'a> {
    type Item = (&'a str, &'a str);

    fn next(&mut self) -> Option<Self::Item> {
        self.texts.next().map(|(key, value)| (key.as_str(), value.as_str()))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.texts.size_hint()
    }
}

impl ExactSizeIterator for RecordedNotes<'_> {}

impl Replay {
    /// Returns the notes of the recording, in the order they were given: at the beginning, and when it was appended to.
    ///
    /// They come as texts; [`RecordedNotes`] has numbers, truth values and lists as such. A key that was noted again later is there
    /// again, behind the earlier value.
    pub fn metadata(&self) -> RecordedNotes<'_> {
        let notes = self.index.manifest.as_ref().map(|manifest| &manifest.notes);
        RecordedNotes { notes, texts: notes.map_or(&[][..], Notes::texts).iter() }
    }
}

//! Going on with a recording that was finished, or stopped.

use std::{collections::HashMap, path::Path};

use super::{
    Origin, Replay, ReplayOptions, left_out_moments::LeftOutMoments, recorder::Recorder, schedule::Schedule,
    timeline::Location,
};
use crate::{
    Dataset, Error, Matrix, Moment, NoteValue, Result,
    storage::{self, Backend, Kind, Notes, VERSION},
};

impl Replay {
    /// Opens a recording to go on with it, as the short form of `Replay::options().append(path)`.
    ///
    /// What a killed recorder left unfinished is cut off; [`torn_bytes`](Self::torn_bytes) says how much that was.
    /// The next epoch follows the last recorded one, and the model must be the recorded one.
    ///
    /// ```
    /// # use training_replay::{Dense, Metrics, Replay, Sequential};
    /// # let model = Sequential::builder(2).layer(Dense::new(1)).build(1)?;
    /// # let folder = tempfile::tempdir().expect("a folder");
    /// # let path = folder.path().join("run.replay");
    /// let mut replay = Replay::options().create(&path)?;
    /// replay.record(&model, Metrics::new())?;
    /// drop(replay); // or the process was killed
    ///
    /// let mut replay = Replay::append(&path)?;
    /// assert_eq!(replay.record(&model, Metrics::new())?, 1);
    /// replay.finish()?;
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open), and [`Error::Locked`] if another recorder is at work, [`Error::Invalid`] for a later
    /// minor version of the format, [`Error::Poisoned`] if the disk does not confirm the file of its
    /// [shared data](crate::SharedData), [`Error::Corrupted`] if a damaged record lies where the next one belongs. Copy
    /// what can still be read into a new recording: `record_at(epoch, &old.weights(epoch)?, old.metrics(epoch)?)`.
    pub fn append(path: impl AsRef<Path>) -> Result<Self> {
        Self::options().append(path)
    }

    /// Opens a file to append, under options that were checked.
    pub(super) fn resume(path: &Path, options: ReplayOptions) -> Result<Self> {
        let file = storage::open_to_write(path, false, options.locking)?;
        Self::resume_on(Box::new(file), Origin::File(path.into()), options)
    }

    pub(super) fn resume_on(backend: Box<dyn Backend>, origin: Origin, mut options: ReplayOptions) -> Result<Self> {
        let mut replay = Self::load(backend, origin)?;
        replay.expect_appendable(&options)?;
        let notes = replay.news(&options.notes);
        drop((options.take_dataset(), options.take_named())); // The recorded ones.
        let recorder = Recorder::new(replay.origin.place(), options, None);
        let schedule = Schedule::behind(replay.index.last(), replay.lost_behind_last());
        let compresses = replay.goes_on_compressed(&recorder.options)?;
        replay.recorder = Some(Recorder { schedule, compresses, ..recorder });
        replay.log.cut_tail()?;
        replay.go_on_sharing()?;
        replay.add_notes(&notes)?;
        Ok(replay)
    }

    /// Fails if this version does not append to such a file, or the options are not those of the recording.
    pub(super) fn expect_appendable(&self, options: &ReplayOptions) -> Result<()> {
        self.expect_own_version()?;
        self.goes_on_compressed(options)?;
        if options.overwrite {
            return Err(Error::invalid("`overwrite`", "false to append", true));
        }
        self.expect_shared(options)?;
        options.dataset.as_ref().map_or(Ok(()), |data| self.expect_dataset(data))?;
        options.named.iter().try_for_each(|(name, data)| self.expect_named(name, data))?;
        options.probe.given().map_or(Ok(()), |inputs| self.expect_probe(inputs))?;
        if options.loss.is_some() && options.loss != self.loss() {
            let recorded = self.loss().map_or("none".into(), |loss| format!("the recorded {loss:?}, or none"));
            let given = options.loss.map_or(String::new(), |loss| format!("{loss:?}"));
            return Err(Error::invalid("the loss", format!("{recorded}, to append"), given));
        }
        if options.own_loss.is_some() && options.own_loss.as_deref() != self.own_loss() {
            let expected = format!("the recorded one, {:?}, or none, to append", self.own_loss().unwrap_or_default());
            let given = format!("{:?}", options.own_loss.as_deref().unwrap_or_default());
            return Err(Error::invalid("the name of the model's own loss", expected, given));
        }
        if options.parent.is_some() && options.parent != self.index.manifest.as_ref().and_then(|it| it.ancestor.clone())
        {
            return Err(Error::invalid("the parent of the run", "the recorded one, or none, to append", "another one"));
        }
        options.choice.expect_as(self.index.manifest.as_ref())?;
        if options.description.is_some() && options.description.as_ref() != self.description() {
            let expected = "the recorded one, or none, to append";
            return Err(Error::invalid("the description of the model", expected, "another one"));
        }
        Ok(())
    }

    /// Those of the notes that do not say what their keys say already.
    fn news(&self, given: &Notes) -> Notes {
        let (recorded, asked) = (by_key(self.metadata().typed()), by_key(given.iter()));
        let known =
            |key: &str| recorded.get(key).zip(asked.get(key)).is_some_and(|(values, asked)| values.ends_with(asked));
        let mut news = Notes::default();
        given.iter().filter(|(key, _)| !known(key)).for_each(|(key, value)| news.push(key.to_owned(), value));
        news
    }

    pub(super) fn add_notes(&mut self, notes: &Notes) -> Result<()> {
        if notes.is_empty() {
            return Ok(());
        }
        let meta = storage::encode_notes(notes)?;
        let record = self.log.append(Kind::Notes, Moment::default(), meta, |_| Ok(()))?;
        self.index.take(record)
    }

    /// Notes what was left out, once.
    pub(super) fn note_left_out(&mut self) -> Result<()> {
        let left_out = &self.recorder()?.left_out;
        if left_out.is_empty() {
            return Ok(());
        }
        let mut notes = Notes::default();
        notes.push("left_out".into(), left_out.note());
        self.add_notes(&notes)?;
        self.recorder()?.left_out = LeftOutMoments::default();
        Ok(())
    }

    fn expect_dataset(&self, data: &Dataset) -> Result<()> {
        if self.has_recorded_data() && self.dataset()? == data {
            Ok(())
        } else {
            Err(Error::invalid("the data set", "the recorded one, its names too, or none, to append", "another one"))
        }
    }

    fn expect_named(&self, name: &str, data: &Dataset) -> Result<()> {
        if self.data_of(self.choose_data(name)?)? == data {
            return Ok(());
        }
        let expected = "the recorded one, its names too, or none, to append";
        Err(Error::invalid(format!("the data set {name:?}"), expected, "another one"))
    }

    /// How many epochs may have been lost behind the last one that can be found: their numbers are not given again.
    fn lost_behind_last(&self) -> u64 {
        let Some(Ok(last)) = self.index.last().map(|last| self.index.at(last)) else { return 0 };
        let end = last.location.data.end;
        let size = |location: &Location| location.data.end.saturating_sub(location.offset).max(1);
        // Compressed ones differ, and no number may be given twice.
        let smallest = self.index.compressed().map(|(_, location)| size(location)).min();
        let size = smallest.filter(|_| last.location.compressed).unwrap_or(size(&last.location));
        let behind = self.damage().iter().filter(|damage| damage.bytes.start >= end);
        behind.map(|damage| damage.bytes.end.saturating_sub(damage.bytes.start) / size).map(|lost| lost.max(1)).sum()
    }

    fn expect_probe(&self, inputs: &Matrix) -> Result<()> {
        if self.probe().inputs() == Some(inputs) {
            Ok(())
        } else {
            let found = if self.probe().inputs().is_some() { "others" } else { "some, and none were recorded" };
            Err(Error::invalid("the inputs of the probe", "the recorded ones, or none, to append", found))
        }
    }

    fn expect_own_version(&self) -> Result<()> {
        let (major, minor) = (self.log.preamble().major, self.log.preamble().minor);
        if minor <= VERSION.1 {
            return Ok(());
        }
        let expected = format!("at most {}.{} to append; it can be read", VERSION.0, VERSION.1);
        Err(Error::invalid(
            format!("the format of {}", self.origin.path().display()),
            expected,
            format!("{major}.{minor}"),
        ))
    }
}

/// The values of each key, in their order.
fn by_key<'a>(notes: impl Iterator<Item = (&'a str, NoteValue)>) -> HashMap<&'a str, Vec<NoteValue>> {
    let mut values: HashMap<&str, Vec<NoteValue>> = HashMap::new();
    notes.for_each(|(key, value)| values.entry(key).or_default().push(value));
    values
}

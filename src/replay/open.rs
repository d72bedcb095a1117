//! Opening a recording: to read, to go on with it, and to follow one that another process writes.

use std::{path::Path, sync::OnceLock};

use super::{Index, Origin, Recorder, Replay, ReplayOptions};
use crate::{
    Error, Result,
    storage::{self, BadPreamble, Log, Medium, VERSION},
};

impl Replay {
    /// Opens a recording to read it; also one that another process is writing.
    ///
    /// # Errors
    ///
    /// [`Error::Io`] if the file cannot be read, [`Error::NotARecording`] for another kind of file,
    /// [`Error::NotStarted`] if its recorder was stopped before anything was recorded,
    /// [`Error::UnsupportedVersion`] for a later format, [`Error::Corrupted`] if the description of the recording is
    /// damaged. Other damage is listed by [`damage`](Self::damage).
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        Self::load(Box::new(storage::open_to_read(path)?), Origin::File(path.into()))
    }

    /// Opens a recording that lies in memory as a file does on the disk.
    ///
    /// ```
    /// # use training_replay::{Dense, Metrics, Replay, Sequential};
    /// # let model = Sequential::builder(2).layer(Dense::new(1)).build(1)?;
    /// let mut replay = Replay::options().in_memory();
    /// replay.record(&model, Metrics::new())?;
    /// let mut bytes = Vec::new();
    /// replay.write_to(&mut bytes)?;
    /// assert_eq!(Replay::from_bytes(bytes)?.weights(0)?, replay.weights(0)?);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open).
    pub fn from_bytes(bytes: impl Into<Vec<u8>>) -> Result<Self> {
        Self::load(Box::new(bytes.into()), Origin::Memory)
    }

    /// Opens a recording to go on with it: `Replay::options().append(path)`.
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
    /// As [`open`](Self::open), and [`Error::Locked`] if another recorder is at work.
    pub fn append(path: impl AsRef<Path>) -> Result<Self> {
        Self::options().append(path)
    }

    /// Takes in what another process has appended since; returns how many epochs.
    ///
    /// ```
    /// # use training_replay::{Dense, Metrics, Replay, Sequential};
    /// # let model = Sequential::builder(2).layer(Dense::new(1)).build(1)?;
    /// # let folder = tempfile::tempdir().expect("a folder");
    /// # let path = folder.path().join("run.replay");
    /// let mut writer = Replay::options().create(&path)?; // in another process, say
    /// writer.record(&model, Metrics::new())?;
    /// let mut reader = Replay::open(&path)?;
    /// writer.record(&model, [("loss", 0.3)])?;
    /// assert_eq!(reader.refresh()?, 1);
    /// assert_eq!(reader.curve("loss"), Some(vec![(1, 0.3)]));
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Io`] if the file cannot be read, [`Error::Corrupted`] if it has become shorter.
    pub fn refresh(&mut self) -> Result<usize> {
        let before = self.index.epochs.len();
        if self.recorder.is_none() {
            self.scan()?;
        }
        Ok(self.index.epochs.len() - before)
    }

    /// Opens a file to append, under options that were checked.
    pub(super) fn resume(path: &Path, mut options: ReplayOptions) -> Result<Self> {
        let file = storage::open_to_write(path, false)?;
        let mut replay = Self::load(Box::new(file), Origin::File(path.into()))?;
        replay.expect_own_version()?;
        if options.take_dataset().is_some_and(|data| replay.dataset().ok() != Some(&data)) {
            return Err(Error::invalid("the data set", "the recorded one, or none, to append", "another one"));
        }
        let next = replay.index.last_epoch().map_or(0, |last| last.saturating_add(1));
        replay.recorder = Some(Recorder::new(options, next, None));
        replay.log.rewind(replay.log.mark());
        replay.log.expect_sound()?;
        Ok(replay)
    }

    fn load(medium: Box<dyn Medium>, origin: Origin) -> Result<Self> {
        let log = Log::open(medium)?.map_err(|bad| match bad {
            BadPreamble::Magic => Error::NotARecording { path: origin.path() },
            BadPreamble::Short => Error::NotStarted { path: origin.path() },
            BadPreamble::Checksum => Error::corrupted("the preamble", 0, "its checksum does not agree"),
        })?;
        expect_known_version(log.preamble().major)?;
        let index = Index::default();
        let mut replay = Self { log, origin, index, torn_bytes: 0, dataset: OnceLock::new(), recorder: None };
        replay.scan()?;
        match replay.index.is_started() {
            true => Ok(replay),
            false => Err(Error::NotStarted { path: replay.origin.path() }),
        }
    }

    fn scan(&mut self) -> Result<()> {
        self.log.torn_bytes()?; // Before the scan: the file may have been cut shorter.
        let damage = self.log.scan(|found| self.index.take(found))?;
        self.index.damage.extend(damage);
        self.torn_bytes = self.log.torn_bytes()?;
        Ok(())
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

fn expect_known_version(major: u16) -> Result<()> {
    match major {
        0 => Err(Error::corrupted("the preamble", 8, "there is no version 0")),
        major if major > VERSION.0 => Err(Error::UnsupportedVersion { found: major, supported: VERSION.0 }),
        _ => Ok(()),
    }
}

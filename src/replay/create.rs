//! The beginning of a recording: in a new file, in the place of an old one, or in memory.

use std::{
    fs::{self, File},
    io::ErrorKind,
    path::Path,
    sync::OnceLock,
};

use super::{
    Index, Origin, Replay, ReplayOptions,
    data_sets::OtherData,
    elsewhere::Elsewhere,
    expanded::Expanded,
    recorder::Recorder,
    replacement::Replacement,
    schedule::{Schedule, epoch_behind},
    sharing::Sharing,
};
use crate::{
    Error, Result,
    host::salt,
    storage::{self, Backend, BadPreamble, Kind, Locking, Log, Preamble},
};

impl ReplayOptions {
    /// Begins a recording in a file that does not exist yet, unless [`overwrite`](Self::overwrite) allows it.
    ///
    /// A recording that was killed before its first epoch was whole is not in the way: nothing was recorded in it.
    ///
    /// # Errors
    ///
    /// [`Error::Io`](crate::Error::Io) if the file exists, cannot be created or locked, [`Error::Locked`](crate::Error::Locked) if one that is to be overwritten is
    /// being recorded, [`Error::NotARecording`](crate::Error::NotARecording) if it is another file, [`Error::Invalid`](crate::Error::Invalid) for an `every`, an `every_step` or a [`Durability::Every`](crate::Durability::Every) of 0, or no `epochs`.
    pub fn create(self, path: impl AsRef<Path>) -> Result<Replay> {
        self.check()?;
        self.probe.check()?;
        let path = path.as_ref();
        let replacement = self.overwrite.then(|| Replacement::of(path, self.locking)).transpose()?.flatten();
        let written = replacement.as_ref().map_or(path, |replacement| replacement.path());
        let file = open_new(written, self.locking)?;
        let log = storage::Log::create(Box::new(file), path.into(), self.preamble())
            .inspect_err(|_| drop(fs::remove_file(written)))?;
        let origin = Origin::File(path.into());
        Ok(Replay::recording(log, origin, self, replacement))
    }

    /// Begins a recording in memory, which [`Replay::write_to`] can write to a file.
    pub fn in_memory(self) -> Replay {
        let log = Log::in_memory(Origin::Memory.path(), self.preamble());
        Replay::recording(log, Origin::Memory, self, None)
    }

    /// Opens a recording to go on with it, under these options; [`Replay::append`] is the short form.
    ///
    /// Its data set, loss and description stay the recorded ones. Notes are added to those that are there; a note that says
    /// what its key says already is not repeated.
    ///
    /// # Errors
    ///
    /// As [`Replay::append`]; [`Error::Invalid`](crate::Error::Invalid) also for options that [`create`](Self::create) refuses, for
    /// [`overwrite`](Self::overwrite), or if a data set, loss or description is given that is not the recorded one.
    pub fn append(self, path: impl AsRef<Path>) -> Result<Replay> {
        self.check()?;
        Replay::resume(path.as_ref(), self)
    }
}

impl ReplayOptions {
    /// Sets the number by which a new recording is known to the forks of it, among others of the same name; drawn if none is given.
    ///
    /// A program in a browser has nothing to draw it from, and starts with the same numbers again: give one from
    /// `crypto.getRandomValues` there. Two recordings with the same number, options and snapshots have the same bytes.
    ///
    /// ```
    /// # use training_replay::{Dense, Metrics, Replay, Sequential};
    /// # let model = Sequential::builder(2).layer(Dense::new(1)).build(1)?;
    /// let bytes = |salt| -> training_replay::Result<Vec<u8>> {
    ///     let (mut replay, mut bytes) = (Replay::options().salt(salt).in_memory(), Vec::new());
    ///     replay.record(&model, Metrics::new())?;
    ///     replay.write_to(&mut bytes)?;
    ///     Ok(bytes)
    /// };
    /// assert_eq!(bytes(7)?, bytes(7)?);
    /// assert_ne!(bytes(7)?, bytes(8)?);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    #[must_use]
    pub fn salt(mut self, salt: u64) -> Self {
        self.salt = Some(salt);
        self
    }

    /// The preamble of a new recording.
    fn preamble(&self) -> Preamble {
        Preamble::new(self.salt.unwrap_or_else(salt)).of_compressed(self.compress == Some(true))
    }
}

impl Replay {
    /// A new recording on an empty log.
    pub(super) fn recording(
        log: Log,
        origin: Origin,
        mut options: ReplayOptions,
        replacement: Option<Replacement>,
    ) -> Self {
        let dataset = options.take_dataset().map_or_else(OnceLock::new, OnceLock::from);
        let (named, names) = (options.take_named(), options.sharing.as_ref().map_or(&[][..], Sharing::names));
        // Those that another recording refers to are read like any others, unless some were given.
        let refers = dataset.get().is_none() && named.is_empty();
        let others = if refers { OtherData::recorded(names) } else { OtherData::new(named) };
        let probe = options.probe.choose(dataset.get());
        let next = options.parent.as_ref().map_or(0, |parent| epoch_behind(parent.moment()));
        let schedule = Schedule::from(next);
        let recorder = Some(Recorder { schedule, probe, ..Recorder::new(origin.place(), options, replacement) });
        let index = Index::of(origin.path());
        let (elsewhere, expanded) = (Elsewhere::of(origin.place()), Expanded::default());
        Self { log, origin, index, torn_bytes: 0, dataset, others, elsewhere, expanded, base: None, recorder }
    }
}

/// Creates a file, locked; one that holds nothing counts as none.
fn open_new(path: &Path, locking: Locking) -> Result<File> {
    match storage::open_to_write(path, true, locking) {
        Err(Error::Io { context, source }) if source.kind() == ErrorKind::AlreadyExists => {
            if holds_nothing(path).unwrap_or(false) {
                take_over(path, locking)
            } else {
                Err(Error::Io { context, source })
            }
        }
        opened => opened,
    }
}

/// Empties a file in which nothing was recorded, unless somebody is about to.
fn take_over(path: &Path, locking: Locking) -> Result<File> {
    let mut file = storage::open_to_write(path, false, locking)?;
    if !holds_nothing(path)? {
        return Err(Error::Locked { path: path.into() }); // Somebody recorded there just before it was locked.
    }
    file.truncate(0).map_err(|source| Error::io(format!("emptying {}", path.display()), source))?;
    Ok(file)
}

/// Returns whether a file is what a recorder leaves that was killed before its first epoch was whole, or empty.
///
/// An epoch that is damaged now may have been acknowledged, and so is something.
fn holds_nothing(path: &Path) -> Result<bool> {
    let mut log = match Log::open(Box::new(storage::open_to_read(path)?), path.into())? {
        Ok(log) => log,
        Err(bad) => return Ok(bad == BadPreamble::Short),
    };
    let mut nothing = true;
    log.scan(|record, passed| {
        nothing &= matches!(record.header.kind, Kind::Model | Kind::Data | Kind::NamedData | Kind::TrainingState)
            && passed.is_none();
        Ok(())
    })?;
    Ok(nothing && !log.has_damaged_tail()?)
}

#[cfg(test)]
mod tests {
    use std::{fs::TryLockError, io};

    use super::*;
    use crate::{Metrics, Parameter, Weights};

    fn refused(code: i32) -> Result<(), TryLockError> {
        Err(TryLockError::Error(io::Error::from_raw_os_error(code)))
    }

    fn weights() -> Weights {
        Weights::from_iter([Parameter::new("a", "b", [1], vec![0.5_f32])])
    }

    /// What network file systems without locks answer: ENOLCK, EOPNOTSUPP and ENOSYS of Linux.
    #[test]
    fn a_file_system_without_locks_names_the_option_that_records_all_the_same() {
        let all = [|_: &File| refused(37), |_: &File| refused(95), |_: &File| refused(38)];
        for lock in all {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("run.replay");
            let refused = || {
                let mut options = Replay::options();
                options.locking = Locking::By(lock);
                options
            };
            let message = refused().create(&path).unwrap_err().to_string();
            assert!(message.contains("run.replay") && message.contains("without_lock()"), "{message}");
            assert!(!path.exists(), "nothing is left behind");

            let mut replay = Replay::options().without_lock().create(&path).unwrap();
            replay.record(&weights(), Metrics::new()).unwrap();
            replay.finish().unwrap();
            for again in [refused().append(&path), refused().overwrite(true).create(&path)] {
                assert!(again.unwrap_err().to_string().contains("without_lock()"));
            }
            let mut replay = Replay::options().without_lock().append(&path).unwrap();
            assert_eq!(replay.record(&weights(), Metrics::new()).unwrap(), 1);
            let mut replay = Replay::options().without_lock().overwrite(true).create(&path).unwrap();
            assert_eq!(replay.record(&weights(), Metrics::new()).unwrap(), 0);
            replay.finish().unwrap();
            assert_eq!(Replay::open(&path).unwrap().epochs().len(), 1);
        }
    }
}

//! The beginning of a recording: in a new file, in the place of an old one, or in memory.

use std::{fs, path::Path, sync::OnceLock};

use super::{Index, Origin, Replay, ReplayOptions, recorder::Recorder, replacement::Replacement, salt::salt};
use crate::{
    Result,
    storage::{self, Log},
};

impl ReplayOptions {
    /// Begins a recording in a file that does not exist yet, unless [`overwrite`](Self::overwrite) allows it.
    ///
    /// # Errors
    ///
    /// [`Error::Io`](crate::Error::Io) if the file exists or cannot be created, [`Error::Locked`](crate::Error::Locked) if one that is to be overwritten is
    /// being recorded, [`Error::Invalid`](crate::Error::Invalid) for an `every`, an `every_step` or a [`Durability::Every`](crate::Durability::Every) of 0, or no `epochs`.
    pub fn create(self, path: impl AsRef<Path>) -> Result<Replay> {
        self.check()?;
        self.probe.check()?;
        let path = path.as_ref();
        let replacement = self.overwrite.then(|| Replacement::of(path)).transpose()?.flatten();
        let written = replacement.as_ref().map_or(path, |replacement| replacement.path());
        let file = storage::open_to_write(written, true)?;
        let log = storage::Log::create(Box::new(file), path.into(), salt())
            .inspect_err(|_| drop(fs::remove_file(written)))?;
        let origin = Origin::File(path.into());
        Ok(Replay::recording(log, origin, self, replacement))
    }

    /// Begins a recording in memory, which [`Replay::write_to`] can write to a file.
    pub fn in_memory(self) -> Replay {
        let log = Log::in_memory(Origin::Memory.path(), salt());
        Replay::recording(log, Origin::Memory, self, None)
    }

    /// Opens a recording to go on with it, under these options; [`Replay::append`] is the short form.
    ///
    /// Its data set, loss and metadata stay the recorded ones.
    ///
    /// # Errors
    ///
    /// As [`Replay::append`]; [`Error::Invalid`](crate::Error::Invalid) also for options that [`create`](Self::create) refuses, or if a
    /// data set is given that is not the recorded one.
    pub fn append(self, path: impl AsRef<Path>) -> Result<Replay> {
        self.check()?;
        Replay::resume(path.as_ref(), self)
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
        let probe = options.probe.choose(dataset.get());
        let recorder = Some(Recorder { probe, ..Recorder::new(options, replacement) });
        let index = Index::of(origin.path());
        Self { log, origin, index, torn_bytes: 0, dataset, recorder }
    }
}

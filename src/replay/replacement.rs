//! A new recording beside the old one whose place it is to take.

use std::{fs::File, path::Path};

use crate::{
    Error, Result,
    file::{Successor, is_still_there},
    storage::{self, BadPreamble, Locking, Log},
};

/// A new recording that has not taken the place of the old one yet; dropped before, it vanishes.
#[derive(Debug)]
pub(super) struct Replacement {
    successor: Successor,
    /// Held, and so locked, until it is gone: nobody appends to what is about to go.
    old: File,
}

impl Replacement {
    /// That of the recording at this path, if there is a file; what was killed in doing the same is cleared away.
    ///
    /// Fails for a file that is no recording. One that was never started is, and so is an empty file.
    pub(super) fn of(path: &Path, locking: Locking) -> Result<Option<Self>> {
        let successor = Successor::of(path)?;
        let old = path.exists().then(|| storage::open_to_write(path, false, locking)).transpose()?;
        if let Some(old) = &old {
            expect_recording(old, path)?;
        }
        if locking.is_some() {
            successor.remove_abandoned(); // Without locks nobody knows what is.
        }
        Ok(old.map(|old| Self { successor, old }))
    }

    /// Where the new recording is written.
    pub(super) fn path(&self) -> &Path {
        self.successor.path()
    }

    /// The old recording, to be read.
    pub(super) fn old(&self) -> Result<File> {
        let cloned = self.old.try_clone();
        cloned.map_err(|source| Error::io(format!("opening {}", self.successor.target().display()), source))
    }

    /// Gives the new file the name and the permissions of the old one. Fails if another file has that name by now:
    /// somebody removed the old one, and somebody else may be recording there.
    pub(super) fn take_place(&self) -> Result<()> {
        self.expect_there()?;
        self.successor.take_place()
    }

    /// Fails if another file has the name of the old one by now.
    pub(super) fn expect_there(&self) -> Result<()> {
        let target = self.successor.target();
        if target.exists() && !is_still_there(&self.old, target) {
            return Err(Error::Locked { path: target.into() });
        }
        Ok(())
    }
}

/// Fails for a file that has another beginning than a recording.
fn expect_recording(file: &File, path: &Path) -> Result<()> {
    let file = file.try_clone().map_err(|source| Error::io(format!("reading {}", path.display()), source))?;
    match Log::open(Box::new(file), path.into())? {
        Err(BadPreamble::Magic) => Err(Error::NotARecording { path: path.into() }),
        _ => Ok(()),
    }
}

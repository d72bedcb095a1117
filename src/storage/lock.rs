//! The lock of a recording: one recorder at a time, whatever process it is in, and any number of readers.
//!
//! The operating system lets go of a lock when its holder dies, so a killed recorder leaves none behind.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io,
    path::Path,
    thread,
    time::Duration,
};

use super::backend::expect_file;
use crate::{
    Error, Result,
    file::{
        is_still_there,
        watch::{Call, saw},
    },
};

/// How a recorder keeps others out.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Locking {
    /// By a lock, without which it does not record. The function is the system's, or a test's.
    By(fn(&File) -> Result<(), TryLockError>),
    /// Not at all: the file system has no locks, and the user sees to it that there is one recorder.
    None,
}

impl Locking {
    pub(crate) fn is_some(self) -> bool {
        matches!(self, Self::By(_))
    }
}

impl Default for Locking {
    fn default() -> Self {
        Self::By(exclusive::try_lock)
    }
}

/// Opens a file to write, locked against every other recorder until it is dropped; `new` if it must not exist yet.
pub(crate) fn open_to_write(path: &Path, new: bool, locking: Locking) -> Result<File> {
    expect_file(path)?;
    let mut options = OpenOptions::new();
    options.read(true).write(true).create_new(new);
    let file = exclusive::open(&mut options, path)?;
    saw(Call::Opened(&file, path));
    let locked = if new { lock_new(&file, path, locking) } else { lock(&file, path, locking) };
    if new && matches!(locked, Err(Error::Io { .. })) {
        // No locks here, and so no recording: leave nothing behind.
        drop(fs::remove_file(path));
    }
    locked.map(|()| file)
}

/// Whoever locks a new file before its creator does finds no recording there, and soon lets go; or records there.
fn lock_new(file: &File, path: &Path, locking: Locking) -> Result<()> {
    let mut locked = lock(file, path, locking);
    for _ in 0..1_000 {
        if !matches!(locked, Err(Error::Locked { .. })) {
            break;
        }
        thread::sleep(Duration::from_millis(1));
        locked = lock(file, path, locking);
    }
    locked?;
    let length = file.metadata().map_err(|source| io_error(path, source))?.len();
    if length == 0 { Ok(()) } else { Err(Error::Locked { path: path.into() }) }
}

fn lock(file: &File, path: &Path, locking: Locking) -> Result<()> {
    let Locking::By(try_lock) = locking else { return Ok(()) };
    let hint = "where the file system has no locks, `Replay::options().without_lock()` does without";
    try_lock(file).map_err(|error| match error {
        TryLockError::WouldBlock => Error::Locked { path: path.into() },
        TryLockError::Error(source) => Error::io(format!("locking {} ({hint})", path.display()), source),
    })?;
    // Another recorder may have replaced the file before it was locked here.
    if is_still_there(file, path) { Ok(()) } else { Err(Error::Locked { path: path.into() }) }
}

/// Makes an error of what the system said, with what to do about it where that is known.
fn io_error(path: &Path, source: io::Error) -> Error {
    let context = match source.kind() {
        io::ErrorKind::AlreadyExists if !path.exists() => {
            format!("creating {}: it is a link to a file that does not exist", path.display())
        }
        io::ErrorKind::AlreadyExists => {
            format!(
                "creating {}: there is one already; `Replay::options().overwrite(true)` replaces it",
                path.display()
            )
        }
        _ => format!("opening {} for recording", path.display()),
    };
    Error::io(context, source)
}

/// An advisory lock: it keeps out recorders, which ask for it, and not readers, which do not.
#[cfg(not(windows))]
mod exclusive {
    use std::fs::{File, OpenOptions, TryLockError};

    use super::{Path, Result, io_error};

    pub(super) fn open(options: &mut OpenOptions, path: &Path) -> Result<File> {
        options.open(path).map_err(|source| io_error(path, source))
    }

    pub(super) fn try_lock(file: &File) -> Result<(), TryLockError> {
        file.try_lock()
    }
}

/// A Windows lock would keep readers out as well; a share mode that allows reading only does not.
#[cfg(windows)]
mod exclusive {
    use std::{
        fs::{File, OpenOptions, TryLockError},
        os::windows::fs::OpenOptionsExt,
    };

    use super::{Error, Path, Result, io_error};

    /// Others may read, and rename: a new recording takes the place of an old one while it is open.
    const SHARED: u32 = 1 | 4;
    const ERROR_SHARING_VIOLATION: i32 = 32;

    pub(super) fn open(options: &mut OpenOptions, path: &Path) -> Result<File> {
        options.share_mode(SHARED).open(path).map_err(|source| match source.raw_os_error() {
            Some(ERROR_SHARING_VIOLATION) => Error::Locked { path: path.into() },
            _ => io_error(path, source),
        })
    }

    pub(super) fn try_lock(_: &File) -> Result<(), TryLockError> {
        Ok(())
    }
}

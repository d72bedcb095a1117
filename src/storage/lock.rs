//! The lock of a recording: one recorder at a time, whatever process it is in, and any number of readers.
//!
//! The operating system lets go of a lock when its holder dies, so a killed recorder leaves none behind.

use std::{
    fs::{self, File, OpenOptions},
    io,
    path::Path,
};

use super::backend::expect_file;
use crate::{Error, Result};

/// Opens a file to write, locked against every other recorder until it is dropped; `new` if it must not exist yet.
pub(crate) fn open_to_write(path: &Path, new: bool) -> Result<File> {
    expect_file(path)?;
    let mut options = OpenOptions::new();
    options.read(true).write(true).create_new(new);
    let file = exclusive::open(&mut options, path)?;
    let locked = if new { exclusive::lock_new(&file, path) } else { exclusive::lock(&file, path) };
    if new && matches!(locked, Err(Error::Io { .. })) {
        // No locks here, and so no recording: leave nothing behind.
        drop(fs::remove_file(path));
    }
    locked.map(|()| file)
}

/// Returns whether the path still names the file: it may have been removed or replaced.
#[cfg(unix)]
pub(crate) fn is_still_there(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let id = |metadata: &fs::Metadata| (metadata.dev(), metadata.ino());
    matches!((file.metadata(), path.metadata()), (Ok(file), Ok(named)) if id(&file) == id(&named))
}

/// Elsewhere a file that is open keeps its name.
#[cfg(not(unix))]
pub(crate) fn is_still_there(_: &File, _: &Path) -> bool {
    true
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
    use std::{
        fs::{File, OpenOptions, TryLockError},
        thread,
        time::Duration,
    };

    use super::{Error, Path, Result, io_error, is_still_there};

    pub(super) fn open(options: &mut OpenOptions, path: &Path) -> Result<File> {
        options.open(path).map_err(|source| io_error(path, source))
    }

    /// Whoever locks a new file before its creator does finds no recording there, and soon lets go.
    pub(super) fn lock_new(file: &File, path: &Path) -> Result<()> {
        for _ in 0..100 {
            match lock(file, path) {
                Err(Error::Locked { .. }) => thread::sleep(Duration::from_millis(1)),
                locked => return locked,
            }
        }
        lock(file, path)
    }

    pub(super) fn lock(file: &File, path: &Path) -> Result<()> {
        // Another recorder may have replaced the file before it was locked here.
        file.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => Error::Locked { path: path.into() },
            TryLockError::Error(source) => Error::io(format!("locking {}", path.display()), source),
        })?;
        if is_still_there(file, path) { Ok(()) } else { Err(Error::Locked { path: path.into() }) }
    }
}

/// A Windows lock would keep readers out as well; a share mode that allows reading only does not.
#[cfg(windows)]
mod exclusive {
    use std::{
        fs::{File, OpenOptions},
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

    pub(super) fn lock(_: &File, _: &Path) -> Result<()> {
        Ok(())
    }

    pub(super) fn lock_new(_: &File, _: &Path) -> Result<()> {
        Ok(())
    }
}

//! Where the bytes of a recording are: a file, or memory. All input and output goes through the five calls of
//! [`Backend`], so that tests can make each of them fail.

use std::{
    fmt::Debug,
    fs::{self, File, OpenOptions},
    io,
    path::Path,
};

use crate::{Error, Result};

/// Bytes that can be read and written at any place.
pub(crate) trait Backend: Debug + Send + Sync {
    fn len(&self) -> io::Result<u64>;

    /// Fills the whole buffer; an error if the bytes end before it is full.
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()>;

    /// Writes all bytes, making the medium longer where they reach beyond its end.
    fn write_at(&mut self, bytes: &[u8], offset: u64) -> io::Result<()>;

    fn truncate(&mut self, length: u64) -> io::Result<()>;

    /// Returns when everything written so far would survive a loss of power.
    fn sync(&mut self) -> io::Result<()>;
}

impl Backend for File {
    fn len(&self) -> io::Result<u64> {
        Ok(self.metadata()?.len())
    }

    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        positioned::read(self, buffer, offset)
    }

    fn write_at(&mut self, bytes: &[u8], offset: u64) -> io::Result<()> {
        positioned::write(self, bytes, offset)
    }

    fn truncate(&mut self, length: u64) -> io::Result<()> {
        self.set_len(length)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.sync_data()
    }
}

impl Backend for Vec<u8> {
    fn len(&self) -> io::Result<u64> {
        Ok(Vec::len(self) as u64)
    }

    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        let start = usize::try_from(offset).unwrap_or(usize::MAX);
        let source = self.get(start..).and_then(|rest| rest.get(..buffer.len()));
        buffer.copy_from_slice(source.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }

    fn write_at(&mut self, bytes: &[u8], offset: u64) -> io::Result<()> {
        let start = usize::try_from(offset).map_err(io::Error::other)?;
        let end = start.checked_add(bytes.len()).ok_or(io::ErrorKind::OutOfMemory)?;
        if Vec::len(self) < end {
            self.try_reserve(end - Vec::len(self)).map_err(io::Error::other)?;
            self.resize(end, 0);
        }
        self[start..end].copy_from_slice(bytes);
        Ok(())
    }

    fn truncate(&mut self, length: u64) -> io::Result<()> {
        Vec::truncate(self, usize::try_from(length).unwrap_or(usize::MAX));
        Ok(())
    }

    fn sync(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A file to read, whether or not another process writes it.
pub(crate) fn open_to_read(path: &Path) -> Result<File> {
    expect_file(path)?;
    File::open(path).map_err(|source| Error::io(format!("opening {}", path.display()), source))
}

/// Fails for a folder, and for a pipe or a device: opening one could wait for ever, and overwriting it remove it.
fn expect_file(path: &Path) -> Result<()> {
    match fs::metadata(path) {
        Ok(found) if !found.is_file() => {
            Err(Error::invalid(path.display().to_string(), "a file to hold a recording", "something else"))
        }
        _ => Ok(()), // Whether it is there at all is told by opening it.
    }
}

/// Whether the path still names the file: it may have been removed or replaced.
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

/// A file to write, locked against every other recorder until it is dropped; `new` if it must not exist yet.
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

#[cfg(unix)]
mod positioned {
    use std::{fs::File, io, os::unix::fs::FileExt};

    pub(super) fn read(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        file.read_exact_at(buffer, offset)
    }

    pub(super) fn write(file: &File, bytes: &[u8], offset: u64) -> io::Result<()> {
        file.write_all_at(bytes, offset)
    }
}

#[cfg(windows)]
mod positioned {
    use std::{fs::File, io, os::windows::fs::FileExt};

    pub(super) fn read(file: &File, mut buffer: &mut [u8], mut offset: u64) -> io::Result<()> {
        while !buffer.is_empty() {
            match file.seek_read(buffer, offset)? {
                0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                read => {
                    buffer = &mut buffer[read..];
                    offset += read as u64;
                }
            }
        }
        Ok(())
    }

    pub(super) fn write(file: &File, mut bytes: &[u8], mut offset: u64) -> io::Result<()> {
        while !bytes.is_empty() {
            match file.seek_write(bytes, offset)? {
                0 => return Err(io::ErrorKind::WriteZero.into()),
                written => {
                    bytes = &bytes[written..];
                    offset += written as u64;
                }
            }
        }
        Ok(())
    }
}

/// Elsewhere a recording lives in memory only.
#[cfg(not(any(unix, windows)))]
mod positioned {
    use std::{fs::File, io};

    pub(super) fn read(_: &File, _: &mut [u8], _: u64) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    pub(super) fn write(_: &File, _: &[u8], _: u64) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

//! Where the bytes of a recording are: a file, or memory.
//!
//! All input and output goes through the calls of [`Backend`], so that tests can make each of them fail. There is no
//! cursor: every call says at which byte, and reading needs no exclusive access. Any number of threads read one recording.

use std::{
    fmt::Debug,
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use crate::{
    Error, Result,
    file::{
        has_lost_name, has_no_name,
        watch::{Call, saw},
    },
};

/// Bytes that can be read and written at any place.
pub(crate) trait Backend: Debug + Send + Sync {
    /// Returns how many bytes there are; more than before where another process appends.
    fn len(&self) -> io::Result<u64>;

    /// Fills the whole buffer; an error if the bytes end before it is full.
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()>;

    /// Writes all bytes, making the backend longer where they reach beyond its end.
    fn write_at(&mut self, bytes: &[u8], offset: u64) -> io::Result<()>;

    /// Cuts off everything behind the first `length` bytes.
    fn truncate(&mut self, length: u64) -> io::Result<()>;

    /// Returns when everything written so far would survive a loss of power.
    fn sync(&mut self) -> io::Result<()>;

    /// Returns whether nothing names these bytes any more, or not this path if there is one: they would be gone with
    /// whoever has them open.
    fn is_lost(&self, _path: Option<&Path>) -> io::Result<bool> {
        Ok(false)
    }

    /// Lets go of the lock, if there is one.
    fn unlock(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A backend with the path that errors call it by.
#[derive(Debug)]
pub(super) struct NamedBackend {
    pub(super) inner: Box<dyn Backend>,
    pub(super) path: PathBuf,
}

impl NamedBackend {
    pub(super) fn len(&self) -> Result<u64> {
        self.inner.len().map_err(|source| self.failed("reading", source))
    }

    pub(super) fn read_at(&self, buffer: &mut [u8], offset: u64) -> Result<()> {
        self.inner.read_at(buffer, offset).map_err(|source| self.failed("reading", source))
    }

    pub(super) fn write_at(&mut self, bytes: &[u8], offset: u64) -> Result<()> {
        self.inner.write_at(bytes, offset).map_err(|source| self.failed("writing", source))
    }

    /// Makes an error of what the backend returned when something was done to it.
    pub(super) fn failed(&self, doing: &str, source: io::Error) -> Error {
        Error::io(format!("{doing} {}", self.path.display()), source)
    }
}

impl Backend for File {
    fn len(&self) -> io::Result<u64> {
        Ok(self.metadata()?.len())
    }

    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        positioned::read(self, buffer, offset)
    }

    fn write_at(&mut self, bytes: &[u8], offset: u64) -> io::Result<()> {
        positioned::write(self, bytes, offset)?;
        saw(Call::Written(self, offset, bytes));
        Ok(())
    }

    fn truncate(&mut self, length: u64) -> io::Result<()> {
        self.set_len(length)?;
        saw(Call::Cut(self, length));
        Ok(())
    }

    fn sync(&mut self) -> io::Result<()> {
        self.sync_data()?;
        saw(Call::Synced(self));
        Ok(())
    }

    fn is_lost(&self, path: Option<&Path>) -> io::Result<bool> {
        path.map_or_else(|| has_no_name(self), |path| has_lost_name(self, path))
    }

    /// On Windows others are kept out until the file is closed.
    #[cfg(not(windows))]
    fn unlock(&mut self) -> io::Result<()> {
        File::unlock(self)
    }
}

impl Backend for Vec<u8> {
    fn len(&self) -> io::Result<u64> {
        Ok(Vec::len(self) as u64)
    }

    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        let start = usize::try_from(offset).unwrap_or(usize::MAX);
        let bytes = self.get(start..).and_then(|rest| rest.get(..buffer.len()));
        buffer.copy_from_slice(bytes.ok_or(io::ErrorKind::UnexpectedEof)?);
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

/// Opens a file to read, whether or not another process writes it: reading needs no lock.
pub(crate) fn open_to_read(path: &Path) -> Result<File> {
    expect_file(path)?;
    File::open(path).map_err(|source| Error::io(format!("opening {}", path.display()), source))
}

/// Fails for a folder, and for a pipe or a device: opening one could wait for ever, and overwriting it remove it.
pub(super) fn expect_file(path: &Path) -> Result<()> {
    match fs::metadata(path) {
        Ok(metadata) if !metadata.is_file() => {
            Err(Error::invalid(path.display().to_string(), "a file to hold a recording", "something else"))
        }
        _ => Ok(()), // Opening it says whether it is there at all.
    }
}

/// Reading and writing at an offset, which the standard library has for each system apart.
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

/// Windows reads and writes as many bytes as it likes at a time.
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

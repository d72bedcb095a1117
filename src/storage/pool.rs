//! Files of which only some are open at a time, for those who read more of them than the system lets a process open.
//!
//! A file is opened when it is read, and stays open until so many others were read since. Each reader asks for its own file
//! and holds no lock while it reads.

use std::{
    collections::VecDeque,
    fs::{File, Metadata},
    io,
    path::{self, Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use super::backend::{Backend, open_to_read};
use crate::{Error, Result};

/// How many files stay open: a quarter of what macOS lets a process have, a sixteenth of Linux.
const OPEN: usize = 64;

/// Some files that are open, the one that was read last behind all others.
#[derive(Debug, Default)]
pub(crate) struct FilePool {
    open: Mutex<VecDeque<(Arc<Path>, Arc<File>)>>,
}

impl FilePool {
    /// Opens a file to read, which shares its place with others of the pool.
    pub(crate) fn open(self: &Arc<Self>, path: &Path) -> Result<PooledFile> {
        let failed = |source| Error::io(format!("opening {}", path.display()), source);
        // Also from another folder, into which the process may go.
        let place = path::absolute(path).map_err(failed)?;
        let file = open_to_read(path)?;
        let id = FileId::of(&file.metadata().map_err(failed)?);
        let path: Arc<Path> = PathBuf::into_boxed_path(place).into();
        self.keep(&path, Arc::new(file));
        Ok(PooledFile { pool: Arc::clone(self), path, id })
    }

    /// The file, if it is open, which is then the last one that was read.
    fn take(&self, path: &Arc<Path>) -> Option<Arc<File>> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let at = open.iter().rposition(|(known, _)| Arc::ptr_eq(known, path))?;
        let entry = open.remove(at)?;
        let file = Arc::clone(&entry.1);
        open.push_back(entry);
        Some(file)
    }

    /// Keeps a file open, in place of the one that was not read for the longest time.
    fn keep(&self, path: &Arc<Path>, file: Arc<File>) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if open.len() >= OPEN {
            drop(open.pop_front());
        }
        open.push_back((Arc::clone(path), file));
    }

    /// Closes a file that nobody will read again.
    fn close(&self, path: &Arc<Path>) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.retain(|(known, _)| !Arc::ptr_eq(known, path));
    }
}

/// A file that may be closed and opened again, to read.
#[derive(Debug)]
pub(crate) struct PooledFile {
    pool: Arc<FilePool>,
    /// Its own copy of it in the pool, too, if it is open.
    path: Arc<Path>,
    id: FileId,
}

impl PooledFile {
    fn file(&self) -> io::Result<Arc<File>> {
        if let Some(file) = self.pool.take(&self.path) {
            return Ok(file);
        }
        let file = Arc::new(File::open(&self.path)?);
        if FileId::of(&file.metadata()?) != self.id {
            let reason = "another file has taken its name since it was opened; open it again";
            return Err(io::Error::other(reason));
        }
        self.pool.keep(&self.path, Arc::clone(&file));
        Ok(file)
    }
}

impl Drop for PooledFile {
    fn drop(&mut self) {
        self.pool.close(&self.path);
    }
}

impl Backend for PooledFile {
    fn len(&self) -> io::Result<u64> {
        Backend::len(&*self.file()?)
    }

    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        self.file()?.read_at(buffer, offset)
    }

    fn write_at(&mut self, _bytes: &[u8], _offset: u64) -> io::Result<()> {
        Err(io::ErrorKind::ReadOnlyFilesystem.into())
    }

    fn truncate(&mut self, _length: u64) -> io::Result<()> {
        Err(io::ErrorKind::ReadOnlyFilesystem.into())
    }

    fn sync(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What distinguishes a file from the one that takes its name.
#[cfg(unix)]
#[derive(Debug, PartialEq, Eq)]
struct FileId(u64, u64);

#[cfg(unix)]
impl FileId {
    fn of(file: &Metadata) -> Self {
        use std::os::unix::fs::MetadataExt;
        Self(file.dev(), file.ino())
    }
}

/// Elsewhere it is when it was created, where that is known.
#[cfg(not(unix))]
#[derive(Debug, PartialEq, Eq)]
struct FileId(Option<std::time::SystemTime>);

#[cfg(not(unix))]
impl FileId {
    fn of(file: &Metadata) -> Self {
        Self(file.created().ok())
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn first_byte(file: &PooledFile) -> io::Result<u8> {
        let mut byte = [0];
        file.read_at(&mut byte, 0).map(|()| byte[0])
    }

    fn opened(pool: &Arc<FilePool>, folder: &Path, count: u8) -> Vec<PooledFile> {
        let open = |number: u8| {
            let path = folder.join(number.to_string());
            fs::write(&path, [number]).unwrap();
            pool.open(&path).unwrap()
        };
        (0..count).map(open).collect()
    }

    #[test]
    fn any_number_of_files_is_read_while_some_are_open() {
        let (folder, pool) = (tempfile::tempdir().unwrap(), Arc::new(FilePool::default()));
        let files = opened(&pool, folder.path(), 200);
        for step in [1, 77, 199] {
            for at in (0..200).map(|at| at * step % 200) {
                assert_eq!(first_byte(&files[at]).unwrap(), at as u8);
                assert!(pool.open.lock().unwrap().len() <= OPEN);
            }
        }
        drop(files);
        assert!(pool.open.lock().unwrap().is_empty(), "files of nobody are closed");
    }

    #[test]
    fn a_file_that_took_the_name_of_another_is_not_read_in_its_place() {
        let (folder, pool) = (tempfile::tempdir().unwrap(), Arc::new(FilePool::default()));
        let files = opened(&pool, folder.path(), 200);
        let (first, last) = (folder.path().join("0"), folder.path().join("199"));
        for path in [&first, &last] {
            fs::write(folder.path().join("new"), [7]).unwrap();
            fs::rename(folder.path().join("new"), path).unwrap();
        }
        assert!(first_byte(&files[0]).unwrap_err().to_string().contains("open it again"));
        assert_eq!(first_byte(&files[199]).unwrap(), 199, "it is still open, and what it was");
        fs::remove_file(folder.path().join("1")).unwrap();
        assert_eq!(first_byte(&files[1]).unwrap_err().kind(), io::ErrorKind::NotFound);
    }
}

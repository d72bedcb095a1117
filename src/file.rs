//! Files that get their name when they are whole: written beside it, and renamed.
//!
//! Who has the old file keeps it until then, and whatever fails or is killed before leaves it as it was.

use std::{
    ffi::OsString,
    fs::{self, File, OpenOptions, TryLockError},
    io::{BufWriter, ErrorKind, Write},
    path::{Path, PathBuf},
};

use crate::{Error, Result, host::salt};

pub(crate) mod disk;
pub(crate) mod watch;

use disk::folder;
use watch::{Call, saw};

/// More links than these one behind the other are a circle.
const MAX_LINKS: usize = 40;

/// What the name of a file ends in that has not taken its place yet.
const ENDING: &str = ".new";

/// A file that is not whole yet, beside the one whose place it is to take. Dropped before, it vanishes.
#[derive(Debug)]
pub(crate) struct Successor {
    path: PathBuf,
    target: PathBuf,
}

impl Successor {
    /// That of a file, which need not exist. What a link points to is succeeded, not the link.
    ///
    /// Its own name is short, however long the other one is, and begins as that of every successor of the same file.
    pub(crate) fn of(path: &Path) -> Result<Self> {
        let target = followed(path)?;
        let mut name = stem(&target);
        name.push(format!("{:016x}{ENDING}", salt()));
        Ok(Self { path: target.with_file_name(name), target })
    }

    /// Where it is written.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The name that it is to get.
    pub(crate) fn target(&self) -> &Path {
        &self.target
    }

    /// Removes what killed processes have left of other successors of the same file: what nobody holds a lock of.
    ///
    /// What cannot be looked at or removed is in nobody's way, and stays.
    pub(crate) fn remove_abandoned(&self) {
        let stem = stem(&self.target);
        let begins = |name: OsString| name.as_encoded_bytes().starts_with(stem.as_encoded_bytes());
        for entry in fs::read_dir(folder(&self.target)).into_iter().flatten().flatten() {
            let name = entry.file_name();
            let is_one = name.as_encoded_bytes().ends_with(ENDING.as_bytes()) && begins(name);
            // Held until it is gone: whoever creates it at this moment finds it locked.
            if let Some(_held) = is_one.then(|| abandoned(&entry.path())).flatten() {
                drop(fs::remove_file(entry.path()));
            }
        }
    }

    /// Gives the new file the name, and the permissions of the one that has it, if there is one.
    pub(crate) fn take_place(&self) -> Result<()> {
        let permissions = match fs::metadata(&self.target) {
            Ok(old) => fs::set_permissions(&self.path, old.permissions()),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()), // Nothing to take over.
            Err(error) => Err(error),
        };
        let renamed = permissions.and_then(|()| rename(&self.path, &self.target));
        renamed.map_err(|source| Error::io(format!("replacing {}", self.target.display()), source))
    }

    /// Gives the new file the name unless another file has it; returns whether it got it.
    pub(crate) fn take_free_place(&self) -> Result<bool> {
        match fs::hard_link(&self.path, &self.target) {
            Ok(()) => {
                saw(Call::Linked(&self.path, &self.target));
                return Ok(true);
            }
            Err(error) if error.kind() == ErrorKind::AlreadyExists => return Ok(false),
            Err(_) => {} // Not every file system has links.
        }
        if self.target.symlink_metadata().is_ok() {
            return Ok(false);
        }
        let renamed = rename(&self.path, &self.target);
        renamed.map(|()| true).map_err(|source| Error::io(format!("creating {}", self.target.display()), source))
    }

    /// Creates the file, locked as long as it is open where the system has locks.
    fn create(&self) -> std::io::Result<File> {
        self.remove_abandoned();
        let file = OpenOptions::new().write(true).create_new(true).open(&self.path)?;
        saw(Call::Opened(&file, &self.path));
        // Without locks nobody else can have one either, and so nobody takes the file for abandoned.
        let is_taken = matches!(file.try_lock(), Err(TryLockError::WouldBlock));
        if self.path.exists() && !is_taken { Ok(file) } else { Err(ErrorKind::Interrupted.into()) }
    }
}

impl Drop for Successor {
    fn drop(&mut self) {
        // Either it has taken its place and there is no such file, or it never was whole.
        if fs::remove_file(&self.path).is_ok() {
            saw(Call::Removed(&self.path));
        }
    }
}

/// Writes a file that is either whole or what it was before. A pipe or a device is written to as it is.
#[cfg_attr(not(feature = "page"), allow(dead_code, reason = "only pictures are written in one go"))]
pub(crate) fn write_whole(path: &Path, write: impl FnOnce(&mut dyn Write) -> Result<()>) -> Result<()> {
    let failed = |source| Error::io(format!("writing {}", path.display()), source);
    match OpenOptions::new().write(true).open(path) {
        Ok(there) if !there.metadata().map_err(failed)?.is_file() => {
            let mut file = BufWriter::new(there);
            write(&mut file)?;
            return file.flush().map_err(failed);
        }
        Err(source) if source.kind() != ErrorKind::NotFound => return Err(failed(source)), // As one that is read-only.
        _ => {}
    }
    let mut file = Whole::create(path)?;
    write(&mut file)?;
    file.take_place()
}

/// Writes HTML to a file whose name says so; it is not even made for another name.
#[cfg(feature = "page")]
pub(crate) fn write_html(path: &Path, what: &str, html: impl FnOnce() -> Result<String>) -> Result<()> {
    expect_ending(what, path, &["html", "htm"])?;
    let html = html()?;
    let failed = |source| Error::io(format!("writing {}", path.display()), source);
    write_whole(path, |file| file.write_all(html.as_bytes()).map_err(failed))
}

/// A file that is written beside the place that it takes once it is whole; dropped before, it leaves nothing.
#[derive(Debug)]
pub(crate) struct Whole {
    file: BufWriter<File>,
    successor: Successor,
}

impl Whole {
    pub(crate) fn create(path: &Path) -> Result<Self> {
        let (successor, file) = created(path, |source| Error::io(format!("writing {}", path.display()), source))?;
        Ok(Self { file: BufWriter::new(file), successor })
    }

    pub(crate) fn take_place(self) -> Result<()> {
        let failed = |source| Error::io(format!("writing {}", self.successor.target().display()), source);
        let file = self.file.into_inner().map_err(|error| failed(error.into_error()))?;
        file.sync_all().map_err(failed)?; // Some systems say only now that there was no space.
        self.successor.take_place()
    }
}

impl Write for Whole {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.file.flush()
    }
}

/// A successor and its file; another one if somebody took the first for abandoned before it was locked.
pub(crate) fn created(path: &Path, failed: impl Fn(std::io::Error) -> Error) -> Result<(Successor, File)> {
    loop {
        let successor = Successor::of(path)?;
        match successor.create() {
            Ok(file) => return Ok((successor, file)),
            Err(source) if source.kind() == ErrorKind::Interrupted => {}
            Err(source) => return Err(failed(source)),
        }
    }
}

/// Fails unless a file's name has one of these endings, in any case: the content would not be what the name says.
#[cfg_attr(not(feature = "page"), allow(dead_code, reason = "only pictures are named by their endings"))]
pub(crate) fn expect_ending(what: &str, path: &Path, endings: &[&str]) -> Result<String> {
    let ending = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
    if endings.contains(&ending.as_str()) {
        return Ok(ending);
    }
    let known: Vec<String> = endings.iter().map(|ending| format!(".{ending}")).collect();
    Err(Error::invalid(
        format!("the name of {what}"),
        format!("one that ends in {}", known.join(" or ")),
        path.display(),
    ))
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

/// Returns whether a file that is open has no name any more, or not this one: it was removed, renamed or replaced, or its
/// folder was. A folder that cannot be looked into says nothing.
pub(crate) fn has_lost_name(file: &File, path: &Path) -> std::io::Result<bool> {
    match path.metadata() {
        Ok(_) => Ok(!is_still_there(file, path)),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(true),
        Err(_) => has_no_name(file),
    }
}

/// Returns whether a file that is open has no name at all any more, which takes a third of the time to find out.
#[cfg(unix)]
pub(crate) fn has_no_name(file: &File) -> std::io::Result<bool> {
    use std::os::unix::fs::MetadataExt;
    Ok(file.metadata()?.nlink() == 0)
}

#[cfg(not(unix))]
pub(crate) fn has_no_name(_: &File) -> std::io::Result<bool> {
    Ok(false)
}

fn rename(from: &Path, to: &Path) -> std::io::Result<()> {
    fs::rename(from, to)?;
    saw(Call::Renamed(from, to));
    Ok(())
}

/// The file that a path means, behind all links; it need not exist.
fn followed(path: &Path) -> Result<PathBuf> {
    let mut followed = path.to_path_buf();
    for _ in 0..MAX_LINKS {
        match fs::read_link(&followed) {
            Ok(next) => followed = folder(&followed).join(next),
            Err(_) => return Ok(followed), // No link; whatever else is wrong, opening it says.
        }
    }
    Err(Error::invalid(path.display().to_string(), "a file", "a circle of links"))
}

/// How the names of all successors of a file begin.
fn stem(target: &Path) -> OsString {
    let name = target.file_name().unwrap_or_default();
    format!(".{:08x}-", crc32fast::hash(name.as_encoded_bytes())).into()
}

/// Locks a file that nobody holds a lock of: whoever wrote it was killed.
fn abandoned(path: &Path) -> Option<File> {
    OpenOptions::new().write(true).open(path).ok().filter(|file| file.try_lock().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &tempfile::TempDir) -> Vec<OsString> {
        fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect()
    }

    fn write(path: &Path, bytes: &[u8]) -> Result<()> {
        write_whole(path, |file| file.write_all(bytes).map_err(|source| Error::io("test", source)))
    }

    #[test]
    fn a_file_that_fails_halfway_leaves_the_old_one_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt");
        write(&path, b"old").unwrap();
        let failed = write_whole(&path, |file| {
            file.write_all(b"half").unwrap();
            Err(Error::other("no more"))
        });
        assert_eq!(failed.unwrap_err().to_string(), "no more");
        assert_eq!((fs::read(&path).unwrap(), names(&folder).len()), (b"old".to_vec(), 1));
        write(&path, b"new").unwrap();
        assert_eq!((fs::read(&path).unwrap(), names(&folder).len()), (b"new".to_vec(), 1));
    }

    #[test]
    fn names_as_long_as_the_file_system_takes_can_be_written_again() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["a".repeat(255), "é".repeat(127)] {
            let path = folder.path().join(name);
            write(&path, b"old").unwrap();
            write(&path, b"new").unwrap();
            assert_eq!(fs::read(&path).unwrap(), b"new");
        }
    }

    #[test]
    fn what_a_killed_process_left_is_removed_and_what_a_living_one_holds_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt");
        let [dead, living, other] =
            ["a.txt", "a.txt", "b.txt"].map(|name| Successor::of(&folder.path().join(name)).unwrap());
        fs::write(dead.path(), b"half").unwrap();
        fs::write(other.path(), b"of another file").unwrap();
        let held = living.create().unwrap();
        write(&path, b"whole").unwrap();
        assert_eq!([dead.path(), living.path(), other.path()].map(Path::exists), [false, true, true]);
        drop(held);
    }

    #[test]
    fn a_place_that_is_taken_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt");
        for (content, expected) in [(b"one", true), (b"two", false)] {
            let successor = Successor::of(&path).unwrap();
            fs::write(successor.path(), content).unwrap();
            assert_eq!(successor.take_free_place().unwrap(), expected);
            drop(successor);
            assert_eq!((fs::read(&path).unwrap(), names(&folder).len()), (b"one".to_vec(), 1));
        }
    }

    #[test]
    fn an_ending_that_is_none_of_the_content_is_named() {
        assert_eq!(expect_ending("a picture", Path::new("a.PNG"), &["png", "svg"]).unwrap(), "png");
        let message = expect_ending("an animation", Path::new("a.png"), &["gif"]).unwrap_err().to_string();
        assert_eq!(message, "the name of an animation is a.png; it must be one that ends in .gif");
        assert!(expect_ending("a page", Path::new("html"), &["html", "htm"]).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn what_a_link_points_to_is_written_and_pipes_are_written_to() {
        let folder = tempfile::tempdir().unwrap();
        let (path, link) = (folder.path().join("a.txt"), folder.path().join("link.txt"));
        std::os::unix::fs::symlink("a.txt", &link).unwrap();
        for content in [b"one", b"two"] {
            write(&link, content).unwrap(); // at first there is no such file
            assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
            assert_eq!(fs::read(&path).unwrap(), content);
        }
        let circle = folder.path().join("circle");
        std::os::unix::fs::symlink("circle", &circle).unwrap();
        assert!(write(&circle, b"").is_err());
        write(Path::new("/dev/null"), b"nothing").unwrap();
        let full = write(Path::new("/dev/full"), b"something");
        assert!(full.unwrap_err().to_string().starts_with("writing /dev/full"));
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_may_not_be_written_is_not_replaced_either() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt");
        write(&path, b"old").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o400)).unwrap();
        let may_write_all_the_same = OpenOptions::new().write(true).open(&path).is_ok(); // root
        assert_eq!(write(&path, b"new").is_ok(), may_write_all_the_same);
        assert!(write(folder.path(), b"new").is_err());
        assert_eq!(names(&folder).len(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn permissions_stay_as_they_were() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt");
        write(&path, b"old").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        write(&path, b"new").unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
}

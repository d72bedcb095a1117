//! What the disk is asked to keep of files that are whole: their bytes, and their names.

use std::{
    fs::{File, OpenOptions},
    io::{self, ErrorKind},
    path::Path,
};

use super::watch::{Call, saw};

/// Waits until what another has written is on the disk.
#[cfg(feature = "safetensors")]
pub(crate) fn sync(path: &Path) -> io::Result<()> {
    OpenOptions::new().write(true).open(path)?.sync_all()
}

/// Asks the disk to keep the names in the folder of this file, too. Not every system can do that, and the files
/// themselves are safe.
pub(crate) fn sync_folder(path: &Path) {
    let path = path.canonicalize().unwrap_or_else(|_| path.into());
    drop(File::open(folder(&path)).and_then(|folder| folder.sync_all()));
    saw(Call::FolderSynced(&path));
}

/// Waits until the disk has a file that may be of somebody else, and its name: both may have been written just now, and by one who
/// did not wait.
pub(crate) fn confirm(path: &Path) -> io::Result<()> {
    // Windows asks the disk for those who may write.
    let opened = OpenOptions::new().read(true).write(cfg!(windows)).open(path);
    let synced = opened.and_then(|file| file.sync_all().map(|()| saw(Call::Synced(&file))));
    sync_folder(path);
    match synced {
        Err(error) if has_nothing_to_write(&error) => Ok(()),
        synced => synced,
    }
}

/// What systems answer whose files are to be read only, here or by this user.
fn has_nothing_to_write(error: &io::Error) -> bool {
    use ErrorKind::{InvalidInput, PermissionDenied, ReadOnlyFilesystem, Unsupported};
    matches!(error.kind(), InvalidInput | PermissionDenied | ReadOnlyFilesystem | Unsupported)
}

/// The folder that a file lies in.
pub(super) fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

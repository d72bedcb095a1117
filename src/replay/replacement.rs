//! A new recording beside the old one whose place it is to take.

use std::{
    ffi::OsString,
    fs::{self, File},
    path::{Path, PathBuf},
};

use super::salt::salt;
use crate::{Error, Result, storage};

/// A new recording that has not taken the place of the old one yet; dropped before, it vanishes.
#[derive(Debug)]
pub(super) struct Replacement {
    from: PathBuf,
    to: PathBuf,
    /// Held, and so locked, until it is gone: nobody appends to what is about to go.
    old: File,
}

impl Replacement {
    /// That of the file at this path, if there is one.
    pub(super) fn of(path: &Path) -> Result<Option<Self>> {
        if !path.exists() {
            return Ok(None);
        }
        let old = storage::open_to_write(path, false)?;
        // What a link points to is replaced, not the link.
        let to = fs::canonicalize(path).map_err(|source| Error::io(format!("finding {}", path.display()), source))?;
        let mut name = OsString::from(".");
        name.push(to.file_name().unwrap_or_default());
        name.push(format!(".{:016x}.new", salt()));
        Ok(Some(Self { from: to.with_file_name(name), to, old }))
    }

    /// Where the new recording is written.
    pub(super) fn path(&self) -> &Path {
        &self.from
    }

    /// Gives the new file the name and the permissions of the old one. Fails if another file has that name by now:
    /// somebody removed the old one, and somebody else may be recording there.
    pub(super) fn take_place(&self) -> Result<()> {
        if self.to.exists() && !storage::is_still_there(&self.old, &self.to) {
            return Err(Error::Locked { path: self.to.clone() });
        }
        let permissions = self.old.metadata().map(|metadata| metadata.permissions());
        let renamed = permissions
            .and_then(|permissions| fs::set_permissions(&self.from, permissions))
            .and_then(|()| fs::rename(&self.from, &self.to));
        renamed.map_err(|source| Error::io(format!("replacing {}", self.to.display()), source))
    }
}

impl Drop for Replacement {
    fn drop(&mut self) {
        // Either it has taken its place and there is no such file, or nothing was recorded in it.
        drop(fs::remove_file(&self.from));
    }
}

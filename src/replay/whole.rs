//! A recording that gets its name when it is whole: one that is made in one go, and not by a training loop.

use std::{io::ErrorKind, path::Path};

use super::{Replay, ReplayOptions, replacement::Replacement};
use crate::{Error, Result, file::Successor};

impl ReplayOptions {
    /// Creates a recording beside its place, which it takes once `record` has succeeded and it is finished.
    ///
    /// Whatever fails before leaves the place as it was: empty, or with the old recording where it may be
    /// [overwritten](Self::overwrite).
    #[cfg_attr(not(feature = "import"), allow(dead_code, reason = "training loops record epoch by epoch"))]
    pub(crate) fn write_whole(self, path: &Path, record: impl FnOnce(&mut Replay) -> Result<()>) -> Result<Replay> {
        let old = self.overwrite.then(|| Replacement::of(path, self.locking)).transpose()?.flatten();
        if old.is_none() {
            expect_free(path)?;
        }
        let successor = Successor::of(path)?;
        if self.locking.is_some() {
            successor.remove_abandoned();
        }
        let mut replay = self.overwrite(false).create(successor.path())?;
        record(&mut replay)?;
        replay.finish()?;
        drop(replay);
        match old {
            None => expect_free(path)?,
            Some(old) => old.expect_there()?,
        }
        successor.take_place()?;
        crate::file::disk::sync_folder(path);
        Replay::open(path)
    }
}

/// Fails if there is a file already.
fn expect_free(path: &Path) -> Result<()> {
    let there = || Error::io(format!("creating {}", path.display()), ErrorKind::AlreadyExists.into());
    if path.exists() { Err(there()) } else { Ok(()) }
}

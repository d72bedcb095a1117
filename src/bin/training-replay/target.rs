//! A recording that is written: always a new file, which gets its name when it is whole.

use std::{
    fs::{self, File},
    io::ErrorKind,
    path::{Path, PathBuf},
    process,
};

use clap::Args;
use training_replay::Replay;

use crate::trouble::{Answer, Trouble};

/// Where a copy goes.
#[derive(Args, Debug)]
pub struct TargetArgs {
    /// The file to write; it must not be there yet
    #[arg(short, long, value_name = "FILE")]
    pub output: PathBuf,
    /// Replace the file if it is there
    #[arg(long)]
    pub force: bool,
}

/// A file beside the target, until it is whole; dropped before, it vanishes.
pub struct Target<'a> {
    args: &'a TargetArgs,
    path: PathBuf,
}

impl TargetArgs {
    /// Begins to write; never over the source, whatever is asked for.
    pub fn begin(&self, source: &Path) -> Answer<Target<'_>> {
        if !self.force && self.output.symlink_metadata().is_ok() {
            return Err(self.is_there());
        }
        if self.is(source) {
            return Err(Trouble::of(&self.output, "it is the recording that is read, which is never written to"));
        }
        if self.output.is_dir() {
            return Err(Trouble::of(&self.output, "it is a folder; name a file"));
        }
        // Short, however long the name of the file is.
        let path = self.output.with_file_name(format!(".training-replay-{}.new", process::id()));
        Ok(Target { args: self, path })
    }

    /// The same of a copy: never over the file either that the data of the recording lie in.
    pub fn begin_copy(&self, source: &Path, replay: &Replay) -> Answer<Target<'_>> {
        let places = replay.shared_data().map(|shared| shared.places()).unwrap_or_default();
        if places.iter().any(|place| self.is(place)) {
            return Err(Trouble::of(&self.output, "it holds the data of the recording that is read"));
        }
        self.begin(source)
    }

    /// The same beside checkpoints: files, and folders in which only a recording may be replaced.
    pub fn begin_beside(&self, checkpoints: &[PathBuf]) -> Answer<Target<'_>> {
        let is_checkpoint = |source: &PathBuf| self.is(source) || self.is_within(source) && !self.is_recording();
        if self.force && checkpoints.iter().any(is_checkpoint) {
            return Err(Trouble::of(
                &self.output,
                "it is among the checkpoints that are read, which are never written to",
            ));
        }
        self.begin(Path::new(""))
    }

    /// Whether it is this file, by whatever name.
    fn is(&self, source: &Path) -> bool {
        let same = fs::canonicalize(&self.output).is_ok_and(|own| fs::canonicalize(source).is_ok_and(|of| own == of));
        same || is_same_file(&self.output, source)
    }

    /// Whether it is there already, in this folder.
    fn is_within(&self, folder: &Path) -> bool {
        fs::canonicalize(&self.output).is_ok_and(|own| fs::canonicalize(folder).is_ok_and(|of| own.starts_with(of)))
    }

    fn is_recording(&self) -> bool {
        self.output.extension().is_some_and(|ending| ending == "replay")
    }

    fn is_there(&self) -> Trouble {
        Trouble::of(&self.output, "it is there already; --force replaces it")
    }
}

impl Target<'_> {
    /// Where to write to.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Gives the file its name, when the disk has it. A file that came there meanwhile stays, unless it may be replaced.
    pub fn finish(self) -> Answer<u64> {
        let failed = Trouble::io(&self.args.output);
        let file = File::options().write(true).open(&self.path).map_err(&failed)?;
        file.sync_all().map_err(&failed)?;
        let size = file.metadata().map_err(&failed)?.len();
        drop(file);
        if self.args.force {
            fs::rename(&self.path, &self.args.output).map_err(&failed)?;
            return Ok(size);
        }
        match fs::hard_link(&self.path, &self.args.output) {
            Ok(()) => Ok(size),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Err(self.args.is_there()),
            // Not every file system has links.
            Err(_) => fs::rename(&self.path, &self.args.output).map(|()| size).map_err(&failed),
        }
    }
}

impl Drop for Target<'_> {
    fn drop(&mut self) {
        // It has its name, or it never was whole.
        drop(fs::remove_file(&self.path));
    }
}

/// Whether two names are of one file, as those of a hard link are.
#[cfg(unix)]
fn is_same_file(one: &Path, other: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let id = |path: &Path| path.metadata().map(|metadata| (metadata.dev(), metadata.ino()));
    matches!((id(one), id(other)), (Ok(one), Ok(other)) if one == other)
}

#[cfg(not(unix))]
fn is_same_file(_: &Path, _: &Path) -> bool {
    false
}

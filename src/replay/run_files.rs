//! The recordings of many files, and of a folder with the folders in it.

use std::{
    collections::HashSet,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{Replay, Runs, elsewhere::Holders, run_names::names_of};
use crate::{Error, Result, storage::FilePool};

/// What the names of recordings in a folder end in.
const ENDING: &str = "replay";

impl Runs {
    /// Opens the recordings at these paths, in this order, and names them.
    ///
    /// The names are those of the files without their extension, or, where these are the same, what differs in the paths:
    /// `2026-11-01/run.replay` and `2026-11-02/run.replay` are `2026-11-01` and `2026-11-02`. A file that does not open, or
    /// that was given before, is listed by [`failed`](Self::failed), and the others open.
    ///
    /// Any number of files may be given: at most 64 are open at a time, and the others are opened again when they are read. One
    /// that another file has replaced by then is an [`Error::Io`] that says so.
    ///
    /// ```
    /// # use training_replay::{Dense, Metrics, Replay, Runs, Sequential};
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let folder = folder.path();
    /// # for name in ["b", "a"] {
    /// #     let mut replay = Replay::options().create(folder.join(name).with_extension("replay"))?;
    /// #     replay.record(&Sequential::builder(2).layer(Dense::new(1)).build(1)?, Metrics::new())?;
    /// # }
    /// let paths = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    /// let mut runs = Runs::open(paths)?;
    /// runs.sort_by_name(); // a folder has no order
    /// assert_eq!(runs.iter().map(|(name, _)| name).collect::<Vec<_>>(), ["a", "b"]);
    /// assert!(runs.failed().is_empty());
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Replay::open`], for the first path, if none of them opens.
    pub fn open<P: AsRef<Path>>(paths: impl IntoIterator<Item = P>) -> Result<Self> {
        Self::open_with(paths, |_, _| ())
    }

    /// Opens recordings as [`open`](Self::open), and calls `progress` after each, with their number so far and that of all:
    /// for many, or on a slow disk.
    ///
    /// ```
    /// # use training_replay::{Dense, Metrics, Replay, Runs, Sequential};
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let path = folder.path().join("run.replay");
    /// # let mut replay = Replay::options().create(&path)?;
    /// # replay.record(&Sequential::builder(2).layer(Dense::new(1)).build(1)?, Metrics::new())?;
    /// let runs = Runs::open_with([&path], |done, all| eprint!("\r{done} of {all}"))?;
    /// assert_eq!(runs.len(), 1);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open).
    pub fn open_with<P: AsRef<Path>>(
        paths: impl IntoIterator<Item = P>,
        mut progress: impl FnMut(usize, usize),
    ) -> Result<Self> {
        let paths: Vec<PathBuf> = paths.into_iter().map(|path| path.as_ref().to_owned()).collect();
        let names = names_of(&paths.iter().map(PathBuf::as_path).collect::<Vec<_>>());
        let (mut runs, mut files, pool) = (Self::new(), HashSet::new(), Arc::default());
        let holders = Arc::new(Holders::of(&pool));
        for (done, (name, path)) in names.into_iter().zip(&paths).enumerate() {
            match open_once(path, &pool, &mut files) {
                Ok(mut replay) => {
                    replay.elsewhere.among(&holders);
                    runs.push(name, replay);
                }
                Err(error) => runs.push_failed(name, error),
            }
            progress(done + 1, paths.len());
        }
        runs.expect_some()
    }

    /// Opens all recordings in a folder and the folders in it: the files whose names end in `.replay`, in the order of
    /// their paths.
    ///
    /// Names and files that do not open are as in [`open`](Self::open). Links to folders are not followed.
    ///
    /// ```
    /// # use training_replay::{Dense, Metrics, Replay, Runs, Sequential};
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let folder = folder.path();
    /// for day in ["2026-11-01", "2026-11-02"] {
    ///     std::fs::create_dir(folder.join(day)).unwrap();
    ///     let mut replay = Replay::options().create(folder.join(day).join("run.replay"))?;
    ///     replay.record(&Sequential::builder(2).layer(Dense::new(1)).build(1)?, Metrics::new())?;
    /// }
    /// std::fs::write(folder.join("empty.replay"), "").unwrap();
    /// let runs = Runs::open_folder(folder)?;
    /// assert_eq!(runs.iter().map(|(name, _)| name).collect::<Vec<_>>(), ["2026-11-01/run", "2026-11-02/run"]);
    /// assert_eq!(runs.failed()[0].0, "empty");
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Io`] if the folder, or one in it, cannot be read, [`Error::Invalid`] if there is no such file in it, and as
    /// [`open`](Self::open).
    pub fn open_folder(folder: impl AsRef<Path>) -> Result<Self> {
        let folder = folder.as_ref();
        let paths = recordings_in(folder)?;
        if paths.is_empty() {
            let what = format!("the number of files in {} that end in .{ENDING}", folder.display());
            return Err(Error::invalid(what, "1 or more", 0));
        }
        Self::open(paths)
    }

    /// Fails if nothing opened of what was to be.
    fn expect_some(mut self) -> Result<Self> {
        if self.is_empty() && !self.failed().is_empty() {
            return Err(self.take_failed().swap_remove(0).1);
        }
        Ok(self)
    }
}

/// Opens a recording whose file is none of those before.
fn open_once(path: &Path, pool: &Arc<FilePool>, files: &mut HashSet<PathBuf>) -> Result<Replay> {
    let replay = Replay::open_in(pool, path)?;
    let file = fs::canonicalize(path).map_err(|source| Error::io(format!("finding {}", path.display()), source))?;
    if files.insert(file) {
        Ok(replay)
    } else {
        Err(Error::invalid(path.display().to_string(), "another file than the runs before it", "one of theirs"))
    }
}

/// All recordings below a folder, sorted by their paths.
fn recordings_in(folder: &Path) -> Result<Vec<PathBuf>> {
    let failed = |folder: &Path| {
        let context = format!("reading the folder {}", folder.display());
        move |source| Error::io(context, source)
    };
    let (mut folders, mut found) = (vec![folder.to_owned()], Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).map_err(failed(&folder))? {
            let entry = entry.map_err(failed(&folder))?;
            if entry.file_type().map_err(failed(&folder))?.is_dir() {
                folders.push(entry.path());
            } else if entry.path().extension().is_some_and(|extension| extension == ENDING) {
                found.push(entry.path());
            }
        }
    }
    found.sort();
    Ok(found)
}

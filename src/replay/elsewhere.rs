//! Where the data sets of a recording are, if they lie in another file, which may hold those of many.

use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, OnceLock, PoisonError, Weak},
};

use super::places;
use crate::{
    Error, Result,
    storage::{FilePool, SharedData},
};

/// Where the file of the data is looked for, and the file once it was found: a recording, too.
#[derive(Debug)]
pub(super) struct Elsewhere<R> {
    /// Where the recording is, from any folder; none in memory.
    home: Option<PathBuf>,
    found: OnceLock<Arc<R>>,
    holders: Arc<Holders<R>>,
}

/// Files of data sets that are open, each once for all recordings that refer to it.
#[derive(Debug)]
pub(super) struct Holders<R> {
    pool: Arc<FilePool>,
    /// By their paths; those that nobody reads any more are gone.
    known: Mutex<HashMap<PathBuf, Weak<R>>>,
}

impl<R> Holders<R> {
    /// Those that share the places of open files with recordings.
    pub(super) fn of(pool: &Arc<FilePool>) -> Self {
        Self { pool: Arc::clone(pool), known: Mutex::default() }
    }

    /// The file at a path, which is open already or is opened.
    pub(super) fn open(&self, path: &Path, open: impl FnOnce(&Arc<FilePool>, &Path) -> Result<R>) -> Result<Arc<R>> {
        let found =
            fs::canonicalize(path).map_err(|source| Error::io(format!("finding {}", path.display()), source))?;
        // Held while a file is opened, so that several threads do not each open it.
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(open) = known.get(&found).and_then(Weak::upgrade) {
            return Ok(open);
        }
        let opened = Arc::new(open(&self.pool, path)?);
        known.insert(found, Arc::downgrade(&opened));
        Ok(opened)
    }
}

impl<R> Elsewhere<R> {
    /// Nothing found yet, by a recording at this path.
    pub(super) fn of(home: Option<PathBuf>) -> Self {
        Self { home, found: OnceLock::new(), holders: Arc::new(Holders::of(&Arc::default())) }
    }

    /// The same, looked for among the files that other recordings have open.
    pub(super) fn among(&mut self, holders: &Arc<Holders<R>>) {
        self.holders = Arc::clone(holders);
    }

    pub(super) fn home(&self) -> Option<&Path> {
        self.home.as_deref()
    }

    /// The paths that data in another file are looked for at.
    pub(super) fn paths(&self, shared: &SharedData) -> Vec<PathBuf> {
        places::meant(&shared.places, self.home())
    }

    /// The file, which is looked for until it was found once.
    pub(super) fn find(&self, find: impl FnOnce(&Holders<R>) -> Result<Arc<R>>) -> Result<&R> {
        if let Some(found) = self.found.get() {
            return Ok(found);
        }
        let found = find(&self.holders)?;
        Ok(self.found.get_or_init(|| found))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Metrics, Parameter, Replay, Weights, datasets};

    /// The paths in a file are anybody's: none is looked at for what needs no data.
    #[test]
    fn nothing_is_looked_for_before_data_are_asked_for() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("run.replay");
        let data = datasets::parabola(4, 1);
        let options = Replay::options().dataset(&data).share_data(folder.path().join("test.dataset"));
        let mut replay = options.create(&path).unwrap();
        let weights = Weights::from_iter([Parameter::new("line", "slope", [], vec![0.5_f32])]);
        replay.record(&weights, [("loss", 0.5)]).unwrap();
        replay.finish().unwrap();

        let replay = Replay::open(&path).unwrap();
        assert_eq!(replay.weights(0).unwrap(), weights);
        assert_eq!(replay.metrics(0).unwrap(), Metrics::from([("loss", 0.5)]));
        assert!(replay.curve("loss").is_some() && !replay.shared_data().unwrap().places().is_empty());
        assert!(replay.probe().inputs().is_none() && replay.damage().is_empty());
        replay.write_to(std::io::sink()).unwrap();
        drop(format!("{replay:?}"));
        let is_untouched = |elsewhere: &Elsewhere<Replay>| {
            elsewhere.found.get().is_none() && elsewhere.holders.known.lock().unwrap().is_empty()
        };
        assert!(is_untouched(&replay.elsewhere));
        assert_eq!(replay.dataset().unwrap(), &data);
        assert!(!is_untouched(&replay.elsewhere));
    }
}

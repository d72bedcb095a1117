//! A folder for tests that loses its power: the files in it, and their names, as calls of the system made them.
//!
//! Each file is as bad as [`Powerless`] is, and of the names that were not synced each is what it was, or any that it has been
//! since. What it is shown are the calls on real files.

use std::{
    collections::{BTreeMap, HashMap},
    fs::File,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

use rand::{Rng, RngExt};

use super::powerless::Powerless;
use crate::{file::watch::Call, storage::backend::Backend};

/// The files of a folder by their names, and by what the system calls them.
#[derive(Debug, Default)]
pub(crate) struct PowerlessFolder {
    files: Vec<Powerless>,
    /// Which of them has an inode.
    by_inode: HashMap<u64, usize>,
    names: BTreeMap<PathBuf, Name>,
}

/// Which file has a name, if any has.
#[derive(Debug, Default)]
struct Name {
    synced: Option<usize>,
    /// Since then; the last one is what the system shows.
    since: Vec<Option<usize>>,
}

impl Name {
    fn now(&self) -> Option<usize> {
        self.since.last().copied().unwrap_or(self.synced)
    }
}

impl PowerlessFolder {
    /// Takes in what was done.
    pub(crate) fn take(&mut self, call: Call<'_>) {
        match call {
            Call::Opened(file, path) => self.open(file, path),
            Call::Written(file, offset, bytes) => self.file(file).write_at(bytes, offset).unwrap(),
            Call::Cut(file, length) => self.file(file).truncate(length).unwrap(),
            Call::Synced(file) => self.file(file).sync().unwrap(),
            Call::Linked(from, to) => self.give(to, self.names[from].now()),
            Call::Renamed(from, to) => {
                self.give(to, self.names[from].now());
                self.give(from, None);
            }
            Call::Removed(path) => self.give(path, None),
            Call::FolderSynced(path) => self.sync_names(path.parent().unwrap()),
        }
    }

    /// Returns what would be left, by names, if the power were lost now.
    pub(crate) fn after_loss(&self, rng: &mut impl Rng) -> BTreeMap<PathBuf, Vec<u8>> {
        let files: Vec<Vec<u8>> = self.files.iter().map(|file| file.after_loss(rng)).collect();
        let left = self.names.iter().filter_map(|(path, name)| {
            let at = rng.random_range(0..=name.since.len());
            let file = if at == 0 { name.synced } else { name.since[at - 1] };
            Some((path.clone(), files[file?].clone()))
        });
        left.collect()
    }

    fn open(&mut self, file: &File, path: &Path) {
        let inode = file.metadata().unwrap().ino();
        let known = self.names.get(path).and_then(Name::now);
        if known.is_some() && self.by_inode.get(&inode) == known.as_ref() {
            return;
        }
        self.files.push(Powerless::default());
        self.by_inode.insert(inode, self.files.len() - 1);
        self.give(path, Some(self.files.len() - 1));
    }

    fn file(&self, file: &File) -> Powerless {
        self.files[self.by_inode[&file.metadata().unwrap().ino()]].clone()
    }

    fn give(&mut self, path: &Path, file: Option<usize>) {
        self.names.entry(path.into()).or_default().since.push(file);
    }

    fn sync_names(&mut self, folder: &Path) {
        for (_, name) in self.names.iter_mut().filter(|(path, _)| path.parent() == Some(folder)) {
            name.synced = name.now();
            name.since.clear();
        }
    }
}

//! A backend for tests: a disk that loses its power.
//!
//! It is as bad as `docs/format.md` assumes disks to be, under "What is assumed": of what was not synced it keeps or
//! loses each page by itself, in any order, and the file may have any length that it had since.

use std::{
    collections::BTreeMap,
    io,
    ops::Range,
    sync::{Arc, Mutex, MutexGuard},
};

use rand::{Rng, RngExt};

use crate::storage::backend::Backend;

const PAGE: usize = 4096;

/// A disk that keeps what was synced, and of everything else a page or none, in any version since.
#[derive(Clone, Debug, Default)]
pub(crate) struct Powerless(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    /// What the operating system shows.
    now: Vec<u8>,
    /// What the disk has confirmed.
    synced: Vec<u8>,
    /// What each page held after each change since the last sync.
    versions: BTreeMap<usize, Vec<Vec<u8>>>,
    /// How long the file was after each change since the last sync.
    lengths: Vec<usize>,
    /// Whether the next write is made and yet returns an error.
    denies_write: bool,
    /// Whether the next sync does nothing but return an error.
    denies_sync: bool,
}

impl Powerless {
    /// Loses the power: the file has one of its lengths, every page one of its versions, and all of it is synced.
    pub(crate) fn lose_power(&self, rng: &mut impl Rng) {
        let left = self.after_loss(rng);
        let mut state = self.state();
        state.now = left;
        state.settle();
    }

    /// Returns what would be left if the power were lost now.
    pub(crate) fn after_loss(&self, rng: &mut impl Rng) -> Vec<u8> {
        let state = self.state();
        let mut left = state.synced.clone();
        if !state.lengths.is_empty() && rng.random_bool(0.9) {
            left.resize(state.lengths[rng.random_range(0..state.lengths.len())], 0);
        }
        let kept = rng.random_range(0.0..=1.0);
        for (page, versions) in &state.versions {
            if rng.random_bool(kept) {
                write_page(&mut left, *page, &versions[rng.random_range(0..versions.len())]);
            }
        }
        left
    }

    /// Makes the next write return an error, although all of its bytes are written.
    pub(crate) fn deny_next_write(&self) {
        self.state().denies_write = true;
    }

    /// Makes the next sync fail.
    pub(crate) fn deny_next_sync(&self) {
        self.state().denies_sync = true;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }
}

impl State {
    /// Takes everything as confirmed.
    fn settle(&mut self) {
        self.synced = self.now.clone();
        self.versions.clear();
        self.lengths.clear();
    }

    /// Keeps the version of every page that these bytes lie on.
    fn changed(&mut self, bytes: Range<usize>) {
        self.lengths.push(self.now.len());
        for page in bytes.start / PAGE..bytes.end.div_ceil(PAGE) {
            let mut version = vec![0; PAGE];
            let held = self.now.get(page * PAGE..).unwrap_or_default();
            let held = &held[..held.len().min(PAGE)];
            version[..held.len()].copy_from_slice(held);
            self.versions.entry(page).or_default().push(version);
        }
    }
}

/// As much of a page as lies within the file.
fn write_page(file: &mut [u8], page: usize, version: &[u8]) {
    let held = file.get_mut(page * PAGE..).unwrap_or_default();
    let length = held.len().min(PAGE);
    held[..length].copy_from_slice(&version[..length]);
}

impl Backend for Powerless {
    fn len(&self) -> io::Result<u64> {
        Backend::len(&self.state().now)
    }

    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        self.state().now.read_at(buffer, offset)
    }

    fn write_at(&mut self, bytes: &[u8], offset: u64) -> io::Result<()> {
        let mut state = self.state();
        state.now.write_at(bytes, offset)?;
        let start = offset as usize;
        state.changed(start..start + bytes.len());
        if std::mem::take(&mut state.denies_write) { Err(io::ErrorKind::Other.into()) } else { Ok(()) }
    }

    fn truncate(&mut self, length: u64) -> io::Result<()> {
        let mut state = self.state();
        let before = state.now.len();
        Backend::truncate(&mut state.now, length)?;
        state.changed(length as usize..before);
        Ok(())
    }

    fn sync(&mut self) -> io::Result<()> {
        let mut state = self.state();
        if std::mem::take(&mut state.denies_sync) {
            return Err(io::ErrorKind::Other.into());
        }
        state.settle();
        Ok(())
    }
}

//! Arrays of the compressed snapshots that were read last, so that each record is read once by who goes through a run.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The bytes of an array, and the record that holds them.
#[derive(Clone, Debug)]
pub(super) struct Held {
    pub(super) holder: u64,
    pub(super) checksum: u32,
    pub(super) bytes: Arc<Vec<u8>>,
}

/// The snapshots that were expanded last, to which the next ones are likely to refer.
#[derive(Debug, Default)]
pub(super) struct Expanded(Mutex<Known>);

impl Expanded {
    /// What is known; whoever else expands a snapshot waits, and finds more.
    pub(super) fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Arrays in the order of the parameters; none before there was a snapshot.
#[derive(Debug, Default)]
pub(super) struct Known {
    pub(super) last: Vec<Option<Held>>,
    /// The last one that was no difference to the one before it.
    pub(super) anchor: Vec<Option<Held>>,
}

impl Known {
    /// What is known of an array of a record, taken from the last snapshot or shared with the other; and whether it was the last.
    pub(super) fn take(&mut self, index: usize, holder: u64) -> Option<(Held, bool)> {
        let of_it = |held: &mut Held| held.holder == holder;
        let last = self.last.get_mut(index).and_then(|held| held.take_if(of_it));
        let anchor = || self.anchor.get(index)?.clone().filter(|held| held.holder == holder);
        last.map(|held| (held, true)).or_else(|| Some((anchor()?, false)))
    }
}

//! The data sets of a recording beside the training set, and which of all of them questions are about.

use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use crate::{
    Dataset,
    storage::{DataNames, TRAINING},
};

/// The data sets of a recording beside the one that it was trained on.
#[derive(Debug, Default)]
pub(super) struct OtherData {
    /// What questions are about in place of the training set.
    supplied: Option<Dataset>,
    /// Each is read when it is first asked for.
    named: Vec<(String, OnceLock<Dataset>)>,
    /// Held while one is read, so that several threads do not each read it.
    reading: Mutex<()>,
}

impl OtherData {
    /// Those of a new recording.
    pub(super) fn new(named: Vec<(String, Dataset)>) -> Self {
        let named = named.into_iter().map(|(name, data)| (name, OnceLock::from(data))).collect();
        Self { named, ..Self::default() }
    }

    /// Those of these names, to be read.
    pub(super) fn recorded(names: &[DataNames]) -> Self {
        let others = names.iter().filter(|set| set.name != TRAINING);
        Self { named: others.map(|set| (set.name.clone(), OnceLock::new())).collect(), ..Self::default() }
    }

    /// Sets what questions are about in place of the training set.
    pub(super) fn supply(&mut self, data: &Dataset) {
        self.supplied = Some(data.clone());
    }

    pub(super) fn supplied(&self) -> Option<&Dataset> {
        self.supplied.as_ref()
    }

    pub(super) fn named(&self) -> &[(String, OnceLock<Dataset>)] {
        &self.named
    }

    /// Waits until no other thread reads a data set, and keeps others from it.
    pub(super) fn reading(&self) -> MutexGuard<'_, ()> {
        // What another thread left when it panicked is nothing.
        self.reading.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The named ones that need not be read.
    pub(super) fn at_hand(&self) -> impl Iterator<Item = (&str, &Dataset)> {
        self.named.iter().filter_map(|(name, data)| Some((name.as_str(), data.get()?)))
    }
}

/// Which of the data sets questions are about.
#[derive(Clone, Copy, Debug, Default)]
pub(super) enum DataChoice {
    /// The one that was supplied, else the training set.
    #[default]
    Usual,
    /// The recorded training set, whatever was supplied.
    Training,
    /// The one of this place.
    Named(usize),
}

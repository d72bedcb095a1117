//! How far a question about many epochs has come, for whoever wants to know.

use std::{
    fmt,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

type Callback<'a> = dyn FnMut(usize, usize) + Send + 'a;

/// A function that is called with what is done and how much there is, if one was given.
#[derive(Clone, Default)]
pub(super) struct Progress<'a>(Option<Arc<Mutex<Callback<'a>>>>);

impl<'a> Progress<'a> {
    pub(super) fn by(callback: impl FnMut(usize, usize) + Send + 'a) -> Self {
        Self(Some(Arc::new(Mutex::new(callback))))
    }

    /// Begins to count up to `all`.
    pub(super) fn pass(&self, all: usize) -> Pass<'_, 'a> {
        Pass { progress: self, done: AtomicUsize::new(0), all }
    }
}

impl fmt::Debug for Progress<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "reported" } else { "not reported" })
    }
}

/// One pass over many epochs.
pub(super) struct Pass<'p, 'a> {
    progress: &'p Progress<'a>,
    done: AtomicUsize,
    all: usize,
}

impl Pass<'_, '_> {
    /// Counts one more, in order whichever thread has done it.
    pub(super) fn step(&self) {
        // A callback that panicked is not called again: its panic is on its way to whoever asked.
        if let Some(Ok(mut callback)) = self.progress.0.as_ref().map(|callback| callback.lock()) {
            callback(self.done.fetch_add(1, Ordering::Relaxed) + 1, self.all);
        }
    }
}

//! The line between the loop that trains and the thread that writes: a bounded number of copies that go to and fro.

use std::{
    collections::VecDeque,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
};

use super::snapshot_copy::Copy;
use crate::{Error, Moment, Result};

/// Copies that wait to be written, and those whose memory is free.
#[derive(Debug)]
pub(super) struct Line {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug)]
struct State {
    waiting: VecDeque<Copy>,
    free: Vec<Copy>,
    is_writing: bool,
    /// The last moment that is in the file.
    written: Option<Moment>,
    /// What went wrong and was not said yet; nothing is written until it is.
    trouble: Option<Error>,
    /// Nothing more comes.
    is_closed: bool,
    /// The thread has come to its end.
    is_left: bool,
}

impl State {
    /// Fails with what went wrong, once.
    fn expect_sound(&mut self) -> Result<()> {
        match self.trouble.take() {
            Some(error) => Err(error),
            None if self.is_left => Err(Error::Poisoned { reason: "the thread that writes has panicked".into() }),
            None => Ok(()),
        }
    }

    fn is_sound(&self) -> bool {
        self.trouble.is_none() && !self.is_left
    }

    fn is_idle(&self) -> bool {
        self.waiting.is_empty() && !self.is_writing
    }
}

impl Line {
    /// A line of so many copies, of a recording whose last moment is given.
    pub(super) fn new(copies: usize, written: Option<Moment>) -> Self {
        let free = (0..copies).map(|_| Copy::default()).collect();
        let (waiting, is_writing, trouble, is_closed, is_left) = (VecDeque::new(), false, None, false, false);
        let state = State { waiting, free, is_writing, written, trouble, is_closed, is_left };
        Self { state: state.into(), changed: Condvar::new() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing that can panic happens while it is held.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits as long as it is so.
    fn wait_while(&self, is_so: impl Fn(&State) -> bool) -> MutexGuard<'_, State> {
        self.changed.wait_while(self.state(), |state| is_so(state)).unwrap_or_else(PoisonError::into_inner)
    }

    /// Fails with what went wrong, once; then the thread goes on.
    fn sound(&self, mut state: MutexGuard<'_, State>) -> Result<()> {
        let sound = state.expect_sound();
        drop(state);
        if sound.is_err() {
            self.changed.notify_all();
        }
        sound
    }

    /// Fails if something went wrong since the last call.
    pub(super) fn expect_sound(&self) -> Result<()> {
        self.sound(self.state())
    }

    /// A copy whose memory is free; none if all are in use and nobody waits for one.
    pub(super) fn free(&self, waits: bool) -> Result<Option<Copy>> {
        let mut state = self.wait_while(|state| waits && state.free.is_empty() && state.is_sound());
        match state.free.pop() {
            None if !state.is_sound() => self.sound(state).map(|()| None),
            copy => Ok(copy),
        }
    }

    /// Gives a copy back that is not to be written.
    pub(super) fn put_back(&self, copy: Copy) {
        self.state().free.push(copy);
    }

    /// Hands a copy over to be written.
    pub(super) fn push(&self, copy: Copy) {
        self.state().waiting.push_back(copy);
        self.changed.notify_all();
    }

    /// Waits until all that was handed over is in the file.
    pub(super) fn flush(&self) -> Result<()> {
        self.sound(self.wait_while(|state| !state.is_idle() && state.is_sound()))
    }

    /// Says that nothing more comes.
    pub(super) fn close(&self) {
        self.state().is_closed = true;
        self.changed.notify_all();
    }

    pub(super) fn written(&self) -> Option<Moment> {
        self.state().written
    }

    /// How many were handed over and are not in the file.
    pub(super) fn pending(&self) -> usize {
        let state = self.state();
        state.waiting.len() + usize::from(state.is_writing)
    }

    /// The next copy to write; none when nothing more comes, or what went wrong is not heard any more.
    pub(super) fn next(&self) -> Option<Copy> {
        let has_nothing = |state: &State| state.waiting.is_empty() || state.trouble.is_some();
        let mut state = self.wait_while(|state| has_nothing(state) && !state.is_closed);
        if has_nothing(&state) {
            return None;
        }
        let next = state.waiting.pop_front();
        state.is_writing = next.is_some();
        next
    }

    /// Says what became of a copy. One that the file could not take waits for another attempt; one that is not right is lost.
    pub(super) fn done(&self, copy: Copy, outcome: Result<()>) {
        let mut state = self.state();
        state.is_writing = false;
        let waits = matches!(outcome, Err(Error::Io { .. } | Error::Vanished { .. } | Error::Poisoned { .. }));
        match outcome {
            Ok(()) => state.written = Some(copy.moment),
            Err(error) => {
                let (what, error) = (copy.moment.to_string(), error.into());
                state.trouble = Some(Error::InBackground { what, waits, error });
            }
        }
        if waits {
            state.waiting.push_front(copy);
        } else {
            state.free.push(copy);
        }
        drop(state);
        self.changed.notify_all();
    }

    /// Says that nothing is written any more.
    pub(super) fn leave(&self) {
        self.state().is_left = true;
        self.changed.notify_all();
    }
}

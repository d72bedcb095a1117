//! One question asked of many things, several of them at a time.

use std::{
    cell::Cell,
    num::NonZero,
    panic,
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    thread,
};

use crate::{Error, Result};

/// More threads than any machine has cores for take memory that the system may not have: a new thread that finds none for
/// its stack ends the process, where one that cannot be made is an error.
const MAX_THREADS: usize = 1_024;

/// The answers in the order of the items, the same for any number of threads; as many as the machine has cores where none
/// is given. Each thread begins with something that it keeps from item to item.
///
/// Fails with the error of the first item, in their order, that answers with one, and for no threads.
pub(crate) fn map_with<T, S, R, B, F>(items: &[T], threads: Option<usize>, begin: B, ask: F) -> Result<Vec<R>>
where
    T: Sync,
    R: Send,
    B: Fn() -> S + Sync,
    F: Fn(&mut S, &T) -> Result<R> + Sync,
{
    map_beside(items, threads, begin, ask, None::<Own<fn(&mut S) -> Result<R>>>)
}

/// An item that the calling thread asks about itself, and first: by what no other thread can be given.
pub(crate) struct Own<O> {
    /// Its place among the items.
    pub(crate) place: usize,
    pub(crate) ask: O,
}

/// The same, but for an item of the calling thread's own.
pub(crate) fn map_beside<T, S, R, B, F, O>(
    items: &[T],
    threads: Option<usize>,
    begin: B,
    ask: F,
    own: Option<Own<O>>,
) -> Result<Vec<R>>
where
    T: Sync,
    R: Send,
    B: Fn() -> S + Sync,
    F: Fn(&mut S, &T) -> Result<R> + Sync,
    O: FnOnce(&mut S) -> Result<R>,
{
    let threads = chosen(threads);
    if threads == 0 {
        return Err(Error::invalid("the number of threads", "1 or more", 0));
    }
    let skipped = own.as_ref().map(|own| own.place);
    let queue = Queue { items, skipped, next: AtomicUsize::new(0), stopped: AtomicBool::new(false) };
    let work = || {
        let _asked = Asked::begin();
        let mut state = begin();
        queue.work(Answers::default(), |item| ask(&mut state, item))
    };
    let others = threads.min(items.len()).min(MAX_THREADS).saturating_sub(1);
    let answers = thread::scope(|scope| {
        // Fewer share the work where the system has no more threads to give: not a failure, for they give the same answers.
        let spawn = |_| thread::Builder::new().spawn_scoped(scope, work).ok();
        let others: Vec<_> = (0..others).map_while(spawn).collect();
        let _asked = Asked::begin();
        let mut state = begin();
        let mut answers = Answers::default();
        if let Some(own) = own {
            answers.take(own.place, (own.ask)(&mut state));
        }
        let mut answers = queue.work(answers, |item| ask(&mut state, item));
        for other in others {
            answers.extend(other.join().unwrap_or_else(|panicked| panic::resume_unwind(panicked)));
        }
        answers
    });
    answers.in_order()
}

/// The number of threads: that of the machine's cores if none was chosen.
pub(crate) fn chosen(threads: Option<usize>) -> usize {
    // Not asked beforehand: the answer is in files of the system.
    threads.unwrap_or_else(|| thread::available_parallelism().map_or(1, NonZero::get))
}

/// As many as the machine has cores, but one within a question that has been shared already: its threads are as many as were
/// chosen, and each of them with as many again would be their square.
pub(crate) fn unshared() -> usize {
    if IS_ASKED.get() { 1 } else { chosen(None) }
}

thread_local! {
    /// Whether this thread is at an item.
    static IS_ASKED: Cell<bool> = const { Cell::new(false) };
}

/// While it is there, this thread is at an item; afterwards it is what it was, also when an item panics.
struct Asked(bool);

impl Asked {
    fn begin() -> Self {
        Self(IS_ASKED.replace(true))
    }
}

impl Drop for Asked {
    fn drop(&mut self) {
        IS_ASKED.set(self.0);
    }
}

/// Items that threads take one after the other, until they are all taken or one has failed.
struct Queue<'a, T> {
    items: &'a [T],
    /// The place of one that is asked about elsewhere.
    skipped: Option<usize>,
    next: AtomicUsize,
    stopped: AtomicBool,
}

impl<T> Queue<'_, T> {
    /// The answers to the items that this thread got hold of, beside those that it has.
    fn work<R>(&self, mut answers: Answers<R>, mut ask: impl FnMut(&T) -> Result<R>) -> Answers<R> {
        while !self.stopped.load(Ordering::Relaxed) {
            let place = self.next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = self.items.get(place) else { break };
            if self.skipped == Some(place) {
                continue;
            }
            let answer = ask(item);
            // Every item before it was taken already, so that the first error of all is among the answers.
            self.stopped.fetch_or(answer.is_err(), Ordering::Relaxed);
            answers.take(place, answer);
        }
        answers
    }
}

/// Answers with their places, and the error that stands before all others: an error is larger than most answers.
struct Answers<R> {
    given: Vec<(usize, R)>,
    failed: Option<(usize, Error)>,
}

impl<R> Answers<R> {
    fn take(&mut self, place: usize, answer: Result<R>) {
        match answer {
            Ok(answer) => self.given.push((place, answer)),
            Err(error) => self.fail(place, error),
        }
    }

    fn fail(&mut self, place: usize, error: Error) {
        if self.failed.as_ref().is_none_or(|(first, _)| place < *first) {
            self.failed = Some((place, error));
        }
    }

    fn extend(&mut self, others: Self) {
        self.given.extend(others.given);
        others.failed.into_iter().for_each(|(place, error)| self.fail(place, error));
    }

    fn in_order(mut self) -> Result<Vec<R>> {
        self.failed.map_or(Ok(()), |(_, error)| Err(error))?;
        self.given.sort_unstable_by_key(|(place, _)| *place);
        Ok(self.given.into_iter().map(|(_, answer)| answer).collect())
    }
}

impl<R> Default for Answers<R> {
    fn default() -> Self {
        Self { given: Vec::new(), failed: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_within_a_shared_one_is_not_shared_again() {
        let cores = chosen(None);
        for threads in [1, 2, 7] {
            let within = map_with(&[(); 9], Some(threads), unshared, |begun, ()| Ok([*begun, unshared()])).unwrap();
            assert_eq!((within, unshared()), (vec![[1, 1]; 9], cores), "{threads} threads");
        }
        let panicked = panic::catch_unwind(|| map_with(&[()], None, || (), |(), ()| -> Result<()> { panic!() }));
        assert!(panicked.is_err() && unshared() == cores);
    }

    #[test]
    fn any_number_of_threads_may_be_asked_for() {
        let items: Vec<u64> = (0..5_000).collect();
        let ask = |threads| map_with(&items, Some(threads), || (), |(), item| Ok(item * item)).unwrap();
        let expected = ask(1);
        for threads in [2, 100_000, usize::MAX] {
            assert_eq!(ask(threads), expected);
        }
        assert!(map_with(&items, Some(0), || (), |(), _| Ok(())).is_err());
    }
}

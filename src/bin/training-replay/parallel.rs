//! One question asked of many files, on all cores.

use std::{
    num::NonZero,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

/// The number of cores.
pub fn cores() -> usize {
    thread::available_parallelism().map_or(1, NonZero::get)
}

/// The answers in the order of the items, whichever came first. Each question is given the number of threads that it may use
/// itself.
pub fn map<T: Sync, R: Send>(items: &[T], ask: impl Fn(&T, usize) -> R + Sync) -> Vec<R> {
    let workers = cores().min(items.len()).max(1);
    let threads = (cores() / workers).max(1);
    let (next, answers) = (AtomicUsize::new(0), Mutex::new(Vec::with_capacity(items.len())));
    let work = || {
        while let Some((place, item)) = take(items, &next) {
            let answer = ask(item, threads);
            answers.lock().unwrap_or_else(PoisonError::into_inner).push((place, answer));
        }
    };
    thread::scope(|scope| {
        // Fewer share the work where the system has no more threads to give.
        let _others: Vec<_> =
            (1..workers).map_while(|_| thread::Builder::new().spawn_scoped(scope, work).ok()).collect();
        work();
    });
    let mut answers = answers.into_inner().unwrap_or_else(PoisonError::into_inner);
    answers.sort_unstable_by_key(|(place, _)| *place);
    answers.into_iter().map(|(_, answer)| answer).collect()
}

fn take<'t, T>(items: &'t [T], next: &AtomicUsize) -> Option<(usize, &'t T)> {
    let place = next.fetch_add(1, Ordering::Relaxed);
    Some((place, items.get(place)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_keep_the_order_and_threads_are_shared_out() {
        let items: Vec<usize> = (0..1000).collect();
        assert_eq!(map(&items, |item, _| item * 2), items.iter().map(|item| item * 2).collect::<Vec<_>>());
        assert_eq!(map(&[()], |(), threads| threads), [cores()]);
        assert!(map(&[(); 0], |(), threads| threads).is_empty());
    }
}

//! What the system that the crate runs on gives beside files and threads: a clock, and numbers that nobody else has.
//!
//! The one file that knows of a system without them: WebAssembly in a browser. Files and threads need no care there, for the
//! standard library makes errors of them.

use std::{
    hash::{BuildHasher, RandomState},
    sync::atomic::{AtomicU64, Ordering},
    time::Instant,
};

/// Whether there is a clock, and a process with a number of its own.
const IS_WHOLE: bool = cfg!(not(all(target_family = "wasm", target_os = "unknown")));

/// The time that it is, where there is a clock: the standard library's panics where there is none.
pub(crate) fn now() -> Option<Instant> {
    IS_WHOLE.then(Instant::now)
}

/// A number that no other call returns, in all likelihood: the standard library seeds its hash maps with such.
///
/// In a browser they are seeded with an address, and so no other call of the same page returns it, but those of another page may.
pub(crate) fn salt() -> u64 {
    static CALLS: AtomicU64 = AtomicU64::new(0);
    let call = CALLS.fetch_add(1, Ordering::Relaxed);
    let process = if IS_WHOLE { std::process::id() } else { 0 };
    RandomState::new().hash_one((process, call))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_two_salts_are_the_same() {
        let salts: BTreeSet<u64> = (0..1_000).map(|_| salt()).collect();
        assert_eq!(salts.len(), 1_000);
    }

    #[test]
    fn time_goes_on_where_there_is_a_clock() {
        let (before, after) = (now(), now());
        assert!(before.is_some() && after >= before);
    }
}

//! The number that distinguishes a recording from every other.

use std::hash::{BuildHasher, RandomState};

/// A number that no other recording has, in all likelihood: the standard library seeds its hash maps with such.
pub(super) fn salt() -> u64 {
    RandomState::new().hash_one(std::process::id())
}

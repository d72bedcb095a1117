//! How much a test does: enough for every change, or what a release asks for.

use std::{env, fmt, io::Write};

/// The first number, or the second one where the environment variable `RELEASE_TESTS` is set.
pub fn scaled<T>(every_change: T, release: T) -> T {
    if is_release() { release } else { every_change }
}

pub fn is_release() -> bool {
    env::var_os("RELEASE_TESTS").is_some()
}

/// Says what was counted, or what was left out, also where the runner captures what tests print.
pub fn report(what: impl fmt::Display) {
    std::io::stderr().lock().write_all(format!("    {what}\n").as_bytes()).unwrap();
}

//! Which file a name leads to: another one may take its place.

use std::fs::Metadata;

/// What no two files have in common at a time.
#[cfg(unix)]
pub fn identity(file: &Metadata) -> (u64, u64) {
    use std::os::unix::fs::MetadataExt;
    (file.dev(), file.ino())
}

/// This system does not say it: every file could be any other.
#[cfg(not(unix))]
pub fn identity(_: &Metadata) -> (u64, u64) {
    (0, 0)
}

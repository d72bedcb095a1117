//! Backends that fail, for the tests of what a recording survives.

pub(crate) mod faulty;
pub(crate) mod powerless;
#[cfg(unix)]
pub(crate) mod powerless_folder;
pub(crate) mod shrunk;

//! Backends that fail, for the tests of what a recording survives.

pub(crate) mod faulty;
pub(crate) mod powerless;
pub(crate) mod shrunk;

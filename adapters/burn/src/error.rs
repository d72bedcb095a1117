//! The errors of this crate are training-replay's own: what, where, what was expected and what was found.

use std::{
    any::Any,
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
};

use training_replay::{Error, Result};

pub(crate) fn invalid(what: impl Into<String>, expected: impl Into<String>, found: impl fmt::Display) -> Error {
    Error::Invalid { what: what.into(), expected: expected.into(), found: found.to_string() }
}

pub(crate) fn shape(what: impl Into<String>, expected: impl Into<Vec<usize>>, found: impl Into<Vec<usize>>) -> Error {
    Error::Shape { what: what.into(), expected: expected.into(), found: found.into() }
}

pub(crate) fn missing(missing: impl Into<String>, hint: impl Into<String>) -> Error {
    Error::Missing { missing: missing.into(), hint: hint.into() }
}

/// Computes something with burn, whose operations panic where tensors do not fit: here that is an error, which says what
/// was computed and what burn says.
pub(crate) fn caught<T>(what: impl FnOnce() -> String, compute: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(compute))
        .unwrap_or_else(|panic| Err(Error::model(format!("{}: {}", what(), text(panic.as_ref())))))
}

fn text(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("burn panicked without a text")
}

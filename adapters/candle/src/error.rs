//! Errors of training-replay from what went wrong in candle, with the place where it did.

use std::fmt;

use training_replay::Error;

/// An error of candle's, and where it happened. It prints the place; training-replay prints the cause behind it.
#[derive(Debug)]
struct Failed {
    place: String,
    cause: candle_core::Error,
}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.place)
    }
}

impl std::error::Error for Failed {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.cause)
    }
}

/// Turns an error of candle's into one that names the place.
pub(crate) fn at(place: impl Into<String>) -> impl FnOnce(candle_core::Error) -> Error {
    |cause| Error::model(Failed { place: place.into(), cause })
}

pub(crate) fn invalid(what: impl Into<String>, expected: impl Into<String>, found: impl fmt::Display) -> Error {
    Error::Invalid { what: what.into(), expected: expected.into(), found: found.to_string() }
}

pub(crate) fn shape(what: impl Into<String>, expected: &[usize], found: &[usize]) -> Error {
    Error::Shape { what: what.into(), expected: expected.into(), found: found.into() }
}

pub(crate) fn missing(missing: impl Into<String>, hint: impl Into<String>) -> Error {
    Error::Missing { missing: missing.into(), hint: hint.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_and_the_cause_are_in_the_text_and_the_cause_once() {
        let error = at("layer \"hidden\"")(candle_core::Error::Msg("the device is gone".into()));
        assert_eq!(error.to_string(), r#"the model failed: layer "hidden": the device is gone"#);
    }
}

//! The one error of the crate: what went wrong, where, what was expected and what was found.

use std::{error::Error as StdError, fmt, io, iter, path::PathBuf};

/// A result whose error is [`Error`] unless another one is named.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Everything that can go wrong: each variant says what, where, what was expected and what was found.
///
/// # Match on it
///
/// The variant says what happened and its fields say to what, so that no text need be read:
///
/// ```
/// use training_replay::{Error, Replay};
///
/// match Replay::open("no such folder/run.replay") {
///     Err(Error::Io { source, .. }) if source.kind() == std::io::ErrorKind::NotFound => {} // nothing was recorded yet
///     Err(Error::NotStarted { .. }) => {} // the recorder was stopped at its first epoch
///     Err(Error::Corrupted { path, offset, .. }) => println!("{} is damaged at byte {offset}", path.display()),
///     other => drop(other?),
/// }
/// # Ok::<(), Error>(())
/// ```
///
/// Later versions may have more variants. The fields of those that are here stay as they are, and so code of one's own
/// may create them.
///
/// # Print it
///
/// `{error}` is one line that ends with the causes, down to the first one:
///
/// ```
/// use training_replay::Error;
///
/// let error = Error::model("the device is gone");
/// assert_eq!(error.to_string(), "the model failed: the device is gone");
/// assert_eq!(format!("{error:?}"), error.to_string());
/// ```
///
/// As the causes are in the text, [`source`](std::error::Error::source) returns none of them: a report that follows it,
/// such as anyhow's `{:#}`, prints each cause once. The causes themselves are in the fields of [`Error::Io`],
/// [`Error::Model`] and [`Error::Other`].
///
/// `{error:?}` is the same line, so that `fn main() -> training_replay::Result<()>` ends with a sentence, as `unwrap`
/// and `expect` do.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The operating system refused to read, write, create or lock a file.
    #[error("{context}: {}", with_causes(source))]
    Io {
        /// What was being done, to which file.
        context: String,
        /// The operating system's own error. Written as a raw name, which `thiserror` does not return as the source.
        r#source: io::Error,
    },
    /// The file does not begin as a recording does.
    #[error("{} is not a recording", path.display())]
    NotARecording {
        /// The file.
        path: PathBuf,
    },
    /// The file was created by a recorder that never completed its first record.
    #[error("{} was never started: its first record is not whole", path.display())]
    NotStarted {
        /// The file.
        path: PathBuf,
    },
    /// The file was written by a later version of the format, one this version cannot read.
    #[error("{} has file format {found}, newer than the newest supported, {supported}", path.display())]
    UnsupportedVersion {
        /// The file.
        path: PathBuf,
        /// The major version in the file.
        found: u16,
        /// The newest major version that this crate reads.
        supported: u16,
    },
    /// Bytes on the disk are not the ones that were written.
    #[error("{what} of {} is corrupted at byte {offset}: {reason}", path.display())]
    Corrupted {
        /// The file.
        path: PathBuf,
        /// What is lost: an epoch, the data set, the description of the model.
        what: String,
        /// Where the corrupted record begins in the file.
        offset: u64,
        /// How the corruption was noticed.
        reason: String,
    },
    /// Another recorder, in this process or another, is writing the file.
    #[error("{} is being written by another recorder", path.display())]
    Locked {
        /// The file.
        path: PathBuf,
    },
    /// The file that is being recorded has lost its name: it, or its folder, was removed, renamed or replaced. Nothing was
    /// written. What was recorded before can still be read here, and would be gone with this recorder.
    #[error(
        "{} was removed, renamed or replaced while it was recorded; `Replay::write_to` saves what was recorded",
        path.display()
    )]
    Vanished {
        /// The file.
        path: PathBuf,
    },
    /// An earlier write or sync failed and could not be undone; this recorder writes no more. What was
    /// recorded before is intact and can be read.
    #[error("the recorder stopped at an earlier error that could not be undone: {reason}")]
    Poisoned {
        /// The earlier error.
        reason: String,
    },
    /// A snapshot that was handed over to be written in the background is not in the file.
    #[error("{what} was handed over and is not recorded{}: {error}", if *waits { " yet" } else { "" })]
    InBackground {
        /// Which one: an epoch or a step.
        what: String,
        /// Whether it waits, with those behind it, for another attempt; if not, it is lost.
        waits: bool,
        /// Why.
        error: Box<Error>,
    },
    /// A matrix or an array has another shape than its place asks for.
    #[error("{what}: expected shape {expected:?}, found {found:?}")]
    Shape {
        /// Which matrix.
        what: String,
        /// The shape that fits.
        expected: Vec<usize>,
        /// The shape it has.
        found: Vec<usize>,
    },
    /// No layer has this name.
    #[error("no layer is named {name:?}; layers are {known:?}")]
    UnknownLayer {
        /// The name that was asked for.
        name: String,
        /// The names there are, in forward order.
        known: Vec<String>,
    },
    /// The epoch is not in the recording.
    #[error("epoch {epoch} was not recorded; {recorded}")]
    UnknownEpoch {
        /// The epoch that was asked for.
        epoch: u64,
        /// A sentence about the epochs that were.
        recorded: String,
    },
    /// The step is not in the recording.
    #[error("step {step} of epoch {epoch} was not recorded; {recorded}")]
    UnknownStep {
        /// The epoch that was asked for.
        epoch: u64,
        /// The step within it.
        step: u32,
        /// A sentence about the steps that were.
        recorded: String,
    },
    /// An argument, or a value in a file, is outside what is allowed.
    #[error("{what} is {found}; it must be {expected}")]
    Invalid {
        /// Which value.
        what: String,
        /// What is allowed.
        expected: String,
        /// What it is.
        found: String,
    },
    /// The question needs something that was not recorded.
    #[error("the recording holds no {missing}; {hint}")]
    Missing {
        /// What is not there.
        missing: String,
        /// How to supply it.
        hint: String,
    },
    /// A picture could not be drawn.
    #[cfg(feature = "page")]
    #[error("the picture could not be drawn: {reason}")]
    Drawing {
        /// What the drawing area, or the encoder of the file, says.
        reason: String,
    },
    /// A model of the caller's own returned an error.
    #[error("the model failed: {}", with_causes(&**.0))]
    Model(Box<dyn StdError + Send + Sync>),
    /// Other code of the caller's returned an error: a function that was handed over, or a program built on this crate.
    #[error("{}", with_causes(&**.0))]
    Other(Box<dyn StdError + Send + Sync>),
}

impl Error {
    /// Wraps the error of another framework, for implementations of [`Model`](crate::Model); any error and any text
    /// will do.
    ///
    /// ```
    /// use training_replay::{Error, Result};
    ///
    /// fn units(text: &str) -> Result<usize> {
    ///     text.parse().map_err(Error::model)
    /// }
    ///
    /// let error = units("ten").unwrap_err();
    /// assert_eq!(error.to_string(), "the model failed: invalid digit found in string");
    /// assert!(matches!(error, Error::Model(cause) if cause.is::<std::num::ParseIntError>()));
    /// ```
    pub fn model(cause: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::Model(cause.into())
    }

    /// Wraps any other error or text of the caller's: to stop training from a callback, or to end a `main` that returns this
    /// crate's [`Result`].
    ///
    /// ```
    /// use training_replay::{Error, Result};
    ///
    /// fn check(loss: f64) -> Result<()> {
    ///     if loss.is_nan() { Err(Error::other("the loss is NaN")) } else { Ok(()) }
    /// }
    ///
    /// assert_eq!(check(f64::NAN).unwrap_err().to_string(), "the loss is NaN");
    /// ```
    pub fn other(cause: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::Other(cause.into())
    }

    pub(crate) fn io(context: impl Into<String>, source: io::Error) -> Self {
        Self::Io { context: context.into(), source }
    }

    pub(crate) fn invalid(what: impl Into<String>, expected: impl Into<String>, found: impl fmt::Display) -> Self {
        Self::Invalid { what: what.into(), expected: expected.into(), found: found.to_string() }
    }

    pub(crate) fn shape(
        what: impl Into<String>,
        expected: impl Into<Vec<usize>>,
        found: impl Into<Vec<usize>>,
    ) -> Self {
        Self::Shape { what: what.into(), expected: expected.into(), found: found.into() }
    }

    pub(crate) fn missing(missing: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::Missing { missing: missing.into(), hint: hint.into() }
    }

    pub(crate) fn corrupted(
        path: impl Into<PathBuf>,
        what: impl Into<String>,
        offset: u64,
        reason: impl Into<String>,
    ) -> Self {
        Self::Corrupted { path: path.into(), what: what.into(), offset, reason: reason.into() }
    }
}

/// The line that [`Display`](fmt::Display) writes, for `main` and `unwrap`.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The error and its causes on one line. A cause whose text is there already is left out: some errors say their cause and
/// return it all the same.
fn with_causes(error: &(dyn StdError + 'static)) -> String {
    iter::successors(error.source(), |&cause| cause.source())
        .map(ToString::to_string)
        .fold(error.to_string(), |line, cause| if line.contains(&cause) { line } else { format!("{line}: {cause}") })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As anyhow writes an error by `{:#}`: the error and all its sources.
    fn chain(error: &(dyn StdError + 'static)) -> String {
        let all = iter::successors(Some(error), |&error| error.source());
        all.map(ToString::to_string).collect::<Vec<_>>().join(": ")
    }

    /// An error that has a cause, and says it or does not.
    #[derive(Debug, thiserror::Error)]
    enum Framework {
        #[error("the graph failed")]
        Silent(#[source] Device),
        #[error("the graph failed: {0}")]
        Loud(#[source] Device),
    }

    #[derive(Debug, thiserror::Error)]
    #[error("the device is gone")]
    struct Device;

    /// One of every variant that has a cause, and what is expected of its line.
    fn with_a_cause() -> [(Error, &'static str); 5] {
        let io = |source| Error::io("opening a.replay", source);
        [
            (io(io::ErrorKind::NotFound.into()), "opening a.replay: entity not found"),
            (io(io::Error::other(Framework::Silent(Device))), "opening a.replay: the graph failed: the device is gone"),
            (Error::model(Framework::Silent(Device)), "the model failed: the graph failed: the device is gone"),
            (Error::model(Framework::Loud(Device)), "the model failed: the graph failed: the device is gone"),
            (Error::model(io(io::ErrorKind::NotFound.into())), "the model failed: opening a.replay: entity not found"),
        ]
    }

    #[test]
    fn every_cause_is_printed_once_whether_or_not_the_sources_are_followed() {
        for (error, expected) in with_a_cause() {
            assert_eq!(error.to_string(), expected);
            assert_eq!(chain(&error), expected);
        }
    }

    #[test]
    fn main_and_unwrap_print_the_sentence() {
        for (error, expected) in with_a_cause() {
            assert_eq!(format!("{error:?}"), expected);
        }
    }

    #[test]
    fn the_cause_itself_is_in_the_variant() {
        let [_, (in_a_file, _), (in_a_model, _), ..] = with_a_cause();
        assert!(matches!(in_a_file, Error::Io { source, .. } if source.kind() == io::ErrorKind::Other));
        assert!(matches!(in_a_model, Error::Model(cause) if cause.is::<Framework>()));
    }
}

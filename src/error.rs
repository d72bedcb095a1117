//! The one error of the crate: what went wrong, where, what was expected and what was found.

use std::{fmt, io, path::PathBuf};

/// A result whose error is [`Error`] unless said otherwise.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong: what, where, what was expected, what was found.
///
/// ```
/// use training_replay::{Error, Replay};
///
/// let error = Replay::from_bytes(b"not a recording".to_vec()).unwrap_err();
/// assert!(matches!(error, Error::NotARecording { .. }));
/// assert_eq!(error.to_string(), "<memory> is not a recording");
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The operating system refused to read, write, create or lock a file.
    #[error("{context}: {source}")]
    Io {
        /// What was being done, to which file.
        context: String,
        /// The operating system's own error.
        source: io::Error,
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
    #[error("file format {found} is newer than the newest supported, {supported}")]
    UnsupportedVersion {
        /// The major version in the file.
        found: u16,
        /// The newest major version that this crate reads.
        supported: u16,
    },
    /// Bytes on the disk are not the ones that were written.
    #[error("{what} is corrupted at byte {offset}: {reason}")]
    Corrupted {
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
    /// An earlier write or sync failed and could not be undone; this recorder writes no more. What was
    /// recorded before is intact and can be read.
    #[error("the recorder stopped at an earlier error that could not be undone: {reason}")]
    Poisoned {
        /// The earlier error.
        reason: String,
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
    #[cfg(feature = "plot")]
    #[error("the picture could not be drawn: {reason}")]
    Drawing {
        /// What the drawing area, or the encoder of the file, says.
        reason: String,
    },
    /// The user's own model returned an error.
    #[error("the model failed")]
    Model(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl Error {
    /// Wraps the error of another framework, for implementations of [`Model`](crate::Model).
    ///
    /// ```
    /// use training_replay::Error;
    ///
    /// let error = Error::model("the device is gone");
    /// assert_eq!(std::error::Error::source(&error).unwrap().to_string(), "the device is gone");
    /// ```
    pub fn model(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Model(source.into())
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

    pub(crate) fn corrupted(what: impl Into<String>, offset: u64, reason: impl Into<String>) -> Self {
        Self::Corrupted { what: what.into(), offset, reason: reason.into() }
    }
}

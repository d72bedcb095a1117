//! What failed, and where.

use std::fmt::{self, Display};

/// A result of this program.
pub type Result<T> = std::result::Result<T, Error>;

/// What failed, behind the file, folder or query that it is about.
#[derive(Debug)]
pub struct Error(String);

impl Error {
    /// An error about a place.
    pub fn new(place: impl Display, cause: impl Display) -> Self {
        Self(format!("{place}: {cause}"))
    }

    /// The same error with what else there is to know.
    pub fn noting(self, note: impl Display) -> Self {
        Self(format!("{self}\n{note}"))
    }
}

impl Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Says what a failure is about.
pub trait Context<T> {
    /// The same, with the place in its error.
    fn context(self, place: impl Display) -> Result<T>;
}

impl<T, E: Display> Context<T> for std::result::Result<T, E> {
    fn context(self, place: impl Display) -> Result<T> {
        self.map_err(|cause| Error::new(place, cause))
    }
}

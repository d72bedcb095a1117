//! Where the data of a new recording are to lie, if not in itself: what the options say of it.

use std::path::PathBuf;

use crate::{
    Error, Result,
    storage::{DataNames, SharedData},
};

/// Where the data of a new recording lie, if not in itself.
#[derive(Clone, Debug)]
pub(super) enum Sharing {
    /// In the file of this path, which may be still to be written.
    In(PathBuf),
    /// Where those of another recording are.
    Of(Reference),
}

/// What another recording refers to.
#[derive(Clone, Debug)]
pub(super) struct Reference {
    pub(super) shared: SharedData,
    /// Where the file may be.
    pub(super) paths: Vec<PathBuf>,
}

impl Sharing {
    /// Fails for a path that can be none.
    pub(super) fn check(&self) -> Result<()> {
        match self {
            Self::In(path) if path.file_name().is_none() => {
                Err(Error::invalid("the path of the shared data", "that of a file", format!("{:?}", path.display())))
            }
            _ => Ok(()),
        }
    }

    /// The names of data sets that are referred to without being given.
    pub(super) fn names(&self) -> &[DataNames] {
        match self {
            Self::In(_) => &[],
            Self::Of(reference) => &reference.shared.names,
        }
    }
}

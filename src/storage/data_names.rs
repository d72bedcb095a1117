//! What the data sets of a recording, their classes and their features are called: in the first record.
//!
//! The matrices of the training set lie in DATA records, those of every other set in records of a kind of their own, which
//! a reader of format 1.0 skips. `docs/format.md` has the bytes, under "MODEL" and "NAMED DATA".

use serde::{Deserialize, Serialize};

use crate::{Dataset, Error, Result};

/// The name of the data in DATA records.
pub(crate) const TRAINING: &str = "training";

/// The most data sets beside the training set.
const MAX_NAMED: usize = 64;

/// What a data set, its classes and its features are called. The order of the fields is the format.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct DataNames {
    pub(crate) name: String,
    /// One for each class, or none.
    pub(crate) classes: Vec<String>,
    /// One for each column of the inputs, or none.
    pub(crate) features: Vec<String>,
}

impl DataNames {
    pub(crate) fn of(name: &str, data: &Dataset) -> Self {
        let (classes, features) = (data.class_names().to_vec(), data.feature_names().to_vec());
        Self { name: name.into(), classes, features }
    }

    /// Gives the names to the data that they were recorded of.
    pub(crate) fn give(&self, mut data: Dataset) -> Result<Dataset> {
        if !self.classes.is_empty() {
            data = data.with_class_names(self.classes.iter().cloned())?;
        }
        if !self.features.is_empty() {
            data = data.with_feature_names(self.features.iter().cloned())?;
        }
        Ok(data)
    }
}

/// Fails unless these can be the names of the data sets beside the training set.
pub(crate) fn check_names(names: &[&str]) -> Result<()> {
    if names.len() > MAX_NAMED {
        return Err(Error::invalid("the number of named data sets", format!("at most {MAX_NAMED}"), names.len()));
    }
    let unfit = |(at, name): (usize, &&str)| name.is_empty() || *name == TRAINING || names[..at].contains(name);
    match names.iter().enumerate().position(unfit) {
        Some(at) => {
            let expected = "not empty, not that of another one, and not \"training\", which is what `dataset` sets";
            Err(Error::invalid("the name of a data set", expected, format!("{:?}", names[at])))
        }
        None => Ok(()),
    }
}

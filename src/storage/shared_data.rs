//! Data sets that lie in a file of their own, as the manifest refers to them: where that file was, and what is in it.
//!
//! `docs/format.md` has the bytes, under "MODEL".

use serde::{Deserialize, Serialize};

use super::{
    data_names::{DataNames, TRAINING, check_names},
    tensor::{TensorSpec, labels_checksum, matrix_checksum},
};
use crate::{Matrix, Targets};

/// The most places that the file is looked for at.
pub(crate) const MAX_PLACES: usize = 16;

/// Data sets in a file of their own. The order of the fields is the format.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct SharedData {
    /// Where the file was, the first place to look at first: relative to the folder of the recording, or absolute.
    pub(crate) places: Vec<String>,
    /// What the data sets are called.
    pub(crate) names: Vec<DataNames>,
    /// The inputs and the targets of each.
    pub(crate) matrices: Vec<SharedMatrix>,
}

/// Inputs or targets in another file. The order of the fields is the format.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct SharedMatrix {
    spec: TensorSpec,
    /// Of labels the number of classes, which is no part of the descriptor.
    classes: Option<u64>,
    /// Of the data of its record.
    pub(crate) checksum: u32,
}

impl SharedMatrix {
    pub(crate) fn of(spec: &TensorSpec, checksum: u32) -> Self {
        Self { spec: spec.clone(), classes: spec.classes, checksum }
    }

    pub(crate) fn spec(&self) -> &TensorSpec {
        &self.spec
    }

    /// Where numbers differ from these, in words: of values that are not at hand there is the checksum.
    pub(crate) fn difference(&self, matrix: &Matrix) -> Option<String> {
        self.unlike(!self.spec.is_of_labels(), &[matrix.nrows(), matrix.ncols()], || {
            matrix_checksum(&self.spec, matrix)
        })
    }

    /// The same of targets.
    pub(crate) fn target_difference(&self, targets: Targets<'_>) -> Option<String> {
        match targets {
            Targets::Numbers(numbers) => self.difference(numbers),
            Targets::Labels(labels) => {
                let classes = self.classes == Some(labels.classes() as u64);
                self.unlike(classes, &[labels.samples(), labels.positions()], || labels_checksum(labels))
            }
        }
    }

    fn unlike(&self, alike: bool, shape: &[usize], checksum: impl FnOnce() -> u32) -> Option<String> {
        let name = self.spec.name();
        if !alike
            || !self.spec.lengths().iter().eq(shape.iter().map(|&length| length as u64).collect::<Vec<_>>().iter())
        {
            let recorded = self.spec.lengths();
            return Some(format!(
                "the {name} are of shape {shape:?}, or of another type than the recorded ones of {recorded:?}"
            ));
        }
        let (found, recorded) = (checksum(), self.checksum);
        let reason = || format!("the checksum of the {name} is {found:08x}, recorded is {recorded:08x}");
        (found != recorded).then(reason)
    }
}

impl SharedData {
    /// The inputs or targets of a set; that of no name is the training set.
    pub(crate) fn matrix(&self, set: &str, name: &str) -> Option<&SharedMatrix> {
        self.matrices.iter().find(|matrix| matrix.spec.layer() == set && matrix.spec.name() == name)
    }

    /// Returns this as it was before it was encoded, or why it is nothing that was.
    pub(super) fn checked(mut self) -> Result<Self, String> {
        self.matrices.iter_mut().for_each(|matrix| matrix.spec.classes = matrix.classes);
        if !(1..=MAX_PLACES).contains(&self.places.len()) || self.places.iter().any(String::is_empty) {
            return Err(format!("its shared data are at {} places, or at one without a name", self.places.len()));
        }
        let others: Vec<&str> =
            self.names.iter().map(|set| set.name.as_str()).filter(|&name| name != TRAINING).collect();
        if self.names.is_empty() || self.names.len() - others.len() > 1 {
            return Err("its shared data are no data sets, or two to train on".into());
        }
        check_names(&others).map_err(|error| error.to_string())?;
        let layer = |name: &str| if name == TRAINING { String::new() } else { name.to_owned() };
        let expected = self.names.iter().flat_map(|set| ["inputs", "targets"].map(|matrix| (layer(&set.name), matrix)));
        let found = self.matrices.iter().map(|matrix| (matrix.spec.layer().to_owned(), matrix.spec.name()));
        if !expected.eq(found) || self.matrices.iter().any(|matrix| matrix.spec.bytes().is_none()) {
            return Err("its shared data are not the inputs and targets of its data sets".into());
        }
        Ok(self)
    }
}

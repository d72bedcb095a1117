//! The names of arrays: which layer, and which of its parameters.

use std::{collections::HashMap, fmt, path::Path, sync::Arc};

use super::tensor::{Tensor, bad_tensor};
use crate::Result;

type Rename = dyn Fn(&str) -> String + Send + Sync;
type Filter = dyn Fn(&str) -> bool + Send + Sync;

/// Which arrays are taken, and how they are called before they are taken apart into layer and name.
#[derive(Clone, Default)]
pub(super) struct Names {
    pub(super) rename: Option<Arc<Rename>>,
    pub(super) filter: Option<Arc<Filter>>,
}

impl fmt::Debug for Names {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (rename, filter) = (self.rename.is_some(), self.filter.is_some());
        f.debug_struct("Names").field("rename", &rename).field("filter", &filter).finish()
    }
}

impl Names {
    pub(super) fn takes(&self, tensor: &Tensor) -> bool {
        self.filter.as_ref().is_none_or(|filter| filter(&tensor.name))
    }

    /// The layer and the name that an array is recorded under: what is before and behind the last `.` or `/`.
    pub(super) fn of(&self, file: &Path, tensor: &Tensor) -> Result<(String, String)> {
        let full = self.rename.as_ref().map_or_else(|| tensor.name.clone(), |rename| rename(&tensor.name));
        let (layer, name) = full.rsplit_once(['.', '/']).unwrap_or(("", &full));
        if name.is_empty() {
            let expected = "called as in layer.name, layer/name or name; `Checkpoints::rename` gives it another name";
            return Err(bad_tensor(file, &tensor.name, expected, format!("{full:?}")));
        }
        Ok((layer.to_owned(), name.to_owned()))
    }
}

/// The names that were given already, each with the array that has it.
#[derive(Default)]
pub(super) struct Given(HashMap<(String, String), String>);

impl Given {
    /// Keeps a name; fails if another array has it.
    pub(super) fn keep(&mut self, file: &Path, tensor: &Tensor, name: (String, String)) -> Result<()> {
        let found = format!("{:?} of layer {:?}", name.1, name.0);
        match self.0.insert(name, tensor.name.clone()) {
            None => Ok(()),
            Some(other) => {
                let expected = format!("called otherwise than {other:?}; `Checkpoints::rename` gives it another name");
                Err(bad_tensor(file, &tensor.name, expected, format!("{found} too")))
            }
        }
    }
}

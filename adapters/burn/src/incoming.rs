//! Recorded arrays on their way into a module, each taken once.

use std::collections::HashMap;

use training_replay::{Parameter, Result, Weights};

use crate::{
    error::{invalid, shape},
    path::ModulePath,
};

/// Recorded arrays by layer and name. They are moved out, not copied.
pub(crate) struct Incoming {
    arrays: HashMap<(String, String), Parameter<'static>>,
}

impl Incoming {
    pub(crate) fn new(weights: Weights) -> Result<Self> {
        let mut arrays = HashMap::with_capacity(weights.len());
        for parameter in weights {
            let name = (parameter.layer().to_owned(), parameter.name().to_owned());
            if let Some(twice) = arrays.insert(name, parameter) {
                return Err(invalid(label(&twice), "another name for each of the weights", "the name of two of them"));
            }
        }
        Ok(Self { arrays })
    }

    /// The array of a place in the module, which must have the module's shape.
    pub(crate) fn take(&mut self, path: &ModulePath, dims: &[usize]) -> Result<Parameter<'static>> {
        let (layer, name) = (path.layer(), path.name());
        let what = format!("parameter {layer}/{name}");
        match self.arrays.remove(&(layer, name)) {
            Some(found) if found.shape() == dims => Ok(found),
            Some(found) => Err(shape(what, dims, found.shape())),
            None => {
                let left = self.labels();
                Err(invalid(
                    what,
                    "among the weights, as all arrays of the module",
                    format!("missing; left are {left:?}"),
                ))
            }
        }
    }

    /// Fails if an array has no place in the module: it is another module's.
    pub(crate) fn finish(self) -> Result<()> {
        let left = self.labels();
        if left.is_empty() {
            return Ok(());
        }
        Err(invalid(format!("weights {left:?}"), "arrays of the module, all of them", "none of them"))
    }

    fn labels(&self) -> Vec<String> {
        let mut labels: Vec<String> = self.arrays.values().map(label).collect();
        labels.sort_unstable();
        labels
    }
}

fn label(parameter: &Parameter<'_>) -> String {
    format!("{}/{}", parameter.layer(), parameter.name())
}

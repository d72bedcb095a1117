//! A rule for the names of parameters: what one program calls otherwise than another.

use std::{fmt, sync::Arc};

use crate::Parameter;

/// From a layer and a name to others.
pub(super) type Rule = dyn Fn(&str, &str) -> (String, String) + Send + Sync;

/// From the layer and name of a parameter to those that it shall have.
#[derive(Clone)]
pub(super) struct Rename(pub(super) Arc<Rule>);

impl Rename {
    pub(super) fn apply<'a>(&self, parameter: Parameter<'a>) -> Parameter<'a> {
        let (layer, name) = self.name(parameter.layer(), parameter.name());
        parameter.named(layer, name)
    }

    /// The layer and name that a parameter is given.
    pub(super) fn name(&self, layer: &str, name: &str) -> (String, String) {
        (self.0)(layer, name)
    }
}

impl fmt::Debug for Rename {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Rename")
    }
}

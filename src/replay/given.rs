//! The base that a recording was given: the arrays that it leaves out.

use std::sync::Arc;

use crate::{Parameter, storage::LeftOut};

/// The base of a recording.
#[derive(Clone, Debug)]
pub(super) struct Given {
    pub(super) arrays: Arc<Vec<(Parameter<'static>, u32)>>,
    /// Where in it each of the parameters is that are left out.
    pub(super) places: Vec<usize>,
}

impl Given {
    /// One of the parameters that are left out, by the name that the recording has for it.
    pub(super) fn parameter(&self, left_out: &LeftOut, at: usize) -> Parameter<'static> {
        let (parameter, _) = &self.arrays[self.places[at]];
        let spec = &left_out.arrays()[at].spec;
        let named = parameter.clone().named(spec.layer().to_owned(), spec.name().to_owned());
        spec.orientation().into_iter().fold(named, Parameter::oriented)
    }
}

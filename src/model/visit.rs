//! The parameters of a model, one at a time.

use crate::{Error, Model, Parameter, Result};

/// Whether a parameter is wanted, by its layer and name.
pub(crate) type Wanted<'a> = dyn Fn(&str, &str) -> bool + 'a;

/// Hands over the parameters of a model one at a time, with a check that it does not go on after an error, nor hide it.
pub(crate) fn parameters<M: Model + ?Sized>(model: &M, each: impl FnMut(Parameter<'_>) -> Result<()>) -> Result<()> {
    some_of(model, None, each)
}

/// The same of those that are wanted, and perhaps of others; of all where nothing is said.
pub(crate) fn some_of<M: Model + ?Sized>(
    model: &M,
    wanted: Option<&Wanted<'_>>,
    mut each: impl FnMut(Parameter<'_>) -> Result<()>,
) -> Result<()> {
    let mut failed = false;
    let mut take = |parameter: Parameter<'_>| {
        let taken = if failed { Err(ignored()) } else { each(parameter) };
        failed |= taken.is_err();
        taken
    };
    match wanted {
        None => model.visit(&mut take),
        Some(wanted) => model.visit_wanted(wanted, &mut take),
    }?;
    if failed { Err(ignored()) } else { Ok(()) }
}

fn ignored() -> Error {
    let expected = "to end with the error that it is given for a parameter";
    Error::invalid("the model's `visit`", expected, "going on in spite of one")
}

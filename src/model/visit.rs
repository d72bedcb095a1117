//! The parameters of a model, one at a time.

use crate::{Error, Model, Parameter, Result};

/// Hands over the parameters of a model one at a time, with a check that it does not go on after an error, nor hide it.
pub(crate) fn parameters<M: Model + ?Sized>(
    model: &M,
    mut each: impl FnMut(Parameter<'_>) -> Result<()>,
) -> Result<()> {
    let mut failed = false;
    model.visit(&mut |parameter| {
        let taken = if failed { Err(ignored()) } else { each(parameter) };
        failed |= taken.is_err();
        taken
    })?;
    if failed { Err(ignored()) } else { Ok(()) }
}

fn ignored() -> Error {
    let expected = "to end with the error that it is given for a parameter";
    Error::invalid("the model's `visit`", expected, "going on in spite of one")
}

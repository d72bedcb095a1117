//! The parameters of a model as they are recorded: one at a time, under the names of the recording.

use super::rename::Rename;
use crate::{Description, Error, Model, Parameter, Result, Sequential, model::visit, storage::TensorSpec};

/// The parameters of a model that is being recorded.
pub(super) struct Parameters<'m, M: ?Sized> {
    model: &'m M,
    description: Option<&'m Description>,
    rename: Option<Rename>,
}

impl<'m, M: Model + ?Sized> Parameters<'m, M> {
    pub(super) fn of(model: &'m M, description: Option<&'m Description>, rename: Option<Rename>) -> Self {
        Self { model, description, rename }
    }

    /// What the model says of itself.
    pub(super) fn description(&self) -> Option<&'m Description> {
        self.description
    }

    /// Hands them over, one at a time.
    pub(super) fn visit(&self, mut each: impl FnMut(&Parameter<'_>) -> Result<()>) -> Result<()> {
        visit::parameters(self.model, |parameter| match &self.rename {
            None => each(&parameter),
            Some(rename) => each(&self.renamed(rename, parameter)?),
        })
    }

    /// Describes them all, which takes one pass over them.
    pub(super) fn specs(&self) -> Result<Vec<TensorSpec>> {
        let mut specs = Vec::new();
        self.visit(|parameter| {
            specs.push(TensorSpec::of(parameter)?);
            Ok(())
        })?;
        Ok(specs)
    }

    /// The parameter by the name that it is recorded under.
    ///
    /// Fails where a built-in network would get another name than its description gives it.
    fn renamed<'a>(&self, rename: &Rename, parameter: Parameter<'a>) -> Result<Parameter<'a>> {
        let before = parameter.label();
        let parameter = rename.apply(parameter);
        // One that describes itself has the names that its description gives it.
        let built_in = self.description.is_some_and(Sequential::is_described_by);
        if !built_in || parameter.label() == before {
            return Ok(parameter);
        }
        let expected = "kept where a built-in network describes itself, which would not be found by others";
        let found = format!("changed to {} by `rename`", parameter.label());
        Err(Error::invalid(format!("the name of parameter {before}"), expected, found))
    }
}

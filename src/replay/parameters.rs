//! The parameters of a model as they are recorded: one at a time, under the names of the recording, without those that are left
//! out.

use std::sync::Arc;

use super::{choice::Choice, rename::Rename};
use crate::{
    Description, Error, Model, Parameter, Result, Sequential,
    model::visit::{self, Wanted},
    storage::{LeftOut, LeftOutArray, Manifest, TensorSpec},
};

/// What to do about a parameter that was left out and changes all the same.
const TRAINED: &str = "; what is trained is to be recorded, too";

/// The parameters of a model that is being recorded.
pub(super) struct Parameters<'m, M: ?Sized> {
    model: &'m M,
    description: Option<&'m Description>,
    rename: Option<Rename>,
    left_out: Arc<LeftOut>,
    /// Whether what is left out is held against what it was.
    looks: bool,
}

impl<'m, M: Model + ?Sized> Parameters<'m, M> {
    pub(super) fn of(model: &'m M, description: Option<&'m Description>, rename: Option<Rename>) -> Self {
        Self { model, description, rename, left_out: Arc::default(), looks: false }
    }

    /// The same without those that a recording leaves out, which are looked at if `looks` says so.
    pub(super) fn leaving_out(self, manifest: Option<&Manifest>, looks: bool) -> Self {
        let left_out = manifest.map(|manifest| Arc::clone(&manifest.left_out)).unwrap_or_default();
        self.without(&left_out, looks)
    }

    /// The same without these.
    pub(super) fn without(self, left_out: &Arc<LeftOut>, looks: bool) -> Self {
        Self { left_out: Arc::clone(left_out), looks, ..self }
    }

    pub(super) fn left_out(&self) -> Arc<LeftOut> {
        Arc::clone(&self.left_out)
    }

    /// What the model says of itself.
    pub(super) fn description(&self) -> Option<&'m Description> {
        self.description
    }

    /// Hands over those that are recorded, one at a time.
    pub(super) fn visit(&self, mut each: impl FnMut(&Parameter<'_>) -> Result<()>) -> Result<()> {
        self.visit_as_named(&mut |parameter| match &self.rename {
            None => each(&parameter),
            Some(rename) => each(&self.renamed(rename, parameter)?),
        })
    }

    /// The same as the model calls them.
    pub(super) fn visit_as_named(&self, each: &mut dyn FnMut(Parameter<'_>) -> Result<()>) -> Result<()> {
        let left_out = &self.left_out;
        let position = |layer: &str, name: &str| match &self.rename {
            None => left_out.position(layer, name),
            Some(_) if left_out.is_empty() => None,
            Some(rename) => {
                let (layer, name) = rename.name(layer, name);
                left_out.position(&layer, &name)
            }
        };
        let is_wanted = |layer: &str, name: &str| position(layer, name).is_none();
        let wanted: Option<&Wanted<'_>> = if left_out.is_empty() || self.looks { None } else { Some(&is_wanted) };
        visit::some_of(self.model, wanted, |parameter| match position(parameter.layer(), parameter.name()) {
            None => each(parameter),
            Some(at) if self.looks => self.expect_same(&left_out.arrays()[at], parameter),
            Some(_) => Ok(()),
        })
    }

    /// Fails if a parameter that is left out is another one than it was.
    fn expect_same(&self, known: &LeftOutArray, parameter: Parameter<'_>) -> Result<()> {
        let parameter = match &self.rename {
            None => parameter,
            Some(rename) => rename.apply(parameter),
        };
        known.expect(&parameter, None, "the model", TRAINED)
    }

    /// Hands over all of them, under the names of the recording.
    fn each(&self, mut each: impl FnMut(&Parameter<'_>) -> Result<()>) -> Result<()> {
        visit::parameters(self.model, |parameter| match &self.rename {
            None => each(&parameter),
            Some(rename) => each(&self.renamed(rename, parameter)?),
        })
    }

    /// Describes them all, which takes one pass over them.
    pub(super) fn specs(&self) -> Result<Vec<TensorSpec>> {
        let mut specs = Vec::new();
        self.each(|parameter| {
            specs.push(TensorSpec::of(parameter)?);
            Ok(())
        })?;
        Ok(specs)
    }

    /// Describes those that are to be recorded, and those that are left out, in one pass.
    pub(super) fn chosen(&self, choice: Option<&Choice>) -> Result<Manifest> {
        let choice = choice.filter(|choice| !choice.is_of_all());
        let Some(choice) = choice else { return Manifest::new(self.specs()?, self.description.cloned()) };
        if let Some(left_out) = &choice.of_another {
            return self.chosen_as(left_out);
        }
        let (mut recorded, mut left_out, mut names) = (Vec::new(), Vec::new(), Vec::new());
        self.each(|parameter| {
            let (layer, name) = (parameter.layer(), parameter.name());
            if choice.takes(layer, name) {
                recorded.push(TensorSpec::of(parameter)?);
            } else {
                left_out.push(LeftOutArray::of(parameter, names.len())?);
            }
            names.push((layer.to_owned(), name.to_owned()));
            Ok(())
        })?;
        choice.expect_fit(names.iter().map(|(layer, name)| (layer.as_str(), name.as_str())))?;
        Manifest::new(recorded, self.description.cloned())?.leaving_out(left_out)
    }

    /// The same where another recording says what is left out, which need not be there.
    fn chosen_as(&self, left_out: &LeftOut) -> Result<Manifest> {
        let mut recorded = Vec::new();
        self.each(|parameter| match left_out.position(parameter.layer(), parameter.name()) {
            Some(at) => left_out.arrays()[at].expect(parameter, None, "the model", TRAINED),
            None => {
                recorded.push(TensorSpec::of(parameter)?);
                Ok(())
            }
        })?;
        Manifest::new(recorded, self.description.cloned())?.leaving_out(left_out.arrays().to_vec())
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

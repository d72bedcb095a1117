//! The parameters of a model as they are recorded: one at a time, under the names of the recording, without those that are left
//! out.

use std::sync::Arc;

use super::{choice::Choice, rename::Rename};
use crate::{
    Description, Error, Model, Parameter, Result, Sequential,
    model::{
        Source,
        visitor::{self, Taker, Wanted},
    },
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
    pub(super) fn visit(&self, taker: &mut dyn Taker) -> Result<()> {
        self.visit_chosen(taker, true)
    }

    /// The same as the model calls them.
    pub(super) fn visit_as_named(&self, taker: &mut dyn Taker) -> Result<()> {
        self.visit_chosen(taker, false)
    }

    fn visit_chosen(&self, taker: &mut dyn Taker, renames: bool) -> Result<()> {
        let is_wanted = |layer: &str, name: &str| self.position(layer, name).is_none();
        let wanted: Option<&Wanted<'_>> = if self.left_out.is_empty() || self.looks { None } else { Some(&is_wanted) };
        visitor::visit(self.model, wanted, &mut Recorded { parameters: self, taker, renames })
    }

    /// Which of those that are left out a parameter of the model is.
    fn position(&self, layer: &str, name: &str) -> Option<usize> {
        match &self.rename {
            None => self.left_out.position(layer, name),
            Some(_) if self.left_out.is_empty() => None,
            Some(rename) => {
                let (layer, name) = rename.name(layer, name);
                self.left_out.position(&layer, &name)
            }
        }
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
    fn each(&self, taker: &mut dyn Taker) -> Result<()> {
        let all = Self { left_out: Arc::default(), looks: false, rename: self.rename.clone(), ..*self };
        all.visit(taker)
    }

    /// Describes them all, which takes one pass over them.
    pub(super) fn specs(&self) -> Result<Vec<TensorSpec>> {
        let mut specs = Specs(Vec::new());
        self.each(&mut specs)?;
        Ok(specs.0)
    }

    /// Describes those that are to be recorded, and those that are left out, in one pass.
    pub(super) fn chosen(&self, choice: Option<&Choice>) -> Result<Manifest> {
        let choice = choice.filter(|choice| !choice.is_of_all());
        let Some(choice) = choice else { return Manifest::new(self.specs()?, self.description.cloned()) };
        if let Some(left_out) = &choice.of_another {
            return self.chosen_as(left_out);
        }
        let (mut recorded, mut left_out, mut names) = (Vec::new(), Vec::new(), Vec::new());
        self.each(&mut |parameter: Parameter<'_>| {
            let (layer, name) = (parameter.layer(), parameter.name());
            if choice.takes(layer, name) {
                recorded.push(TensorSpec::of(&parameter)?);
            } else {
                left_out.push(LeftOutArray::of(&parameter, names.len())?);
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
        self.each(&mut |parameter: Parameter<'_>| match left_out.position(parameter.layer(), parameter.name()) {
            Some(at) => left_out.arrays()[at].expect(&parameter, None, "the model", TRAINED),
            None => {
                recorded.push(TensorSpec::of(&parameter)?);
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

/// Takes those of a model's parameters that are recorded, and looks at the others.
struct Recorded<'p, 'm, M: ?Sized> {
    parameters: &'p Parameters<'m, M>,
    taker: &'p mut dyn Taker,
    renames: bool,
}

impl<M: Model + ?Sized> Recorded<'_, '_, M> {
    fn renamed<'a>(&self, parameter: Parameter<'a>) -> Result<Parameter<'a>> {
        match self.parameters.rename.as_ref().filter(|_| self.renames) {
            None => Ok(parameter),
            Some(rename) => self.parameters.renamed(rename, parameter),
        }
    }
}

impl<M: Model + ?Sized> Taker for Recorded<'_, '_, M> {
    fn take(&mut self, parameter: Parameter<'_>) -> Result<()> {
        let parameters = self.parameters;
        match parameters.position(parameter.layer(), parameter.name()) {
            None => self.taker.take(self.renamed(parameter)?),
            Some(at) if parameters.looks => parameters.expect_same(&parameters.left_out.arrays()[at], parameter),
            Some(_) => Ok(()),
        }
    }

    fn take_from(&mut self, array: Parameter<'static>, source: &mut Source<'_>) -> Result<()> {
        match self.parameters.position(array.layer(), array.name()) {
            None => self.taker.take_from(self.renamed(array)?, source),
            Some(_) if self.parameters.looks => self.take(source.whole(array)?),
            Some(_) => Ok(()),
        }
    }
}

/// Describes parameters, and copies nothing.
struct Specs(Vec<TensorSpec>);

impl Taker for Specs {
    fn take(&mut self, parameter: Parameter<'_>) -> Result<()> {
        self.0.push(TensorSpec::of(&parameter)?);
        Ok(())
    }

    fn take_from(&mut self, array: Parameter<'static>, _: &mut Source<'_>) -> Result<()> {
        self.0.push(TensorSpec::of_array(&array)?);
        Ok(())
    }
}

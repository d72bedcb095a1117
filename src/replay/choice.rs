//! Which parameters of a model are recorded.

use std::sync::Arc;

use super::pattern::Patterns;
use crate::{
    Error, Moment, Result,
    storage::{LeftOut, Manifest, TensorSpec},
};

/// More names than these are counted in an error, and not listed.
const LISTED: usize = 8;

/// Which parameters of a model are recorded: all of them, by default.
#[derive(Clone, Debug, Default)]
pub(super) struct Choice {
    pub(super) only: Option<Patterns>,
    pub(super) without: Option<Patterns>,
    /// What another recording leaves out, in place of patterns.
    pub(super) of_another: Option<Arc<LeftOut>>,
}

/// Whether it is time to look at what is left out, whose reading may cost as much as all of the model: when training may have
/// changed it first, of so many snapshots before, and at the ends of every tenth epoch.
pub(super) fn looks_at_left_out(before: u64, moment: Moment) -> bool {
    before < 2 || moment.step().is_none() && moment.epoch().is_multiple_of(10)
}

impl Choice {
    /// The choice of a recording that leaves these out.
    pub(super) fn leaving_out(left_out: &Arc<LeftOut>) -> Self {
        Self { of_another: Some(Arc::clone(left_out)).filter(|it| !it.is_empty()), ..Self::default() }
    }

    /// Whether nothing was chosen.
    pub(super) fn is_of_all(&self) -> bool {
        self.of_another.is_none() && self.patterns().next().is_none()
    }

    /// Fails for what is no pattern.
    pub(super) fn check(&self) -> Result<()> {
        self.patterns().try_for_each(Patterns::check)
    }

    fn patterns(&self) -> impl Iterator<Item = &Patterns> {
        self.only.iter().chain(&self.without)
    }

    /// Whether patterns choose a parameter.
    pub(super) fn takes(&self, layer: &str, name: &str) -> bool {
        self.only.as_ref().is_none_or(|only| only.mean(layer, name))
            && !self.without.as_ref().is_some_and(|without| without.mean(layer, name))
    }

    /// Fails unless each of the patterns matches one of these parameters, and some are left.
    pub(super) fn expect_fit<'p>(&self, all: impl Iterator<Item = (&'p str, &'p str)> + Clone) -> Result<()> {
        if let Some(unused) = self.patterns().find_map(|patterns| patterns.unused(all.clone())) {
            let expected = format!("one that matches a parameter of the model: {}", listed(all));
            let what = format!("the pattern {:?}", unused.text());
            return Err(Error::invalid(what, expected, "for none"));
        }
        if self.patterns().next().is_some() && !all.clone().any(|(layer, name)| self.takes(layer, name)) {
            let found = format!("0 of {}", all.count());
            return Err(Error::invalid(
                "the number of parameters that patterns leave to be recorded",
                "1 or more",
                found,
            ));
        }
        Ok(())
    }

    /// Fails unless a recording that is gone on with has made the same choice, or there is none here.
    pub(super) fn expect_as(&self, recorded: Option<&Manifest>) -> Result<()> {
        let Some(manifest) = recorded else { return Ok(()) };
        let left_out = &manifest.left_out;
        let same = match &self.of_another {
            Some(other) => other == left_out,
            None if self.patterns().next().is_none() => true,
            None => {
                let named = |spec: &TensorSpec| self.takes(spec.layer(), spec.name());
                let specs = || left_out.arrays().iter().map(|array| &array.spec);
                let all = || specs().chain(manifest.parameters()).map(|spec| (spec.layer(), spec.name()));
                self.expect_fit(all().collect::<Vec<_>>().into_iter())?;
                manifest.parameters().iter().all(named) && !specs().any(named)
            }
        };
        if same {
            return Ok(());
        }
        let (some, all) = (manifest.parameters().len(), manifest.parameters().len() + left_out.arrays().len());
        let expected = format!("that of the recording, which holds {some} of {all}, or none, to append");
        Err(Error::invalid("the choice of parameters", expected, "another one"))
    }
}

/// The first of some names, and how many more there are.
fn listed<'p>(names: impl Iterator<Item = (&'p str, &'p str)> + Clone) -> String {
    let shown: Vec<String> = names.clone().take(LISTED).map(|(layer, name)| format!("{layer}/{name}")).collect();
    match names.count().saturating_sub(LISTED) {
        0 if shown.is_empty() => "it has none".into(),
        0 => format!("{shown:?}"),
        more => format!("{shown:?} and {more} more"),
    }
}

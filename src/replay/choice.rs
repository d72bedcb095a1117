//! Which parameters of a model are recorded.

use std::sync::Arc;

use super::{Replay, ReplayOptions, pattern::Patterns};
use crate::{
    Error, Result,
    storage::{LeftOut, Manifest, TensorSpec},
};

/// More names than these are counted in an error, and not listed.
const LISTED: usize = 8;

/// Which parameters of a model are recorded: all of them, by default.
#[derive(Clone, Debug, Default)]
pub(super) struct Choice {
    only: Option<Patterns>,
    without: Option<Patterns>,
    /// What another recording leaves out, in place of patterns.
    of_another: Option<Arc<LeftOut>>,
}

impl ReplayOptions {
    /// Records only the parameters that match one of these patterns: of adapters in a frozen model, of a head that is trained.
    ///
    /// What is left out is read once, at the first epoch, for a checksum of each array. Such a recording replays over a
    /// [`Base`](crate::Base), which has the arrays that are left out; curves, and what is asked of the
    /// [recorded weights](Replay::recorded_weights), need none.
    ///
    /// A pattern is as in Python's `fnmatch`, and is held against the whole of `layer/name` (after [`rename`](Self::rename)), and
    /// of `layer.name`, as PyTorch and safetensors call it; the name alone where the layer has none. It matches if one of the two
    /// does. Capital letters are others than small ones.
    ///
    /// | in a pattern | stands for |
    /// |---|---|
    /// | `*` | any characters, or none: points and slashes, too |
    /// | `?` | one character |
    /// | `[abc]`, `[a-z]` | one of these characters |
    /// | `[!abc]` | one character that is none of these |
    /// | `[*]`, `[?]`, `[[]` | these characters themselves |
    ///
    /// | pattern | matches | and not |
    /// |---|---|---|
    /// | `*lora_?*` | `model.layers.0.q_proj.lora_A/weight` | `model.layers.0.q_proj/weight` |
    /// | `head.*` | `head/weight`, `head/bias` | `heads/weight`, `model.head/weight` |
    /// | `*/bias` | `hidden/bias`, `output/bias` | `hidden/bias_scale` |
    /// | `*.layers.[0-3].*` | `model.layers.2.mlp/weight` | `model.layers.12.mlp/weight` |
    ///
    /// The order of patterns does not matter. If this is called again, the last call holds;
    /// [`without_parameters`](Self::without_parameters) takes out of what is chosen here.
    ///
    /// That what is left out stays as it is, is looked at where it costs little: at the second snapshot that is recorded and at
    /// the ends of epochs 10, 20, ..., an array that has changed since the first one is an error. In between it is not read, if
    /// the model knows [what is wanted](crate::Model::visit_wanted).
    ///
    /// When patterns do not fit the model, the first [`record`](Replay::record) is an [`Error::Invalid`](crate::Error::Invalid):
    /// for one that matches no parameter, with the names that there are, and if they leave none.
    ///
    /// ```
    /// use training_replay::{Base, Dense, Metrics, Replay, Sequential, Weights};
    ///
    /// let layers = [Dense::new(8).name("body"), Dense::new(1).name("head")];
    /// let model = Sequential::builder(2).layers(layers).build(1)?;
    /// let mut replay = Replay::options().only_parameters(["head.*"]).in_memory();
    /// replay.record(&model, Metrics::new())?;
    ///
    /// let names: Vec<_> = replay.recorded_weights().parameters().map(|it| (it.layer(), it.name())).collect();
    /// assert_eq!(names, [("head", "kernel"), ("head", "bias")]);
    /// assert!(replay.at(0).is_err()); // without its base
    /// let replay = Base::of(&model)?.complete(replay)?;
    /// assert_eq!(replay.at(0)?.model(), &model);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    #[must_use]
    pub fn only_parameters<P: Into<String>>(mut self, patterns: impl IntoIterator<Item = P>) -> Self {
        let only = Some(Patterns::new(patterns));
        self.choice = Choice { only, of_another: None, ..self.choice };
        self
    }

    /// Leaves out the parameters that match one of these patterns, which are written as for
    /// [`only_parameters`](Self::only_parameters).
    ///
    /// ```
    /// use training_replay::{Dense, Metrics, Replay, Sequential};
    ///
    /// let layers = [Dense::new(8).name("body"), Dense::new(1).name("head")];
    /// let model = Sequential::builder(2).layers(layers).build(1)?;
    /// let mut replay = Replay::options().without_parameters(["body/*", "*/bias"]).in_memory();
    /// replay.record(&model, Metrics::new())?;
    /// assert_eq!(replay.recorded_weights().parameters().count(), 1); // the kernel of the head
    /// assert_eq!(replay.recorded_weights().left_out().count(), 3);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    #[must_use]
    pub fn without_parameters<P: Into<String>>(mut self, patterns: impl IntoIterator<Item = P>) -> Self {
        let without = Some(Patterns::new(patterns));
        self.choice = Choice { without, of_another: None, ..self.choice };
        self
    }

    /// Leaves out what another recording leaves out, in place of patterns: for a copy of it, which is made without the base.
    ///
    /// What is recorded then may be all parameters or the chosen ones alone. The settings of a [`Fork`](crate::Fork) have it
    /// already.
    ///
    /// ```
    /// # use training_replay::{Base, Dense, Metrics, Replay, Sequential, Weights};
    /// # let layers = [Dense::new(8).name("body"), Dense::new(1).name("head")];
    /// # let model = Sequential::builder(2).layers(layers).build(1)?;
    /// # let mut replay = Replay::options().only_parameters(["head.*"]).in_memory();
    /// # replay.record(&model, Metrics::new())?;
    /// # let description = replay.description().expect("a built-in network");
    /// let mut copy = Replay::options().description(description).leaving_out_as(&replay).in_memory();
    /// let mut weights = Weights::default();
    /// replay.recorded_weights().read_into(0, &mut weights)?;
    /// copy.record(&weights, replay.metrics(0)?)?;
    /// assert_eq!(Base::of(&model)?.complete(copy)?.at(0)?.model(), &model);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    #[must_use]
    pub fn leaving_out_as(mut self, other: &Replay) -> Self {
        let of_another = Some(other.left_out()).filter(|left_out| !left_out.is_empty());
        self.choice = Choice { of_another, ..Choice::default() };
        self
    }
}

impl Choice {
    /// Fails for what is no pattern.
    pub(super) fn check(&self) -> Result<()> {
        self.patterns().try_for_each(Patterns::check)
    }

    fn patterns(&self) -> impl Iterator<Item = &Patterns> {
        self.only.iter().chain(&self.without)
    }

    /// What another recording leaves out, if that is the choice.
    pub(super) fn of_another(&self) -> Option<&Arc<LeftOut>> {
        self.of_another.as_ref()
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

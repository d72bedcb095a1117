//! The settings that choose which parameters are recorded.

use super::{Replay, ReplayOptions, choice::Choice, pattern::Patterns};

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
    /// the model knows [what is wanted](crate::Visitor::wants).
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
        self.choice = Choice::leaving_out(&other.left_out());
        self
    }
}

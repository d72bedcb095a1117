//! What is asked of the recorded weights alone.

use super::Replay;

/// The weights of a recording, to be asked about without a model: [`Replay::recorded_weights`] returns them.
///
/// ```
/// use training_replay::{Metrics, Parameter, Replay, Weights};
///
/// let mut replay = Replay::options().in_memory();
/// for spread in [0.5_f32, 2.0] {
///     let kernel = Parameter::new("hidden", "kernel", [2, 1], vec![-spread, spread]);
///     replay.record(&Weights::from_iter([kernel]), Metrics::new())?;
/// }
/// assert_eq!(replay.recorded_weights().std()?[0].points, [(0, 0.5), (1, 2.0)]);
/// # Ok::<(), training_replay::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct RecordedWeights<'a> {
    pub(super) replay: &'a Replay,
}

impl Replay {
    /// Returns the recorded weights of all epochs, to be asked about without a model.
    pub fn recorded_weights(&self) -> RecordedWeights<'_> {
        RecordedWeights { replay: self }
    }
}

impl<'a> RecordedWeights<'a> {
    /// Returns layer and name of each parameter, in their order; none before the first epoch. No weights are read.
    ///
    /// ```
    /// # use training_replay::{Dense, Metrics, Replay, Sequential};
    /// # let model = Sequential::builder(2).layer(Dense::new(3).name("hidden")).build(1)?;
    /// # let mut replay = Replay::options().in_memory();
    /// replay.record(&model, Metrics::new())?;
    /// let names: Vec<_> = replay.recorded_weights().names().collect();
    /// assert_eq!(names, [("hidden", "kernel"), ("hidden", "bias")]);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    pub fn names(self) -> impl Iterator<Item = (&'a str, &'a str)> {
        let specs = self.replay.index.manifest.iter().flat_map(|manifest| manifest.parameters());
        specs.map(|spec| (spec.layer(), spec.name()))
    }
}

//! What is known of a recorded parameter without its values.

use super::RecordedWeights;
use crate::{Dtype, Orientation, storage::TensorSpec};

/// A recorded parameter without its values, as the file describes it: [`RecordedWeights::parameters`] returns them.
///
/// ```
/// use training_replay::{Dense, Dtype, Metrics, Replay, Sequential};
///
/// let model = Sequential::builder(2).layer(Dense::new(3).name("hidden")).build(1)?;
/// let mut replay = Replay::options().in_memory();
/// replay.record(&model, Metrics::new())?;
/// let kernel = replay.recorded_weights().parameters().next().expect("the kernel before the bias");
/// assert_eq!((kernel.layer(), kernel.name()), ("hidden", "kernel"));
/// assert_eq!((kernel.shape(), kernel.dtype()), ([2, 3].as_slice(), Dtype::F32));
/// # Ok::<(), training_replay::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordedParameter<'a>(&'a TensorSpec);

impl<'a> RecordedParameter<'a> {
    /// Returns the layer that it belongs to.
    pub fn layer(self) -> &'a str {
        self.0.layer()
    }

    /// Returns its name in the layer.
    pub fn name(self) -> &'a str {
        self.0.name()
    }

    /// Returns its lengths; none for a single number.
    pub fn shape(self) -> &'a [u64] {
        self.0.lengths()
    }

    /// Returns the type of its values.
    pub fn dtype(self) -> Dtype {
        self.0.dtype()
    }

    /// Returns what rows and columns stand for, if that was recorded.
    pub fn orientation(self) -> Option<Orientation> {
        self.0.orientation()
    }
}

impl<'a> RecordedWeights<'a> {
    /// Returns what was recorded, in its order, none before the first epoch. No values are read.
    ///
    /// ```
    /// # use training_replay::{Dense, Metrics, Replay, Sequential};
    /// # let model = Sequential::builder(2).layer(Dense::new(3).name("hidden")).build(1)?;
    /// # let mut replay = Replay::options().in_memory();
    /// replay.record(&model, Metrics::new())?;
    /// let names: Vec<_> = replay.recorded_weights().parameters().map(|it| (it.layer(), it.name())).collect();
    /// assert_eq!(names, [("hidden", "kernel"), ("hidden", "bias")]);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    pub fn parameters(self) -> impl Iterator<Item = RecordedParameter<'a>> {
        self.replay.index.manifest.iter().flat_map(|manifest| manifest.parameters()).map(RecordedParameter)
    }
}

//! What is known of a recorded parameter without its values.

use super::RecordedWeights;
use crate::{
    Dtype, Moment, Orientation, Result, Values,
    storage::{self, TensorSpec},
};

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

    /// Hands over the weights of a moment piece by piece: what each is a piece of, where in its row-major values it begins, and
    /// these values. This is how weights get into memory of another library without being in ours as well.
    ///
    /// Arrays come whole and in order except that, of more than 16 MB, threads read several at a time. An array without values
    /// has no piece. The checksum is compared behind the last piece: after an error no piece may be used, so that who cannot take
    /// back what was done with one calls [`check`](Self::check) first.
    ///
    /// ```
    /// use std::sync::Mutex;
    /// # use training_replay::{Dense, Metrics, Replay, Sequential};
    ///
    /// # let model = Sequential::builder(2).layer(Dense::new(3).name("hidden")).build(1)?;
    /// # let mut replay = Replay::options().in_memory();
    /// replay.record(&model, Metrics::new())?;
    /// let found = Mutex::new(Vec::new());
    /// replay.recorded_weights().for_each_piece(0, |parameter, start, values| {
    ///     found.lock().unwrap().push((parameter.name().to_owned(), start, values.len()));
    ///     Ok(())
    /// })?;
    /// assert_eq!(*found.lock().unwrap(), [("kernel".to_owned(), 0, 6), ("bias".to_owned(), 0, 3)]);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Replay::weights`](crate::Replay::weights), and the first that `each` returns.
    pub fn for_each_piece(
        self,
        at: impl Into<Moment>,
        each: impl Fn(RecordedParameter<'_>, usize, &Values<'_>) -> Result<()> + Sync,
    ) -> Result<()> {
        let (moment, manifest) = (at.into(), self.replay.manifest()?);
        let location = &self.replay.index.at(moment)?.location;
        let each = |index: usize, start, values: &Values<'_>| {
            each(RecordedParameter(&manifest.parameters()[index]), start, values)
        };
        if location.compressed {
            return self.replay.expand_pieces(moment, each);
        }
        storage::visit_weights(self.replay.source(moment.to_string(), location), manifest, each)
    }
}

//! The parameters of the model that a recording leaves out.

use super::RecordedWeights;
use crate::{Dtype, Orientation, Parameter, Result, storage::LeftOutArray};

/// A parameter that a recording leaves out, as the file describes it: [`RecordedWeights::left_out`] returns them.
///
/// ```
/// use training_replay::{Dense, Dtype, Metrics, Replay, Sequential};
///
/// let layers = [Dense::new(3).name("body"), Dense::new(1).name("head")];
/// let model = Sequential::builder(2).layers(layers).build(1)?;
/// let mut replay = Replay::options().only_parameters(["head/*"]).in_memory();
/// replay.record(&model, Metrics::new())?;
/// let kernel = replay.recorded_weights().left_out().next().expect("the kernel before the bias");
/// assert_eq!((kernel.layer(), kernel.name()), ("body", "kernel"));
/// assert_eq!((kernel.shape(), kernel.dtype()), ([2, 3].as_slice(), Dtype::F32));
/// # Ok::<(), training_replay::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LeftOutParameter<'a>(&'a LeftOutArray);

impl<'a> LeftOutParameter<'a> {
    /// Returns the layer that it belongs to.
    pub fn layer(self) -> &'a str {
        self.0.spec.layer()
    }

    /// Returns its name in the layer.
    pub fn name(self) -> &'a str {
        self.0.spec.name()
    }

    /// Returns its lengths; none for a single number.
    pub fn shape(self) -> &'a [u64] {
        self.0.spec.lengths()
    }

    /// Returns the type of its values.
    pub fn dtype(self) -> Dtype {
        self.0.spec.dtype()
    }

    /// Returns what rows and columns stand for, if that was recorded.
    pub fn orientation(self) -> Option<Orientation> {
        self.0.spec.orientation()
    }

    /// Returns the checksum of its values at the first recorded epoch: the CRC-32 of their bytes, row by row and little-endian.
    pub fn checksum(self) -> u32 {
        self.0.checksum
    }

    /// Checks that a parameter is this one: of its type and shape, and with its values, by their checksum. Nothing is copied.
    ///
    /// ```
    /// # use training_replay::{Metrics, Parameter, Replay, Weights};
    /// # let weights = Weights::from_iter([
    /// #     Parameter::new("body", "scale", [], vec![0.5_f32]),
    /// #     Parameter::new("head", "scale", [], vec![0.5_f32]),
    /// # ]);
    /// let mut replay = Replay::options().only_parameters(["head/*"]).in_memory();
    /// replay.record(&weights, Metrics::new())?;
    /// let scale = replay.recorded_weights().left_out().next().expect("that of the body");
    /// assert!(scale.check(&Parameter::new("body", "scale", [], vec![0.5_f32])).is_ok());
    /// assert!(scale.check(&Parameter::new("body", "scale", [], vec![0.75_f32])).is_err());
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`](crate::Error::Invalid) if it is of another name, type or shape or has other values, and
    /// [`Error::Shape`](crate::Error::Shape) if its shape does not fit its values.
    pub fn check(self, parameter: &Parameter<'_>) -> Result<()> {
        self.0.expect(parameter, None, "the base", "")
    }

    /// Returns its place among all parameters of the model, from 0.
    pub fn place(self) -> usize {
        self.0.place
    }
}

impl<'a> RecordedWeights<'a> {
    /// Returns the parameters of the model that are not recorded, in its order: none, unless
    /// [some](crate::ReplayOptions::only_parameters) were chosen. A [`Base`](crate::Base) has their values.
    pub fn left_out(self) -> impl ExactSizeIterator<Item = LeftOutParameter<'a>> {
        let manifest = self.replay.index.manifest.as_ref();
        manifest.map_or(&[][..], |manifest| manifest.left_out.arrays()).iter().map(LeftOutParameter)
    }
}

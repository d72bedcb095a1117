//! A parameter whose values come in pieces.

use super::{Source, Visitor, element::Element};
use crate::{Error, Orientation, Parameter, Result, Values};

/// A parameter whose values are copied, some at a time, to where they are to be: [`Visitor::in_pieces`] begins it.
#[derive(Debug)]
pub struct Pieces<'a, 'v> {
    visitor: &'a mut Visitor<'v>,
    layer: String,
    name: String,
    shape: Vec<usize>,
    orientation: Option<Orientation>,
}

impl<'a, 'v> Pieces<'a, 'v> {
    pub(super) fn new(visitor: &'a mut Visitor<'v>, layer: String, name: String, shape: Vec<usize>) -> Self {
        Self { visitor, layer, name, shape, orientation: None }
    }

    /// Says what the rows and columns of a matrix stand for, as [`Parameter::oriented`] does.
    #[must_use]
    pub fn oriented(self, orientation: Orientation) -> Self {
        Self { orientation: Some(orientation), ..self }
    }

    /// Hands the parameter over: `copy` is given the index of a value, and a place for it and those behind it, as often as there are
    /// pieces, in any order, and perhaps not at all.
    ///
    /// Values are in row-major order, the last index fastest. Where the model is recorded, the place is the recorder's buffer: the
    /// values are copied once, and no more memory is taken than for a piece.
    ///
    /// # Errors
    ///
    /// Whatever `copy` returns; [`Error::Invalid`] for a shape of more values than memory can address; and as [`Visitor::take`].
    pub fn fill<T: Element>(self, mut copy: impl FnMut(usize, &mut [T]) -> Result<()>) -> Result<()> {
        let array = Parameter::new(self.layer, self.name, self.shape, Values::none_of(T::DTYPE));
        let array = self.orientation.into_iter().fold(array, Parameter::oriented);
        let count = array.shape().iter().try_fold(1_usize, |product, &length| product.checked_mul(length));
        let count = count.filter(|count| count.checked_mul(size_of::<T>()).is_some()).ok_or_else(|| {
            let what = format!("the shape of parameter {}", array.label());
            Error::invalid(what, "of no more bytes than memory can address", format!("{:?}", array.shape()))
        })?;
        let mut read = |start: usize, bytes: &mut [u8]| match T::of_bytes(bytes) {
            Some(values) => copy(start, values),
            None => Err(Error::invalid("the place of values", "aligned for their type", "another one")),
        };
        self.visitor.take_from(array, &mut Source::new(count, &mut read))
    }
}

impl<'v> Visitor<'v> {
    /// Begins a parameter whose values come in pieces, as those of an array on a device.
    ///
    /// ```
    /// use training_replay::{Metrics, Model, Parameter, Replay, Result, Visitor, Weights};
    ///
    /// struct OnDevice;
    ///
    /// impl OnDevice {
    ///     fn copy(&self, start: usize, to: &mut [f32]) -> Result<()> {
    ///         to.iter_mut().enumerate().for_each(|(i, value)| *value = (start + i) as f32); // as from a device
    ///         Ok(())
    ///     }
    /// }
    ///
    /// impl Model for OnDevice {
    ///     fn parameters(&self) -> Result<Vec<Parameter<'_>>> {
    ///         Ok(Weights::of(self)?.into_iter().collect())
    ///     }
    ///
    ///     fn visit(&self, visitor: &mut Visitor<'_>) -> Result<()> {
    ///         visitor.in_pieces("layer", "kernel", [1_000, 1_000]).fill(|start, piece: &mut [f32]| self.copy(start, piece))
    ///     }
    /// }
    ///
    /// let mut replay = Replay::options().in_memory();
    /// replay.record(&OnDevice, Metrics::new())?;
    /// assert_eq!(replay.parameter(0, "layer", "kernel")?.values().to_f32()[999_999], 999_999.0);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    pub fn in_pieces(
        &mut self,
        layer: impl Into<String>,
        name: impl Into<String>,
        shape: impl Into<Vec<usize>>,
    ) -> Pieces<'_, 'v> {
        Pieces::new(self, layer.into(), name.into(), shape.into())
    }
}

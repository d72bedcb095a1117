//! A parameter whose values come in pieces.

use super::{Visitor, element::Element};
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
        self.visitor.take_from(array, &mut Source { count, read: &mut read })
    }
}

/// The values of an array, which are copied as they are asked for.
pub(crate) struct Source<'s> {
    count: usize,
    read: &'s mut dyn FnMut(usize, &mut [u8]) -> Result<()>,
}

impl Source<'_> {
    /// How many values there are.
    pub(crate) fn count(&self) -> usize {
        self.count
    }

    /// Copies values from an index on into as many bytes as they take in memory, which must be aligned for their type.
    pub(crate) fn read(&mut self, start: usize, bytes: &mut [u8]) -> Result<()> {
        (self.read)(start, bytes)
    }

    /// The array with all of its values.
    pub(crate) fn whole(&mut self, mut array: Parameter<'static>) -> Result<Parameter<'static>> {
        let expected = "one that memory has room for";
        let no_room = |array: &Parameter<'_>| {
            Error::invalid(format!("the number of values of parameter {}", array.label()), expected, self.count)
        };
        if !array.values_mut().make_room(self.count) {
            return Err(no_room(&array));
        }
        self.fill(array.values_mut())?;
        Ok(array)
    }

    /// Copies all values into the memory of as many others of the same type.
    pub(super) fn fill(&mut self, values: &mut Values<'_>) -> Result<()> {
        if let Values::Bool(truths) = values {
            let mut bytes = vec![0; truths.len()];
            self.read(0, &mut bytes)?;
            truths.to_mut().iter_mut().zip(bytes).for_each(|(truth, byte)| *truth = byte == 1);
            return Ok(());
        }
        match values.bytes_mut() {
            Some(bytes) => self.read(0, bytes),
            None => Ok(()),
        }
    }
}

//! The values of an array on a device, which are copied as they are asked for.

use crate::{Error, Parameter, Result, Values};

/// The values of an array, which are copied as they are asked for.
pub(crate) struct Source<'s> {
    count: usize,
    read: &'s mut dyn FnMut(usize, &mut [u8]) -> Result<()>,
}

impl<'s> Source<'s> {
    /// So many values, which `read` copies from an index on into bytes.
    pub(super) fn new(count: usize, read: &'s mut dyn FnMut(usize, &mut [u8]) -> Result<()>) -> Self {
        Self { count, read }
    }

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

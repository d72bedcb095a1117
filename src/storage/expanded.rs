//! The arrays of a compressed snapshot, read: from the first record of their chain to the last, each in the memory of the one
//! before.

use super::{
    array_bytes::put_bytes,
    array_table::{StoredArray, Way},
    blocks::{Coding, Packed, Parts, VALUES},
    reader::{CACHED, RecordReader},
    tensor::TensorSpec,
};
use crate::{Error, Parameter, Result, Values};

/// Reads arrays as they are stored.
#[derive(Default)]
pub(crate) struct Expander(Parts);

impl Expander {
    /// Turns the bytes of what an array refers to into its own; or anything, where it refers to nothing. The reader is of the
    /// bytes of the array alone.
    ///
    /// Whether they are what was recorded the checksum of the array says.
    pub(crate) fn expand(
        &mut self,
        mut reader: RecordReader<'_>,
        stored: &StoredArray,
        spec: &TensorSpec,
        bytes: &mut Vec<u8>,
    ) -> Result<()> {
        let width = spec.dtype().bytes();
        let length = spec.count().and_then(|count| count.checked_mul(width));
        let length = length.ok_or_else(|| reader.corrupted("it has more values than this machine can address"))?;
        bytes.try_reserve_exact(length.saturating_sub(bytes.len())).map_err(|_| reader.no_memory())?;
        bytes.resize(length, 0);
        let coding = match stored.way {
            Way::Same => return Ok(()),
            Way::Raw => return reader.bytes(bytes),
            Way::Alone => Coding::Alone,
            Way::Difference => Coding::Difference,
        };
        bytes.chunks_mut(VALUES * width).try_for_each(|block| self.0.decode((width, coding), &mut reader, block))
    }
}

impl Packed for RecordReader<'_> {
    fn next(&mut self, buffer: &mut [u8]) -> Result<()> {
        self.bytes(buffer)
    }

    fn corrupted(&self, reason: &str) -> Error {
        RecordReader::corrupted(self, reason)
    }

    fn unreadable(&self) -> Error {
        self.needs_feature("compression")
    }
}

/// A parameter of these bytes, in the memory of another one that is like it; none if they are no values of its type.
pub(crate) fn parameter_of(
    bytes: &[u8],
    spec: &TensorSpec,
    old: Option<Parameter<'static>>,
) -> Option<Parameter<'static>> {
    let (new, _) = spec.no_values()?;
    let mut parameter = old.filter(|old| spec.describes(old)).unwrap_or(new);
    put_bytes(bytes, parameter.values_mut()).then_some(parameter)
}

/// Hands over the values in these bytes, some at a time, and where the first of them is.
pub(crate) fn pieces_of(
    bytes: &[u8],
    spec: &TensorSpec,
    mut each: impl FnMut(usize, &Values<'_>) -> Result<()>,
) -> Result<()> {
    let mut values = Values::none_of(spec.dtype());
    for (at, piece) in bytes.chunks(CACHED).enumerate() {
        put_bytes(piece, &mut values);
        each(at * CACHED / spec.dtype().bytes(), &values)?;
    }
    Ok(())
}

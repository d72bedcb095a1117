//! The values of an array as the bytes that a file has of them, and back.

use std::borrow::Cow;

use super::endian::{self, Number};
use crate::Values;

/// Returns the checksum of the values of an array, the CRC-32 of their bytes as they are in a file.
pub(crate) fn checksum_of(values: &Values<'_>) -> u32 {
    crc32fast::hash(&bytes_of(values))
}

/// Returns the bytes of values as they are in a file; on most machines those in memory.
pub(super) fn bytes_of<'a>(values: &'a Values<'_>) -> Cow<'a, [u8]> {
    match values {
        Values::Bool(values) => Cow::Borrowed(bytemuck::cast_slice::<bool, u8>(values)),
        Values::F32(values) => endian::little_endian(values),
        Values::F64(values) => endian::little_endian(values),
        Values::F16(values) => endian::little_endian(values),
        Values::Bf16(values) => endian::little_endian(values),
        Values::I8(values) => endian::little_endian(values),
        Values::I16(values) => endian::little_endian(values),
        Values::I32(values) => endian::little_endian(values),
        Values::I64(values) => endian::little_endian(values),
        Values::U8(values) => endian::little_endian(values),
        Values::U16(values) => endian::little_endian(values),
        Values::U32(values) => endian::little_endian(values),
        Values::U64(values) => endian::little_endian(values),
    }
}

/// Makes values of these bytes, in the memory of others of the same type; false where they are none.
pub(super) fn put_bytes(bytes: &[u8], values: &mut Values<'_>) -> bool {
    match values {
        Values::Bool(truths) => {
            let truths = truths.to_mut();
            truths.clear();
            truths.extend(bytes.iter().map(|&byte| byte == 1));
            bytes.iter().all(|&byte| byte <= 1)
        }
        Values::F32(values) => put(bytes, values.to_mut()),
        Values::F64(values) => put(bytes, values.to_mut()),
        Values::F16(values) => put(bytes, values.to_mut()),
        Values::Bf16(values) => put(bytes, values.to_mut()),
        Values::I8(values) => put(bytes, values.to_mut()),
        Values::I16(values) => put(bytes, values.to_mut()),
        Values::I32(values) => put(bytes, values.to_mut()),
        Values::I64(values) => put(bytes, values.to_mut()),
        Values::U8(values) => put(bytes, values.to_mut()),
        Values::U16(values) => put(bytes, values.to_mut()),
        Values::U32(values) => put(bytes, values.to_mut()),
        Values::U64(values) => put(bytes, values.to_mut()),
    }
}

fn put<T: Number>(bytes: &[u8], values: &mut Vec<T>) -> bool {
    values.resize(bytes.len() / size_of::<T>(), T::default());
    bytemuck::cast_slice_mut(values).copy_from_slice(bytes);
    endian::from_little_endian(values);
    true
}

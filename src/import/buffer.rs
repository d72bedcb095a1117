//! The values of one array after another, in memory that is used again.

use std::{borrow::Cow, io};

use half::{bf16, f16};

use crate::{Dtype, Error, Result, Values};

/// The values of the array that was read last.
#[derive(Debug)]
pub(super) struct Buffer {
    values: Values<'static>,
    /// Truth values as they lie in a file, before they are known to be some.
    bytes: Vec<u8>,
}

impl Default for Buffer {
    fn default() -> Self {
        Self { values: Values::none_of(Dtype::F32), bytes: Vec::new() }
    }
}

impl Buffer {
    /// The values that were read last.
    pub(super) fn values(&self) -> Values<'_> {
        self.values.borrowed()
    }

    /// Reads so many values: `read` fills their bytes, which are little-endian or in the order of the machine.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] if there is no memory for them, or a truth value is neither 0 nor 1; what `read` returns.
    pub(super) fn fill(
        &mut self,
        (dtype, count): (Dtype, usize),
        read: impl FnOnce(&mut [u8]) -> Result<()>,
    ) -> Result<()> {
        if dtype == Dtype::Bool {
            return self.fill_bools(count, read);
        }
        if self.values.dtype() != dtype {
            self.values = Values::none_of(dtype);
        }
        read(of_type(&mut self.values, count)?)
    }

    fn fill_bools(&mut self, count: usize, read: impl FnOnce(&mut [u8]) -> Result<()>) -> Result<()> {
        reserve(&mut self.bytes, count)?;
        self.bytes.resize(count, 0);
        read(&mut self.bytes)?;
        if let Some(other) = self.bytes.iter().find(|&&byte| byte > 1) {
            return Err(Error::invalid("a truth value", "0 or 1", other));
        }
        let mut values = Vec::new();
        reserve(&mut values, count)?;
        values.extend(self.bytes.iter().map(|&byte| byte == 1));
        self.values = values.into();
        Ok(())
    }
}

/// The bytes of so many values of the type that is there, whatever they are.
fn of_type<'v>(values: &'v mut Values<'static>, count: usize) -> Result<&'v mut [u8]> {
    fn sized<'v, T: bytemuck::Pod + Default>(values: &'v mut Cow<'static, [T]>, count: usize) -> Result<&'v mut [u8]> {
        let values = values.to_mut();
        reserve(values, count)?;
        values.resize(count, T::default());
        Ok(bytemuck::cast_slice_mut(values))
    }
    macro_rules! sized {
        ($($name:ident $of:ty,)*) => {
            match values {
                $(Values::$name(values) => sized::<$of>(values, count),)*
                Values::Bool(_) => Err(Error::invalid("the type of values to be read", "one of numbers", "bool")),
            }
        };
    }
    sized!(F32 f32, F64 f64, F16 f16, Bf16 bf16, I8 i8, I16 i16, I32 i32, I64 i64, U8 u8, U16 u16, U32 u32, U64 u64,)
}

/// Fails, in place of an abort, where there is no memory.
fn reserve<T>(values: &mut Vec<T>, count: usize) -> Result<()> {
    let more = count.saturating_sub(values.len());
    let reserved = values.try_reserve_exact(more).map_err(io::Error::other);
    reserved.map_err(|source| Error::io(format!("taking memory for {count} values"), source))
}

/// Turns the bytes of values, of so many bytes each, from an order of bytes into that of the machine.
pub(super) fn to_native(bytes: &mut [u8], size: usize, is_big_endian: bool) {
    if size > 1 && is_big_endian != cfg!(target_endian = "big") {
        bytes.chunks_exact_mut(size).for_each(<[u8]>::reverse);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_one_type_after_another_are_read_into_the_same_memory() {
        let mut buffer = Buffer::default();
        let fill = |bytes: &mut [u8]| {
            bytes.copy_from_slice(&[0, 0, 128, 63, 0, 0, 0, 64]);
            Ok(())
        };
        buffer.fill((Dtype::F32, 2), fill).unwrap();
        assert!(buffer.values().same_bits(&vec![1.0_f32, 2.0].into()));
        buffer.fill((Dtype::I16, 4), fill).unwrap();
        assert!(buffer.values().same_bits(&vec![0_i16, 0x3f80, 0, 0x4000].into()));
        buffer.fill((Dtype::Bool, 0), |_| Ok(())).unwrap();
        assert!(buffer.values().is_empty() && buffer.values().dtype() == Dtype::Bool);
    }

    #[test]
    fn a_truth_value_is_0_or_1() {
        let mut buffer = Buffer::default();
        let mut read = |value: u8| {
            buffer.fill((Dtype::Bool, 2), |bytes| {
                bytes[1] = value;
                Ok(())
            })
        };
        assert!(read(1).is_ok());
        assert!(read(2).unwrap_err().to_string().contains("is 2; it must be 0 or 1"));
    }

    #[test]
    fn more_values_than_memory_can_hold_are_an_error() {
        let error = Buffer::default().fill((Dtype::U64, usize::MAX / 8), |_| Ok(())).unwrap_err();
        assert!(error.to_string().starts_with("taking memory for"), "{error}");
    }

    #[test]
    fn bytes_in_the_other_order_are_turned() {
        let mut bytes = [1, 2, 3, 4];
        to_native(&mut bytes, 4, true);
        assert_eq!(bytemuck::pod_read_unaligned::<u32>(&bytes), 0x0102_0304);
    }
}

//! Values as their bytes in a file: little-endian, whatever the machine.
//!
//! On most machines that is how they lie in memory, and nothing is copied. The bits are kept, those of NaN and -0 too.

use std::borrow::Cow;

use bytemuck::Pod;
use half::{bf16, f16};

/// A type whose values recordings hold. Truth values are held as the bytes 0 and 1.
pub(super) trait Number: Pod + Default {
    /// Returns the value whose bytes are these in reverse order.
    fn swap_bytes(self) -> Self;
}

macro_rules! floats {
    ($($number:ty),*) => {$(
        impl Number for $number {
            fn swap_bytes(self) -> Self {
                Self::from_bits(self.to_bits().swap_bytes())
            }
        }
    )*};
}
floats!(f32, f64, f16, bf16);

macro_rules! integers {
    ($($number:ty),*) => {$(
        impl Number for $number {
            fn swap_bytes(self) -> Self {
                <$number>::swap_bytes(self)
            }
        }
    )*};
}
integers!(i8, i16, i32, i64, u8, u16, u32, u64);

/// Returns the bytes of values as they are in a file; on most machines those in memory.
pub(super) fn little_endian<T: Number>(values: &[T]) -> Cow<'_, [u8]> {
    if cfg!(target_endian = "little") {
        Cow::Borrowed(bytemuck::cast_slice(values))
    } else {
        Cow::Owned(swapped(values))
    }
}

/// Turns the bytes of values of this size, as they are in memory, into those of a file.
pub(super) fn to_little_endian(bytes: &mut [u8], size: usize) {
    if cfg!(target_endian = "big") {
        bytes.chunks_mut(size).for_each(<[u8]>::reverse);
    }
}

/// Turns bytes that were read from a file into their memory into values.
pub(super) fn from_little_endian<T: Number>(values: &mut [T]) {
    if cfg!(target_endian = "big") {
        values.iter_mut().for_each(|value| *value = value.swap_bytes());
    }
}

fn swapped<T: Number>(values: &[T]) -> Vec<u8> {
    let swapped: Vec<T> = values.iter().map(|value| value.swap_bytes()).collect();
    bytemuck::cast_slice(&swapped).to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_little_endian_and_the_other_way_round_where_the_machine_is() {
        let values = [1.5_f32, -0.0, f32::from_bits(0x7fc0_1234)];
        let expected: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        assert_eq!(*little_endian(&values), expected);
        let other: Vec<u8> = values.iter().flat_map(|value| value.to_bits().swap_bytes().to_le_bytes()).collect();
        assert_eq!(swapped(&values), other);
        assert_eq!(1.5_f64.swap_bytes().swap_bytes(), 1.5);
        assert_eq!(Number::swap_bytes(0x0102_i16), 0x0201);
        assert_eq!(swapped(&[f16::from_bits(0x0102), f16::from_bits(0x7e03)]), [1, 2, 0x7e, 3]);
        let mut back = values;
        from_little_endian(&mut back);
        assert_eq!(back.map(f32::to_bits), values.map(f32::to_bits));
    }
}

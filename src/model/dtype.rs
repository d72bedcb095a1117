//! The type of the values of an array.

use std::fmt;

/// The type of the values of an array, as recordings keep it.
///
/// Its name is the one that numpy, safetensors and PyTorch's short forms share: `f32`, `bf16`, `u8`.
///
/// ```
/// use training_replay::{Dtype, Values};
///
/// let mask = Values::from(vec![true, false]);
/// assert_eq!((mask.dtype(), mask.dtype().to_string(), mask.dtype().bytes()), (Dtype::Bool, "bool".into(), 1));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Dtype {
    /// Single precision, IEEE 754's binary32.
    F32,
    /// Double precision, binary64.
    F64,
    /// Half precision, binary16.
    F16,
    /// The upper half of an `f32`: its range, with 8 bits of precision.
    Bf16,
    /// Signed integers of 8 bits.
    I8,
    /// Signed integers of 16 bits.
    I16,
    /// Signed integers of 32 bits.
    I32,
    /// Signed integers of 64 bits.
    I64,
    /// Unsigned integers of 8 bits.
    U8,
    /// Unsigned integers of 16 bits.
    U16,
    /// Unsigned integers of 32 bits.
    U32,
    /// Unsigned integers of 64 bits.
    U64,
    /// Truth values, a byte each.
    Bool,
}

impl Dtype {
    /// Every type, in the order of their numbers in files.
    pub(crate) const ALL: [Self; 13] = [
        Self::F32,
        Self::F64,
        Self::F16,
        Self::Bf16,
        Self::I8,
        Self::I16,
        Self::I32,
        Self::I64,
        Self::U8,
        Self::U16,
        Self::U32,
        Self::U64,
        Self::Bool,
    ];

    /// Returns the size of one value in bytes, in memory and in a recording.
    pub fn bytes(self) -> usize {
        match self {
            Self::I8 | Self::U8 | Self::Bool => 1,
            Self::F16 | Self::Bf16 | Self::I16 | Self::U16 => 2,
            Self::F32 | Self::I32 | Self::U32 => 4,
            Self::F64 | Self::I64 | Self::U64 => 8,
        }
    }

    /// Returns whether the values are floating-point numbers: those that are trained, and that may be NaN.
    ///
    /// ```
    /// use training_replay::Dtype;
    ///
    /// assert!(Dtype::Bf16.is_float() && !Dtype::I64.is_float());
    /// ```
    pub fn is_float(self) -> bool {
        matches!(self, Self::F32 | Self::F64 | Self::F16 | Self::Bf16)
    }
}

impl fmt::Display for Dtype {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::F32 => "f32",
            Self::F64 => "f64",
            Self::F16 => "f16",
            Self::Bf16 => "bf16",
            Self::I8 => "i8",
            Self::I16 => "i16",
            Self::I32 => "i32",
            Self::I64 => "i64",
            Self::U8 => "u8",
            Self::U16 => "u16",
            Self::U32 => "u32",
            Self::U64 => "u64",
            Self::Bool => "bool",
        })
    }
}

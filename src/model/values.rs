//! The values of one array, in the type that the model holds them in.

use std::borrow::Cow;

use half::{bf16, f16};

use super::{
    Dtype,
    scalar::{Scalar, is_as_recorded},
};
use crate::math::stats;

/// The values of one array as the model holds them, row-major; recorded without loss, in the bytes that they have.
///
/// ```
/// use training_replay::{Values, half::bf16};
///
/// let values = Values::from(vec![0.1_f64, f64::NAN]);
/// assert_eq!(values.to_f32()[0], 0.1_f32);
/// assert!(values.same_bits(&values.clone())); // `==` says no: NaN
///
/// let halves = Values::from(vec![bf16::from_f32(0.5); 3]);
/// assert_eq!((halves.dtype().to_string(), halves.dtype().bytes()), ("bf16".into(), 2));
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Values<'a> {
    /// Single precision.
    F32(Cow<'a, [f32]>),
    /// Double precision.
    F64(Cow<'a, [f64]>),
    /// Half precision.
    F16(Cow<'a, [f16]>),
    /// The upper half of `f32`.
    Bf16(Cow<'a, [bf16]>),
    /// Signed integers of 8 bits.
    I8(Cow<'a, [i8]>),
    /// Signed integers of 16 bits.
    I16(Cow<'a, [i16]>),
    /// Signed integers of 32 bits.
    I32(Cow<'a, [i32]>),
    /// Signed integers of 64 bits.
    I64(Cow<'a, [i64]>),
    /// Unsigned integers of 8 bits.
    U8(Cow<'a, [u8]>),
    /// Unsigned integers of 16 bits.
    U16(Cow<'a, [u16]>),
    /// Unsigned integers of 32 bits.
    U32(Cow<'a, [u32]>),
    /// Unsigned integers of 64 bits.
    U64(Cow<'a, [u64]>),
    /// Truth values.
    Bool(Cow<'a, [bool]>),
}

/// Does the same with the values of any type.
macro_rules! of_any_type {
    ($values:expr, $of:ident => $does:expr) => {
        of_any_type!($values, $of => $does; F32 F64 F16 Bf16 I8 I16 I32 I64 U8 U16 U32 U64 Bool)
    };
    ($values:expr, $of:ident => $does:expr; $($dtype:ident)*) => {
        match $values {
            $($crate::Values::$dtype($of) => $does,)*
        }
    };
}

/// The same, to values of the same type again.
macro_rules! to_same_type {
    ($values:expr, $of:ident => $does:expr) => {
        to_same_type!($values, $of => $does; F32 F64 F16 Bf16 I8 I16 I32 I64 U8 U16 U32 U64 Bool)
    };
    ($values:expr, $of:ident => $does:expr; $($dtype:ident)*) => {
        match $values {
            $($crate::Values::$dtype($of) => $crate::Values::$dtype($does),)*
        }
    };
}

impl Values<'_> {
    /// No values of a type, to be read into.
    pub(crate) fn none_of(dtype: Dtype) -> Values<'static> {
        macro_rules! none {
            ($($name:ident)*) => {
                match dtype {
                    $(Dtype::$name => Values::$name(Cow::Owned(Vec::new())),)*
                }
            };
        }
        none!(F32 F64 F16 Bf16 I8 I16 I32 I64 U8 U16 U32 U64 Bool)
    }

    /// Returns the type of the values.
    ///
    /// ```
    /// use training_replay::{Dtype, Values};
    ///
    /// assert_eq!(Values::from(vec![0.5_f32]).dtype(), Dtype::F32);
    /// ```
    pub fn dtype(&self) -> Dtype {
        fn dtype<T: Scalar>(_: &[T]) -> Dtype {
            T::DTYPE
        }
        of_any_type!(self, values => dtype(values))
    }

    /// Returns the number of values.
    ///
    /// ```
    /// use training_replay::Values;
    ///
    /// assert_eq!(Values::from(vec![0.5_f32, 1.5]).len(), 2);
    /// ```
    pub fn len(&self) -> usize {
        of_any_type!(self, values => values.len())
    }

    /// Returns whether there are no values.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the values as `f32`, rounded to the nearest where they are of a type that holds others; `true` is 1.
    ///
    /// ```
    /// use training_replay::Values;
    ///
    /// assert_eq!(Values::from(vec![1.0_f64 / 3.0]).to_f32(), [1.0_f32 / 3.0].as_slice());
    /// assert_eq!(Values::from(vec![true, false]).to_f32(), [1.0, 0.0].as_slice());
    /// ```
    pub fn to_f32(&self) -> Cow<'_, [f32]> {
        match self {
            Self::F32(values) => Cow::Borrowed(values),
            others => of_any_type!(others, values => values.iter().map(|&value| Scalar::to_f32(value)).collect()),
        }
    }

    /// Returns the values as `f32`, without a copy where they are owned ones.
    ///
    /// ```
    /// use training_replay::Values;
    ///
    /// assert_eq!(Values::from(vec![0.5_f32]).into_f32(), [0.5]); // the same memory
    /// ```
    pub fn into_f32(self) -> Vec<f32> {
        match self {
            Self::F32(values) => values.into_owned(),
            others => others.to_f32().into_owned(),
        }
    }

    /// Returns the values as `f64`: exactly, but for integers beyond 2^53, which are rounded to the nearest.
    ///
    /// ```
    /// use training_replay::Values;
    ///
    /// assert_eq!(Values::from(vec![0.1_f32]).to_f64(), [f64::from(0.1_f32)].as_slice());
    /// ```
    pub fn to_f64(&self) -> Cow<'_, [f64]> {
        match self {
            Self::F64(values) => Cow::Borrowed(values),
            others => of_any_type!(others, values => values.iter().map(|&value| Scalar::to_f64(value)).collect()),
        }
    }

    /// Values of the same type as these, rounded to the nearest.
    pub(super) fn alike(&self, values: Vec<f64>) -> Values<'static> {
        fn rounded<T: Scalar>(_: &[T], values: &[f64]) -> Cow<'static, [T]> {
            values.iter().map(|&value| T::of_f64(value)).collect()
        }
        match self {
            Self::F64(_) => Values::from(values),
            others => to_same_type!(others, own => rounded(own, &values)),
        }
    }

    /// Adds them, each times a weight, to as many sums; to zeros where there are none yet.
    pub(crate) fn add_times(&self, weight: f64, sums: &mut Vec<f64>) {
        fn add<T: Scalar>(values: &[T], weight: f64, sums: &mut [f64]) {
            sums.iter_mut().zip(values).for_each(|(sum, &value)| *sum += weight * value.to_f64());
        }
        sums.resize(self.len(), 0.0);
        of_any_type!(self, values => add(values, weight, sums));
    }

    /// Adds them to the end of others, as [`to_f64`](Self::to_f64).
    pub(crate) fn append_to(&self, others: &mut Vec<f64>) {
        of_any_type!(self, values => others.extend(values.iter().map(|&value| Scalar::to_f64(value))));
    }

    /// One of the values; as [`to_f64`](Self::to_f64).
    pub(crate) fn at(&self, index: usize) -> f64 {
        of_any_type!(self, values => Scalar::to_f64(values[index]))
    }

    /// The absolute difference of a value from another one at the same place; NaN is 0 from NaN, and infinitely far from
    /// all else.
    pub(crate) fn distance(&self, other: &Values<'_>, index: usize) -> f64 {
        let (one, other) = (self.exact(index), other.exact(index));
        let distance = difference(one, other).abs();
        match distance.is_nan() {
            true if one.0 == other.0 || one.0.is_nan() && other.0.is_nan() => 0.0,
            true => f64::INFINITY,
            false => distance,
        }
    }

    /// The difference of every value from that of as many others, without a copy of either.
    pub(super) fn minus(&self, earlier: &Values<'_>) -> Vec<f64> {
        macro_rules! minus {
            ($($name:ident)*) => {
                match (self, earlier) {
                    $((Self::$name(later), Values::$name(earlier)) => differences(later, earlier),)*
                    _ => (0..self.len().min(earlier.len())).map(|i| difference(self.exact(i), earlier.exact(i))).collect(),
                }
            };
        }
        minus!(F32 F64 F16 Bf16 I8 I16 I32 I64 U8 U16 U32 U64 Bool)
    }

    /// The standard deviation of those that are finite, without a copy.
    pub(crate) fn deviation(&self) -> f64 {
        of_any_type!(self, values => stats::deviation(values.iter().map(|&value| Scalar::to_f64(value))))
    }

    /// Borrows the values.
    ///
    /// ```
    /// use training_replay::Values;
    ///
    /// let values = Values::from(vec![0.5_f32]);
    /// assert_eq!(values.borrowed(), values); // no value was copied
    /// ```
    pub fn borrowed(&self) -> Values<'_> {
        to_same_type!(self, values => Cow::Borrowed(values))
    }

    /// Returns the values as owned ones; a copy if they were borrowed.
    ///
    /// ```
    /// use training_replay::Values;
    ///
    /// let owned: Values<'static> = {
    ///     let layer = [0.5_f32, 1.5];
    ///     Values::from(&layer).into_owned()
    /// };
    /// assert_eq!(owned.to_f32(), [0.5, 1.5].as_slice());
    /// ```
    pub fn into_owned(self) -> Values<'static> {
        to_same_type!(self, values => Cow::Owned(values.into_owned()))
    }

    /// Returns whether both have the same type, and every value the same bits as the other's.
    ///
    /// NaN has the same bits as itself, although `==` says that it differs; 0 and -0 do not, although `==` says that
    /// they are equal.
    ///
    /// ```
    /// use training_replay::Values;
    ///
    /// let nan = Values::from(vec![f32::NAN]);
    /// assert!(nan.same_bits(&nan) && nan != nan);
    /// assert!(!Values::from(vec![0.0_f32]).same_bits(&Values::from(vec![-0.0_f32])));
    /// ```
    pub fn same_bits(&self, other: &Values<'_>) -> bool {
        self.dtype() == other.dtype() && self.bytes() == other.bytes()
    }

    /// Whether none of the values is NaN or infinite.
    pub(crate) fn are_finite(&self) -> bool {
        fn finite<T: Scalar>(values: &[T]) -> bool {
            // Without a way out within a piece, so that many are looked at together.
            values.chunks(1 << 10).all(|piece| piece.iter().fold(true, |all, value| all & value.to_f64().is_finite()))
        }
        of_any_type!(self, values => finite(values))
    }

    /// The number of those that are NaN or infinite, without a copy.
    pub(crate) fn not_finite(&self) -> usize {
        fn count<T: Scalar>(values: &[T]) -> usize {
            values.iter().filter(|value| !value.to_f64().is_finite()).count()
        }
        of_any_type!(self, values => count(values))
    }

    /// A checksum of all bytes, to compare within one process. Each step is a bijection of what came before and of the next 8
    /// bytes, so that a difference in these alone is always seen.
    pub(crate) fn checksum(&self) -> u64 {
        const ODD: u64 = 0x9e37_79b9_7f4a_7c15; // 2^64 over the golden ratio
        let step = |sum: u64, bytes: &[u8]| {
            let mut word = [0; 8];
            word[..bytes.len()].copy_from_slice(bytes);
            (sum ^ u64::from_le_bytes(word)).wrapping_mul(ODD).rotate_left(29)
        };
        self.bytes().chunks(8).fold(self.len() as u64, step)
    }

    /// The bytes of the values in memory.
    pub(super) fn bytes(&self) -> &[u8] {
        of_any_type!(self, values => bytemuck::cast_slice(values))
    }

    /// The bytes of the values as they are in files, little-endian; on most machines those in memory.
    #[cfg(feature = "safetensors")]
    pub(crate) fn to_le_bytes(&self) -> Cow<'_, [u8]> {
        if cfg!(target_endian = "little") {
            return Cow::Borrowed(self.bytes());
        }
        let size = self.dtype().bytes();
        Cow::Owned(self.bytes().chunks(size).flat_map(|value| value.iter().rev().copied()).collect())
    }

    /// One of the values, and as the integer that it is, if it is one.
    fn exact(&self, index: usize) -> (f64, Option<i128>) {
        of_any_type!(self, values => (Scalar::to_f64(values[index]), values[index].integer()))
    }

    /// The values of some places, borrowed or moved.
    pub(super) fn permuted(&self, places: impl Iterator<Item = usize>) -> Values<'static> {
        to_same_type!(self, values => places.map(|place| values[place]).collect())
    }

    /// The index of the first value that is not a recorded one, and both; NaN is any NaN. Where these are `f32` and `f64`
    /// was recorded, the recorded ones are rounded.
    pub(crate) fn first_difference(&self, recorded: &Values<'_>) -> Option<(usize, f64, f64)> {
        // All at once first, which is as fast as memory: values that differ are rare.
        if self.same_bits(recorded) {
            return None;
        }
        let differs = |&index: &usize| {
            let recorded = recorded.exact(index);
            of_any_type!(self, own => !is_as_recorded(own[index], recorded))
        };
        let index = (0..self.len().min(recorded.len())).find(differs)?;
        Some((index, self.at(index), recorded.at(index)))
    }
}

fn differences<T: Scalar>(later: &[T], earlier: &[T]) -> Vec<f64> {
    later.iter().zip(earlier).map(|(&later, &earlier)| later.minus(earlier)).collect()
}

/// The difference of two values of different types.
fn difference(later: (f64, Option<i128>), earlier: (f64, Option<i128>)) -> f64 {
    match (later.1, earlier.1) {
        (Some(later), Some(earlier)) => (later - earlier) as f64,
        _ => later.0 - earlier.0,
    }
}

macro_rules! values_from {
    ($($scalar:ty => $variant:ident),*) => {$(
        impl<'a> From<&'a [$scalar]> for Values<'a> {
            fn from(values: &'a [$scalar]) -> Self {
                Self::$variant(values.into())
            }
        }

        impl<'a> From<&'a Vec<$scalar>> for Values<'a> {
            fn from(values: &'a Vec<$scalar>) -> Self {
                Self::$variant(values.into())
            }
        }

        impl<'a, const N: usize> From<&'a [$scalar; N]> for Values<'a> {
            fn from(values: &'a [$scalar; N]) -> Self {
                Self::$variant(values.as_slice().into())
            }
        }

        impl From<Vec<$scalar>> for Values<'_> {
            fn from(values: Vec<$scalar>) -> Self {
                Self::$variant(values.into())
            }
        }
    )*};
}
values_from!(
    f32 => F32, f64 => F64, f16 => F16, bf16 => Bf16, i8 => I8, i16 => I16, i32 => I32, i64 => I64, u8 => U8, u16 => U16,
    u32 => U32, u64 => U64, bool => Bool
);

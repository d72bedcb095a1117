//! One value of an array, of any type that recordings keep.

use half::{bf16, f16};

use super::Dtype;

/// A type that the values of an array may have.
///
/// Conversions are to the nearest, ties to even; integers beyond 2^53 have no `f64` of their own, so that differences and
/// comparisons of them are made of the integers.
pub(crate) trait Scalar: bytemuck::NoUninit + PartialEq + Default {
    const DTYPE: Dtype;

    fn to_f32(self) -> f32;

    fn to_f64(self) -> f64;

    fn of_f64(value: f64) -> Self;

    /// The value itself, if its type is one of integers.
    fn integer(self) -> Option<i128>;

    /// Its difference from another one.
    fn minus(self, other: Self) -> f64 {
        match (self.integer(), other.integer()) {
            (Some(value), Some(other)) => (value - other) as f64,
            _ => self.to_f64() - other.to_f64(),
        }
    }
}

macro_rules! floats {
    ($($scalar:ident $dtype:ident, $to_f32:expr, $to_f64:expr, $of_f64:expr;)*) => {$(
        impl Scalar for $scalar {
            const DTYPE: Dtype = Dtype::$dtype;

            #[inline]
            fn to_f32(self) -> f32 {
                $to_f32(self)
            }

            #[inline]
            fn to_f64(self) -> f64 {
                $to_f64(self)
            }

            #[inline]
            fn of_f64(value: f64) -> Self {
                $of_f64(value)
            }

            #[inline]
            fn integer(self) -> Option<i128> {
                None
            }
        }
    )*};
}
floats! {
    f32 F32, |value| value, f64::from, |value| value as f32;
    f64 F64, |value| value as f32, |value| value, |value| value;
    f16 F16, f32::from, f64::from, f16::from_f64;
    bf16 Bf16, f32::from, f64::from, bf16::from_f64;
}

macro_rules! integers {
    ($($scalar:ident $dtype:ident,)*) => {$(
        impl Scalar for $scalar {
            const DTYPE: Dtype = Dtype::$dtype;

            #[inline]
            #[allow(clippy::cast_lossless, reason = "of some of the types alone")]
            fn to_f32(self) -> f32 {
                self as f32
            }

            #[inline]
            #[allow(clippy::cast_lossless, reason = "of some of the types alone")]
            fn to_f64(self) -> f64 {
                self as f64
            }

            /// Of values beyond the range its end.
            fn of_f64(value: f64) -> Self {
                value.round_ties_even() as Self
            }

            #[inline]
            fn integer(self) -> Option<i128> {
                Some(self.into())
            }
        }
    )*};
}
integers!(i8 I8, i16 I16, i32 I32, i64 I64, u8 U8, u16 U16, u32 U32, u64 U64,);

impl Scalar for bool {
    const DTYPE: Dtype = Dtype::Bool;

    fn to_f32(self) -> f32 {
        u8::from(self).into()
    }

    fn to_f64(self) -> f64 {
        u8::from(self).into()
    }

    fn of_f64(value: f64) -> Self {
        value != 0.0
    }

    fn integer(self) -> Option<i128> {
        Some(self.into())
    }
}

/// Whether a value is the one that was recorded; NaN is any NaN. What was recorded in another type is rounded to that of a
/// floating-point value.
pub(super) fn is_as_recorded<T: Scalar>(own: T, recorded: (f64, Option<i128>)) -> bool {
    match (own.integer(), recorded) {
        (Some(own), (_, Some(recorded))) => own == recorded,
        (Some(_), (recorded, None)) => own.to_f64() == recorded,
        (None, (recorded, _)) => own == T::of_f64(recorded) || own.to_f64().is_nan() && recorded.is_nan(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_that_no_float_can_tell_apart_differ() {
        let (large, larger) = (9_007_199_254_740_992_i64, 9_007_199_254_740_993_i64);
        assert_eq!(large.to_f64(), larger.to_f64());
        assert_eq!(larger.minus(large), 1.0);
        assert_eq!(u64::MAX.minus(0), 18_446_744_073_709_551_615.0);
        assert_eq!(i64::MIN.minus(i64::MAX), -18_446_744_073_709_551_615.0);
        assert!(!is_as_recorded(large, (larger.to_f64(), larger.integer())));
        assert!(is_as_recorded(7_u8, (7.0, None)) && !is_as_recorded(7_u8, (7.25, None)));
    }

    /// `np.float32(x).astype(np.float16)`; `torch.tensor(x).to(torch.bfloat16)`
    #[test]
    fn halves_are_rounded_to_the_nearest_ties_to_even() {
        assert_eq!(
            [2049.0, 2051.0, 65519.9, 65520.0].map(|x| f16::of_f64(x).to_f64()),
            [2048.0, 2052.0, 65504.0, f64::INFINITY]
        );
        assert_eq!([257.0, 259.0, 0.1].map(|x| bf16::of_f64(x).to_f64()), [256.0, 260.0, 0.100_097_656_25]);
        assert!(is_as_recorded(bf16::NAN, (f64::NAN, None)));
    }
}

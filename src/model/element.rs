//! The types that the values of an array may have, as a caller names them.

use half::{bf16, f16};

use super::Dtype;

/// A type that the values of an array may have: `f32`, `f64`, `half`'s `f16` and `bf16`, integers of 8 to 64 bits, or `bool`.
///
/// [`Pieces::fill`](crate::Pieces::fill) copies values of one of them.
pub trait Element: sealed::Typed {}

impl<T: sealed::Typed> Element for T {}

/// What nobody else can implement.
pub(super) mod sealed {
    use super::super::Dtype;

    pub trait Typed: Sized {
        const DTYPE: Dtype;

        /// The values in these bytes, if they are aligned for them.
        fn of_bytes(bytes: &mut [u8]) -> Option<&mut [Self]>;
    }
}

macro_rules! typed {
    ($($scalar:ident $dtype:ident),*) => {$(
        impl sealed::Typed for $scalar {
            const DTYPE: Dtype = Dtype::$dtype;

            fn of_bytes(bytes: &mut [u8]) -> Option<&mut [Self]> {
                bytemuck::checked::try_cast_slice_mut(bytes).ok()
            }
        }
    )*};
}
typed!(f32 F32, f64 F64, f16 F16, bf16 Bf16, i8 I8, i16 I16, i32 I32, i64 I64, u8 U8, u16 U16, u32 U32, u64 U64, bool Bool);

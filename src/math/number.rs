//! What functions are computed of: one number, or some side by side.

use std::ops::{Add, Div, Mul, Neg, Sub};

use super::fused;

/// A number of single precision, or some of them: every operation gives the bits that it gives of each alone, but perhaps where the
/// result is far from 1.
pub(super) trait Number:
    Copy + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self> + Div<Output = Self> + Neg<Output = Self>
{
    /// Whether what was computed may have other bits after all.
    type Doubt: Doubt;

    /// Takes in that this number may be far from 1, or that those were which it was made of.
    fn bound(self, doubt: &mut Self::Doubt) -> Self;

    fn of(value: f32) -> Self;

    /// `self - near`, where that is exact.
    fn minus_near(self, near: Self) -> Self;

    /// `self power`, for a factor that is 0, a power of 2 or infinite.
    fn scale(self, power: Self) -> Self;

    /// `self factor + addend`, rounded once.
    fn mul_add(self, factor: Self, addend: Self, doubt: &mut Self::Doubt) -> Self;

    /// `self power + addend`, rounded once, for such a factor.
    fn scale_add(self, power: Self, addend: Self) -> Self;

    /// As that of the standard library.
    fn clamp(self, least: f32, most: f32) -> Self;

    fn abs(self) -> Self;

    /// Itself above 0, 0 elsewhere and of NaN.
    fn positive(self) -> Self;

    /// Of 1.5 * 2^23 and a whole number `n` from -127 to 128: `2^n`, but 0 of the least `n` and infinite of the largest.
    fn power(self) -> Self;
}

/// Whether some of the numbers so far were not certain to have the right bits.
pub(super) trait Doubt: Copy + Default {
    fn is_any(self) -> bool;
}

/// Where every operation is rounded as it has to be.
impl Doubt for () {
    #[inline(always)]
    fn is_any(self) -> bool {
        false
    }
}

/// Eight numbers that are computed side by side.
pub(super) trait Eight: Number {
    fn new(values: [f32; 8]) -> Self;

    fn values(self) -> [f32; 8];
}

impl Number for f32 {
    type Doubt = ();

    #[inline(always)]
    fn bound(self, (): &mut ()) -> Self {
        self
    }

    #[inline(always)]
    fn of(value: f32) -> Self {
        value
    }

    #[inline(always)]
    fn minus_near(self, near: Self) -> Self {
        self - near
    }

    #[inline(always)]
    fn scale(self, power: Self) -> Self {
        self * power
    }

    #[inline(always)]
    fn mul_add(self, factor: Self, addend: Self, (): &mut ()) -> Self {
        fused::mul_add(self, factor, addend)
    }

    #[inline(always)]
    fn scale_add(self, power: Self, addend: Self) -> Self {
        fused::mul_add(self, power, addend)
    }

    #[inline(always)]
    fn clamp(self, least: f32, most: f32) -> Self {
        self.clamp(least, most)
    }

    #[inline(always)]
    fn abs(self) -> Self {
        self.abs()
    }

    #[inline(always)]
    fn positive(self) -> Self {
        if self > 0.0 { self } else { 0.0 }
    }

    #[inline(always)]
    fn power(self) -> Self {
        /// The bits of 1, whose exponent is 0.
        const ONE: u32 = 0x3f80_0000;
        Self::from_bits((self.to_bits() << 23).wrapping_add(ONE))
    }
}

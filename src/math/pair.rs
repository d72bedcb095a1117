//! Two numbers of single precision, computed in double precision side by side, where there is no fused multiply-add.
//!
//! Sum, difference, product and quotient of two `f32` in `f64`, rounded to `f32`, are those of `f32`: 53 bits are `2 * 24 + 2` and
//! more (Figueroa, "When is double rounding innocuous?", SIGNUM Newsletter 30(3), 1995).
//!
//! Nor does it matter for nearly every `a b + c`. The product is exact. The sum, rounded to 53 bits, is on the same side of the middle of
//! two neighboring `f32` as the exact one, or on the middle itself: rounding is monotonic, and the middle has 25 bits. So the bits are
//! those of a fused multiply-add unless the rounded sum is a middle, and that is seen by its bits: below the 24 that `f32` keeps are
//! a one and 28 zeros. Subnormal `f32` keep fewer; so every sum below the least normal number, but 0, is in [`Doubt`], too. (No sum but
//! that of opposite numbers is rounded to 0.) Where the doubt was right is not asked: what it concerns is computed once more, by
//! [`fused`](super::fused), which is slower and always right.
//!
//! A sum is often a middle if its product has few bits. Of 24, as that of a power of 2 with an `f32`, it is two `f32` that are added, and
//! not in doubt: either the sum is exact in `f64`, or the one is so small beside the other that nothing near a middle comes of it.

use std::{
    array,
    ops::{Add, Div, Mul, Neg, Sub},
};

use super::{
    fused,
    lanes::{self, Bits, Lanes},
    number::Number,
};

/// Two numbers of single precision.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pair(Lanes);

/// Whether some of the sums so far were not certain to have the right bits.
#[derive(Clone, Copy, Debug)]
pub(super) struct Doubt {
    /// The least, with signs, of what `f32` does not keep of the sums.
    tie: Bits,
    /// The least, without signs, of their sizes.
    size: Bits,
}

impl Default for Doubt {
    #[inline(always)]
    fn default() -> Self {
        Self { tie: lanes::bits(0), size: lanes::bits(u32::MAX) }
    }
}

impl Doubt {
    #[inline(always)]
    fn add(&mut self, sum: Lanes) {
        /// The bits of `f64` above the 29 that `f32` does not keep.
        const KEPT: u32 = 35;
        *self = Self { tie: lanes::least_tie(self.tie, sum, KEPT), size: lanes::least_size(self.size, sum) };
    }

    #[inline(always)]
    pub(super) fn is_any(self) -> bool {
        /// The first half of the bits of the least normal `f32` as an `f64`, without its sign.
        const NORMAL: u32 = (1023 - 126) << 21;
        let ([tie, other_tie], [size, other_size]) = (lanes::signed(self.tie), lanes::unsigned(self.size));
        tie.min(other_tie) == i32::MIN || size.min(other_size) < NORMAL
    }
}

impl Pair {
    #[inline(always)]
    pub(super) fn new(values: [f32; 2]) -> Self {
        Self(lanes::promote(values))
    }

    #[inline(always)]
    pub(super) fn values(self) -> [f32; 2] {
        lanes::demote(self.0)
    }

    #[inline(always)]
    fn rounded(lanes: Lanes) -> Self {
        Self(lanes::round(lanes))
    }
}

/// Pairs of as many values as there are in all of them.
#[inline(always)]
pub(super) fn pairs<const N: usize, const P: usize>(values: &[f32; N]) -> [Pair; P] {
    const { assert!(N == 2 * P) };
    array::from_fn(|i| Pair::new([values[2 * i], values[2 * i + 1]]))
}

/// Chains side by side: to each sum one product after the other is added, rounded once.
#[inline(always)]
pub(super) fn chains<const N: usize, const P: usize>(
    start: [Pair; P],
    products: impl Iterator<Item = ([Pair; P], [Pair; P])> + Clone,
) -> [f32; N] {
    let (sums, doubt) = quick_chains(start, products.clone());
    if doubt.is_any() { exact_chains(start, products) } else { values(sums) }
}

#[inline(always)]
fn values<const N: usize, const P: usize>(pairs: [Pair; P]) -> [f32; N] {
    const { assert!(N == 2 * P) };
    let values = pairs.map(Pair::values);
    array::from_fn(|i| values[i / 2][i % 2])
}

#[inline(always)]
fn quick_chains<const P: usize>(
    mut sums: [Pair; P],
    products: impl Iterator<Item = ([Pair; P], [Pair; P])>,
) -> ([Pair; P], Doubt) {
    let mut doubt = Doubt::default();
    for (a, b) in products {
        for i in 0..P {
            sums[i] = a[i].mul_add(b[i], sums[i], &mut doubt);
        }
    }
    (sums, doubt)
}

#[cold]
#[inline(never)]
fn exact_chains<const N: usize, const P: usize>(
    start: [Pair; P],
    products: impl Iterator<Item = ([Pair; P], [Pair; P])>,
) -> [f32; N] {
    let add = |sums: [f32; N], (a, b): ([Pair; P], [Pair; P])| {
        let (a, b): ([f32; N], [f32; N]) = (values(a), values(b));
        array::from_fn(|i| fused::mul_add(a[i], b[i], sums[i]))
    };
    products.fold(values(start), add)
}

impl Number for Pair {
    type Doubt = Doubt;

    #[inline(always)]
    fn of(value: f32) -> Self {
        Self(lanes::splat(f64::from(value)))
    }

    #[inline(always)]
    fn mul_add(self, factor: Self, addend: Self, doubt: &mut Doubt) -> Self {
        let sum = lanes::add(lanes::mul(self.0, factor.0), addend.0);
        doubt.add(sum);
        Self::rounded(sum)
    }

    #[inline(always)]
    fn scale_add(self, power: Self, addend: Self) -> Self {
        Self::rounded(lanes::add(lanes::mul(self.0, power.0), addend.0))
    }

    #[inline(always)]
    fn clamp(self, least: f32, most: f32) -> Self {
        Self(lanes::at_most(lanes::at_least(self.0, f64::from(least)), f64::from(most)))
    }

    #[inline(always)]
    fn abs(self) -> Self {
        Self(lanes::abs(self.0))
    }

    #[inline(always)]
    fn positive(self) -> Self {
        Self(lanes::positive(self.0))
    }

    #[inline(always)]
    fn power(self) -> Self {
        Self(lanes::power(self.0))
    }
}

impl Add for Pair {
    type Output = Self;

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Self::rounded(lanes::add(self.0, other.0))
    }
}

impl Sub for Pair {
    type Output = Self;

    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        Self::rounded(lanes::sub(self.0, other.0))
    }
}

impl Mul for Pair {
    type Output = Self;

    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        Self::rounded(lanes::mul(self.0, other.0))
    }
}

impl Div for Pair {
    type Output = Self;

    #[inline(always)]
    fn div(self, other: Self) -> Self {
        Self::rounded(lanes::div(self.0, other.0))
    }
}

impl Neg for Pair {
    type Output = Self;

    #[inline(always)]
    fn neg(self) -> Self {
        Self(lanes::neg(self.0))
    }
}

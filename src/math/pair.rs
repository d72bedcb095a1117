//! Two numbers of single precision, computed in double precision side by side, where there is no fused multiply-add.
//!
//! Sum, difference, product and quotient of two `f32` in `f64`, rounded to `f32`, are those of `f32`: 53 bits are `2 * 24 + 2` and
//! more (Figueroa, "When is double rounding innocuous?", SIGNUM Newsletter 30(3), 1995).
//!
//! Nor does it matter for nearly every `a b + c`. The product is exact. The sum, rounded to 53 bits, is on the same side of the middle of
//! two neighboring `f32` as the exact one, or on the middle itself: rounding is monotonic, and the middle has 25 bits. So the bits are
//! those of a fused multiply-add unless the rounded sum is a middle, and that is seen by its bits: below the 24 that `f32` keeps are
//! a one and 28 zeros. Then there is a [`Doubt`]. Whether it was right is not asked: what it concerns is computed once more, by
//! [`fused`](super::fused), which is slower and always right.
//!
//! A sum is often a middle if its product has few bits. Of 24, as that of a power of 2 with an `f32`, it is two `f32` that are added, and
//! not in doubt: either the sum is exact in `f64`, or the one is so small beside the other that nothing near a middle comes of it.
//!
//! Rounding is to 24 bits, whatever the exponent: two operations on integers, where converting there and back would be a dozen.
//! `f32` keeps fewer of what is near 0, and has an end: so what is far from 1 is in doubt as well, where it may occur.

use std::ops::{Add, Div, Mul, Neg, Sub};

use super::{
    lanes::{self, Bits, Lanes},
    number::{Doubt, Eight, Number},
    two::Two,
};

/// Eight numbers of single precision.
pub(super) type FourPairs = Two<Two<Pair>>;

impl Eight for FourPairs {
    #[inline(always)]
    fn new([a, b, c, d, e, f, g, h]: [f32; 8]) -> Self {
        Two(Two(Pair::new([a, b]), Pair::new([c, d])), Two(Pair::new([e, f]), Pair::new([g, h])))
    }

    #[inline(always)]
    fn values(self) -> [f32; 8] {
        let Two(Two(first, second), Two(third, fourth)) = self;
        let ([a, b], [c, d], [e, f], [g, h]) = (first.values(), second.values(), third.values(), fourth.values());
        [a, b, c, d, e, f, g, h]
    }
}

/// Two numbers of single precision.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pair(Lanes);

/// Whether some of the numbers so far were not certain to have the right bits.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rounding {
    /// The least, with signs, of what `f32` does not keep of the sums.
    rest: Bits,
    /// The farthest from 1 that their exponents are.
    exponent: Bits,
}

impl Default for Rounding {
    #[inline(always)]
    fn default() -> Self {
        Self { rest: lanes::bits(0), exponent: lanes::bits(0) }
    }
}

impl Doubt for Rounding {
    #[inline(always)]
    fn is_any(self) -> bool {
        /// Of 2^121 and 2^-119, from which twice and half are far within the range of `f32`.
        const FAR: i32 = 120 << 21;
        let ([rest, other_rest], [exponent, other_exponent]) =
            (lanes::first_halves(self.rest), lanes::first_halves(self.exponent));
        rest.min(other_rest) == i32::MIN || exponent.max(other_exponent) >= FAR
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

impl Number for Pair {
    type Doubt = Rounding;

    #[inline(always)]
    fn bound(self, doubt: &mut Rounding) -> Self {
        doubt.exponent = lanes::farthest(doubt.exponent, self.0);
        self
    }

    #[inline(always)]
    fn of(value: f32) -> Self {
        Self(lanes::splat(f64::from(value)))
    }

    #[inline(always)]
    fn minus_near(self, near: Self) -> Self {
        Self(lanes::sub(self.0, near.0))
    }

    #[inline(always)]
    fn scale(self, power: Self) -> Self {
        Self(lanes::mul(self.0, power.0))
    }

    #[inline(always)]
    fn mul_add(self, factor: Self, addend: Self, doubt: &mut Rounding) -> Self {
        let sum = lanes::add(lanes::mul(self.0, factor.0), addend.0);
        doubt.rest = lanes::least_rest(doubt.rest, sum);
        Self(lanes::round_but_ties(sum))
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

#[cfg(test)]
mod tests {
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    use super::{super::fused, *};

    fn same(ours: f32, theirs: f32) -> bool {
        ours.to_bits() == theirs.to_bits() || ours.is_nan() && theirs.is_nan()
    }

    /// Each operation on the numbers, beside others that are never in doubt; returns whether the fused one was.
    #[track_caller]
    fn check(a: f32, b: f32, c: f32) -> bool {
        let pair = |value: f32| Pair::new([1.0, value]);
        let certain = |result: Pair, mut doubt: Rounding, expected: f32, what: &str| {
            let (_, in_doubt) = (result.bound(&mut doubt), doubt.is_any());
            let [_, found] = result.values();
            assert!(in_doubt || same(found, expected), "{what} of {a:e}, {b:e}, {c:e}: {found:e}, not {expected:e}");
            in_doubt
        };
        let none = Rounding::default();
        certain(pair(a) + pair(c), none, a + c, "sum");
        certain(pair(a) - pair(c), none, a - c, "difference");
        certain(pair(a) * pair(b), none, a * b, "product");
        certain(pair(a) / pair(b), none, a / b, "quotient");
        let power = f32::from_bits(b.to_bits() & 0x7f80_0000);
        certain(pair(a).scale(pair(power)), none, a * power, "product with a power of 2");
        certain(pair(a).scale_add(pair(power), pair(c)), none, a.mul_add(power, c), "sum with a power of 2");
        let mut doubt = none;
        let sum = pair(a).mul_add(pair(b), pair(c), &mut doubt);
        certain(sum, doubt, a.mul_add(b, c), "fused sum")
    }

    fn edges() -> Vec<f32> {
        let edges = [0, 0x0040_0000, 0x0080_0000, 0x0400_0000, 0x3300_0000, 0x3380_0000, 0x3f80_0000, 0x3fc0_0000_u32];
        let more = [0x4b00_0000, 0x4b80_0000, 0x7b00_0000, 0x7e80_0000, 0x7f00_0000, 0x7f80_0000];
        fused::testing::around(edges.into_iter().chain(more))
    }

    #[test]
    fn what_is_not_in_doubt_has_the_bits_of_the_library() {
        let edges = edges();
        for a in &edges {
            for b in &edges {
                for c in &edges {
                    check(*a, *b, *c);
                }
            }
        }
        let count = if std::env::var_os("RELEASE_TESTS").is_some() { 100_000_000 } else { 200_000 };
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        for _ in 0..count {
            let [a, b, c, by] = rng.random::<[u32; 4]>();
            let [x, y] = [a, b].map(f32::from_bits);
            check(x, y, f32::from_bits(c));
            // Near the product itself, with either sign; and few bits, which often make a middle.
            let product = (x * y).to_bits() ^ (by & 0x8000_0000);
            check(x, y, f32::from_bits(product.wrapping_add_signed((by & 0xff) as i32 - 128)));
            let short = |bits: u32| f32::from_bits(0x3f80_0000 | (bits & 0x807f_f000));
            let scale = f32::from_bits((127 - 20 - by % 9) << 23);
            check(short(a) * scale, f32::from_bits(0x3f80_0000 | (b & 0x8000_0003)), short(c));
        }
    }

    #[test]
    fn numbers_of_every_day_are_hardly_ever_in_doubt() {
        let mut rng = ChaCha8Rng::seed_from_u64(2);
        let mut draw = || rng.random_range(-4.0..4.0_f32);
        let doubts = (0..100_000).filter(|_| check(draw(), draw(), draw())).count();
        assert!(doubts <= 20, "{doubts} of 100,000");
    }

    #[test]
    fn powers_end_where_single_precision_ends() {
        for n in -127..=128_i16 {
            let whole = 12_582_912.0 + f32::from(n);
            assert_eq!(Pair::of(whole).power().values(), [whole.power(); 2], "2^{n}");
        }
    }
}

//! Four numbers of single precision side by side, where the machine has a fused multiply-add for vectors of them.

use std::ops::{Add, Div, Mul, Neg, Sub};

use super::{
    number::{Eight, Number},
    singles::{self, Singles},
    two::Two,
};

/// Four numbers.
#[derive(Clone, Copy, Debug)]
pub(super) struct Four(Singles);

/// Eight numbers.
pub(super) type TwoFours = Two<Four>;

impl Eight for TwoFours {
    #[inline(always)]
    fn new([a, b, c, d, e, f, g, h]: [f32; 8]) -> Self {
        Two(Four(singles::new([a, b, c, d])), Four(singles::new([e, f, g, h])))
    }

    #[inline(always)]
    fn values(self) -> [f32; 8] {
        let [[a, b, c, d], [e, f, g, h]] = [self.0, self.1].map(|four| singles::values(four.0));
        [a, b, c, d, e, f, g, h]
    }
}

impl Number for Four {
    type Doubt = ();

    #[inline(always)]
    fn bound(self, (): &mut ()) -> Self {
        self
    }

    #[inline(always)]
    fn of(value: f32) -> Self {
        Self(singles::splat(value))
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
        Self(singles::mul_add(self.0, factor.0, addend.0))
    }

    #[inline(always)]
    fn scale_add(self, power: Self, addend: Self) -> Self {
        self.mul_add(power, addend, &mut ())
    }

    #[inline(always)]
    fn clamp(self, least: f32, most: f32) -> Self {
        Self(singles::at_most(singles::at_least(self.0, least), most))
    }

    #[inline(always)]
    fn abs(self) -> Self {
        Self(singles::abs(self.0))
    }

    #[inline(always)]
    fn positive(self) -> Self {
        Self(singles::positive(self.0))
    }

    #[inline(always)]
    fn power(self) -> Self {
        Self(singles::power(self.0))
    }
}

impl Add for Four {
    type Output = Self;

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Self(singles::add(self.0, other.0))
    }
}

impl Sub for Four {
    type Output = Self;

    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        Self(singles::sub(self.0, other.0))
    }
}

impl Mul for Four {
    type Output = Self;

    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        Self(singles::mul(self.0, other.0))
    }
}

impl Div for Four {
    type Output = Self;

    #[inline(always)]
    fn div(self, other: Self) -> Self {
        Self(singles::div(self.0, other.0))
    }
}

impl Neg for Four {
    type Output = Self;

    #[inline(always)]
    fn neg(self) -> Self {
        Self(singles::neg(self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::{super::fused::testing::around, *};

    fn values() -> Vec<f32> {
        let bits = [0, 0x0080_0000, 0x3300_0000, 0x3f80_0000, 0x4b00_0000, 0x7e80_0000, 0x7f7f_fffd, 0x7fc0_0000_u32];
        around(bits.into_iter())
    }

    #[track_caller]
    fn check(found: Four, expected: f32, what: &str) {
        for found in singles::values(found.0) {
            assert!(
                found.to_bits() == expected.to_bits() || found.is_nan() && expected.is_nan(),
                "{what}: {found:e}, not {expected:e}"
            );
        }
    }

    #[test]
    fn every_operation_has_the_bits_of_one_number() {
        let all = values();
        for (&a, &b) in all.iter().flat_map(|a| all.iter().map(move |b| (a, b))) {
            let [x, y] = [a, b].map(Four::of);
            check(x + y, a + b, "sum");
            check(x - y, a - b, "difference");
            check(x * y, a * b, "product");
            check(x / y, a / b, "quotient");
            for c in [0.0, -1.0, a, -a * b] {
                check(x.mul_add(y, Four::of(c), &mut ()), a.mul_add(b, c), "fused sum");
            }
        }
        for a in all {
            let x = Four::of(a);
            check(-x, -a, "negation");
            check(x.abs(), a.abs(), "size");
            check(x.positive(), a.positive(), "positive part");
            check(x.clamp(-1.0, 2.0), Number::clamp(a, -1.0, 2.0), "clamped");
        }
        for n in -127..=128_i16 {
            let whole = 12_582_912.0 + f32::from(n);
            check(Four::of(whole).power(), whole.power(), "power");
        }
    }
}

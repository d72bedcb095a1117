//! Two numbers of any kind, each operation on the one and then on the other.
//!
//! A machine begins an operation while those before it are under way, unless it needs their results. Of one number nearly all need
//! them.

use std::ops::{Add, Div, Mul, Neg, Sub};

use super::number::Number;

/// Two numbers that do not wait for one another.
#[derive(Clone, Copy, Debug)]
pub(super) struct Two<N>(pub(super) N, pub(super) N);

impl<N: Number> Number for Two<N> {
    type Doubt = N::Doubt;

    #[inline(always)]
    fn bound(self, doubt: &mut N::Doubt) -> Self {
        Self(self.0.bound(doubt), self.1.bound(doubt))
    }

    #[inline(always)]
    fn of(value: f32) -> Self {
        Self(N::of(value), N::of(value))
    }

    #[inline(always)]
    fn minus_near(self, near: Self) -> Self {
        Self(self.0.minus_near(near.0), self.1.minus_near(near.1))
    }

    #[inline(always)]
    fn scale(self, power: Self) -> Self {
        Self(self.0.scale(power.0), self.1.scale(power.1))
    }

    #[inline(always)]
    fn mul_add(self, factor: Self, addend: Self, doubt: &mut N::Doubt) -> Self {
        Self(self.0.mul_add(factor.0, addend.0, doubt), self.1.mul_add(factor.1, addend.1, doubt))
    }

    #[inline(always)]
    fn scale_add(self, power: Self, addend: Self) -> Self {
        Self(self.0.scale_add(power.0, addend.0), self.1.scale_add(power.1, addend.1))
    }

    #[inline(always)]
    fn clamp(self, least: f32, most: f32) -> Self {
        Self(self.0.clamp(least, most), self.1.clamp(least, most))
    }

    #[inline(always)]
    fn abs(self) -> Self {
        Self(self.0.abs(), self.1.abs())
    }

    #[inline(always)]
    fn positive(self) -> Self {
        Self(self.0.positive(), self.1.positive())
    }

    #[inline(always)]
    fn power(self) -> Self {
        Self(self.0.power(), self.1.power())
    }
}

impl<N: Number> Add for Two<N> {
    type Output = Self;

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0, self.1 + other.1)
    }
}

impl<N: Number> Sub for Two<N> {
    type Output = Self;

    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        Self(self.0 - other.0, self.1 - other.1)
    }
}

impl<N: Number> Mul for Two<N> {
    type Output = Self;

    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        Self(self.0 * other.0, self.1 * other.1)
    }
}

impl<N: Number> Div for Two<N> {
    type Output = Self;

    #[inline(always)]
    fn div(self, other: Self) -> Self {
        Self(self.0 / other.0, self.1 / other.1)
    }
}

impl<N: Number> Neg for Two<N> {
    type Output = Self;

    #[inline(always)]
    fn neg(self) -> Self {
        Self(-self.0, -self.1)
    }
}

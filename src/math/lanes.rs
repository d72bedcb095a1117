//! Two numbers of double precision side by side, where there are no vectors of WebAssembly: `vectors.rs` has the same with them.

use std::array;

use super::rounding::{EVEN, HALF, INFINITE, KEPT, LEAST, LOST, MOST, ONE, SHIFT, SIGN};

pub(super) type Lanes = [f64; 2];
pub(super) type Bits = [u64; 2];

#[inline(always)]
fn both(a: Lanes, b: Lanes, of: impl Fn(f64, f64) -> f64) -> Lanes {
    array::from_fn(|i| of(a[i], b[i]))
}

#[inline(always)]
pub(super) fn splat(value: f64) -> Lanes {
    [value; 2]
}

#[inline(always)]
pub(super) fn promote(values: [f32; 2]) -> Lanes {
    values.map(f64::from)
}

#[inline(always)]
pub(super) fn demote(lanes: Lanes) -> [f32; 2] {
    lanes.map(|lane| lane as f32)
}

/// The nearest numbers with the bits of `f32`; of two that are as near, the one farther from 0.
#[inline(always)]
pub(super) fn round_but_ties(lanes: Lanes) -> Lanes {
    lanes.map(|lane| f64::from_bits(lane.to_bits().wrapping_add(HALF) & KEPT))
}

/// The nearest numbers with the bits of `f32`; of two that are as near, the one whose last bit is 0.
#[inline(always)]
pub(super) fn round(lanes: Lanes) -> Lanes {
    let bits = |lane: f64| lane.to_bits().wrapping_add(EVEN).wrapping_add((lane.to_bits() >> LOST) & 1);
    lanes.map(|lane| f64::from_bits(bits(lane) & KEPT))
}

#[inline(always)]
pub(super) fn add(a: Lanes, b: Lanes) -> Lanes {
    both(a, b, |a, b| a + b)
}

#[inline(always)]
pub(super) fn sub(a: Lanes, b: Lanes) -> Lanes {
    both(a, b, |a, b| a - b)
}

#[inline(always)]
pub(super) fn mul(a: Lanes, b: Lanes) -> Lanes {
    both(a, b, |a, b| a * b)
}

#[inline(always)]
pub(super) fn div(a: Lanes, b: Lanes) -> Lanes {
    both(a, b, |a, b| a / b)
}

#[inline(always)]
pub(super) fn neg(a: Lanes) -> Lanes {
    a.map(|a| -a)
}

#[inline(always)]
pub(super) fn abs(a: Lanes) -> Lanes {
    a.map(f64::abs)
}

#[inline(always)]
pub(super) fn at_least(a: Lanes, least: f64) -> Lanes {
    a.map(|a| if a < least { least } else { a })
}

#[inline(always)]
pub(super) fn at_most(a: Lanes, most: f64) -> Lanes {
    a.map(|a| if a > most { most } else { a })
}

#[inline(always)]
pub(super) fn positive(a: Lanes) -> Lanes {
    a.map(|a| if a > 0.0 { a } else { 0.0 })
}

/// As `Number::power` says.
#[inline(always)]
pub(super) fn power(a: Lanes) -> Lanes {
    a.map(|a| {
        let power = f64::from_bits((a.to_bits() << SHIFT).wrapping_add(ONE));
        let least = if power > LEAST { power } else { 0.0 };
        if power >= MOST { f64::from_bits(INFINITE) } else { least }
    })
}

#[inline(always)]
pub(super) fn bits(value: u64) -> Bits {
    [value; 2]
}

/// What `f32` does not keep of each number, moved to the first half of the bits, or the least so far; with signs.
#[inline(always)]
pub(super) fn least_rest(least: Bits, sum: Lanes) -> Bits {
    let of = |i: usize| first_half(sum[i].to_bits() << (64 - LOST)).min(first_half(least[i]));
    array::from_fn(|i| u64::from(of(i).cast_unsigned()) << 32)
}

/// How far the exponent of each number is from 1, in the first half of the bits, or the most so far; with signs, and that of 0
/// is the least there is.
#[inline(always)]
pub(super) fn farthest(most: Bits, sum: Lanes) -> Bits {
    let of = |i: usize| first_half((sum[i].to_bits() << 1) ^ SIGN).wrapping_abs().max(first_half(most[i]));
    array::from_fn(|i| u64::from(of(i).cast_unsigned()) << 32)
}

#[inline(always)]
pub(super) fn first_halves(bits: Bits) -> [i32; 2] {
    bits.map(first_half)
}

fn first_half(bits: u64) -> i32 {
    (bits >> 32) as i32
}

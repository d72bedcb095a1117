//! Two numbers of double precision side by side, in the vectors of WebAssembly; `lanes.rs` has the same without them.
//!
//! Not by loops over arrays: the compiler takes vectors apart where they become single precision.

use std::arch::wasm32::{
    f64x2_abs, f64x2_add, f64x2_div, f64x2_extract_lane, f64x2_ge, f64x2_gt, f64x2_mul, f64x2_neg, f64x2_pmax,
    f64x2_pmin, f64x2_promote_low_f32x4, f64x2_splat, f64x2_sub, i32x4_abs, i32x4_extract_lane, i32x4_max, i32x4_min,
    i64x2_add, i64x2_shl, u64x2_shr, u64x2_splat, v128, v128_and, v128_or, v128_xor,
};

use super::rounding::{EVEN, HALF, INFINITE, KEPT, LEAST, LOST, MOST, ONE, SHIFT, SIGN};

pub(super) type Lanes = v128;
pub(super) type Bits = v128;

#[inline(always)]
pub(super) fn splat(value: f64) -> Lanes {
    f64x2_splat(value)
}

#[inline(always)]
pub(super) fn promote(values: [f32; 2]) -> Lanes {
    f64x2_promote_low_f32x4(u64x2_splat(bytemuck::cast(values)))
}

#[inline(always)]
pub(super) fn demote(lanes: Lanes) -> [f32; 2] {
    [f64x2_extract_lane::<0>(lanes) as f32, f64x2_extract_lane::<1>(lanes) as f32]
}

#[inline(always)]
pub(super) fn round_but_ties(lanes: Lanes) -> Lanes {
    v128_and(i64x2_add(lanes, u64x2_splat(HALF)), u64x2_splat(KEPT))
}

#[inline(always)]
pub(super) fn round(lanes: Lanes) -> Lanes {
    let odd = v128_and(u64x2_shr(lanes, LOST), u64x2_splat(1));
    v128_and(i64x2_add(i64x2_add(lanes, u64x2_splat(EVEN)), odd), u64x2_splat(KEPT))
}

#[inline(always)]
pub(super) fn add(a: Lanes, b: Lanes) -> Lanes {
    f64x2_add(a, b)
}

#[inline(always)]
pub(super) fn sub(a: Lanes, b: Lanes) -> Lanes {
    f64x2_sub(a, b)
}

#[inline(always)]
pub(super) fn mul(a: Lanes, b: Lanes) -> Lanes {
    f64x2_mul(a, b)
}

#[inline(always)]
pub(super) fn div(a: Lanes, b: Lanes) -> Lanes {
    f64x2_div(a, b)
}

#[inline(always)]
pub(super) fn neg(a: Lanes) -> Lanes {
    f64x2_neg(a)
}

#[inline(always)]
pub(super) fn abs(a: Lanes) -> Lanes {
    f64x2_abs(a)
}

#[inline(always)]
pub(super) fn at_least(a: Lanes, least: f64) -> Lanes {
    f64x2_pmax(a, f64x2_splat(least))
}

#[inline(always)]
pub(super) fn at_most(a: Lanes, most: f64) -> Lanes {
    f64x2_pmin(a, f64x2_splat(most))
}

#[inline(always)]
pub(super) fn positive(a: Lanes) -> Lanes {
    f64x2_pmax(f64x2_splat(0.0), a)
}

#[inline(always)]
pub(super) fn power(a: Lanes) -> Lanes {
    let power = i64x2_add(i64x2_shl(a, SHIFT), u64x2_splat(ONE));
    let least = v128_and(power, f64x2_gt(power, f64x2_splat(LEAST)));
    v128_or(least, v128_and(f64x2_ge(power, f64x2_splat(MOST)), u64x2_splat(INFINITE)))
}

#[inline(always)]
pub(super) fn bits(value: u64) -> Bits {
    u64x2_splat(value)
}

#[inline(always)]
pub(super) fn least_rest(least: Bits, sum: Lanes) -> Bits {
    i32x4_min(least, i64x2_shl(sum, 64 - LOST))
}

#[inline(always)]
pub(super) fn farthest(most: Bits, sum: Lanes) -> Bits {
    i32x4_max(most, i32x4_abs(v128_xor(i64x2_shl(sum, 1), u64x2_splat(SIGN))))
}

#[inline(always)]
pub(super) fn first_halves(bits: Bits) -> [i32; 2] {
    [i32x4_extract_lane::<1>(bits), i32x4_extract_lane::<3>(bits)]
}

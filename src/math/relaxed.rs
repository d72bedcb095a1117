//! Four numbers of single precision side by side, in the vectors of WebAssembly; `singles.rs` has the same without them.
//!
//! "Relaxed" instructions may round `a b + c` once or twice, as the machine has it: but always in the one way while a program runs,
//! <https://webassembly.github.io/spec/core/appendix/profiles.html>. So it is asked which.

use std::{
    arch::wasm32::{
        f32x4, f32x4_abs, f32x4_add, f32x4_div, f32x4_extract_lane, f32x4_mul, f32x4_neg, f32x4_pmax, f32x4_pmin,
        f32x4_relaxed_madd, f32x4_splat, f32x4_sub, i32x4_add, i32x4_shl, u32x4_splat, v128,
    },
    hint::black_box,
};

pub(super) type Singles = v128;

/// Whether [`mul_add`] rounds once: `(1 + e) (1 - e) - 1` is `-e²`, and 0 if the product is rounded.
///
/// So it is not where the instruction was replaced by another one, for an engine that does not know it.
#[inline(always)]
pub(super) fn are_fused() -> bool {
    const E: f32 = f32::EPSILON;
    let [a, b, c] = black_box([1.0 + E, 1.0 - E, -1.0]).map(splat);
    f32x4_extract_lane::<0>(mul_add(a, b, c)) == -E * E
}

#[inline(always)]
pub(super) fn splat(value: f32) -> Singles {
    f32x4_splat(value)
}

#[inline(always)]
pub(super) fn new([a, b, c, d]: [f32; 4]) -> Singles {
    f32x4(a, b, c, d)
}

#[inline(always)]
pub(super) fn values(singles: Singles) -> [f32; 4] {
    [
        f32x4_extract_lane::<0>(singles),
        f32x4_extract_lane::<1>(singles),
        f32x4_extract_lane::<2>(singles),
        f32x4_extract_lane::<3>(singles),
    ]
}

#[inline(always)]
pub(super) fn mul_add(a: Singles, b: Singles, c: Singles) -> Singles {
    f32x4_relaxed_madd(a, b, c)
}

#[inline(always)]
pub(super) fn add(a: Singles, b: Singles) -> Singles {
    f32x4_add(a, b)
}

#[inline(always)]
pub(super) fn sub(a: Singles, b: Singles) -> Singles {
    f32x4_sub(a, b)
}

#[inline(always)]
pub(super) fn mul(a: Singles, b: Singles) -> Singles {
    f32x4_mul(a, b)
}

#[inline(always)]
pub(super) fn div(a: Singles, b: Singles) -> Singles {
    f32x4_div(a, b)
}

#[inline(always)]
pub(super) fn neg(a: Singles) -> Singles {
    f32x4_neg(a)
}

#[inline(always)]
pub(super) fn abs(a: Singles) -> Singles {
    f32x4_abs(a)
}

#[inline(always)]
pub(super) fn at_least(a: Singles, least: f32) -> Singles {
    f32x4_pmax(a, splat(least))
}

#[inline(always)]
pub(super) fn at_most(a: Singles, most: f32) -> Singles {
    f32x4_pmin(a, splat(most))
}

#[inline(always)]
pub(super) fn positive(a: Singles) -> Singles {
    f32x4_pmax(splat(0.0), a)
}

#[inline(always)]
pub(super) fn power(a: Singles) -> Singles {
    /// The bits of 1, whose exponent is 0.
    const ONE: u32 = 0x3f80_0000;
    i32x4_add(i32x4_shl(a, 23), u32x4_splat(ONE))
}

//! Four numbers of single precision side by side, where WebAssembly's vectors have no multiply-add: `relaxed.rs` has the same with it.

use std::array;

pub(super) type Singles = [f32; 4];

/// Whether [`mul_add`] has an instruction that rounds once: it would not be by this file.
pub(super) fn are_fused() -> bool {
    false
}

#[inline(always)]
fn both(a: Singles, b: Singles, of: impl Fn(f32, f32) -> f32) -> Singles {
    array::from_fn(|i| of(a[i], b[i]))
}

#[inline(always)]
pub(super) fn splat(value: f32) -> Singles {
    [value; 4]
}

#[inline(always)]
pub(super) fn new(values: [f32; 4]) -> Singles {
    values
}

#[inline(always)]
pub(super) fn values(singles: Singles) -> [f32; 4] {
    singles
}

/// `a b + c`, rounded once.
#[inline(always)]
pub(super) fn mul_add(a: Singles, b: Singles, c: Singles) -> Singles {
    array::from_fn(|i| super::fused::mul_add(a[i], b[i], c[i]))
}

#[inline(always)]
pub(super) fn add(a: Singles, b: Singles) -> Singles {
    both(a, b, |a, b| a + b)
}

#[inline(always)]
pub(super) fn sub(a: Singles, b: Singles) -> Singles {
    both(a, b, |a, b| a - b)
}

#[inline(always)]
pub(super) fn mul(a: Singles, b: Singles) -> Singles {
    both(a, b, |a, b| a * b)
}

#[inline(always)]
pub(super) fn div(a: Singles, b: Singles) -> Singles {
    both(a, b, |a, b| a / b)
}

#[inline(always)]
pub(super) fn neg(a: Singles) -> Singles {
    a.map(|a| -a)
}

#[inline(always)]
pub(super) fn abs(a: Singles) -> Singles {
    a.map(f32::abs)
}

/// `a`, but `least` where it is less; NaN stays.
#[inline(always)]
pub(super) fn at_least(a: Singles, least: f32) -> Singles {
    a.map(|a| if a < least { least } else { a })
}

/// `a`, but `most` where it is more; NaN stays.
#[inline(always)]
pub(super) fn at_most(a: Singles, most: f32) -> Singles {
    a.map(|a| if most < a { most } else { a })
}

#[inline(always)]
pub(super) fn positive(a: Singles) -> Singles {
    a.map(|a| if 0.0 < a { a } else { 0.0 })
}

/// As `Number::power` says.
#[inline(always)]
pub(super) fn power(a: Singles) -> Singles {
    a.map(super::number::Number::power)
}

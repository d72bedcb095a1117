//! `softplus z - z y` of many `z` and `y`: what a cross-entropy of logits is, sample by sample and summed up.

use pulp::{Arch, Simd, WithSimd};

use super::{
    functions::{exp, ln_1p, ln_one_plus_exp},
    fused::mul_add,
    matrix,
};

/// How many pairs are summed up in single precision: beyond the last whole block each is computed by itself.
const BLOCK: usize = 128;

/// How many sums of a block there are side by side, each of eight pairs.
const LANES: usize = 16;

/// Adds `max(z, 0) - z y + ln(1 + exp(-abs z))` of every pair to a sum of its own.
pub(crate) fn add(sums: &mut [f32], z: &[f32], y: &[f32]) {
    Arch::new().dispatch(Add { sums, z, y });
}

/// The sum over all pairs, in double precision but for blocks, for `y` from 0 to 1; the error is below 1e-6 of it.
///
/// `sum of ln(1 + u)` is the logarithm of the product of all `1 + u`: a logarithm for eight exponentials, and no division.
pub(crate) fn sum(z: &[f32], y: &[f32]) -> f64 {
    Arch::new().dispatch(Sum { z, y })
}

struct Add<'a> {
    sums: &'a mut [f32],
    z: &'a [f32],
    y: &'a [f32],
}

impl WithSimd for Add<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        add_in_line(self.sums, self.z, self.y);
    }
}

struct Sum<'a> {
    z: &'a [f32],
    y: &'a [f32],
}

impl WithSimd for Sum<'_> {
    type Output = f64;

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) -> f64 {
        let ((z, z_rest), (y, y_rest)) = (self.z.as_chunks(), self.y.as_chunks());
        let mut sum = 0.0;
        // Not by `sum`, which would be compiled by itself, without the machine's vectors.
        for (z, y) in z.iter().zip(y) {
            sum += of_block(z, y);
        }
        sum + one_by_one(z_rest, y_rest)
    }
}

#[inline(always)]
fn add_in_line(sums: &mut [f32], z: &[f32], y: &[f32]) {
    sums.iter_mut().zip(z.iter().zip(y)).for_each(|(sum, (&z, &y))| {
        // Not `softplus(z) - z * y`: the large terms must cancel before the small one is added.
        *sum += z.max(0.0) - z * y + ln_one_plus_exp(z);
    });
}

/// Of no more than a block.
#[inline(always)]
fn one_by_one(z: &[f32], y: &[f32]) -> f64 {
    let mut some = [0.0; BLOCK];
    let some = &mut some[..z.len()];
    add_in_line(some, z, y);
    matrix::sum_f64(some)
}

#[inline(always)]
fn of_block(z: &[f32; BLOCK], y: &[f32; BLOCK]) -> f64 {
    let (mut straight, mut product) = ([0.0; BLOCK], [0.0; BLOCK]);
    for i in 0..BLOCK {
        straight[i] = mul_add(-z[i], y[i], if z[i] > 0.0 { z[i] } else { 0.0 });
        product[i] = exp(-z[i].abs());
    }
    let mut half = BLOCK / 2;
    while half >= LANES {
        halve(&mut straight[..2 * half], |a, b| a + b);
        // `(1 + a) (1 + b) - 1`, which loses nothing where both are small.
        halve(&mut product[..2 * half], |a, b| mul_add(a, b, a) + b);
        half /= 2;
    }
    let mut sums = [0.0; LANES];
    for i in 0..LANES {
        sums[i] = straight[i] + ln_1p(product[i]);
    }
    let sum = matrix::sum_f64(&sums);
    // Of what is infinite it may be the sum alone.
    if sum.is_finite() { sum } else { one_by_one(z, y) }
}

/// Puts into the first half what `of` makes of it and the second.
#[inline(always)]
fn halve(values: &mut [f32], of: impl Fn(f32, f32) -> f32) {
    let (first, second) = values.split_at_mut(values.len() / 2);
    first.iter_mut().zip(second).for_each(|(a, b)| *a = of(*a, *b));
}

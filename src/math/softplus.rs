//! `softplus z - z y` of many `z` and `y`: the cross-entropy of logits, of each pair and summed up.

use pulp::{Simd, WithSimd};

use super::{
    functions::{exp_of_negative, ln_1p, ln_one_plus_exp},
    fused,
    machine::arch,
    matrix,
    number::Number,
    pair::{Doubt, Eight, Pair},
};

/// From so many pairs on, blocks are worth it: of fewer, what [`add`] gives for each is summed up as fast.
pub(crate) const MANY: usize = 128;

/// How many sums in single precision there are side by side.
const LANES: usize = 16;

/// How many pairs each of them takes. A product of as many numbers from 1 to 2 is far from the largest `f32`.
const DEPTH: usize = 64;

/// Adds `max(z, 0) - z y + ln(1 + exp(-abs z))` of every pair to a number of its own.
pub(crate) fn add(sums: &mut [f32], z: &[f32], y: &[f32]) {
    arch().dispatch(Add { sums, z, y });
}

/// The sum over all pairs, for `y` from 0 to 1: in double precision, but for blocks of [`LANES`] by [`DEPTH`].
///
/// The sum of `ln(1 + u)` is the logarithm of the product of all `1 + u`, so that a block takes one of each lane, and no division.
/// All that is added up is positive: the error is at most 1e-5 of the sum, of 64 times two roundings, and 1e-7 as a rule.
pub(crate) fn sum(z: &[f32], y: &[f32]) -> f64 {
    arch().dispatch(Sum { z, y })
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
        let Self { z, y } = self;
        let ((rows, rest), (y_rows, y_rest)) = (z.as_chunks(), y.as_chunks());
        let mut sum = one_by_one(rest, y_rest);
        // Not by `sum` of an iterator, which would be compiled by itself, without the machine's vectors.
        for (z, y) in rows.chunks(DEPTH).zip(y_rows.chunks(DEPTH)) {
            sum += of_block::<{ fused::EMULATED }>(z, y);
        }
        // What is infinite may be the sum of a block alone.
        if sum.is_finite() { sum } else { one_by_one(z, y) }
    }
}

#[inline(always)]
fn add_in_line(sums: &mut [f32], z: &[f32], y: &[f32]) {
    if fused::EMULATED {
        add_by_eights(sums, z, y);
    } else {
        add_by_one(sums, z, y);
    }
}

#[inline(always)]
fn add_by_one(sums: &mut [f32], z: &[f32], y: &[f32]) {
    for (sum, (&z, &y)) in sums.iter_mut().zip(z.iter().zip(y)) {
        *sum += cross_entropy(z, y, &mut ());
    }
}

#[inline(always)]
fn add_by_eights(sums: &mut [f32], z: &[f32], y: &[f32]) {
    let (sums, rest) = sums.as_chunks_mut();
    let ((z, z_rest), (y, y_rest)) = (z.as_chunks(), y.as_chunks());
    for (sums, (z, y)) in sums.iter_mut().zip(z.iter().zip(y)) {
        let mut doubt = Doubt::default();
        let all = (Eight::new(*sums) + cross_entropy(Eight::new(*z), Eight::new(*y), &mut doubt)).bound(&mut doubt);
        if doubt.is_any() {
            add_by_one(sums, z, y);
        } else {
            *sums = all.values();
        }
    }
    add_by_one(rest, z_rest, y_rest);
}

#[inline(always)]
fn cross_entropy<N: Number>(z: N, y: N, doubt: &mut N::Doubt) -> N {
    // Not `softplus(z) - z * y`: the large terms must cancel before the small one is added, and a rounded `z * y` would not
    // where `y` is almost 1.
    let tail = ln_one_plus_exp(z, doubt).bound(doubt);
    (-z).mul_add(y, z.positive(), doubt).bound(doubt) + tail
}

#[inline(always)]
fn one_by_one(z: &[f32], y: &[f32]) -> f64 {
    let mut sum = 0.0;
    for (z, y) in z.chunks(MANY).zip(y.chunks(MANY)) {
        let mut each = [0.0; MANY];
        add_in_line(&mut each, z, y);
        sum += matrix::sum_f64(&each[..z.len()]);
    }
    sum
}

/// `product` is that of all `1 + u`, less 1, which loses nothing where `u` is small.
#[inline(always)]
fn of_block<const PAIRS: bool>(z: &[[f32; LANES]], y: &[[f32; LANES]]) -> f64 {
    let (mut sums, mut product) = ([0.0; LANES], [0.0; LANES]);
    if PAIRS {
        for i in (0..LANES).step_by(2) {
            ([sums[i], sums[i + 1]], [product[i], product[i + 1]]) = of_two_lanes(z, y, i);
        }
    } else {
        for (z, y) in z.iter().zip(y) {
            for i in 0..LANES {
                (sums[i], product[i]) = step((sums[i], product[i]), z[i], y[i], &mut ());
            }
        }
    }
    for i in 0..LANES {
        sums[i] += ln_1p(product[i]);
    }
    matrix::sum_f64(&sums)
}

/// The sums and the products of the lane `i` and of the next one.
#[inline(always)]
fn of_two_lanes(z: &[[f32; LANES]], y: &[[f32; LANES]], i: usize) -> ([f32; 2], [f32; 2]) {
    let (mut doubt, zero) = (Doubt::default(), Pair::of(0.0));
    let add = |so_far, (z, y): (&[f32; LANES], &[f32; LANES])| {
        step(so_far, Pair::new([z[i], z[i + 1]]), Pair::new([y[i], y[i + 1]]), &mut doubt)
    };
    let (sums, product) = z.iter().zip(y).fold((zero, zero), add);
    if !doubt.is_any() {
        return (sums.values(), product.values());
    }
    let of = |i: usize| z.iter().zip(y).fold((0.0, 0.0), |so_far, (z, y)| step(so_far, z[i], y[i], &mut ()));
    let [(sum, product), (other_sum, other_product)] = [of(i), of(i + 1)];
    ([sum, other_sum], [product, other_product])
}

/// What is added to a sum for a pair, and the product with its `1 + u`.
#[inline(always)]
fn step<N: Number>((sum, product): (N, N), z: N, y: N, doubt: &mut N::Doubt) -> (N, N) {
    let u = exp_of_negative(z, doubt).bound(doubt);
    let more = (-z).mul_add(y, z.positive(), doubt).bound(doubt);
    ((sum + more).bound(doubt), product.mul_add(u, u, doubt).bound(doubt) + product)
}

#[cfg(test)]
mod tests {
    use pulp::Arch;

    use super::*;

    fn pairs(count: usize, scale: f32) -> (Vec<f32>, Vec<f32>) {
        let of = |i: usize| (i as u32).wrapping_mul(2_654_435_761) >> 8;
        let z = (0..count).map(|i| (of(i) as f32 / 8_388_608.0 - 1.0) * scale).collect();
        (z, (0..count).map(|i| [0.0, 1.0, 1.0, 0.25][i % 4]).collect())
    }

    /// By the standard library in double precision.
    fn reference(z: &[f32], y: &[f32]) -> f64 {
        let one = |(&z, &y): (&f32, &f32)| {
            let (z, y) = (f64::from(z), f64::from(y));
            z.max(0.0) - z * y + (-z.abs()).exp().ln_1p()
        };
        z.iter().zip(y).map(one).sum()
    }

    #[test]
    fn a_sum_is_that_of_double_precision_however_many_there_are_and_however_large() {
        for count in [0, 1, 16, 63, 64, 65, 127, 128, 129, 1_000, 1_024, 1_039, 2_000, 5_000] {
            for scale in [0.0, 1e-6, 0.1, 3.0, 30.0, 1e6, 1e37] {
                let (z, y) = pairs(count, scale);
                let (found, expected) = (sum(&z, &y), reference(&z, &y));
                assert!((found - expected).abs() <= 1e-6 * expected, "{count} of {scale}: {found} {expected}");
            }
        }
    }

    /// The losses of samples that the model is sure about, and right: between 1e-30 and 1e-8.
    #[test]
    fn tiny_terms_are_not_lost() {
        let z: Vec<f32> = (0..3_000).map(|i| 20.0 + (i % 500) as f32 / 10.0).collect();
        let y = vec![1.0; z.len()];
        let (found, expected) = (sum(&z, &y), reference(&z, &y));
        assert!((found / expected - 1.0).abs() < 1e-6, "{found:e} {expected:e}");
    }

    #[test]
    fn what_is_no_number_makes_no_number_of_the_sum_and_what_is_infinite_an_infinite_one() {
        for count in [5, 2_000] {
            let (z, y) = pairs(count, 3.0);
            let with = |stray: f32| {
                let mut z = z.clone();
                z[count / 2] = stray;
                sum(&z, &y)
            };
            assert!(with(f32::NAN).is_nan(), "{count}");
            assert!(with(f32::MAX).is_finite() && with(f32::MIN).is_finite(), "{count}");
        }
        let z = vec![f32::MAX; 2_000];
        assert_eq!(sum(&z, &vec![0.0; 2_000]), 2_000.0 * f64::from(f32::MAX));
    }

    #[test]
    fn vectors_give_the_same_bits_as_single_values() {
        let (z, y) = pairs(2_345, 20.0);
        assert_eq!(sum(&z, &y).to_bits(), Arch::Scalar.dispatch(Sum { z: &z, y: &y }).to_bits());
        let (mut vectors, mut scalars) = (vec![0.5; z.len()], vec![0.5; z.len()]);
        add(&mut vectors, &z, &y);
        Arch::Scalar.dispatch(Add { sums: &mut scalars, z: &z, y: &y });
        assert_eq!(vectors, scalars);
    }

    #[test]
    fn two_numbers_at_a_time_give_the_same_bits_as_each_alone() {
        for scale in [0.0, 1e-37, 1e-6, 3.0, 30.0, 100.0, 1e37, f32::MAX, f32::INFINITY] {
            for count in [1, 64, 65] {
                let (z, y) = pairs(count * LANES, scale);
                let (mut two, mut one) = (vec![0.5; z.len() - 1], vec![0.5; z.len() - 1]);
                add_by_eights(&mut two, &z[1..], &y[1..]);
                add_by_one(&mut one, &z[1..], &y[1..]);
                let bits = |values: &[f32]| values.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
                assert!(bits(&two) == bits(&one) || scale.is_infinite(), "{count} of {scale:e}");
                let (z, y) = (z.as_chunks().0, y.as_chunks().0);
                let (two, one) = (of_block::<true>(z, y), of_block::<false>(z, y));
                assert!(two.to_bits() == one.to_bits() || scale.is_infinite() && two.is_nan() && one.is_nan());
            }
        }
    }

    #[test]
    fn a_stray_number_anywhere_counts_as_in_double_precision() {
        let strays =
            [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MAX, f32::MIN, f32::MIN_POSITIVE, 1e-45, 0.0, -0.0];
        for count in [1, 63, 64, 65, 127, 128, 129] {
            for (stray, place) in strays.iter().flat_map(|&stray| [0, count / 2, count - 1].map(|place| (stray, place)))
            {
                for target in [0.0, 0.25, 1.0] {
                    let (mut z, mut y) = pairs(count, 3.0);
                    (z[place], y[place]) = (stray, target);
                    let (found, expected) = (sum(&z, &y), reference(&z, &y));
                    let same = found == expected || found.is_nan() && expected.is_nan();
                    let close = (found - expected).abs() <= 1e-6 * expected && expected.is_finite();
                    assert!(same || close, "{stray} at {place} of {count} for {target}: {found} {expected}");
                }
            }
        }
    }

    /// `z - z y` is a thousandth of `z` here.
    #[test]
    fn targets_that_are_almost_1_keep_their_precision() {
        for count in [1, 300] {
            let (z, y) = (vec![1_000.3_f32; count], vec![0.999_f32; count]);
            let mut each = vec![0.0; count];
            add(&mut each, &z, &y);
            let expected = reference(&z, &y);
            for found in [sum(&z, &y), matrix::sum_f64(&each)] {
                assert!((found / expected - 1.0).abs() < 5e-6, "{found} {expected}");
            }
        }
    }
}

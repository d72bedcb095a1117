//! `softplus z - z y` of many `z` and `y`: the cross-entropy of logits, of each pair and summed up.

use pulp::{Simd, WithSimd};

use super::{
    functions::{exp_of_negative, ln_1p, ln_one_plus_exp},
    fused,
    machine::{Work, arch, run},
    matrix,
    number::{Doubt, Eight, Number},
};

/// From so many pairs on, a [`Sum`] is worth it: of fewer, what [`add`] gives for each is summed up as fast.
pub(crate) const MANY: usize = 128;

/// How many sums in single precision there are side by side.
const LANES: usize = 16;

/// How many pairs each of them takes. A product of as many numbers from 1 to 2 is far from the largest `f32`.
const DEPTH: usize = 64;

/// Adds `max(z, 0) - z y + ln(1 + exp(-abs z))` of every pair to a number of its own.
pub(crate) fn add(sums: &mut [f32], z: &[f32], y: &[f32]) {
    run(Add { sums, z, y });
}

/// The sum over all pairs, for `y` from 0 to 1: in double precision, but for blocks of [`LANES`] by [`DEPTH`].
///
/// The sum of `ln(1 + u)` is the logarithm of the product of all `1 + u`, so that a block takes one of each lane, and no division.
/// All that is added up is positive: the error is at most 1e-5 of the sum, of 64 times two roundings, and 1e-7 as a rule.
#[derive(Default)]
pub(crate) struct Sum {
    whole: f64,
    block: Block,
}

impl Sum {
    /// Adds what all pairs give. The bits of the sum depend on the order of all of them, and on where they are taken apart.
    pub(crate) fn add(&mut self, z: &[f32], y: &[f32]) {
        arch().dispatch(AddToSum { sum: self, z, y });
    }

    /// The sum, unless it is infinite or NaN: what is infinite may be the sum of a block alone.
    pub(crate) fn finite(mut self) -> Option<f64> {
        arch().dispatch(Finish(&mut self));
        Some(self.whole).filter(|sum| sum.is_finite())
    }
}

/// Sums and products of as many pairs side by side.
#[derive(Default)]
struct Block {
    straight: [f32; LANES],
    /// That of all `1 + u`, less 1, which loses nothing where `u` is small.
    product: [f32; LANES],
    /// How many pairs each of them has taken.
    depth: usize,
}

impl Block {
    /// For at most [`DEPTH`] rows, with those before.
    #[inline(always)]
    fn add(&mut self, z: &[[f32; LANES]], y: &[[f32; LANES]]) {
        let (mut straight, mut product) = (self.straight, self.product);
        for (z, y) in z.iter().zip(y) {
            for i in 0..LANES {
                straight[i] += fused::mul_add(-z[i], y[i], if z[i] > 0.0 { z[i] } else { 0.0 });
                let u = exp_of_negative(z[i]); // Some number where `z` is NaN; then `straight` is NaN.
                product[i] = fused::mul_add(product[i], u, u) + product[i];
            }
        }
        *self = Self { straight, product, depth: self.depth + z.len() };
    }

    /// What it has come to; it begins anew.
    #[inline(always)]
    fn finish(&mut self) -> f64 {
        let Self { mut straight, product, .. } = std::mem::take(self);
        for i in 0..LANES {
            straight[i] += ln_1p(product[i]);
        }
        matrix::sum_f64(&straight)
    }
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
        add_by_one(self.sums, self.z, self.y);
    }
}

impl Work for Add<'_> {
    #[inline(always)]
    fn by_eights<E: Eight>(self) {
        add_by_eights::<E>(self.sums, self.z, self.y);
    }
}

struct Finish<'a>(&'a mut Sum);

impl WithSimd for Finish<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        self.0.whole += self.0.block.finish();
    }
}

struct AddToSum<'a> {
    sum: &'a mut Sum,
    z: &'a [f32],
    y: &'a [f32],
}

impl WithSimd for AddToSum<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Self { sum, z, y } = self;
        let ((mut rows, rest), (mut y_rows, y_rest)) = (z.as_chunks(), y.as_chunks());
        // Not by an iterator, whose closure would be compiled by itself, without the machine's vectors.
        while !rows.is_empty() {
            let count = rows.len().min(DEPTH - sum.block.depth);
            let (now, y_now);
            ((now, rows), (y_now, y_rows)) = (rows.split_at(count), y_rows.split_at(count.min(y_rows.len())));
            sum.block.add(now, y_now);
            if sum.block.depth == DEPTH {
                sum.whole += sum.block.finish();
            }
        }
        sum.whole += one_by_one(rest, y_rest);
    }
}

#[inline(always)]
fn add_by_one(sums: &mut [f32], z: &[f32], y: &[f32]) {
    for (sum, (&z, &y)) in sums.iter_mut().zip(z.iter().zip(y)) {
        *sum += cross_entropy(z, y, &mut ());
    }
}

#[inline(always)]
fn add_by_eights<E: Eight>(sums: &mut [f32], z: &[f32], y: &[f32]) {
    let (sums, rest) = sums.as_chunks_mut();
    let ((z, z_rest), (y, y_rest)) = (z.as_chunks(), y.as_chunks());
    for (sums, (z, y)) in sums.iter_mut().zip(z.iter().zip(y)) {
        let mut doubt = E::Doubt::default();
        let all = (E::new(*sums) + cross_entropy(E::new(*z), E::new(*y), &mut doubt)).bound(&mut doubt);
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

/// Fewer than [`LANES`].
#[inline(always)]
fn one_by_one(z: &[f32], y: &[f32]) -> f64 {
    let mut each = [0.0; LANES];
    add(&mut each, z, y);
    matrix::sum_f64(&each[..z.len()])
}

#[cfg(test)]
mod tests {
    use pulp::Arch;

    use super::{
        super::{four::TwoFours, pair::FourPairs},
        *,
    };

    fn pairs(count: usize, scale: f32) -> (Vec<f32>, Vec<f32>) {
        let of = |i: usize| (i as u32).wrapping_mul(2_654_435_761) >> 8;
        let z = (0..count).map(|i| (of(i) as f32 / 8_388_608.0 - 1.0) * scale).collect();
        (z, (0..count).map(|i| [0.0, 1.0, 1.0, 0.25][i % 4]).collect())
    }

    fn sum(z: &[f32], y: &[f32]) -> Option<f64> {
        let mut sum = Sum::default();
        sum.add(z, y);
        sum.finite()
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
                let (found, expected) = (sum(&z, &y).unwrap(), reference(&z, &y));
                assert!((found - expected).abs() <= 1e-6 * expected, "{count} of {scale}: {found} {expected}");
            }
        }
    }

    #[test]
    fn a_sum_may_come_in_pieces_of_any_length() {
        let (z, y) = pairs(2_345, 3.0);
        for length in [1, 5, 16, 17, 480, 1_000, 1_024, 1_040, 2_345] {
            let mut pieces = Sum::default();
            z.chunks(length).zip(y.chunks(length)).for_each(|(z, y)| pieces.add(z, y));
            let (found, expected) = (pieces.finite().unwrap(), reference(&z, &y));
            assert!((found - expected).abs() <= 1e-6 * expected, "by {length}: {found} {expected}");
        }
        assert_eq!(Sum::default().finite(), Some(0.0));
    }

    /// The losses of samples that the model is sure about, and right: between 1e-30 and 1e-8.
    #[test]
    fn tiny_terms_are_not_lost() {
        let z: Vec<f32> = (0..3_000).map(|i| 20.0 + (i % 500) as f32 / 10.0).collect();
        let y = vec![1.0; z.len()];
        let (found, expected) = (sum(&z, &y).unwrap(), reference(&z, &y));
        assert!((found / expected - 1.0).abs() < 1e-6, "{found:e} {expected:e}");
    }

    #[test]
    fn a_sum_that_is_not_finite_is_none_nor_one_that_a_block_has_no_room_for() {
        for count in [5, 2_000] {
            for stray in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
                let (mut z, y) = pairs(count, 3.0);
                z[count / 2] = stray;
                assert_eq!(sum(&z, &y), None, "{stray} of {count}");
            }
        }
        let z = vec![f32::MAX; 2_000];
        assert_eq!(sum(&z, &vec![0.0; 2_000]), None);
    }

    #[test]
    fn vectors_give_the_same_bits_as_single_values() {
        let (z, y) = pairs(2_345, 20.0);
        let mut scalar = Sum::default();
        Arch::Scalar.dispatch(AddToSum { sum: &mut scalar, z: &z, y: &y });
        assert_eq!(sum(&z, &y).map(f64::to_bits), scalar.finite().map(f64::to_bits));
        let (mut vectors, mut scalars) = (vec![0.5; z.len()], vec![0.5; z.len()]);
        add(&mut vectors, &z, &y);
        Arch::Scalar.dispatch(Add { sums: &mut scalars, z: &z, y: &y });
        assert_eq!(vectors, scalars);
    }

    #[test]
    fn eight_numbers_at_a_time_give_the_same_bits_as_each_alone() {
        for scale in [0.0, 1e-37, 1e-6, 3.0, 30.0, 100.0, 1e37, f32::MAX, f32::INFINITY] {
            for count in [15, 1_023, 1_039] {
                let (z, y) = pairs(count, scale);
                let [mut pairs, mut fours, mut one] = [(); 3].map(|()| vec![0.5; count]);
                add_by_eights::<FourPairs>(&mut pairs, &z, &y);
                add_by_eights::<TwoFours>(&mut fours, &z, &y);
                add_by_one(&mut one, &z, &y);
                let [pairs, fours, one] =
                    [pairs, fours, one].map(|values| values.iter().map(|value| value.to_bits()).collect::<Vec<_>>());
                assert!(pairs == one && fours == one || scale.is_infinite(), "{count} of {scale:e}");
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
                    let expected = Some(reference(&z, &y)).filter(|sum| sum.is_finite());
                    let close = match (sum(&z, &y), expected) {
                        (Some(found), Some(expected)) => (found - expected).abs() <= 1e-6 * expected,
                        (found, expected) => found == expected,
                    };
                    assert!(close, "{stray} at {place} of {count} for {target}: {:?} {expected:?}", sum(&z, &y));
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
            for found in [sum(&z, &y).unwrap(), matrix::sum_f64(&each)] {
                assert!((found / expected - 1.0).abs() < 5e-6, "{found} {expected}");
            }
        }
    }
}

//! A product of few values, each the sum along two columns.

use std::array;

use pulp::{Simd, WithSimd};

use super::{
    chains::chains,
    fused,
    machine::{Work, run},
    matrix,
    number::Eight,
};
use crate::Matrix;

/// `outputs[j, k] = sum over i of rows[i, j] factor[i, k]`.
pub(super) fn transposed_product(rows: &Matrix, factor: &Matrix, outputs: &mut [f32]) {
    run(Dots { rows, factor, outputs });
}

struct Dots<'a> {
    rows: &'a Matrix,
    factor: &'a Matrix,
    outputs: &'a mut [f32],
}

impl WithSimd for Dots<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        self.each(|a, b| dot(a, b, one_by_one));
    }
}

impl Work for Dots<'_> {
    #[inline(always)]
    fn by_eights<E: Eight>(self) {
        self.each(|a, b| dot(a, b, side_by_side::<E>));
    }
}

impl Dots<'_> {
    #[inline(always)]
    fn each(self, dot: impl Fn(&[f32], &[f32]) -> f32) {
        let mut outputs = self.outputs.iter_mut();
        for k in 0..self.factor.ncols() {
            for (j, output) in outputs.by_ref().take(self.rows.ncols()).enumerate() {
                *output = dot(column(self.rows, j), column(self.factor, k));
            }
        }
    }
}

fn column(matrix: &Matrix, index: usize) -> &[f32] {
    &matrix.as_slice()[index * matrix.nrows()..][..matrix.nrows()]
}

/// Eight chains side by side, whatever the machine, so that none has to wait for another.
#[inline(always)]
fn dot(a: &[f32], b: &[f32], eight_chains: impl Fn(&[[f32; 8]], &[[f32; 8]]) -> [f32; 8]) -> f32 {
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<8>(), b.as_chunks::<8>());
    let rest = a_rest.iter().zip(b_rest);
    rest.fold(matrix::sum_of_eight(eight_chains(a, b)), |sum, (a, b)| fused::mul_add(*a, *b, sum))
}

#[inline(always)]
fn one_by_one(a: &[[f32; 8]], b: &[[f32; 8]]) -> [f32; 8] {
    let add = |sums: [f32; 8], (a, b): (&[f32; 8], &[f32; 8])| array::from_fn(|i| fused::mul_add(a[i], b[i], sums[i]));
    a.iter().zip(b).fold([0.0; 8], add)
}

#[inline(always)]
fn side_by_side<E: Eight>(a: &[[f32; 8]], b: &[[f32; 8]]) -> [f32; 8] {
    chains(E::of(0.0), a.iter().zip(b).map(|(a, b)| (E::new(*a), E::new(*b))))
}

#[cfg(test)]
mod tests {
    use pulp::Arch;

    use super::{
        super::{four::TwoFours, pair::FourPairs},
        *,
    };

    #[test]
    fn sums_are_the_same_in_vectors_and_without() {
        for (rows, columns) in [(1, 1), (7, 2), (16, 2), (43, 4)] {
            let values =
                |columns, scale: f32| Matrix::from_fn(rows, columns, |i, j| (scale * (i * 7 + j * 5) as f32).sin());
            let (a, b) = (values(columns, 0.3), values(3, 0.7));
            let mut bits = [(); 4].map(|()| vec![f32::NAN; columns * 3]);
            let [vectors, scalars, pairs, fours] = &mut bits;
            Arch::new().dispatch(Dots { rows: &a, factor: &b, outputs: vectors });
            Arch::Scalar.dispatch(Dots { rows: &a, factor: &b, outputs: scalars });
            Dots { rows: &a, factor: &b, outputs: pairs }.by_eights::<FourPairs>();
            Dots { rows: &a, factor: &b, outputs: fours }.by_eights::<TwoFours>();
            assert!(bits.iter().all(|other| *other == bits[0] && !other[0].is_nan()), "{rows} x {columns}: {bits:?}");
        }
    }

    #[test]
    fn chains_side_by_side_give_the_bits_of_single_ones() {
        let values = |from: u32| (from..from + 88).map(|i| f32::from_bits(0x3f80_0000 ^ i.wrapping_mul(0x9e37_79b1)));
        for from in 0..300 {
            let (a, b): (Vec<f32>, Vec<f32>) = (values(from).collect(), values(1_000 * from + 7).collect());
            let (a, b) = (a.as_chunks().0, b.as_chunks().0);
            for eight in [side_by_side::<FourPairs>(a, b), side_by_side::<TwoFours>(a, b)] {
                for (two, one) in eight.into_iter().zip(one_by_one(a, b)) {
                    assert!(
                        two.to_bits() == one.to_bits() || two.is_nan() && one.is_nan(),
                        "{from}: {two:e}, not {one:e}"
                    );
                }
            }
        }
    }
}

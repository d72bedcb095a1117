//! Products of matrices in double precision, as principal components need them.
//!
//! Not nalgebra's, whose last bits depend on the machine's instructions: here every value is a chain of fused
//! multiply-adds, or sixteen of them side by side, whatever the machine.

use std::array;

use nalgebra::DMatrix;
use pulp::{Simd, WithSimd};

use super::{machine::arch, matrix};

/// As many values of a column are summed up side by side.
const LANES: usize = 32;

/// As many values of each column stay in the cache while all columns of the other factor pass.
const STRIPE: usize = 512;

/// Adds to `sums[j, k]` the sum over i of `values[i, j] values[i, k]`: the transpose times the matrix.
pub(crate) fn add_products_of_columns(values: &DMatrix<f64>, sums: &mut DMatrix<f64>) {
    arch().dispatch(ProductsOfColumns { values, sums });
}

/// `outputs[j, k] = sum over i of a[i, j] b[i, k]`: the transpose of the one times the other.
pub(crate) fn transposed_product(a: &DMatrix<f64>, b: &DMatrix<f64>) -> DMatrix<f64> {
    arch().dispatch(TransposedProduct { a, b })
}

/// Adds to `sums[i, k]` the sum over j of `a[i, j] b[j, k]`: the product.
pub(crate) fn add_product(a: &DMatrix<f64>, b: &DMatrix<f64>, sums: &mut DMatrix<f64>) {
    arch().dispatch(AddProduct { a, b, sums });
}

/// `outputs[i, k] = sum over j of a[i, j] b[j, k]`: the product.
pub(crate) fn product(a: &DMatrix<f64>, b: &DMatrix<f64>) -> DMatrix<f64> {
    let mut sums = DMatrix::zeros(a.nrows(), b.ncols());
    add_product(a, b, &mut sums);
    sums
}

/// Adds to `sums[j * others.len() + k]` the product of one vector `j` with another `k`, as long as it.
pub(crate) fn add_dots(ones: &[&[f64]], others: &[&[f64]], sums: &mut [f64]) {
    arch().dispatch(AddDots { ones, others, sums });
}

fn column(matrix: &DMatrix<f64>, index: usize) -> &[f64] {
    &matrix.as_slice()[index * matrix.nrows()..][..matrix.nrows()]
}

struct ProductsOfColumns<'a> {
    values: &'a DMatrix<f64>,
    sums: &'a mut DMatrix<f64>,
}

impl WithSimd for ProductsOfColumns<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        for j in 0..self.values.ncols() {
            for k in 0..=j {
                let sum = self.sums[(j, k)] + dot(column(self.values, j), column(self.values, k));
                (self.sums[(j, k)], self.sums[(k, j)]) = (sum, sum);
            }
        }
    }
}

struct TransposedProduct<'a> {
    a: &'a DMatrix<f64>,
    b: &'a DMatrix<f64>,
}

impl WithSimd for TransposedProduct<'_> {
    type Output = DMatrix<f64>;

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) -> DMatrix<f64> {
        let mut outputs = DMatrix::zeros(self.a.ncols(), self.b.ncols());
        for j in 0..self.a.ncols() {
            for k in 0..self.b.ncols() {
                outputs[(j, k)] = dot(column(self.a, j), column(self.b, k));
            }
        }
        outputs
    }
}

struct AddDots<'a> {
    ones: &'a [&'a [f64]],
    others: &'a [&'a [f64]],
    sums: &'a mut [f64],
}

impl WithSimd for AddDots<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        for (one, sums) in self.ones.iter().zip(self.sums.chunks_mut(self.others.len().max(1))) {
            sums.iter_mut().zip(self.others).for_each(|(sum, other)| *sum += dot(one, other));
        }
    }
}

struct AddProduct<'a> {
    a: &'a DMatrix<f64>,
    b: &'a DMatrix<f64>,
    sums: &'a mut DMatrix<f64>,
}

impl WithSimd for AddProduct<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let rows = self.a.nrows();
        for start in (0..rows).step_by(STRIPE) {
            let end = rows.min(start + STRIPE);
            for (k, sums) in self.sums.as_mut_slice().chunks_exact_mut(rows.max(1)).enumerate() {
                add_columns(self.a, start, column(self.b, k), &mut sums[start..end]);
            }
        }
    }
}

/// Adds to some values of a column those of the columns of `a` from the row `start` on, each times its factor.
#[inline(always)]
fn add_columns(a: &DMatrix<f64>, start: usize, factors: &[f64], sums: &mut [f64]) {
    let values = |j: usize, at: usize| &column(a, j)[start + at..];
    let (lanes, rest) = sums.as_chunks_mut::<LANES>();
    let whole = lanes.len() * LANES;
    for (i, lanes) in lanes.iter_mut().enumerate() {
        *lanes = factors.iter().enumerate().fold(*lanes, |sums, (j, factor)| {
            let values = values(j, i * LANES);
            array::from_fn(|lane| values[lane].mul_add(*factor, sums[lane]))
        });
    }
    for (i, sum) in rest.iter_mut().enumerate() {
        *sum = factors.iter().enumerate().fold(*sum, |sum, (j, factor)| values(j, whole + i)[0].mul_add(*factor, sum));
    }
}

/// Sixteen chains side by side, so that none has to wait for another.
#[inline(always)]
fn dot(a: &[f64], b: &[f64]) -> f64 {
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<16>(), b.as_chunks::<16>());
    let add = |sums: [f64; 16], (a, b): (&[f64; 16], &[f64; 16])| array::from_fn(|i| a[i].mul_add(b[i], sums[i]));
    let sums = a.iter().zip(b).fold([0.0; 16], add);
    let sum = matrix::sum_of_eight(array::from_fn(|i| sums[i] + sums[i + 8]));
    a_rest.iter().zip(b_rest).fold(sum, |sum, (a, b)| a.mul_add(*b, sum))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whole numbers, which need no rounding.
    fn numbers(rows: usize, columns: usize) -> DMatrix<f64> {
        DMatrix::from_fn(rows, columns, |i, j| ((i * 7 + j * 5) % 11) as f64 - 5.0)
    }

    #[test]
    fn products_are_those_of_the_definition() {
        for (rows, inner, columns) in [(0, 3, 2), (1, 1, 1), (33, 5, 3), (64, 2, 4), (600, 40, 7)] {
            let (a, b) = (numbers(rows, inner), numbers(inner, columns));
            assert_eq!(product(&a, &b), &a * &b);
            assert_eq!(transposed_product(&a, &numbers(rows, columns)), a.transpose() * numbers(rows, columns));
            let columns_of = |matrix: &DMatrix<f64>| {
                matrix.column_iter().map(|column| column.iter().copied().collect()).collect::<Vec<Vec<f64>>>()
            };
            let (ones, others) = (columns_of(&a), columns_of(&numbers(rows, columns)));
            let [ones, others] = [&ones, &others].map(|all| all.iter().map(Vec::as_slice).collect::<Vec<_>>());
            let mut dots = vec![2.0; inner * columns];
            add_dots(&ones, &others, &mut dots);
            let expected = (a.transpose() * numbers(rows, columns)).add_scalar(2.0).transpose();
            assert_eq!(dots, expected.as_slice());
            let mut sums = DMatrix::from_element(inner, inner, 1.0);
            add_products_of_columns(&a, &mut sums);
            assert_eq!(sums, (a.transpose() * &a).add_scalar(1.0));
        }
    }
}

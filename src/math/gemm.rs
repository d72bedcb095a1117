//! Products of matrices, in the widest vectors that the machine has.
//!
//! Every value is a chain of fused multiply-adds in the order of the inner index, or eight such chains side by side. So
//! its bits depend neither on the machine, nor on the rows that are computed along with it, nor on how many threads
//! share the work. Vectors run down the columns, which nalgebra keeps together; the other factor is taken value by value.

use std::array;

use pulp::{Simd, WithSimd};

use super::{
    chains::chains,
    dots, fused,
    machine::{Work, run},
    matrix,
    number::Eight,
};
use crate::Matrix;

/// How many columns are summed up at once: with three vectors of rows each, as many sums as there are registers for.
const COLUMNS: usize = 4;

/// As many, where there are twice as many registers: with vectors of 16.
const MANY_COLUMNS: usize = 8;

/// How many rows are summed up at once where that is by eights.
const ROWS: usize = 8;

/// The longest sum that is computed column by column.
const NARROW: usize = 4;

/// The first factor: some rows of a matrix that is stored by columns.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rows<'a> {
    /// From the first of the rows on.
    values: &'a [f32],
    /// From one column to the next.
    stride: usize,
    count: usize,
}

impl<'a> Rows<'a> {
    /// All rows of a matrix.
    pub(crate) fn of(matrix: &'a Matrix) -> Self {
        Self::packed(matrix.as_slice(), matrix.nrows())
    }

    /// `count` rows of a matrix, which has as many behind `start`.
    pub(crate) fn within(matrix: &'a Matrix, start: usize, count: usize) -> Self {
        Self { values: &matrix.as_slice()[start..], stride: matrix.nrows(), count }
    }

    /// Columns of `count` values each.
    pub(crate) fn packed(values: &'a [f32], count: usize) -> Self {
        Self { values, stride: count, count }
    }

    pub(crate) fn count(&self) -> usize {
        self.count
    }

    pub(crate) fn column(&self, index: usize) -> &'a [f32] {
        &self.values[index * self.stride..][..self.count]
    }
}

/// `outputs[i, k] = start[k] + sum over j of rows[i, j] factor[j, k]`; zeros where there is no start.
///
/// One column of `outputs` follows another after `stride` values; it has as many as there are rows.
pub(crate) fn multiply(rows: Rows<'_>, factor: &Matrix, start: Option<&[f32]>, outputs: &mut [f32], stride: usize) {
    let (inner, columns) = factor.shape();
    if rows.count > 0 {
        // By reference: for a small product it takes as long to pass all that as to compute it.
        run(&mut Multiply { rows, factor, inner, columns, start, outputs, stride });
    }
}

/// `outputs[j, k] = sum over i of rows[i, j] factor[i, k]`: the transpose of the rows times the factor, in packed columns.
///
/// `transposed` is room for the transpose of the rows, which is needed unless there are few columns.
pub(crate) fn multiply_transposed(rows: &Matrix, factor: &Matrix, transposed: &mut Matrix, outputs: &mut [f32]) {
    let columns = rows.ncols();
    if columns * factor.ncols() <= NARROW * NARROW {
        dots::transposed_product(rows, factor, outputs);
    } else {
        matrix::transpose_to(rows, transposed);
        multiply(Rows::of(transposed), factor, None, outputs, columns);
    }
}

struct Multiply<'a> {
    rows: Rows<'a>,
    factor: &'a Matrix,
    inner: usize,
    columns: usize,
    start: Option<&'a [f32]>,
    outputs: &'a mut [f32],
    stride: usize,
}

impl WithSimd for &mut Multiply<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        if self.inner <= NARROW {
            self.narrow(simd);
        } else {
            self.wide(simd);
        }
    }
}

impl Work for &mut Multiply<'_> {
    /// Some rows of a column at a time.
    #[inline(always)]
    fn by_eights<E: Eight>(self) {
        for column in 0..self.columns {
            let start = self.start.map_or(0.0, |start| start[column]);
            let factors = &self.factor.as_slice()[column * self.inner..][..self.inner];
            let (rows, stride) = (self.rows.values, self.rows.stride);
            let outputs = &mut self.outputs[column * self.stride..][..self.rows.count];
            let (blocks, rest) = outputs.as_chunks_mut::<ROWS>();
            let whole = blocks.len() * ROWS;
            for (block, outputs) in blocks.iter_mut().enumerate() {
                *outputs = rows_of_column::<E>(start, factors, rows, block * ROWS, stride);
            }
            for (i, output) in rest.iter_mut().enumerate() {
                let products = factors.iter().enumerate();
                let add = |sum, (j, factor): (usize, &f32)| fused::mul_add(rows[j * stride + whole + i], *factor, sum);
                *output = products.fold(start, add);
            }
        }
    }
}

impl Multiply<'_> {
    /// Column by column, all rows in one loop: with few products to a sum that leaves the least besides them to be done.
    #[inline(always)]
    fn narrow<S: Simd>(&mut self, simd: S) {
        match self.inner {
            0 => self.column_by_column::<S, 0>(simd),
            1 => self.column_by_column::<S, 1>(simd),
            2 => self.column_by_column::<S, 2>(simd),
            3 => self.column_by_column::<S, 3>(simd),
            _ => self.column_by_column::<S, NARROW>(simd),
        }
    }

    #[inline(always)]
    fn column_by_column<S: Simd, const N: usize>(&mut self, simd: S) {
        let rows: [_; N] = array::from_fn(|j| S::as_simd_f32s(self.rows.column(j)));
        for column in 0..self.columns {
            let start = simd.splat_f32s(self.start.map_or(0.0, |start| start[column]));
            let factors: [_; N] = array::from_fn(|j| simd.splat_f32s(self.factor.as_slice()[column * N + j]));
            let sum = |values: [S::f32s; N]| {
                values
                    .into_iter()
                    .zip(factors)
                    .fold(start, |sum, (value, factor)| simd.mul_add_f32s(value, factor, sum))
            };
            let outputs = &mut self.outputs[column * self.stride..][..self.rows.count];
            let (vectors, rest) = S::as_mut_simd_f32s(outputs);
            vectors.iter_mut().enumerate().for_each(|(i, output)| *output = sum(rows.map(|(vectors, _)| vectors[i])));
            if !rest.is_empty() {
                simd.partial_store_f32s(rest, sum(rows.map(|(_, rest)| simd.partial_load_f32s(rest))));
            }
        }
    }

    #[inline(always)]
    fn wide<S: Simd>(&mut self, simd: S) {
        let (lanes, count) = (S::F32_LANES, self.rows.count);
        let whole = count - count % lanes;
        let vectors = whole / lanes;
        // Two pairs and not three and one, whose sums would have to wait for one another.
        let triples = lanes * if vectors % 3 == 1 && vectors > 1 { vectors - 4 } else { vectors - vectors % 3 };
        let pairs = whole - (whole - triples) % (2 * lanes);
        (0..triples).step_by(3 * lanes).for_each(|row| self.stripe::<S, 3, true>(simd, row));
        (triples..pairs).step_by(2 * lanes).for_each(|row| self.stripe::<S, 2, true>(simd, row));
        (pairs..whole).step_by(lanes).for_each(|row| self.stripe::<S, 1, true>(simd, row));
        (whole..count).step_by(lanes).for_each(|row| self.stripe::<S, 1, false>(simd, row));
    }

    /// All columns of some rows: of `V` vectors of them, or of part of one.
    #[inline(always)]
    fn stripe<S: Simd, const V: usize, const WHOLE: bool>(&mut self, simd: S, row: usize) {
        let many = if S::F32_LANES < 16 { 0 } else { self.columns - self.columns % MANY_COLUMNS };
        for column in (0..many).step_by(MANY_COLUMNS) {
            self.block::<S, V, WHOLE, MANY_COLUMNS>(simd, row, column);
        }
        for column in (many..self.columns).step_by(COLUMNS) {
            match self.columns - column {
                1 => self.block::<S, V, WHOLE, 1>(simd, row, column),
                2 => self.block::<S, V, WHOLE, 2>(simd, row, column),
                3 => self.block::<S, V, WHOLE, 3>(simd, row, column),
                _ => self.block::<S, V, WHOLE, COLUMNS>(simd, row, column),
            }
        }
    }

    /// `C` columns of some rows.
    #[inline(always)]
    fn block<S: Simd, const V: usize, const WHOLE: bool, const C: usize>(
        &mut self,
        simd: S,
        row: usize,
        column: usize,
    ) {
        let start = self.start.and_then(|start| start[column..].first_chunk::<C>()).unwrap_or(&[0.0; C]);
        let sums = start.map(|start| [simd.splat_f32s(start); V]);
        let values = self.factor.as_slice();
        let columns: [&[f32]; C] = array::from_fn(|c| &values[(column + c) * self.inner..][..self.inner]);
        let sums = self.sum::<S, V, WHOLE, C>(simd, row, sums, columns);
        let length = self.length::<S, V, WHOLE>(row);
        for (c, sums) in sums.into_iter().enumerate() {
            store::<S, V, WHOLE>(simd, sums, &mut self.outputs[(column + c) * self.stride + row..][..length]);
        }
    }

    /// Adds to `C` sums the products of the rows with as many columns.
    #[inline(always)]
    fn sum<S: Simd, const V: usize, const WHOLE: bool, const C: usize>(
        &self,
        simd: S,
        row: usize,
        mut sums: [[S::f32s; V]; C],
        columns: [&[f32]; C],
    ) -> [[S::f32s; V]; C] {
        let length = self.length::<S, V, WHOLE>(row);
        for j in 0..self.inner {
            let rows = load::<S, V, WHOLE>(simd, &self.rows.values[j * self.rows.stride + row..][..length]);
            for (sums, column) in sums.iter_mut().zip(columns) {
                let factor = simd.splat_f32s(column[j]);
                for (sum, rows) in sums.iter_mut().zip(rows) {
                    *sum = simd.mul_add_f32s(rows, factor, *sum);
                }
            }
        }
        sums
    }

    #[inline(always)]
    fn length<S: Simd, const V: usize, const WHOLE: bool>(&self, row: usize) -> usize {
        if WHOLE { V * S::F32_LANES } else { self.rows.count - row }
    }
}

/// Some rows of a column, from the row `row` on.
#[inline(always)]
fn rows_of_column<E: Eight>(start: f32, factors: &[f32], rows: &[f32], row: usize, stride: usize) -> [f32; ROWS] {
    let rows = |j: usize| rows[j * stride + row..].first_chunk().unwrap_or(&[0.0; ROWS]);
    let products = factors.iter().enumerate().map(|(j, factor)| (E::new(*rows(j)), E::of(*factor)));
    chains(E::of(start), products)
}

#[inline(always)]
fn load<S: Simd, const V: usize, const WHOLE: bool>(simd: S, values: &[f32]) -> [S::f32s; V] {
    if WHOLE {
        *S::as_simd_f32s(values).0.first_chunk().unwrap_or(&[simd.splat_f32s(0.0); V])
    } else {
        [simd.partial_load_f32s(values); V]
    }
}

#[inline(always)]
fn store<S: Simd, const V: usize, const WHOLE: bool>(simd: S, vectors: [S::f32s; V], values: &mut [f32]) {
    if WHOLE {
        S::as_mut_simd_f32s(values).0.copy_from_slice(&vectors);
    } else {
        vectors.into_iter().for_each(|vector| simd.partial_store_f32s(values, vector));
    }
}

#[cfg(test)]
mod tests {
    use pulp::Arch;

    use super::{
        super::{four::TwoFours, pair::FourPairs},
        *,
    };

    fn matrix(rows: usize, columns: usize) -> Matrix {
        Matrix::from_fn(rows, columns, |i, j| ((7 * i + 3 * j + 1) % 11) as f32 / 8.0 - 0.625)
    }

    fn product(rows: Rows<'_>, factor: &Matrix, start: Option<&[f32]>, arch: Arch) -> Vec<f32> {
        let (inner, columns) = factor.shape();
        let stride = rows.count + 3;
        let mut outputs = vec![f32::NAN; stride * columns];
        arch.dispatch(&mut Multiply { rows, factor, inner, columns, start, outputs: &mut outputs, stride });
        outputs.chunks(stride).flat_map(|column| column[..rows.count].to_vec()).collect()
    }

    #[test]
    fn every_value_is_one_chain_of_fused_multiply_adds_on_every_machine() {
        for rows in [1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 32, 33, 67] {
            for (inner, columns) in (0..7).flat_map(|inner| (1..12).map(move |columns| (inner, columns))) {
                let (a, b) = (matrix(rows, inner), matrix(inner, columns));
                let start: Vec<f32> = (0..columns).map(|k| k as f32).collect();
                let chain = |i, k: usize| (0..inner).fold(start[k], |sum, j| a[(i, j)].mul_add(b[(j, k)], sum));
                let expected = Matrix::from_fn(rows, columns, chain);
                for arch in [Arch::new(), Arch::Scalar] {
                    let outputs = product(Rows::of(&a), &b, Some(&start), arch);
                    assert_eq!(outputs, expected.as_slice(), "{rows} x {inner} x {columns}");
                }
                let by_eights = [by_eights::<FourPairs>, by_eights::<TwoFours>].map(|of| of(&a, &b, &start));
                assert_eq!(by_eights, [expected.as_slice(); 2], "{rows} x {inner} x {columns}");
            }
        }
    }

    fn by_eights<E: Eight>(a: &Matrix, b: &Matrix, start: &[f32]) -> Vec<f32> {
        let (rows, (inner, columns), start) = (Rows::of(a), b.shape(), Some(start));
        let mut outputs = vec![f32::NAN; rows.count * columns];
        let stride = rows.count;
        (&mut Multiply { rows, factor: b, inner, columns, start, outputs: &mut outputs, stride }).by_eights::<E>();
        outputs
    }

    #[test]
    fn a_product_with_a_transpose_is_that_of_the_transpose() {
        for (rows, columns) in [(1, 1), (7, 2), (16, 2), (43, 4), (40, 6), (7, 30)] {
            let (a, b) = (matrix(rows, columns), matrix(rows, 3));
            let mut outputs = vec![f32::NAN; columns * 3];
            multiply_transposed(&a, &b, &mut Matrix::zeros(0, 0), &mut outputs);
            let expected = a.transpose() * &b; // Multiples of 1/64 that need no rounding.
            assert_eq!(outputs, expected.as_slice(), "{rows} x {columns}");
        }
    }

    #[test]
    fn rows_from_within_a_matrix_give_what_they_give_among_all() {
        let (a, b) = (matrix(50, 6), matrix(6, 7));
        let all = Matrix::from_vec(50, 7, product(Rows::of(&a), &b, None, Arch::new()));
        for (start, count) in [(0, 50), (3, 20), (49, 1), (17, 33)] {
            let some = product(Rows::within(&a, start, count), &b, None, Arch::new());
            assert_eq!(some, all.rows(start, count).into_owned().as_slice());
        }
    }
}

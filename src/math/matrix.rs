//! The matrix type, shape checks, and the conversions between the orders in which values may lie in memory.

use std::{array, borrow::Cow, ops::Add};

use crate::{Error, Result};

/// The most values that a matrix of this crate's own making has: 8 GiB of them.
pub(crate) const LARGEST: usize = 1 << 31;

/// A matrix of `f32`; samples in rows: `(samples, features)`.
///
/// Samples are rows, features are columns. nalgebra keeps each *column* together; most other frameworks keep each
/// *row* together.
///
/// ```
/// use training_replay::{Matrix, to_row_major};
///
/// let matrix = Matrix::from_row_slice(2, 3, &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
/// assert_eq!(matrix.as_slice(), [1.0, 4.0, 2.0, 5.0, 3.0, 6.0]);
/// assert_eq!(to_row_major(&matrix), [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
/// ```
pub type Matrix = nalgebra::DMatrix<f32>;

/// A matrix from its values row by row; there must be as many as the shape says.
pub(crate) fn from_row_major(rows: usize, columns: usize, values: &[f32]) -> Matrix {
    // nalgebra would walk all rows of a matrix without columns.
    if values.is_empty() { Matrix::zeros(rows, columns) } else { Matrix::from_row_slice(rows, columns, values) }
}

/// Returns the values row by row, as other frameworks want them: nalgebra keeps columns together.
///
/// The way back is `Matrix::from_row_slice`.
///
/// ```
/// use training_replay::{Matrix, to_row_major};
///
/// let values = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
/// assert_eq!(to_row_major(&Matrix::from_row_slice(2, 3, &values)), values);
/// ```
pub fn to_row_major(matrix: &Matrix) -> Vec<f32> {
    // nalgebra would walk all rows of a matrix without columns.
    if matrix.is_empty() { Vec::new() } else { matrix.transpose().as_slice().to_vec() }
}

/// A matrix of zeros, or an error where a plain allocation would abort the process.
pub(crate) fn zeros(rows: usize, columns: usize) -> Result<Matrix> {
    // A zeroed allocation, unlike `resize`, touches no page before it is used.
    let values = vec![0.0; expect_room(rows, columns)?];
    Ok(Matrix::from_vec(rows, columns, values))
}

/// How many values a matrix has, if memory has room for them.
pub(crate) fn expect_room(rows: usize, columns: usize) -> Result<usize> {
    let count = rows.checked_mul(columns).filter(|&count| count <= LARGEST);
    let room = count.filter(|&count| Vec::<f32>::new().try_reserve_exact(count).is_ok());
    room.ok_or_else(|| {
        let expected = format!("of at most {LARGEST} values, and no more than memory has room for");
        Error::invalid("a matrix", expected, format!("{rows} x {columns}"))
    })
}

/// Returns the matrix of these rows, as they are read from elsewhere: of `f32`, `f64`, or integers of up to 32 bits, which are
/// rounded to `f32`.
///
/// ```
/// use training_replay::matrix_from_rows;
///
/// let matrix = matrix_from_rows(&[vec![5.1, 3.5], vec![4.9, 3.0]])?; // Vec<Vec<f64>>
/// assert_eq!((matrix.shape(), matrix[(0, 1)]), ((2, 2), 3.5));
/// let huge = matrix_from_rows(&[[0.5], [1e39]]).unwrap_err().to_string();
/// assert_eq!(huge, "row 1, column 0, is 1e39; it must be within the range of f32, up to 3.4e38");
/// # Ok::<(), training_replay::Error>(())
/// ```
///
/// # Errors
///
/// [`Error::Shape`] if the rows differ in length, [`Error::Invalid`] for a finite number beyond the range of `f32`, and for
/// more than 2^31 values; the message names row and column.
pub fn matrix_from_rows<X: Copy + Into<f64>>(rows: &[impl AsRef<[X]>]) -> Result<Matrix> {
    from_rows("", rows)
}

/// The same of what has a name in errors.
pub(crate) fn from_rows<X: Copy + Into<f64>>(what: &str, rows: &[impl AsRef<[X]>]) -> Result<Matrix> {
    let comma = if what.is_empty() { "" } else { ", " };
    let columns = rows.first().map_or(0, |row| row.as_ref().len());
    if let Some(odd) = rows.iter().position(|row| row.as_ref().len() != columns) {
        return Err(Error::shape(format!("{what}{comma}row {odd}"), [columns], [rows[odd].as_ref().len()]));
    }
    let mut matrix = zeros(if columns == 0 { 0 } else { rows.len() }, columns)?;
    for (i, row) in rows.iter().enumerate() {
        for (j, &value) in row.as_ref().iter().enumerate() {
            let within = rounded(value.into());
            matrix[(i, j)] = within.map_err(|beyond| beyond.of(&format!("{what}{comma}row {i}, column {j},")))?;
        }
    }
    Ok(matrix)
}

/// A finite number that `f32` has none near.
pub(crate) struct Beyond(f64);

impl Beyond {
    pub(crate) fn of(self, what: &str) -> Error {
        Error::invalid(what, "within the range of f32, up to 3.4e38", format!("{:e}", self.0))
    }
}

/// The nearest `f32`.
pub(crate) fn rounded(value: f64) -> Result<f32, Beyond> {
    let near = value as f32;
    if near.is_infinite() && value.is_finite() { Err(Beyond(value)) } else { Ok(near) }
}

/// Fails unless `matrix` has exactly this shape.
pub(crate) fn expect_shape(what: &str, matrix: &Matrix, expected: (usize, usize)) -> Result<()> {
    if matrix.shape() == expected {
        return Ok(());
    }
    Err(Error::shape(what, [expected.0, expected.1], [matrix.nrows(), matrix.ncols()]))
}

/// Fails unless `matrix` has this many columns, whatever its rows.
pub(crate) fn expect_columns(what: &str, matrix: &Matrix, columns: usize) -> Result<()> {
    expect_shape(what, matrix, (matrix.nrows(), columns))
}

/// Fails at the first value that is NaN or infinite, naming its row and column.
pub(crate) fn expect_finite(what: &str, matrix: &Matrix) -> Result<()> {
    let Some(at) = matrix.as_slice().iter().position(|value| !value.is_finite()) else { return Ok(()) };
    let (row, column) = (at % matrix.nrows(), at / matrix.nrows());
    Err(Error::invalid(format!("{what}, row {row}, column {column},"), "a finite number", matrix[(row, column)]))
}

/// The rows without a NaN or infinite value.
pub(crate) fn finite_rows(matrix: &Matrix) -> Cow<'_, Matrix> {
    if matrix.iter().all(|value| value.is_finite()) {
        return Cow::Borrowed(matrix);
    }
    let is_finite = |row: &usize| matrix.row(*row).iter().all(|value| value.is_finite());
    let rows: Vec<usize> = (0..matrix.nrows()).filter(is_finite).collect();
    Cow::Owned(matrix.select_rows(&rows))
}

/// Gives `buffer` the shape, keeping its memory where that is enough; the values are unspecified.
#[inline]
pub(crate) fn reshape(buffer: &mut Matrix, rows: usize, columns: usize) {
    if buffer.shape() != (rows, columns) {
        let mut values = Vec::from(std::mem::take(buffer).data);
        values.resize(rows * columns, 0.0);
        *buffer = Matrix::from_vec(rows, columns, values);
    }
}

/// As [`reshape`], or an error where memory has no room for it.
pub(crate) fn try_reshape(buffer: &mut Matrix, rows: usize, columns: usize) -> Result<()> {
    expect_room(rows, columns)?;
    reshape(buffer, rows, columns);
    Ok(())
}

/// Makes `target` the same as `source`, keeping its memory where that is enough.
pub(crate) fn copy_to(source: &Matrix, target: &mut Matrix) {
    reshape(target, source.nrows(), source.ncols());
    target.as_mut_slice().copy_from_slice(source.as_slice());
}

/// Makes `target` the transpose of `source`, a square of some values at a time, which stay in the cache meanwhile.
pub(crate) fn transpose_to(source: &Matrix, target: &mut Matrix) {
    const SQUARE: usize = 16;
    let (rows, columns) = source.shape();
    reshape(target, columns, rows);
    let (from, to) = (source.as_slice(), target.as_mut_slice());
    for first_column in (0..columns).step_by(SQUARE) {
        let width = SQUARE.min(columns - first_column);
        for first_row in (0..rows).step_by(SQUARE) {
            for row in first_row..rows.min(first_row + SQUARE) {
                let slots = &mut to[row * columns + first_column..][..width];
                let values = from[first_column * rows + row..].iter().step_by(rows);
                slots.iter_mut().zip(values).for_each(|(slot, value)| *slot = *value);
            }
        }
    }
}

/// The sum of some values, in eight sums side by side so that none has to wait for another.
pub(crate) fn sum(values: &[f32]) -> f32 {
    let (eights, rest) = values.as_chunks::<8>();
    let add = |sums: [f32; 8], eight: &[f32; 8]| array::from_fn(|i| sums[i] + eight[i]);
    rest.iter().fold(sum_of_eight(eights.iter().fold([0.0; 8], add)), |sum, value| sum + value)
}

/// The sum of halves of halves, as vectors are added up.
#[inline(always)]
pub(crate) fn sum_of_eight<T: Add<Output = T>>([a, b, c, d, e, f, g, h]: [T; 8]) -> T {
    let [a, b, c, d] = [a + e, b + f, c + g, d + h];
    (a + c) + (b + d)
}

/// The sum of some values in double precision, likewise.
pub(crate) fn sum_f64(values: &[f32]) -> f64 {
    let (eights, rest) = values.as_chunks::<8>();
    let add = |sums: [f64; 8], eight: &[f32; 8]| array::from_fn(|i| sums[i] + f64::from(eight[i]));
    rest.iter().fold(sum_of_eight(eights.iter().fold([0.0; 8], add)), |sum, &value| sum + f64::from(value))
}

/// The sum of what `of` makes of pairs of values, likewise.
pub(crate) fn sum_f64_of_pairs(a: &[f32], b: &[f32], of: impl Fn(f64, f64) -> f64) -> f64 {
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<8>(), b.as_chunks::<8>());
    let of = |a: f32, b: f32| of(f64::from(a), f64::from(b));
    let add = |sums: [f64; 8], (a, b): (&[f32; 8], &[f32; 8])| array::from_fn(|i| sums[i] + of(a[i], b[i]));
    let sum = sum_of_eight(a.iter().zip(b).fold([0.0; 8], add));
    a_rest.iter().zip(b_rest).fold(sum, |sum, (&a, &b)| sum + of(a, b))
}

/// Puts `some` rows into `all`, from `start` on; with the first ones `all` takes its shape, of `count` rows.
pub(crate) fn put_rows(some: &Matrix, start: usize, count: usize, all: &mut Matrix) -> Result<()> {
    if start == 0 {
        try_reshape(all, count, some.ncols())?;
    }
    expect_columns("outputs of the model", some, all.ncols())?;
    copy_rows(some, all, start);
    Ok(())
}

/// Puts `some` rows into `all`, which has as many columns, from `start` on.
pub(crate) fn copy_rows(some: &Matrix, all: &mut Matrix, start: usize) {
    for (from, to) in columns(some).zip(columns_mut(all)) {
        to[start..][..from.len()].copy_from_slice(from);
    }
}

/// The first `count` rows.
pub(crate) fn first_rows(all: &Matrix, count: usize) -> Matrix {
    let some: Vec<&[f32]> = columns(all).map(|column| &column[..count]).collect();
    Matrix::from_vec(count, all.ncols(), some.concat())
}

/// Rows of several positions, `(rows, positions * width)`, as a row for each position, row by row: `(rows * positions, width)`.
pub(crate) fn by_position(rows: &Matrix, positions: usize) -> Cow<'_, Matrix> {
    if positions <= 1 {
        return Cow::Borrowed(rows);
    }
    let (count, width) = (rows.nrows(), rows.ncols() / positions);
    let mut split = Matrix::zeros(count * positions, width);
    for (column, values) in columns(rows).enumerate() {
        let (position, within) = (column / width, column % width);
        let to = split.as_mut_slice()[within * count * positions + position..].iter_mut().step_by(positions);
        to.zip(values).for_each(|(to, value)| *to = *value);
    }
    Cow::Owned(split)
}

/// Copies the rows named by `rows` into `target`, in that order.
///
/// Every index must be a row of `source`, and `target` must have its columns.
pub(crate) fn gather_rows(source: &Matrix, rows: &[usize], target: &mut Matrix) {
    for (from, to) in columns(source).zip(columns_mut(target)) {
        to.iter_mut().zip(rows).for_each(|(value, &row)| *value = from[row]);
    }
}

/// The columns as slices: in nalgebra's order a column is contiguous. At least one row is assumed.
pub(crate) fn columns(matrix: &Matrix) -> impl Iterator<Item = &[f32]> {
    let (rows, values) = (matrix.nrows(), matrix.as_slice());
    // Not `chunks_exact`, which divides.
    let count = if values.is_empty() { 0 } else { matrix.ncols() };
    (0..count).map(move |column| &values[column * rows..][..rows])
}

/// One of the columns; `None` beyond the last.
pub(crate) fn column(matrix: &Matrix, index: usize) -> Option<&[f32]> {
    let rows = matrix.nrows();
    (index < matrix.ncols()).then(|| &matrix.as_slice()[index * rows..][..rows])
}

/// The columns as mutable slices.
pub(crate) fn columns_mut(matrix: &mut Matrix) -> impl Iterator<Item = &mut [f32]> {
    let rows = matrix.nrows().max(1);
    matrix.as_mut_slice().chunks_exact_mut(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_value_that_is_not_finite_is_named_by_row_and_column() {
        let mut matrix = Matrix::zeros(3, 2);
        matrix[(1, 1)] = f32::NAN;
        let message = expect_finite("inputs", &matrix).unwrap_err().to_string();
        assert_eq!(message, "inputs, row 1, column 1, is NaN; it must be a finite number");
    }

    #[test]
    fn a_transpose_has_every_value_in_its_place() {
        for (rows, columns) in [(1, 1), (2, 3), (16, 16), (17, 33), (64, 5), (0, 4), (4, 0)] {
            let source = Matrix::from_fn(rows, columns, |i, j| (100 * i + j) as f32);
            let mut target = Matrix::zeros(0, 0);
            transpose_to(&source, &mut target);
            assert_eq!(target, source.transpose());
        }
    }

    #[test]
    fn sums_take_in_every_value() {
        for count in 0..40_u8 {
            let values: Vec<f32> = (0..count).map(f32::from).collect();
            let expected = (0..u32::from(count)).sum::<u32>();
            assert_eq!((sum(&values), sum_f64(&values)), (expected as f32, f64::from(expected)));
            let squares: u32 = (0..u32::from(count)).map(|i| i * i).sum();
            assert_eq!(sum_f64_of_pairs(&values, &values, |a, b| a * b), f64::from(squares));
        }
    }

    #[test]
    fn rows_are_gathered_in_the_order_asked_for() {
        let source = Matrix::from_row_slice(3, 2, &[1.0, 10.0, 2.0, 20.0, 3.0, 30.0]);
        let mut target = Matrix::zeros(2, 2);
        gather_rows(&source, &[2, 0], &mut target);
        assert_eq!(to_row_major(&target), [3.0, 30.0, 1.0, 10.0]);
    }

    #[test]
    fn positions_are_rows_of_their_own_row_by_row() {
        let rows = Matrix::from_row_slice(2, 6, &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 11.0, 12.0]);
        let values: Vec<f32> = (1..=12).map(|i| i as f32).collect();
        for positions in [1, 2, 3, 6] {
            let split = by_position(&rows, positions);
            assert_eq!((split.nrows(), to_row_major(&split)), (2 * positions, values.clone()));
        }
        assert_eq!(by_position(&Matrix::zeros(0, 6), 3).shape(), (0, 2));
    }
}

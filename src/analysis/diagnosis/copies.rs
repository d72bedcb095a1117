//! Units of a layer that put out what another one does.

use crate::{
    Matrix,
    math::{
        matrix,
        random::{self, Purpose},
    },
};

/// Two units are the same if they differ by no more than this share of their size.
const NEAR: f64 = 1e-4;

/// The number of columns that are, but for rounding, what another one before them is. Constant columns do not count: those are
/// dead or saturated.
pub(super) fn copies(units: &Matrix) -> usize {
    let mut rng = random::rng(0, Purpose::Sample);
    let factors: Vec<f64> = (0..units.nrows()).map(|_| random::symmetric(&mut rng)).collect();
    // What is near each other is so along any line: then only neighbors on it need be compared.
    let along = |unit: &[f32]| unit.iter().zip(&factors).map(|(&value, factor)| f64::from(value) * factor).sum::<f64>();
    let mut sorted: Vec<(f64, &[f32])> =
        matrix::columns(units).filter(|unit| varies(unit)).map(|unit| (along(unit), unit)).collect();
    sorted.sort_by(|one, other| one.0.total_cmp(&other.0));
    sorted.windows(2).filter(|pair| are_same(pair[0].1, pair[1].1)).count()
}

fn varies(unit: &[f32]) -> bool {
    let first = unit.first().copied().unwrap_or(f32::NAN);
    unit.iter().any(|&value| f64::from((value - first).abs()) > NEAR * f64::from(first.abs()))
}

fn are_same(one: &[f32], other: &[f32]) -> bool {
    let size = |values: &[f32]| matrix::sum_f64_of_pairs(values, values, |a, b| a * b);
    let apart = matrix::sum_f64_of_pairs(one, other, |a, b| (a - b) * (a - b));
    apart <= NEAR * NEAR * size(one).max(size(other))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_is_counted_once_and_a_constant_never() {
        let columns = [[1.0, 2.0, 3.0], [3.0, 1.0, 2.0], [1.0, 2.0, 3.0], [1.0, 2.0, 3.00001], [0.0; 3], [0.0; 3]];
        assert_eq!(copies(&Matrix::from_fn(3, 6, |row, column| columns[column][row])), 2);
        assert_eq!(copies(&Matrix::from_fn(3, 2, |row, column| columns[column][row])), 0);
        assert_eq!(copies(&Matrix::zeros(0, 3)), 0);
        let negative = [[1.0, 2.0, 3.0], [-1.0, -2.0, -3.0]];
        assert_eq!(copies(&Matrix::from_fn(3, 2, |row, column| negative[column][row])), 0);
    }
}

//! Both ends of the spectrum of a symmetric matrix that is known by its products with vectors.

use nalgebra::DMatrix;

use crate::{Result, analysis::space::eigen};

/// Directions that are shorter than this share of the largest eigenvalue are rounding: the matrix leads nowhere else.
const NOWHERE: f64 = 1e-6;

/// An eigenvector of a matrix in the subspace that was searched, of length 1.
pub(super) struct Ritz {
    pub(super) vector: Vec<f64>,
}

/// The largest and the smallest eigenvalue, and after how many products.
pub(super) struct Ends {
    pub(super) largest: Ritz,
    pub(super) smallest: Ritz,
    pub(super) iterations: usize,
}

/// By the method of Lanczos (1950), every vector made orthogonal to all before it, twice.
///
/// It ends when the residual of the largest eigenvalue is below the tolerance, as a share of the eigenvalue of the largest magnitude, when
/// the whole space was searched, or after so many products.
pub(super) fn ends(
    mut times: impl FnMut(&[f64]) -> Result<Vec<f64>>,
    start: Vec<f64>,
    iterations: usize,
    tolerance: f64,
) -> Result<Ends> {
    let (mut basis, mut inner) = (vec![normalized(start)], Tridiagonal::default());
    loop {
        let last = &basis[basis.len() - 1];
        let mut next = times(last)?;
        inner.diagonal.push(dot(&next, last));
        for _ in 0..2 {
            for own in &basis {
                let share = dot(own, &next);
                subtract(&mut next, own, share);
            }
        }
        let length = dot(&next, &next).sqrt();
        let found = inner.eigen()?;
        let (first, end) = (0, found.values.len() - 1);
        let scale = found.values[first].abs().max(found.values[end].abs());
        let residual = length * found.vectors[(end, first)].abs();
        let is_whole = basis.len() == basis[0].len() || length <= NOWHERE * scale;
        if is_whole || residual <= tolerance * scale || basis.len() >= iterations {
            let ritz = |at: usize| Ritz { vector: normalized(sum(&basis, found.vectors.column(at).as_slice())) };
            return Ok(Ends { largest: ritz(first), smallest: ritz(end), iterations: basis.len() });
        }
        inner.beside.push(length);
        basis.push(next.into_iter().map(|value| value / length).collect());
    }
}

/// The matrix in the basis of Lanczos.
#[derive(Default)]
struct Tridiagonal {
    diagonal: Vec<f64>,
    beside: Vec<f64>,
}

impl Tridiagonal {
    fn eigen(&self) -> Result<eigen::Eigen> {
        let mut matrix = DMatrix::from_diagonal(&self.diagonal.clone().into());
        for (i, &value) in self.beside.iter().enumerate() {
            (matrix[(i, i + 1)], matrix[(i + 1, i)]) = (value, value);
        }
        eigen::all(matrix)
    }
}

pub(super) fn dot(one: &[f64], other: &[f64]) -> f64 {
    one.iter().zip(other).map(|(one, other)| one * other).sum()
}

fn subtract(from: &mut [f64], own: &[f64], share: f64) {
    from.iter_mut().zip(own).for_each(|(value, own)| *value -= share * own);
}

fn sum(basis: &[Vec<f64>], shares: &[f64]) -> Vec<f64> {
    let mut sum = vec![0.0; basis[0].len()];
    basis.iter().zip(shares).for_each(|(own, &share)| subtract(&mut sum, own, -share));
    sum
}

/// A vector of length 1; zeros stay.
fn normalized(vector: Vec<f64>) -> Vec<f64> {
    let length = dot(&vector, &vector).sqrt();
    if length > 0.0 { vector.into_iter().map(|value| value / length).collect() } else { vector }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A diagonal matrix, turned by a reflection, which leaves its eigenvalues.
    fn turned(values: &[f64]) -> DMatrix<f64> {
        let n = values.len();
        let axis: Vec<f64> = normalized((0..n).map(|i| ((7 * i + 3) % 5) as f64 - 1.7).collect());
        let reflection = DMatrix::from_fn(n, n, |i, j| f64::from(u8::from(i == j)) - 2.0 * axis[i] * axis[j]);
        &reflection * DMatrix::from_diagonal(&values.to_vec().into()) * &reflection
    }

    fn of(values: &[f64], iterations: usize, tolerance: f64) -> (f64, f64, usize) {
        let matrix = turned(values);
        let times =
            |vector: &[f64]| Ok((&matrix * DMatrix::from_column_slice(vector.len(), 1, vector)).as_slice().to_vec());
        let start = (0..values.len()).map(|i| 1.0 + ((i * i) % 7) as f64).collect();
        let found = ends(times, start, iterations, tolerance).unwrap();
        let value = |end: &Ritz| dot(&end.vector, &times(&end.vector).unwrap());
        (value(&found.largest), value(&found.smallest), found.iterations)
    }

    #[test]
    fn both_ends_are_found_whatever_their_signs() {
        for values in [vec![3.0, 1.0, -7.0, 0.5, 0.0], vec![-1.0, -2.0, -8.0], vec![4.0; 6], vec![0.0; 3], vec![2.5]] {
            let (largest, smallest, iterations) = of(&values, 50, 1e-10);
            let expected =
                values.iter().fold((f64::MIN, f64::MAX), |(high, low), &value| (high.max(value), low.min(value)));
            assert!((largest - expected.0).abs() < 1e-9 && (smallest - expected.1).abs() < 1e-9, "{values:?}");
            assert!(iterations <= values.len());
        }
    }

    #[test]
    fn it_ends_after_as_many_products_as_were_asked() {
        let values: Vec<f64> = (0..200).map(f64::from).collect();
        assert_eq!(of(&values, 7, 1e-12).2, 7);
        let (largest, _, iterations) = of(&values, 200, 1e-6);
        assert!((largest - 199.0).abs() < 1e-3 && iterations < 100, "{largest} after {iterations}");
    }
}

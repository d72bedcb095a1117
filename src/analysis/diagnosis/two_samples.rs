//! Whether two samples may come from one distribution.

use crate::{Matrix, Result, analysis::classification::nearest_neighbors::NearestNeighbors, math::elementary};

/// How improbable a distance must be to count, over all that are looked at together.
const CHANCE: f64 = 1e-3;

/// The statistic of Kolmogorov and Smirnov for two samples: the largest distance between their distribution functions, from 0
/// to 1. NaN is left out; `None` where nothing else is there.
pub(super) fn distance(one: &[f32], other: &[f32]) -> Option<f64> {
    let (one, other) = (sorted(one), sorted(other));
    if one.is_empty() || other.is_empty() {
        return None;
    }
    let (mut i, mut j, mut largest) = (0, 0, 0.0_f64);
    while i < one.len() && j < other.len() {
        let value = one[i].min(other[j]);
        i += one[i..].partition_point(|&it| it <= value);
        j += other[j..].partition_point(|&it| it <= value);
        largest = largest.max((i as f64 / one.len() as f64 - j as f64 / other.len() as f64).abs());
    }
    Some(largest)
}

fn sorted(values: &[f32]) -> Vec<f32> {
    let mut values: Vec<f32> = values.iter().copied().filter(|value| !value.is_nan()).collect();
    values.sort_unstable_by(f32::total_cmp);
    values
}

/// The distance that chance exceeds once in a thousand times, of so many looked at: `sqrt(ln(2 k / p) / 2) sqrt((n + m) / (n m))`,
/// the first term of Kolmogorov's series (Smirnov, 1939) with Bonferroni's correction.
pub(super) fn critical(one: usize, other: usize, looked_at: usize) -> f64 {
    let (n, m) = (one as f64, other as f64);
    (elementary::ln(2.0 * looked_at.max(1) as f64 / CHANCE) / 2.0 * (n + m) / (n * m)).sqrt()
}

/// The share of samples of whose three nearest neighbors most are of the own set, for two sets of as many rows: near one half for one
/// distribution. After Schilling, "Multivariate Two-Sample Tests Based on Nearest Neighbors" (1986), who counts the neighbors.
pub(super) fn among_own(one: &Matrix, other: &Matrix) -> Result<f64> {
    let count = one.nrows();
    // In turns: of neighbors as near the first ones count.
    let both = Matrix::from_fn(2 * count, one.ncols(), |row, column| {
        if row % 2 == 0 { one[(row / 2, column)] } else { other[(row / 2, column)] }
    });
    let sets: Vec<usize> = (0..2 * count).map(|row| row % 2).collect();
    let votes = NearestNeighbors::new(&both, &sets, 3).vote(None)?;
    let own = votes.iter().zip(&sets).filter(|(vote, set)| vote == set).count();
    Ok(own as f64 / sets.len() as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `scipy.stats.ks_2samp(a, b).statistic` of scipy 1.17.
    #[test]
    fn the_distance_is_that_of_scipy() {
        let (a, b) = ([0.1, 0.4, 0.4, 0.9, 2.0], [0.4, 0.5, 0.6, 3.0]);
        assert!((distance(&a, &b).unwrap() - 0.35).abs() < 1e-12, "{:?}", distance(&a, &b));
        assert_eq!(distance(&a, &a), Some(0.0));
        assert_eq!(distance(&[0.0, 0.0], &[1.0, f32::NAN]), Some(1.0));
        assert_eq!(distance(&[f32::NAN], &b), None);
        assert_eq!(distance(&[f32::INFINITY], &[f32::INFINITY]), Some(0.0));
    }

    #[test]
    fn the_same_rows_lie_among_each_other_and_others_among_their_own() {
        let drawn = |seed| crate::datasets::ball(2, 200, seed).inputs().clone();
        assert_eq!(among_own(&drawn(1), &drawn(2).add_scalar(100.0)).unwrap(), 1.0);
        let mixed = among_own(&drawn(1), &drawn(2)).unwrap();
        assert!((mixed - 0.5).abs() < 2.0 / 200_f64.sqrt(), "{mixed}"); // what a diagnosis takes for chance
    }

    /// `scipy.stats.kstwobign.isf(1e-3) * np.sqrt(2 / 100)` is 0.27567.
    #[test]
    fn the_critical_distance_is_that_of_the_limiting_distribution() {
        assert!((critical(100, 100, 1) - 0.27569).abs() < 1e-4, "{}", critical(100, 100, 1));
    }
}

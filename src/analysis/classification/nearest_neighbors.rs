//! The class of most of the nearest neighbors.

use std::ops::Range;

use crate::{
    Matrix, Result,
    math::{matrix, parallel},
};

/// So many rows are asked by a thread at a time.
const AT_ONCE: usize = 32;

/// Samples whose classes are known, and how many of them vote.
pub(crate) struct NearestNeighbors<'a> {
    /// Row by row.
    known: Vec<f32>,
    width: usize,
    classes: &'a [usize],
    neighbors: usize,
}

/// The distances from one row, in memory that is kept from row to row.
type Distances = Vec<(f64, usize)>;

impl<'a> NearestNeighbors<'a> {
    /// Samples in rows, and the class of each; as many neighbors are asked, which there are.
    pub(crate) fn new(known: &Matrix, classes: &'a [usize], neighbors: usize) -> Self {
        Self { known: matrix::to_row_major(known), width: known.ncols(), classes, neighbors }
    }

    /// The class of most neighbors of each row; of the known ones themselves but for the row itself.
    pub(crate) fn vote(&self, rows: Option<&Matrix>) -> Result<Vec<usize>> {
        let others = rows.map(matrix::to_row_major);
        let asked = others.as_ref().unwrap_or(&self.known);
        let count = rows.map_or(self.classes.len(), Matrix::nrows);
        let parts: Vec<Range<usize>> =
            (0..count).step_by(AT_ONCE).map(|start| start..count.min(start + AT_ONCE)).collect();
        let vote = |distances: &mut Distances, part: &Range<usize>| {
            let vote = |row: usize| {
                let values = &asked[row * self.width..][..self.width];
                self.vote_about(values, others.is_none().then_some(row), distances)
            };
            Ok(part.clone().map(vote).collect::<Vec<usize>>())
        };
        Ok(parallel::map_with(&parts, Some(parallel::unshared()), Vec::new, vote)?.concat())
    }

    fn vote_about(&self, row: &[f32], itself: Option<usize>, distances: &mut Distances) -> usize {
        distances.clear();
        for sample in (0..self.classes.len()).filter(|&sample| Some(sample) != itself) {
            distances.push((squared_distance(row, &self.known[sample * self.width..][..self.width]), sample));
        }
        if self.neighbors < distances.len() {
            let nearer = |one: &(f64, usize), other: &(f64, usize)| one.0.total_cmp(&other.0).then(one.1.cmp(&other.1));
            distances.select_nth_unstable_by(self.neighbors - 1, nearer);
            distances.truncate(self.neighbors);
        }
        most_frequent(distances.iter().map(|&(_, sample)| self.classes[sample]).collect())
    }
}

/// The class that is there most often, the smallest of several; of none, about which nobody asks, 0.
fn most_frequent(mut classes: Vec<usize>) -> usize {
    classes.sort_unstable();
    let runs = classes.chunk_by(|one, other| one == other);
    let most = runs.fold(&classes[..0], |most, run| if run.len() > most.len() { run } else { most });
    most.first().copied().unwrap_or_default()
}

/// Eight sums side by side, none of which waits for another, in one order on every machine.
fn squared_distance(a: &[f32], b: &[f32]) -> f64 {
    let square = |a: f32, b: f32| {
        let apart = f64::from(a) - f64::from(b);
        apart * apart
    };
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<8>(), b.as_chunks::<8>());
    let mut sums = [0.0; 8];
    for (a, b) in a.iter().zip(b) {
        sums.iter_mut().zip(a.iter().zip(b)).for_each(|(sum, (a, b))| *sum += square(*a, *b));
    }
    matrix::sum_of_eight(sums) + a_rest.iter().zip(b_rest).fold(0.0, |sum, (a, b)| sum + square(*a, *b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_smallest_class_of_equally_frequent_ones_wins_and_the_first_of_equally_near_samples_votes() {
        assert_eq!(most_frequent(vec![2, 1, 2, 1, 0]), 1);
        let known = Matrix::from_column_slice(4, 1, &[1.0, -1.0, 1.0, 5.0]);
        let nearest = |neighbors, classes: &[usize]| {
            let asked = Matrix::zeros(1, 1);
            NearestNeighbors::new(&known, classes, neighbors).vote(Some(&asked)).unwrap()
        };
        assert_eq!(nearest(1, &[3, 1, 2, 0]), [3]);
        assert_eq!(nearest(2, &[3, 1, 2, 0]), [1]);
        assert_eq!(nearest(4, &[3, 3, 2, 2]), [2], "all of them");
    }

    #[test]
    fn a_sample_is_no_neighbor_of_its_own() {
        let known = Matrix::from_column_slice(3, 1, &[0.0, 0.0, 9.0]);
        let neighbors = NearestNeighbors::new(&known, &[0, 1, 2], 1);
        assert_eq!(neighbors.vote(None).unwrap(), [1, 0, 0], "its twin is");
        assert_eq!(neighbors.vote(Some(&known)).unwrap(), [0, 0, 2]);
    }

    #[test]
    fn rows_of_any_width_and_number_are_asked() {
        let known = Matrix::from_fn(100, 19, |i, j| ((i * 7 + j * 5) % 31) as f32);
        let classes: Vec<usize> = (0..100).collect();
        assert_eq!(NearestNeighbors::new(&known, &classes, 1).vote(Some(&known)).unwrap()[..31], classes[..31]);
        let none = Matrix::zeros(3, 0);
        assert_eq!(NearestNeighbors::new(&none, &[1, 0, 0], 3).vote(Some(&none)).unwrap(), [0; 3]);
    }
}

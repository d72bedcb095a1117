//! The nearest neighbors of samples, by their features.

use rand::seq::SliceRandom;

use crate::{
    Matrix,
    math::{
        matrix,
        random::{self, Purpose},
        stats,
    },
};

/// The rows nearest to each row, none of them itself: by the Euclidean distance of features that are divided by their standard
/// deviations. Of rows as far some are drawn: their order may be that of the classes. Features that are constant or not finite do
/// not count.
pub(super) fn nearest(rows: &Matrix, count: usize) -> Vec<Vec<usize>> {
    let rows = standardized(rows);
    let samples = rows.first().map_or(0, Vec::len);
    let mut distances = vec![0.0_f32; samples];
    let mut drawn: Vec<usize> = (0..samples).collect();
    drawn.shuffle(&mut random::rng(0, Purpose::Sample));
    let of = |sample: usize| {
        distances.fill(0.0);
        for feature in &rows {
            let own = feature[sample];
            distances.iter_mut().zip(feature).for_each(|(sum, value)| *sum += (value - own) * (value - own));
        }
        let mut others: Vec<usize> = (0..samples).filter(|&other| other != sample).collect();
        let order = |a: &usize, b: &usize| distances[*a].total_cmp(&distances[*b]).then(drawn[*a].cmp(&drawn[*b]));
        if others.len() > count {
            others.select_nth_unstable_by(count, order);
            others.truncate(count);
        }
        others.sort_unstable_by(order);
        others
    };
    (0..samples).map(of).collect()
}

/// The features that vary, each over its standard deviation.
fn standardized(rows: &Matrix) -> Vec<Vec<f32>> {
    let scaled = matrix::columns(rows).filter_map(|feature| {
        let deviation = stats::deviation(feature.iter().map(|&value| f64::from(value)));
        let varies = deviation > 0.0 && deviation.is_finite();
        varies.then(|| feature.iter().map(|&value| (f64::from(value) / deviation) as f32).collect())
    });
    scaled.collect()
}

/// The class of most neighbors, of several the smallest; `None` for no neighbors.
pub(super) fn majority(neighbors: &[usize], classes: &[usize]) -> Option<usize> {
    let mut found: Vec<usize> = neighbors.iter().map(|&place| classes[place]).collect();
    found.sort_unstable();
    let groups = found.chunk_by(|a, b| a == b);
    groups.rev().max_by_key(|group| group.len()).map(|group| group[0])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By scikit-learn 1.9.1: `NearestNeighbors(n_neighbors=2).fit(X / X.std(0)).kneighbors()[1]` of
    /// `X = np.array([[0, 0], [1, 3], [4, 1], [0.5, 100], [1.2, 300], [9, 110.]])`.
    #[test]
    fn neighbors_are_those_of_scikit_learn_and_never_the_sample_itself() {
        let rows = [[0.0, 0.0], [1.0, 3.0], [4.0, 1.0], [0.5, 100.0], [1.2, 300.0], [9.0, 110.0]];
        let rows = Matrix::from_fn(6, 2, |row, column| rows[row][column]);
        let found = nearest(&rows, 2);
        assert_eq!(found, [[1, 3], [0, 3], [1, 0], [1, 0], [3, 1], [2, 3]]);
        assert_eq!(nearest(&Matrix::zeros(3, 0), 2), Vec::<Vec<usize>>::new());
        assert_eq!(nearest(&rows, 9)[0].len(), 5);
    }

    #[test]
    fn the_majority_is_the_class_of_most() {
        assert_eq!(majority(&[0, 1, 2], &[7, 2, 2]), Some(2));
        assert_eq!(majority(&[0, 1], &[7, 2]), Some(2), "of equals the smallest");
        assert_eq!(majority(&[], &[]), None);
    }
}

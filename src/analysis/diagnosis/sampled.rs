//! Some samples of a data set, for what costs the square of their number.

use rand::seq::SliceRandom;

use crate::{
    Dataset, Matrix,
    data::labels,
    math::{
        matrix,
        random::{self, Purpose},
    },
};

/// No more samples are compared with each other.
const MOST: usize = 2_000;

/// As many differences of two numbers are taken at most when all are compared with each other.
const WORK: usize = 2_000_000_000;

/// Some samples of a data set, all of them where there are few, in an order that is drawn: that of the data may be the order of their
/// classes, and of neighbors as near the first ones count. The same at every call.
#[derive(Clone, Debug)]
pub(crate) struct Sampled {
    /// Which samples.
    pub(crate) places: Vec<usize>,
    /// The samples.
    pub(crate) data: Dataset,
    /// Their classes, where the targets are classes of one position.
    pub(crate) classes: Option<Vec<usize>>,
}

impl Sampled {
    pub(crate) fn of(data: &Dataset) -> Self {
        let places = some(data.samples(), MOST.min(comparable(data.features())));
        let is_one = data.targets().positions() == 1;
        let classes = is_one.then(|| labels::target_classes(data.targets()).ok()).flatten();
        let classes = classes.map(|all| places.iter().map(|&place| all[place]).collect());
        Self { data: data.rows(&places), places, classes }
    }

    pub(crate) fn len(&self) -> usize {
        self.places.len()
    }
}

/// As many samples of so many features can be compared with each other.
pub(super) fn comparable(features: usize) -> usize {
    (((WORK / features.max(1)) as f64).sqrt() as usize).max(1)
}

/// Some rows of a matrix.
pub(super) fn gathered(all: &Matrix, places: &[usize]) -> Matrix {
    let mut rows = Matrix::zeros(places.len(), all.ncols());
    matrix::gather_rows(all, places, &mut rows);
    rows
}

/// At most so many of `count` numbers from 0, drawn without replacement.
pub(super) fn some(count: usize, most: usize) -> Vec<usize> {
    let mut places: Vec<usize> = (0..count).collect();
    places.partial_shuffle(&mut random::rng(0, Purpose::Sample), most).0.to_vec()
}

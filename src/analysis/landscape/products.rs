//! The principal components of epochs, by the products of their weights with each other.

use nalgebra::DMatrix;

use super::{
    WeightPlane,
    weight_rows::{At, Block, WeightRows},
};
use crate::{
    Error, Result,
    analysis::space::eigen,
    math::products::{add_product, transposed_product},
};

/// A path has so many directions at most.
const DIRECTIONS: usize = 10;

/// A direction with a smaller share of the variance is that of rounding.
const LEAST_SHARE: f64 = 1e-12;

/// A coordinate that is a smaller share of the largest one is taken for zero where signs are chosen.
const ZERO: f64 = 1e-6;

/// The products of what has changed since the first epoch, of every epoch with every other.
pub(super) struct Products {
    matrix: DMatrix<f64>,
    count: usize,
    blocks: Vec<Vec<At>>,
    /// The last one, which need not be read again.
    last: Option<Block>,
}

/// The principal components of the epochs.
pub(super) struct Components {
    pub(super) shares: Vec<f64>,
    /// `(epochs, directions)`
    pub(super) coordinates: DMatrix<f64>,
}

impl Products {
    pub(super) fn new(count: usize) -> Self {
        Self { matrix: DMatrix::zeros(count, count), count: 0, blocks: Vec::new(), last: None }
    }

    /// Takes a further block, and its products with all before it, the last one first.
    pub(super) fn add(&mut self, block: Block, rows: &mut WeightRows<'_>) -> Result<()> {
        let (start, mut earlier) = (self.count, self.count);
        self.put(start, start, &transposed_product(&block.columns, &block.columns));
        let blocks = std::mem::take(&mut self.blocks);
        for at in blocks.iter().rev() {
            earlier -= at.len();
            let other = self.last.take().map_or_else(|| rows.again(at), Ok)?;
            self.put(earlier, start, &transposed_product(&other.columns, &block.columns));
        }
        self.count += block.at.len();
        self.blocks = blocks;
        self.blocks.push(block.at.clone());
        self.last = Some(block);
        Ok(())
    }

    fn put(&mut self, row: usize, column: usize, products: &DMatrix<f64>) {
        self.matrix.view_mut((row, column), products.shape()).copy_from(products);
        self.matrix.view_mut((column, row), (products.ncols(), products.nrows())).copy_from(&products.transpose());
    }

    /// The products about the mean, and their eigenvectors.
    pub(super) fn components(&self) -> Result<Components> {
        let count = self.count as f64;
        let mut matrix = self.matrix.view((0, 0), (self.count, self.count)).into_owned();
        let means: Vec<f64> = matrix.row_iter().map(|row| row.sum() / count).collect();
        let mean = means.iter().sum::<f64>() / count;
        for (j, mut column) in matrix.column_iter_mut().enumerate() {
            column.iter_mut().zip(&means).for_each(|(value, own)| *value -= own + means[j] - mean);
        }
        if matrix.iter().any(|value| !value.is_finite()) {
            let expected = "less than about 1e150, so that its square is a number";
            return Err(Error::invalid("the distance of weights from those of the first epoch", expected, "more"));
        }
        let total = matrix.trace();
        if total <= 0.0 {
            return Ok(Components { shares: Vec::new(), coordinates: DMatrix::zeros(self.count, 0) });
        }
        let found = eigen::all(matrix)?;
        let most = DIRECTIONS.min(self.count - 1);
        let shares: Vec<f64> = found.values.iter().map(|value| (value / total).clamp(0.0, 1.0)).take(most).collect();
        let shares: Vec<f64> = shares.into_iter().take_while(|&share| share >= LEAST_SHARE).collect();
        let mut coordinates = found.vectors.columns(0, shares.len()).into_owned();
        for (mut column, value) in coordinates.column_iter_mut().zip(&found.values) {
            column *= sign(column.as_slice()) * value.sqrt();
        }
        Ok(Components { shares, coordinates })
    }

    /// The plane of the first two directions, if there are as many.
    pub(super) fn plane(self, components: &Components, mut rows: WeightRows<'_>) -> Result<Option<WeightPlane>> {
        if components.shares.len() < 2 {
            return Ok(None);
        }
        // In the columns: the first two directions, and the mean.
        let lengths = [0, 1].map(|axis| components.coordinates.column(axis).norm_squared());
        let count = self.count as f64;
        let factors = DMatrix::from_fn(self.count, 3, |epoch, axis| match axis {
            2 => 1.0 / count,
            axis => components.coordinates[(epoch, axis)] / lengths[axis],
        });
        let (mut last, mut start, mut sums) = (self.last, self.count, DMatrix::zeros(0, 0));
        for at in self.blocks.iter().rev() {
            start -= at.len();
            let block = last.take().map_or_else(|| rows.again(at), Ok)?;
            if sums.is_empty() {
                sums = DMatrix::zeros(block.columns.nrows(), 3);
            }
            add_product(&block.columns, &factors.rows(start, at.len()).into_owned(), &mut sums);
        }
        let Some((flat, mut origin)) = rows.into_first() else { return Ok(None) };
        origin.iter_mut().zip(sums.column(2).iter()).for_each(|(value, mean)| *value += mean);
        let axes = eigen::orthonormal(sums.columns(0, 2).into_owned(), None);
        let directions = [0, 1].map(|axis| axes.column(axis.min(axes.ncols() - 1)).iter().copied().collect());
        WeightPlane::of_vectors(flat, origin, directions).map(Some)
    }
}

/// The sign with which the first epoch that is not at 0 lies on the negative side.
fn sign(coordinates: &[f64]) -> f64 {
    let largest = coordinates.iter().fold(0.0, |largest: f64, at| largest.max(at.abs()));
    let first = coordinates.iter().find(|at| at.abs() > ZERO * largest);
    if first.is_some_and(|&at| at > 0.0) { -1.0 } else { 1.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_are_those_of_the_first_epoch_that_is_not_at_zero() {
        assert_eq!(
            [sign(&[-1.0, 2.0]), sign(&[1.0, 2.0]), sign(&[1e-9, -1.0, 2.0]), sign(&[0.0, 1.0]), sign(&[])],
            [1.0, -1.0, 1.0, -1.0, 1.0]
        );
    }
}

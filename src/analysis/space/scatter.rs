//! What is kept of points to find their principal axes: the sums of the products of their distances from the mean.

use std::mem;

use nalgebra::DMatrix;

use super::eigen::{self, Eigen};
use crate::Result;
use crate::math::matrix;
use crate::math::products::{add_product, add_products_of_columns, product, transposed_product};

/// The sums of as many dimensions take 32 MB.
const MAX_WHOLE: usize = 2_048;

/// In a wider space, as many directions are followed: 512 bytes for each dimension, and some more while they are turned.
const DIRECTIONS: usize = 32;

/// How far the images of the axes may be from the axes, as a share of the variance along the first, for no further pass.
const STEADY: f64 = 1e-4;

/// Smaller eigenvalues, as a share of the largest, are what rounding has left of 0.
const ROUNDING: f64 = 1e-12;

/// The scatter matrix of some points, or what it makes of some directions where it would be too large.
#[derive(Clone, Debug)]
pub(super) enum Scatter {
    /// `(dimensions, dimensions)`
    Whole(DMatrix<f64>),
    /// A sketch of it.
    Sketch {
        /// Orthonormal, `(dimensions, directions)`.
        directions: DMatrix<f64>,
        /// The scatter matrix times the directions.
        images: DMatrix<f64>,
        /// The trace of the scatter matrix.
        trace: f64,
    },
}

impl Scatter {
    pub(super) fn new(dimensions: usize) -> Result<Self> {
        if dimensions <= MAX_WHOLE {
            return Ok(Self::Whole(DMatrix::zeros(dimensions, dimensions)));
        }
        matrix::expect_room(dimensions, 4 * DIRECTIONS)?; // Of double precision, directions and images.
        Ok(Self::along(eigen::orthonormal(eigen::start(dimensions, DIRECTIONS), None)))
    }

    fn along(directions: DMatrix<f64>) -> Self {
        let images = DMatrix::zeros(directions.nrows(), directions.ncols());
        Self::Sketch { directions, images, trace: 0.0 }
    }

    /// Adds points, `(points, dimensions)`, as distances from their mean.
    pub(super) fn add(&mut self, centered: &DMatrix<f64>) {
        match self {
            Self::Whole(products) => add_products_of_columns(centered, products),
            Self::Sketch { directions, images, trace } => {
                let points = centered.transpose();
                add_product(&points, &transposed_product(&points, directions), images);
                *trace += points.iter().map(|x| x * x).sum::<f64>();
            }
        }
    }

    /// Adds a point of this weight, as its distance from the mean.
    pub(super) fn add_weighted(&mut self, weight: f64, apart: &[f64]) {
        let apart = DMatrix::from_column_slice(apart.len(), 1, apart);
        match self {
            Self::Whole(products) => {
                for (j, column) in apart.iter().enumerate() {
                    for (i, row) in apart.iter().enumerate() {
                        products[(i, j)] += weight * row * column;
                    }
                }
            }
            Self::Sketch { directions, images, trace } => {
                add_product(&apart, &(transposed_product(&apart, directions) * weight), images);
                *trace += weight * apart.norm_squared();
            }
        }
    }

    pub(super) fn trace(&self) -> f64 {
        match self {
            Self::Whole(products) => products.trace(),
            Self::Sketch { trace, .. } => *trace,
        }
    }

    /// The principal axes, two or more: exact ones of a whole matrix, of a sketch as close as it comes.
    pub(super) fn leading(&self) -> Result<Eigen> {
        match self {
            Self::Whole(products) => eigen::leading(products),
            Self::Sketch { directions, images, .. } => nystrom(directions, images),
        }
    }

    /// Begins anew along the directions that the points led to, unless these are its axes already.
    ///
    /// With the same points once more it comes closer to their axes: subspace iteration, a step in each pass.
    pub(super) fn refine(&mut self) -> Result<bool> {
        let Self::Sketch { directions, images, .. } = self else { return Ok(false) };
        let (found, residual) = eigen::within(directions, images)?.first_two_of(directions, images);
        if residual <= STEADY * found.values[0] {
            return Ok(false);
        }
        let next = eigen::orthonormal(mem::take(images), None);
        *self = Self::along(next);
        Ok(true)
    }
}

/// The axes of the matrix of low rank that agrees with a scatter matrix on some directions, `Y (QᵀY)⁻¹ Yᵀ`.
///
/// Tropp, Yurtsever, Udell and Cevher, "Fixed-Rank Approximation of a Positive-Semidefinite Matrix from Streaming Data"
/// (2017), with the eigenvectors of `QᵀY` in place of its Cholesky factor, so that some of its eigenvalues may be 0.
fn nystrom(directions: &DMatrix<f64>, images: &DMatrix<f64>) -> Result<Eigen> {
    let inner = eigen::within(directions, images)?;
    let rank = inner.values.iter().take_while(|&&value| value > ROUNDING * inner.values[0]).count();
    let root = |factors: &DMatrix<f64>, values: &[f64]| {
        let mut factors = factors.columns(0, values.len()).into_owned();
        factors.column_iter_mut().zip(values).for_each(|(mut column, value)| column.unscale_mut(value.sqrt()));
        factors
    };
    let factor = product(images, &root(&inner.vectors, &inner.values[..rank]));
    let outer = eigen::within(&factor, &factor)?;
    let count = rank.min(2);
    let vectors = product(&factor, &root(&outer.vectors, &outer.values[..count]));
    Ok(Eigen { values: outer.values, vectors }.completed())
}

//! The two largest eigenvalues of a symmetric matrix and their eigenvectors, without all the others.

use nalgebra::{DMatrix, SymmetricEigen};

use crate::math::{
    products::{add_product, product, transposed_product},
    random::{self, Purpose},
};
use crate::{Error, Result};

/// Up to as many dimensions all eigenvectors are computed: it takes some milliseconds.
const SMALL: usize = 64;

/// As many directions are followed at a time: more than two, so that equal eigenvalues are all found.
const BLOCK: usize = 4;

/// As many blocks span the subspace at most; one that has not converged then is left to the solver of all eigenvectors.
const MAX_BLOCKS: usize = 100;

/// How far `A v` may be from `λ v`, as a share of the largest eigenvalue.
const RESIDUAL: f64 = 1e-10;

/// The directions that are left of a block are those longer than this share of what they were.
const DEPENDENT: f64 = 1e-10;

/// Eigenvalues, the largest first, and their eigenvectors in columns.
pub(crate) struct Eigen {
    pub(crate) values: Vec<f64>,
    pub(crate) vectors: DMatrix<f64>,
}

/// The first two, and maybe more, of a positive semidefinite matrix of two dimensions or more.
///
/// By Rayleigh and Ritz in the subspace that a block of directions spans with the powers of the matrix: the block Lanczos
/// method of Golub and Underwood (1977), every block made orthogonal to all before it.
pub(super) fn leading(matrix: &DMatrix<f64>) -> Result<Eigen> {
    let found = if matrix.nrows() <= SMALL { None } else { lanczos(matrix)? };
    found.map_or_else(|| all(matrix.clone()), Ok)
}

/// All of a symmetric matrix.
pub(crate) fn all(matrix: DMatrix<f64>) -> Result<Eigen> {
    let steps = 100 * matrix.nrows(); // a few for each axis is what it takes
    let expected = "a matrix whose eigenvectors converge in a hundred steps for each dimension";
    let found = SymmetricEigen::try_new(matrix, f64::EPSILON, steps)
        .ok_or_else(|| Error::invalid("the covariance of the points", expected, "one whose eigenvectors do not"))?;
    let mut order: Vec<usize> = (0..found.eigenvalues.len()).collect();
    order.sort_by(|&a, &b| found.eigenvalues[b].total_cmp(&found.eigenvalues[a]));
    let values = order.iter().map(|&i| found.eigenvalues[i]).collect();
    Ok(Eigen { values, vectors: found.eigenvectors.select_columns(&order) })
}

/// Those of the products `basisᵀ images`, where `images` is a symmetric matrix times the basis.
pub(super) fn within(basis: &DMatrix<f64>, images: &DMatrix<f64>) -> Result<Eigen> {
    let inner = transposed_product(basis, images);
    all((&inner + inner.transpose()) * 0.5)
}

fn lanczos(matrix: &DMatrix<f64>) -> Result<Option<Eigen>> {
    let mut block = orthonormal(start(matrix.nrows(), BLOCK), None);
    let (mut basis, mut images) = (DMatrix::zeros(matrix.nrows(), 0), DMatrix::zeros(matrix.nrows(), 0));
    for count in 1..=MAX_BLOCKS {
        let image = transposed_product(matrix, &block); // The matrix is its own transpose.
        (basis, images) = (beside(basis, &block), beside(images, &image));
        block = orthonormal(image, Some(&basis));
        // The eigenvectors in a subspace take longer the more dimensions it has.
        if block.ncols() == 0 || count % (1 + count / 8) == 0 {
            let inner = within(&basis, &images)?;
            let (found, residual) = inner.first_two_of(&basis, &images);
            if block.ncols() == 0 || residual <= RESIDUAL * found.values[0] {
                return Ok(Some(found));
            }
        }
    }
    Ok(None)
}

impl Eigen {
    /// The first two vectors of a basis, of which these are the shares, and how far their images by the matrix are from
    /// the vectors times their values.
    pub(super) fn first_two_of(self, basis: &DMatrix<f64>, images: &DMatrix<f64>) -> (Self, f64) {
        let shares = self.vectors.columns(0, self.values.len().min(2)).into_owned();
        let (vectors, images) = (product(basis, &shares), product(images, &shares));
        let off = |i: usize| (images.column(i) - vectors.column(i) * self.values[i]).norm();
        let residual = (0..shares.ncols()).map(off).fold(0.0, f64::max);
        (Self { values: self.values, vectors }, residual)
    }

    /// With a second direction, of no variance, where the points lie on a line.
    pub(super) fn completed(mut self) -> Self {
        if self.vectors.ncols() < 2 {
            // One of the first two axes at least is not along that line.
            let others = orthonormal(DMatrix::identity(self.vectors.nrows(), 2), Some(&self.vectors));
            self.vectors = beside(self.vectors, &others.columns(0, 1).into_owned());
            self.values.push(0.0);
        }
        self
    }
}

/// Directions to start from, the same ones every time.
pub(super) fn start(dimensions: usize, count: usize) -> DMatrix<f64> {
    let mut rng = random::rng(0, Purpose::Data);
    DMatrix::from_fn(dimensions, count.min(dimensions), |_, _| random::symmetric(&mut rng))
}

/// Columns of length 1 at right angles to each other and to those of `others`, spanning what these columns add to them.
pub(crate) fn orthonormal(mut columns: DMatrix<f64>, others: Option<&DMatrix<f64>>) -> DMatrix<f64> {
    let lengths: Vec<f64> = columns.column_iter().map(|column| column.norm()).collect();
    // Twice is enough: the second time removes what rounding has left.
    for _ in 0..2 {
        if let Some(others) = others.filter(|others| others.ncols() > 0) {
            let shares = -transposed_product(others, &columns);
            add_product(others, &shares, &mut columns);
        }
    }
    let mut kept = Vec::with_capacity(lengths.len());
    for (i, length) in lengths.into_iter().enumerate() {
        for &j in kept.iter().chain(&kept) {
            let share = columns.column(j).dot(&columns.column(i));
            let (earlier, mut own) = columns.columns_range_pair_mut(j..=j, i..=i);
            own -= earlier * share;
        }
        let left = columns.column(i).norm();
        if left > DEPENDENT * length {
            columns.column_mut(i).unscale_mut(left);
            kept.push(i);
        }
    }
    if kept.len() == columns.ncols() { columns } else { columns.select_columns(&kept) }
}

/// The columns of both.
fn beside(one: DMatrix<f64>, other: &DMatrix<f64>) -> DMatrix<f64> {
    let (rows, columns) = (other.nrows(), one.ncols() + other.ncols());
    let mut values = Vec::from(one.data);
    values.extend(other.as_slice());
    DMatrix::from_vec(rows, columns, values)
}

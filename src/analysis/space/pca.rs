//! The plane through points that has most of their variance: their first two principal components.

use nalgebra::{DMatrix, SymmetricEigen};

use crate::analysis::{Caveat, Plane};
use crate::{
    Error, Matrix, Result,
    math::{gemm, matrix},
};

/// The covariance of as many dimensions takes 32 MB, and its eigenvectors ten seconds.
const MAX_DIMENSIONS: usize = 2_048;

/// The plane that has most of the variance of some points: their first two principal components.
///
/// Each axis points to where its largest component is positive, so that the same points always give the same picture.
/// [`Run::principal_plane`](crate::Run::principal_plane) finds that of a layer over all epochs.
///
/// ```
/// use training_replay::{Matrix, analysis::IncrementalPca};
///
/// let mut pca = IncrementalPca::new(3)?;
/// pca.partial_fit(&Matrix::from_row_slice(4, 3, &[
///     0.0, 9.0, 1.0,
///     0.0, -9.0, 1.0,
///     0.0, 0.0, 5.0,
///     0.0, 0.0, -3.0,
/// ]))?;
/// let principal = pca.principal_plane()?;
/// assert!((principal.plane.axes()[(1, 0)] - 1.0).abs() < 1e-3); // most of all along the second dimension
/// assert!(principal.explained_variance_ratio[0] > 0.8);
/// assert!(principal.total_explained_variance_ratio() > 0.999); // and nothing along the first dimension
/// # Ok::<(), training_replay::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct PrincipalPlane {
    /// The plane, its origin at the mean of the points.
    pub plane: Plane,
    /// The shares of the variance of all points along the two axes, the larger one first.
    pub explained_variance_ratio: [f64; 2],
    /// The epochs that could not be read, and are not among the points.
    pub caveats: Vec<Caveat>,
}

impl PrincipalPlane {
    /// Returns the share of the variance of all points that lies in the plane: the sum over its axes.
    pub fn total_explained_variance_ratio(&self) -> f64 {
        self.explained_variance_ratio[0] + self.explained_variance_ratio[1]
    }
}

/// Principal components of points that come in parts, epoch by epoch.
///
/// One plane for all epochs keeps its axes from picture to picture, where the axes of each epoch alone would turn and
/// flip. Only the mean and the covariance of the points are kept. Parts are joined by the formulae of Chan,
/// Golub and LeVeque, "Updating Formulae and a Pairwise Algorithm for Computing Sample Variances" (1979).
///
/// ```
/// use training_replay::{Matrix, analysis::IncrementalPca};
///
/// let points = Matrix::from_row_slice(4, 3, &[1.0, 2.0, 0.5, 0.0, 1.5, -0.5, 3.0, -1.0, 2.0, -2.0, 0.5, 1.0]);
/// let (mut at_once, mut in_parts) = (IncrementalPca::new(3)?, IncrementalPca::new(3)?);
/// at_once.partial_fit(&points)?;
/// in_parts.partial_fit(&points.rows(0, 1).into_owned())?;
/// in_parts.partial_fit(&points.rows(1, 3).into_owned())?;
/// let (at_once, in_parts) = (at_once.principal_plane()?, in_parts.principal_plane()?);
/// assert!((at_once.plane.axes() - in_parts.plane.axes()).amax() < 1e-6);
/// # Ok::<(), training_replay::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct IncrementalPca {
    count: f64,
    mean: Vec<f64>,
    /// Sums of the products of the distances from the mean.
    products: DMatrix<f64>,
}

impl IncrementalPca {
    /// Creates one without points, in a space of this number of dimensions.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] for fewer than 2 dimensions or more than 2,048.
    pub fn new(dimensions: usize) -> Result<Self> {
        if !(2..=MAX_DIMENSIONS).contains(&dimensions) {
            let expected = format!("from 2 to {MAX_DIMENSIONS}");
            return Err(Error::invalid("the number of dimensions of points", expected, dimensions));
        }
        let (mean, products) = (vec![0.0; dimensions], DMatrix::zeros(dimensions, dimensions));
        Ok(Self { count: 0.0, mean, products })
    }

    /// Adds points, `(points, dimensions)`.
    ///
    /// Points with a NaN or infinite coordinate, of a run that diverged, are left out.
    ///
    /// ```
    /// use training_replay::{Matrix, analysis::IncrementalPca};
    ///
    /// let mut pca = IncrementalPca::new(2)?;
    /// pca.partial_fit(&Matrix::from_row_slice(2, 2, &[1.0, 0.0, 3.0, 0.0]))?;
    /// pca.partial_fit(&Matrix::from_row_slice(1, 2, &[f32::NAN, 0.0]))?;
    /// assert_eq!(pca.principal_plane()?.plane.origin(), [2.0, 0.0]);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Shape`] for points of another number of dimensions.
    pub fn partial_fit(&mut self, points: &Matrix) -> Result<()> {
        matrix::expect_columns("the points of a principal plane", points, self.mean.len())?;
        let rows: Vec<usize> =
            (0..points.nrows()).filter(|&row| points.row(row).iter().all(|value| value.is_finite())).collect();
        if rows.is_empty() {
            return Ok(());
        }
        let points = points.select_rows(&rows).map(f64::from);
        let means: Vec<f64> = points.row_mean().iter().copied().collect();
        self.add(rows.len() as f64, means, |means| {
            let centered = DMatrix::from_fn(points.nrows(), points.ncols(), |i, j| points[(i, j)] - means[j]);
            gemm::products_of_columns(&centered)
        });
        Ok(())
    }

    /// Adds the count, the means and the sums of products of a further part.
    fn add(&mut self, count: f64, means: Vec<f64>, products: impl Fn(&[f64]) -> DMatrix<f64>) {
        let total = self.count + count;
        self.products += products(&means);
        let apart: Vec<f64> = means.iter().zip(&self.mean).map(|(new, old)| new - old).collect();
        let weight = self.count * count / total;
        for (j, column) in apart.iter().enumerate() {
            for (i, row) in apart.iter().enumerate() {
                self.products[(i, j)] += weight * row * column;
            }
        }
        self.mean.iter_mut().zip(apart).for_each(|(mean, apart)| *mean += apart * count / total);
        self.count = total;
    }

    /// Returns the plane that has most of the variance of the points.
    ///
    /// ```
    /// use training_replay::{Matrix, analysis::IncrementalPca};
    ///
    /// let mut pca = IncrementalPca::new(2)?;
    /// assert!(pca.clone().principal_plane().is_err()); // no points yet
    /// pca.partial_fit(&Matrix::from_row_slice(2, 2, &[1.0, 0.0, 3.0, 0.0]))?;
    /// assert_eq!(pca.principal_plane()?.explained_variance_ratio, [1.0, 0.0]);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] for points that do not differ.
    pub fn principal_plane(self) -> Result<PrincipalPlane> {
        let total = self.products.trace();
        if !(total > 0.0 && total.is_finite()) {
            let expected = "a finite number above 0 to have principal axes";
            return Err(Error::invalid("the variance of the points", expected, total / self.count.max(1.0)));
        }
        let steps = 100 * self.mean.len(); // a few for each axis is what it takes
        let found = SymmetricEigen::try_new(self.products, f64::EPSILON, steps);
        let expected = "a matrix whose eigenvectors converge in a hundred steps for each dimension";
        let SymmetricEigen { eigenvalues, eigenvectors } = found
            .ok_or_else(|| Error::invalid("the covariance of the points", expected, "one whose eigenvectors do not"))?;
        let mut order: Vec<usize> = (0..eigenvalues.len()).collect();
        order.sort_by(|&a, &b| eigenvalues[b].total_cmp(&eigenvalues[a]));
        let axes = [order[0], order[1]].map(|i| directed(eigenvectors.column(i).iter().copied().collect()));
        let explained_variance_ratio = [order[0], order[1]].map(|i| (eigenvalues[i] / total).clamp(0.0, 1.0));
        let origin = self.mean.into_iter().map(|mean| mean as f32).collect();
        let axes = Matrix::from_vec(eigenvalues.len(), 2, axes.concat());
        let plane = Plane::of_orthonormal(origin, axes);
        Ok(PrincipalPlane { plane, explained_variance_ratio, caveats: Vec::new() })
    }
}

/// The axis in the direction in which its largest component is positive.
fn directed(axis: Vec<f64>) -> Vec<f32> {
    let largest = axis.iter().copied().fold(0.0, |largest: f64, x| if x.abs() > largest.abs() { x } else { largest });
    axis.into_iter().map(|x| (x * largest.signum()) as f32).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Six points of four dimensions, `x = np.array([[...]])`
    const POINTS: [f32; 24] = [
        1.0, 2.0, 0.5, -1.0, 0.0, 1.5, -0.5, 0.25, 3.0, -1.0, 2.0, 0.75, -2.0, 0.5, 1.0, 1.0, 0.25, -0.75, -1.5, 2.0,
        1.5, 0.0, 0.0, -0.5,
    ];

    fn plane_of_parts(sizes: &[usize]) -> PrincipalPlane {
        let mut pca = IncrementalPca::new(4).unwrap();
        let mut points = POINTS.as_slice();
        for &size in sizes {
            let (part, rest) = points.split_at(4 * size);
            pca.partial_fit(&Matrix::from_row_slice(size, 4, part)).unwrap();
            points = rest;
        }
        pca.principal_plane().unwrap()
    }

    /// `c = x - x.mean(0); u, s, v = np.linalg.svd(c); print(s**2 / (s**2).sum(), v[:2])`, each axis turned to where
    /// its largest component is positive
    #[test]
    fn axes_and_explained_variance_ratio_are_numpys_however_the_points_come() {
        for sizes in [&[6][..], &[1, 5], &[2, 1, 3]] {
            let principal = plane_of_parts(sizes);
            let axes: Vec<f64> = principal.plane.axes().iter().map(|&x| f64::from(x)).collect();
            for (found, expected) in axes.iter().zip([
                0.8808647427070925,
                -0.28818462664429056,
                0.3454353955977118,
                -0.1473136568336778,
                0.030447502390122883,
                0.7024694361571594,
                0.2200520592167422,
                -0.6761558489710181,
            ]) {
                assert!((found - expected).abs() < 1e-6, "{axes:?}");
            }
            for (found, expected) in
                principal.explained_variance_ratio.iter().zip([0.4891006615634515, 0.31976491665867546])
            {
                assert!((found - expected).abs() < 1e-12, "{found}");
            }
        }
    }

    #[test]
    fn points_of_a_run_that_diverged_are_left_out() {
        let mut pca = IncrementalPca::new(4).unwrap();
        pca.partial_fit(&Matrix::from_row_slice(6, 4, &POINTS)).unwrap();
        pca.partial_fit(&Matrix::from_element(5, 4, f32::NAN)).unwrap();
        pca.partial_fit(&Matrix::from_element(5, 4, f32::INFINITY)).unwrap();
        assert_eq!(pca.principal_plane().unwrap(), plane_of_parts(&[6]));
    }

    #[test]
    fn points_that_do_not_differ_and_spaces_that_are_none_are_refused() {
        let mut pca = IncrementalPca::new(2).unwrap();
        pca.partial_fit(&Matrix::from_element(5, 2, 3.0)).unwrap();
        assert!(pca.principal_plane().is_err());
        assert!(IncrementalPca::new(2).unwrap().principal_plane().is_err(), "no points at all");
        assert!(IncrementalPca::new(1).is_err() && IncrementalPca::new(1 << 40).is_err());
        assert!(IncrementalPca::new(3).unwrap().partial_fit(&Matrix::zeros(1, 2)).is_err());
    }
}

//! The plane through points that has most of their variance: their first two principal components.

#[cfg(feature = "serde")]
use crate::serial;
use nalgebra::DMatrix;

use super::scatter::Scatter;
use crate::analysis::{Caveat, Plane};
use crate::{Error, Matrix, Result, math::matrix};

/// As many coordinates are taken at a time: 8 MB in double precision.
const PART: usize = 1 << 20;

/// As often points are gone through for the axes of a wide space.
const MAX_PASSES: usize = 8;

/// The plane that has most of the variance of some points: their first two principal components.
///
/// Each axis points to where its largest component is positive, so that the same points always give the same picture.
/// [`Run::principal_plane`](crate::Run::principal_plane) finds that of a layer over all epochs.
///
/// Up to 2,048 dimensions it is exact. In a wider space, whose covariance would be too large, the points are gone through
/// up to eight times (subspace iteration with 32 directions), until the axes are steady to within 0.01 %.
///
/// ```
/// use training_replay::{Matrix, analysis::PrincipalPlane};
///
/// let principal = PrincipalPlane::of(&Matrix::from_row_slice(4, 3, &[
///     0.0, 9.0, 1.0,
///     0.0, -9.0, 1.0,
///     0.0, 0.0, 5.0,
///     0.0, 0.0, -3.0,
/// ]))?;
/// assert!((principal.plane.axes()[(1, 0)] - 1.0).abs() < 1e-3); // most of all along the second dimension
/// assert!(principal.explained_variance_ratio[0] > 0.8);
/// assert!(principal.total_explained_variance_ratio() > 0.999); // and nothing along the first dimension
/// # Ok::<(), training_replay::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct PrincipalPlane {
    /// The plane, its origin at the mean of the points.
    pub plane: Plane,
    /// The shares of the variance of all points along the two axes, the larger one first.
    ///
    /// NaN where there is no variance to have a share of: the points do not differ, or none of them is finite. The axes are
    /// the first two of the space then.
    #[cfg_attr(feature = "serde", serde(serialize_with = "serial::plain"))]
    pub explained_variance_ratio: [f64; 2],
    /// The epochs that could not be read, and are not among the points.
    pub caveats: Vec<Caveat>,
}

impl PrincipalPlane {
    /// Finds the plane of these points, `(points, dimensions)`.
    ///
    /// Points with a NaN or infinite coordinate are left out.
    ///
    /// ```
    /// use training_replay::{Matrix, analysis::PrincipalPlane};
    ///
    /// let wide = PrincipalPlane::of(&Matrix::from_fn(5, 3_072, |i, j| if j == 7 { i as f32 } else { 0.5 }))?;
    /// assert!((wide.plane.axes()[(7, 0)] - 1.0).abs() < 1e-6); // all of the variance is along this dimension
    /// let same = PrincipalPlane::of(&Matrix::from_element(5, 4, 1.5))?;
    /// assert!(same.total_explained_variance_ratio().is_nan()); // and here there is none
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] for fewer than 2 dimensions, or no points at all.
    pub fn of(points: &Matrix) -> Result<Self> {
        IncrementalPca::in_passes(|pca| {
            let mut pca = pca.map_or_else(|| IncrementalPca::new(points.ncols()), Ok)?;
            pca.partial_fit(points)?;
            Ok(pca)
        })
    }

    /// Returns the share of the variance of all points that lies in the plane: the sum over its axes.
    ///
    /// NaN where there is no variance.
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
/// In more than 2,048 dimensions a sketch of the covariance is kept instead, 512 bytes for each dimension (Tropp, Yurtsever,
/// Udell and Cevher, 2017): axes that stand out from the others are found, others nearly so. Where the points can be gone
/// through more than once, [`PrincipalPlane::of`] and [`Run::principal_plane`](crate::Run::principal_plane) come closer.
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
    /// Of finite points.
    count: f64,
    /// Of all points.
    seen: usize,
    mean: Vec<f64>,
    scatter: Scatter,
}

impl IncrementalPca {
    /// Creates one without points, in a space of this number of dimensions.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] for fewer than 2 dimensions, or more than memory has room for.
    pub fn new(dimensions: usize) -> Result<Self> {
        if dimensions < 2 {
            return Err(Error::invalid("the number of dimensions of points", "2 or more", dimensions));
        }
        let scatter = Scatter::new(dimensions)?;
        Ok(Self { count: 0.0, seen: 0, mean: vec![0.0; dimensions], scatter })
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
        let is_finite = |row: &usize| points.row(*row).iter().all(|value| value.is_finite());
        let rows: Vec<usize> = (0..points.nrows()).filter(is_finite).collect();
        self.seen += points.nrows();
        for rows in rows.chunks((PART / self.mean.len()).max(1)) {
            let points = points.select_rows(rows).map(f64::from);
            let means: Vec<f64> = points.row_mean().iter().copied().collect();
            self.add(points, &means);
        }
        Ok(())
    }

    /// Adds a further part, of which these are the means.
    fn add(&mut self, mut points: DMatrix<f64>, means: &[f64]) {
        let count = points.nrows() as f64;
        let total = self.count + count;
        points.column_iter_mut().zip(means).for_each(|(mut column, mean)| column.add_scalar_mut(-mean));
        self.scatter.add(&points);
        let apart: Vec<f64> = means.iter().zip(&self.mean).map(|(new, old)| new - old).collect();
        self.scatter.add_weighted(self.count * count / total, &apart);
        self.mean.iter_mut().zip(apart).for_each(|(mean, apart)| *mean += apart * count / total);
        self.count = total;
    }

    /// Goes through all points by `pass`, and as often again as it brings the axes closer.
    pub(crate) fn in_passes(mut pass: impl FnMut(Option<Self>) -> Result<Self>) -> Result<PrincipalPlane> {
        let mut pca = pass(None)?;
        for _ in 1..MAX_PASSES {
            if !(pca.varies() && pca.scatter.refine()?) {
                break;
            }
            (pca.count, pca.seen) = (0.0, 0);
            pca.mean.fill(0.0);
            pca = pass(Some(pca))?;
        }
        pca.principal_plane()
    }

    fn varies(&self) -> bool {
        self.scatter.trace() > 0.0
    }

    /// Returns the plane that has most of the variance of the points.
    ///
    /// Where they do not differ, or none is finite, it is that of the first two axes, and their shares are NaN.
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
    /// [`Error::Invalid`] for no points.
    pub fn principal_plane(self) -> Result<PrincipalPlane> {
        if self.seen == 0 {
            return Err(Error::invalid("the number of points of a principal plane", "1 or more", 0));
        }
        let (origin, caveats): (Vec<f32>, _) = (self.mean.iter().map(|&mean| mean as f32).collect(), Vec::new());
        if !self.varies() {
            let plane = Plane::of_axes(self.mean.len(), 0, 1)?.moved_to(&origin)?;
            return Ok(PrincipalPlane { plane, explained_variance_ratio: [f64::NAN; 2], caveats });
        }
        let (found, total) = (self.scatter.leading()?, self.scatter.trace());
        let axes = [0, 1].map(|i| directed(found.vectors.column(i).iter().copied().collect()));
        let explained_variance_ratio = [0, 1].map(|i| (found.values[i] / total).clamp(0.0, 1.0));
        let axes = Matrix::from_vec(self.mean.len(), 2, axes.concat());
        Ok(PrincipalPlane { plane: Plane::of_orthonormal(origin, axes), explained_variance_ratio, caveats })
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
    fn where_nothing_varies_the_first_two_axes_are_shown_and_no_share() {
        for value in [3.0, f32::NAN] {
            let mut pca = IncrementalPca::new(4).unwrap();
            pca.partial_fit(&Matrix::from_element(5, 4, value)).unwrap();
            let principal = pca.principal_plane().unwrap();
            assert_eq!(principal.plane.axes(), Plane::of_axes(4, 0, 1).unwrap().axes());
            assert!(principal.total_explained_variance_ratio().is_nan());
        }
    }

    #[test]
    fn no_points_and_spaces_that_are_none_are_refused() {
        assert!(IncrementalPca::new(2).unwrap().principal_plane().is_err(), "no points at all");
        assert!(IncrementalPca::new(1).is_err() && IncrementalPca::new(1 << 40).is_err());
        assert!(IncrementalPca::new(3).unwrap().partial_fit(&Matrix::zeros(1, 2)).is_err());
    }
}

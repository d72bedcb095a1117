//! A plane in a space of more dimensions, and what is drawn on it.

#[cfg(feature = "serde")]
use crate::serial;
use crate::{
    Error, Matrix, Result,
    math::{
        gemm::{Rows, multiply},
        matrix,
    },
};

/// How far the axes of a plane may be from orthonormal.
const SQUARE: f32 = 1e-3;

/// A plane in a space of more dimensions: that of the units of a layer, or of the inputs of a model.
///
/// With orthonormal axes `A`, `(dimensions, 2)`, and origin `o`, a point `p` of the plane is `o + A p` of the space,
/// and the projection of a point `x` of the space is `Aᵀ (x - o)`.
///
/// ```
/// use training_replay::{Matrix, analysis::Plane, to_row_major};
///
/// let second_and_third = Plane::of_axes(4, 1, 2)?;
/// let points = Matrix::from_row_slice(1, 4, &[1.0, 2.0, 3.0, 4.0]);
/// assert_eq!(to_row_major(&second_and_third.project(&points)?), [2.0, 3.0]);
/// let lifted = second_and_third.through(&[1.0, 9.0, 9.0, 4.0])?; // the first and fourth coordinate of this point
/// assert_eq!(to_row_major(&lifted.embed(&Matrix::from_row_slice(1, 2, &[2.0, 3.0]))?), [1.0, 2.0, 3.0, 4.0]);
/// # Ok::<(), training_replay::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Plane {
    #[cfg_attr(feature = "serde", serde(serialize_with = "serial::plain"))]
    origin: Vec<f32>,
    /// `(dimensions, 2)`
    #[cfg_attr(feature = "serde", serde(serialize_with = "serial::plain"))]
    axes: Matrix,
}

impl Plane {
    /// Creates the plane through `origin` along two orthonormal axes, `(dimensions, 2)`.
    ///
    /// ```
    /// use training_replay::{Matrix, analysis::Plane};
    ///
    /// let axes = Matrix::from_column_slice(3, 2, &[0.6, 0.8, 0.0, 0.0, 0.0, 1.0]);
    /// assert_eq!(Plane::new(vec![1.0, -2.0, 3.0], axes)?.dimensions(), 3);
    /// assert!(Plane::new(vec![0.0; 3], Matrix::from_element(3, 2, 1.0)).is_err()); // parallel axes
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Shape`] if the axes are not two in the space of the origin, [`Error::Invalid`] if a number is not
    /// finite, or the axes are not of length 1 and at right angles to within 0.001.
    pub fn new(origin: Vec<f32>, axes: Matrix) -> Result<Self> {
        matrix::expect_shape("the axes of a plane", &axes, (origin.len(), 2))?;
        matrix::expect_finite("the origin of a plane", &Matrix::from_row_slice(1, origin.len(), &origin))?;
        matrix::expect_finite("the axes of a plane", &axes)?;
        let off = (axes.transpose() * &axes - Matrix::identity(2, 2)).amax();
        if off <= SQUARE {
            Ok(Self { origin, axes })
        } else {
            let (one, other) = (axes.column(0), axes.column(1));
            let angle = one.angle(&other).to_degrees();
            let found = format!("of lengths {} and {} at an angle of {angle} degrees", one.norm(), other.norm());
            Err(Error::invalid("the pair of axes of a plane", "of length 1 and at right angles", found))
        }
    }

    /// Creates the plane of two axes of a space: of two units of a layer, or of two features.
    ///
    /// The other coordinates of its points are 0; [`through`](Self::through) sets them.
    ///
    /// ```
    /// use training_replay::{Matrix, analysis::Plane, to_row_major};
    ///
    /// let plane = Plane::of_axes(3, 2, 0)?;
    /// assert_eq!(to_row_major(&plane.embed(&Matrix::from_row_slice(1, 2, &[7.0, 8.0]))?), [8.0, 0.0, 7.0]);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] if there is no such axis, both are the same, or the dimensions are more than memory has room
    /// for.
    pub fn of_axes(dimensions: usize, first: usize, second: usize) -> Result<Self> {
        let mut axes = matrix::zeros(dimensions, 2)?;
        if let Some(axis) = [first, second].into_iter().find(|&axis| axis >= dimensions) {
            return Err(Error::invalid("an axis of a plane", format!("below {dimensions}, the dimensions"), axis));
        }
        if first == second {
            return Err(Error::invalid("the second axis of a plane", "another one than the first", second));
        }
        (axes[(first, 0)], axes[(second, 1)]) = (1.0, 1.0);
        Ok(Self { origin: vec![0.0; dimensions], axes })
    }

    /// Orthonormal by construction.
    pub(crate) fn of_orthonormal(origin: Vec<f32>, axes: Matrix) -> Self {
        Self { origin, axes }
    }

    /// Returns the parallel plane through a point, with the same coordinates on it.
    ///
    /// ```
    /// use training_replay::{Matrix, analysis::Plane};
    ///
    /// let plane = Plane::of_axes(3, 0, 1)?.through(&[5.0, 6.0, 7.0])?;
    /// assert_eq!(plane.origin(), [0.0, 0.0, 7.0]);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Shape`] for a point of another number of dimensions, [`Error::Invalid`] for one that is NaN or infinite.
    pub fn through(&self, point: &[f32]) -> Result<Self> {
        if let Some(axis) = point.iter().position(|coordinate| !coordinate.is_finite()) {
            let what = format!("coordinate {axis} of the point that a plane goes through");
            return Err(Error::invalid(what, "a finite number", point[axis]));
        }
        let moved = self.moved_to(point)?;
        matrix::expect_finite("the origin of a plane", &Matrix::from_row_slice(1, point.len(), &moved.origin))?;
        Ok(moved)
    }

    /// The same for any point: that of a run that diverged is nowhere, and nothing is seen on its plane.
    pub(crate) fn moved_to(&self, point: &[f32]) -> Result<Self> {
        let projected = self.project(&Matrix::from_row_slice(1, point.len(), point))?;
        let foot = self.embed(&projected)?;
        let shifted = self.origin.iter().zip(point.iter().zip(foot.iter()));
        let origin = shifted.map(|(origin, (point, foot))| origin + (point - foot)).collect();
        Ok(Self { origin, axes: self.axes.clone() })
    }

    /// Returns the point of the space that is at (0, 0) of the plane.
    pub fn origin(&self) -> &[f32] {
        &self.origin
    }

    /// Returns the axes, `(dimensions, 2)`.
    pub fn axes(&self) -> &Matrix {
        &self.axes
    }

    /// Returns the number of dimensions of the space.
    pub fn dimensions(&self) -> usize {
        self.origin.len()
    }

    /// Projects points of the space onto the plane, and returns their coordinates on it.
    ///
    /// ```
    /// use training_replay::{Matrix, analysis::Plane, to_row_major};
    ///
    /// let plane = Plane::of_axes(3, 2, 0)?;
    /// assert_eq!(to_row_major(&plane.project(&Matrix::from_row_slice(1, 3, &[1.0, 2.0, 3.0]))?), [3.0, 1.0]);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Shapes
    ///
    /// `(points, dimensions)` to `(points, 2)`.
    ///
    /// # Errors
    ///
    /// [`Error::Shape`] for points of another number of dimensions.
    pub fn project(&self, points: &Matrix) -> Result<Matrix> {
        let mut projected = Matrix::zeros(0, 0);
        self.project_into(points, &mut projected)?;
        Ok(projected)
    }

    /// Returns the points of the space that have these coordinates on the plane.
    ///
    /// ```
    /// use training_replay::{Matrix, analysis::Plane};
    ///
    /// let plane = Plane::of_axes(5, 1, 3)?;
    /// let points = Matrix::from_row_slice(2, 2, &[0.5, 1.0, -2.0, 4.0]);
    /// assert_eq!(plane.project(&plane.embed(&points)?)?, points);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Shapes
    ///
    /// `(points, 2)` to `(points, dimensions)`.
    ///
    /// # Errors
    ///
    /// [`Error::Shape`] for points that do not have two coordinates.
    pub fn embed(&self, points: &Matrix) -> Result<Matrix> {
        let mut embedded = Matrix::zeros(0, 0);
        self.embed_into(points, &mut embedded)?;
        Ok(embedded)
    }

    /// Returns the share of the variance of points that their projections have: 1 where all lie in a parallel plane.
    ///
    /// Points with a NaN or infinite coordinate are left out; it is NaN where no other is there.
    ///
    /// ```
    /// use training_replay::{Matrix, analysis::Plane};
    ///
    /// let points = Matrix::from_row_slice(2, 3, &[3.0, 4.0, 12.0, -3.0, -4.0, -12.0]);
    /// let ratio = Plane::of_axes(3, 0, 1)?.explained_variance_ratio(&points)?;
    /// assert!((ratio - 25.0 / 169.0).abs() < 1e-6); // of 9 + 16 + 144
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Shape`] for points of another number of dimensions.
    pub fn explained_variance_ratio(&self, points: &Matrix) -> Result<f64> {
        let points = &matrix::finite_rows(points);
        let (projected, all) = (variance(&self.project(points)?), variance(points));
        if points.nrows() == 0 {
            return Ok(f64::NAN);
        }
        Ok(if all == 0.0 { 1.0 } else { (projected / all).clamp(0.0, 1.0) })
    }

    pub(crate) fn project_into(&self, points: &Matrix, projected: &mut Matrix) -> Result<()> {
        matrix::expect_columns("the points that a plane shows", points, self.dimensions())?;
        matrix::try_reshape(projected, points.nrows(), 2)?;
        let shift = |axis: &[f32]| -axis.iter().zip(&self.origin).map(|(a, o)| a * o).sum::<f32>();
        let shifts: Vec<f32> = matrix::columns(&self.axes).map(shift).collect();
        multiply(Rows::of(points), &self.axes, Some(&shifts), projected.as_mut_slice(), points.nrows());
        Ok(())
    }

    pub(crate) fn embed_into(&self, points: &Matrix, embedded: &mut Matrix) -> Result<()> {
        matrix::expect_columns("points of a plane", points, 2)?;
        matrix::try_reshape(embedded, points.nrows(), self.dimensions())?;
        let axes = self.axes.transpose();
        multiply(Rows::of(points), &axes, Some(&self.origin), embedded.as_mut_slice(), points.nrows());
        Ok(())
    }
}

/// The sum of the variances along all axes.
fn variance(points: &Matrix) -> f64 {
    let along = |column: &[f32]| {
        let mean = matrix::sum_f64(column) / column.len() as f64;
        column.iter().map(|&x| f64::from(x) - mean).map(|off| off * off).sum::<f64>() / column.len() as f64
    };
    matrix::columns(points).map(along).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slanted() -> Plane {
        let (a, b) = (0.6_f32, 0.8_f32);
        Plane::new(vec![1.0, -2.0, 3.0], Matrix::from_column_slice(3, 2, &[a, b, 0.0, 0.0, 0.0, 1.0])).unwrap()
    }

    #[test]
    fn what_is_embedded_is_projected_to_where_it_was() {
        let points = Matrix::from_row_slice(3, 2, &[0.0, 0.0, 1.5, -2.0, -7.0, 0.25]);
        let plane = slanted();
        assert_eq!(plane.embed(&points).unwrap().row(0), Matrix::from_row_slice(1, 3, plane.origin()).row(0));
        for plane in [plane.clone(), plane.through(&[5.0, 5.0, 5.0]).unwrap()] {
            let back = plane.project(&plane.embed(&points).unwrap()).unwrap();
            assert!((back - &points).amax() < 1e-5);
        }
    }

    #[test]
    fn a_plane_through_a_point_holds_it_and_keeps_its_coordinates() {
        let (plane, point) = (slanted(), Matrix::from_row_slice(1, 3, &[5.0, 6.0, 7.0]));
        let shifted = plane.through(point.as_slice()).unwrap();
        let projected = shifted.project(&point).unwrap();
        assert!((&projected - plane.project(&point).unwrap()).amax() < 1e-5);
        assert!((shifted.embed(&projected).unwrap() - point).amax() < 1e-5);
    }

    /// Deviations 3, 4 and 12 along the axes: 9 + 16 of 169 are kept.
    #[test]
    fn the_share_of_variance_is_that_of_the_two_axes() {
        let points = Matrix::from_row_slice(2, 3, &[3.0, 4.0, 12.0, -3.0, -4.0, -12.0]);
        let ratio = Plane::of_axes(3, 0, 1).unwrap().explained_variance_ratio(&points).unwrap();
        assert!((ratio - 25.0 / 169.0).abs() < 1e-12);
        assert_eq!(
            Plane::of_axes(3, 0, 1).unwrap().explained_variance_ratio(&Matrix::from_element(4, 3, 0.5)).unwrap(),
            1.0
        );
    }

    #[test]
    fn of_points_that_are_not_finite_no_share_is_known() {
        let plane = Plane::of_axes(3, 0, 1).unwrap();
        let ratio = |points: &Matrix| plane.explained_variance_ratio(points).unwrap();
        assert!(ratio(&Matrix::from_element(4, 3, f32::NAN)).is_nan());
        assert!(ratio(&Matrix::from_element(4, 3, f32::INFINITY)).is_nan() && ratio(&Matrix::zeros(0, 3)).is_nan());
        let mut points = Matrix::from_row_slice(3, 3, &[3.0, 4.0, 12.0, 0.0, 1.0, 2.0, -3.0, -4.0, -12.0]);
        points[(1, 2)] = f32::NAN;
        assert!((ratio(&points) - 25.0 / 169.0).abs() < 1e-12, "of those that are");
    }

    #[test]
    fn axes_that_are_no_axes_are_refused() {
        assert!(
            Plane::of_axes(3, 0, 3).is_err() && Plane::of_axes(3, 1, 1).is_err() && Plane::of_axes(0, 0, 1).is_err()
        );
        assert!(Plane::of_axes(usize::MAX, 0, 1).is_err());
        assert!(Plane::new(vec![0.0; 2], Matrix::from_element(2, 2, 1.0)).is_err());
        assert!(Plane::new(vec![0.0; 3], Matrix::identity(2, 2)).is_err());
        assert!(Plane::new(vec![f32::NAN, 0.0], Matrix::identity(2, 2)).is_err());
        for odd in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            for at in 0..4 {
                let mut axes = Matrix::identity(2, 2);
                axes.as_mut_slice()[at] = odd;
                assert!(Plane::new(vec![0.0; 2], axes).is_err());
            }
            assert!(slanted().through(&[0.0, odd, 0.0]).is_err());
        }
        assert!(slanted().through(&[f32::MAX; 3]).is_err(), "its coordinates on the plane are too large");
        assert!(slanted().project(&Matrix::zeros(1, 2)).is_err() && slanted().embed(&Matrix::zeros(1, 3)).is_err());
    }
}

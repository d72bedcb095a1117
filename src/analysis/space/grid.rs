//! A grid over a plane: its limits, its lines, its points.

#[cfg(feature = "serde")]
use crate::serial;
use std::ops::RangeInclusive;

use crate::analysis::Polyline;
use crate::{Dataset, Error, Matrix, Result, math::stats};

/// Points along an axis; their square is a region of some hundred megabytes.
const MAX_POINTS: usize = 4_096;

/// Points along an axis of a sample.
const SAMPLE: usize = 32;

/// A grid over a plane: its limits, and the number of lines and points along each axis.
///
/// By default from -1 to 1 along both axes, with 11 lines and 100 points. Boundaries are interpolated between the
/// points, so that these few give a smooth line.
///
/// ```
/// use training_replay::analysis::Grid;
///
/// let grid = Grid::new(-2.0..=2.0, 0.0..=1.0).lines(5).points(50);
/// assert_eq!(grid.x(), -2.0..=2.0);
/// let everything = Grid::covering(&training_replay::datasets::moons(100, 0.1, 1), 0.1);
/// assert!(everything.x().contains(&1.5));
/// ```
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Grid {
    #[cfg_attr(feature = "serde", serde(serialize_with = "serial::plain"))]
    x: RangeInclusive<f32>,
    #[cfg_attr(feature = "serde", serde(serialize_with = "serial::plain"))]
    y: RangeInclusive<f32>,
    lines: usize,
    points: usize,
}

impl Default for Grid {
    fn default() -> Self {
        Self::new(-1.0..=1.0, -1.0..=1.0)
    }
}

impl Grid {
    /// Creates a grid between these limits of the horizontal and the vertical axis.
    ///
    /// Limits that are not finite or not increasing are an error when the grid is used.
    ///
    /// ```
    /// use training_replay::{Dense, Sequential, analysis::{DecisionBoundary, Grid, View}};
    ///
    /// let grid = Grid::new(0.0..=4.0, -1.0..=1.0).points(5);
    /// let model = Sequential::builder(2).layer(Dense::new(1)).build(1)?;
    /// let map = DecisionBoundary::of(&model, View::inputs(), &grid)?;
    /// assert_eq!((map.x, map.y), (vec![0.0, 1.0, 2.0, 3.0, 4.0], vec![-1.0, -0.5, 0.0, 0.5, 1.0]));
    /// assert!(DecisionBoundary::of(&model, View::inputs(), &Grid::new(1.0..=1.0, 0.0..=1.0)).is_err());
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    pub fn new(x: RangeInclusive<f32>, y: RangeInclusive<f32>) -> Self {
        Self { x, y, lines: 11, points: 100 }
    }

    /// Creates a grid over the first two features of the data, larger by `margin` times their extent on every side.
    ///
    /// ```
    /// use training_replay::{analysis::Grid, datasets};
    ///
    /// assert_eq!(Grid::covering(&datasets::parabola(11, 1), 0.0), Grid::new(-1.0..=1.0, -0.5..=1.0));
    /// ```
    pub fn covering(data: &Dataset, margin: f32) -> Self {
        Self::covering_points(data.inputs(), margin)
    }

    /// Creates a grid over the first two coordinates of points, larger by `margin` times their extent on every side.
    ///
    /// Without points it is the default. Points are those of a data set on a [`Plane`](crate::analysis::Plane), say.
    ///
    /// ```
    /// use training_replay::{analysis::{Grid, Plane}, datasets};
    ///
    /// let data = datasets::ball(10, 100, 13);
    /// let plane = Plane::of_axes(10, 2, 5)?;
    /// let grid = Grid::covering_points(&plane.project(data.inputs())?, 0.1);
    /// assert!(data.inputs().column(2).iter().all(|x| grid.x().contains(x)));
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    pub fn covering_points(points: &Matrix, margin: f32) -> Self {
        let axis = |axis: usize| match points.ncols() {
            0 => around([].into_iter(), margin),
            columns => around(points.column(axis.min(columns - 1)).iter().copied(), margin),
        };
        Self::new(axis(0), axis(1))
    }

    /// Sets the number of lines along each axis, both limits included; 11 by default.
    ///
    /// ```
    /// use training_replay::{Dense, Sequential, analysis::{FeatureSpace, Grid}, datasets};
    ///
    /// let model = Sequential::builder(2).layer(Dense::new(2).name("hidden")).build(1)?;
    /// let grid = Grid::default().lines(5).points(30);
    /// let space = FeatureSpace::of(&model, "hidden", &datasets::moons(50, 0.1, 7), &grid)?;
    /// assert_eq!((space.lines.len(), space.lines[0].nrows()), (10, 30));
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    #[must_use]
    pub fn lines(self, n: usize) -> Self {
        Self { lines: n, ..self }
    }

    /// Sets the number of points of each line, and along each side of the region; 100 by default.
    #[must_use]
    pub fn points(self, n: usize) -> Self {
        Self { points: n, ..self }
    }

    /// Returns the limits of the horizontal axis.
    pub fn x(&self) -> RangeInclusive<f32> {
        self.x.clone()
    }

    /// Returns the limits of the vertical axis.
    pub fn y(&self) -> RangeInclusive<f32> {
        self.y.clone()
    }

    /// The smallest grid of so many points around all these points of the plane, a hundredth wider on every side.
    pub(crate) fn around(points: &Matrix, resolution: &Self) -> Self {
        let axis = |column: usize| around(points.column(column).iter().copied(), 0.01);
        Self { x: axis(0), y: axis(1), ..resolution.clone() }
    }

    /// Fails unless the limits enclose an area, and the numbers of lines and points are from 2 to 4,096.
    pub(crate) fn check(&self) -> Result<()> {
        for (axis, range) in [("x", &self.x), ("y", &self.y)] {
            let (start, end) = (*range.start(), *range.end());
            if !(start.is_finite() && end.is_finite() && start < end && (end - start).is_finite()) {
                let expected = "from a finite number to a larger one, less than 3.4e38 away";
                return Err(Error::invalid(
                    format!("the grid's range of {axis}"),
                    expected,
                    format!("{start}..={end}"),
                ));
            }
        }
        for (what, count) in [("lines", self.lines), ("points", self.points)] {
            if !(2..=MAX_POINTS).contains(&count) {
                let expected = format!("from 2 to {MAX_POINTS}");
                return Err(Error::invalid(format!("the grid's number of {what}"), expected, count));
            }
        }
        Ok(())
    }

    /// The coordinates of the points along both axes.
    pub(crate) fn axes(&self) -> (Vec<f32>, Vec<f32>) {
        (spread(&self.x, self.points), spread(&self.y, self.points))
    }

    /// How many lines there are along each axis, and how many points along each.
    #[cfg(feature = "page")]
    pub(crate) fn resolution(&self) -> [usize; 2] {
        [self.lines, self.points]
    }

    /// How many points there are along a side.
    #[cfg(feature = "page")]
    pub(crate) fn side(&self) -> usize {
        self.points
    }

    /// All points, x fastest: x of all in the first column, y in the second.
    #[cfg(feature = "page")]
    pub(crate) fn all_points(&self) -> Matrix {
        let (x, y) = self.axes();
        let heights = y.iter().flat_map(|&y| std::iter::repeat_n(y, x.len()));
        Matrix::from_vec(self.count(), 2, x.repeat(y.len()).into_iter().chain(heights).collect())
    }

    /// The number of points.
    pub(crate) fn count(&self) -> usize {
        self.points * self.points
    }

    /// The coordinates of a few points that are spread over the grid.
    pub(crate) fn sample_axes(&self) -> (Vec<f32>, Vec<f32>) {
        self.clone().points(SAMPLE).axes()
    }

    /// The lines of constant x from left to right, then those of constant y from bottom to top.
    pub(crate) fn polylines(&self) -> impl Iterator<Item = Polyline> {
        let (x, y) = self.axes();
        let upright = spread(&self.x, self.lines).into_iter();
        let upright = upright.map(move |at| Matrix::from_vec(y.len(), 2, [vec![at; y.len()], y.clone()].concat()));
        let level = spread(&self.y, self.lines).into_iter();
        let level = level.map(move |at| Matrix::from_vec(x.len(), 2, [x.clone(), vec![at; x.len()]].concat()));
        upright.chain(level)
    }
}

/// The points of the grid of two axes, x fastest: some whole rows of it at a time, few enough to stay in a fast cache.
pub(crate) struct Patches<'a> {
    x: &'a [f32],
    y: &'a [f32],
    points: Matrix,
    /// Rows of the grid that were visited.
    rows: usize,
}

impl<'a> Patches<'a> {
    /// Few enough for a cache, and for layers of a thousand units; many enough for long columns.
    const POINTS: usize = 4_096;

    pub(crate) fn of(x: &'a [f32], y: &'a [f32]) -> Self {
        Self { x, y, points: Matrix::zeros(0, 2), rows: 0 }
    }

    /// The number of points.
    pub(crate) fn count(&self) -> usize {
        self.x.len() * self.y.len()
    }

    /// The next points, `(points, 2)`, and the index of the first of them; `None` behind the last.
    pub(crate) fn next(&mut self) -> Option<(usize, &Matrix)> {
        let (width, first) = (self.x.len(), self.rows);
        let rows = (Self::POINTS / width).max(1).min(self.y.len() - first);
        if rows == 0 {
            return None;
        }
        self.rows += rows;
        if self.points.nrows() != rows * width {
            self.points = Matrix::from_vec(rows * width, 2, [self.x.repeat(rows), vec![0.0; rows * width]].concat());
        }
        let heights = self.points.as_mut_slice()[rows * width..].chunks_exact_mut(width);
        heights.zip(&self.y[first..]).for_each(|(heights, &y)| heights.fill(y));
        Some((first * width, &self.points))
    }
}

/// `count` numbers in equal steps from one limit to the other.
fn spread(range: &RangeInclusive<f32>, count: usize) -> Vec<f32> {
    stats::linspace((*range.start()).into(), (*range.end()).into(), count).map(|x| x as f32).collect()
}

/// The range of the values, wider by `margin` of itself on every side; some range around them if they are all equal.
fn around(values: impl Iterator<Item = f32>, margin: f32) -> RangeInclusive<f32> {
    // In f64, because the values of a run that diverges may be further apart than the largest f32.
    let Some((low, high)) = stats::finite_range(values.map(f64::from)) else { return -1.0..=1.0 };
    let wider = (high - low) * f64::from(margin);
    let largest = f64::from(f32::MAX) / 2.0;
    let (start, end) = (low - wider, high + wider);
    if start < end {
        start.clamp(-largest, largest) as f32..=end.clamp(-largest, largest) as f32
    } else {
        let (low, high) = (low as f32, high as f32);
        low - low.abs().max(1.0) * 0.01..=high + high.abs().max(1.0) * 0.01
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All points of a grid.
    fn region(grid: &Grid) -> Vec<[f32; 2]> {
        let (x, y) = grid.axes();
        let mut patches = Patches::of(&x, &y);
        let mut points = Vec::new();
        while let Some((start, patch)) = patches.next() {
            assert_eq!(start, points.len());
            points.extend(patch.row_iter().map(|point| [point[0], point[1]]));
        }
        assert_eq!(points.len(), patches.count());
        points
    }

    #[test]
    fn points_run_along_x_first_and_reach_both_limits() {
        let region = region(&Grid::new(0.0..=1.0, 10.0..=30.0).points(3));
        assert_eq!((region[1], region[3], region[8]), ([0.5, 10.0], [0.0, 20.0], [1.0, 30.0]));
    }

    #[test]
    fn patches_of_any_width_visit_every_point_once() {
        for points in [2, 63, 64, 65, 100, 1_000] {
            let grid = Grid::new(0.0..=1.0, 10.0..=30.0).points(points);
            let (x, y) = grid.axes();
            let expected: Vec<[f32; 2]> = y.iter().flat_map(|&y| x.iter().map(move |&x| [x, y])).collect();
            assert!(region(&grid) == expected, "{points}");
        }
    }

    #[test]
    fn a_grid_without_area_or_with_too_many_points_is_refused() {
        for grid in [
            Grid::new(1.0..=1.0, 0.0..=1.0),
            Grid::new(0.0..=1.0, f32::NAN..=1.0),
            Grid::new(0.0..=1.0, 0.0..=f32::INFINITY),
            Grid::new(f32::MIN..=f32::MAX, 0.0..=1.0),
            Grid::default().points(1),
            Grid::default().lines(0),
            Grid::default().points(usize::MAX),
        ] {
            assert!(matches!(grid.check(), Err(Error::Invalid { .. })), "{grid:?}");
        }
        assert!(Grid::default().check().is_ok());
    }

    #[test]
    fn a_grid_around_points_that_coincide_still_has_an_area() {
        for value in [0.0, 1e6, -3.0] {
            let grid = Grid::around(&Matrix::from_element(3, 2, value), &Grid::default());
            assert!(grid.check().is_ok() && grid.x().contains(&value), "{grid:?}");
        }
        let wide = Matrix::from_row_slice(2, 2, &[-3e38, 0.0, 3e38, 1.0]);
        assert!(Grid::around(&wide, &Grid::default()).check().is_ok(), "a run that diverges");
        assert!(Grid::around(&Matrix::from_element(3, 2, f32::NAN), &Grid::default()).check().is_ok());
    }
}

//! The decision boundary of a model in one of its spaces.

use super::{boundary_score::Boundary, contour::Contour};
use crate::analysis::{Caveat, Grid, Polyline, View};
#[cfg(feature = "serde")]
use crate::serial;
use crate::{Error, Forward, Matrix, OutputKind, Result, data::labels, math::matrix, model::checked};

/// The outputs of a model on a grid, and the lines where its predicted class changes.
///
/// ```
/// use training_replay::{Activation, Dense, Forward, Parameter, Sequential, Weights};
/// use training_replay::analysis::{DecisionBoundary, Grid, View};
///
/// let model = Sequential::builder(2).layer(Dense::new(1).name("output").activation(Activation::Sigmoid)).build(1)?;
/// let model = model.with_weights(&Weights::from_iter([
///     Parameter::new("output", "kernel", [2, 1], vec![1.0_f32, 1.0]),
///     Parameter::new("output", "bias", [1], vec![-0.5_f32]),
/// ]))?;
/// let map = DecisionBoundary::of(&model, View::inputs(), &Grid::default().points(10))?;
/// let line = &map.boundary[0];
/// assert!(line.row_iter().all(|point| (point[0] + point[1] - 0.5).abs() < 1e-6));
/// # Ok::<(), training_replay::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct DecisionBoundary {
    /// The coordinates of the grid's points along the first axis.
    #[cfg_attr(feature = "serde", serde(serialize_with = "serial::plain"))]
    pub x: Vec<f32>,
    /// The coordinates of the grid's points along the second axis.
    #[cfg_attr(feature = "serde", serde(serialize_with = "serial::plain"))]
    pub y: Vec<f32>,
    /// The model's outputs at the grid's points, `(points * points, outputs)`, x fastest.
    #[cfg_attr(feature = "serde", serde(serialize_with = "serial::plain"))]
    pub outputs: Matrix,
    /// What the outputs are.
    pub kind: OutputKind,
    /// Where a single output changes from class 0 to class 1; `None` where nothing parts classes, as in regression.
    #[cfg_attr(feature = "serde", serde(serialize_with = "serial::plain"))]
    pub threshold: Option<f32>,
    /// The lines where the predicted class changes: where a single output is at the threshold, where two outputs are equal.
    ///
    /// With more than two outputs these are the outlines of every class in turn, so that a line between two classes
    /// is in both outlines. For numbers in place of classes see [`level_lines`](Self::level_lines).
    #[cfg_attr(feature = "serde", serde(serialize_with = "serial::plain"))]
    pub boundary: Vec<Polyline>,
    /// What was assumed or left out.
    pub caveats: Vec<Caveat>,
}

impl DecisionBoundary {
    /// Computes outputs and boundary in a space of a model: that of its inputs, or that of a layer's units, from which
    /// the rest of the network goes on. A space of more than two dimensions is cut by the plane of the view.
    ///
    /// ```
    /// use training_replay::{Activation, Dense, Sequential, datasets};
    /// use training_replay::analysis::{DecisionBoundary, Grid, Plane, View};
    ///
    /// let data = datasets::ball(10, 100, 13);
    /// let layers = [Dense::new(2).name("hidden").activation(Activation::Tanh), Dense::new(3).name("output")];
    /// let model = Sequential::builder(10).layers(layers).build(1)?;
    /// // Of ten inputs, two vary and the others keep their mean:
    /// let mean: Vec<f32> = data.inputs().row_mean().iter().copied().collect();
    /// let plane = Plane::of_axes(10, 0, 3)?.through(&mean)?;
    /// let grid = Grid::covering_points(&plane.project(data.inputs())?, 0.1);
    /// let map = DecisionBoundary::of(&model, View::inputs().on(&plane), &grid)?;
    /// assert_eq!(map.outputs.shape(), (100 * 100, 3));
    /// // The regions of the three classes in the range of tanh:
    /// let regions = DecisionBoundary::of(&model, "hidden", &Grid::default().points(30))?;
    /// assert_eq!(regions.outputs.shape(), (30 * 30, 3));
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::UnknownLayer`] for a layer that the model does not have, [`Error::Shape`] if the space does not have
    /// two dimensions, or as many as the plane of the view lies in, and [`Error::Invalid`] for a grid without area,
    /// with fewer than 2 points or more than 4,096.
    pub fn of<'a>(model: &dyn Forward, view: impl Into<View<'a>>, grid: &Grid) -> Result<Self> {
        let mut map = Self::default();
        map.update(model, view, grid)?;
        Ok(map)
    }

    /// Returns the predicted class at every point, x fastest; `None` where an output is NaN.
    ///
    /// A single output stands for class 1 above the [`threshold`](Self::threshold), else for class 0. Of several outputs the
    /// largest is the predicted class, the first of equals.
    ///
    /// ```
    /// # use training_replay::{Dense, Sequential, analysis::{DecisionBoundary, Grid, View}};
    /// let model = Sequential::builder(2).layer(Dense::new(3)).build(1)?;
    /// let map = DecisionBoundary::of(&model, View::inputs(), &Grid::default().points(20))?;
    /// let classes = map.predicted_classes()?;
    /// assert!(classes.len() == 400 && classes.iter().all(|class| class.is_some_and(|class| class < 3)));
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] if nothing parts classes.
    pub fn predicted_classes(&self) -> Result<Vec<Option<usize>>> {
        labels::predicted(&self.outputs, self.threshold)
    }

    /// Returns the lines on which an output has this level: for models of numbers, as in regression.
    ///
    /// ```
    /// use training_replay::{Dense, Forward, Parameter, Sequential, Weights, analysis::{DecisionBoundary, Grid, View}};
    ///
    /// let model = Sequential::builder(2).layer(Dense::new(1).name("sum").without_bias()).build(1)?;
    /// let kernel = Parameter::new("sum", "kernel", [2, 1], vec![1.0_f32, 1.0]);
    /// let model = model.with_weights(&Weights::from_iter([kernel]))?;
    /// let lines = DecisionBoundary::of(&model, View::inputs(), &Grid::default())?.level_lines(0, -1.25)?;
    /// assert!(lines[0].row_iter().all(|point| (point[0] + point[1] + 1.25).abs() < 1e-6));
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] if there is no such output, or the level is not a finite number; [`Error::Shape`] if the fields
    /// were changed and do not fit together.
    pub fn level_lines(&self, output: usize, level: f32) -> Result<Vec<Polyline>> {
        let Some(values) = matrix::column(&self.outputs, output) else {
            let expected = format!("below {}, the number of outputs", self.outputs.ncols());
            return Err(Error::invalid("the output of a level line", expected, output));
        };
        if !level.is_finite() {
            return Err(Error::invalid("the level of a line", "a finite number", level));
        }
        let points = self.x.len().saturating_mul(self.y.len());
        matrix::expect_shape("the outputs on the grid", &self.outputs, (points, self.outputs.ncols()))?;
        let mut contour = Contour::new(&self.x, &self.y);
        contour.extend(&values.iter().map(|value| value - level).collect::<Vec<f32>>());
        Ok(contour.into_lines())
    }

    /// Replaces the contents by those of another model or epoch, in the memory that is there.
    ///
    /// ```
    /// # use training_replay::{Dense, Sequential, analysis::{DecisionBoundary, Grid, View}};
    /// let mut map = DecisionBoundary::default();
    /// for seed in 0..3 {
    ///     let model = Sequential::builder(2).layer(Dense::new(1)).build(seed)?;
    ///     map.update(&model, View::inputs(), &Grid::default())?;
    ///     assert_eq!(map, DecisionBoundary::of(&model, View::inputs(), &Grid::default())?);
    /// }
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`of`](Self::of); nothing is left then.
    pub fn update<'a>(&mut self, model: &dyn Forward, view: impl Into<View<'a>>, grid: &Grid) -> Result<()> {
        // Outputs of one model beside points of another would say what neither does.
        self.replace(model, view.into(), grid).inspect_err(|_| *self = Self::default())
    }

    fn replace(&mut self, model: &dyn Forward, view: View<'_>, grid: &Grid) -> Result<()> {
        let layers = view.depth(model)?..checked::layer_names(model)?.len();
        grid.check()?;
        (self.x, self.y) = grid.axes();
        let outputs = &mut self.outputs;
        let keep = |start, count, some: &Matrix| matrix::put_rows(some, start, count, outputs);
        let boundary = Boundary::on(model, layers, view.plane().cloned(), view.rule(), grid);
        let found = boundary.and_then(|mut boundary| {
            let lines = boundary.lines(&self.x, &self.y, Some(keep))?;
            Ok((lines, boundary.decision()))
        });
        let (lines, decision) = found.map_err(|error| dimensions(error, view))?;
        (self.boundary, self.kind, self.threshold) = (lines, decision.kind, decision.threshold);
        self.caveats = Caveat::of_boundary(decision);
        Ok(())
    }
}

/// Says of a space that the model refuses two dimensions in, where no plane is given, how many it has.
fn dimensions(error: Error, view: View<'_>) -> Error {
    match (view.plane(), &error) {
        (None, Error::Shape { expected, found, .. })
            if found.len() == 2 && found[1] == 2 && expected.len() == 2 && expected[1] != 2 =>
        {
            let needed = "2 to draw a boundary in, unless the view is on a plane: see `View::on`";
            Error::invalid(view.dimensions(), needed, expected[1])
        }
        _ => error,
    }
}

impl Default for DecisionBoundary {
    /// Creates an empty one, to be filled by [`update`](DecisionBoundary::update).
    fn default() -> Self {
        Self {
            x: Vec::new(),
            y: Vec::new(),
            outputs: Matrix::zeros(0, 0),
            kind: OutputKind::Values,
            threshold: None,
            boundary: Vec::new(),
            caveats: Vec::new(),
        }
    }
}

//! The feature space of a layer: how it bends the data, the input space and the boundary.

#[cfg(feature = "serde")]
use crate::serial;
use std::mem;

use super::{boundary_score::Boundary, contour::straighten, grid::Patches, lens::Lens};
use crate::analysis::{Caveat, Grid, Plane, Polyline, View};
use crate::{
    Dataset, Forward, Matrix, OutputKind, Result,
    data::labels,
    math::{matrix, stats::Extent},
    model::{
        checked,
        decision::{Decision, Rule},
    },
};

/// How far a boundary that counts as straight may stray from the line, relative to its length.
const STRAIGHT: f32 = 1e-5;

/// The data, the input grid and the boundary in the space of a layer's units.
///
/// The layer has two units, or a plane shows two dimensions of a wider one. Units are what [`Forward::units`] shows of a layer: its
/// outputs, unless the model says otherwise.
///
/// ```
/// use training_replay::{Activation, Dense, Sequential, analysis::{FeatureSpace, Grid}, datasets};
///
/// let data = datasets::parabola(50, 13);
/// let model = Sequential::builder(2)
///     .layer(Dense::new(2).name("hidden").activation(Activation::Sigmoid))
///     .layer(Dense::new(1).name("output").activation(Activation::Sigmoid))
///     .build(42)?;
/// let space = FeatureSpace::of(&model, "hidden", &data, &Grid::default())?;
/// assert_eq!(space.samples.shape(), (100, 2));
/// assert_eq!(space.lines.len(), 22); // 11 along each axis
/// assert!(space.samples.iter().all(|a| (0.0..=1.0).contains(a))); // a sigmoid's range
/// # Ok::<(), training_replay::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct FeatureSpace {
    /// The data in the layer's space, `(samples, 2)`, in the data set's order.
    #[cfg_attr(feature = "serde", serde(serialize_with = "serial::plain"))]
    pub samples: Matrix,
    /// The bent grid lines of the input space, `(points, 2)` each.
    ///
    /// Those of constant x1 from left to right, then those of constant x2 from bottom to top. Empty if the model does
    /// not have two inputs.
    #[cfg_attr(feature = "serde", serde(serialize_with = "serial::plain"))]
    pub lines: Vec<Polyline>,
    /// The bent grid points, `(points * points, 2)`, x1 fastest. Empty if the model does not have two inputs.
    #[cfg_attr(feature = "serde", serde(serialize_with = "serial::plain"))]
    pub region: Matrix,
    /// The model's outputs at the grid points, `(points * points, outputs)`.
    #[cfg_attr(feature = "serde", serde(serialize_with = "serial::plain"))]
    pub outputs: Matrix,
    /// The boundary between the classes in this space; with more than two outputs the outline of every class in turn.
    ///
    /// It reaches a hundredth beyond the limits of samples and region. In the space of the last hidden layer each
    /// line is a straight line `w · a + b = 0` of two points; elsewhere a curve.
    ///
    /// Where [`Forward::units`] shows other units than the layer's outputs, nothing leads from these back to
    /// the rest of the network: with two inputs the boundary is the bent image of the one among them, and with more there is none, as
    /// a caveat says.
    ///
    /// On a plane in the space of a wider layer it is the bent image of the boundary in the space of the two inputs. If
    /// there are more inputs, it is the cut of the boundary with the plane through the mean of the samples.
    #[cfg_attr(feature = "serde", serde(serialize_with = "serial::plain"))]
    pub boundary: Vec<Polyline>,
    /// The share of the samples' variance in the layer that these two dimensions have; 1 for a layer of two units.
    #[cfg_attr(feature = "serde", serde(serialize_with = "serial::plain"))]
    pub explained_variance_ratio: f64,
    /// What the outputs are.
    pub kind: OutputKind,
    /// Where a single output changes from class 0 to class 1; `None` where nothing parts classes, as in regression.
    #[cfg_attr(feature = "serde", serde(serialize_with = "serial::plain"))]
    pub threshold: Option<f32>,
    /// What was assumed or left out.
    pub caveats: Vec<Caveat>,
}

impl FeatureSpace {
    /// Computes the space of a layer: of one that has two units, by its name, or of any on a plane.
    ///
    /// The boundary is found in the layer's own space by running the rest of the network from there, so that it exists
    /// for any number of inputs.
    ///
    /// ```
    /// use training_replay::{Dense, Sequential, datasets};
    /// use training_replay::analysis::{FeatureSpace, Grid, Plane, View};
    ///
    /// let data = datasets::moons(50, 0.1, 7);
    /// let model = Sequential::builder(2).layer(Dense::new(8).name("hidden")).layer(Dense::new(1)).build(1)?;
    /// let units = Plane::of_axes(8, 2, 5)?; // or `Run::principal_plane`
    /// let space = FeatureSpace::of(&model, View::of("hidden").on(&units), &data, &Grid::default())?;
    /// assert_eq!((space.samples.ncols(), space.lines.len()), (2, 22));
    /// assert!(space.explained_variance_ratio < 1.0); // there are six other units
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::UnknownLayer`](crate::Error::UnknownLayer) for a layer that the model does not have, [`Error::Invalid`](crate::Error::Invalid) if the layer does not
    /// have two units and no plane is given, or the grid has no area, and [`Error::Shape`](crate::Error::Shape) if model and data, or
    /// layer and plane, do not fit.
    pub fn of<'a>(model: &dyn Forward, view: impl Into<View<'a>>, data: &Dataset, grid: &Grid) -> Result<Self> {
        let mut space = Self::default();
        space.update(model, view, data, grid)?;
        Ok(space)
    }

    /// Returns the predicted class at every grid point, x1 fastest; `None` where an output is NaN.
    ///
    /// As [`DecisionBoundary::predicted_classes`](crate::analysis::DecisionBoundary::predicted_classes).
    ///
    /// ```
    /// use training_replay::{Dense, Sequential, analysis::{FeatureSpace, Grid}, datasets};
    ///
    /// let model = Sequential::builder(2).layer(Dense::new(2).name("hidden")).layer(Dense::new(1)).build(1)?;
    /// let space = FeatureSpace::of(&model, "hidden", &datasets::parabola(50, 13), &Grid::default().points(20))?;
    /// let classes = space.predicted_classes()?;
    /// assert!(classes.len() == 400 && classes.iter().all(|class| class.is_some_and(|class| class < 2)));
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`](crate::Error::Invalid) if nothing parts classes.
    pub fn predicted_classes(&self) -> Result<Vec<Option<usize>>> {
        labels::predicted(&self.outputs, self.threshold)
    }

    /// Replaces the contents by those of another model or epoch, in the memory that is there.
    ///
    /// Fresh memory for a fine grid costs more time than filling it.
    ///
    /// ```
    /// # use training_replay::{Dense, Sequential, analysis::{FeatureSpace, Grid}, datasets};
    /// let data = datasets::parabola(50, 13);
    /// let mut space = FeatureSpace::default();
    /// for seed in 0..3 {
    ///     let layers = [Dense::new(2).name("hidden"), Dense::new(1)];
    ///     let model = Sequential::builder(2).layers(layers).build(seed)?;
    ///     space.update(&model, "hidden", &data, &Grid::default())?;
    ///     assert_eq!(space, FeatureSpace::of(&model, "hidden", &data, &Grid::default())?);
    /// }
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`of`](Self::of); nothing is left then.
    pub fn update<'a, V>(&mut self, model: &dyn Forward, view: V, data: &Dataset, grid: &Grid) -> Result<()>
    where
        V: Into<View<'a>>,
    {
        let lens = self.see_samples(model, view.into(), data, grid);
        lens.and_then(|lens| self.surround_and_keep(lens, data, grid)).inspect_err(|_| *self = Self::default())
    }

    /// Replaces the contents as [`update`](Self::update), but calls `each` with the region and the outputs in place of
    /// keeping them.
    ///
    /// `each` gets a few thousand points at a time, one patch after the other; [`region`](Self::region) and
    /// [`outputs`](Self::outputs) stay empty. What is drawn, counted or reduced as it comes then takes no memory for
    /// millions of points.
    ///
    /// ```
    /// # use training_replay::{Activation, Dense, Sequential, analysis::{FeatureSpace, Grid}, datasets};
    /// # let data = datasets::parabola(50, 13);
    /// # let hidden = Dense::new(2).name("hidden").activation(Activation::Tanh);
    /// # let model = Sequential::builder(2).layer(hidden).layer(Dense::new(1)).build(1)?;
    /// // How many of a million points each cell of a coarse picture of the hidden space gets.
    /// let mut picture = [[0; 20]; 20];
    /// let cell = |a: f32| ((a + 1.0) * 10.0).min(19.0) as usize;
    /// let mut space = FeatureSpace::default();
    /// space.update_with(&model, "hidden", &data, &Grid::default().points(1_000), |patch| {
    ///     patch.region.row_iter().for_each(|a| picture[cell(a[1])][cell(a[0])] += 1);
    ///     Ok(())
    /// })?;
    /// assert_eq!(picture.as_flattened().iter().sum::<i32>(), 1_000_000);
    /// assert_eq!(space.region.nrows(), 0);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`of`](Self::of), and what `each` returns; nothing is left then.
    pub fn update_with<'a, V, F>(
        &mut self,
        model: &dyn Forward,
        view: V,
        data: &Dataset,
        grid: &Grid,
        each: F,
    ) -> Result<()>
    where
        V: Into<View<'a>>,
        F: FnMut(Patch<'_>) -> Result<()>,
    {
        let lens = self.see_samples(model, view.into(), data, grid);
        lens.and_then(|lens| self.surround(lens, data, grid, each)).inspect_err(|_| *self = Self::default())
    }

    /// As [`of`](Self::of), from what the layer puts out for the data, for whoever needs that for more.
    #[cfg(feature = "page")]
    pub(crate) fn of_activations(
        model: &dyn Forward,
        view: View<'_>,
        activations: &Matrix,
        data: &Dataset,
        grid: &Grid,
    ) -> Result<Self> {
        grid.check()?;
        let (mut space, mut lens) = (Self::default(), Lens::new(model, view)?);
        lens.see(activations, &mut space.samples)?;
        space.surround_and_keep(lens, data, grid)?;
        Ok(space)
    }

    /// Puts the samples where the view shows them, and returns what shows the rest.
    fn see_samples<'a>(
        &mut self,
        model: &'a dyn Forward,
        view: View<'a>,
        data: &Dataset,
        grid: &Grid,
    ) -> Result<Lens<'a>> {
        grid.check()?;
        let mut lens = Lens::new(model, view)?;
        lens.show_samples(data.inputs(), &mut self.samples)?;
        Ok(lens)
    }

    /// As [`surround`](Self::surround), with region and outputs in the memory that is there.
    fn surround_and_keep(&mut self, lens: Lens<'_>, data: &Dataset, grid: &Grid) -> Result<()> {
        let (mut region, mut outputs) = (mem::take(&mut self.region), mem::take(&mut self.outputs));
        self.surround(lens, data, grid, |patch| {
            matrix::put_rows(patch.region, patch.start, grid.count(), &mut region)?;
            matrix::put_rows(patch.outputs, patch.start, grid.count(), &mut outputs)
        })?;
        if data.features() == 2 {
            (self.region, self.outputs) = (region, outputs);
        }
        Ok(())
    }

    /// What there is beside the samples, which the lens has just shown.
    fn surround<F>(&mut self, mut lens: Lens<'_>, data: &Dataset, grid: &Grid, each: F) -> Result<()>
    where
        F: FnMut(Patch<'_>) -> Result<()>,
    {
        self.explained_variance_ratio = lens.explained_variance_ratio()?;
        (self.region, self.outputs) = (Matrix::zeros(0, 2), Matrix::zeros(0, data.outputs()));
        let section = lens.section();
        let mut limits = Extent::default();
        limits = limits.and(Extent::of(&self.samples));
        if data.features() == 2 {
            self.bend_lines(&mut lens, grid)?;
            bend(&mut lens, grid, &mut limits, each)?;
        } else {
            self.lines.clear(); // There is no plane of inputs to lay a grid over.
        }
        data.targets().expect_one_position("for outputs to have a boundary")?;
        let rule = lens.view.deciding(Rule::new(data.targets(), None)).rule();
        let is_bent = data.features() == 2 && (section.is_some() || lens.is_one_way);
        let has_none = lens.is_one_way && !is_bent;
        let (boundary, decision) = match section {
            _ if has_none => (Vec::new(), decide(&lens, data, rule)?),
            _ if is_bent => bent_boundary(&mut lens, rule, grid)?,
            section => boundary(&lens, section.transpose()?, &limits, rule, grid)?,
        };
        (self.boundary, self.kind, self.threshold) = (boundary, decision.kind, decision.threshold);
        self.caveats = if has_none { Caveat::of(decision) } else { Caveat::of_boundary(decision) };
        self.caveats.extend(lens.caveats(has_none));
        Ok(())
    }

    /// Puts the lines of the input space into the layer's.
    fn bend_lines(&mut self, lens: &mut Lens<'_>, grid: &Grid) -> Result<()> {
        let mut lines = grid.polylines();
        self.lines.truncate(lines.size_hint().0);
        for line in &mut self.lines {
            let Some(straight) = lines.next() else { break };
            lens.show(&straight, line)?;
        }
        for straight in lines {
            self.lines.push(Matrix::zeros(0, 0));
            let Some(line) = self.lines.last_mut() else { break };
            lens.show(&straight, line)?;
        }
        Ok(())
    }
}

impl Default for FeatureSpace {
    /// Creates an empty one, to be filled by [`update`](FeatureSpace::update).
    fn default() -> Self {
        let empty = || Matrix::zeros(0, 2);
        let (lines, boundary) = (Vec::new(), Vec::new());
        let (kind, threshold, caveats) = (OutputKind::Values, None, Vec::new());
        let (samples, region, outputs, explained_variance_ratio) = (empty(), empty(), empty(), 1.0);
        Self { samples, lines, region, outputs, boundary, explained_variance_ratio, kind, threshold, caveats }
    }
}

/// Some points of a grid in the input space and in a layer's: what [`FeatureSpace::update_with`] passes on.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Patch<'a> {
    /// The index of the first of the points among all, x1 fastest.
    pub start: usize,
    /// The points in the input space, `(points, 2)`.
    pub inputs: &'a Matrix,
    /// The points in the layer's space, `(points, 2)`.
    pub region: &'a Matrix,
    /// The model's outputs at the points, `(points, outputs)`.
    pub outputs: &'a Matrix,
}

/// Puts the points of the input space into the layer's, and on through the rest of the network.
fn bend<F>(lens: &mut Lens<'_>, grid: &Grid, limits: &mut Extent, mut each: F) -> Result<()>
where
    F: FnMut(Patch<'_>) -> Result<()>,
{
    let (x, y) = grid.axes();
    let mut patches = Patches::of(&x, &y);
    let (mut region, mut outputs) = (Matrix::zeros(0, 0), Matrix::zeros(0, 0));
    while let Some((start, inputs)) = patches.next() {
        lens.show(inputs, &mut region)?;
        lens.outputs(&mut outputs)?;
        *limits = limits.and(Extent::of(&region));
        each(Patch { start, inputs, region: &region, outputs: &outputs })?;
    }
    Ok(())
}

/// What is decided about the outputs for the samples, where none are between them.
fn decide(lens: &Lens<'_>, data: &Dataset, rule: Rule) -> Result<Decision> {
    rule.decide(lens.model, &checked::outputs(lens.model, data.inputs())?)
}

/// The boundary in the space of the inputs, bent.
fn bent_boundary(lens: &mut Lens<'_>, rule: Rule, grid: &Grid) -> Result<(Vec<Polyline>, Decision)> {
    let (x, y) = grid.axes();
    let mut boundary = Boundary::new(lens.model, 0..lens.rest().end, rule, grid)?;
    let straight = boundary.lines(&x, &y, NO_VISIT)?;
    let bend = |line: Polyline| {
        let mut bent = Matrix::zeros(0, 0);
        lens.show(&line, &mut bent)?;
        Ok(bent)
    };
    Ok((straight.into_iter().map(bend).collect::<Result<_>>()?, boundary.decision()))
}

/// On the points of a grid around these limits, of the layer's own space or of a plane in it; of a sample of them where
/// the score is straight.
fn boundary(
    lens: &Lens<'_>,
    section: Option<Plane>,
    limits: &Extent,
    rule: Rule,
    grid: &Grid,
) -> Result<(Vec<Polyline>, Decision)> {
    let grid = Grid::around(&limits.corners(), grid);
    let mut boundary = Boundary::on(lens.model, lens.rest(), section, rule, &grid)?;
    let (x, y) = if boundary.is_straight() { grid.sample_axes() } else { grid.axes() };
    let lines = boundary.lines(&x, &y, NO_VISIT)?;
    Ok((lines.into_iter().map(|line| straighten(line, STRAIGHT)).collect(), boundary.decision()))
}

/// No visitor, for boundaries without the outputs beside them.
const NO_VISIT: Option<Visit> = None;

type Visit = fn(usize, usize, &Matrix) -> Result<()>;

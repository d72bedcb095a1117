//! How a layer of two units bends the input space.

use std::mem;

use super::{Grid, Polyline, contour::straighten, grid::Patches, score::Boundary};
use crate::{Dataset, Error, Forward, Matrix, Result, matrix, run};

/// How far a boundary that counts as straight may stray from the line, relative to its length.
const STRAIGHT: f32 = 1e-5;

/// The data, the grid and the boundary in the space of a layer of two units.
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
#[non_exhaustive]
pub struct FeatureSpace {
    /// The data in the layer's space, `(samples, 2)`, in the data set's order.
    pub samples: Matrix,
    /// The bent grid lines of the input space, `(points, 2)` each: those of constant x1 from left to right, then those
    /// of constant x2 from bottom to top. None if the model has more than two inputs.
    pub lines: Vec<Polyline>,
    /// The bent grid points, `(points * points, 2)`, x1 fastest. None if the model has more than two inputs.
    pub region: Matrix,
    /// The model's outputs there, `(points * points, outputs)`.
    pub outputs: Matrix,
    /// Where the classes part in this space, within the limits of samples and region and a hundredth around them. In
    /// the space of the last hidden layer each is a straight line `w · a + b = 0` of two points; elsewhere a curve. With
    /// more than two outputs the outline of every class in turn.
    pub boundary: Vec<Polyline>,
}

impl FeatureSpace {
    /// That of the layer called `layer`.
    ///
    /// The boundary is found in the layer's own space by running the rest of the network from there, so that it is
    /// there for any number of inputs.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownLayer`], [`Error::Invalid`] if the layer does not have two units or the grid no area, and
    /// [`Error::Shape`] if model and data do not fit.
    pub fn of(model: &dyn Forward, layer: &str, data: &Dataset, grid: &Grid) -> Result<Self> {
        let mut space = Self::default();
        space.update(model, layer, data, grid)?;
        Ok(space)
    }

    /// Becomes that of another model, or another epoch, in the memory it has: fresh memory for a fine grid costs more
    /// than what it is filled with.
    ///
    /// ```
    /// # use training_replay::{Dense, Sequential, analysis::{FeatureSpace, Grid}, datasets};
    /// let data = datasets::parabola(50, 13);
    /// let mut space = FeatureSpace::default();
    /// for seed in 0..3 {
    ///     let layers = [Dense::new(2).name("hidden"), Dense::new(1)];
    ///     let model = layers.into_iter().fold(Sequential::builder(2), |net, layer| net.layer(layer)).build(seed)?;
    ///     space.update(&model, "hidden", &data, &Grid::default())?;
    ///     assert_eq!(space, FeatureSpace::of(&model, "hidden", &data, &Grid::default())?);
    /// }
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`of`](Self::of); what it holds is then of no use.
    pub fn update(&mut self, model: &dyn Forward, layer: &str, data: &Dataset, grid: &Grid) -> Result<()> {
        let (mut region, mut outputs) = (mem::take(&mut self.region), mem::take(&mut self.outputs));
        self.update_with(model, layer, data, grid, |patch| {
            matrix::put_rows(patch.region, patch.start, grid.count(), &mut region)?;
            matrix::put_rows(patch.outputs, patch.start, grid.count(), &mut outputs)
        })?;
        if data.features() == 2 {
            (self.region, self.outputs) = (region, outputs);
        }
        Ok(())
    }

    /// As [`update`](Self::update), but for the region and the outputs there, which stay empty: `each` sees some of the
    /// points after the other, a few thousand at a time. For what is drawn, counted or reduced as it comes, millions of
    /// points then take no memory, nor the time to go there and back.
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
    /// As [`of`](Self::of), and what `each` returns; what it holds is then of no use.
    pub fn update_with<F>(
        &mut self,
        model: &dyn Forward,
        layer: &str,
        data: &Dataset,
        grid: &Grid,
        each: F,
    ) -> Result<()>
    where
        F: FnMut(Patch<'_>) -> Result<()>,
    {
        grid.check()?;
        let index = run::layer_index(model, layer)?;
        run::layers_into(model, data.inputs(), 0..index + 1, &mut self.samples)?;
        if self.samples.ncols() != 2 {
            let what = format!("the number of units of layer {layer:?}");
            return Err(Error::invalid(what, "2 for a feature space", self.samples.ncols()));
        }
        (self.region, self.outputs) = (Matrix::zeros(0, 2), Matrix::zeros(0, data.outputs()));
        let mut limits = Limits::default();
        limits.take(&self.samples);
        if data.features() == 2 {
            self.bend_lines(model, index, grid)?;
            bend(model, index, grid, &mut limits, each)?;
        } else {
            self.lines.clear(); // There is no plane of inputs to lay a grid over.
        }
        self.boundary = boundary(model, index, &limits, grid)?;
        Ok(())
    }

    /// Puts the lines of the input space into the layer's.
    fn bend_lines(&mut self, model: &dyn Forward, layer: usize, grid: &Grid) -> Result<()> {
        let mut lines = grid.polylines();
        self.lines.truncate(lines.size_hint().0);
        for line in &mut self.lines {
            let Some(straight) = lines.next() else { break };
            run::layers_into(model, &straight, 0..layer + 1, line)?;
        }
        for straight in lines {
            self.lines.push(run::layers(model, &straight, 0..layer + 1)?);
        }
        Ok(())
    }
}

impl Default for FeatureSpace {
    /// Of nothing: to be [`update`](FeatureSpace::update)d.
    fn default() -> Self {
        let empty = || Matrix::zeros(0, 2);
        Self { samples: empty(), lines: Vec::new(), region: empty(), outputs: empty(), boundary: Vec::new() }
    }
}

/// Some points of a grid, bent: what [`FeatureSpace::update_with`] shows.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Patch<'a> {
    /// The index of the first of them among all, x1 fastest.
    pub start: usize,
    /// Where they are in the input space, `(points, 2)`.
    pub inputs: &'a Matrix,
    /// Where they are in the layer's space, `(points, 2)`.
    pub region: &'a Matrix,
    /// The model's outputs there, `(points, outputs)`.
    pub outputs: &'a Matrix,
}

/// Puts the points of the input space into the layer's, and on through the rest of the network.
fn bend<F>(model: &dyn Forward, layer: usize, grid: &Grid, limits: &mut Limits, mut each: F) -> Result<()>
where
    F: FnMut(Patch<'_>) -> Result<()>,
{
    let (x, y) = grid.axes();
    let (mut patches, rest) = (Patches::of(&x, &y), layer + 1..model.layers().len());
    let (mut region, mut outputs) = (Matrix::zeros(0, 0), Matrix::zeros(0, 0));
    while let Some((start, inputs)) = patches.next() {
        run::layers_into(model, inputs, 0..layer + 1, &mut region)?;
        run::layers_into(model, &region, rest.clone(), &mut outputs)?;
        limits.take(&region);
        each(Patch { start, inputs, region: &region, outputs: &outputs })?;
    }
    Ok(())
}

/// The smallest box around points of the plane, leaving out coordinates that are not finite.
#[derive(Default)]
struct Limits([Option<(f32, f32)>; 2]);

impl Limits {
    /// Widens the box to these points.
    fn take(&mut self, points: &Matrix) {
        for (limits, values) in self.0.iter_mut().zip(matrix::columns(points)) {
            let found = matrix::limits(values);
            *limits = limits.map_or(found, |(low, high)| {
                Some(found.map_or((low, high), |(lower, higher)| (low.min(lower), high.max(higher))))
            });
        }
    }

    /// Lower left and upper right corner; NaN where there was no finite coordinate at all.
    fn corners(&self) -> Matrix {
        let [x, y] = self.0.map(|limits| limits.unwrap_or((f32::NAN, f32::NAN)));
        Matrix::from_row_slice(2, 2, &[x.0, y.0, x.1, y.1])
    }
}

/// On the points of a grid around these limits; of a sample of them where the score is straight.
fn boundary(model: &dyn Forward, layer: usize, limits: &Limits, grid: &Grid) -> Result<Vec<Polyline>> {
    let grid = Grid::around(&limits.corners(), grid);
    let mut boundary = Boundary::new(model, layer + 1..model.layers().len(), &grid)?;
    let (x, y) = if boundary.is_straight() { grid.sample_axes() } else { grid.axes() };
    let lines = boundary.lines(&x, &y, None::<fn(usize, usize, &Matrix) -> Result<()>>)?;
    Ok(lines.into_iter().map(|line| straighten(line, STRAIGHT)).collect())
}

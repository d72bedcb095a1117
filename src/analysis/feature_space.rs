//! How a layer of two units bends the input space.

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
    /// the space of the last hidden layer each is a straight line `w · a + b = 0` of two points; elsewhere a curve. With more than two outputs the
    /// outline of every class in turn.
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
        grid.check()?;
        let index = run::layer_index(model, layer)?;
        run::layers_into(model, data.inputs(), 0..index + 1, &mut self.samples)?;
        if self.samples.ncols() != 2 {
            let what = format!("the number of units of layer {layer:?}");
            return Err(Error::invalid(what, "2 for a feature space", self.samples.ncols()));
        }
        let mut limits = Limits::default();
        limits.take(&self.samples);
        match data.features() {
            2 => self.bend(model, index, grid, &mut limits)?,
            _ => self.clear(data.outputs()),
        }
        self.boundary = boundary(model, index, &limits, grid)?;
        Ok(())
    }

    /// Puts the grid of the input space into the layer's.
    fn bend(&mut self, model: &dyn Forward, layer: usize, grid: &Grid, limits: &mut Limits) -> Result<()> {
        let mut lines = grid.polylines();
        self.lines.truncate(lines.size_hint().0);
        for line in &mut self.lines {
            let Some(straight) = lines.next() else { break };
            run::layers_into(model, &straight, 0..layer + 1, line)?;
        }
        for straight in lines {
            self.lines.push(run::layers(model, &straight, 0..layer + 1)?);
        }
        let (x, y) = grid.axes();
        let mut patches = Patches::of(&x, &y);
        let (count, rest) = (patches.count(), layer + 1..model.layers().len());
        let (mut bent, mut outputs) = (Matrix::zeros(0, 0), Matrix::zeros(0, 0));
        while let Some((start, points)) = patches.next() {
            run::layers_into(model, points, 0..layer + 1, &mut bent)?;
            run::layers_into(model, &bent, rest.clone(), &mut outputs)?;
            limits.take(&bent);
            matrix::put_rows(&bent, start, count, &mut self.region)?;
            matrix::put_rows(&outputs, start, count, &mut self.outputs)?;
        }
        Ok(())
    }

    /// There is no plane of inputs to lay a grid over.
    fn clear(&mut self, outputs: usize) {
        self.lines.clear();
        self.region = Matrix::zeros(0, 2);
        self.outputs = Matrix::zeros(0, outputs);
    }
}

impl Default for FeatureSpace {
    /// Of nothing: to be [`update`](FeatureSpace::update)d.
    fn default() -> Self {
        let empty = || Matrix::zeros(0, 2);
        Self { samples: empty(), lines: Vec::new(), region: empty(), outputs: empty(), boundary: Vec::new() }
    }
}

/// The smallest box around points of the plane, leaving out coordinates that are not finite.
struct Limits {
    low: [f32; 2],
    high: [f32; 2],
}

impl Default for Limits {
    fn default() -> Self {
        Self { low: [f32::MAX; 2], high: [f32::MIN; 2] }
    }
}

impl Limits {
    /// Widens the box to these points.
    fn take(&mut self, points: &Matrix) {
        for (axis, values) in matrix::columns(points).take(2).enumerate() {
            let (low, high) = limits(values);
            self.low[axis] = self.low[axis].min(low);
            self.high[axis] = self.high[axis].max(high);
        }
    }

    /// Lower left and upper right corner; NaN if there was no finite point at all.
    fn corners(&self) -> Matrix {
        match self.low[0] <= self.high[0] {
            true => Matrix::from_row_slice(2, 2, &[self.low, self.high].concat()),
            false => Matrix::from_element(2, 2, f32::NAN),
        }
    }
}

/// The smallest and the largest finite value, looked for in eight places side by side.
fn limits(values: &[f32]) -> (f32, f32) {
    let (mut low, mut high) = ([f32::MAX; 8], [f32::MIN; 8]);
    let (eights, rest) = values.as_chunks::<8>();
    for eight in eights {
        for ((low, high), &value) in low.iter_mut().zip(&mut high).zip(eight) {
            *low = if (value < *low) & (value >= f32::MIN) { value } else { *low };
            *high = if (value > *high) & (value <= f32::MAX) { value } else { *high };
        }
    }
    for &value in rest.iter().filter(|value| value.is_finite()) {
        (low[0], high[0]) = (low[0].min(value), high[0].max(value));
    }
    (low.into_iter().fold(f32::MAX, f32::min), high.into_iter().fold(f32::MIN, f32::max))
}

fn boundary(model: &dyn Forward, layer: usize, limits: &Limits, grid: &Grid) -> Result<Vec<Polyline>> {
    let grid = Grid::around(&limits.corners(), grid);
    let (x, y) = grid.axes();
    let mut boundary = Boundary::new(model, layer + 1..model.layers().len(), &grid)?;
    let lines = boundary.lines(&x, &y, None::<fn(usize, usize, &Matrix) -> Result<()>>)?;
    Ok(lines.into_iter().map(|line| straighten(line, STRAIGHT)).collect())
}

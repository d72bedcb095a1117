//! How a layer of two units bends the input space.

use super::{Grid, Polyline, contour::straighten, score::Scored};
use crate::{Dataset, Error, Forward, Matrix, Result, run};

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
        grid.check()?;
        let index = run::layer_index(model, layer)?;
        let samples = run::layers(model, data.inputs(), 0..index + 1)?;
        if samples.ncols() != 2 {
            let what = format!("the number of units of layer {layer:?}");
            return Err(Error::invalid(what, "2 for a feature space", samples.ncols()));
        }
        let Bent { lines, region, outputs } = Bent::new(model, index, data, grid)?;
        let boundary = boundary(model, index, &around(&samples, &region), grid)?;
        Ok(Self { samples, lines, region, outputs, boundary })
    }
}

/// The grid of the input space in the layer's.
struct Bent {
    lines: Vec<Polyline>,
    region: Matrix,
    outputs: Matrix,
}

impl Bent {
    /// Empty where there is no plane of inputs to lay a grid over.
    fn new(model: &dyn Forward, layer: usize, data: &Dataset, grid: &Grid) -> Result<Self> {
        if data.features() != 2 {
            return Ok(Self {
                lines: Vec::new(),
                region: Matrix::zeros(0, 2),
                outputs: Matrix::zeros(0, data.outputs()),
            });
        }
        let bend = |points: &Matrix| run::points(model, points, 0..layer + 1);
        let lines = grid.polylines().iter().map(bend).collect::<Result<_>>()?;
        let region = bend(&grid.region())?;
        let outputs = run::points(model, &region, layer + 1..model.layers().len())?;
        Ok(Self { lines, region, outputs })
    }
}

/// The corners of the box around samples and region.
fn around(samples: &Matrix, region: &Matrix) -> Matrix {
    let finite = samples.row_iter().chain(region.row_iter()).filter(|point| point.iter().all(|x| x.is_finite()));
    let mut corners = Matrix::from_row_slice(2, 2, &[f32::MAX, f32::MAX, f32::MIN, f32::MIN]);
    for point in finite {
        for axis in 0..2 {
            corners[(0, axis)] = corners[(0, axis)].min(point[axis]);
            corners[(1, axis)] = corners[(1, axis)].max(point[axis]);
        }
    }
    match corners[(0, 0)] <= corners[(1, 0)] {
        true => corners,
        false => Matrix::from_element(2, 2, f32::NAN), // No finite point at all.
    }
}

fn boundary(model: &dyn Forward, layer: usize, corners: &Matrix, grid: &Grid) -> Result<Vec<Polyline>> {
    let grid = Grid::around(corners, grid);
    let (x, y) = grid.axes();
    let scored = Scored::new(model, &grid.region(), layer + 1..model.layers().len())?;
    Ok(scored.boundary(&x, &y).into_iter().map(|line| straighten(line, STRAIGHT)).collect())
}

//! The loss over a plane in the space of the weights.

use nalgebra::DMatrix;

use super::{
    WeightPlane,
    flat::Filled,
    mean_losses::{Question, mean_losses, next},
};
#[cfg(feature = "serde")]
use crate::serial;
use crate::{
    Dataset, Error, Forward, Loss, Result, Weights,
    analysis::{Caveat, Grid, Polyline, space::contour::Contour},
};

/// The mean loss of a model over a data set, at the points of a grid on a plane in the space of its weights.
///
/// [`Run::loss_surface`](crate::Run::loss_surface) computes that of a recording. The anchors are Goodfellow, Vinyals and Saxe (2015), Li,
/// Xu, Taylor, Studer and Goldstein (2018), and Lorch (2016) for the plane of a path.
///
/// ```
/// use training_replay::{Dense, Loss, Sequential, Weights, analysis::{Grid, LossSurface, WeightPlane}, datasets};
///
/// let (model, data) = (Sequential::builder(2).layer(Dense::new(1)).build(1)?, datasets::moons(50, 0.1, 7));
/// let plane = WeightPlane::random(&Weights::of(&model)?, 7)?;
/// let surface = LossSurface::of(&model, &plane, &Grid::default().points(21), &data, Loss::MeanSquaredError)?;
/// assert_eq!(surface.losses.shape(), (21, 21));
/// let (low, high) = (surface.losses.min(), surface.losses.max());
/// assert!(!surface.level_lines(0.5 * (low + high))?.is_empty());
/// # Ok::<(), training_replay::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct LossSurface {
    /// The coordinates of the points along the first direction of the plane.
    #[cfg_attr(feature = "serde", serde(serialize_with = "serial::plain"))]
    pub x: Vec<f32>,
    /// The coordinates along the second direction.
    #[cfg_attr(feature = "serde", serde(serialize_with = "serial::plain"))]
    pub y: Vec<f32>,
    /// The mean losses, a row for each `y`, a column for each `x`: NaN and infinite ones as the model gives them.
    #[cfg_attr(feature = "serde", serde(serialize_with = "serial::plain"))]
    pub losses: DMatrix<f64>,
    /// The parameters that do not change over the plane, since they hold no floating-point numbers.
    pub caveats: Vec<Caveat>,
}

impl LossSurface {
    /// Computes the loss of a model on a plane, on all cores; the same bits for any number of them.
    ///
    /// The model's own weights do not matter, but its parameters are those of the plane. Losses have the bits of
    /// [`evaluate`](crate::analysis::evaluate), with one exception: 128 binary cross-entropies or more, samples times outputs, of a model
    /// that gives [their mean](crate::Forward::mean_loss) may be summed up in another order: a network of this crate does it by blocks in
    /// single precision, within 1e-5 of that, as a share of it.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] for a grid without extent, and whatever the model says of weights or data that are not its own, as
    /// [`evaluate`](crate::analysis::evaluate).
    pub fn of<M: Forward + Sync>(
        model: &M,
        plane: &WeightPlane,
        grid: &Grid,
        data: &Dataset,
        loss: Loss,
    ) -> Result<Self> {
        plane.expect(&Weights::of(model)?, "of the model")?;
        let question = Question { data, loss, threads: None, step: &|| () };
        Self::of_models(plane, grid, question, |known, weights| next(model, known, weights))
    }

    /// The same of models that a function makes of weights, given the last one.
    pub(crate) fn of_models<M: Forward>(
        plane: &WeightPlane,
        grid: &Grid,
        question: Question<'_>,
        restore: impl Fn(Option<M>, &mut Filled) -> Result<M> + Sync,
    ) -> Result<Self> {
        grid.check()?;
        let (x, y) = grid.axes();
        let row = |&y: &f32| x.iter().map(move |&x| [f64::from(x), f64::from(y)]);
        let places: Vec<[f64; 2]> = y.iter().flat_map(row).collect();
        let fill = |weights: &mut Filled, [x, y]: [f64; 2]| plane.fill(weights, x, y);
        let losses = mean_losses(&places, question, fill, restore)?;
        let losses = DMatrix::from_row_slice(y.len(), x.len(), &losses);
        Ok(Self { x, y, losses, caveats: plane.caveat().into_iter().collect() })
    }

    /// Returns the lines on the plane where the loss is `level`, interpolated between the points, `(points, 2)` each.
    ///
    /// Lines end where the loss is NaN; next to an infinite one they keep to the finite side.
    ///
    /// ```
    /// # use training_replay::{Dense, Loss, Sequential, Weights, analysis::{Grid, LossSurface, WeightPlane}, datasets};
    /// # let (model, data) = (Sequential::builder(2).layer(Dense::new(1)).build(1)?, datasets::moons(50, 0.1, 7));
    /// # let plane = WeightPlane::random(&Weights::of(&model)?, 7)?;
    /// # let surface = LossSurface::of(&model, &plane, &Grid::default(), &data, Loss::MeanSquaredError)?;
    /// assert!(surface.level_lines(surface.losses.max() + 1.0)?.is_empty());
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] for a level that is NaN or infinite.
    pub fn level_lines(&self, level: f64) -> Result<Vec<Polyline>> {
        if !level.is_finite() {
            return Err(Error::invalid("the level of a loss", "a finite number", level));
        }
        let mut contour = Contour::new(&self.x, &self.y);
        for row in self.losses.row_iter() {
            let scores: Vec<f32> = row.iter().map(|loss| (loss - level) as f32).collect();
            contour.extend(&scores);
        }
        Ok(contour.into_lines())
    }
}

//! What a view shows of inputs: where they lie in a space of two dimensions, or on a plane in a wider one.

#[cfg(feature = "plot")]
use super::grid::Patches;
use crate::analysis::{Plane, View};
#[cfg(feature = "plot")]
use crate::{Dataset, analysis::Grid, math::stats::Extent};
use crate::{Error, Forward, Matrix, Result, math::matrix, model::checked};

/// Maps inputs to the plane of the view: to the two units of a layer, or to a plane in the space of a wider one.
pub(super) struct Lens<'a> {
    pub(super) model: &'a dyn Forward,
    /// The number of layers that lead to the space.
    depth: usize,
    /// The number of all layers.
    count: usize,
    pub(super) view: View<'a>,
    /// The last outputs of the layer, if a plane shows them.
    hidden: Matrix,
}

impl<'a> Lens<'a> {
    pub(super) fn new(model: &'a dyn Forward, view: View<'a>) -> Result<Self> {
        let count = checked::layer_names(model)?.len();
        Ok(Self { model, depth: view.depth(model)?, count, view, hidden: Matrix::zeros(0, 0) })
    }

    /// Leaves in `seen` where the plane of the view shows inputs.
    pub(super) fn show(&mut self, inputs: &Matrix, seen: &mut Matrix) -> Result<()> {
        let layers = 0..self.depth;
        if let Some(plane) = self.view.plane() {
            checked::layers_into(self.model, inputs, layers, &mut self.hidden)?;
            return plane.project_into(&self.hidden, seen);
        }
        checked::layers_into(self.model, inputs, layers, seen)?;
        self.expect_two_units(seen)
    }

    /// Leaves in `seen` where the layer's activations are seen.
    #[cfg(feature = "plot")]
    pub(super) fn see(&mut self, activations: &Matrix, seen: &mut Matrix) -> Result<()> {
        if let Some(plane) = self.view.plane() {
            self.hidden.clone_from(activations);
            return plane.project_into(&self.hidden, seen);
        }
        seen.clone_from(activations);
        self.expect_two_units(seen)
    }

    fn expect_two_units(&self, seen: &Matrix) -> Result<()> {
        match seen.ncols() {
            2 => Ok(()),
            units => Err(Error::invalid(
                self.view.dimensions(),
                "2 for a feature space, unless a plane is given to see it on",
                units,
            )),
        }
    }

    /// The layers behind.
    pub(super) fn rest(&self) -> std::ops::Range<usize> {
        self.depth..self.count
    }

    /// Leaves the model's outputs at the inputs that the last `show` has left in `seen`.
    pub(super) fn outputs(&self, seen: &Matrix, outputs: &mut Matrix) -> Result<()> {
        let hidden = if self.view.plane().is_some() { &self.hidden } else { seen };
        checked::layers_into(self.model, hidden, self.rest(), outputs)
    }

    /// The share of the variance of the last outputs of the layer that the plane has.
    pub(super) fn explained_variance_ratio(&self) -> Result<f64> {
        self.view.plane().map_or(Ok(1.0), |plane| plane.explained_variance_ratio(&self.hidden))
    }

    /// The plane, if there is one, through the mean of the last outputs of the layer that are finite.
    pub(super) fn section(&self) -> Option<Result<Plane>> {
        let plane = self.view.plane()?;
        let mean: Vec<f32> = matrix::finite_rows(&self.hidden).row_mean().iter().copied().collect();
        Some(plane.moved_to(&mean))
    }
}

/// How far samples and bent grid reach along both axes of what a view shows, from what its layer puts out for the samples;
/// of the samples alone where there are other than two inputs, and no grid to bend.
#[cfg(feature = "plot")]
pub(crate) fn extent(
    model: &dyn Forward,
    view: View<'_>,
    activations: &Matrix,
    data: &Dataset,
    grid: &Grid,
) -> Result<Extent> {
    grid.check()?;
    let mut lens = Lens::new(model, view)?;
    let mut seen = Matrix::zeros(0, 2);
    lens.see(activations, &mut seen)?;
    let mut limits = Extent::of(&seen);
    let (x, y) = grid.axes();
    let mut patches = Patches::of(&x, &y);
    while let Some((_, inputs)) = patches.next().filter(|_| data.features() == 2) {
        lens.show(inputs, &mut seen)?;
        limits = limits.and(Extent::of(&seen));
    }
    Ok(limits)
}

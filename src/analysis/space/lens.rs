//! What a view shows of inputs: where they lie in a space of two dimensions, or on a plane in a wider one.

#[cfg(feature = "page")]
use super::grid::Patches;
use crate::analysis::{Caveat, Plane, View};
#[cfg(feature = "page")]
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
    /// The last outputs of the layer.
    hidden: Matrix,
    /// What is shown of them, if a plane shows it.
    units: Matrix,
    /// Whether units of the samples are other than the outputs of the layer, which these do not lead back to.
    pub(super) is_one_way: bool,
}

impl<'a> Lens<'a> {
    pub(super) fn new(model: &'a dyn Forward, view: View<'a>) -> Result<Self> {
        let count = checked::layer_names(model)?.len();
        let (depth, empty) = (view.depth(model)?, || Matrix::zeros(0, 0));
        Ok(Self { model, depth, count, view, hidden: empty(), units: empty(), is_one_way: false })
    }

    /// Leaves in `seen` where the plane of the view shows inputs.
    pub(super) fn show(&mut self, inputs: &Matrix, seen: &mut Matrix) -> Result<()> {
        checked::layers_into(self.model, inputs, 0..self.depth, &mut self.hidden)?;
        self.show_units(seen)
    }

    /// Leaves in `seen` where the plane of the view shows samples, and finds out whether their units are their outputs.
    pub(super) fn show_samples(&mut self, inputs: &Matrix, seen: &mut Matrix) -> Result<()> {
        self.show(inputs, seen)?;
        self.compare(seen);
        Ok(())
    }

    /// The same of the layer's activations.
    #[cfg(feature = "page")]
    pub(super) fn see(&mut self, activations: &Matrix, seen: &mut Matrix) -> Result<()> {
        self.hidden.clone_from(activations);
        self.show_units(seen)?;
        self.compare(seen);
        Ok(())
    }

    fn show_units(&mut self, seen: &mut Matrix) -> Result<()> {
        let units = match self.depth.checked_sub(1) {
            Some(layer) => checked::units(self.model, layer, self.hidden.clone())?,
            None => self.hidden.clone(),
        };
        let Some(plane) = self.view.plane() else {
            *seen = units;
            return self.expect_two_units(seen);
        };
        self.units = units;
        plane.project_into(&self.units, seen)
    }

    /// Bit for bit: samples of a run that diverged are NaN.
    fn compare(&mut self, seen: &Matrix) {
        let units = if self.view.plane().is_some() { &self.units } else { seen };
        let same = |(one, other): (&f32, &f32)| one.to_bits() == other.to_bits();
        self.is_one_way = units.shape() != self.hidden.shape() || !units.iter().zip(self.hidden.iter()).all(same);
    }

    /// That other units than the layer's outputs are shown, and whether they have no boundary therefore.
    pub(super) fn caveats(&self, has_none: bool) -> Vec<Caveat> {
        let Some(layer) = self.view.layer().filter(|_| self.is_one_way) else { return Vec::new() };
        let (units, outputs) = (if self.view.plane().is_some() { self.units.ncols() } else { 2 }, self.hidden.ncols());
        let shown = Caveat::Units { layer: layer.to_owned(), units, outputs };
        [shown].into_iter().chain(has_none.then(|| Caveat::boundary_of_units(layer))).collect()
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

    /// Leaves the model's outputs at the inputs that the last `show` was of.
    pub(super) fn outputs(&self, outputs: &mut Matrix) -> Result<()> {
        checked::layers_into(self.model, &self.hidden, self.rest(), outputs)
    }

    /// The share of the variance of the last units that the plane has.
    pub(super) fn explained_variance_ratio(&self) -> Result<f64> {
        self.view.plane().map_or(Ok(1.0), |plane| plane.explained_variance_ratio(&self.units))
    }

    /// The plane, if there is one, through the mean of the last units that are finite.
    pub(super) fn section(&self) -> Option<Result<Plane>> {
        let plane = self.view.plane()?;
        let mean: Vec<f32> = matrix::finite_rows(&self.units).row_mean().iter().copied().collect();
        Some(plane.moved_to(&mean))
    }
}

/// How far samples and bent grid reach along both axes of what a view shows, from what its layer puts out for the samples;
/// of the samples alone where there are other than two inputs, and no grid to bend.
#[cfg(feature = "page")]
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

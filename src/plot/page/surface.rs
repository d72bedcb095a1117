//! What one unit of a layer makes of the inputs, over the plane on which they are seen.

use super::{
    arrays::Arrays,
    lattice::Lattice,
    plane::{Ends, ends_of},
};
use crate::{Error, Forward, Matrix, Result, analysis::View, math::matrix, model::checked, plot::run::settings::Input};

/// The values of a unit over a plane of inputs.
pub(crate) struct Surface {
    side: usize,
    every: usize,
    points: Matrix,
    values: Vec<f32>,
}

impl Surface {
    /// Of a unit of a layer, as [`Forward::units`] shows it, between these ends of the plane.
    pub(crate) fn of(model: &dyn Forward, input: &Input, layer: &str, unit: usize, ends: Ends) -> Result<Self> {
        let depth = View::of(layer).depth(model)?;
        let lattice = Lattice::around(ends, ends_of(&input.grid))?;
        let grid = lattice.grid();
        grid.check()?;
        let points = grid.all_points();
        let inputs = input.plane.as_ref().map_or_else(|| Ok(points.clone()), |plane| plane.embed(&points))?;
        let outputs = checked::layers(model, &inputs, 0..depth)?;
        let units = checked::units(model, depth.saturating_sub(1), outputs)?;
        let Some(values) = matrix::column(&units, unit) else {
            let expected = format!("below {}, the number of units of {layer:?}", units.ncols());
            return Err(Error::invalid("the unit of a surface", expected, unit));
        };
        Ok(Self { side: grid.side(), every: lattice.every, values: values.to_vec(), points })
    }

    /// How many points are along a side, and every so many are a line; x of all points, then y; and the values.
    pub(crate) fn to_answer(&self) -> Vec<u8> {
        let mut arrays = Arrays::of_one_epoch();
        arrays.u32(&[self.side as u32, self.every as u32], 1);
        arrays.f32(self.points.as_slice(), 1);
        arrays.f32(&self.values, 1);
        arrays.to_answer()
    }
}

//! A part of a plane, seen closer: what is predicted there is computed anew, as fine as the whole was.

use super::{
    arrays::Arrays,
    lattice::{self, Lattice},
    plane::{self, BENT, Ends, STRAIGHT, ends_of},
    plane_part::PlanePart,
};
use crate::{
    Forward, Matrix, Result,
    plot::{
        RunPlots,
        run::{epoch_data::EpochData, settings::Input},
    },
};

/// A grid over a part of a plane, straight or bent, and what is predicted at its points.
pub(crate) struct CloseUp {
    /// Points along a side; 0 where no part of the grid comes near.
    side: usize,
    /// Every so many rows and columns are a line.
    every: usize,
    /// Where they lie.
    points: Matrix,
    part: PlanePart,
}

impl CloseUp {
    /// Of the space of the inputs.
    pub(crate) fn among_inputs<'a, M: Forward>(
        plots: &RunPlots<'a, M>,
        at: &EpochData<'_, 'a, M>,
        input: &Input,
        ends: Ends,
    ) -> Result<Self> {
        let lattice = Lattice::around(ends, ends_of(&input.grid))?;
        let grid = lattice.grid();
        let part = PlanePart::on_map(plots, at, &input.map(at.snapshot, &grid)?)?;
        Ok(Self { side: grid.side(), every: lattice.every, points: grid.all_points(), part })
    }

    /// Of the space of the hidden layer that is looked into.
    pub(crate) fn hidden<'a, M: Forward>(
        plots: &RunPlots<'a, M>,
        at: &EpochData<'_, 'a, M>,
        ends: Ends,
    ) -> Result<Self> {
        lattice::check(ends)?;
        let straight = plane::grid(ends.map(|[low, high]| low..=high));
        if let Some(map) = plots.map_behind(at.snapshot, &straight)? {
            let part = PlanePart::on_map(plots, at, &map)?;
            return Ok(Self { side: STRAIGHT, every: STRAIGHT - 1, points: straight.all_points(), part });
        }
        match lattice_of_inputs(plots, at, ends)? {
            Some(lattice) => Self::bent(plots, at, &lattice),
            None => Ok(Self { side: 0, every: 1, points: Matrix::zeros(0, 2), part: PlanePart::default() }),
        }
    }

    /// The inputs that a piece of a lattice has, bent into the space.
    fn bent<'a, M: Forward>(plots: &RunPlots<'a, M>, at: &EpochData<'_, 'a, M>, inputs: &Lattice) -> Result<Self> {
        let grid = inputs.grid();
        let space = at.feature_space(&grid)?;
        let part = PlanePart::bent(plots, at, &space, &grid)?;
        Ok(Self { side: grid.side(), every: inputs.every, points: space.region, part })
    }

    /// The arrays of it, one behind the other: how many points are along a side, and every so many are a line; x of all points, then
    /// y, as `f32`; the scores; of each line its first point and the number of all points, and those, x of all and then y, as `f32`;
    /// the level of each line.
    pub(crate) fn to_answer(&self) -> Vec<u8> {
        let mut arrays = Arrays::of_one_epoch();
        let PlanePart { scores, lines, levels } = &self.part;
        arrays.u32(&[self.side as u32, self.every as u32], 1);
        arrays.f32(self.points.as_slice(), 1);
        arrays.u16(scores, 1);
        let ends = lines.iter().scan(0, |end, line| {
            *end += line.nrows() as u32;
            Some(*end)
        });
        arrays.u32(&[0].into_iter().chain(ends).collect::<Vec<_>>(), 1);
        let along =
            |axis: usize| lines.iter().flat_map(move |line| line.column(axis).iter().copied().collect::<Vec<_>>());
        arrays.f32(&along(0).chain(along(1)).collect::<Vec<_>>(), 1);
        arrays.u8(levels, 1);
        arrays.to_answer()
    }
}

/// The piece of the lattice over two inputs that is bent to where it is seen between these ends; none if no cell of the usual grid
/// comes near, or there is no such grid.
fn lattice_of_inputs<'a, M: Forward>(
    plots: &RunPlots<'a, M>,
    at: &EpochData<'_, 'a, M>,
    ends: Ends,
) -> Result<Option<Lattice>> {
    let grid = plots.settings.grid.clone().points(BENT);
    let region = at.feature_space(&grid)?.region;
    if region.nrows() == 0 {
        return Ok(None);
    }
    let (x, y) = grid.axes();
    let seen: Vec<[usize; 2]> = cells().filter(|cell| is_seen(&region, *cell, ends)).collect();
    // What lies between the corners of a cell may be bent out of their box: its neighbors are taken along.
    let around = |axis: usize, places: &[f32]| {
        let of_cells = || seen.iter().map(|cell| cell[axis]);
        let (first, last) = (of_cells().min()?.saturating_sub(1), (of_cells().max()? + 2).min(BENT - 1));
        Some([f64::from(places[first]), f64::from(places[last])])
    };
    let Some(inputs) = around(0, &x).zip(around(1, &y)) else { return Ok(None) };
    Lattice::around(inputs.into(), ends_of(&plots.settings.grid)).map(|lattice| Some(lattice.finer()))
}

/// The cells of the usual grid, by their first corner: column, row.
fn cells() -> impl Iterator<Item = [usize; 2]> {
    (0..BENT - 1).flat_map(|row| (0..BENT - 1).map(move |column| [column, row]))
}

/// Whether the box around the corners of a cell meets what lies between the ends.
fn is_seen(region: &Matrix, [column, row]: [usize; 2], ends: Ends) -> bool {
    let first = row * BENT + column;
    let corners = [first, first + 1, first + BENT, first + BENT + 1];
    (0..2).all(|axis| {
        let places = || corners.iter().map(|&corner| f64::from(region[(corner, axis)]));
        places().any(|place| place <= ends[axis][1]) && places().any(|place| place >= ends[axis][0])
    })
}

//! A plane of the page at one epoch: where samples, grid and boundary are, and what must be known to read it.

use std::ops::RangeInclusive;

use super::{arrays::Quantizer, plane_part::PlanePart};
use crate::{
    Forward, Matrix, Result,
    analysis::{FeatureSpace, Grid, Polyline},
    math::stats::{self, Extent},
    plot::{
        Axis, Panel, RunPlots,
        run::{epoch_data::EpochData, task::Task},
    },
};

/// Points along a side of the grid that is bent, and of that over the inputs.
pub(crate) const BENT: usize = 41;
pub(crate) const STRAIGHT: usize = 61;
/// An epoch that takes up less than this share of an axis has a scale of its own: on that of the run it would be some steps.
const SPECK: f64 = 1.0 / 16.0;

/// The ends of two axes.
pub(crate) type Ends = [[f64; 2]; 2];

/// A plane at one epoch.
#[derive(Clone, Default)]
pub(crate) struct PlaneFrame {
    /// x of all samples, then y.
    pub(crate) samples: Vec<u16>,
    pub(crate) grid: Vec<u16>,
    pub(crate) scores: Vec<u16>,
    pub(crate) boundary: Vec<Vec<[u16; 2]>>,
    /// Of each of these lines, which level of a number it is of; empty where they part classes.
    pub(crate) levels: Vec<u8>,
    /// What the places are between, where those are not the axes of the run.
    pub(crate) scale: Option<Ends>,
    /// The words of the panel.
    pub(crate) words: [String; 3],
    /// What must be known to read this epoch.
    pub(crate) notes: Vec<String>,
}

impl PlaneFrame {
    /// The space of the hidden layer that is looked into; nothing where there is none.
    pub(crate) fn hidden<'a, M: Forward>(
        plots: &RunPlots<'a, M>,
        at: &EpochData<'_, 'a, M>,
        shown: &[usize],
    ) -> Result<Self> {
        if !plots.has_feature_space() {
            return Ok(Self::default());
        }
        let space = at.feature_space(&plots.settings.grid.clone().points(BENT))?;
        let axes = plots.ranges_of_space();
        let own = own_scale(axes.clone(), Extent::of(&space.samples).and(Extent::of(&space.region)));
        let scale = own.map_or_else(|| quantizers(axes.clone()), |ends| ends.map(between));
        let all: Vec<usize> = (0..space.region.nrows()).collect();
        let ends = own.filter(|_| at.task() == Task::Numbers).map_or(axes, ranges);
        let plane = Self::of_part(Self::in_space(plots, at, &space, ends)?, scale);
        let plane = plane.saying(plots.in_space(empty(""), &space));
        let (samples, grid) = (places(&space.samples, shown, scale), places(&space.region, &all, scale));
        Ok(Self { samples, grid, scale: own, ..plane })
    }

    fn in_space<'a, M: Forward>(
        plots: &RunPlots<'a, M>,
        at: &EpochData<'_, 'a, M>,
        space: &FeatureSpace,
        ends: [RangeInclusive<f64>; 2],
    ) -> Result<PlanePart> {
        match plots.map_behind(at.snapshot, &grid(ends))? {
            // The boundary of the space reaches as far as the samples do, beyond the axes too.
            Some(map) if at.task() == Task::Classes => {
                Ok(PlanePart { lines: space.boundary.clone(), ..PlanePart::on_map(plots, at, &map)? })
            }
            Some(map) => PlanePart::on_map(plots, at, &map),
            None => PlanePart::bent(plots, at, space, &plots.settings.grid.clone().points(STRAIGHT)),
        }
    }

    /// The space of the inputs; nothing where there are less than two.
    pub(crate) fn input<'a, M: Forward>(plots: &RunPlots<'a, M>, at: &EpochData<'_, 'a, M>) -> Result<Self> {
        let Some(input) = &plots.settings.input else { return Ok(Self::default()) };
        let (map, scale) = (input.map(at.snapshot, &input.grid.clone().points(STRAIGHT))?, input_scale(&input.grid));
        let title = if at.task() == Task::Numbers { "Levels" } else { BOUNDARY };
        let plane = Self::of_part(PlanePart::on_map(plots, at, &map)?, scale);
        let [x, y] = ranges(ends_of(&input.grid));
        Ok(plane.saying(plots.among_inputs(empty(title).within(x, y), input, at)?))
    }

    fn of_part(part: PlanePart, scale: [Quantizer; 2]) -> Self {
        Self { scores: part.scores, boundary: lines(&part.lines, scale), levels: part.levels, ..Self::default() }
    }

    /// With the words and the notes of a panel.
    fn saying(self, panel: Panel) -> Self {
        Self { words: [panel.title, panel.x.label, panel.y.label], notes: panel.notes, ..self }
    }
}

/// What the panel of the boundary is called in the pictures.
const BOUNDARY: &str = "Decision boundary";

/// A panel without marks, to be given words.
fn empty(title: &str) -> Panel {
    Panel::new(title, Axis::new("", 0.0..=1.0), Axis::new("", 0.0..=1.0))
}

/// A grid between these ends.
pub(crate) fn grid([x, y]: [RangeInclusive<f64>; 2]) -> Grid {
    let [x, y] = [x, y].map(|range| *range.start() as f32..=*range.end() as f32);
    Grid::new(x, y).points(STRAIGHT)
}

fn ranges(ends: Ends) -> [RangeInclusive<f64>; 2] {
    ends.map(|[low, high]| low..=high)
}

pub(crate) fn input_scale(grid: &Grid) -> [Quantizer; 2] {
    ends_of(grid).map(between)
}

/// What a grid lies between.
pub(crate) fn ends_of(grid: &Grid) -> Ends {
    [grid.x(), grid.y()].map(|range| [f64::from(*range.start()), f64::from(*range.end())])
}

fn quantizers(ranges: [RangeInclusive<f64>; 2]) -> [Quantizer; 2] {
    ranges.map(|range| between([*range.start(), *range.end()]))
}

fn between([low, high]: [f64; 2]) -> Quantizer {
    Quantizer::between(low, high)
}

/// The ends of an epoch's own scale, where on that of the run it would be a speck, or beyond the ends.
fn own_scale(run: [RangeInclusive<f64>; 2], epoch: Extent) -> Option<Ends> {
    let own = [epoch.x, epoch.y];
    let fits = |i: usize| own[i].is_none_or(|(low, high)| fits(&run[i], low.into(), high.into()));
    let ends = |i: usize| match own[i].filter(|_| !fits(i)) {
        Some((low, high)) => stats::widened(low.into(), high.into(), 0.02, 0.5).into_inner(),
        None => (*run[i].start(), *run[i].end()),
    };
    let other = !(fits(0) && fits(1));
    other.then(|| [0, 1].map(ends).map(|(low, high)| [low, high]))
}

/// Whether what lies between two numbers is seen on an axis. A single place is, wherever it is.
fn fits(axis: &RangeInclusive<f64>, low: f64, high: f64) -> bool {
    let is_speck = high > low && high - low < SPECK * (axis.end() - axis.start());
    axis.contains(&low) && axis.contains(&high) && !is_speck
}

/// x of these rows, then y.
fn places(points: &Matrix, rows: &[usize], scale: [Quantizer; 2]) -> Vec<u16> {
    let along = |axis: usize| rows.iter().map(move |&row| scale[axis].of(points[(row, axis)].into()));
    along(0).chain(along(1)).collect()
}

fn lines(lines: &[Polyline], scale: [Quantizer; 2]) -> Vec<Vec<[u16; 2]>> {
    let line = |line: &Polyline| line.row_iter().map(|at| [0, 1].map(|axis| scale[axis].of(at[axis].into()))).collect();
    lines.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_epoch_that_is_a_speck_or_beyond_the_axes_has_a_scale_of_its_own() {
        let run = || [0.0..=100.0, 0.0..=1.0];
        let own = |x: (f32, f32), y: (f32, f32)| own_scale(run(), Extent { x: Some(x), y: Some(y) });
        assert_eq!(own((0.0, 10.0), (0.0, 1.0)), None);
        assert_eq!(own((3.0, 3.0), (0.5, 0.5)), None, "one place");
        let [x, y] = own((1.0, 2.0), (0.0, 1.0)).unwrap();
        assert!(x[0] > 0.9 && x[1] < 2.1 && y == [0.0, 1.0], "{x:?}");
        assert!(own((0.0, 110.0), (0.0, 1.0)).unwrap()[0][1] > 110.0);
        assert_eq!(own_scale(run(), Extent::default()), None, "nowhere");
    }
}

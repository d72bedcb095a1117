//! A plane of the page at one epoch: where samples, grid and boundary are, and what must be known to read it.

use std::ops::RangeInclusive;

use super::{arrays::Quantizer, tints};
use crate::{
    Forward, Matrix, Result,
    analysis::{DecisionBoundary, FeatureSpace, Grid, Polyline},
    math::stats::{self, Extent},
    plot::{
        Axis, Panel, RunPlots,
        panel::levels::Levels,
        run::{epoch_data::EpochData, settings::Input, task::Task},
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
        let plane = match at.task() {
            Task::Numbers => Self::with_levels(&levels_in_space(plots, at, own.map_or(axes, ranges))?, scale),
            Task::Labels => Self::of_label_in_space(plots, at, &space, scale)?,
            Task::Classes => {
                let map = plots.map_behind(at.snapshot, &grid(axes))?;
                let scores = map.as_ref().map_or_else(|| scores_of(&space), scores_on);
                Self { scores, boundary: lines(&space.boundary, scale), ..Self::default() }
            }
        };
        let plane = plane.saying(plots.in_space(empty(""), &space));
        let (samples, grid) = (places(&space.samples, shown, scale), places(&space.region, &all, scale));
        Ok(Self { samples, grid, scale: own, ..plane })
    }

    /// What is predicted of the label that is shown: behind two inputs by the bent grid, else by the space.
    fn of_label_in_space<'a, M: Forward>(
        plots: &RunPlots<'a, M>,
        at: &EpochData<'_, 'a, M>,
        space: &FeatureSpace,
        scale: [Quantizer; 2],
    ) -> Result<Self> {
        if let Some(map) = plots.map_behind(at.snapshot, &grid(plots.ranges_of_space()))? {
            let map = at.label_map(&map)?;
            return Ok(Self { scores: scores_on(&map), boundary: lines(&map.boundary, scale), ..Self::default() });
        }
        let scores = scores_of(&at.label_space(space)?);
        let boundary = match inputs_that_bend(plots) {
            Some(input) => at.bent_label_map(&input.map(at.snapshot, &input.grid.clone().points(STRAIGHT))?)?.boundary,
            None => Vec::new(),
        };
        Ok(Self { scores, boundary: lines(&boundary, scale), ..Self::default() })
    }

    /// The space of the inputs; nothing where there are less than two.
    pub(crate) fn input<'a, M: Forward>(plots: &RunPlots<'a, M>, at: &EpochData<'_, 'a, M>) -> Result<Self> {
        let Some(input) = &plots.settings.input else { return Ok(Self::default()) };
        let (map, scale) = (input.map(at.snapshot, &input.grid.clone().points(STRAIGHT))?, input_scale(&input.grid));
        let (plane, title) = match at.task() {
            Task::Numbers => (Self::with_levels(&levels(plots)?.lines(&map, plots.settings.output)?, scale), "Levels"),
            Task::Labels => (Self::on_map(&at.label_map(&map)?, scale), BOUNDARY),
            Task::Classes => (Self::on_map(&map, scale), BOUNDARY),
        };
        let [x, y] = [input.grid.x(), input.grid.y()].map(|range| (*range.start()).into()..=(*range.end()).into());
        Ok(plane.saying(plots.among_inputs(empty(title).within(x, y), input, at)?))
    }

    fn on_map(map: &DecisionBoundary, scale: [Quantizer; 2]) -> Self {
        Self { scores: scores_on(map), boundary: lines(&map.boundary, scale), ..Self::default() }
    }

    /// The lines of each level.
    fn with_levels(levels: &[Vec<Polyline>], scale: [Quantizer; 2]) -> Self {
        let all = levels.iter().zip(0..).flat_map(|(of, level)| of.iter().map(move |_| level));
        let boundary = levels.iter().flat_map(|of| lines(of, scale)).collect();
        Self { levels: all.collect(), boundary, ..Self::default() }
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

/// The levels of the output that is shown.
pub(crate) fn levels<M>(plots: &RunPlots<'_, M>) -> Result<Levels> {
    Levels::of_output(plots.data, plots.settings.output)
}

/// The lines of each level in the hidden space: of the space itself, or else those among two inputs, bent.
fn levels_in_space<'a, M: Forward>(
    plots: &RunPlots<'a, M>,
    at: &EpochData<'_, 'a, M>,
    axes: [RangeInclusive<f64>; 2],
) -> Result<Vec<Vec<Polyline>>> {
    let (levels, output) = (levels(plots)?, plots.settings.output);
    if let Some(map) = plots.map_behind(at.snapshot, &grid(axes))? {
        return levels.lines(&map, output);
    }
    let Some(input) = inputs_that_bend(plots) else { return Ok(Vec::new()) };
    let straight = levels.lines(&input.map(at.snapshot, &input.grid.clone().points(STRAIGHT))?, output)?;
    straight.iter().map(|of| of.iter().map(|line| at.bent(line)).collect()).collect()
}

/// Two inputs, whose lines can be bent into the space.
fn inputs_that_bend<'p, M>(plots: &'p RunPlots<'_, M>) -> Option<&'p Input> {
    plots.settings.input.as_ref().filter(|input| input.plane.is_none())
}

fn scores_on(map: &DecisionBoundary) -> Vec<u16> {
    tints::scores(&map.outputs, map.kind, map.threshold)
}

fn scores_of(space: &FeatureSpace) -> Vec<u16> {
    tints::scores(&space.outputs, space.kind, space.threshold)
}

/// A grid between these ends.
fn grid([x, y]: [RangeInclusive<f64>; 2]) -> Grid {
    let [x, y] = [x, y].map(|range| *range.start() as f32..=*range.end() as f32);
    Grid::new(x, y).points(STRAIGHT)
}

fn ranges(ends: Ends) -> [RangeInclusive<f64>; 2] {
    ends.map(|[low, high]| low..=high)
}

pub(crate) fn input_scale(grid: &Grid) -> [Quantizer; 2] {
    [grid.x(), grid.y()].map(|range| Quantizer::between((*range.start()).into(), (*range.end()).into()))
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

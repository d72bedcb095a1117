//! A plane of the page at one epoch: where samples, grid and boundary are, and what must be known to read it.

use std::ops::RangeInclusive;

use super::{arrays::Quantizer, tints};
use crate::{
    Forward, Matrix, Result,
    analysis::{Grid, Polyline},
    math::stats::{self, Extent},
    plot::{RunPlots, run::epoch_data::EpochData},
};

/// Points along a side of the grid that is bent, and of that over the inputs.
pub(crate) const BENT: usize = 41;
pub(crate) const STRAIGHT: usize = 61;
/// An epoch that takes up less than this share of an axis has a scale of its own: on that of the run it would be some steps.
const SPECK: f64 = 1.0 / 16.0;

/// The ends of two axes.
pub(crate) type Ends = [[f64; 2]; 2];

/// A plane at one epoch.
#[derive(Default)]
pub(crate) struct PlaneFrame {
    /// x of all samples, then y.
    pub(crate) samples: Vec<u16>,
    pub(crate) grid: Vec<u16>,
    pub(crate) scores: Vec<u16>,
    pub(crate) boundary: Vec<Vec<[u16; 2]>>,
    /// What the places are between, where those are not the axes of the run.
    pub(crate) scale: Option<Ends>,
    /// What must be known to read this epoch.
    pub(crate) note: String,
}

impl PlaneFrame {
    /// The space of the hidden layer that is looked into; nothing where there is none.
    pub(crate) fn hidden<'a, M: Forward + Sync>(
        plots: &RunPlots<'a, M>,
        at: &EpochData<'_, 'a, M>,
        shown: &[usize],
    ) -> Result<Self> {
        if !plots.has_feature_space() {
            return Ok(Self::default());
        }
        let space = at.feature_space(&plots.settings.grid.clone().points(BENT))?;
        let own = own_scale(plots.limits.hidden.ranges(), Extent::of(&space.samples).and(Extent::of(&space.region)));
        let scale = own.map_or_else(|| quantizers(plots.limits.hidden.ranges()), |ends| ends.map(between));
        let all: Vec<usize> = (0..space.region.nrows()).collect();
        let scores = match &plots.map_behind(at.snapshot, STRAIGHT)? {
            Some(map) => tints::scores(&map.outputs, map.kind, map.threshold),
            None => tints::scores(&space.outputs, space.kind, space.threshold),
        };
        Ok(Self {
            samples: places(&space.samples, shown, scale),
            grid: places(&space.region, &all, scale),
            scores,
            boundary: lines(&space.boundary, scale),
            scale: own,
            note: notes([
                share(space.explained_variance_ratio, plots.data.features()),
                unknown("place", not_finite(&space.samples)).or(unknown("output", undecided(at)?)),
            ]),
        })
    }

    /// The space of the inputs; nothing where there are less than two.
    pub(crate) fn input<M: Forward + Sync>(plots: &RunPlots<'_, M>, at: &EpochData<'_, '_, M>) -> Result<Self> {
        let Some(input) = &plots.settings.input else { return Ok(Self::default()) };
        let map = input.map(at.snapshot, &input.grid.clone().points(STRAIGHT))?;
        let boundary = lines(&map.boundary, input_scale(&input.grid));
        let scores = tints::scores(&map.outputs, map.kind, map.threshold);
        Ok(Self { scores, boundary, note: notes([unknown("output", undecided(at)?)]), ..Self::default() })
    }
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

/// How many points have a coordinate that is no number.
fn not_finite(points: &Matrix) -> usize {
    points.row_iter().filter(|row| !row.iter().all(|x| x.is_finite())).count()
}

/// For how many samples no class is predicted.
fn undecided<M: Forward>(at: &EpochData<'_, '_, M>) -> Result<usize> {
    Ok(at.predicted_classes()?.iter().filter(|class| class.is_none()).count())
}

/// That a plane shows a part only. Behind two inputs all that is drawn is projected; behind more the boundary is cut.
fn share(ratio: f64, features: usize) -> Option<String> {
    let how = if features == 2 { "projection" } else { "slice" };
    let is_part = ratio.is_nan() || ratio < 1.0;
    is_part.then(|| format!("{how}: {} of the variance of this epoch is seen", percent(ratio)))
}

/// A share to be read.
pub(crate) fn percent(ratio: f64) -> String {
    match ratio * 100.0 {
        percent if percent.is_nan() => "an unknown share".into(),
        percent if percent < 9.95 || percent > 99.0 && percent < 100.0 => format!("{percent:.1} %"),
        percent => format!("{percent:.0} %"),
    }
}

/// Why samples are missing in a panel.
fn unknown(what: &str, samples: usize) -> Option<String> {
    match samples {
        0 => None,
        1 => Some(format!("the {what} of 1 sample is not a number")),
        _ => Some(format!("the {what}s of {samples} samples are not numbers")),
    }
}

fn notes<const N: usize>(notes: [Option<String>; N]) -> String {
    notes.into_iter().flatten().collect::<Vec<_>>().join("; ")
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

    #[test]
    fn shares_of_the_variance_are_read_as_percents() {
        let read = [0.284, 0.0123, 0.9994, 1.0, f64::NAN].map(percent);
        assert_eq!(read, ["28 %", "1.2 %", "99.9 %", "100 %", "an unknown share"]);
    }
}

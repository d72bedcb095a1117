//! The planes of a run as the page holds them.

use super::{
    arrays::{Array, Arrays, Quantizer},
    frame::Frame,
    notes::Notes,
    plane::{BENT, Ends, PlaneFrame, STRAIGHT, ends_of, input_scale},
    plane_data::{BoundaryData, GridData, PlaneData},
    samples::Samples,
};
use crate::{
    Forward,
    plot::{RunPlots, run::task::Task},
};

/// How many lines run along each axis of a grid.
const LINES: usize = 11;

/// The space of the inputs, where there are two or more.
pub(crate) fn input<M>(
    plots: &RunPlots<'_, M>,
    frames: &[Frame],
    samples: &Samples,
    arrays: &mut Arrays,
) -> Option<PlaneData> {
    let input = plots.settings.input.as_ref()?;
    let scale = input_scale(&input.grid);
    let along =
        |axis: usize| samples.rows.iter().map(move |&row| scale[axis].of_place(input.samples[(row, axis)].into()));
    let points: Vec<u16> = along(0).chain(along(1)).collect();
    let planes: Vec<&PlaneFrame> = frames.iter().map(|frame| &frame.input).collect();
    let [x, y] = ends_of(&input.grid);
    let [title, x_label, y_label] = words(&planes);
    Some(PlaneData {
        title,
        x_label,
        y_label,
        x,
        y,
        points: arrays.u16(&points, 0),
        still: true,
        scales: Vec::new(),
        notes: Notes::of(planes.iter().map(|plane| &plane.notes)),
        grid: has_tints(plots).then(|| straight_grid((STRAIGHT - 1) / (LINES - 1), &planes, arrays)),
        boundary: boundary(plots, &planes, arrays),
    })
}

/// Whether there is something to be predicted of every place, and not a number.
fn has_tints<M>(plots: &RunPlots<'_, M>) -> bool {
    plots.settings.task != Task::Numbers
}

/// Title and labels, which are the same at every epoch.
fn words(planes: &[&PlaneFrame]) -> [String; 3] {
    planes.first().map(|plane| plane.words.clone()).unwrap_or_default()
}

/// One for each epoch, or none where all are on the axes of the run.
fn scales(planes: &[&PlaneFrame]) -> Vec<Option<Ends>> {
    let scales: Vec<Option<Ends>> = planes.iter().map(|plane| plane.scale).collect();
    if scales.iter().all(Option::is_none) { Vec::new() } else { scales }
}

/// The space of the hidden layer that is looked into, where there is one of two units or more.
pub(crate) fn hidden<M: Forward>(plots: &RunPlots<'_, M>, frames: &[Frame], arrays: &mut Arrays) -> Option<PlaneData> {
    plots.settings.hidden.as_ref()?;
    let planes: Vec<&PlaneFrame> = frames.iter().map(|frame| &frame.hidden).collect();
    let grid = hidden_grid(&planes, arrays);
    let samples: Vec<u16> = planes.iter().flat_map(|plane| plane.samples.iter().copied()).collect();
    let [x, y] = plots.ranges_of_space().map(|range| [*range.start(), *range.end()]);
    let [title, x_label, y_label] = words(&planes);
    Some(PlaneData {
        title,
        x_label,
        y_label,
        x,
        y,
        points: arrays.u16(&samples, samples.len() / frames.len().max(1)),
        still: false,
        scales: scales(&planes),
        notes: Notes::of(planes.iter().map(|plane| &plane.notes)),
        grid,
        boundary: boundary(plots, &planes, arrays),
    })
}

fn hidden_grid(planes: &[&PlaneFrame], arrays: &mut Arrays) -> Option<GridData> {
    let points: Vec<u16> = planes.iter().flat_map(|plane| plane.grid.iter().copied()).collect();
    if !points.is_empty() {
        return Some(GridData {
            size: BENT,
            every: (BENT - 1) / (LINES - 1),
            points: arrays.u16(&points, 2 * BENT * BENT),
            still: false,
            scores: scores(planes, arrays),
        });
    }
    let has_scores = planes.iter().any(|plane| !plane.scores.is_empty());
    has_scores.then(|| straight_grid(STRAIGHT - 1, planes, arrays)) // Nothing is bent: no lines.
}

/// A grid from end to end of both axes, of which every so many rows are a line.
fn straight_grid(every: usize, planes: &[&PlaneFrame], arrays: &mut Arrays) -> GridData {
    let place = |i: usize| Quantizer::between(0.0, (STRAIGHT - 1) as f64).of(i as f64);
    let along = |axis: fn(usize) -> usize| (0..STRAIGHT * STRAIGHT).map(move |i| place(axis(i)));
    let points: Vec<u16> = along(|i| i % STRAIGHT).chain(along(|i| i / STRAIGHT)).collect();
    let (points, scores) = (arrays.u16(&points, 0), scores(planes, arrays));
    GridData { size: STRAIGHT, every, points, still: true, scores }
}

/// None where a number is predicted.
fn scores(planes: &[&PlaneFrame], arrays: &mut Arrays) -> Option<Array> {
    let scores: Vec<u16> = planes.iter().flat_map(|plane| plane.scores.iter().copied()).collect();
    (!scores.is_empty()).then(|| arrays.u16(&scores, scores.len() / planes.len().max(1)))
}

/// The lines of all epochs, one behind the other.
fn boundary<M>(plots: &RunPlots<'_, M>, planes: &[&PlaneFrame], arrays: &mut Arrays) -> BoundaryData {
    let (mut lines, mut starts, mut x, mut y) = (vec![0], vec![0], Vec::new(), Vec::new());
    for plane in planes {
        for line in &plane.boundary {
            x.extend(line.iter().map(|point| point[0]));
            y.extend(line.iter().map(|point| point[1]));
            starts.push(x.len() as u32);
        }
        lines.push(starts.len() as u32 - 1);
    }
    x.extend(y);
    let levels = || planes.iter().flat_map(|plane| plane.levels.iter().copied()).collect::<Vec<u8>>();
    BoundaryData {
        levels: (plots.settings.task == Task::Numbers).then(|| arrays.levels_of_lines(&levels())),
        lines: arrays.places_of_lines(&lines),
        starts: arrays.places_of_lines(&starts),
        points: arrays.lines(&x),
    }
}

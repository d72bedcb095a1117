//! The planes of a run as the page holds them.

use super::{
    arrays::{Array, Arrays, Quantizer},
    frame::{Frame, Samples},
    plane::{BENT, Ends, PlaneFrame, STRAIGHT, input_scale, percent},
    run_data::{BoundaryData, GridData, PlaneData},
};
use crate::{Dataset, Result, analysis::Plane, plot::RunPlots};

/// How many lines run along each axis of a grid.
const LINES: usize = 11;

/// The space of the inputs, where there are two or more.
pub(crate) fn input<M>(
    plots: &RunPlots<'_, M>,
    frames: &[Frame],
    samples: &Samples,
    arrays: &mut Arrays,
) -> Result<Option<PlaneData>> {
    let Some(input) = plots.settings.input.as_ref() else { return Ok(None) };
    let scale = input_scale(&input.grid);
    let along = |axis: usize| samples.rows.iter().map(move |&row| scale[axis].of(input.samples[(row, axis)].into()));
    let points: Vec<u16> = along(0).chain(along(1)).collect();
    let planes: Vec<&PlaneFrame> = frames.iter().map(|frame| &frame.input).collect();
    let [x, y] = [input.grid.x(), input.grid.y()].map(|range| [(*range.start()).into(), (*range.end()).into()]);
    let [x_label, y_label] = input.labels();
    Ok(Some(PlaneData {
        title: "Decision boundary".into(),
        x_label,
        y_label,
        x,
        y,
        points: arrays.u16(&points, 0),
        still: true,
        scales: Vec::new(),
        notes: input.plane.as_ref().map(|plane| slice(plane, plots.data)).transpose()?.into_iter().collect(),
        epoch_notes: epoch_notes(&planes),
        grid: Some(straight_grid((STRAIGHT - 1) / (LINES - 1), &planes, arrays)),
        boundary: boundary(&planes, arrays),
    }))
}

/// That more than two inputs are seen on a plane.
fn slice(plane: &Plane, data: &Dataset) -> Result<String> {
    let share = percent(plane.explained_variance_ratio(data.inputs())?);
    Ok(format!("slice: {share} of the variance of {} inputs is seen", data.features()))
}

/// One for each epoch, or none where no epoch has one.
fn epoch_notes(planes: &[&PlaneFrame]) -> Vec<String> {
    let notes: Vec<String> = planes.iter().map(|plane| plane.note.clone()).collect();
    if notes.iter().all(String::is_empty) { Vec::new() } else { notes }
}

/// One for each epoch, or none where all are on the axes of the run.
fn scales(planes: &[&PlaneFrame]) -> Vec<Option<Ends>> {
    let scales: Vec<Option<Ends>> = planes.iter().map(|plane| plane.scale).collect();
    if scales.iter().all(Option::is_none) { Vec::new() } else { scales }
}

/// The space of the hidden layer that is looked into, where there is one of two units or more.
pub(crate) fn hidden<M>(plots: &RunPlots<'_, M>, frames: &[Frame], arrays: &mut Arrays) -> Option<PlaneData> {
    let hidden = plots.settings.hidden.as_ref()?;
    let planes: Vec<&PlaneFrame> = frames.iter().map(|frame| &frame.hidden).collect();
    let grid = hidden_grid(&planes, arrays);
    let samples: Vec<u16> = planes.iter().flat_map(|plane| plane.samples.iter().copied()).collect();
    let [x, y] = plots.limits.hidden.ranges().map(|range| [*range.start(), *range.end()]);
    let [x_label, y_label] = hidden.labels();
    Some(PlaneData {
        title: format!("Feature space of {}", hidden.layer),
        x_label,
        y_label,
        x,
        y,
        points: arrays.u16(&samples, samples.len() / frames.len().max(1)),
        still: false,
        scales: scales(&planes),
        notes: Vec::new(),
        epoch_notes: epoch_notes(&planes),
        grid,
        boundary: boundary(&planes, arrays),
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

fn scores(planes: &[&PlaneFrame], arrays: &mut Arrays) -> Array {
    let scores: Vec<u16> = planes.iter().flat_map(|plane| plane.scores.iter().copied()).collect();
    arrays.u16(&scores, scores.len() / planes.len().max(1))
}

/// The lines of all epochs, one behind the other.
fn boundary(planes: &[&PlaneFrame], arrays: &mut Arrays) -> BoundaryData {
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
    BoundaryData { lines: arrays.u32(&lines, 0), starts: arrays.u32(&starts, 0), points: arrays.u16(&x, 0) }
}

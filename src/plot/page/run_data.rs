//! One run as the page holds it.

use serde_json::{Value, json};

use super::arrays::{Arrays, Losses, Quantizer};
use crate::{
    Error, Forward, Matrix, Result,
    analysis::{Grid, LayerDistribution, LayerFilter, Milestones, Polyline, Quantity, View},
    data::labels,
    math::stats,
    plot::{
        RunPlots,
        panel::{regions::Scores, violins},
    },
    replay::Snapshot,
};

/// Points along a side of the grid that is bent, and of that over the inputs.
const BENT: usize = 41;
const STRAIGHT: usize = 61;
/// How many lines run along each axis of both.
const LINES: usize = 11;
/// A byte tells a class, and 255 none.
const MAX_CLASSES: usize = 255;
/// At how many heights the width of a violin is told.
const HEIGHTS: usize = 32;

/// The run as JSON; its numbers go to the arrays.
pub(crate) fn run<M: Forward + Sync>(
    name: &str,
    plots: &RunPlots<'_, M>,
    most: usize,
    arrays: &mut Arrays,
) -> Result<Value> {
    if plots.class_names().len() > MAX_CLASSES {
        let expected = format!("at most {MAX_CLASSES}");
        return Err(Error::invalid("the number of classes on a page", expected, plots.class_names().len()));
    }
    let samples = Samples::of(plots, most)?;
    let frames = plots.run.map(|snapshot| Frame::of(plots, snapshot, &samples))?;
    let losses = bill(plots, &frames);
    let n = samples.rows.len();
    let join = |of: fn(&Frame) -> &[u8]| frames.iter().flat_map(|frame| of(frame).iter().copied()).collect::<Vec<u8>>();
    let probabilities: Vec<u16> = frames.iter().flat_map(|frame| frame.probabilities.iter().copied()).collect();
    let bills: Vec<u16> =
        frames.iter().flat_map(|frame| frame.losses.iter().map(|&loss| losses.of(loss.into()))).collect();
    let indices: Vec<u32> = samples.rows.iter().map(|&row| row as u32).collect();
    Ok(json!({
        "name": name,
        "epochs": plots.epochs(),
        "samples": n,
        "of": plots.data.samples(),
        "indices": arrays.u32(&indices),
        "class_names": plots.class_names(),
        "classes": arrays.u8(&samples.classes.iter().map(|&class| class as u8).collect::<Vec<_>>(), 0),
        "told": arrays.u8(&join(|frame| &frame.told), n),
        "probability": arrays.u16(&probabilities, n),
        "losses": arrays.u16(&bills, n),
        "loss_range": [losses.low, losses.high],
        "loss_name": plots.loss().to_string(),
        "input": input(plots, &frames, &samples, arrays),
        "hidden": hidden(plots, &frames, arrays),
        "curves": curves(plots),
        "milestones": milestones(&plots.milestones()?),
        "violins": violins_of(plots, arrays)?,
    }))
}

/// The samples that the page shows.
struct Samples {
    rows: Vec<usize>,
    classes: Vec<usize>,
}

impl Samples {
    /// All, or as many as the page has room for, at equal distances.
    fn of<M: Forward + Sync>(plots: &RunPlots<'_, M>, most: usize) -> Result<Self> {
        let (all, classes) = (plots.data.samples(), plots.data.classes()?);
        let shown = all.min(most.max(1));
        let rows: Vec<usize> = (0..shown).map(|i| (i as u128 * all as u128 / shown as u128) as usize).collect();
        Ok(Self { classes: rows.iter().map(|&row| classes[row]).collect(), rows })
    }
}

/// What is seen at one epoch.
struct Frame {
    told: Vec<u8>,
    probabilities: Vec<u16>,
    losses: Vec<f32>,
    hidden: PlaneData,
    input: PlaneData,
}

/// A plane at one epoch.
#[derive(Default)]
struct PlaneData {
    /// x of all samples, then y.
    samples: Vec<u16>,
    grid: Vec<u16>,
    scores: Vec<i16>,
    boundary: Vec<Vec<[u16; 2]>>,
}

impl Frame {
    fn of<M: Forward + Sync>(plots: &RunPlots<'_, M>, snapshot: &Snapshot<'_, M>, samples: &Samples) -> Result<Self> {
        let outputs = snapshot.outputs()?;
        let told = snapshot.predicted_classes(labels::THRESHOLD)?;
        let losses = snapshot.losses(plots.settings.loss)?;
        let probability = |(&row, &class): (&usize, &usize)| {
            let column = if outputs.ncols() == 2 { 1 } else { class.min(outputs.ncols() - 1) };
            Quantizer::between(0.0, 1.0).of(outputs[(row, column)].into())
        };
        Ok(Self {
            told: samples.rows.iter().map(|&row| told[row].map_or(255, |class| class as u8)).collect(),
            probabilities: samples.rows.iter().zip(&samples.classes).map(probability).collect(),
            losses: samples.rows.iter().map(|&row| losses[row]).collect(),
            hidden: PlaneData::hidden(plots, snapshot, samples)?,
            input: PlaneData::input(plots, snapshot)?,
        })
    }
}

impl PlaneData {
    fn hidden<M: Forward + Sync>(
        plots: &RunPlots<'_, M>,
        snapshot: &Snapshot<'_, M>,
        samples: &Samples,
    ) -> Result<Self> {
        let Some(hidden) = &plots.settings.hidden else { return Ok(Self::default()) };
        let space = snapshot.feature_space(hidden.view(), &plots.settings.grid.clone().points(BENT))?;
        let scale = hidden_scale(plots);
        let rows = |points: &Matrix, rows: &[usize]| -> Vec<u16> {
            let along = |axis: usize| rows.iter().map(move |&row| scale[axis].of(points[(row, axis)].into()));
            along(0).chain(along(1)).collect()
        };
        let all: Vec<usize> = (0..space.region.nrows()).collect();
        let behind = plots.map_behind(snapshot, STRAIGHT)?;
        let scores = scores(behind.as_ref().map_or(&space.outputs, |map| &map.outputs));
        let boundary = lines(&space.boundary, scale);
        Ok(Self { samples: rows(&space.samples, &samples.rows), grid: rows(&space.region, &all), scores, boundary })
    }

    fn input<M: Forward + Sync>(plots: &RunPlots<'_, M>, snapshot: &Snapshot<'_, M>) -> Result<Self> {
        let Some(input) = &plots.settings.input else { return Ok(Self::default()) };
        let grid = input.grid.clone().points(STRAIGHT);
        let map = match &input.plane {
            None => snapshot.decision_boundary(View::inputs(), &grid)?,
            Some(plane) => snapshot.decision_boundary(View::inputs().on(plane), &grid)?,
        };
        let scores = scores(&map.outputs);
        Ok(Self { scores, boundary: lines(&map.boundary, input_scale(&input.grid)), ..Self::default() })
    }
}

/// The axes that the hidden space is shown between.
fn hidden_scale<M>(plots: &RunPlots<'_, M>) -> [Quantizer; 2] {
    plots.reach.hidden.ranges().map(|range| Quantizer::between(*range.start(), *range.end()))
}

fn input_scale(grid: &Grid) -> [Quantizer; 2] {
    [grid.x(), grid.y()].map(|range| Quantizer::between((*range.start()).into(), (*range.end()).into()))
}

/// In sixteenths: for a single output by how much class 1 is ahead; for more how far each class is behind the one that is told.
fn scores(outputs: &Matrix) -> Vec<i16> {
    let scores = Scores::of(outputs);
    let sixteenths = |score: f64| (score * 16.0).round().clamp(-32_767.0, 32_767.0) as i16;
    let rows: Vec<Vec<i16>> = (0..outputs.nrows())
        .map(|point| {
            let at = scores.at(point);
            let best = at.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            match (scores.told(point), outputs.ncols()) {
                (None, kinds) => vec![i16::MIN; kinds],
                (Some(_), 1) => vec![sixteenths(at[1] - at[0])],
                (Some(_), _) => at.iter().map(|score| sixteenths(score - best)).collect(),
            }
        })
        .collect();
    (0..outputs.ncols()).flat_map(|kind| rows.iter().map(move |row| row[kind])).collect()
}

fn lines(lines: &[Polyline], scale: [Quantizer; 2]) -> Vec<Vec<[u16; 2]>> {
    let line = |line: &Polyline| line.row_iter().map(|at| [0, 1].map(|axis| scale[axis].of(at[axis].into()))).collect();
    lines.iter().map(line).collect()
}

/// The range of the losses that are not 0.
fn bill<M: Forward + Sync>(plots: &RunPlots<'_, M>, frames: &[Frame]) -> Losses {
    let losses = frames.iter().flat_map(|frame| &frame.losses).map(|&loss| f64::from(loss));
    let low = stats::finite_range(losses.filter(|loss| *loss > 0.0)).map(|(low, _)| low);
    let high = plots.reach.loss;
    Losses { low: low.filter(|low| *low < high).unwrap_or(high / 2.0), high }
}

fn input<M: Forward + Sync>(
    plots: &RunPlots<'_, M>,
    frames: &[Frame],
    samples: &Samples,
    arrays: &mut Arrays,
) -> Value {
    let Some(input) = &plots.settings.input else { return Value::Null };
    let scale = input_scale(&input.grid);
    let along = |axis: usize| samples.rows.iter().map(move |&row| scale[axis].of(input.samples[(row, axis)].into()));
    let (points, sights): (Vec<u16>, Vec<&PlaneData>) =
        (along(0).chain(along(1)).collect(), frames.iter().map(|frame| &frame.input).collect());
    let [x, y] = [input.grid.x(), input.grid.y()].map(|range| [*range.start(), *range.end()]);
    let [x_label, y_label] = input.labels();
    json!({
        "title": "Decision boundary",
        "x_label": x_label,
        "y_label": y_label,
        "x": x,
        "y": y,
        "points": arrays.u16(&points, 0),
        "still": true,
        "grid": straight_grid((STRAIGHT - 1) / (LINES - 1), &sights, arrays),
        "boundary": boundary(&sights, arrays),
    })
}

/// A grid from end to end of both axes, of which every so many rows are a line.
fn straight_grid(every: usize, sights: &[&PlaneData], arrays: &mut Arrays) -> Value {
    let place = |i: usize| Quantizer::between(0.0, (STRAIGHT - 1) as f64).of(i as f64);
    let along = |axis: fn(usize) -> usize| (0..STRAIGHT * STRAIGHT).map(move |i| place(axis(i)));
    let points: Vec<u16> = along(|i| i % STRAIGHT).chain(along(|i| i / STRAIGHT)).collect();
    json!({
        "size": STRAIGHT,
        "every": every,
        "points": arrays.u16(&points, 0),
        "still": true,
        "scores": all_scores(sights, arrays),
    })
}

fn hidden<M: Forward + Sync>(plots: &RunPlots<'_, M>, frames: &[Frame], arrays: &mut Arrays) -> Value {
    let Some(hidden) = &plots.settings.hidden else { return Value::Null };
    let sights: Vec<&PlaneData> = frames.iter().map(|frame| &frame.hidden).collect();
    let join =
        |of: fn(&PlaneData) -> &[u16]| sights.iter().flat_map(|&sight| of(sight).iter().copied()).collect::<Vec<u16>>();
    let (samples, grid) = (join(|sight| &sight.samples), join(|sight| &sight.grid));
    let [x, y] = plots.reach.hidden.ranges().map(|range| [*range.start(), *range.end()]);
    let [x_label, y_label] = hidden.labels();
    let grid = match (grid.is_empty(), sights.iter().all(|sight| sight.scores.is_empty())) {
        (true, true) => Value::Null,
        (true, false) => straight_grid(STRAIGHT - 1, &sights, arrays), // Nothing is bent: no lines.
        (false, _) => json!({
            "size": BENT,
            "every": (BENT - 1) / (LINES - 1),
            "points": arrays.u16(&grid, 2 * BENT * BENT),
            "still": false,
            "scores": all_scores(&sights, arrays),
        }),
    };
    json!({
        "title": format!("Feature space of {}", hidden.layer),
        "x_label": x_label,
        "y_label": y_label,
        "x": x,
        "y": y,
        "points": arrays.u16(&samples, samples.len() / frames.len().max(1)),
        "still": false,
        "grid": grid,
        "boundary": boundary(&sights, arrays),
    })
}

fn all_scores(sights: &[&PlaneData], arrays: &mut Arrays) -> Value {
    let scores: Vec<i16> = sights.iter().flat_map(|sight| sight.scores.iter().copied()).collect();
    arrays.i16(&scores, scores.len() / sights.len().max(1))
}

/// The lines of all epochs, one behind the other, and where those of each epoch and the points of each line begin.
fn boundary(sights: &[&PlaneData], arrays: &mut Arrays) -> Value {
    let (mut lines, mut starts, mut x, mut y) = (vec![0], vec![0], Vec::new(), Vec::new());
    for sight in sights {
        for line in &sight.boundary {
            x.extend(line.iter().map(|point| point[0]));
            y.extend(line.iter().map(|point| point[1]));
            starts.push(x.len() as u32);
        }
        lines.push(starts.len() as u32 - 1);
    }
    x.extend(y);
    json!({ "lines": arrays.u32(&lines), "starts": arrays.u32(&starts), "points": arrays.u16(&x, 0) })
}

/// Loss and accuracy over all samples, and what was logged of validation.
fn curves<M: Forward + Sync>(plots: &RunPlots<'_, M>) -> Vec<Value> {
    let values = |curve: &[(u64, f64)]| -> Vec<Option<f64>> {
        let at = |epoch: &u64| curve.binary_search_by_key(epoch, |point| point.0).ok().map(|i| curve[i].1);
        plots.epochs().iter().map(at).collect()
    };
    let told = |name: &str, curve: &[(u64, f64)]| json!({ "name": name, "values": values(curve) });
    let mut curves = vec![told("loss", &plots.reach.losses)];
    curves.extend((!plots.reach.accuracies.is_empty()).then(|| told("accuracy", &plots.reach.accuracies)));
    let replay = plots.run.replay();
    let logged = replay.metric_names().filter(|name| name.starts_with("val_"));
    curves.extend(logged.filter_map(|name| Some(told(name, &replay.curve(name)?))));
    curves
}

fn milestones(told: &Milestones) -> Vec<Value> {
    let row = |row: &crate::analysis::Milestone| {
        let text: Vec<String> = row.to_string().split_whitespace().map(str::to_owned).collect();
        json!({
            "epoch": row.epoch,
            "until": row.until,
            "kind": row.kind.name(),
            "subject": row.subject.to_string(),
            "text": text.join(" "),
        })
    };
    told.rows.iter().map(row).collect()
}

/// Of weights, z-values, activations and, if the model gives them, gradients.
fn violins_of<M: Forward + Sync>(plots: &RunPlots<'_, M>, arrays: &mut Arrays) -> Result<Vec<Value>> {
    let Some(&first) = plots.epochs().first() else { return Ok(Vec::new()) };
    let gradients = plots.run.at(first)?.model().as_backward().is_some();
    let mut quantities = vec![Quantity::weights(), Quantity::pre_activations(), Quantity::activations()];
    quantities.extend(gradients.then(|| Quantity::gradients(plots.loss())));
    quantities.into_iter().map(|quantity| violin(plots, quantity, arrays)).collect()
}

fn violin<M: Forward + Sync>(plots: &RunPlots<'_, M>, quantity: Quantity, arrays: &mut Arrays) -> Result<Value> {
    let violins = plots.violins(quantity, &LayerFilter::default())?;
    let epochs = plots.run.map(|snapshot| {
        let rows = violins.rows(snapshot)?;
        let widths = rows.iter().map(widths).collect::<Result<Vec<_>>>()?;
        Ok((violins::names(&rows), widths))
    })?;
    let names = epochs.first().map(|(names, _)| names.clone()).unwrap_or_default();
    let rows = || epochs.iter().flat_map(|(_, rows)| rows);
    let density: Vec<u8> = rows().flat_map(|row| row.density.iter().copied()).collect();
    let ends: Vec<f32> = rows().flat_map(|row| row.ends).collect();
    let medians: Vec<f32> = rows().map(|row| row.median).collect();
    Ok(json!({
        "quantity": quantity.name(),
        "rows": names,
        "range": [violins.limits().start(), violins.limits().end()],
        "density": arrays.u8(&density, names.len() * HEIGHTS),
        "ends": arrays.f32(&ends),
        "median": arrays.f32(&medians),
    }))
}

/// One violin.
struct Widths {
    density: Vec<u8>,
    ends: [f32; 2],
    median: f32,
}

fn widths(row: &LayerDistribution) -> Result<Widths> {
    let values = &row.distribution;
    let (low, high) = (values.min, values.max);
    let places: Vec<f64> = stats::linspace(low, high, HEIGHTS).collect();
    let density = if low.is_finite() && low < high {
        crate::analysis::Density::at(values.values(), &places)?.map_or_else(Vec::new, |density| density.density)
    } else {
        Vec::new()
    };
    let peak = density.iter().copied().fold(0.0, f64::max);
    let mut density: Vec<u8> = density.iter().map(|width| (width / peak * 255.0).round() as u8).collect();
    density.resize(HEIGHTS, 0);
    Ok(Widths { density, ends: [low as f32, high as f32], median: values.median() as f32 })
}

//! A run as the page holds it, out of what is shown at each epoch.

use super::{
    arrays::{Arrays, Losses, Quantizer},
    frame::{BENT, Frame, HEIGHTS, NO_CLASS, PlaneFrame, STRAIGHT, Samples, Violin, input_scale},
    run_data::{BoundaryData, CurveData, GridData, MilestoneData, OutputData, PlaneData, RunData, ViolinData},
};
use crate::{
    Error, Forward, OutputKind, Result,
    analysis::{Caveat, Milestone, MilestoneOptions, Milestones, Quantity, classification::probability_histogram},
    data::labels::TargetKind,
    math::stats,
    plot::{RunPlots, panel::planes::wider},
};

/// How many lines run along each axis of a grid.
const LINES: usize = 11;

/// The run; its numbers go to the arrays.
pub(crate) fn run<M: Forward + Sync>(
    name: String,
    plots: &RunPlots<'_, M>,
    most: usize,
    arrays: &mut Arrays,
) -> Result<RunData> {
    if plots.class_names().len() > usize::from(NO_CLASS) {
        let expected = format!("at most {NO_CLASS}");
        return Err(Error::invalid("the number of classes on a page", expected, plots.class_names().len()));
    }
    let samples = Samples::of(plots.data, most)?;
    let options = MilestoneOptions::default().loss(plots.loss());
    let mut frames = plots.run.map(|snapshot| Frame::of(plots, snapshot, &samples, &options))?;
    let summaries: Vec<_> = frames.iter().map(|frame| frame.summary.clone()).collect();
    let violins: Vec<_> = frames.iter_mut().map(|frame| std::mem::take(&mut frame.violins)).collect();
    let found = Milestones::of(&summaries, &options)?;
    let losses = losses(plots, &frames);
    let (n, (curves, logged)) = (samples.rows.len(), curves(plots));
    let predicted = frames.iter().flat_map(|frame| frame.predicted.iter().copied());
    let output = output(plots, &frames);
    let scale = Quantizer::between(output.ends[0], output.ends[1]);
    let outputs = frames.iter().flat_map(|frame| frame.outputs.iter().map(|&output| scale.of(output.into())));
    let of_samples = frames.iter().flat_map(|frame| frame.losses.iter().map(|&loss| losses.of(loss.into())));
    Ok(RunData {
        name,
        epochs: plots.epochs().to_vec(),
        samples: n,
        of: plots.data.samples(),
        indices: arrays.u32(&samples.rows.iter().map(|&row| row as u32).collect::<Vec<_>>()),
        class_names: plots.class_names().to_vec(),
        classes: arrays.u8(&samples.classes.iter().map(|&class| class as u8).collect::<Vec<_>>(), 0),
        predicted: arrays.u8(&predicted.collect::<Vec<_>>(), n),
        probability: arrays.u16(&outputs.collect::<Vec<_>>(), n),
        output,
        losses: arrays.u16(&of_samples.collect::<Vec<_>>(), n),
        loss_range: [losses.low, losses.high],
        loss_name: plots.loss().to_string(),
        input: input(plots, &frames, &samples, arrays),
        hidden: hidden(plots, &frames, arrays),
        curves,
        logged,
        milestones: found.rows.iter().map(|row| milestone(row, plots.class_names())).collect(),
        notes: notes(plots, found.caveats),
        violins: violins_of(plots, &violins, arrays),
    })
}

/// What was assumed or left out, in sentences.
fn notes<M: Forward + Sync>(plots: &RunPlots<'_, M>, caveats: Vec<Caveat>) -> Vec<String> {
    let all = Caveat::once(plots.caveats().iter().cloned().chain(caveats));
    all.iter().map(Caveat::to_string).collect()
}

/// What the outputs are, and the ends of their axis: from 0 to 1 for probabilities, around the targets for values.
fn output<M>(plots: &RunPlots<'_, M>, frames: &[Frame]) -> OutputData {
    let decision = frames.first().map(|frame| frame.decision);
    let threshold =
        decision.and_then(|decision| decision.threshold_of_probabilities(plots.data.outputs())).map(f64::from);
    if decision.is_none_or(|decision| decision.kind != OutputKind::Values) {
        return OutputData { word: "probability", axis: [0.0, 1.0], ends: [0.0, 1.0], threshold };
    }
    let axis = probability_histogram::axis_of_values(
        decision.and_then(|decision| decision.targets).unwrap_or(TargetKind::Shares),
    );
    let values = frames.iter().flat_map(|frame| &frame.outputs).map(|&value| f64::from(value));
    let (low, high) = wider(values).into_inner();
    OutputData { word: "output", axis: [*axis.start(), *axis.end()], ends: [low, high], threshold }
}

/// The range of the losses that are not 0.
fn losses<M>(plots: &RunPlots<'_, M>, frames: &[Frame]) -> Losses {
    let losses = frames.iter().flat_map(|frame| &frame.losses).map(|&loss| f64::from(loss));
    let low = stats::finite_range(losses.filter(|loss| *loss > 0.0)).map(|(low, _)| low);
    let high = plots.limits.loss;
    Losses { low: low.filter(|low| *low < high).unwrap_or(high / 2.0), high }
}

fn input<M>(plots: &RunPlots<'_, M>, frames: &[Frame], samples: &Samples, arrays: &mut Arrays) -> Option<PlaneData> {
    let input = plots.settings.input.as_ref()?;
    let scale = input_scale(&input.grid);
    let along = |axis: usize| samples.rows.iter().map(move |&row| scale[axis].of(input.samples[(row, axis)].into()));
    let points: Vec<u16> = along(0).chain(along(1)).collect();
    let planes: Vec<&PlaneFrame> = frames.iter().map(|frame| &frame.input).collect();
    let [x, y] = [input.grid.x(), input.grid.y()].map(|range| [(*range.start()).into(), (*range.end()).into()]);
    let [x_label, y_label] = input.labels();
    Some(PlaneData {
        title: "Decision boundary".into(),
        x_label,
        y_label,
        x,
        y,
        points: arrays.u16(&points, 0),
        still: true,
        grid: Some(straight_grid((STRAIGHT - 1) / (LINES - 1), &planes, arrays)),
        boundary: boundary(&planes, arrays),
    })
}

fn hidden<M>(plots: &RunPlots<'_, M>, frames: &[Frame], arrays: &mut Arrays) -> Option<PlaneData> {
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

fn scores(planes: &[&PlaneFrame], arrays: &mut Arrays) -> super::arrays::Array {
    let scores: Vec<i16> = planes.iter().flat_map(|plane| plane.scores.iter().copied()).collect();
    arrays.i16(&scores, scores.len() / planes.len().max(1))
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
    BoundaryData { lines: arrays.u32(&lines), starts: arrays.u32(&starts), points: arrays.u16(&x, 0) }
}

/// Loss and accuracy over all samples, and what was logged of validation.
fn curves<M>(plots: &RunPlots<'_, M>) -> (Vec<CurveData>, Vec<CurveData>) {
    let values = |curve: &[(u64, f64)]| -> Vec<Option<f64>> {
        let at = |epoch: &u64| curve.binary_search_by_key(epoch, |point| point.0).ok().map(|i| curve[i].1);
        plots.run.chosen_epochs().iter().map(at).collect()
    };
    let curve = |name: &str, curve: &[(u64, f64)]| CurveData { name: name.into(), values: values(curve) };
    let recomputed = vec![curve("loss", &plots.limits.losses), curve("accuracy", &plots.limits.accuracies)];
    let replay = plots.run.replay();
    let logged = replay.metric_names().filter_map(|name| Some((name, replay.curve(name)?)));
    let (validation, others): (Vec<_>, Vec<_>) = logged.partition(|(name, _)| name.starts_with("val_"));
    let beside = validation.iter().map(|(name, points)| curve(name, points));
    // What was logged under the name of what is recomputed is another number.
    let as_logged =
        |name: &str| if matches!(name, "loss" | "accuracy") { format!("{name} (logged)") } else { name.into() };
    let others = others.iter().map(|(name, points)| curve(&as_logged(name), points)).collect();
    (recomputed.into_iter().chain(beside).collect(), others)
}

fn milestone(row: &Milestone, class_names: &[String]) -> MilestoneData {
    MilestoneData {
        epoch: row.epoch,
        until: row.until,
        kind: row.kind.name(),
        subject: row.subject.to_string(),
        text: row.sentence(class_names),
    }
}

/// The violins of the quantities that the model gives.
fn violins_of<M>(plots: &RunPlots<'_, M>, epochs: &[[Vec<Violin>; 4]], arrays: &mut Arrays) -> Vec<ViolinData> {
    let loss = plots.settings.loss;
    let quantities =
        [Quantity::weights(), Quantity::pre_activations(), Quantity::activations(), Quantity::gradients(loss)];
    let of = |i: usize| epochs.iter().map(|quantities| quantities[i].as_slice()).collect::<Vec<_>>();
    let all = quantities.into_iter().enumerate().map(|(i, quantity)| (quantity, of(i)));
    let given = all.filter(|(_, epochs)| epochs.iter().any(|violins| !violins.is_empty()));
    given.map(|(quantity, epochs)| violins(quantity, &epochs, arrays)).collect()
}

fn violins(quantity: Quantity, epochs: &[&[Violin]], arrays: &mut Arrays) -> ViolinData {
    let rows = epochs.first().map(|violins| Violin::names(violins)).unwrap_or_default();
    let all = || epochs.iter().flat_map(|violins| violins.iter());
    let (low, high) = wider(all().flat_map(|violin| violin.ends)).into_inner();
    let density: Vec<u8> = all().flat_map(|violin| violin.density.iter().copied()).collect();
    let ends: Vec<f32> = all().flat_map(|violin| violin.ends.map(|end| end as f32)).collect();
    let medians: Vec<f32> = all().map(|violin| violin.median as f32).collect();
    ViolinData {
        quantity: quantity.name(),
        density: arrays.u8(&density, rows.len() * HEIGHTS),
        rows,
        range: [low, high],
        ends: arrays.f32(&ends),
        median: arrays.f32(&medians),
    }
}

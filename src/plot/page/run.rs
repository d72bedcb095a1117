//! A run as the page holds it, out of what is shown at each epoch.

use super::{
    arrays::{Arrays, Losses},
    counts::LossBins,
    frame::{Frame, HEIGHTS, Violin},
    network::network,
    run_data::{CurveData, MilestoneData, PanelData, Reading, RunData, ViolinData},
    run_histograms::{class_names, classes, loss_histogram},
    run_numbers::numbers,
    run_planes::{hidden, input},
    samples::{NO_CLASS, Samples},
    spans::Spans,
};
use crate::{
    Error, Forward, Result,
    analysis::{Caveat, EpochSummary, MilestoneGroup, MilestoneOptions, Milestones, Quantity},
    math::stats,
    plot::{
        RunPlots,
        run::{settings::Hidden, task::Task, violins::axis},
    },
};

/// A run, what its numbers lie between, and the arrays of some epochs, by their places.
pub(crate) struct Made {
    pub(crate) run: RunData,
    pub(crate) spans: Spans,
    pub(crate) some: Vec<(usize, Vec<u8>)>,
}

/// The run, of which so many samples are shown at most. The arrays of up to so many epochs, at equal distances, are there alone too.
pub(crate) fn run<M: Forward>(name: String, plots: &RunPlots<'_, M>, most: usize, alone: usize) -> Result<Made> {
    expect_few_classes(plots.class_names().len())?;
    let samples = Samples::of(plots, most)?;
    let (options, bins) = (MilestoneOptions::default().loss(plots.loss()), LossBins::of(plots)?);
    let found = plots.run.map(|snapshot| Frame::with_summary(plots, snapshot, &samples, &bins, &options))?;
    let (frames, summaries): (Vec<_>, Vec<_>) = found.into_iter().unzip();
    let found = milestones(plots, &summaries, &options)?;
    let spans = Spans::of(plots, &frames);
    let (mut arrays, (curves, logged)) = (Arrays::default(), curves(plots));
    let drawn = plots.curves(plots.epochs().first().copied().unwrap_or(0));
    let is_set = plots.settings.axes.curves.is_some() && !plots.settings.axes.log_losses;
    let some = some_alone(alone, plots, &frames, &samples, &bins, &spans)?;
    let hidden = plots.settings.hidden.as_ref();
    let layers = frames.first().map(Frame::hidden_layers).unwrap_or_default();
    let panels = panels(plots, frames, &samples, &bins, &spans, &mut arrays)?;
    let run = RunData {
        name,
        epochs: plots.epochs().to_vec(),
        samples: samples.rows.len(),
        of: plots.data.samples(),
        class_names: class_names(plots),
        loss_name: plots.own_loss().unwrap_or_else(|| plots.loss().to_string()),
        panels,
        curves_title: drawn.title,
        curve_labels: [drawn.y.label, drawn.right.map_or_else(String::new, |axis| axis.label)],
        curve_ends: (is_set || !drawn.notes.is_empty()).then_some([drawn.y.low, drawn.y.high]),
        curve_notes: drawn.notes,
        curves,
        logged,
        milestones: found.groups().iter().map(milestone).collect(),
        notes: notes(plots, found.caveats),
        pictures: Vec::new(),
        layers,
        layer: hidden.map(|hidden| hidden.layer.clone()),
        units: hidden.and_then(Hidden::units),
        arrays,
        why_not_live: None,
        live: None,
        is_live: false,
    };
    Ok(Made { run, spans, some })
}

/// The arrays of an epoch alone.
pub(crate) fn of_epoch<M: Forward>(
    plots: &RunPlots<'_, M>,
    frame: Frame,
    samples: &Samples,
    bins: &LossBins,
    spans: &Spans,
) -> Result<Vec<u8>> {
    let mut arrays = Arrays::of_one_epoch();
    panels(plots, vec![frame], samples, bins, spans, &mut arrays)?;
    Ok(arrays.to_answer())
}

/// What the panels of these epochs show; their numbers go to the arrays.
fn panels<M: Forward>(
    plots: &RunPlots<'_, M>,
    mut frames: Vec<Frame>,
    samples: &Samples,
    bins: &LossBins,
    spans: &Spans,
    arrays: &mut Arrays,
) -> Result<PanelData> {
    let violins: Vec<_> = frames.iter_mut().map(|frame| std::mem::take(&mut frame.violins)).collect();
    let networks: Vec<_> = frames.iter_mut().map(|frame| frame.network.take()).collect();
    Ok(PanelData {
        indices: arrays.u32(&samples.rows.iter().map(|&row| row as u32).collect::<Vec<_>>(), 0),
        keys: arrays.u32(&samples.keys(plots.data.inputs()), 0),
        classes: classes(plots, &frames, samples, spans, arrays)?,
        numbers: numbers(plots, &frames, samples, arrays)?,
        losses: arrays.u16(&losses(&frames, spans.losses, bins)?, samples.rows.len()),
        loss_range: [spans.losses.low, spans.losses.high],
        loss_histogram: loss_histogram(plots, &frames, bins, spans.first_log_bin, arrays)?,
        input: input(plots, &frames, samples, arrays),
        hidden: hidden(plots, &frames, arrays),
        violins: violins_of(plots, &violins, arrays),
        network: network(plots.data.feature_names(), networks, arrays),
    })
}

/// The arrays of up to so many epochs, each alone.
fn some_alone<M: Forward>(
    most: usize,
    plots: &RunPlots<'_, M>,
    frames: &[Frame],
    samples: &Samples,
    bins: &LossBins,
    spans: &Spans,
) -> Result<Vec<(usize, Vec<u8>)>> {
    let arrays = |place: usize| Ok((place, of_epoch(plots, frames[place].clone(), samples, bins, spans)?));
    evenly(most, frames.len()).map(arrays).collect()
}

/// Places at equal distances, the first and the last among them.
fn evenly(most: usize, of: usize) -> impl Iterator<Item = usize> {
    let count = most.min(of);
    (0..count).map(move |i| i * (of - 1) / (count - 1).max(1))
}

fn milestones<M: Forward>(
    plots: &RunPlots<'_, M>,
    summaries: &[EpochSummary],
    options: &MilestoneOptions,
) -> Result<Milestones> {
    let mut found = Milestones::of(summaries, options)?;
    found.class_names = plots.class_names().to_vec();
    found.loss_name = plots.own_loss();
    Ok(found)
}

/// What was assumed or left out, in sentences.
fn notes<M: Forward>(plots: &RunPlots<'_, M>, caveats: Vec<Caveat>) -> Vec<String> {
    let some = plots.run.some_epochs(plots.caveats());
    let all = Caveat::once(plots.caveats().iter().cloned().chain(caveats).chain(some));
    // Milestones know no labels; the page shows them.
    let has_room = |caveat: &&Caveat| plots.settings.task != Task::Labels || !caveat.is_of_classes();
    all.iter().filter(has_room).map(Caveat::to_string).collect()
}

/// Steps of the losses of the shown samples.
fn losses(frames: &[Frame], range: Losses, bins: &LossBins) -> Result<Vec<u16>> {
    let losses = frames.iter().flat_map(|frame| &frame.losses).map(|&loss| f64::from(loss));
    losses.map(|loss| Ok(range.of(loss, bins.ends_around(loss)?))).collect()
}

fn expect_few_classes(count: usize) -> Result<()> {
    if count <= usize::from(NO_CLASS) {
        return Ok(());
    }
    Err(Error::invalid("the number of classes on a page", format!("at most {NO_CLASS}"), count))
}

/// Loss and accuracy over all samples, and what was logged of validation.
fn curves<M: Forward>(plots: &RunPlots<'_, M>) -> (Vec<CurveData>, Vec<CurveData>) {
    let values = |curve: &[(u64, f64)]| -> Vec<Option<Reading>> {
        let at = |epoch: &u64| curve.binary_search_by_key(epoch, |point| point.0).ok().map(|i| curve[i].1.into());
        plots.run.chosen_epochs().iter().map(at).collect()
    };
    let curve = |name: &str, curve: &[(u64, f64)]| CurveData { name: name.into(), values: values(curve) };
    let accuracy = plots.has_accuracy().then(|| curve("accuracy", &plots.limits.accuracies));
    let recomputed = [curve(&plots.loss_word(), &plots.limits.losses)].into_iter().chain(accuracy);
    let replay = plots.run.replay();
    let logged = replay.metric_names().filter_map(|name| Some((name, replay.curve(name)?)));
    let (validation, others): (Vec<_>, Vec<_>) = logged.partition(|(name, _)| name.starts_with("val_"));
    let beside = validation.iter().map(|(name, points)| curve(name, points));
    // What was logged under the name of what is recomputed is another number.
    let as_logged =
        |name: &str| if matches!(name, "loss" | "accuracy") { format!("{name} (logged)") } else { name.into() };
    let others = others.iter().map(|(name, points)| curve(&as_logged(name), points)).collect();
    (recomputed.chain(beside).collect(), others)
}

fn milestone(group: &MilestoneGroup<'_>) -> MilestoneData {
    MilestoneData {
        epoch: group.epoch(),
        until: group.until(),
        kind: group.kind.name(),
        subject: group.subject().to_string(),
        text: group.sentence.clone(),
        is_finding: false,
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
    given.map(|(quantity, epochs)| violins(plots, quantity, &epochs, arrays)).collect()
}

fn violins<M>(plots: &RunPlots<'_, M>, quantity: Quantity, epochs: &[&[Violin]], arrays: &mut Arrays) -> ViolinData {
    let rows = epochs.first().map(|violins| Violin::names(violins)).unwrap_or_default();
    let all = || epochs.iter().flat_map(|violins| violins.iter());
    let ends: Vec<_> =
        epochs.iter().map(|violins| stats::finite_range(violins.iter().flat_map(|violin| violin.ends))).collect();
    let (range, note) = axis(plots.settings.axes.axes, plots.run.chosen_epochs(), &ends);
    let density: Vec<u8> = all().flat_map(|violin| violin.density.iter().copied()).collect();
    let ends: Vec<f32> = all().flat_map(|violin| violin.ends.map(|end| end as f32)).collect();
    let medians: Vec<f32> = all().map(|violin| violin.median as f32).collect();
    let count = rows.len();
    ViolinData {
        quantity: quantity.name(),
        density: arrays.u8(&density, count * HEIGHTS),
        rows,
        range: [*range.start(), *range.end()],
        notes: note.into_iter().collect(),
        ends: arrays.f32(&ends, 2 * count),
        median: arrays.f32(&medians, count),
    }
}

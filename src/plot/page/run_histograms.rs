//! What the page holds of the samples' classes, probabilities and losses, and how these are spread.

use super::{
    answers::{ClassFrame, PartFrame},
    arrays::{Array, Arrays, Quantizer},
    counts::{BinEnds, Counts, LOG_BINS, LossBins},
    frame::Frame,
    notes::Notes,
    run_data::{ClassData, LossBinData, LossData, OutputData, PartData, ProbabilityData},
    samples::Samples,
    spans::{OutputSpan, Spans},
};
use crate::{
    OutputKind, Result,
    analysis::{Histogram, distribution::histogram::Bins},
    plot::{
        Panel, RunPlots,
        panel::histograms::{axis_label, counts},
        run::task::Task,
    },
};

/// Classes, predictions and probabilities of the samples; nothing where numbers are predicted.
pub(crate) fn classes<M>(
    plots: &RunPlots<'_, M>,
    frames: &[Frame],
    samples: &Samples,
    spans: &Spans,
    arrays: &mut Arrays,
) -> Result<Option<ClassData>> {
    let found: Vec<&ClassFrame> = frames.iter().filter_map(|frame| frame.classes.as_ref()).collect();
    if found.is_empty() {
        return Ok(None);
    }
    let (is_of_labels, shown) = (plots.settings.task == Task::Labels, plots.settings.output);
    let predicted: Vec<u8> = found.iter().flat_map(|frame| frame.predicted.iter().copied()).collect();
    let parts = spans.outputs.iter().enumerate().map(|(i, &span)| {
        let epochs: Vec<&PartFrame> = found.iter().filter_map(|frame| frame.parts.get(i)).collect();
        part(plots, i, &epochs, span, arrays)
    });
    let parts = parts.collect::<Result<Vec<_>>>()?;
    Ok(Some(ClassData {
        classes: arrays.u8(&samples.classes.iter().map(|&class| class as u8).collect::<Vec<_>>(), 0),
        predicted: arrays.u8(&predicted, samples.rows.len()),
        own: parts[if is_of_labels { shown } else { 0 }].clone(),
        labels: if is_of_labels { parts } else { Vec::new() },
        shown,
    }))
}

/// The names of the classes, as the page shows them.
pub(crate) fn class_names<M>(plots: &RunPlots<'_, M>) -> Vec<String> {
    let (names, shown) = (&plots.settings.class_names, plots.settings.output);
    match plots.settings.task {
        Task::Classes => names.clone(),
        Task::Labels => without_and_with(&names[shown]).to_vec(),
        Task::Numbers => Vec::new(),
    }
}

fn without_and_with(label: &str) -> [String; 2] {
    [format!("without {label}"), format!("with {label}")]
}

fn part<M>(
    plots: &RunPlots<'_, M>,
    i: usize,
    epochs: &[&PartFrame],
    span: OutputSpan,
    arrays: &mut Arrays,
) -> Result<PartData> {
    let output = output(plots, epochs, span);
    let each = epochs.first().map_or(0, |part| part.outputs.len());
    Ok(PartData {
        probability: arrays.u16(&probabilities(plots, epochs, &output)?, each),
        probabilities: probability_histograms(plots, i, epochs, arrays),
        output,
    })
}

/// What the outputs are.
fn output<M>(plots: &RunPlots<'_, M>, epochs: &[&PartFrame], span: OutputSpan) -> OutputData {
    let (first, is_one) = (epochs.first(), plots.settings.task == Task::Classes && plots.data.outputs() == 1);
    let are_values = first.is_some_and(|part| part.kind == OutputKind::Values);
    let word = if are_values { "output" } else { "probability" };
    let threshold = first.and_then(|part| part.threshold);
    OutputData { word, axis: span.axis, ends: span.ends, threshold, is_free: is_one && threshold.is_some() }
}

/// The steps of the outputs of the shown samples, each within the bin that it is counted in.
fn probabilities<M>(plots: &RunPlots<'_, M>, epochs: &[&PartFrame], output: &OutputData) -> Result<Vec<u16>> {
    let [low, high] = output.axis;
    let bins = BinEnds::of(Bins::new(low..=high, plots.settings.bins)?);
    let scale = Quantizer::between(output.ends[0], output.ends[1]);
    let step = |value: f64| match value {
        value if value.is_nan() => Ok(Quantizer::NONE),
        value => Ok(scale.of_bin(value, bins.around(value.clamp(low, high))?)),
    };
    epochs.iter().flat_map(|part| &part.outputs).map(|&value| step(value.into())).collect()
}

/// The words are those of the pictures.
fn probability_histograms<M>(
    plots: &RunPlots<'_, M>,
    i: usize,
    epochs: &[&PartFrame],
    arrays: &mut Arrays,
) -> ProbabilityData {
    let names = &plots.settings.class_names;
    let kind = epochs.first().map_or(OutputKind::Probabilities, |part| part.kind);
    let is_of_labels = plots.settings.task == Task::Labels;
    let of = match is_of_labels {
        true => &names[i],
        false if plots.data.outputs() == 1 => &names[1],
        false => "the sample's class",
    };
    let title = if kind == OutputKind::Values { "Outputs" } else { "Probabilities" };
    ProbabilityData {
        title: if is_of_labels { names[i].clone() } else { title.into() },
        titles: if is_of_labels {
            without_and_with(&names[i]).to_vec()
        } else {
            names.iter().map(|name| format!("{name} samples")).collect()
        },
        notes: Notes::of(epochs.iter().map(|part| &part.notes)),
        x_label: axis_label(kind, of),
        y_label: counts(0).label,
        bins: plots.settings.bins,
        correct: of_parts(epochs, arrays, |part| &part.correct),
        misclassified: of_parts(epochs, arrays, |part| &part.misclassified),
        undecided: of_parts(epochs, arrays, |part| &part.undecided),
        peak: epochs.iter().map(|part| highest(&[&part.correct, &part.misclassified])).max().unwrap_or(0),
        stacked_peak: epochs.iter().map(|part| highest_of_all(part, plots.settings.bins)).max().unwrap_or(0),
    }
}

/// The highest bar of which these are parts.
fn highest(parts: &[&[u64]]) -> u64 {
    let bins = parts.first().map_or(0, |counts| counts.len());
    (0..bins).map(|bin| parts.iter().map(|counts| counts[bin]).sum()).max().unwrap_or(0)
}

/// That of all classes on top of each other.
fn highest_of_all(part: &PartFrame, bins: usize) -> u64 {
    highest(&part.correct.chunks(bins).chain(part.misclassified.chunks(bins)).collect::<Vec<_>>())
}

/// Counts of all epochs.
fn of_parts<'a>(epochs: &[&'a PartFrame], arrays: &mut Arrays, of: impl Fn(&'a PartFrame) -> &'a [u64]) -> Array {
    all_epochs(epochs.iter().map(|&part| of(part)), arrays)
}

/// The same of losses.
fn of_all<'a>(frames: &'a [Frame], arrays: &mut Arrays, of: impl Fn(&'a Counts) -> &'a [u64]) -> Array {
    all_epochs(frames.iter().map(|frame| of(&frame.counts)), arrays)
}

/// Those of one epoch behind those of the other.
pub(crate) fn all_epochs<'a>(epochs: impl Iterator<Item = &'a [u64]> + Clone, arrays: &mut Arrays) -> Array {
    let each = epochs.clone().next().map_or(0, <[u64]>::len);
    arrays.counts(&epochs.flatten().copied().collect::<Vec<_>>(), each)
}

/// How the losses of all samples are spread.
pub(crate) fn loss_histogram<M>(
    plots: &RunPlots<'_, M>,
    frames: &[Frame],
    bins: &LossBins,
    first: usize,
    arrays: &mut Arrays,
) -> Result<LossData> {
    let words = Panel::losses(&Histogram::of(&[], 0.0..=1.0, 1)?);
    let parts = plots.settings.task != Task::Numbers;
    Ok(LossData {
        title: words.title,
        x_label: words.x.label,
        y_label: words.y.label,
        linear: LossBinData {
            ends: [bins.axis.low, bins.axis.high],
            bins: plots.settings.bins,
            notes: Notes::of(frames.iter().map(|frame| &frame.counts.notes)),
            correct: of_all(frames, arrays, |of| &of.losses[0]),
            misclassified: parts.then(|| of_all(frames, arrays, |of| &of.losses[1])),
            peak: frames
                .iter()
                .map(|frame| highest(&frame.counts.losses.each_ref().map(Vec::as_slice)))
                .max()
                .unwrap_or(0),
        },
        logarithmic: LossBinData {
            ends: bins.log_ends(first),
            bins: LOG_BINS - first,
            notes: Notes::of(frames.iter().map(|frame| &frame.counts.log_notes)),
            correct: of_all(frames, arrays, |of| &of.log_losses[0][first..]),
            misclassified: parts.then(|| of_all(frames, arrays, |of| &of.log_losses[1][first..])),
            peak: frames
                .iter()
                .map(|frame| highest(&frame.counts.log_losses.each_ref().map(|of| &of[first..])))
                .max()
                .unwrap_or(0),
        },
        no_losses: of_all(frames, arrays, |of| &of.no_losses),
    })
}

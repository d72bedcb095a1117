//! What the page holds of the samples' classes, probabilities and losses, and how these are spread.

use super::{
    arrays::{Array, Arrays, Quantizer},
    counts::{BINS_OF_A_DECADE, BinEnds, Counts, LOG_BINS, LossBins},
    frame::{Frame, Samples},
    run_data::{ClassData, LossBinData, LossData, OutputData, ProbabilityData},
};
use crate::{
    OutputKind, Result,
    analysis::{Histogram, classification::probability_histogram, distribution::histogram::Bins},
    data::labels::TargetKind,
    plot::{
        Panel, RunPlots,
        panel::{
            histograms::{axis_label, counts},
            planes::wider,
        },
    },
};

/// Classes, predictions and probabilities of the samples.
pub(crate) fn classes<M>(
    plots: &RunPlots<'_, M>,
    frames: &[Frame],
    samples: &Samples,
    arrays: &mut Arrays,
) -> Result<ClassData> {
    let (n, output) = (samples.rows.len(), output(plots, frames));
    let predicted: Vec<u8> = frames.iter().flat_map(|frame| frame.predicted.iter().copied()).collect();
    Ok(ClassData {
        classes: arrays.u8(&samples.classes.iter().map(|&class| class as u8).collect::<Vec<_>>(), 0),
        predicted: arrays.u8(&predicted, n),
        probability: arrays.u16(&probabilities(plots, frames, &output)?, n),
        probabilities: probability_histograms(plots, frames, arrays),
        output,
    })
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

/// The steps of the outputs of the shown samples, each within the bin that it is counted in.
fn probabilities<M>(plots: &RunPlots<'_, M>, frames: &[Frame], output: &OutputData) -> Result<Vec<u16>> {
    let [low, high] = output.axis;
    let bins = BinEnds::of(Bins::new(low..=high, plots.settings.bins)?);
    let scale = Quantizer::between(output.ends[0], output.ends[1]);
    let step = |value: f64| match value {
        value if value.is_nan() => Ok(Quantizer::NONE),
        value => Ok(scale.of_bin(value, bins.around(value.clamp(low, high))?)),
    };
    frames.iter().flat_map(|frame| &frame.outputs).map(|&value| step(value.into())).collect()
}

/// The words are those of the pictures.
fn probability_histograms<M>(plots: &RunPlots<'_, M>, frames: &[Frame], arrays: &mut Arrays) -> ProbabilityData {
    let (names, bins) = (&plots.settings.class_names, plots.settings.bins);
    let kind = frames.first().map_or(OutputKind::Probabilities, |frame| frame.decision.kind);
    let of = if plots.data.outputs() == 1 { &names[1] } else { "the sample's class" };
    let title = if kind == OutputKind::Values { "Outputs" } else { "Probabilities" };
    ProbabilityData {
        title: title.into(),
        titles: names.iter().map(|name| format!("{name} samples")).collect(),
        x_label: axis_label(kind, of),
        y_label: counts(0).label,
        bins,
        correct: of_all(frames, arrays, |counts| &counts.correct),
        misclassified: of_all(frames, arrays, |counts| &counts.misclassified),
        undecided: of_all(frames, arrays, |counts| &counts.undecided),
    }
}

/// Counts of all epochs.
fn of_all<'a>(frames: &'a [Frame], arrays: &mut Arrays, of: impl Fn(&'a Counts) -> &'a [u64]) -> Array {
    let each = frames.first().map_or(0, |frame| of(&frame.counts).len());
    arrays.counts(&frames.iter().flat_map(|frame| of(&frame.counts).iter().copied()).collect::<Vec<_>>(), each)
}

/// How the losses of all samples are spread.
pub(crate) fn loss_histogram<M>(
    plots: &RunPlots<'_, M>,
    frames: &[Frame],
    bins: &LossBins,
    arrays: &mut Arrays,
) -> Result<LossData> {
    let end = plots.limits.loss;
    let words = Panel::losses(&Histogram::of(&[], 0.0..=end, 1)?);
    let first = first_log_bin(frames);
    Ok(LossData {
        title: words.title,
        x_label: words.x.label,
        y_label: words.y.label,
        linear: LossBinData {
            ends: [0.0, end],
            bins: plots.settings.bins,
            correct: of_all(frames, arrays, |of| &of.losses[0]),
            misclassified: Some(of_all(frames, arrays, |of| &of.losses[1])),
        },
        logarithmic: LossBinData {
            ends: bins.log_ends(first),
            bins: LOG_BINS - first,
            correct: of_all(frames, arrays, |of| &of.log_losses[0][first..]),
            misclassified: Some(of_all(frames, arrays, |of| &of.log_losses[1][first..])),
        },
        no_losses: of_all(frames, arrays, |of| &of.no_losses),
    })
}

/// What no loss of the run reaches down to is left out, but for the last factor of ten.
fn first_log_bin(frames: &[Frame]) -> usize {
    let is_empty =
        |bin: &usize| frames.iter().all(|frame| frame.counts.log_losses.iter().all(|counts| counts[*bin] == 0));
    (0..LOG_BINS - BINS_OF_A_DECADE).take_while(is_empty).count()
}

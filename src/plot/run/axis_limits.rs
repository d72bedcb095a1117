//! How far everything in a run goes, for axes that are the same at every epoch.

use std::{collections::BTreeSet, ops::RangeInclusive};

use serde::{Deserialize, Serialize};

use super::{
    axes::{Axes, Ends, Reach, note},
    epoch_data::EpochData,
    settings::Settings,
    space::Space,
    task::Task,
    value_axis::ValueAxis,
};
use crate::plot::panel::{histograms, planes::wider};
use crate::{
    Dataset, Forward, Result,
    analysis::{Caveat, Histogram, ProbabilityHistogram},
    math::stats::{Extent, finite_range, limits},
    replay::{Run, Snapshot},
};

/// How many losses are kept for the highest bar of their histogram, which is known when the largest loss of the run is: 64 MB.
/// Of a run that has more, losses are computed a second time.
const MAX_KEPT_LOSSES: usize = 1 << 24;

/// The limits of the axes of a run, and its curves.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct AxisLimits {
    pub(super) space: SpaceAxes,
    /// The highest bar of each class's or label's histogram, over all epochs.
    counts: Vec<u64>,
    pub(crate) counts_of_all: f64,
    /// The largest loss of a sample, of all epochs.
    pub(crate) loss: f64,
    /// The axes that numbers are counted along.
    pub(crate) of_losses: CountedAxis,
    pub(crate) of_residuals: CountedAxis,
    /// The axis of predictions and of what is true, and what it leaves out.
    pub(crate) values: (RangeInclusive<f64>, Vec<String>),
    pub(crate) losses: Vec<(u64, f64)>,
    pub(crate) accuracies: Vec<(u64, f64)>,
}

/// The axes of the hidden space, the epochs that they leave out, and what is to be said of these.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct SpaceAxes {
    pub(super) space: Space,
    pub(super) left_out: Vec<u64>,
    pub(super) notes: Vec<String>,
}

/// An axis that numbers are counted along, what it leaves out, and the axis of the counts.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct CountedAxis {
    pub(crate) axis: ValueAxis,
    pub(super) notes: Vec<String>,
    pub(super) counts: f64,
}

/// What one epoch needs of the axes.
struct EpochLimits {
    epoch: u64,
    hidden: Extent,
    counts: Vec<u64>,
    all: u64,
    losses: Numbers,
    residuals: Numbers,
    /// What is predicted, of a model of numbers.
    values: Ends,
    /// Mean loss and accuracy.
    metrics: [f64; 2],
    caveats: Vec<Caveat>,
}

/// Numbers that are counted at an epoch.
struct Numbers {
    ends: Ends,
    /// The smallest above zero.
    smallest: Option<f64>,
    /// All of them, where they are kept.
    kept: Vec<f32>,
}

impl AxisLimits {
    /// One of the epochs is at hand already.
    pub(crate) fn over<'a, M: Forward>(
        run: &Run<'a, M>,
        known: &Snapshot<'a, M>,
        data: &'a Dataset,
        settings: &Settings,
    ) -> Result<(Self, Vec<Caveat>)> {
        Self::keeping(MAX_KEPT_LOSSES, run, known, data, settings)
    }

    fn keeping<'a, M: Forward>(
        most: usize,
        run: &Run<'a, M>,
        known: &Snapshot<'a, M>,
        data: &'a Dataset,
        settings: &Settings,
    ) -> Result<(Self, Vec<Caveat>)> {
        let keep = data.samples().saturating_mul(run.chosen_epochs().len()) <= most;
        let ask = |snapshot: &Snapshot<'a, M>| EpochLimits::of(&EpochData::new(snapshot, data, settings), keep);
        let (epochs, skipped) = run.map_readable_beside(Some(known), ask)?;
        let [losses, residuals] = [loss_axis(settings, &epochs), residual_axis(settings, &epochs)];
        let count = |of_losses: &[f32], of_residuals: &[f32]| {
            Ok([losses.0.highest(of_losses, settings.bins)?, residuals.0.highest(of_residuals, settings.bins)?])
        };
        let bars = if keep {
            epochs.iter().map(|epoch| count(&epoch.losses.kept, &epoch.residuals.kept)).collect::<Result<Vec<_>>>()?
        } else {
            run.without(&skipped).map(|snapshot| {
                let at = EpochData::new(snapshot, data, settings);
                count(at.losses()?, &at.residuals()?)
            })?
        };
        let highest = |which: usize| room(bars.iter().map(|bars| bars[which]).max().unwrap_or(0));
        let counted = |(axis, notes), which| CountedAxis { axis, notes, counts: highest(which) };
        let assumed = epochs.iter().flat_map(|epoch| epoch.caveats.iter().cloned());
        let of_units = settings.hidden.iter().flat_map(|hidden| hidden.caveats(data.features()));
        let caveats = Caveat::once(assumed.chain(of_units).chain(skipped));
        let [of_losses, of_residuals] = [counted(losses, 0), counted(residuals, 1)];
        Ok((Self::with(settings, data, &epochs, of_losses, of_residuals), caveats))
    }

    fn with(
        settings: &Settings,
        data: &Dataset,
        epochs: &[EpochLimits],
        of_losses: CountedAxis,
        of_residuals: CountedAxis,
    ) -> Self {
        let curve = |metric: usize| epochs.iter().map(move |epoch| (epoch.epoch, epoch.metrics[metric])).collect();
        let all_losses = reach(Axes::Run, epochs, |epoch| epoch.losses.ends).ends;
        Self {
            space: space(settings, epochs),
            counts: epochs.iter().map(|epoch| epoch.counts.clone()).reduce(|a, b| larger(&a, &b)).unwrap_or_default(),
            counts_of_all: room(epochs.iter().map(|epoch| epoch.all).max().unwrap_or(0)),
            loss: ValueAxis::of_losses(all_losses).high,
            of_losses,
            of_residuals,
            values: values(settings, data, epochs),
            losses: curve(0),
            accuracies: curve(1),
        }
    }

    /// The upper end of the axis of a class's or label's histogram.
    pub(crate) fn counts_of_class(&self, class: usize) -> f64 {
        room(self.counts.get(class).copied().unwrap_or(0))
    }
}

impl EpochLimits {
    fn of<M: Forward>(at: &EpochData<'_, '_, M>, keep: bool) -> Result<Self> {
        let (counts, all, caveats) = counts(at)?;
        let values = if at.task() == Task::Numbers { at.outputs()?.as_slice() } else { &[] };
        Ok(Self {
            epoch: at.snapshot.epoch(),
            hidden: at.extent()?,
            counts,
            all,
            losses: Numbers::of(at.losses()?, keep),
            residuals: Numbers::of(&at.residuals()?, keep),
            values: ends(values),
            metrics: at.metrics()?,
            caveats,
        })
    }
}

/// The highest bar of each class or label, that of all together, and what was assumed.
fn counts<M: Forward>(at: &EpochData<'_, '_, M>) -> Result<(Vec<u64>, u64, Vec<Caveat>)> {
    match at.task() {
        Task::Classes => {
            let histogram = at.probability_histogram()?;
            let all = histograms::confidences(histogram, at.has_single_output()).into_iter().max().unwrap_or(0);
            Ok((highest_of_classes(histogram), all, histogram.caveats.clone()))
        }
        Task::Labels => {
            let highest = |label| Ok(histograms::confidences(&at.label_histogram(label)?, false).into_iter().max());
            let counts: Result<Vec<Option<u64>>> = (0..at.outputs()?.ncols()).map(highest).collect();
            Ok((counts?.into_iter().map(|count| count.unwrap_or(0)).collect(), 0, Vec::new()))
        }
        Task::Numbers => Ok((Vec::new(), 0, Vec::new())),
    }
}

impl Numbers {
    fn of(values: &[f32], keep: bool) -> Self {
        let positive = values.iter().map(|&value| f64::from(value)).filter(|&value| value > 0.0);
        let smallest = finite_range(positive).map(|(low, _)| low);
        Self { ends: ends(values), smallest, kept: if keep { values.to_vec() } else { Vec::new() } }
    }
}

fn ends(values: &[f32]) -> Ends {
    limits(values).map(|(low, high)| (low.into(), high.into()))
}

/// How far an axis reaches over these epochs.
fn reach(axes: Axes, epochs: &[EpochLimits], ends: impl Fn(&EpochLimits) -> Ends) -> Reach {
    let names: Vec<u64> = epochs.iter().map(|epoch| epoch.epoch).collect();
    Reach::over(axes, &names, &epochs.iter().map(ends).collect::<Vec<_>>())
}

fn space(settings: &Settings, epochs: &[EpochLimits]) -> SpaceAxes {
    if let Some(ranges) = &settings.axes.space {
        return SpaceAxes { space: Space::between(ranges.clone()), left_out: Vec::new(), notes: Vec::new() };
    }
    let doubled = |ends: Option<(f32, f32)>| ends.map(|(low, high)| (low.into(), high.into()));
    let along = |axis: usize, epoch: &EpochLimits| doubled([epoch.hidden.x, epoch.hidden.y][axis]);
    let found = [0, 1].map(|axis| reach(settings.axes.axes, epochs, |epoch| along(axis, epoch)));
    // What one axis leaves out has no place on the other either.
    let left_out: BTreeSet<u64> = found.iter().flat_map(|reach| reach.left_out.iter().copied()).collect();
    let kept = || epochs.iter().filter(|epoch| !left_out.contains(&epoch.epoch));
    let ends = [0, 1].map(|axis| {
        let ends = kept().filter_map(|epoch| along(axis, epoch));
        ends.reduce(|a: (f64, f64), b| (a.0.min(b.0), a.1.max(b.1)))
    });
    let farthest = found.iter().map(|reach| reach.farthest).fold(0.0, f64::max);
    let left_out: Vec<u64> = left_out.into_iter().collect();
    let notes = note(&left_out, farthest).into_iter().collect();
    SpaceAxes { space: Space::around(ends), left_out, notes }
}

fn loss_axis(settings: &Settings, epochs: &[EpochLimits]) -> (ValueAxis, Vec<String>) {
    let options = &settings.axes;
    if let Some(range) = &options.losses {
        return (ValueAxis::between(range, options.log_losses), Vec::new());
    }
    let ends = |epoch: &EpochLimits| epoch.losses.ends;
    if options.log_losses {
        let smallest = epochs.iter().filter_map(|epoch| epoch.losses.smallest).reduce(f64::min);
        return (ValueAxis::of_log_losses(reach(Axes::Run, epochs, ends).ends, smallest), Vec::new());
    }
    let found = reach(options.axes, epochs, ends);
    (ValueAxis::of_losses(found.ends), found.note.into_iter().collect())
}

fn residual_axis(settings: &Settings, epochs: &[EpochLimits]) -> (ValueAxis, Vec<String>) {
    let found = reach(settings.axes.axes, epochs, |epoch| epoch.residuals.ends);
    (ValueAxis::of_residuals(found.ends), found.note.into_iter().collect())
}

/// What is predicted at some epoch, and what is true.
fn values(settings: &Settings, data: &Dataset, epochs: &[EpochLimits]) -> (RangeInclusive<f64>, Vec<String>) {
    let found = reach(settings.axes.axes, epochs, |epoch| epoch.values);
    let both = found.ends.into_iter().chain(data.targets().numbers().ok().and_then(|numbers| ends(numbers.as_slice())));
    (wider(both.flat_map(|(low, high)| [low, high])), found.note.into_iter().collect())
}

impl ValueAxis {
    /// The highest bar of some numbers.
    fn highest(&self, values: &[f32], bins: usize) -> Result<u64> {
        Ok(highest(&self.histogram(values, bins, "")?.0))
    }
}

fn highest(histogram: &Histogram) -> u64 {
    histogram.counts.iter().copied().max().unwrap_or(0)
}

/// The highest bar of each class.
fn highest_of_classes(histogram: &ProbabilityHistogram) -> Vec<u64> {
    let bars = histogram.correct.iter().zip(&histogram.misclassified);
    let highest = bars.map(|(correct, wrong)| correct.iter().zip(wrong).map(|(correct, wrong)| correct + wrong).max());
    highest.map(|highest| highest.unwrap_or(0)).collect()
}

fn larger(one: &[u64], other: &[u64]) -> Vec<u64> {
    one.iter().zip(other).map(|(&one, &other)| one.max(other)).collect()
}

/// A little more than the highest bar.
fn room(highest: u64) -> f64 {
    histograms::counts(highest).high
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Activation, Dense, Loss, Metrics, Replay, Sequential, datasets, plot::RunPlotOptions};

    #[test]
    fn the_highest_bar_is_the_same_where_losses_are_not_kept() {
        let data = datasets::moons(60, 0.1, 7);
        let mut replay = Replay::options().dataset(&data).loss(Loss::BinaryCrossEntropy).in_memory();
        for seed in 0..4 {
            let layers = [Dense::new(2).activation(Activation::Tanh), Dense::new(1).activation(Activation::Sigmoid)];
            replay.record(&Sequential::builder(2).layers(layers).build(seed).unwrap(), Metrics::new()).unwrap();
        }
        let run = replay.run().unwrap();
        let first = run.at(0).unwrap();
        let settings = Settings::resolve(&run, &first, &data, RunPlotOptions::default()).unwrap();
        let highest = |most| {
            let data = replay.dataset().unwrap();
            AxisLimits::keeping(most, &run, &first, data, &settings).unwrap().0.of_losses.counts
        };
        assert!(highest(240) > 1.05, "240 losses are kept");
        assert_eq!(highest(240), highest(239));
    }
}

//! How far everything in a run goes, for axes that are the same at every epoch.

use super::{epoch_data::EpochData, settings::Settings};
use crate::plot::{
    Panel,
    panel::{histograms, planes::wider},
};
use crate::{
    Dataset, Forward, Result,
    analysis::{Caveat, Grid, Histogram, ProbabilityHistogram},
    math::stats::{Extent, limits},
    replay::{Run, Snapshot},
};

/// How many losses are kept for the highest bar of their histogram, which is known when the largest loss of the run is: 64 MB.
/// Of a run that has more, losses are computed a second time.
const MAX_KEPT_LOSSES: usize = 1 << 24;

/// The limits of the axes of a run, and its curves.
pub(crate) struct AxisLimits {
    pub(crate) hidden: Extent,
    /// The highest bar of each class's histogram, over all epochs.
    counts: Vec<u64>,
    pub(crate) counts_of_all: f64,
    /// The largest loss of a sample.
    pub(crate) loss: f64,
    pub(crate) counts_of_losses: f64,
    pub(crate) losses: Vec<(u64, f64)>,
    pub(crate) accuracies: Vec<(u64, f64)>,
}

/// What one epoch needs of the axes.
struct EpochLimits {
    epoch: u64,
    hidden: Extent,
    counts: Vec<u64>,
    all: u64,
    loss: f32,
    /// Of each sample, where they are kept.
    losses: Vec<f32>,
    /// Mean loss and accuracy.
    metrics: [f64; 2],
    caveats: Vec<Caveat>,
}

impl AxisLimits {
    /// One of the epochs is at hand already.
    pub(crate) fn over<'a, M: Forward + Sync>(
        run: &Run<'a, M>,
        known: &Snapshot<'a, M>,
        data: &'a Dataset,
        settings: &Settings,
    ) -> Result<(Self, Vec<Caveat>)> {
        Self::keeping(MAX_KEPT_LOSSES, run, known, data, settings)
    }

    fn keeping<'a, M: Forward + Sync>(
        most: usize,
        run: &Run<'a, M>,
        known: &Snapshot<'a, M>,
        data: &'a Dataset,
        settings: &Settings,
    ) -> Result<(Self, Vec<Caveat>)> {
        let keep = data.samples().saturating_mul(run.chosen_epochs().len()) <= most;
        let ask = |snapshot: &Snapshot<'a, M>| EpochLimits::of(&EpochData::new(snapshot, data, settings), keep);
        let (epochs, skipped) = run.map_readable_beside(Some(known), ask)?;
        let largest = epochs.iter().map(|epoch| epoch.loss).fold(0.0, f32::max);
        let loss = if largest > 0.0 { f64::from(largest) } else { 1.0 };
        let highest = |losses: &[f32]| highest(losses, loss, settings.bins);
        let bars = if keep {
            epochs.iter().map(|epoch| highest(&epoch.losses)).collect::<Result<Vec<_>>>()?
        } else {
            run.without(&skipped).map(|snapshot| highest(&snapshot.losses(settings.loss)?))?
        };
        let curve = |metric: usize| epochs.iter().map(move |epoch| (epoch.epoch, epoch.metrics[metric])).collect();
        let limits = Self {
            hidden: epochs.iter().map(|epoch| epoch.hidden).fold(Extent::default(), Extent::and),
            counts: epochs.iter().map(|epoch| epoch.counts.clone()).reduce(|a, b| larger(&a, &b)).unwrap_or_default(),
            counts_of_all: room(epochs.iter().map(|epoch| epoch.all).max().unwrap_or(0)),
            loss,
            counts_of_losses: room(bars.into_iter().max().unwrap_or(0)),
            losses: curve(0),
            accuracies: curve(1),
        };
        let assumed = epochs.iter().flat_map(|epoch| epoch.caveats.iter().cloned());
        Ok((limits, Caveat::once(assumed.chain(skipped))))
    }

    /// The upper end of the axis of a class's histogram.
    pub(crate) fn counts_of_class(&self, class: usize) -> f64 {
        room(self.counts.get(class).copied().unwrap_or(0))
    }
}

impl EpochLimits {
    fn of<M: Forward>(at: &EpochData<'_, '_, M>, keep: bool) -> Result<Self> {
        let histogram = at.probability_histogram()?;
        let losses = at.losses()?;
        Ok(Self {
            epoch: at.snapshot.epoch(),
            hidden: at.extent()?,
            counts: highest_of_classes(histogram),
            all: histograms::confidences(histogram, at.has_single_output()).into_iter().max().unwrap_or(0),
            loss: limits(losses).map_or(0.0, |(_, high)| high),
            losses: if keep { losses.to_vec() } else { Vec::new() },
            metrics: at.metrics()?,
            caveats: histogram.caveats.clone(),
        })
    }
}

impl Extent {
    /// Gives the axes of a panel these limits, and a little more.
    pub(crate) fn apply(&self, panel: Panel) -> Panel {
        let [x, y] = self.ranges();
        panel.within(x, y)
    }

    /// A grid between these limits.
    pub(crate) fn grid(&self) -> Grid {
        let [x, y] = self.ranges().map(|range| *range.start() as f32..=*range.end() as f32);
        Grid::new(x, y)
    }

    pub(crate) fn ranges(&self) -> [std::ops::RangeInclusive<f64>; 2] {
        let ends = |limits: Option<(f32, f32)>| limits.into_iter().flat_map(|(low, high)| [low.into(), high.into()]);
        [self.x, self.y].map(|limits| wider(ends(limits)))
    }
}

/// The highest bar of the losses of an epoch.
fn highest(losses: &[f32], largest: f64, bins: usize) -> Result<u64> {
    let histogram = Histogram::of(losses, 0.0..=largest, bins)?;
    Ok(histogram.counts.into_iter().max().unwrap_or(0))
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
            AxisLimits::keeping(most, &run, &first, data, &settings).unwrap().0.counts_of_losses
        };
        assert!(highest(240) > 1.05, "240 losses are kept");
        assert_eq!(highest(240), highest(239));
    }
}

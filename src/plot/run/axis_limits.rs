//! How far everything in a run goes, for axes that are the same at every epoch.

use super::options::Settings;
use crate::plot::{Panel, panel::planes};
use crate::{
    Dataset, Forward, Result,
    analysis::{FeatureSpace, Grid, Histogram, ProbabilityHistogram},
    data::labels,
    math::stats::{Extent, limits},
    replay::{Run, Snapshot},
};

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
    metrics: [Option<f64>; 2],
}

impl AxisLimits {
    pub(crate) fn over<M: Forward + Sync>(run: &Run<'_, M>, data: &Dataset, settings: &Settings) -> Result<Self> {
        let needs =
            run.map_with(FeatureSpace::default, |space, snapshot| EpochLimits::of(snapshot, data, settings, space))?;
        let largest = needs.iter().map(|need| need.loss).fold(0.0, f32::max);
        let loss = if largest > 0.0 { f64::from(largest) } else { 1.0 };
        let highest = run.map(|snapshot| {
            let histogram = Histogram::of(&snapshot.losses(settings.loss)?, 0.0..=loss, settings.bins)?;
            Ok(histogram.counts.into_iter().max().unwrap_or(0))
        })?;
        let curve =
            |metric: usize| needs.iter().filter_map(move |need| Some((need.epoch, need.metrics[metric]?))).collect();
        Ok(Self {
            hidden: needs.iter().map(|need| need.hidden).fold(Extent::default(), Extent::and),
            counts: needs.iter().map(|need| need.counts.clone()).reduce(|a, b| larger(&a, &b)).unwrap_or_default(),
            counts_of_all: room(needs.iter().map(|need| need.all).max().unwrap_or(0)),
            loss,
            counts_of_losses: room(highest.into_iter().max().unwrap_or(0)),
            losses: curve(0),
            accuracies: curve(1),
        })
    }

    /// The upper end of the axis of a class's histogram.
    pub(crate) fn counts_of_class(&self, class: usize) -> f64 {
        room(self.counts.get(class).copied().unwrap_or(0))
    }
}

impl EpochLimits {
    fn of<M: Forward + Sync>(
        snapshot: &Snapshot<'_, M>,
        data: &Dataset,
        settings: &Settings,
        space: &mut FeatureSpace,
    ) -> Result<Self> {
        let mut hidden = Extent::default();
        if let Some(layer) = &settings.hidden {
            space.update_with(snapshot.model(), layer.view(), data, &settings.grid, |patch| {
                hidden = hidden.and(Extent::of(patch.region));
                Ok(())
            })?;
            hidden = hidden.and(Extent::of(&space.samples));
        }
        let histogram = snapshot.probability_histogram(settings.bins, labels::THRESHOLD)?;
        let losses = snapshot.losses(settings.loss)?;
        let metrics = snapshot.evaluate(settings.loss)?;
        Ok(Self {
            epoch: snapshot.epoch(),
            hidden,
            counts: highest(&histogram),
            all: crate::plot::panel::histograms::confidences(&histogram, data.outputs() == 1)
                .into_iter()
                .max()
                .unwrap_or(0),
            loss: limits(&losses).map_or(0.0, |(_, high)| high),
            metrics: ["loss", "accuracy"].map(|name| metrics.get(name)),
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
        [self.x, self.y].map(|limits| planes::wider(ends(limits)))
    }
}

/// The highest bar of each class.
fn highest(histogram: &ProbabilityHistogram) -> Vec<u64> {
    let bars = histogram.correct.iter().zip(&histogram.misclassified);
    let highest = bars.map(|(correct, wrong)| correct.iter().zip(wrong).map(|(correct, wrong)| correct + wrong).max());
    highest.map(|highest| highest.unwrap_or(0)).collect()
}

fn larger(one: &[u64], other: &[u64]) -> Vec<u64> {
    one.iter().zip(other).map(|(&one, &other)| one.max(other)).collect()
}

/// A little more than the highest bar.
fn room(highest: u64) -> f64 {
    crate::plot::panel::histograms::counts(highest).high
}

//! Violins of a run, on an axis that is the same at every epoch.

use std::{fmt, ops::RangeInclusive};

use super::axes::{Axes, Ends, Reach};
use crate::plot::{Panel, panel::planes::wider};
use crate::{
    Forward, Result,
    analysis::{LayerDistribution, LayerFilter, Quantity},
    math::stats,
    replay::{Run, Snapshot},
};

/// Violins of a quantity at any epoch, on an axis that is the same for all of them.
///
/// Made by [`RunPlots::violins`](crate::plot::RunPlots::violins).
pub struct Violins<'f, 'a, M> {
    run: &'f Run<'a, M>,
    quantity: Quantity,
    selection: LayerFilter,
    low: f64,
    high: f64,
    axes: Axes,
    /// What the axis leaves out.
    note: Option<String>,
}

/// The axis of all epochs, whose values have these ends each, and what it leaves out.
pub(crate) fn axis(axes: Axes, epochs: &[u64], ends: &[Ends]) -> (RangeInclusive<f64>, Option<String>) {
    let reach = Reach::over(axes, epochs, ends);
    (wider(reach.ends.into_iter().flat_map(|(low, high)| [low, high])), reach.note)
}

impl<M> fmt::Debug for Violins<'_, '_, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Violins")
            .field("quantity", &self.quantity)
            .field("low", &self.low)
            .field("high", &self.high)
            .finish_non_exhaustive()
    }
}

impl<'f, 'a, M: Forward> Violins<'f, 'a, M> {
    pub(crate) fn of(run: &'f Run<'a, M>, quantity: Quantity, selection: &LayerFilter, axes: Axes) -> Result<Self> {
        let (found, _) = run.map_readable(|snapshot| {
            let ends = |row: LayerDistribution| [row.distribution.min, row.distribution.max];
            let ends = snapshot.each_distribution(quantity, selection, ends)?;
            Ok((snapshot.epoch(), stats::finite_range(ends.into_iter().flatten())))
        })?;
        let (epochs, ends): (Vec<u64>, Vec<Ends>) = found.into_iter().unzip();
        let (range, note) = axis(axes, &epochs, &ends);
        let (low, high) = range.into_inner();
        Ok(Self { run, quantity, selection: selection.clone(), low, high, axes, note })
    }

    /// Returns the limits of the vertical axis over the epochs.
    ///
    /// ```
    /// # use training_replay::{Activation, Dense, Loss, Metrics, Replay, Sequential, datasets};
    /// # let data = datasets::parabola(50, 13);
    /// # let layers = [Dense::new(2).name("hidden").activation(Activation::Tanh), Dense::new(1).activation(Activation::Sigmoid)];
    /// # let model = Sequential::builder(2).layers(layers).build(42)?;
    /// # let mut replay = Replay::options().dataset(&data).loss(Loss::BinaryCrossEntropy).in_memory();
    /// # replay.record(&model, Metrics::new())?;
    /// use training_replay::{analysis::{LayerFilter, Quantity}, plot::RunPlots};
    ///
    /// let plots = RunPlots::of(replay.run()?)?;
    /// let violins = plots.violins(Quantity::activations(), &LayerFilter::default())?;
    /// assert!(*violins.limits().start() > -1.1 && *violins.limits().end() < 1.1); // tanh, and a sigmoid
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    pub fn limits(&self) -> RangeInclusive<f64> {
        self.low..=self.high
    }

    /// Returns the violins of one epoch.
    ///
    /// ```
    /// # use training_replay::{Activation, Dense, Loss, Metrics, Replay, Sequential, datasets};
    /// # let data = datasets::parabola(50, 13);
    /// # let layers = [Dense::new(2).name("hidden").activation(Activation::Tanh), Dense::new(1).activation(Activation::Sigmoid)];
    /// # let model = Sequential::builder(2).layers(layers).build(42)?;
    /// # let mut replay = Replay::options().dataset(&data).loss(Loss::BinaryCrossEntropy).in_memory();
    /// # replay.record(&model, Metrics::new())?;
    /// use training_replay::{analysis::{LayerFilter, Quantity}, plot::RunPlots};
    ///
    /// let plots = RunPlots::of(replay.run()?)?;
    /// let panel = plots.violins(Quantity::weights(), &LayerFilter::default())?.panel(0)?;
    /// assert_eq!(panel.y.label, "weights");
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If the epoch cannot be read.
    pub fn panel(&self, epoch: u64) -> Result<Panel> {
        let rows = self.rows(&self.run.at(epoch)?)?;
        let mut panel = Panel::violins(self.quantity.name(), &rows)?;
        if self.axes == Axes::Epoch {
            return Ok(panel);
        }
        panel.notes.extend(self.note.clone());
        let (low, high) = (panel.x.low, panel.x.high);
        Ok(panel.within(low..=high, self.limits()))
    }

    pub(crate) fn rows(&self, snapshot: &Snapshot<'_, M>) -> Result<Vec<LayerDistribution>> {
        snapshot.distributions(self.quantity, &self.selection)
    }
}

//! How many losses fall into each bin of their histograms at one epoch: the crate's own counts, which the page does not repeat
//! with the rounded numbers that it holds.

use std::ops::RangeInclusive;

use crate::{
    Forward, Result,
    analysis::{Histogram, distribution::histogram::Bins},
    math::elementary,
    plot::{
        Panel, RunPlots,
        run::{
            epoch_data::EpochData,
            value_axis::{ValueAxis, in_lowest_bar},
        },
    },
};

/// How far down the logarithmic histogram of losses goes, and its bins for each factor of ten.
const DECADES: usize = 9;
pub(crate) const BINS_OF_A_DECADE: usize = 8;
pub(crate) const LOG_BINS: usize = DECADES * BINS_OF_A_DECADE;

/// Counts over all samples of the data set.
#[derive(Clone)]
pub(crate) struct Counts {
    /// Losses of the correct and of the misclassified samples, bin by bin. Where nothing parts classes all are correct.
    pub(crate) losses: [Vec<u64>; 2],
    /// The same in bins of a logarithmic axis.
    pub(crate) log_losses: [Vec<u64>; 2],
    /// Losses that are NaN, and that are infinite.
    pub(crate) no_losses: [u64; 2],
    /// What must be known to read the bins of equal width.
    pub(crate) notes: Vec<String>,
    /// The same of the logarithmic axis.
    pub(crate) log_notes: Vec<String>,
}

impl Counts {
    pub(crate) fn of<'a, M: Forward>(
        plots: &RunPlots<'a, M>,
        at: &EpochData<'_, 'a, M>,
        bins: &LossBins,
    ) -> Result<Self> {
        let losses = at.losses()?;
        let mut is_wrong = vec![false; losses.len()];
        at.misclassified()?.into_iter().for_each(|sample| is_wrong[sample] = true);
        let of = |wrong: bool| -> Vec<f64> {
            let some = losses.iter().zip(&is_wrong).filter(|(_, is_wrong)| **is_wrong == wrong);
            some.map(|(&loss, _)| f64::from(loss)).filter(|loss| loss.is_finite()).collect()
        };
        let (correct, wrong) = (of(false), of(true));
        let is_nan = |loss: &&f32| loss.is_nan();
        let no_number = losses.iter().filter(|loss| !loss.is_finite()).count();
        let nan = losses.iter().filter(is_nan).count();
        Ok(Self {
            losses: [bins.counts(&correct)?, bins.counts(&wrong)?],
            log_losses: [bins.log_counts(&correct)?, bins.log_counts(&wrong)?],
            no_losses: [nan as u64, (no_number - nan) as u64],
            notes: plots.loss_notes(losses)?,
            log_notes: bins.log_notes(losses)?,
        })
    }
}

/// The bins of the losses: of the pictures, and of a logarithmic axis.
pub(crate) struct LossBins {
    linear: BinEnds,
    pub(crate) axis: ValueAxis,
    /// Of the logarithmic axis, which leaves nothing out.
    end: f64,
    logarithmic: BinEnds,
}

impl LossBins {
    pub(crate) fn of<M: Forward>(plots: &RunPlots<'_, M>) -> Result<Self> {
        let (end, count, axis) = (plots.limits.loss, LOG_BINS, plots.even_loss_axis());
        let linear = BinEnds::of(Bins::new(axis.low..=axis.high, plots.settings.bins)?);
        let logarithmic = BinEnds::of(Bins::new(log_low(end)..=elementary::ln(end), count)?);
        Ok(Self { linear, axis, end, logarithmic })
    }

    /// Of finite losses; those beyond the axis are in no bin.
    fn counts(&self, losses: &[f64]) -> Result<Vec<u64>> {
        let axis = self.axis.low..=self.axis.high;
        let losses: Vec<f64> = losses.iter().copied().filter(|loss| axis.contains(loss)).collect();
        Ok(Histogram::counting(&losses, &self.linear.bins)?.counts)
    }

    fn log_counts(&self, losses: &[f64]) -> Result<Vec<u64>> {
        let logarithms: Vec<f64> = losses.iter().map(|&loss| self.logarithm(loss)).collect();
        Ok(Histogram::counting(&logarithms, &self.logarithmic.bins)?.counts)
    }

    /// What must be known to read the logarithmic bins.
    fn log_notes(&self, losses: &[f32]) -> Result<Vec<String>> {
        let mut notes = Panel::losses(&Histogram::of(losses, self.every_loss(), 1)?).notes;
        let low = log_low(self.end);
        let is_below = |loss: &&f32| loss.is_finite() && (**loss <= 0.0 || elementary::ln(f64::from(**loss)) < low);
        let below = losses.iter().filter(is_below).count() as u64;
        notes.extend(in_lowest_bar(below, "losses", elementary::exp(low)));
        Ok(notes)
    }

    /// What is below the axis is counted at its lower end.
    fn logarithm(&self, loss: f64) -> f64 {
        let low = log_low(self.end);
        if loss > 0.0 { elementary::ln(loss).clamp(low, elementary::ln(self.end)) } else { low }
    }

    fn every_loss(&self) -> RangeInclusive<f64> {
        0.0..=self.end
    }

    /// The ends of the part that a loss's bins of both kinds have in common.
    pub(crate) fn ends_around(&self, loss: f64) -> Result<[f64; 2]> {
        if !loss.is_finite() {
            return Ok([0.0, f64::INFINITY]);
        }
        let ends = self.axis.low..=self.axis.high;
        let linear = match loss {
            loss if loss > *ends.end() => [*ends.end(), f64::INFINITY],
            loss if loss < *ends.start() => [f64::NEG_INFINITY, *ends.start()],
            loss => self.linear.within(loss)?,
        };
        let [low, high] = self.logarithmic.around(self.logarithm(loss))?.map(elementary::exp);
        Ok([linear[0].max(low), linear[1].min(high)])
    }

    /// The ends of the bins from this one on of the logarithmic axis.
    pub(crate) fn log_ends(&self, first: usize) -> [f64; 2] {
        [self.logarithmic.edges[first], self.logarithmic.edges[self.logarithmic.bins.count]].map(elementary::exp)
    }
}

fn log_low(end: f64) -> f64 {
    elementary::ln(end) - DECADES as f64 * std::f64::consts::LN_10
}

/// Bins, and where they end.
pub(crate) struct BinEnds {
    bins: Bins,
    edges: Vec<f64>,
}

impl BinEnds {
    pub(crate) fn of(bins: Bins) -> Self {
        Self { edges: bins.edges(), bins }
    }

    /// The ends of the bin that a value within the axis is counted in.
    fn within(&self, value: f64) -> Result<[f64; 2]> {
        let index = self.bins.index(0, value)?;
        Ok([self.edges[index], self.edges[index + 1]])
    }

    /// The same. The outermost ones also hold what is beyond.
    pub(crate) fn around(&self, value: f64) -> Result<[f64; 2]> {
        let index = self.bins.index(0, value)?;
        let low = if index == 0 { f64::NEG_INFINITY } else { self.edges[index] };
        let high = if index + 1 == self.bins.count { f64::INFINITY } else { self.edges[index + 1] };
        Ok([low, high])
    }
}

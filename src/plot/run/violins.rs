//! Violins of a run, on an axis that is the same at every epoch.

use std::{fmt, ops::RangeInclusive};

use crate::plot::{Panel, panel::planes::wider};
use crate::{
    Forward, Result,
    analysis::{LayerDistribution, LayerFilter, Quantity},
    replay::{Run, Snapshot},
};

/// Violins of a quantity at any epoch, on an axis that is the same for all of them. Made by
/// [`RunPlots::violins`](crate::plot::RunPlots::violins).
pub struct Violins<'f, 'a, M> {
    run: &'f Run<'a, M>,
    quantity: Quantity,
    selection: LayerFilter,
    low: f64,
    high: f64,
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

impl<'f, 'a, M: Forward + Sync> Violins<'f, 'a, M> {
    pub(crate) fn of(run: &'f Run<'a, M>, quantity: Quantity, selection: &LayerFilter) -> Result<Self> {
        let ends = run.map(|snapshot| {
            let rows = snapshot.distributions(quantity, selection)?.into_iter().map(|row| row.distribution);
            Ok(rows.flat_map(|values| [values.min, values.max]).collect::<Vec<_>>())
        })?;
        let (low, high) = wider(ends.into_iter().flatten()).into_inner();
        Ok(Self { run, quantity, selection: selection.clone(), low, high })
    }

    /// The limits of their axis.
    pub fn limits(&self) -> RangeInclusive<f64> {
        self.low..=self.high
    }

    /// Those of one epoch.
    ///
    /// # Errors
    ///
    /// If the epoch cannot be asked.
    pub fn panel(&self, epoch: u64) -> Result<Panel> {
        let rows = self.rows(&self.run.at(epoch)?)?;
        let panel = Panel::violins(self.quantity.name(), &rows)?;
        let (low, high) = (panel.x.low, panel.x.high);
        Ok(panel.within(low..=high, self.limits()))
    }

    pub(crate) fn rows(&self, snapshot: &Snapshot<'_, M>) -> Result<Vec<LayerDistribution>> {
        snapshot.distributions(self.quantity, &self.selection)
    }
}

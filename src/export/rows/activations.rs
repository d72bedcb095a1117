//! The rows of `activations`: how much of their range the units of the hidden layers use.

use super::super::{batch::Batch, cell::Cell, table::Table};
use crate::{Forward, analysis::EpochSummary};

/// A row for each hidden layer.
pub(crate) fn rows(data_set: &Cell, summary: &EpochSummary, model: &dyn Forward) -> Batch {
    let row = |(i, layer): (usize, &crate::analysis::LayerState)| {
        let count = layer.dead.iter().filter(|dead| **dead).count();
        let saturated = mean(&layer.saturation);
        [
            data_set.clone(),
            Cell::whole(summary.epoch),
            layer.layer.as_str().into(),
            Cell::whole(layer.dead.len()),
            layer.coverage.into(),
            saturated.into(),
            // Of a range that is not known, it is not known either.
            model.range(i).map_or(Cell::Null, |_| Cell::whole(count)),
        ]
    };
    Batch::of_rows(Table::Activations, summary.layers.iter().enumerate().map(row).collect())
}

fn mean(shares: &[f64]) -> Option<f64> {
    (!shares.is_empty()).then(|| crate::math::stats::mean(shares.iter().copied()))
}

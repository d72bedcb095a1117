//! The rows of `epochs`: loss, accuracy and errors over the data set.

use super::super::{batch::Batch, cell::Cell, table::Table};
use crate::{Parameter, Weights, analysis::EpochSummary};

/// The number of values that are NaN or infinite.
fn count(parameter: &Parameter<'_>) -> usize {
    parameter.values().to_f64().iter().filter(|value| !value.is_finite()).count()
}

/// The row of an epoch, with what is known of it.
pub(crate) fn row(data_set: &Cell, epoch: u64, summary: Option<&EpochSummary>, weights: &Weights) -> Batch {
    let errors = summary.and_then(EpochSummary::errors);
    let samples = summary.map(|summary| summary.samples);
    let accuracy = errors.zip(samples).map(|(errors, samples)| (samples - errors) as f64 / samples as f64);
    let not_finite: Vec<(String, usize)> = weights.iter().map(|p| (p.label(), count(p))).collect();
    let first = not_finite.iter().find(|(_, count)| *count > 0).map(|(label, _)| label.as_str());
    Batch::of_rows(
        Table::Epochs,
        vec![[
            data_set.clone(),
            Cell::whole(epoch),
            samples.map_or(Cell::Null, Cell::whole),
            summary.and_then(|summary| summary.loss).into(),
            errors.map_or(Cell::Null, Cell::whole),
            accuracy.into(),
            first.into(),
            Cell::whole(not_finite.iter().map(|(_, count)| count).sum::<usize>()),
        ]],
    )
}

//! The rows of `metrics` and `notes`: what was logged, as it was.

use super::super::{batch::Batch, cell::Cell, table::Table};
use crate::{Metrics, Moment, NoteValue, Replay};

/// A row for each metric that was logged at a moment.
pub(crate) fn metrics(moment: Moment, metrics: &Metrics) -> Batch {
    let row = |(name, value): (&str, f64)| {
        let step = moment.step().map_or(Cell::Null, Cell::whole);
        [Cell::whole(moment.epoch()), step, name.into(), value.into()]
    };
    Batch::of_rows(Table::Metrics, metrics.iter().map(row).collect())
}

/// A row for each note.
pub(crate) fn notes(replay: &Replay) -> Batch {
    let row = |(place, (key, value)): (usize, (&str, NoteValue))| {
        let (text, kind, number) = (value.to_string(), value.type_name(), value.number());
        [Cell::whole(place), key.into(), text.into(), kind.into(), number.into()]
    };
    Batch::of_rows(Table::Notes, replay.metadata().typed().enumerate().map(row).collect())
}

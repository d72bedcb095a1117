//! The row of `runs`: what the run is, and what was not looked at.

use super::super::{batch::Batch, cell::Cell, table::Table};
use crate::{Dataset, Loss, Replay, analysis::Caveat};

/// The one row of a run.
pub(crate) fn row(
    replay: &Replay,
    loss: Option<Loss>,
    data_set: &Cell,
    data: Option<&Dataset>,
    caveats: &[Caveat],
) -> Batch {
    let epochs: Vec<u64> = replay.epochs().collect();
    let of_data = |number: fn(&Dataset) -> usize| data.map_or(Cell::Null, |data| Cell::whole(number(data)));
    let class_names = data.map(|data| data.class_names().to_vec()).filter(|names| !names.is_empty());
    let row = [
        replay.path().map(|path| path.to_string_lossy().into_owned()).into(),
        replay.is_finished().into(),
        Cell::whole(epochs.len()),
        epochs.first().map_or(Cell::Null, |&epoch| Cell::whole(epoch)),
        epochs.last().map_or(Cell::Null, |&epoch| Cell::whole(epoch)),
        Cell::whole(replay.steps().len()),
        loss.map(|loss| loss.to_string()).into(),
        replay.description().map(|description| description.kind()).into(),
        data_set.clone(),
        of_data(Dataset::samples),
        of_data(Dataset::features),
        of_data(Dataset::outputs),
        class_names.into(),
        replay.metric_names().map(str::to_owned).collect::<Vec<_>>().into(),
        caveats.iter().map(Caveat::to_string).collect::<Vec<_>>().into(),
    ];
    Batch::of_rows(Table::Runs, vec![row])
}

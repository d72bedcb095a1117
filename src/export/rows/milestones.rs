//! The rows of `milestones`: what happened, when, to what.

use super::super::{batch::Batch, cell::Cell, table::Table};
use crate::analysis::{Milestone, Milestones, Subject};

/// A row for each milestone.
pub(crate) fn rows(data_set: &Cell, milestones: &Milestones) -> Batch {
    let row = |row: &Milestone| {
        let [about, class, layer, unit, parameter] = subject(&row.subject);
        [
            data_set.clone(),
            row.kind.name().replace(' ', "_").into(),
            Cell::whole(row.epoch),
            row.until.map_or(Cell::Null, Cell::whole),
            about,
            class,
            layer,
            unit,
            parameter,
            row.evidence.into(),
            milestones.sentence(row).into(),
        ]
    };
    Batch::of_rows(Table::Milestones, milestones.rows.iter().map(row).collect())
}

/// What it is about: the kind of it, the class, the layer, the unit, the parameter.
fn subject(subject: &Subject) -> [Cell; 5] {
    let none = || Cell::Null;
    match subject {
        Subject::Run => ["run".into(), none(), none(), none(), none()],
        Subject::Class(class) => ["class".into(), Cell::whole(*class), none(), none(), none()],
        Subject::Layer(layer) => ["layer".into(), none(), layer.as_str().into(), none(), none()],
        Subject::Unit { layer, unit } => ["unit".into(), none(), layer.as_str().into(), Cell::whole(*unit), none()],
        Subject::Parameter { layer, name } => {
            ["parameter".into(), none(), layer.as_str().into(), none(), name.as_str().into()]
        }
        Subject::Feature(feature) => ["feature".into(), none(), none(), Cell::whole(*feature), none()],
        Subject::Output(output) => ["output".into(), none(), none(), Cell::whole(*output), none()],
    }
}

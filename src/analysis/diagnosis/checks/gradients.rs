//! Gradients that vanish or explode from the start on.

use crate::analysis::{
    Milestone, MilestoneKind as Kind,
    diagnosis::{Finding, finding::Checked, gap::Gap, run_evidence::RunEvidence},
};

/// What lasts from the first epoch on for half of the run, so that the end of training, where all gradients are small, does
/// not count.
pub(super) fn gradients(run: &RunEvidence<'_>, kind: Kind, threshold: f64) -> Checked {
    let (first, last) = run.span()?;
    run.recomputed()?;
    if !run.has_gradients {
        return Err(Gap::new("the model gives no gradients: `Forward::as_backward` would"));
    }
    let middle = first.epoch + (last.epoch - first.epoch) / 2;
    let lasts = |row: &&Milestone| row.epoch == first.epoch && row.until.is_none_or(|until| until >= middle);
    let rows = run.milestones.of_kind(kind).filter(lasts);
    Ok(rows.map(|row| Finding { milestone: row.clone(), threshold, hint: false }).collect())
}

//! What the weights alone show: parameters that never change, and values that are not finite.

use crate::analysis::{
    Milestone, MilestoneKind as Kind,
    diagnosis::{Finding, finding::Checked, gap::Gap, run_evidence::RunEvidence},
};

pub(super) fn diverged(run: &RunEvidence<'_>, threshold: f64) -> Vec<Finding> {
    // A loss counts as one value.
    let count = |row: &Milestone| if row.evidence.is_finite() { row.evidence } else { 1.0 };
    let rows = run.milestones.of_kind(Kind::Diverged).filter(|row| count(row) > threshold);
    rows.map(|row| finding(row, threshold)).collect()
}

/// Those that have not changed once.
pub(super) fn frozen(run: &RunEvidence<'_>, threshold: f64) -> Checked {
    let (first, _) = run.span()?;
    if run.milestones.parameters == 0 {
        return Err(Gap::new("no parameter of floating-point numbers was recorded as the model holds it"));
    }
    let never = run.milestones.frozen().filter(|row| row.epoch == first.epoch && row.evidence > threshold);
    Ok(never.map(|row| finding(row, threshold)).collect())
}

fn finding(row: &Milestone, threshold: f64) -> Finding {
    Finding { milestone: row.clone(), threshold, hint: false }
}

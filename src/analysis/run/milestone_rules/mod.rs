//! The rules by which summaries of epochs become milestones.
//!
//! Each file has those of one subject, and one function that applies them: from the summaries in the order of time to
//! rows.

mod correctness;
mod divergence;
mod gradients;
mod layers;
mod losses;
mod rows;
#[cfg(test)]
pub(super) mod testing;

use crate::analysis::{EpochSummary, Milestone, MilestoneOptions};

/// Makes rows of the summaries of a run.
type Rule = fn(&[EpochSummary], &MilestoneOptions) -> Vec<Milestone>;

/// Rows of the same epoch come in this order.
const RULES: [Rule; 5] =
    [correctness::milestones, losses::milestones, layers::milestones, gradients::milestones, divergence::milestones];

/// The rows of all rules, in the order of their epochs.
pub(super) fn apply(summaries: &[EpochSummary], options: &MilestoneOptions) -> Vec<Milestone> {
    let mut rows: Vec<Milestone> = RULES.iter().flat_map(|rule| rule(summaries, options)).collect();
    rows.sort_by_key(|row| row.epoch);
    rows
}

//! The rules by which summaries of epochs become milestones.
//!
//! Each file has those of one subject, and one function that applies them: from the summaries in the order of time to
//! rows.

mod correctness;
mod divergence;
mod gradients;
mod layers;
mod losses;
mod parameters;
mod rows;
#[cfg(test)]
pub(super) mod testing;
mod units;

pub(super) use parameters::ParameterStretches;
pub(super) use units::UnitStates;

use crate::analysis::{EpochSummary, Milestone, MilestoneOptions};

/// The rows of all rules, in the order of their epochs; those of one epoch in the order of the rules.
pub(super) fn apply(
    summaries: &[EpochSummary],
    units: &UnitStates,
    parameters: &ParameterStretches,
    options: &MilestoneOptions,
) -> Vec<Milestone> {
    let mut rows = correctness::milestones(summaries, options);
    rows.extend(losses::milestones(summaries, options));
    rows.extend(layers::milestones(summaries, units, options));
    rows.extend(gradients::milestones(summaries, options));
    rows.extend(parameters.rows(options));
    rows.extend(divergence::milestones(summaries, options));
    rows.sort_by_key(|row| row.epoch);
    rows
}

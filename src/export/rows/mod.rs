//! The rows of each table, made of what was asked of the run.

pub(super) mod activations;
pub(super) mod epochs;
pub(super) mod layers;
pub(super) mod logged;
pub(super) mod milestones;
pub(super) mod runs;
pub(super) mod samples;

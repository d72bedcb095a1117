//! One run over its epochs: its milestones, its samples, its verification against the log, its differences from
//! another.

pub(crate) mod epoch_summary;
mod flips;
mod milestone;
mod milestone_options;
mod milestone_rules;
mod milestone_sentence;
pub(crate) mod milestones;
mod plateau;
mod run_diff;
mod sample_history;
mod sample_outcomes;
mod verification;
mod weight_diff;

pub use epoch_summary::{ClassCount, EpochSummary, LayerState};
pub use flips::Flips;
pub use milestone::{Milestone, MilestoneKind, Subject};
pub use milestone_options::MilestoneOptions;
pub use milestones::Milestones;
pub use plateau::{Plateau, plateaus};
pub use run_diff::RunDiff;
pub use sample_history::SampleHistory;
pub use sample_outcomes::SampleOutcomes;
pub use verification::{Check, Verification, VerifyOptions};
pub use weight_diff::WeightDiff;

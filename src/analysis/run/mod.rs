//! One run over its epochs: what happened, when, to which sample, and whether what was logged is so.

mod diff;
pub(crate) mod epoch_summary;
mod milestone;
mod milestone_options;
mod milestones;
mod plateau;
mod sample_history;
mod verification;

pub use diff::{RunDiff, WeightDiff};
pub use epoch_summary::{ClassCount, EpochSummary, LayerState};
pub use milestone::{Milestone, MilestoneKind, Subject};
pub use milestone_options::MilestoneOptions;
pub use milestones::Milestones;
pub use plateau::{Plateau, plateaus};
pub use sample_history::{Flips, SampleHistory, SampleOutcomes};
pub use verification::{Check, Verification, VerifyOptions};

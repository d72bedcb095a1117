//! One run over its epochs: its milestones, its samples, its verification against the log, its differences from
//! another.

mod data_map;
pub(crate) mod epoch_summary;
mod flips;
pub(crate) mod layer_state;
mod metric_check;
mod milestone;
mod milestone_fault;
mod milestone_group;
mod milestone_options;
mod milestone_rules;
mod milestone_sentence;
pub(crate) mod milestones;
pub(crate) mod parameter_state;
mod plateau;
mod probe_check;
mod run_diff;
mod sample_history;
mod sample_outcomes;
mod training_check;
mod verification;
mod verify_options;
mod weight_diff;

pub use data_map::{DataMap, SampleDynamics};
pub use epoch_summary::{ClassCount, EpochSummary};
pub use flips::Flips;
pub use layer_state::LayerState;
pub use metric_check::Check;
pub use milestone::{Milestone, MilestoneKind, Subject};
pub use milestone_group::MilestoneGroup;
pub use milestone_options::MilestoneOptions;
pub use milestones::Milestones;
pub use parameter_state::ParameterState;
pub use plateau::{Plateau, plateaus};
pub use probe_check::{DataCheck, ProbeCheck};
pub use run_diff::RunDiff;
pub use sample_history::SampleHistory;
pub use sample_outcomes::SampleOutcomes;
pub use training_check::TrainingCheck;
pub use verification::{Verdict, Verification};
pub use verify_options::VerifyOptions;
pub use weight_diff::WeightDiff;

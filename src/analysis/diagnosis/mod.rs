//! What is wrong with a run: checks by which a run passes or fails, and what could not be checked.

mod alone;
mod checks;
mod constant_loss;
mod copies;
#[expect(clippy::module_inception, reason = "the noun of the room is that of the file")]
mod diagnosis;
mod diagnosis_options;
pub(crate) mod epoch_evidence;
mod finding;
pub(crate) mod gap;
pub(crate) mod residuals;
pub(crate) mod run_evidence;
pub(crate) mod sampled;
pub(crate) mod steps;
mod two_samples;

pub use diagnosis::{Diagnosis, Judgement};
pub use diagnosis_options::DiagnosisOptions;
pub use finding::Finding;
pub use gap::NotChecked;

//! A check that could not be made.

use crate::{Error, analysis::MilestoneKind};

/// A check of a [`Diagnosis`](super::Diagnosis) that could not be made, and why.
///
/// ```
/// use training_replay::{Dense, Metrics, Replay, Sequential, analysis::{DiagnosisOptions, MilestoneKind}, datasets};
///
/// let mut replay = Replay::options().dataset(&datasets::moons(50, 0.1, 7)).in_memory(); // no loss is noted
/// replay.record(&Sequential::builder(2).layer(Dense::new(1)).build(1)?, Metrics::new())?;
/// let diagnosis = replay.run()?.diagnose(&DiagnosisOptions::default())?;
/// let left = diagnosis.not_checked.iter().find(|left| left.kind == MilestoneKind::NoLearning).expect("no loss");
/// assert!(left.reason.contains("`DiagnosisOptions::loss`"), "{}", left.reason);
/// # Ok::<(), training_replay::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct NotChecked {
    /// What was not looked for.
    pub kind: MilestoneKind,
    /// Why, and what it takes.
    pub reason: String,
}

/// Why something is not known of a run, and what would make it known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Gap(pub(super) String);

/// What is known of a run, or why it is not.
pub(crate) type Known<T> = std::result::Result<T, Gap>;

/// What keeps something from being computed keeps it from being known.
impl From<Error> for Gap {
    fn from(error: Error) -> Self {
        Self(error.to_string())
    }
}

impl Gap {
    pub(crate) fn new(reason: impl Into<String>) -> Self {
        Self(reason.into())
    }
}

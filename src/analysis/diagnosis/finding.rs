//! Something that is wrong with a run.

#[cfg(feature = "serde")]
use crate::serial;

use super::gap::Known;
use crate::analysis::{Milestone, MilestoneKind, Subject};

/// What a check finds, nothing where nothing is wrong; or why it could not be made.
pub(super) type Checked = Known<Vec<Finding>>;

/// Something that is wrong with a run, or may be: a milestone whose evidence is beyond a threshold.
///
/// [`Diagnosis::sentence`](super::Diagnosis::sentence) says it.
///
/// ```
/// use training_replay::{Metrics, Parameter, Replay, Weights, analysis::{DiagnosisOptions, MilestoneKind}};
/// # use training_replay::{Dense, Sequential, Loss, datasets};
///
/// let model = Sequential::builder(2).layer(Dense::new(1).name("output")).build(1)?;
/// let mut replay = Replay::options().dataset(&datasets::moons(50, 0.1, 7)).loss(Loss::MeanSquaredError).in_memory();
/// for _ in 0..4 {
///     replay.record(&model, Metrics::new())?; // the optimizer was forgotten
/// }
/// let diagnosis = replay.run()?.diagnose(&DiagnosisOptions::default())?;
/// let frozen = diagnosis.of_kind(MilestoneKind::Frozen).next().expect("nothing moves");
/// assert_eq!((frozen.milestone.epoch, frozen.milestone.evidence, frozen.hint), (0, 4.0, false));
/// # Ok::<(), training_replay::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Finding {
    /// What, when, of what, and the number behind it.
    pub milestone: Milestone,
    /// What the evidence was compared with.
    #[cfg_attr(feature = "serde", serde(serialize_with = "serial::plain"))]
    pub threshold: f64,
    /// Whether it only may be wrong, so that a run does not fail by it.
    pub hint: bool,
}

impl Finding {
    /// One of an epoch, or from an epoch on.
    pub(super) fn new(kind: MilestoneKind, epoch: u64, subject: Subject, evidence: f64, threshold: f64) -> Self {
        Self { milestone: Milestone { kind, epoch, until: None, subject, evidence }, threshold, hint: false }
    }

    /// The same up to an epoch.
    pub(super) fn until(mut self, epoch: Option<u64>) -> Self {
        self.milestone.until = epoch;
        self
    }

    /// The same as what only may be wrong, or not.
    pub(super) fn hinting(self, hint: bool) -> Self {
        Self { hint, ..self }
    }
}

/// The finding, if there is one.
pub(super) fn none_or(found: bool, finding: impl FnOnce() -> Finding) -> Vec<Finding> {
    found.then(finding).into_iter().collect()
}

//! Labels that neighbors and model contradict.

use crate::{
    Standardization,
    analysis::{
        MilestoneKind as Kind, Subject,
        classification::nearest_neighbors::NearestNeighbors,
        diagnosis::{
            Finding,
            finding::{Checked, none_or},
            gap::Gap,
            run_evidence::RunEvidence,
        },
    },
};

/// As many neighbors contradict a label.
const NEIGHBORS: usize = 10;

/// Fewer samples have no neighbors to speak of.
const ENOUGH: usize = 30;

/// The share of labels that are contradicted by most of their neighbors, and by the model at most of the first half of the
/// epochs: later it may know them by heart.
pub(super) fn noisy_labels(run: &RunEvidence<'_>, threshold: f64) -> Checked {
    let (first, _) = run.span()?;
    run.training()?;
    let no_classes = || Gap::new("the targets are no classes of one position, or nothing parts them");
    let (some, wrong) = run.sampled.as_ref().ok_or_else(no_classes)?;
    let classes = some.classes.as_ref().ok_or_else(no_classes)?;
    if some.len() < ENOUGH || wrong.len() != some.len() {
        return Err(Gap::new(format!("it takes {ENOUGH} samples, and classes that something parts")));
    }
    let scaled = Standardization::of(&some.data).transform(some.data.inputs())?;
    let votes = NearestNeighbors::new(&scaled, classes, NEIGHBORS).vote(None)?;
    let all = votes.iter().zip(classes).zip(wrong);
    let contradicted = all.filter(|((vote, class), wrong)| vote != class && **wrong > 0.5).count();
    let share = contradicted as f64 / some.len() as f64;
    Ok(none_or(share >= threshold, || Finding::new(Kind::NoisyLabels, first.epoch, Subject::Run, share, threshold)))
}

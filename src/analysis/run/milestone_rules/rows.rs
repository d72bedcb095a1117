//! What the rules share: rows of curves and of stretches of epochs.

use crate::analysis::{EpochSummary, Milestone, MilestoneKind, Subject};

/// A milestone of one epoch, or one that holds from there to the end.
pub(super) fn from_epoch(kind: MilestoneKind, epoch: u64, subject: Subject, evidence: f64) -> Milestone {
    Milestone { kind, epoch, until: None, subject, evidence }
}

/// A number of every epoch that has it.
pub(super) fn curve(summaries: &[EpochSummary], number: impl Fn(&EpochSummary) -> Option<f64>) -> Vec<(u64, f64)> {
    summaries.iter().filter_map(|summary| Some((summary.epoch, number(summary)?))).collect()
}

/// The smallest number of a curve, where it is first, and the last one.
pub(super) fn best_and_final(
    curve: &[(u64, f64)],
    best: MilestoneKind,
    last: MilestoneKind,
) -> impl Iterator<Item = Milestone> + use<> {
    let smallest = curve.iter().filter(|(_, number)| !number.is_nan()).min_by(|a, b| a.1.total_cmp(&b.1));
    let row =
        |kind, point: Option<&(u64, f64)>| point.map(|&(epoch, number)| from_epoch(kind, epoch, Subject::Run, number));
    row(best, smallest).into_iter().chain(row(last, curve.last()))
}

/// The stretches of at least `lasting` epochs, or up to the end of the run, in which every epoch has the evidence.
pub(super) fn stretches(
    summaries: &[EpochSummary],
    lasting: u64,
    kind: MilestoneKind,
    subject: &Subject,
    evidence: impl Fn(&EpochSummary) -> Option<f64>,
) -> Vec<Milestone> {
    let mut end = 0;
    let stretches = summaries.chunk_by(|a, b| evidence(a).is_some() == evidence(b).is_some());
    let rows = stretches.filter_map(|stretch| {
        end += stretch.len();
        let (first, last) = (stretch.first()?, stretch.last()?);
        let until = (end < summaries.len()).then_some(last.epoch);
        let row = Milestone { until, ..from_epoch(kind, first.epoch, subject.clone(), evidence(first)?) };
        (until.is_none() || stretch.len() as u64 >= lasting).then_some(row)
    });
    rows.collect()
}

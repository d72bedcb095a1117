//! The first weight or loss that is NaN or infinite.

use super::rows::from_epoch;
use crate::analysis::{EpochSummary, Milestone, MilestoneKind, MilestoneOptions, Subject};

pub(super) fn milestones(summaries: &[EpochSummary], _: &MilestoneOptions) -> Vec<Milestone> {
    let first = summaries.iter().find_map(|summary| Some((summary.epoch, not_finite(summary)?)));
    let row = |(epoch, (subject, evidence))| from_epoch(MilestoneKind::Diverged, epoch, subject, evidence);
    first.map(row).into_iter().collect()
}

/// The parameter that is not finite, and how many of its values; else the loss.
fn not_finite(summary: &EpochSummary) -> Option<(Subject, f64)> {
    let weights = summary.not_finite.clone();
    let of_weights = weights.map(|(layer, name, count)| (Subject::Parameter { layer, name }, count as f64));
    let of_loss = || Some((Subject::Run, summary.loss.filter(|loss| !loss.is_finite())?));
    of_weights.or_else(of_loss)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::{
        MilestoneKind as Kind, Milestones,
        run::milestone_rules::testing::{rows, summaries_of},
    };

    #[test]
    fn the_first_value_that_is_not_finite_is_the_divergence() {
        let summaries = summaries_of(5, |summary| {
            summary.loss = Some(if summary.epoch < 2 { 1.0 } else { f64::INFINITY });
            summary.not_finite = (summary.epoch > 2).then(|| ("h".into(), "kernel".into(), 7));
        });
        assert_eq!(rows(&summaries, Kind::Diverged), [(2, None, "run".into(), f64::INFINITY)]);
        assert_eq!(rows(&summaries[3..], Kind::Diverged), [(3, None, "h/kernel".into(), 7.0)]);
        let milestones = Milestones::of(&summaries[3..], &MilestoneOptions::default()).unwrap();
        assert_eq!(
            milestones.diverged().unwrap().to_string(),
            "At epoch 3, 7 values of kernel of layer h are not finite"
        );
    }
}

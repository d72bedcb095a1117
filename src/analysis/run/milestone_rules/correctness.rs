//! From when on every sample is correct, and how many are not.

use super::rows::{best_and_final, curve, from_epoch};
use crate::analysis::{EpochSummary, Milestone, MilestoneKind as Kind, MilestoneOptions, Subject};

pub(super) fn milestones(summaries: &[EpochSummary], _: &MilestoneOptions) -> Vec<Milestone> {
    let Some(last) = summaries.last() else { return Vec::new() };
    let of_run = all_correct(summaries, Subject::Run, last.samples, EpochSummary::errors);
    let classes = last.classes.iter().enumerate().filter(|(_, count)| count.samples > 0);
    let of_classes = classes.filter_map(|(class, count)| {
        let errors = |summary: &EpochSummary| summary.classes.get(class).map(|count| count.errors);
        all_correct(summaries, Subject::Class(class), count.samples, errors)
    });
    let errors = curve(summaries, |summary| summary.errors().map(|errors| errors as f64));
    let errors = best_and_final(&errors, Kind::FewestErrors, Kind::FinalErrors);
    of_run.into_iter().chain(of_classes).chain(errors).collect()
}

/// From when on there are no errors, up to the end.
fn all_correct(
    summaries: &[EpochSummary],
    subject: Subject,
    samples: u64,
    errors: impl Fn(&EpochSummary) -> Option<u64>,
) -> Option<Milestone> {
    let first = summaries.iter().rev().take_while(|summary| errors(summary) == Some(0)).last()?;
    Some(from_epoch(Kind::AllCorrect, first.epoch, subject, samples as f64))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::{
        ClassCount, Milestones,
        run::milestone_rules::testing::{rows, summaries_of},
    };

    /// Errors of the two classes: 1 3, 0 2, 0 0, 0 1, 0 0, 0 0
    #[test]
    fn a_class_is_all_correct_from_the_epoch_behind_its_last_error() {
        let errors = [[1, 3], [0, 2], [0, 0], [0, 1], [0, 0], [0, 0]];
        let summaries = summaries_of(6, |summary| {
            let count = |(errors, samples)| ClassCount { samples, errors, predicted: samples - errors };
            summary.classes = errors[summary.epoch as usize].into_iter().zip([4, 6]).map(count).collect();
        });
        let expected =
            [(1, None, "class 0".into(), 4.0), (4, None, "run".into(), 10.0), (4, None, "class 1".into(), 6.0)];
        assert_eq!(rows(&summaries, Kind::AllCorrect), expected);
        assert_eq!(rows(&summaries, Kind::FewestErrors), [(2, None, "run".into(), 0.0)]);
        assert_eq!(rows(&summaries, Kind::FinalErrors), [(5, None, "run".into(), 0.0)]);
        let milestones = Milestones::of(&summaries[..4], &MilestoneOptions::default()).unwrap();
        assert_eq!(
            (milestones.all_correct(), milestones.class_correct(0), milestones.class_correct(1)),
            (None, Some(1), None)
        );
    }
}

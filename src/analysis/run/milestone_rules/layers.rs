//! Hidden layers that are squashed or widened, units that are saturated or dead.

use super::{UnitStates, rows::stretches};
use crate::analysis::{EpochSummary, Milestone, MilestoneKind as Kind, MilestoneOptions, Subject};

/// The rows of each layer, and then those of its units.
pub(super) fn milestones(summaries: &[EpochSummary], units: &UnitStates, options: &MilestoneOptions) -> Vec<Milestone> {
    let Some(first) = summaries.first() else { return Vec::new() };
    let layers = first.layers.iter().enumerate();
    let rows = layers.flat_map(|(index, state)| {
        let mut rows = coverage_rows(summaries, options, index, &state.layer);
        rows.extend(units.rows(index));
        rows
    });
    rows.collect()
}

fn coverage_rows(summaries: &[EpochSummary], options: &MilestoneOptions, index: usize, layer: &str) -> Vec<Milestone> {
    let coverage = |summary: &EpochSummary| summary.layers.get(index)?.coverage;
    let squashed = |summary: &EpochSummary| coverage(summary).filter(|&share| share <= options.squashed);
    let widened = |summary: &EpochSummary| coverage(summary).filter(|&share| share >= options.widened);
    let subject = Subject::Layer(layer.to_owned());
    let mut rows = stretches(summaries, options.lasting, Kind::Squashed, &subject, squashed);
    rows.extend(stretches(summaries, options.lasting, Kind::Widened, &subject, widened));
    rows
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::{
        Milestones,
        run::milestone_rules::testing::{layer, rows, summaries_of},
    };

    #[test]
    fn what_lasts_has_a_first_and_a_last_epoch_and_what_flickers_has_no_row() {
        // Covered: little for epochs 0 to 6, much from 10 on but for epoch 12, which leaves 10 and 11 alone.
        let coverage = |epoch| {
            if epoch < 7 {
                0.2
            } else if epoch < 10 || epoch == 12 {
                0.5
            } else {
                0.8
            }
        };
        let summaries =
            summaries_of(20, |summary| summary.layers = vec![layer(Some(coverage(summary.epoch)), &[], &[])]);
        assert_eq!(rows(&summaries, Kind::Squashed), [(0, Some(6), "h".into(), 0.2)]);
        assert_eq!(rows(&summaries, Kind::Widened), [(13, None, "h".into(), 0.8)]);
        let every = Milestones::of(&summaries, &MilestoneOptions::default().lasting(1)).unwrap();
        assert_eq!(every.of_kind(Kind::Widened).map(|row| row.epoch).collect::<Vec<_>>(), [10, 13]);
    }

    #[test]
    fn units_have_rows_one_by_one() {
        let summaries = summaries_of(10, |summary| {
            let saturation = [0.96, 0.94, if summary.epoch > 3 { 1.0 } else { 0.0 }];
            summary.layers = vec![layer(None, &saturation, &[summary.epoch < 6, summary.epoch > 7, false])];
        });
        let saturated = [(0, None, "h unit 0".into(), 0.96), (4, None, "h unit 2".into(), 1.0)];
        assert_eq!(rows(&summaries, Kind::Saturated), saturated);
        let dead = [(0, Some(5), "h unit 0".into(), 10.0), (8, None, "h unit 1".into(), 10.0)];
        assert_eq!(rows(&summaries, Kind::Dead), dead);
        let milestones = Milestones::of(&summaries, &MilestoneOptions::default()).unwrap();
        assert_eq!(milestones.dead_units().map(|row| row.epoch).collect::<Vec<_>>(), [8], "the other one came back");
    }
}

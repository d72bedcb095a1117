//! Gradients that vanish or explode from the last layer to the first.

use super::rows::stretches;
use crate::analysis::{EpochSummary, Milestone, MilestoneKind as Kind, MilestoneOptions, Subject};

/// Each layer's gradients against those of the last one.
pub(super) fn milestones(summaries: &[EpochSummary], options: &MilestoneOptions) -> Vec<Milestone> {
    let Some(first) = summaries.first() else { return Vec::new() };
    let layers = first.gradients[..first.gradients.len().saturating_sub(1)].iter().enumerate();
    layers.flat_map(|(index, (layer, _))| layer_rows(summaries, options, index, layer)).collect()
}

fn layer_rows(summaries: &[EpochSummary], options: &MilestoneOptions, index: usize, layer: &str) -> Vec<Milestone> {
    let ratio = |summary: &EpochSummary| {
        let last = summary.gradients.last()?.1;
        (last > 0.0).then_some(summary.gradients.get(index)?.1 / last)
    };
    let vanishing = |summary: &EpochSummary| ratio(summary).filter(|&ratio| ratio <= options.vanishing);
    let exploding = |summary: &EpochSummary| ratio(summary).filter(|&ratio| ratio >= options.exploding);
    let subject = Subject::Layer(layer.to_owned());
    let mut rows = stretches(summaries, options.lasting, Kind::Vanishing, &subject, vanishing);
    rows.extend(stretches(summaries, options.lasting, Kind::Exploding, &subject, exploding));
    rows
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::run::milestone_rules::testing::{rows, summaries_of};

    #[test]
    fn gradients_are_compared_with_the_last_layers() {
        let gradients = |epoch: u64| [0.001, if epoch < 5 { 30.0 } else { 2.0 }, 0.2].map(|rms| rms * 2.0);
        let summaries = summaries_of(10, |summary| {
            summary.gradients = ["a", "b", "o"].map(String::from).into_iter().zip(gradients(summary.epoch)).collect();
        });
        assert_eq!(rows(&summaries, Kind::Vanishing), [(0, None, "a".into(), 0.005)]);
        assert_eq!(rows(&summaries, Kind::Exploding), [(0, Some(4), "b".into(), 150.0)]);
        let all_zero = summaries_of(9, |summary| summary.gradients = vec![("a".into(), 0.0), ("o".into(), 0.0)]);
        assert!(rows(&all_zero, Kind::Vanishing).is_empty(), "a ratio of nothing to nothing");
    }
}

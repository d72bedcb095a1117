//! Summaries to test the rules with.

use crate::analysis::{EpochSummary, LayerState, MilestoneKind, MilestoneOptions, Milestones};

/// Summaries of the epochs 0, 1, 2 ... that hold nothing but what `add` adds to each.
pub(crate) fn summaries_of(count: u64, add: impl Fn(&mut EpochSummary)) -> Vec<EpochSummary> {
    let nothing = |epoch| EpochSummary {
        epoch,
        samples: 10,
        loss: None,
        classes: Vec::new(),
        layers: Vec::new(),
        gradients: Vec::new(),
        not_finite: None,
        parameters: Vec::new(),
        caveats: Vec::new(),
    };
    let with = |epoch| {
        let mut summary = nothing(epoch);
        add(&mut summary);
        summary
    };
    (0..count).map(with).collect()
}

/// Epoch, last epoch, subject and evidence of the rows of a kind.
pub(super) fn rows(summaries: &[EpochSummary], kind: MilestoneKind) -> Vec<(u64, Option<u64>, String, f64)> {
    let milestones = Milestones::of(summaries, &MilestoneOptions::default()).unwrap();
    milestones.of_kind(kind).map(|row| (row.epoch, row.until, row.subject.to_string(), row.evidence)).collect()
}

pub(super) fn layer(coverage: Option<f64>, saturation: &[f64], dead: &[bool]) -> LayerState {
    LayerState {
        layer: "h".into(),
        coverage,
        saturation: saturation.to_vec(),
        dead: dead.to_vec(),
        outputs: dead.len(),
    }
}

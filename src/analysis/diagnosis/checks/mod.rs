//! The checks of a diagnosis, each in the file of what it looks at.

mod bias;
mod classes;
mod features;
mod gradients;
mod layers;
mod logged;
mod losses;
mod noise;
mod rates;
mod validation;
mod weights;

use super::{DiagnosisOptions, finding::Checked, gap::Gap, run_evidence::RunEvidence};
use crate::analysis::MilestoneKind as Kind;

/// Looks for one thing.
pub(super) fn check(kind: Kind, run: &RunEvidence<'_>, options: &DiagnosisOptions) -> Checked {
    let threshold = options.threshold_of(kind);
    match kind {
        Kind::Diverged => Ok(weights::diverged(run, threshold)),
        Kind::Frozen => weights::frozen(run, threshold),
        Kind::PoorStart => losses::poor_start(run, threshold),
        Kind::FlatStart => layers::flat_start(run, threshold),
        Kind::LargeSteps => rates::large_steps(run, threshold),
        Kind::SmallSteps => rates::small_steps(run, threshold),
        Kind::NoLearning => losses::no_learning(run, threshold),
        Kind::NoFall => losses::no_fall(run, threshold),
        Kind::LossSpike => losses::spikes(run, threshold),
        Kind::Overfitting => validation::overfitting(run, threshold),
        Kind::DeadLayer => layers::dead_layers(run, threshold),
        Kind::CopiedUnits => layers::copied_units(run, threshold),
        Kind::Vanishing | Kind::Exploding => gradients::gradients(run, kind, threshold),
        Kind::NeverPredicted => classes::never_predicted(run, threshold),
        Kind::DrowningFeature => features::drowning(run, threshold),
        Kind::MissingBias => bias::missing_bias(run, threshold),
        Kind::ShiftedValidation => validation::shifted(run, threshold),
        Kind::Leakage => features::leaks(run, threshold),
        Kind::NoisyLabels => noise::noisy_labels(run, threshold),
        Kind::OtherLoss => logged::other_loss(run, options, threshold),
        _ => Err(Gap::new("it is no check of a diagnosis")),
    }
}

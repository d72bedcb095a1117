//! A learning rate that is too large or too small, by how far the kernels move.

use crate::analysis::{
    MilestoneKind as Kind, Subject,
    diagnosis::{
        Finding,
        finding::{Checked, none_or},
        gap::{Gap, Known},
        run_evidence::RunEvidence,
        steps::Step,
    },
};

/// A loss that is lower than this share of a constant prediction's has been learned, by however small steps.
const LEARNED: f64 = 0.5;

/// And one that has fallen to this share of the first one is on the way.
const FALLEN: f64 = 0.7;

/// The first step beyond the threshold of a run that ends badly.
pub(super) fn large_steps(run: &RunEvidence<'_>, threshold: f64) -> Checked {
    let steps = steps(run)?;
    let ends_badly = run.ends_badly()?;
    let large = steps.iter().find(|step| ends_badly && step.ratio >= threshold);
    let finding = |step: &Step| {
        Finding::new(Kind::LargeSteps, step.epoch, Subject::Layer(step.layer.clone()), step.ratio, threshold)
    };
    Ok(large.map(finding).into_iter().collect())
}

/// The layer that moved most, if none moved far and the loss hardly began to fall.
pub(super) fn small_steps(run: &RunEvidence<'_>, threshold: f64) -> Checked {
    let ((first, _), end, scale) = (run.span()?, run.end()?, run.scale()?);
    let start = run.losses()?[0].1;
    let Some((layer, way)) = farthest(steps(run)?) else { return Ok(Vec::new()) };
    let has_begun = end < start && end > LEARNED * scale && end > FALLEN * start;
    Ok(none_or(way > 0.0 && way < threshold && has_begun, || {
        Finding::new(Kind::SmallSteps, first.epoch, Subject::Layer(layer), way, threshold)
    }))
}

fn steps<'r>(run: &'r RunEvidence<'_>) -> Known<&'r [Step]> {
    run.span()?;
    if run.steps.is_empty() {
        return Err(Gap::new("no kernels were recorded, or all are zeros"));
    }
    Ok(&run.steps)
}

/// The layer whose steps are the longest in sum.
fn farthest(steps: &[Step]) -> Option<(String, f64)> {
    let mut sums: Vec<(&str, f64)> = Vec::new();
    for step in steps {
        match sums.iter_mut().find(|(layer, _)| *layer == step.layer) {
            Some((_, sum)) => *sum += step.ratio,
            None => sums.push((&step.layer, step.ratio)),
        }
    }
    sums.into_iter().max_by(|one, other| one.1.total_cmp(&other.1)).map(|(layer, sum)| (layer.to_owned(), sum))
}

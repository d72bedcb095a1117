//! A bias that is missing in the last layer.

use crate::analysis::{
    MilestoneKind as Kind, Subject,
    diagnosis::{Finding, finding::Checked, residuals::Residual, run_evidence::RunEvidence},
};

/// As many standard errors a mean must be off to be off at all.
const SURE: f64 = 4.0;

pub(super) fn missing_bias(run: &RunEvidence<'_>, threshold: f64) -> Checked {
    let last = run.last()?;
    let Some(residuals) = last.residuals.clone()? else { return Ok(Vec::new()) };
    let is_off = |output: &&Residual| output.mean.abs() >= threshold && output.mean.abs() >= SURE * output.error;
    let worst = residuals.outputs.iter().filter(is_off).map(|output| output.mean.abs()).max_by(f64::total_cmp);
    let finding =
        |off| Finding::new(Kind::MissingBias, last.epoch, Subject::Layer(residuals.layer.clone()), off, threshold);
    Ok(worst.map(finding).into_iter().collect())
}

//! How far the outputs are off their targets on the whole, where the last layer has no bias that would mend it.

use super::gap::{Gap, Known};
use crate::{
    Dataset, Forward, Matrix, Result, Targets,
    math::{matrix, stats},
    model::{checked, decision::Rule, visitor},
};

/// The last layer with a kernel, if it has no bias, and how far the outputs are off.
#[derive(Clone, Debug)]
pub(crate) struct Residuals {
    pub(super) layer: String,
    /// Of each output, over all samples; where no layer has a bias, also over those nearest to 0, whose outputs are the same
    /// whatever is learned.
    pub(super) outputs: Vec<Residual>,
}

/// Of one output.
#[derive(Clone, Copy, Debug)]
pub(super) struct Residual {
    /// The mean of output less target, over the standard deviation of the targets.
    pub(super) mean: f64,
    /// The standard error of that mean, in the same unit.
    pub(super) error: f64,
}

impl Residuals {
    /// `None` if the last layer with a kernel, or one behind it, has a bias.
    pub(crate) fn of(model: &dyn Forward, data: &Dataset, rule: Rule) -> Result<Known<Option<Self>>> {
        let Some(Unbiased { layer, all }) = without_bias(model)? else { return Ok(Ok(None)) };
        let Targets::Numbers(targets) = data.targets() else {
            return Ok(Err(Gap::new(
                "the targets are classes by index, and their outputs may be as wide as a vocabulary",
            )));
        };
        let mut outputs = checked::outputs(model, data.inputs())?;
        data.targets().expect_outputs("the model's outputs", &outputs)?;
        rule.decide(model, &outputs)?.to_probabilities(&mut outputs);
        let near = if all { nearest_to_zero(data.inputs()) } else { Vec::new() };
        let mut residuals = Vec::new();
        for (outputs, targets) in matrix::columns(&outputs).zip(matrix::columns(targets)) {
            let off: Vec<f64> = outputs.iter().zip(targets).map(|(&p, &y)| f64::from(p) - f64::from(y)).collect();
            let spread = stats::deviation(targets.iter().map(|&y| f64::from(y)));
            residuals.push(Residual::of(&off, spread));
            if !near.is_empty() {
                let off: Vec<f64> = near.iter().map(|&row| off[row]).collect();
                residuals.push(Residual::of(&off, spread));
            }
        }
        Ok(Ok(Some(Self { layer, outputs: residuals })))
    }
}

impl Residual {
    fn of(off: &[f64], spread: f64) -> Self {
        let (mean, count) = (stats::mean(off.iter().copied()), off.len() as f64);
        Self { mean: mean / spread, error: stats::deviation(off.iter().copied()) / count.sqrt() / spread }
    }
}

/// A twentieth of the samples, at least ten of them if there are as many: those of the smallest sum of squares.
fn nearest_to_zero(inputs: &Matrix) -> Vec<usize> {
    let sizes: Vec<f32> = inputs.row_iter().map(|row| row.norm_squared()).collect();
    let mut rows: Vec<usize> = (0..sizes.len()).collect();
    rows.sort_by(|&one, &other| sizes[one].total_cmp(&sizes[other]));
    rows.truncate((sizes.len() / 20).max(10));
    rows
}

/// The last layer with a kernel, which has no bias.
struct Unbiased {
    layer: String,
    /// Whether no other layer has one either.
    all: bool,
}

/// The last layer with an array of two or more dimensions, if neither it nor one behind it has another array.
fn without_bias(model: &dyn Forward) -> Result<Option<Unbiased>> {
    let (mut last, mut has_bias, mut all): (Option<String>, _, _) = (None, false, true);
    visitor::parameters(model, |parameter| {
        match parameter.shape().len() {
            0 => {}
            1 => (has_bias, all) = (true, false),
            _ if last.as_deref() == Some(parameter.layer()) => {}
            _ => (last, has_bias) = (Some(parameter.layer().to_owned()), false),
        }
        Ok(())
    })?;
    Ok(last.filter(|_| !has_bias).map(|layer| Unbiased { layer, all }))
}

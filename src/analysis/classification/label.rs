//! One label of several, as the class of a single output would be.

use super::{ConfusionMatrix, ProbabilityHistogram};
use crate::{
    Error, Matrix, OutputKind, Result,
    data::labels::{TargetKind, are_binary},
    math::matrix,
    model::{decision::Decision, output_kind::is_no_probability},
};

/// One label of several: a sample has it where its output is above one half; of logits, above zero.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Label {
    index: usize,
    decision: Decision,
}

impl Label {
    /// The label of this number, for outputs of which this was decided.
    ///
    /// Fails if there is no such label, or its targets are other than 0 and 1.
    pub(crate) fn of(index: usize, decision: Decision, outputs: &Matrix, targets: &Matrix) -> Result<Self> {
        matrix::expect_shape("the model's outputs", outputs, targets.shape())?;
        let (Some(column), Some(of_targets)) = (matrix::column(outputs, index), matrix::column(targets, index)) else {
            return Err(no_label(index, targets));
        };
        if !are_binary(of_targets) {
            let stray = of_targets.iter().find(|&&y| y != 0.0 && y != 1.0).copied().unwrap_or(f32::NAN);
            return Err(Error::invalid(format!("a target of label {index}"), "0 or 1", stray));
        }
        Ok(Self { index, decision: of_one(decision, column, outputs.ncols()) })
    }

    /// One class of several, of which this was decided, as the only label.
    pub(crate) fn of_class(decision: Decision, column: &[f32]) -> Self {
        Self { index: 0, decision: of_one(decision, column, 2) }
    }

    /// The label as the only one: of matrices of its column alone.
    pub(crate) fn alone(self) -> Self {
        Self { index: 0, ..self }
    }
}

/// What is decided about the outputs of one label of several.
fn of_one(decision: Decision, column: &[f32], outputs: usize) -> Decision {
    let are_probabilities = decision.assumed && !column.iter().any(|&p| is_no_probability(p));
    let kind = if are_probabilities { OutputKind::Probabilities } else { decision.kind };
    let threshold = match (kind, decision.targets, decision.threshold) {
        (_, Some(targets), Some(threshold)) if outputs == 1 && targets.are_classes() => threshold,
        (OutputKind::Logits, ..) | (OutputKind::Values, Some(TargetKind::Signs), _) => 0.0,
        _ => 0.5,
    };
    let targets = Some(TargetKind::Shares);
    Decision { kind, threshold: Some(threshold), targets, loss: None, ..decision }
}

impl Label {
    /// What the outputs are.
    pub(crate) fn kind(self) -> OutputKind {
        self.decision.kind
    }

    /// Above which output a sample has the label.
    #[cfg(feature = "page")]
    pub(crate) fn threshold(self) -> f32 {
        self.decision.threshold()
    }

    /// The outputs or targets of the label; of no points, as where no grid was bent, none.
    pub(crate) fn column(self, of_all: &Matrix) -> Result<Matrix> {
        if of_all.is_empty() {
            return Ok(Matrix::zeros(0, 1));
        }
        let column = matrix::column(of_all, self.index).ok_or_else(|| no_label(self.index, of_all))?;
        Ok(Matrix::from_column_slice(column.len(), 1, column))
    }

    /// The probabilities, or the values, of the label.
    pub(crate) fn numbers(self, outputs: &Matrix) -> Result<Matrix> {
        let mut numbers = self.column(outputs)?;
        self.decision.to_probabilities(&mut numbers);
        Ok(numbers)
    }

    pub(crate) fn histogram(self, outputs: &Matrix, targets: &Matrix, bins: usize) -> Result<ProbabilityHistogram> {
        ProbabilityHistogram::by(self.decision, &self.column(outputs)?, &self.column(targets)?, bins)
    }

    pub(crate) fn confusion(self, outputs: &Matrix, targets: &Matrix) -> Result<ConfusionMatrix> {
        ConfusionMatrix::by(self.decision, &self.column(outputs)?, &self.column(targets)?)
    }
}

fn no_label(index: usize, of_all: &Matrix) -> Error {
    Error::invalid("the label", format!("below {}, the number of labels", of_all.ncols()), index)
}

//! How well a model predicts each sample: probabilities of the true classes, or residuals.

#[cfg(feature = "serde")]
use crate::serial;
use nalgebra::DMatrix;

use crate::{
    Dataset, Error, Matrix, OutputKind, Result, Targets,
    analysis::classification::predictions::Predictions,
    data::labels::{self, TargetKind},
    math::matrix,
    model::decision::Decision,
};

/// How well a model predicts each sample at each epoch: by classes or by numbers, as the targets are.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(tag = "kind", rename_all = "snake_case"))]
pub enum SampleOutcomes {
    /// The outcomes where every target names a class.
    Classification {
        /// The probability of the sample's true class, `(samples, epochs)`; of a single one, `p`, that is `1 - p` where the
        /// class is 0. Logits are turned into probabilities. Values stand for themselves: a single one, `v`, is mirrored
        /// about the middle of the targets where the class is 0, `-v` between -1 and 1.
        #[cfg_attr(feature = "serde", serde(serialize_with = "serial::plain"))]
        probabilities: Matrix,
        /// Whether the true class is predicted, `(samples, epochs)`: by the threshold of a single output, or as the
        /// largest output. Never where an output is NaN.
        #[cfg_attr(feature = "serde", serde(serialize_with = "serial::plain"))]
        correct: DMatrix<bool>,
    },
    /// The outcomes where the targets are numbers.
    Regression {
        /// `output - target`, `(samples, epochs)`; of several outputs the length of that vector.
        #[cfg_attr(feature = "serde", serde(serialize_with = "serial::plain"))]
        residuals: Matrix,
    },
}

/// The outcomes of one epoch.
pub(super) struct OutcomeColumn {
    /// Probabilities or residuals.
    numbers: Vec<f32>,
    /// Empty if the targets are numbers.
    correct: Vec<bool>,
}

impl SampleOutcomes {
    /// Those of no epochs, of the kind that the targets are.
    pub(super) fn empty(data: &Dataset) -> Self {
        let rows = data.samples() * data.targets().positions();
        let numbers = Matrix::zeros(rows, 0);
        if !TargetKind::of(data.targets()).are_classes() {
            return Self::Regression { residuals: numbers };
        }
        Self::Classification { probabilities: numbers, correct: DMatrix::from_element(rows, 0, false) }
    }

    /// Compares outputs with the targets, as a column of the same kind.
    pub(super) fn column_of(
        &self,
        outputs: &Matrix,
        targets: Targets<'_>,
        decision: Decision,
    ) -> Result<OutcomeColumn> {
        let targets = match targets {
            Targets::Numbers(numbers) => numbers,
            Targets::Labels(labels) => return Ok(Predictions::of_outputs(decision, outputs, labels).into()),
        };
        Ok(match self {
            Self::Classification { .. } => {
                let outcomes = labels::outcomes(outputs, targets, decision.threshold(), decision.targets)?;
                let correct = outcomes.into_iter().map(labels::Outcome::is_correct).collect();
                OutcomeColumn { numbers: own_probabilities(outputs, targets, decision)?, correct }
            }
            Self::Regression { .. } => OutcomeColumn { numbers: residuals(outputs, targets), correct: Vec::new() },
        })
    }

    /// Fails unless there is one row for each sample and one column for each epoch: the fields are public.
    pub(super) fn expect_shape(&self, shape: (usize, usize)) -> Result<()> {
        let (numbers, correct) = match self {
            Self::Classification { probabilities, correct } => (probabilities, correct.shape()),
            Self::Regression { residuals } => (residuals, shape),
        };
        matrix::expect_shape("numbers of a sample history", numbers, shape)?;
        if correct == shape {
            return Ok(());
        }
        Err(Error::shape("correct of a sample history", [shape.0, shape.1], [correct.0, correct.1]))
    }

    pub(super) fn append(&mut self, column: OutcomeColumn) {
        match self {
            Self::Classification { probabilities, correct } => {
                probabilities.extend(column.numbers);
                correct.extend(column.correct);
            }
            Self::Regression { residuals } => residuals.extend(column.numbers),
        }
    }
}

impl From<Predictions> for OutcomeColumn {
    fn from(found: Predictions) -> Self {
        let correct = found.outcomes.into_iter().map(labels::Outcome::is_correct).collect();
        Self { numbers: found.own, correct }
    }
}

/// The probability, or the value, for every sample's true class.
fn own_probabilities(outputs: &Matrix, targets: &Matrix, decision: Decision) -> Result<Vec<f32>> {
    let mut outputs = outputs.clone();
    decision.to_probabilities(&mut outputs);
    let kind = decision.targets.unwrap_or_else(|| TargetKind::of(targets));
    let middle = kind.middle().filter(|_| decision.kind == OutputKind::Values);
    let sum = 2.0 * middle.unwrap_or(0.5);
    let own = |(class, row): (usize, usize)| match (outputs.ncols(), class) {
        (1, 0) => sum - outputs[row],
        (1, _) => outputs[row],
        (_, class) => outputs[(row, class)],
    };
    let classes = labels::outcomes(&outputs, targets, 0.0, decision.targets)?;
    Ok(classes.into_iter().map(|outcome| outcome.class).zip(0..).map(own).collect())
}

/// The signed distance of a single output from its target, the length of the distances of several.
fn residuals(outputs: &Matrix, targets: &Matrix) -> Vec<f32> {
    let difference = outputs - targets;
    match difference.ncols() {
        1 => difference.iter().copied().collect(),
        _ => difference.row_iter().map(|row| row.norm()).collect(),
    }
}

//! How well a model predicts each sample: probabilities of the true classes, or residuals.

use nalgebra::DMatrix;

use crate::{Dataset, Error, Matrix, Result, data::labels, math::matrix};

/// How well a model predicts each sample at each epoch: by classes or by numbers, as the targets are.
#[derive(Clone, Debug, PartialEq)]
pub enum SampleOutcomes {
    /// The outcomes where every target names a class.
    Classification {
        /// The output for the sample's true class, `(samples, epochs)`; for a single output `p` that is `1 - p` where
        /// the class is 0.
        probabilities: Matrix,
        /// Whether the true class is predicted, `(samples, epochs)`: by a threshold of 0.5, or as the largest output.
        /// Never where an output is NaN.
        correct: DMatrix<bool>,
    },
    /// The outcomes where the targets are numbers.
    Regression {
        /// `output - target`, `(samples, epochs)`; of several outputs the length of that vector.
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
        let numbers = Matrix::zeros(data.samples(), 0);
        if !labels::are_classes(data.targets()) {
            return Self::Regression { residuals: numbers };
        }
        Self::Classification { probabilities: numbers, correct: DMatrix::from_element(data.samples(), 0, false) }
    }

    /// Compares outputs with the targets, as a column of the same kind.
    pub(super) fn column_of(&self, outputs: &Matrix, targets: &Matrix) -> Result<OutcomeColumn> {
        Ok(match self {
            Self::Classification { .. } => {
                let outcomes = labels::outcomes(outputs, targets, labels::THRESHOLD)?;
                let correct = outcomes.into_iter().map(labels::Outcome::is_correct).collect();
                OutcomeColumn { numbers: own_probabilities(outputs, targets), correct }
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

/// The output for every sample's true class.
fn own_probabilities(outputs: &Matrix, targets: &Matrix) -> Vec<f32> {
    let own = |(class, row): (Option<usize>, usize)| match (outputs.ncols(), class) {
        (1, Some(0)) => 1.0 - outputs[row],
        (1, _) => outputs[row],
        (_, class) => class.map_or(f32::NAN, |class| outputs[(row, class)]),
    };
    labels::classes(targets, labels::THRESHOLD).into_iter().zip(0..).map(own).collect()
}

/// The signed distance of a single output from its target, the length of the distances of several.
fn residuals(outputs: &Matrix, targets: &Matrix) -> Vec<f32> {
    let difference = outputs - targets;
    match difference.ncols() {
        1 => difference.iter().copied().collect(),
        _ => difference.row_iter().map(|row| row.norm()).collect(),
    }
}

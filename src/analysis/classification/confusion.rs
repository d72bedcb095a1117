//! Counts of predicted against true classes.

use super::predictions::Predictions;
use crate::{
    ClassLabels, Error, Forward, Matrix, Result, Targets,
    analysis::Caveat,
    data::labels::{Outcome, TargetKind, check_threshold, class_count, outcomes},
    math::matrix,
    model::decision::{Decision, Rule},
};

/// The matrix of counts has the square of this.
const MAX_CLASSES: usize = 4_096;

/// Counts of predicted against true classes.
///
/// ```
/// use training_replay::{Matrix, analysis::ConfusionMatrix};
///
/// let outputs = Matrix::from_column_slice(4, 1, &[0.1, 0.8, 0.9, 0.7]);
/// let targets = Matrix::from_column_slice(4, 1, &[0.0, 0.0, 1.0, 1.0]);
/// let confusion = ConfusionMatrix::of(&outputs, &targets, 0.5)?;
/// assert_eq!(confusion.counts, [[1, 1], [0, 2]]); // one negative is taken for a positive
/// assert_eq!(confusion.errors(0), 1);
/// assert_eq!(confusion.accuracy(), 0.75);
/// # Ok::<(), training_replay::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct ConfusionMatrix {
    /// The number of samples of each class by the class that the model predicts: `counts[class][predicted]`.
    pub counts: Vec<Vec<u64>>,
    /// The number of samples of each class that have no prediction, because an output is NaN.
    pub undecided: Vec<u64>,
    /// The names of the classes, if the data set has some.
    pub class_names: Vec<String>,
    /// What was assumed.
    pub caveats: Vec<Caveat>,
}

impl ConfusionMatrix {
    /// Counts the predictions of a model's outputs against targets.
    ///
    /// A single output stands for class 1 above the threshold, else for class 0: 0.5 is that of probabilities, 0 that of
    /// logits. Of several outputs the largest is the predicted class, the first of equals, whatever the threshold.
    ///
    /// ```
    /// use training_replay::{Matrix, analysis::ConfusionMatrix};
    ///
    /// let outputs = Matrix::from_row_slice(2, 3, &[0.2, 0.7, 0.1, 0.5, 0.3, 0.2]);
    /// let targets = Matrix::from_row_slice(2, 3, &[0.0, 1.0, 0.0, 0.0, 0.0, 1.0]);
    /// let confusion = ConfusionMatrix::of(&outputs, &targets, 0.5)?;
    /// assert_eq!(confusion.counts, [[0, 0, 0], [0, 1, 0], [1, 0, 0]]);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Shapes
    ///
    /// `outputs` and `targets`: `(samples, outputs)`.
    ///
    /// # Errors
    ///
    /// [`Error::Shape`] if the two differ in shape, [`Error::Invalid`] if the targets name no classes or more than
    /// 4,096, or the threshold is NaN.
    pub fn of<'t>(outputs: &Matrix, targets: impl Into<Targets<'t>>, threshold: f32) -> Result<Self> {
        Self::counted(outputs, targets.into(), threshold, None)
    }

    /// The same where it is decided what outputs and targets are.
    pub(crate) fn by<'t>(decision: Decision, outputs: &Matrix, targets: impl Into<Targets<'t>>) -> Result<Self> {
        let counts = Self::counted(outputs, targets.into(), decision.threshold(), decision.targets)?;
        Ok(Self { caveats: Caveat::of(decision), ..counts })
    }

    fn counted(outputs: &Matrix, targets: Targets<'_>, threshold: f32, kind: Option<TargetKind>) -> Result<Self> {
        expect_one_shape(outputs, targets)?;
        check_threshold(threshold)?;
        let count = class_count(targets.width());
        expect_few(count)?;
        Ok(Self::of_outcomes(outcomes(outputs, targets, threshold, kind)?, count))
    }

    /// Those of what a model predicts at every position.
    pub(crate) fn of_labels(rule: Rule, model: &dyn Forward, inputs: &Matrix, labels: &ClassLabels) -> Result<Self> {
        expect_few(labels.classes())?;
        let found = Predictions::of_model(rule, model, inputs, labels)?;
        let caveats = Caveat::of(found.decision);
        Ok(Self { caveats, ..Self::of_outcomes(found.outcomes, labels.classes()) })
    }

    fn of_outcomes(outcomes: Vec<Outcome>, count: usize) -> Self {
        let (mut counts, mut undecided) = (vec![vec![0; count]; count], vec![0; count]);
        for Outcome { class, predicted } in outcomes {
            *predicted.map_or(&mut undecided[class], |predicted| &mut counts[class][predicted]) += 1;
        }
        Self { counts, undecided, class_names: Vec::new(), caveats: Vec::new() }
    }

    /// Returns the number of misclassified samples of a class; 0 for a class that does not exist.
    ///
    /// Samples without a prediction count as misclassified.
    ///
    /// ```
    /// use training_replay::{Matrix, analysis::ConfusionMatrix};
    ///
    /// let outputs = Matrix::from_column_slice(3, 1, &[0.8, f32::NAN, 0.2]);
    /// let confusion = ConfusionMatrix::of(&outputs, &Matrix::zeros(3, 1), 0.5)?;
    /// assert_eq!((confusion.errors(0), confusion.errors(1)), (2, 0));
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    pub fn errors(&self, class: usize) -> u64 {
        let row = self.counts.get(class).into_iter().flatten().enumerate();
        let others = row.filter(|&(predicted, _)| predicted != class).map(|(_, count)| count);
        others.chain(self.undecided.get(class)).fold(0, |errors, &count| errors.saturating_add(count))
    }

    /// Returns the share of samples whose predicted class is the true one; NaN for no samples.
    ///
    /// ```
    /// use training_replay::{Matrix, analysis::ConfusionMatrix};
    ///
    /// let outputs = Matrix::from_column_slice(2, 1, &[0.4, 0.6]);
    /// let targets = Matrix::from_element(2, 1, 1.0);
    /// assert_eq!(ConfusionMatrix::of(&outputs, &targets, 0.5)?.accuracy(), 0.5);
    /// assert_eq!(ConfusionMatrix::of(&outputs, &targets, 0.3)?.accuracy(), 1.0);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    pub fn accuracy(&self) -> f64 {
        let sum = |counts: &mut dyn Iterator<Item = &u64>| counts.map(|&count| count as f64).sum::<f64>();
        let correct = sum(&mut self.counts.iter().enumerate().filter_map(|(class, row)| row.get(class)));
        correct / sum(&mut self.counts.iter().flatten().chain(&self.undecided))
    }
}

/// Fails for more classes than anybody can look at.
fn expect_few(classes: usize) -> Result<()> {
    if classes <= MAX_CLASSES {
        return Ok(());
    }
    Err(Error::invalid("the number of classes", format!("at most {MAX_CLASSES}"), classes))
}

/// Fails unless outputs are of the targets' shape.
pub(super) fn expect_one_shape(outputs: &Matrix, targets: Targets<'_>) -> Result<()> {
    match targets {
        Targets::Numbers(numbers) => matrix::expect_shape("targets", numbers, outputs.shape()),
        Targets::Labels(_) => targets.expect_outputs("outputs of labels", outputs),
    }
}

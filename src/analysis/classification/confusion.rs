//! Counts of predicted against true classes.

use crate::{
    Error, Matrix, Result,
    analysis::Caveat,
    data::labels::{Outcome, TargetKind, check_threshold, class_count, outcomes},
    math::matrix,
    model::decision::Decision,
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
    pub fn of(outputs: &Matrix, targets: &Matrix, threshold: f32) -> Result<Self> {
        Self::counted(outputs, targets, threshold, None)
    }

    /// The same where it is decided what outputs and targets are.
    pub(crate) fn by(decision: Decision, outputs: &Matrix, targets: &Matrix) -> Result<Self> {
        let counts = Self::counted(outputs, targets, decision.threshold(), decision.targets)?;
        Ok(Self { caveats: Caveat::of(decision), ..counts })
    }

    fn counted(outputs: &Matrix, targets: &Matrix, threshold: f32, kind: Option<TargetKind>) -> Result<Self> {
        matrix::expect_shape("targets", targets, outputs.shape())?;
        check_threshold(threshold)?;
        let count = class_count(outputs.ncols());
        if count > MAX_CLASSES {
            return Err(Error::invalid("the number of classes", format!("at most {MAX_CLASSES}"), count));
        }
        let (mut counts, mut undecided) = (vec![vec![0; count]; count], vec![0; count]);
        for Outcome { class, predicted } in outcomes(outputs, targets, threshold, kind)? {
            *predicted.map_or(&mut undecided[class], |predicted| &mut counts[class][predicted]) += 1;
        }
        Ok(Self { counts, undecided, class_names: Vec::new(), caveats: Vec::new() })
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

//! The history of every sample: its probability, its loss, and whether it is correct, epoch by epoch.

#[cfg(feature = "serde")]
use crate::serial;
use nalgebra::DMatrix;

use super::sample_outcomes::{OutcomeColumn, SampleOutcomes};
use crate::{
    Dataset, Error, Matrix, OutputKind, Result,
    analysis::{Caveat, classification::predictions::Predictions},
    data::{OwnedTargets, labels::TargetKind},
    math::matrix,
    model::decision::Decision,
};

/// The history of every sample: its loss, and whether its predicted class is correct, epoch by epoch.
///
/// Rows are samples in the data set's order, columns are epochs. Each sample takes 9 bytes an epoch where targets are
/// classes, 8 where they are numbers. Learning and forgetting are those of Toneva et al., "An Empirical Study of Example
/// Forgetting during Deep Neural Network Learning" (2019): a sample is forgotten when it is correct at one epoch and
/// misclassified at the next.
///
/// [`Run::sample_history`](crate::Run::sample_history) makes one of a recording.
///
/// ```
/// use training_replay::{Dataset, Matrix, analysis::SampleHistory};
///
/// let data = Dataset::new(Matrix::zeros(3, 2), Matrix::from_column_slice(3, 1, &[1.0, 1.0, 0.0]))?;
/// let mut history = SampleHistory::new(&data);
/// for (epoch, outputs) in [[0.6, 0.4, 0.9], [0.3, 0.7, 0.8], [0.8, 0.9, 0.7]].iter().enumerate() {
///     history.push(epoch as u64, &Matrix::from_column_slice(3, 1, outputs), &[0.0; 3])?;
/// }
/// assert_eq!(history.first_correct(0)?, Some(0));
/// assert_eq!(history.forgotten(0)?, 1); // at epoch 1
/// assert_eq!(history.learned_at(0)?, Some(2)); // and correct from epoch 2 on
/// assert_eq!(history.never_learned()?, [2]);
/// # Ok::<(), training_replay::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct SampleHistory {
    /// The epochs in increasing order, one for each column.
    pub epochs: Vec<u64>,
    /// The losses, `(samples, epochs)`. Of samples of several positions, here and in the outcomes, there is a row for each
    /// position, sample by sample.
    #[cfg_attr(feature = "serde", serde(serialize_with = "serial::plain"))]
    pub losses: Matrix,
    /// The probabilities of the true classes, or the residuals, `(samples, epochs)`.
    pub outcomes: SampleOutcomes,
    /// What was assumed, and which epochs could not be read.
    pub caveats: Vec<Caveat>,
    #[cfg_attr(feature = "serde", serde(skip))]
    targets: OwnedTargets,
}

impl SampleHistory {
    /// Creates an empty history for the samples of a data set.
    pub fn new(data: &Dataset) -> Self {
        let rows = data.samples() * data.targets().positions();
        let (losses, outcomes, targets) =
            (Matrix::zeros(rows, 0), SampleOutcomes::empty(data), data.targets().to_owned());
        Self { epochs: Vec::new(), losses, outcomes, caveats: Vec::new(), targets }
    }

    /// Appends the next epoch: the outputs, `(samples, outputs)`, and the loss of each sample, or of each of its positions.
    ///
    /// Outputs are probabilities, or values of the targets' kind: a single one stands for class 1 above the middle of the
    /// targets.
    ///
    /// ```
    /// use training_replay::{Loss, Dense, Forward, Sequential, analysis::SampleHistory, datasets};
    ///
    /// let data = datasets::moons(50, 0.1, 7);
    /// let model = Sequential::builder(2).layer(Dense::new(1)).build(1)?;
    /// let outputs = model.forward(data.inputs(), 0..1)?;
    /// let losses = Loss::MeanSquaredError.per_sample(&outputs, data.targets())?;
    /// let mut history = SampleHistory::new(&data);
    /// history.push(0, &outputs, &losses)?;
    /// assert_eq!(history.losses.shape(), (50, 1));
    /// assert!(history.push(0, &outputs, &losses).is_err()); // epoch 0 again
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Shape`] if there are not as many outputs as targets, or losses as samples, and [`Error::Invalid`] for
    /// an epoch that is not later than the last.
    pub fn push(&mut self, epoch: u64, outputs: &Matrix, losses: &[f32]) -> Result<()> {
        let decision = Decision::known(OutputKind::Values, TargetKind::of(self.targets.view()));
        self.append(self.outcomes_of(epoch, outputs, losses, decision)?)
    }

    /// Computes the column of one epoch, without appending it.
    pub(crate) fn outcomes_of(
        &self,
        epoch: u64,
        outputs: &Matrix,
        losses: &[f32],
        decision: Decision,
    ) -> Result<EpochOutcomes> {
        self.targets.view().expect_outputs("the model's outputs", outputs)?;
        let column = self.outcomes.column_of(outputs, self.targets.view(), decision)?;
        self.outcomes_with(epoch, losses, column)
    }

    /// The same of what is predicted at every position.
    pub(crate) fn outcomes_of_predictions(
        &self,
        epoch: u64,
        found: Predictions,
        losses: &[f32],
    ) -> Result<EpochOutcomes> {
        self.outcomes_with(epoch, losses, found.into())
    }

    fn outcomes_with(&self, epoch: u64, losses: &[f32], column: OutcomeColumn) -> Result<EpochOutcomes> {
        if losses.len() != self.samples() {
            return Err(Error::shape("the losses", [self.samples()], [losses.len()]));
        }
        Ok(EpochOutcomes { epoch, losses: losses.to_vec(), column })
    }

    /// Appends the outcomes of the next epoch.
    pub(crate) fn append(&mut self, outcomes: EpochOutcomes) -> Result<()> {
        matrix::expect_shape("losses of a sample history", &self.losses, self.shape())?;
        self.outcomes.expect_shape(self.shape())?;
        if let Some(last) = self.epochs.last().filter(|&&last| outcomes.epoch <= last) {
            let expected = format!("later than {last}, the last");
            return Err(Error::invalid("the next epoch of a sample history", expected, outcomes.epoch));
        }
        self.epochs.push(outcomes.epoch);
        self.losses.extend(outcomes.losses);
        self.outcomes.append(outcomes.column);
        Ok(())
    }

    /// Returns the number of samples; of positions of samples, where they have several.
    pub fn samples(&self) -> usize {
        self.targets.view().samples() * self.targets.view().positions()
    }

    /// Returns whether each sample is correct, `(samples, epochs)`.
    ///
    /// ```
    /// # use training_replay::{Dataset, Matrix, analysis::SampleHistory};
    /// # let data = Dataset::new(Matrix::zeros(3, 2), Matrix::from_column_slice(3, 1, &[1.0, 1.0, 0.0]))?;
    /// # let mut history = SampleHistory::new(&data);
    /// # for (epoch, outputs) in [[0.6, 0.4, 0.9], [0.3, 0.7, 0.8], [0.8, 0.9, 0.7]].iter().enumerate() {
    /// #     history.push(epoch as u64, &Matrix::from_column_slice(3, 1, outputs), &[0.0; 3])?;
    /// # }
    /// let correct = history.correct()?;
    /// assert!(correct[(0, 0)] && !correct[(2, 0)]);
    /// let accuracies: Vec<usize> = correct.column_iter().map(|epoch| epoch.iter().filter(|c| **c).count()).collect();
    /// assert_eq!(accuracies, [1, 1, 2]); // of 3 samples
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] if the targets name no classes, [`Error::Shape`] if the fields were changed and fit no more.
    pub fn correct(&self) -> Result<&DMatrix<bool>> {
        self.outcomes.expect_shape(self.shape())?;
        match &self.outcomes {
            SampleOutcomes::Classification { correct, .. } => Ok(correct),
            SampleOutcomes::Regression { .. } => Err(Error::invalid(
                "the kind of targets",
                "classes, for samples to be correct or misclassified",
                "numbers",
            )),
        }
    }

    /// Returns the epoch from which on a sample is correct at every epoch; `None` if it is misclassified at the last.
    ///
    /// ```
    /// # use training_replay::{Dataset, Matrix, analysis::SampleHistory};
    /// # let data = Dataset::new(Matrix::zeros(3, 2), Matrix::from_column_slice(3, 1, &[1.0, 1.0, 0.0]))?;
    /// # let mut history = SampleHistory::new(&data);
    /// # for (epoch, outputs) in [[0.6, 0.4, 0.9], [0.3, 0.7, 0.8], [0.8, 0.9, 0.7]].iter().enumerate() {
    /// #     history.push(epoch as u64, &Matrix::from_column_slice(3, 1, outputs), &[0.0; 3])?;
    /// # }
    /// assert_eq!(history.learned_at(1)?, Some(1));
    /// assert_eq!(history.learned_at(2)?, None);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] if the targets name no classes, or there is no such sample.
    pub fn learned_at(&self, sample: usize) -> Result<Option<u64>> {
        let last_error = self.row(sample)?.iter().rposition(|correct| !correct);
        Ok(self.epochs.get(last_error.map_or(0, |column| column + 1)).copied())
    }

    /// Returns the first epoch at which a sample is correct; `None` if it never is.
    ///
    /// ```
    /// # use training_replay::{Dataset, Matrix, analysis::SampleHistory};
    /// # let data = Dataset::new(Matrix::zeros(3, 2), Matrix::from_column_slice(3, 1, &[1.0, 1.0, 0.0]))?;
    /// # let mut history = SampleHistory::new(&data);
    /// # for (epoch, outputs) in [[0.6, 0.4, 0.9], [0.3, 0.7, 0.8], [0.8, 0.9, 0.7]].iter().enumerate() {
    /// #     history.push(epoch as u64, &Matrix::from_column_slice(3, 1, outputs), &[0.0; 3])?;
    /// # }
    /// assert_eq!((history.first_correct(0)?, history.learned_at(0)?), (Some(0), Some(2))); // not at epoch 1
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`learned_at`](Self::learned_at).
    pub fn first_correct(&self, sample: usize) -> Result<Option<u64>> {
        let column = self.row(sample)?.iter().position(|&correct| correct);
        Ok(column.and_then(|column| self.epochs.get(column)).copied())
    }

    /// Returns how often a sample is forgotten: correct at one epoch and misclassified at the next.
    ///
    /// ```
    /// # use training_replay::{Dataset, Matrix, analysis::SampleHistory};
    /// # let data = Dataset::new(Matrix::zeros(3, 2), Matrix::from_column_slice(3, 1, &[1.0, 1.0, 0.0]))?;
    /// # let mut history = SampleHistory::new(&data);
    /// # for (epoch, outputs) in [[0.6, 0.4, 0.9], [0.3, 0.7, 0.8], [0.8, 0.9, 0.7]].iter().enumerate() {
    /// #     history.push(epoch as u64, &Matrix::from_column_slice(3, 1, outputs), &[0.0; 3])?;
    /// # }
    /// let forgotten: Vec<usize> = (0..3).map(|sample| history.forgotten(sample)).collect::<Result<_, _>>()?;
    /// assert_eq!(forgotten, [1, 0, 0]);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`learned_at`](Self::learned_at).
    pub fn forgotten(&self, sample: usize) -> Result<usize> {
        Ok(self.row(sample)?.windows(2).filter(|pair| pair[0] && !pair[1]).count())
    }

    /// Returns the samples that are misclassified at every epoch.
    ///
    /// ```
    /// # use training_replay::{Dataset, Matrix, analysis::SampleHistory};
    /// # let data = Dataset::new(Matrix::zeros(3, 2), Matrix::from_column_slice(3, 1, &[1.0, 1.0, 0.0]))?;
    /// # let mut history = SampleHistory::new(&data);
    /// # for (epoch, outputs) in [[0.6, 0.4, 0.9], [0.3, 0.7, 0.8], [0.8, 0.9, 0.7]].iter().enumerate() {
    /// #     history.push(epoch as u64, &Matrix::from_column_slice(3, 1, outputs), &[0.0; 3])?;
    /// # }
    /// assert_eq!(history.never_learned()?, [2]); // of class 0, and predicted as class 1 throughout
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] if the targets name no classes.
    pub fn never_learned(&self) -> Result<Vec<usize>> {
        let rows = self.correct()?.row_iter().enumerate();
        Ok(rows.filter(|(_, row)| row.iter().all(|correct| !correct)).map(|(sample, _)| sample).collect())
    }

    /// Returns the column of an epoch.
    ///
    /// ```
    /// # use training_replay::{Dataset, Matrix, analysis::SampleHistory};
    /// # let data = Dataset::new(Matrix::zeros(3, 2), Matrix::from_column_slice(3, 1, &[1.0, 1.0, 0.0]))?;
    /// # let mut history = SampleHistory::new(&data);
    /// # for (epoch, outputs) in [[0.6, 0.4, 0.9], [0.3, 0.7, 0.8], [0.8, 0.9, 0.7]].iter().enumerate() {
    /// #     history.push(epoch as u64, &Matrix::from_column_slice(3, 1, outputs), &[0.0; 3])?;
    /// # }
    /// assert_eq!(history.losses.column(history.column(2)?).as_slice(), [0.0; 3]);
    /// assert!(history.column(9).is_err());
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::UnknownEpoch`] if it is not in the history.
    pub fn column(&self, epoch: u64) -> Result<usize> {
        self.epochs.binary_search(&epoch).map_err(|_| {
            let recorded = format!("the history has {} other epochs", self.epochs.len());
            Error::UnknownEpoch { epoch, recorded }
        })
    }

    /// The samples and the epochs.
    fn shape(&self) -> (usize, usize) {
        (self.samples(), self.epochs.len())
    }

    /// Whether a sample is correct, epoch by epoch.
    fn row(&self, sample: usize) -> Result<Vec<bool>> {
        let correct = self.correct()?;
        if sample < self.samples() {
            Ok(correct.row(sample).iter().copied().collect())
        } else {
            Err(Error::invalid("the sample", format!("below {}, their number", self.samples()), sample))
        }
    }
}

/// The column of one epoch.
pub(crate) struct EpochOutcomes {
    epoch: u64,
    losses: Vec<f32>,
    column: OutcomeColumn,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::Flips;

    /// Four samples, the last one of class 0, and whether they are correct at the epochs 0, 2, 3 and 7.
    fn sample_history() -> SampleHistory {
        let data = Dataset::new(Matrix::zeros(4, 1), Matrix::from_column_slice(4, 1, &[1.0, 1.0, 1.0, 0.0])).unwrap();
        let mut history = SampleHistory::new(&data);
        let outputs = [[0.9, 0.2, 0.6, 0.4], [0.9, 0.7, 0.4, 0.6], [0.8, 0.3, 0.7, f32::NAN], [0.9, 0.9, 0.1, 0.7]];
        for (epoch, outputs) in [0, 2, 3, 7].into_iter().zip(outputs) {
            let losses = outputs.map(|p: f32| 1.0 - p);
            history.push(epoch, &Matrix::from_column_slice(4, 1, &outputs), &losses).unwrap();
        }
        history
    }

    #[test]
    fn learning_and_forgetting_are_counted_from_epoch_to_epoch() {
        let history = sample_history();
        let of = |sample| {
            (
                history.first_correct(sample).unwrap(),
                history.learned_at(sample).unwrap(),
                history.forgotten(sample).unwrap(),
            )
        };
        assert_eq!(of(0), (Some(0), Some(0), 0), "always correct");
        assert_eq!(of(1), (Some(2), Some(7), 1), "correct, forgotten, correct again");
        assert_eq!(of(2), (Some(0), None, 2), "misclassified at the last epoch");
        assert_eq!(of(3), (Some(0), None, 1), "of class 0; NaN is not correct, and no second forgetting");
        assert!(history.never_learned().unwrap().is_empty());
    }

    #[test]
    fn flips_are_what_changes_between_two_epochs() {
        let flips = sample_history().flips(0, 2).unwrap();
        assert_eq!((flips.learned, flips.forgotten), (vec![1], vec![2, 3]));
        assert_eq!(sample_history().flips(7, 7).unwrap(), Flips::default());
        assert!(matches!(sample_history().flips(0, 1), Err(Error::UnknownEpoch { epoch: 1, .. })));
    }

    #[test]
    fn probabilities_are_those_of_the_samples_own_class() {
        let history = sample_history();
        let SampleOutcomes::Classification { probabilities, .. } = &history.outcomes else {
            panic!("the targets are classes")
        };
        assert_eq!(probabilities.column(1).as_slice(), [0.9, 0.7, 0.4, 1.0 - 0.6]);
        assert_eq!(history.losses.shape(), (4, 4));
        let three = Dataset::from_rows(&[[0.0]], &[[0, 0, 1]]).unwrap();
        let mut history = SampleHistory::new(&three);
        history.push(0, &Matrix::from_row_slice(1, 3, &[0.2, 0.5, 0.3]), &[1.2]).unwrap();
        let SampleOutcomes::Classification { probabilities, correct } = &history.outcomes else {
            panic!("the targets are classes")
        };
        assert_eq!((probabilities[0], correct[0]), (0.3, false));
    }

    #[test]
    fn numbers_have_residuals_and_are_neither_correct_nor_misclassified() {
        let data = Dataset::new(Matrix::zeros(2, 1), Matrix::from_row_slice(2, 2, &[0.5, 1.0, 2.0, 0.25])).unwrap();
        let mut history = SampleHistory::new(&data);
        history.push(0, &Matrix::from_row_slice(2, 2, &[3.5, 5.0, 2.0, 0.25]), &[12.5, 0.0]).unwrap();
        assert_eq!(
            history.outcomes,
            SampleOutcomes::Regression { residuals: Matrix::from_column_slice(2, 1, &[5.0, 0.0]) }
        );
        let message = history.learned_at(0).unwrap_err().to_string();
        assert_eq!(
            message,
            "the kind of targets is numbers; it must be classes, for samples to be correct or misclassified"
        );
        let single = Dataset::new(Matrix::zeros(1, 1), Matrix::from_element(1, 1, 0.5)).unwrap();
        let mut history = SampleHistory::new(&single);
        history.push(0, &Matrix::zeros(1, 1), &[0.25]).unwrap();
        assert_eq!(
            history.outcomes,
            SampleOutcomes::Regression { residuals: Matrix::from_element(1, 1, -0.5) },
            "with its sign"
        );
    }

    #[test]
    fn what_does_not_fit_the_history_is_refused_and_leaves_it_as_it_was() {
        let mut history = sample_history();
        let outputs = Matrix::zeros(4, 1);
        assert!(history.push(7, &outputs, &[0.0; 4]).is_err(), "an epoch again");
        assert!(history.push(8, &outputs, &[0.0; 3]).is_err());
        assert!(history.push(8, &Matrix::zeros(4, 2), &[0.0; 4]).is_err());
        assert!(history.learned_at(4).is_err());
        assert_eq!(history.losses.ncols(), history.epochs.len());
    }
}

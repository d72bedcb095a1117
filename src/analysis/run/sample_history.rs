//! What became of every sample: how sure the model was of it, what it cost, whether it was right, epoch by epoch.

use nalgebra::DMatrix;

use crate::{Dataset, Error, Matrix, Result, data::labels, math::matrix};

/// What became of every sample, epoch by epoch.
///
/// Columns are epochs, rows are samples in the data set's order: a bill of 8 or 9 bytes for each sample and epoch.
/// Learning and forgetting are those of Toneva et al., "An Empirical Study of Example Forgetting during Deep Neural
/// Network Learning" (2019): a sample is forgotten when it is right at one epoch and wrong at the next.
///
/// ```
/// use training_replay::{Dataset, Matrix, analysis::SampleHistory};
///
/// let data = Dataset::new(Matrix::zeros(3, 2), Matrix::from_column_slice(3, 1, &[1.0, 1.0, 0.0]))?;
/// let mut history = SampleHistory::new(&data);
/// for (epoch, outputs) in [[0.6, 0.4, 0.9], [0.3, 0.7, 0.8], [0.8, 0.9, 0.7]].iter().enumerate() {
///     history.push(epoch as u64, &Matrix::from_column_slice(3, 1, outputs), &[0.0; 3])?;
/// }
/// assert_eq!(history.learned_at(1)?, Some(1)); // right from epoch 1 on
/// assert_eq!((history.first_correct(0)?, history.learned_at(0)?, history.forgotten(0)?), (Some(0), Some(2), 1));
/// assert_eq!(history.never_learned()?, [2]);
/// assert_eq!(history.flips(0, 1)?.forgotten, [0]);
/// # Ok::<(), training_replay::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct SampleHistory {
    /// The epochs, in increasing order: one for each column.
    pub epochs: Vec<u64>,
    /// The loss of each sample, `(samples, epochs)`.
    pub losses: Matrix,
    /// What the model told of each sample.
    pub outcomes: SampleOutcomes,
    targets: Matrix,
}

/// What a model told of samples, `(samples, epochs)`.
#[derive(Clone, Debug, PartialEq)]
pub enum SampleOutcomes {
    /// Where every target names a class.
    Classification {
        /// The output for the sample's own class; for a single output `p` that is `1 - p` where the class is 0.
        probabilities: Matrix,
        /// Whether that class was told: by a threshold of 0.5, or as the largest output. Never where an output is NaN.
        correct: DMatrix<bool>,
    },
    /// Where targets are numbers.
    Regression {
        /// `output - target`; of several outputs the length of that vector.
        residuals: Matrix,
    },
}

/// The samples whose class is told right at one epoch and wrong at another.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Flips {
    /// Wrong at the first, right at the second.
    pub learned: Vec<usize>,
    /// Right at the first, wrong at the second.
    pub forgotten: Vec<usize>,
}

impl SampleHistory {
    /// An empty one for the samples of this data set.
    pub fn new(data: &Dataset) -> Self {
        let empty = || Matrix::zeros(data.samples(), 0);
        let outcomes = match labels::check_targets(data.targets()) {
            Ok(()) => SampleOutcomes::Classification {
                probabilities: empty(),
                correct: DMatrix::from_element(data.samples(), 0, false),
            },
            Err(_) => SampleOutcomes::Regression { residuals: empty() },
        };
        Self { epochs: Vec::new(), losses: empty(), outcomes, targets: data.targets().clone() }
    }

    /// Writes down the next epoch: the outputs, `(samples, outputs)`, and the loss of each sample.
    ///
    /// # Errors
    ///
    /// [`Error::Shape`] if there are not as many outputs as targets, or losses as samples, and [`Error::Invalid`] for an
    /// epoch that is not later than the last.
    pub fn push(&mut self, epoch: u64, outputs: &Matrix, losses: &[f32]) -> Result<()> {
        self.append(self.outcomes_of(epoch, outputs, losses)?)
    }

    /// What one epoch has to say of every sample.
    pub(crate) fn outcomes_of(&self, epoch: u64, outputs: &Matrix, losses: &[f32]) -> Result<EpochOutcomes> {
        matrix::expect_shape("the model's outputs", outputs, self.targets.shape())?;
        if losses.len() != self.samples() {
            return Err(Error::shape("the losses", [self.samples()], [losses.len()]));
        }
        let losses = losses.to_vec();
        Ok(match self.outcomes {
            SampleOutcomes::Classification { .. } => {
                let (predicted, own) = (labels::classes(outputs, 0.5), labels::classes(&self.targets, 0.5));
                let correct = predicted.into_iter().zip(own).map(|(predicted, own)| predicted == own).collect();
                EpochOutcomes { epoch, losses, numbers: own_probabilities(outputs, &self.targets), correct }
            }
            SampleOutcomes::Regression { .. } => {
                EpochOutcomes { epoch, losses, numbers: distances(outputs, &self.targets), correct: Vec::new() }
            }
        })
    }

    /// Appends the outcomes of the next epoch.
    pub(crate) fn append(&mut self, outcomes: EpochOutcomes) -> Result<()> {
        if let Some(last) = self.epochs.last().filter(|&&last| outcomes.epoch <= last) {
            let expected = format!("later than {last}, the last");
            return Err(Error::invalid("the next epoch of a sample history", expected, outcomes.epoch));
        }
        self.epochs.push(outcomes.epoch);
        self.losses.extend(outcomes.losses);
        match &mut self.outcomes {
            SampleOutcomes::Classification { probabilities, correct } => {
                probabilities.extend(outcomes.numbers);
                correct.extend(outcomes.correct);
            }
            SampleOutcomes::Regression { residuals } => residuals.extend(outcomes.numbers),
        }
        Ok(())
    }

    /// How many samples there are.
    pub fn samples(&self) -> usize {
        self.targets.nrows()
    }

    /// Whether each sample was right, `(samples, epochs)`.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] if the targets name no classes.
    pub fn correct(&self) -> Result<&DMatrix<bool>> {
        match &self.outcomes {
            SampleOutcomes::Classification { correct, .. } => Ok(correct),
            SampleOutcomes::Regression { .. } => {
                Err(Error::invalid("the kind of targets", "classes, for samples to be right or wrong", "numbers"))
            }
        }
    }

    /// The epoch from which on a sample was right at every epoch; `None` if it was wrong at the last one.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] if the targets name no classes, or there is no such sample.
    pub fn learned_at(&self, sample: usize) -> Result<Option<u64>> {
        let last_error = self.row(sample)?.iter().rposition(|correct| !correct);
        Ok(self.epochs.get(last_error.map_or(0, |column| column + 1)).copied())
    }

    /// The first epoch at which a sample was right.
    ///
    /// # Errors
    ///
    /// As [`learned_at`](Self::learned_at).
    pub fn first_correct(&self, sample: usize) -> Result<Option<u64>> {
        let column = self.row(sample)?.iter().position(|&correct| correct);
        Ok(column.and_then(|column| self.epochs.get(column)).copied())
    }

    /// How often a sample was right and, at the next epoch, wrong.
    ///
    /// # Errors
    ///
    /// As [`learned_at`](Self::learned_at).
    pub fn forgotten(&self, sample: usize) -> Result<usize> {
        Ok(self.row(sample)?.windows(2).filter(|pair| pair[0] && !pair[1]).count())
    }

    /// The samples that were wrong at every epoch.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] if the targets name no classes.
    pub fn never_learned(&self) -> Result<Vec<usize>> {
        let rows = self.correct()?.row_iter().enumerate();
        Ok(rows.filter(|(_, row)| row.iter().all(|correct| !correct)).map(|(sample, _)| sample).collect())
    }

    /// The samples that are right at one of two epochs and wrong at the other.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] if the targets name no classes, [`Error::UnknownEpoch`] for an epoch that is not in the history.
    pub fn flips(&self, first: u64, second: u64) -> Result<Flips> {
        let correct = self.correct()?;
        let (before, after) = (correct.column(self.column(first)?), correct.column(self.column(second)?));
        let mut flips = Flips::default();
        for (sample, (before, after)) in before.iter().zip(after.iter()).enumerate() {
            match (before, after) {
                (false, true) => flips.learned.push(sample),
                (true, false) => flips.forgotten.push(sample),
                _ => {}
            }
        }
        Ok(flips)
    }

    /// The column of an epoch.
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

    /// Whether a sample was right, epoch by epoch.
    fn row(&self, sample: usize) -> Result<Vec<bool>> {
        let correct = self.correct()?;
        if sample < self.samples() {
            Ok(correct.row(sample).iter().copied().collect())
        } else {
            Err(Error::invalid("the sample", format!("below {}, their number", self.samples()), sample))
        }
    }
}

/// What one epoch has to say of every sample.
pub(crate) struct EpochOutcomes {
    epoch: u64,
    losses: Vec<f32>,
    /// Probabilities or residuals.
    numbers: Vec<f32>,
    /// None if targets are numbers.
    correct: Vec<bool>,
}

/// The output for every sample's own class.
fn own_probabilities(outputs: &Matrix, targets: &Matrix) -> Vec<f32> {
    let own = |(class, row): (Option<usize>, usize)| match (outputs.ncols(), class) {
        (1, Some(0)) => 1.0 - outputs[row],
        (1, _) => outputs[row],
        (_, class) => class.map_or(f32::NAN, |class| outputs[(row, class)]),
    };
    labels::classes(targets, 0.5).into_iter().zip(0..).map(own).collect()
}

/// The signed distance of a single output from its target, the length of the distances of several.
fn distances(outputs: &Matrix, targets: &Matrix) -> Vec<f32> {
    let difference = outputs - targets;
    match difference.ncols() {
        1 => difference.iter().copied().collect(),
        _ => difference.row_iter().map(|row| row.norm()).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Four samples, the last one of class 0, and whether they are right at the epochs 0, 2, 3 and 7.
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
        assert_eq!(of(0), (Some(0), Some(0), 0), "always right");
        assert_eq!(of(1), (Some(2), Some(7), 1), "right, forgotten, right again");
        assert_eq!(of(2), (Some(0), None, 2), "wrong at the last epoch");
        assert_eq!(of(3), (Some(0), None, 1), "of class 0; NaN is wrong and no second forgetting");
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
        let three = Dataset::from_labels(Matrix::zeros(1, 1), &[2], 3).unwrap();
        let mut history = SampleHistory::new(&three);
        history.push(0, &Matrix::from_row_slice(1, 3, &[0.2, 0.5, 0.3]), &[1.2]).unwrap();
        let SampleOutcomes::Classification { probabilities, correct } = &history.outcomes else {
            panic!("the targets are classes")
        };
        assert_eq!((probabilities[0], correct[0]), (0.3, false));
    }

    #[test]
    fn numbers_have_residuals_and_are_neither_right_nor_wrong() {
        let data = Dataset::new(Matrix::zeros(2, 1), Matrix::from_row_slice(2, 2, &[0.5, 1.0, 2.0, 0.25])).unwrap();
        let mut history = SampleHistory::new(&data);
        history.push(0, &Matrix::from_row_slice(2, 2, &[3.5, 5.0, 2.0, 0.25]), &[12.5, 0.0]).unwrap();
        assert_eq!(
            history.outcomes,
            SampleOutcomes::Regression { residuals: Matrix::from_column_slice(2, 1, &[5.0, 0.0]) }
        );
        let message = history.learned_at(0).unwrap_err().to_string();
        assert_eq!(message, "the kind of targets is numbers; it must be classes, for samples to be right or wrong");
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

//! What was learned and what was forgotten between two epochs.

use crate::{Result, analysis::SampleHistory};

/// The samples that are correct at one epoch and misclassified at another.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Flips {
    /// The samples that are misclassified at the first epoch and correct at the second.
    pub learned: Vec<usize>,
    /// The samples that are correct at the first epoch and misclassified at the second.
    pub forgotten: Vec<usize>,
}

impl SampleHistory {
    /// Returns the samples that are correct at one of two epochs and misclassified at the other.
    ///
    /// ```
    /// # use training_replay::{Dataset, Matrix, analysis::SampleHistory};
    /// # let data = Dataset::new(Matrix::zeros(3, 2), Matrix::from_column_slice(3, 1, &[1.0, 1.0, 0.0]))?;
    /// # let mut history = SampleHistory::new(&data);
    /// # for (epoch, outputs) in [[0.6, 0.4, 0.9], [0.3, 0.7, 0.8], [0.8, 0.9, 0.7]].iter().enumerate() {
    /// #     history.push(epoch as u64, &Matrix::from_column_slice(3, 1, outputs), &[0.0; 3])?;
    /// # }
    /// let flips = history.flips(0, 1)?;
    /// assert_eq!((flips.learned, flips.forgotten), (vec![1], vec![0]));
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`](crate::Error::Invalid) if the targets name no classes, [`Error::UnknownEpoch`](crate::Error::UnknownEpoch) for an epoch that is not in the
    /// history.
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
}

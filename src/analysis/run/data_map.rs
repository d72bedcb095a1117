//! A map of the data by how their training went: what is easy, what is hard, what may be labeled wrongly.

#[cfg(feature = "serde")]
use crate::serial;

use super::{sample_history::SampleHistory, sample_outcomes::SampleOutcomes};
use crate::{Result, analysis::Caveat};

/// A map of the data by how their training went, a point for each sample.
///
/// The definitions are those of Swayamdipta et al., "Dataset Cartography: Mapping and Diagnosing Datasets with Training Dynamics"
/// (2020), over the epochs of the [history](SampleHistory): choose those by [`Run::epochs`](crate::Run::epochs), the paper
/// leaves out what is before training. High confidence and low variability are easy, low confidence and low variability hard
/// samples, and high variability is where the model is undecided.
///
/// ```
/// use training_replay::{Dataset, Matrix, analysis::SampleHistory};
///
/// let data = Dataset::new(Matrix::zeros(3, 2), Matrix::from_column_slice(3, 1, &[1.0, 1.0, 0.0]))?;
/// let mut history = SampleHistory::new(&data);
/// for (epoch, outputs) in [[0.75, 0.25, 1.0], [0.75, 0.75, 1.0]].iter().enumerate() {
///     history.push(epoch as u64, &Matrix::from_column_slice(3, 1, outputs), &[0.0; 3])?;
/// }
/// let map = history.data_map()?;
/// assert_eq!((map.samples[0].confidence, map.samples[0].variability), (0.75, 0.0)); // easy
/// assert_eq!((map.samples[1].confidence, map.samples[1].variability), (0.5, 0.25)); // undecided
/// assert_eq!(map.suspected_labels(0.5), [2]); // taken for class 1 at every epoch
/// # Ok::<(), training_replay::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct DataMap {
    /// The samples, in the order of the data; of samples of several positions each position, sample by sample.
    pub samples: Vec<SampleDynamics>,
    /// The epochs that they are over.
    pub epochs: Vec<u64>,
    /// What was assumed, and which epochs could not be read.
    pub caveats: Vec<Caveat>,
}

/// How the training of a sample went, over the epochs of its history.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct SampleDynamics {
    /// The mean probability of its class; NaN if one is, and for no epochs.
    #[cfg_attr(feature = "serde", serde(serialize_with = "serial::plain"))]
    pub confidence: f64,
    /// The standard deviation of that probability, over the number of epochs as in the paper.
    #[cfg_attr(feature = "serde", serde(serialize_with = "serial::plain"))]
    pub variability: f64,
    /// The share of the epochs at which its class is predicted; NaN for no epochs.
    #[cfg_attr(feature = "serde", serde(serialize_with = "serial::plain"))]
    pub correctness: f64,
    /// The first epoch at which its class is predicted.
    pub first_correct: Option<u64>,
    /// The epoch from which on its class is predicted to the end.
    pub learned_at: Option<u64>,
    /// How often it is forgotten, from one epoch of the history to the next.
    pub forgotten: usize,
}

impl SampleHistory {
    /// Returns the map of the data.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`](crate::Error::Invalid) if the targets name no classes, [`Error::Shape`](crate::Error::Shape) if the
    /// fields were changed and fit no more.
    pub fn data_map(&self) -> Result<DataMap> {
        let correct = self.correct()?;
        let of = |sample: usize| {
            let (confidence, variability) = self.moments(sample);
            let hits = correct.row(sample).iter().filter(|&&hit| hit).count();
            Ok(SampleDynamics {
                confidence,
                variability,
                correctness: hits as f64 / self.epochs.len() as f64,
                first_correct: self.first_correct(sample)?,
                learned_at: self.learned_at(sample)?,
                forgotten: self.forgotten(sample)?,
            })
        };
        let samples = (0..self.samples()).map(of).collect::<Result<_>>()?;
        Ok(DataMap { samples, epochs: self.epochs.clone(), caveats: self.caveats.clone() })
    }

    /// Mean and standard deviation of the probability of a sample's class.
    fn moments(&self, sample: usize) -> (f64, f64) {
        let SampleOutcomes::Classification { probabilities, .. } = &self.outcomes else { return (f64::NAN, f64::NAN) };
        let own: Vec<f64> = probabilities.row(sample).iter().map(|&p| f64::from(p)).collect();
        let count = self.epochs.len() as f64;
        let mean = own.iter().sum::<f64>() / count;
        let square = own.iter().map(|p| (p - mean) * (p - mean)).sum::<f64>() / count;
        (mean, square.sqrt())
    }
}

impl DataMap {
    /// Returns the samples whose labels are to be looked at: those of which another class is predicted at more than so large a
    /// share of the epochs, the least confident first.
    ///
    /// A network learns what most samples have in common before it learns single ones by heart (Arpit et al., "A Closer Look at
    /// Memorization in Deep Networks", 2017): while that is so, a sample that it takes for another class is rare, or labeled
    /// wrongly. So the epochs should end before it knows all of them.
    ///
    /// A sample of which an output is NaN at one of the epochs is none of them: nothing is predicted there.
    pub fn suspected_labels(&self, share: f64) -> Vec<usize> {
        let mut suspected = self.least_confident();
        suspected.retain(|&sample| 1.0 - self.samples[sample].correctness > share);
        suspected
    }

    /// Returns the hardest samples, at most `count` of them, the least confident first and of equally confident ones the first. A sample
    /// whose confidence is NaN is none of them.
    ///
    /// ```
    /// use training_replay::{Dataset, Matrix, analysis::SampleHistory};
    ///
    /// let data = Dataset::new(Matrix::zeros(4, 2), Matrix::from_column_slice(4, 1, &[1.0, 1.0, 0.0, 1.0]))?;
    /// let mut history = SampleHistory::new(&data);
    /// history.push(1, &Matrix::from_column_slice(4, 1, &[0.75, 0.25, 1.0, f32::NAN]), &[0.0; 4])?;
    /// assert_eq!(history.data_map()?.hardest(2), [2, 1]);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    pub fn hardest(&self, count: usize) -> Vec<usize> {
        let mut hardest = self.least_confident();
        hardest.truncate(count);
        hardest
    }

    /// The samples that have a confidence, the least one first.
    fn least_confident(&self) -> Vec<usize> {
        let confidence = |sample: usize| self.samples[sample].confidence;
        let mut samples: Vec<usize> = (0..self.samples.len()).filter(|&sample| !confidence(sample).is_nan()).collect();
        samples.sort_by(|&one, &other| confidence(one).total_cmp(&confidence(other)));
        samples
    }
}

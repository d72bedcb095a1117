//! How much every sample lowered its own loss: what only it could teach.

use super::{influence::LearningRatesFrom, ranked};
use crate::analysis::Caveat;
#[cfg(feature = "serde")]
use crate::serial;

/// How much every training sample lowered its own loss, by TracIn: the score of each sample for itself.
///
/// It is the sum over the epochs of the learning rate times the squared length of the sample's gradient. A sample that others resemble is
/// learned from them, and its gradient soon is small; one that is rare or labeled wrongly has a large one for long. Pruthi et al.,
/// "Estimating Training Data Influence by Tracing Gradient Descent" (2020), find mislabeled samples so. What it leaves out is as
/// of [`Influence`](super::Influence).
///
/// [`Run::self_influence`](crate::Run::self_influence) makes one of a recording, and has an example.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct SelfInfluence {
    /// The score of each sample, 0 or more; NaN where a gradient is.
    #[cfg_attr(feature = "serde", serde(serialize_with = "serial::plain"))]
    pub scores: Vec<f64>,
    /// The epochs that are summed over, in the order of time.
    pub epochs: Vec<u64>,
    /// The learning rate of each of them.
    #[cfg_attr(feature = "serde", serde(serialize_with = "serial::plain"))]
    pub learning_rates: Vec<f64>,
    /// Where the learning rates are from.
    pub learning_rates_from: LearningRatesFrom,
    /// That the steps were no multiples of a gradient, where the recording says so, and the epochs that could not be read.
    pub caveats: Vec<Caveat>,
}

impl SelfInfluence {
    /// Begins a sum of no epochs yet.
    pub(crate) fn new(samples: usize, from: LearningRatesFrom) -> Self {
        let (epochs, learning_rates, caveats) = (Vec::new(), Vec::new(), Vec::new());
        Self { scores: vec![0.0; samples], epochs, learning_rates, learning_rates_from: from, caveats }
    }

    /// Adds an epoch, by the squared lengths of the gradients.
    pub(crate) fn add(&mut self, epoch: u64, rate: f64, squared_lengths: &[f64]) {
        self.scores.iter_mut().zip(squared_lengths).for_each(|(sum, square)| *sum += rate * square);
        self.epochs.push(epoch);
        self.learning_rates.push(rate);
    }

    /// Returns the samples to be looked at first, at most `count` of them, the greatest score first: outliers, and those whose labels may be
    /// wrong. Samples whose score is 0 or NaN are none of them.
    pub fn highest(&self, count: usize) -> Vec<usize> {
        ranked::largest(&self.scores, count)
    }
}

//! The sharpness of the loss over the epochs of a run.

use super::Sharpness;
use crate::analysis::Caveat;

/// How sharp the loss is around the weights of a run, epoch by epoch.
///
/// [`Run::sharpness`](crate::Run::sharpness) makes one of a recording.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct SharpnessHistory {
    /// The epochs, in the order that they were chosen in.
    pub epochs: Vec<u64>,
    /// How sharp it is at each of them.
    pub sharpness: Vec<Sharpness>,
    /// The epochs that could not be read.
    pub caveats: Vec<Caveat>,
}

impl SharpnessHistory {
    /// Returns one number of each epoch, as a curve: what `Panel::curves` draws, behind the feature `plot`.
    ///
    /// ```
    /// # use training_replay::{Activation, Dense, Loss, Metrics, Replay, Sequential, datasets};
    /// # use training_replay::analysis::SharpnessOptions;
    /// # let model = Sequential::builder(2).layer(Dense::new(1).activation(Activation::Sigmoid)).build(1)?;
    /// # let mut replay = Replay::options().dataset(&datasets::moons(50, 0.1, 7)).in_memory();
    /// # replay.record(&model, Metrics::new())?;
    /// let history = replay.run()?.sharpness(Loss::BinaryCrossEntropy, &SharpnessOptions::default())?;
    /// let largest = history.curve(|sharpness| sharpness.largest);
    /// assert_eq!(largest, [(0, history.sharpness[0].largest)]);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    pub fn curve(&self, number: impl Fn(&Sharpness) -> f64) -> Vec<(u64, f64)> {
        self.epochs.iter().copied().zip(self.sharpness.iter().map(number)).collect()
    }

    /// Returns the epochs at which the search for the largest eigenvalue did not [converge](Sharpness::has_converged).
    pub fn not_converged(&self) -> Vec<u64> {
        let all = self.epochs.iter().zip(&self.sharpness);
        all.filter(|(_, sharpness)| !sharpness.has_converged()).map(|(&epoch, _)| epoch).collect()
    }
}

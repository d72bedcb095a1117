//! The epochs at which many runs came to a milestone.

/// The epochs at which many runs came to a milestone, if they did.
///
/// [`Runs::epochs_to_target`](crate::Runs::epochs_to_target) finds them in recordings.
///
/// ```
/// use training_replay::analysis::EpochsToTarget;
///
/// let epochs = EpochsToTarget { epochs: vec![Some(40), None, Some(55), Some(48)] };
/// assert_eq!((epochs.share(), epochs.share_by(50), epochs.median()), (0.75, 0.5, Some(48)));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EpochsToTarget {
    /// The epoch of each run; `None` for a run that never came to the milestone.
    pub epochs: Vec<Option<u64>>,
}

impl EpochsToTarget {
    /// Returns the share of the runs that came to the milestone; NaN for no runs.
    ///
    /// ```
    /// use training_replay::analysis::EpochsToTarget;
    ///
    /// let epochs = EpochsToTarget { epochs: vec![Some(40), None, Some(55), Some(48)] };
    /// assert_eq!(epochs.share(), 0.75);
    /// ```
    pub fn share(&self) -> f64 {
        self.share_by(u64::MAX)
    }

    /// Returns the share of the runs that came to the milestone by an epoch, this one included; NaN for no runs.
    ///
    /// ```
    /// use training_replay::analysis::EpochsToTarget;
    ///
    /// let epochs = EpochsToTarget { epochs: vec![Some(40), None, Some(55), Some(48)] };
    /// assert_eq!((epochs.share_by(39), epochs.share_by(40)), (0.0, 0.25));
    /// ```
    pub fn share_by(&self, epoch: u64) -> f64 {
        let arrived = self.epochs.iter().flatten().filter(|&&own| own <= epoch).count();
        arrived as f64 / self.epochs.len() as f64
    }

    /// Returns the share of the runs that came to the milestone, at each epoch at which one did.
    ///
    /// ```
    /// use training_replay::analysis::EpochsToTarget;
    ///
    /// let epochs = EpochsToTarget { epochs: vec![Some(40), None, Some(55), Some(48)] };
    /// assert_eq!(epochs.curve(), [(40, 0.25), (48, 0.5), (55, 0.75)]);
    /// ```
    pub fn curve(&self) -> Vec<(u64, f64)> {
        let mut epochs: Vec<u64> = self.epochs.iter().flatten().copied().collect();
        epochs.sort_unstable();
        epochs.dedup();
        epochs.into_iter().map(|epoch| (epoch, self.share_by(epoch))).collect()
    }

    /// Returns the first epoch by which half of the runs came to the milestone; `None` if fewer than half did.
    ///
    /// ```
    /// use training_replay::analysis::EpochsToTarget;
    ///
    /// let epochs = EpochsToTarget { epochs: vec![Some(40), None, Some(55), Some(48)] };
    /// assert_eq!(epochs.median(), Some(48));
    /// assert_eq!(EpochsToTarget { epochs: vec![Some(40), None, None] }.median(), None);
    /// ```
    pub fn median(&self) -> Option<u64> {
        self.curve().into_iter().find(|(_, share)| *share >= 0.5).map(|(epoch, _)| epoch)
    }
}

impl FromIterator<Option<u64>> for EpochsToTarget {
    fn from_iter<I: IntoIterator<Item = Option<u64>>>(epochs: I) -> Self {
        Self { epochs: epochs.into_iter().collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_count_the_runs_that_never_came_too() {
        let epochs = EpochsToTarget::from_iter([Some(30), None, Some(10), Some(30), None]);
        assert_eq!(epochs.curve(), [(10, 0.2), (30, 0.6)]);
        assert_eq!((epochs.share_by(9), epochs.share_by(29), epochs.share()), (0.0, 0.2, 0.6));
        assert_eq!(epochs.median(), Some(30));
        assert_eq!(EpochsToTarget::from_iter([None, None, Some(1)]).median(), None, "fewer than half");
        assert!(EpochsToTarget::default().share().is_nan() && EpochsToTarget::default().curve().is_empty());
    }
}

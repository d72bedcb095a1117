//! The epochs at which many runs came to a milestone.

/// The epochs at which many runs came to a milestone, if they did.
///
/// [`Runs::epochs_to_target`](crate::Runs::epochs_to_target) finds them in recordings. A run is only known about at its recorded
/// epochs: one that was recorded at every tenth may have come to the milestone at any of the ten, and one that ended may
/// have come later. What would have to be guessed is not answered.
///
/// ```
/// use training_replay::analysis::EpochsToTarget;
///
/// let epochs = EpochsToTarget::from_iter([Some(40), None, Some(55), Some(48)]);
/// assert_eq!((epochs.share(), epochs.share_by(50), epochs.median()), (0.75, 0.5, Some(48)));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct EpochsToTarget {
    /// The recorded epoch of each run; `None` for a run that did not come to the milestone.
    pub epochs: Vec<Option<u64>>,
    /// The last recorded epoch at which each run had not come to the milestone: the one before, or the last of the run.
    /// Where it is `None` or missing every epoch was recorded, and a run that did not come there never does.
    pub not_yet: Vec<Option<u64>>,
    /// The name of each run without that of its group, by which it has partners in other groups; none if not known.
    pub runs: Vec<String>,
}

impl EpochsToTarget {
    /// Returns the share of the runs that came to the milestone as far as they were recorded; NaN for no runs.
    ///
    /// ```
    /// use training_replay::analysis::EpochsToTarget;
    ///
    /// let epochs = EpochsToTarget::from_iter([Some(40), None, Some(55), Some(48)]);
    /// assert_eq!(epochs.share(), 0.75);
    /// ```
    pub fn share(&self) -> f64 {
        self.arrived_by(u64::MAX) as f64 / self.epochs.len() as f64
    }

    /// Returns the share of the runs that came to the milestone by an epoch, this one included.
    ///
    /// NaN for no runs, and where it is not known of each of them: it ended before, or came between two recorded epochs.
    ///
    /// ```
    /// use training_replay::analysis::EpochsToTarget;
    ///
    /// let epochs = EpochsToTarget::from_iter([Some(40), None, Some(55), Some(48)]);
    /// assert_eq!((epochs.share_by(39), epochs.share_by(40)), (0.0, 0.25));
    /// ```
    pub fn share_by(&self, epoch: u64) -> f64 {
        let known = (0..self.epochs.len()).all(|run| self.is_known(run, epoch));
        if known { self.arrived_by(epoch) as f64 / self.epochs.len() as f64 } else { f64::NAN }
    }

    /// Returns the share of the runs that came to the milestone, at each epoch at which one did and all are known about.
    ///
    /// ```
    /// use training_replay::analysis::EpochsToTarget;
    ///
    /// let epochs = EpochsToTarget::from_iter([Some(40), None, Some(55), Some(48)]);
    /// assert_eq!(epochs.curve(), [(40, 0.25), (48, 0.5), (55, 0.75)]);
    /// ```
    pub fn curve(&self) -> Vec<(u64, f64)> {
        let mut epochs: Vec<u64> = self.epochs.iter().flatten().copied().collect();
        epochs.sort_unstable();
        epochs.dedup();
        epochs.into_iter().map(|epoch| (epoch, self.share_by(epoch))).filter(|(_, share)| !share.is_nan()).collect()
    }

    /// Returns the first epoch by which half of the runs are known to have come to the milestone; `None` if fewer than half
    /// are.
    ///
    /// ```
    /// use training_replay::analysis::EpochsToTarget;
    ///
    /// let epochs = EpochsToTarget::from_iter([Some(40), None, Some(55), Some(48)]);
    /// assert_eq!(epochs.median(), Some(48));
    /// assert_eq!(EpochsToTarget::from_iter([Some(40), None, None]).median(), None);
    /// ```
    pub fn median(&self) -> Option<u64> {
        let mut epochs: Vec<u64> = self.epochs.iter().flatten().copied().collect();
        epochs.sort_unstable();
        epochs.get(self.epochs.len().div_ceil(2).checked_sub(1)?).copied()
    }

    /// The epochs of a run: it came to the milestone behind the first one and not behind the second, `None` for never.
    pub(super) fn bounds(&self, run: usize) -> (u64, Option<u64>) {
        let not_yet = self.not_yet.get(run).copied().flatten();
        match self.epochs[run] {
            Some(epoch) => (not_yet.unwrap_or(epoch.saturating_sub(1)), Some(epoch)),
            None => (not_yet.unwrap_or(u64::MAX), None),
        }
    }

    fn arrived_by(&self, epoch: u64) -> usize {
        self.epochs.iter().flatten().filter(|&&own| own <= epoch).count()
    }

    /// Whether a run is known to have come to the milestone by an epoch, or known not to have.
    fn is_known(&self, run: usize, epoch: u64) -> bool {
        let (not_yet, arrived) = self.bounds(run);
        epoch <= not_yet || arrived.is_some_and(|arrived| arrived <= epoch)
    }
}

impl FromIterator<Option<u64>> for EpochsToTarget {
    fn from_iter<I: IntoIterator<Item = Option<u64>>>(epochs: I) -> Self {
        Self { epochs: epochs.into_iter().collect(), ..Self::default() }
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

    /// A run of every tenth epoch, one that ended at epoch 20, one of every epoch.
    #[test]
    fn what_a_run_was_not_recorded_for_is_not_answered() {
        let epochs = EpochsToTarget {
            not_yet: vec![Some(40), Some(20), Some(44)],
            ..EpochsToTarget::from_iter([Some(50), None, Some(45)])
        };
        assert_eq!([0, 20].map(|epoch| epochs.share_by(epoch)), [0.0, 0.0]);
        assert!([21, 40, 45, 50, 99].iter().all(|&epoch| epochs.share_by(epoch).is_nan()), "of the second run");
        assert_eq!((epochs.curve(), epochs.share(), epochs.median()), (vec![], 2.0 / 3.0, Some(50)));
        let sparse =
            EpochsToTarget { not_yet: vec![Some(40), Some(44)], ..EpochsToTarget::from_iter([Some(50), Some(45)]) };
        assert!(sparse.share_by(44).is_nan() && sparse.share_by(45).is_nan(), "by then the first may have come there");
        assert_eq!((sparse.share_by(40), sparse.curve()), (0.0, vec![(50, 1.0)]));
    }
}

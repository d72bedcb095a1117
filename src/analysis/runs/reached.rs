//! When each of many runs came to a milestone, if it did.

use crate::{Error, Result};

/// When each of many runs came to a milestone, if it did.
///
/// ```
/// use training_replay::analysis::EpochsToTarget;
///
/// let relu = EpochsToTarget { epochs: vec![Some(40), None, Some(55), Some(48)] };
/// assert_eq!((relu.share(), relu.share_by(50), relu.median()), (0.75, 0.5, Some(48)));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EpochsToTarget {
    /// For each run the epoch, or `None` if it never came there.
    pub epochs: Vec<Option<u64>>,
}

impl EpochsToTarget {
    /// The share of the runs that came there; NaN for no runs.
    pub fn share(&self) -> f64 {
        self.share_by(u64::MAX)
    }

    /// The share of the runs that were there by the end of an epoch; NaN for no runs.
    pub fn share_by(&self, epoch: u64) -> f64 {
        let there = self.epochs.iter().flatten().filter(|&&reached| reached <= epoch).count();
        there as f64 / self.epochs.len() as f64
    }

    /// The share of the runs that were there, at each epoch at which one more came.
    pub fn curve(&self) -> Vec<(u64, f64)> {
        let mut epochs: Vec<u64> = self.epochs.iter().flatten().copied().collect();
        epochs.sort_unstable();
        epochs.dedup();
        epochs.into_iter().map(|epoch| (epoch, self.share_by(epoch))).collect()
    }

    /// The first epoch by which half of the runs were there; `None` if fewer ever came.
    pub fn median(&self) -> Option<u64> {
        self.curve().into_iter().find(|(_, share)| *share >= 0.5).map(|(epoch, _)| epoch)
    }
}

impl FromIterator<Option<u64>> for EpochsToTarget {
    fn from_iter<I: IntoIterator<Item = Option<u64>>>(epochs: I) -> Self {
        Self { epochs: epochs.into_iter().collect() }
    }
}

/// Who came to a milestone first, run by run: of two, how often A was before B.
///
/// ```
/// use training_replay::analysis::{HeadToHead, EpochsToTarget};
///
/// let relu = EpochsToTarget { epochs: vec![Some(40), None, Some(55), None] };
/// let tanh = EpochsToTarget { epochs: vec![Some(60), Some(50), Some(55), None] };
/// let race = HeadToHead::of(&[&relu, &tanh])?;
/// assert_eq!((race.wins.as_slice(), race.tied, race.nobody), (&[1, 1][..], 1, 1));
/// assert_eq!(format!("ReLU before tanh in {} of {}", race.wins[0], race.runs()), "ReLU before tanh in 1 of 4");
/// # Ok::<(), training_replay::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct HeadToHead {
    /// For each entrant, in how many runs it came earlier than every other.
    pub wins: Vec<usize>,
    /// In how many runs several came first at the same epoch.
    pub tied: usize,
    /// In how many runs nobody came there.
    pub nobody: usize,
}

impl HeadToHead {
    /// Run by run: the first run of each entrant against the first of every other, and so on, as runs of the same seed
    /// are.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] if the entrants have different numbers of runs.
    pub fn of(entrants: &[&EpochsToTarget]) -> Result<Self> {
        let runs = entrants.first().map_or(0, |entrant| entrant.epochs.len());
        if let Some(other) = entrants.iter().find(|entrant| entrant.epochs.len() != runs) {
            let expected = format!("{runs}, as the first one's");
            return Err(Error::invalid("the number of runs of an entrant", expected, other.epochs.len()));
        }
        let mut race = Self { wins: vec![0; entrants.len()], tied: 0, nobody: 0 };
        for run in 0..runs {
            let epochs: Vec<Option<u64>> = entrants.iter().map(|entrant| entrant.epochs[run]).collect();
            let Some(best) = epochs.iter().flatten().min() else {
                race.nobody += 1;
                continue;
            };
            let first: Vec<usize> = (0..epochs.len()).filter(|&entrant| epochs[entrant] == Some(*best)).collect();
            match first[..] {
                [winner] => race.wins[winner] += 1,
                _ => race.tied += 1,
            }
        }
        Ok(race)
    }

    /// How many runs there were.
    pub fn runs(&self) -> usize {
        self.wins.iter().sum::<usize>() + self.tied + self.nobody
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_count_the_runs_that_never_came_too() {
        let reached = EpochsToTarget::from_iter([Some(30), None, Some(10), Some(30), None]);
        assert_eq!(reached.curve(), [(10, 0.2), (30, 0.6)]);
        assert_eq!((reached.share_by(9), reached.share_by(29), reached.share()), (0.0, 0.2, 0.6));
        assert_eq!(reached.median(), Some(30));
        assert_eq!(EpochsToTarget::from_iter([None, None, Some(1)]).median(), None, "fewer than half");
        assert!(EpochsToTarget::default().share().is_nan() && EpochsToTarget::default().curve().is_empty());
    }

    #[test]
    fn a_race_is_run_seed_by_seed() {
        let a = EpochsToTarget::from_iter([Some(1), Some(5), None, None, Some(7)]);
        let b = EpochsToTarget::from_iter([Some(2), Some(5), Some(9), None, Some(6)]);
        let c = EpochsToTarget::from_iter([Some(3), Some(4), Some(9), None, None]);
        let race = HeadToHead::of(&[&a, &b, &c]).unwrap();
        assert_eq!(race, HeadToHead { wins: vec![1, 1, 1], tied: 1, nobody: 1 });
        assert_eq!(race.runs(), 5);
        assert!(HeadToHead::of(&[&a, &EpochsToTarget::default()]).is_err());
        assert_eq!(HeadToHead::of(&[]).unwrap().runs(), 0);
    }
}

//! Which of several groups of runs came to a milestone first.

use crate::{Error, Result, analysis::EpochsToTarget};

/// Counts of which group of runs came to a milestone first, seed by seed.
///
/// ```
/// use training_replay::analysis::{EpochsToTarget, HeadToHead};
///
/// let relu = EpochsToTarget { epochs: vec![Some(40), None, Some(55), None] };
/// let tanh = EpochsToTarget { epochs: vec![Some(60), Some(50), Some(55), None] };
/// let counts = HeadToHead::of(&[&relu, &tanh])?;
/// assert_eq!((counts.wins.as_slice(), counts.tied, counts.nobody), (&[1, 1][..], 1, 1));
/// assert_eq!(format!("ReLU before tanh in {} of {}", counts.wins[0], counts.runs()), "ReLU before tanh in 1 of 4");
/// # Ok::<(), training_replay::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct HeadToHead {
    /// For each group, the number of runs in which it was earlier than every other group.
    pub wins: Vec<usize>,
    /// The number of runs in which several groups were first at the same epoch.
    pub tied: usize,
    /// The number of runs in which no group came to the milestone.
    pub nobody: usize,
}

impl HeadToHead {
    /// Compares groups run by run: the first run of each group with the first of every other, and so on, as runs of the
    /// same seed are.
    ///
    /// ```
    /// use training_replay::analysis::{EpochsToTarget, HeadToHead};
    ///
    /// let [one, other] = [Some(3), None].map(|epoch| EpochsToTarget { epochs: vec![epoch] });
    /// assert_eq!(HeadToHead::of(&[&one, &other])?.wins, [1, 0]); // a run that never came there loses
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] if the groups have different numbers of runs.
    pub fn of(groups: &[&EpochsToTarget]) -> Result<Self> {
        let runs = groups.first().map_or(0, |group| group.epochs.len());
        if let Some(other) = groups.iter().find(|group| group.epochs.len() != runs) {
            let expected = format!("{runs}, as the first one's");
            return Err(Error::invalid("the number of runs of a group", expected, other.epochs.len()));
        }
        let mut counts = Self { wins: vec![0; groups.len()], tied: 0, nobody: 0 };
        for run in 0..runs {
            let epochs: Vec<Option<u64>> = groups.iter().map(|group| group.epochs[run]).collect();
            let Some(best) = epochs.iter().flatten().min() else {
                counts.nobody += 1;
                continue;
            };
            let first: Vec<usize> = (0..epochs.len()).filter(|&group| epochs[group] == Some(*best)).collect();
            match first[..] {
                [winner] => counts.wins[winner] += 1,
                _ => counts.tied += 1,
            }
        }
        Ok(counts)
    }

    /// Returns the number of runs in each group.
    pub fn runs(&self) -> usize {
        self.wins.iter().sum::<usize>() + self.tied + self.nobody
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_compared_seed_by_seed() {
        let a = EpochsToTarget::from_iter([Some(1), Some(5), None, None, Some(7)]);
        let b = EpochsToTarget::from_iter([Some(2), Some(5), Some(9), None, Some(6)]);
        let c = EpochsToTarget::from_iter([Some(3), Some(4), Some(9), None, None]);
        let counts = HeadToHead::of(&[&a, &b, &c]).unwrap();
        assert_eq!(counts, HeadToHead { wins: vec![1, 1, 1], tied: 1, nobody: 1 });
        assert_eq!(counts.runs(), 5);
        assert!(HeadToHead::of(&[&a, &EpochsToTarget::default()]).is_err());
        assert_eq!(HeadToHead::of(&[]).unwrap().runs(), 0);
    }
}

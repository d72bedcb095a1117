//! Which of several groups of runs came to a milestone first.

use crate::{Error, Result, analysis::EpochsToTarget};

/// Who came to a milestone first, run by run: of two, how often A was before B.
///
/// ```
/// use training_replay::analysis::{HeadToHead, EpochsToTarget};
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
        let mut counts = Self { wins: vec![0; entrants.len()], tied: 0, nobody: 0 };
        for run in 0..runs {
            let epochs: Vec<Option<u64>> = entrants.iter().map(|entrant| entrant.epochs[run]).collect();
            let Some(best) = epochs.iter().flatten().min() else {
                counts.nobody += 1;
                continue;
            };
            let first: Vec<usize> = (0..epochs.len()).filter(|&entrant| epochs[entrant] == Some(*best)).collect();
            match first[..] {
                [winner] => counts.wins[winner] += 1,
                _ => counts.tied += 1,
            }
        }
        Ok(counts)
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

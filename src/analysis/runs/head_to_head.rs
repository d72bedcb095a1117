//! Which of several groups of runs came to a milestone first.

use crate::{Error, Result, analysis::EpochsToTarget};

/// Counts of which group of runs came to a milestone first, seed by seed.
///
/// ```
/// use training_replay::analysis::{EpochsToTarget, HeadToHead};
///
/// let relu = EpochsToTarget::from_iter([Some(40), None, Some(55), None]);
/// let tanh = EpochsToTarget::from_iter([Some(60), Some(50), Some(55), None]);
/// let counts = HeadToHead::of(&[&relu, &tanh])?;
/// assert_eq!((counts.wins.as_slice(), counts.tied, counts.nobody), (&[1, 1][..], 1, 1));
/// assert_eq!(format!("ReLU before tanh in {} of {}", counts.wins[0], counts.runs()), "ReLU before tanh in 1 of 4");
/// # Ok::<(), training_replay::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct HeadToHead {
    /// For each group, the number of runs in which it was earlier than every other group.
    pub wins: Vec<usize>,
    /// The number of runs in which several groups were first at the same epoch.
    pub tied: usize,
    /// The number of runs in which no group came to the milestone.
    pub nobody: usize,
    /// The number of runs in which it cannot be said: one was recorded too seldom, or ended before.
    pub undecided: usize,
    /// The number of runs without a partner in every other group, which are not counted: their files did not open, say.
    pub unpaired: usize,
}

impl HeadToHead {
    /// Compares groups run by run, as runs of the same seed are.
    ///
    /// Runs are partners whose names are the same but for that of their group ([`EpochsToTarget::runs`]): `relu/seed1` of the
    /// group `relu` and `tanh/seed1` of the group `tanh`. Where names are not known, or none has a partner, the first run of
    /// each group is that of the first of every other, and so on.
    ///
    /// A group is first where all others came later whatever happened between their recorded epochs, and behind the last.
    /// Where several were first between the same two epochs, they are tied.
    ///
    /// ```
    /// use training_replay::analysis::{EpochsToTarget, HeadToHead};
    ///
    /// let [one, other] = [Some(3), None].map(|epoch| EpochsToTarget::from_iter([epoch]));
    /// assert_eq!(HeadToHead::of(&[&one, &other])?.wins, [1, 0]); // a run that never came there loses
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] if the groups have different numbers of runs, and no names by which some are partners.
    pub fn of(groups: &[&EpochsToTarget]) -> Result<Self> {
        let pairs = match partners(groups) {
            Some(pairs) => pairs,
            None => in_order(groups)?,
        };
        let in_groups: usize = groups.iter().map(|group| group.epochs.len()).sum();
        let unpaired = in_groups - pairs.len() * groups.len();
        let mut counts = Self { wins: vec![0; groups.len()], unpaired, ..Self::default() };
        for places in pairs {
            let runs = groups.iter().zip(places);
            counts.take(&runs.map(|(group, run)| group.bounds(run)).collect::<Vec<_>>());
        }
        Ok(counts)
    }

    fn take(&mut self, bounds: &[(u64, Option<u64>)]) {
        let Some(best) = bounds.iter().filter_map(|&(_, arrived)| arrived).min() else {
            self.nobody += 1;
            return;
        };
        let first: Vec<usize> = (0..bounds.len()).filter(|&group| bounds[group].1 == Some(best)).collect();
        let alike = first.iter().all(|&group| bounds[group] == bounds[first[0]]);
        let others_are_later = bounds.iter().all(|&(not_yet, arrived)| arrived == Some(best) || not_yet >= best);
        match first[..] {
            _ if !others_are_later || !alike => self.undecided += 1,
            [winner] => self.wins[winner] += 1,
            _ => self.tied += 1,
        }
    }

    /// Returns the number of runs in each group that were compared.
    pub fn runs(&self) -> usize {
        self.wins.iter().sum::<usize>() + self.tied + self.nobody + self.undecided
    }
}

/// The places of the runs with the same name in every group; none if no name is in all of them, or is no name of one run.
fn partners(groups: &[&EpochsToTarget]) -> Option<Vec<Vec<usize>>> {
    let place = |group: &EpochsToTarget, name: &String| {
        let mut places = (0..group.runs.len()).filter(|&run| group.runs[run] == *name);
        places.next().filter(|_| places.next().is_none())
    };
    let of = |name: &String| groups.iter().map(|group| place(group, name)).collect::<Option<Vec<usize>>>();
    let pairs: Vec<Vec<usize>> = groups.first()?.runs.iter().filter_map(of).collect();
    (!pairs.is_empty()).then_some(pairs)
}

/// The places of the first run of each group, of the second, and so on.
fn in_order(groups: &[&EpochsToTarget]) -> Result<Vec<Vec<usize>>> {
    let runs = groups.first().map_or(0, |group| group.epochs.len());
    match groups.iter().find(|group| group.epochs.len() != runs) {
        None => Ok((0..runs).map(|run| vec![run; groups.len()]).collect()),
        Some(other) => {
            let expected = format!("{runs}, as the first one's, where no names show which runs belong together");
            Err(Error::invalid("the number of runs of a group", expected, other.epochs.len()))
        }
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
        assert_eq!(counts, HeadToHead { wins: vec![1, 1, 1], tied: 1, nobody: 1, undecided: 0, unpaired: 0 });
        assert_eq!(counts.runs(), 5);
        assert!(HeadToHead::of(&[&a, &EpochsToTarget::default()]).is_err());
        assert_eq!(HeadToHead::of(&[]).unwrap().runs(), 0);
    }

    /// A file of each group did not open, and not of the same seed.
    #[test]
    fn runs_are_compared_with_their_partners_and_those_without_one_are_not_counted() {
        let named = |names: &[&str], epochs: &[u64]| EpochsToTarget {
            runs: names.iter().map(|&name| name.to_owned()).collect(),
            ..epochs.iter().map(|&epoch| Some(epoch)).collect()
        };
        let a = named(&["/seed1", "/seed2", "/seed3"], &[11, 12, 13]);
        let b = named(&["/seed0", "/seed2", "/seed1"], &[11, 13, 12]);
        let counts = HeadToHead::of(&[&a, &b]).unwrap();
        assert_eq!((counts.wins.as_slice(), counts.runs(), counts.unpaired), ([2, 0].as_slice(), 2, 2));
        let others = named(&["x", "y", "z"], &[1, 1, 1]);
        assert_eq!(HeadToHead::of(&[&a, &others]).unwrap().runs(), 3, "in their order, if no name has a partner");
        let fewer = named(&["x", "y"], &[1, 1]);
        assert!(HeadToHead::of(&[&a, &fewer]).unwrap_err().to_string().contains("belong together"));
    }

    #[test]
    fn nobody_wins_by_being_recorded_more_often_or_for_longer() {
        let of = |epoch: Option<u64>, not_yet: u64| EpochsToTarget {
            not_yet: vec![Some(not_yet)],
            ..EpochsToTarget::from_iter([epoch])
        };
        let against = |one: &EpochsToTarget, other: &EpochsToTarget| {
            let counts = HeadToHead::of(&[one, other]).unwrap();
            assert_eq!(counts.runs(), 1);
            (counts.wins[0], counts.wins[1], counts.tied, counts.undecided)
        };
        let seldom = of(Some(50), 40);
        assert_eq!(against(&of(Some(45), 44), &seldom), (0, 0, 0, 1), "it may have been there at 41");
        assert_eq!(against(&of(Some(50), 49), &seldom), (0, 0, 0, 1));
        assert_eq!(against(&of(Some(40), 39), &seldom), (1, 0, 0, 0));
        assert_eq!(against(&of(Some(51), 50), &seldom), (0, 1, 0, 0));
        assert_eq!(against(&seldom, &seldom), (0, 0, 1, 0), "between the same two epochs");
        assert_eq!(against(&of(None, 20), &seldom), (0, 0, 0, 1), "it ended too early to say");
        assert_eq!(against(&of(None, 60), &seldom), (0, 1, 0, 0));
    }
}

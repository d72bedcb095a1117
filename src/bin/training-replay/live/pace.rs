//! How many epochs of a run there is time for.

use std::time::Duration;

/// How long making a page may take, while epochs come.
pub const BUDGET: Duration = Duration::from_millis(400);

/// So many epochs of a run are shown at first, until it is known how long that takes.
const FIRST_EPOCHS: usize = 32;

/// How many epochs there is time for.
pub struct Pace {
    most: usize,
}

impl Pace {
    pub fn new() -> Self {
        Self { most: FIRST_EPOCHS }
    }

    /// How many epochs are shown: all of them when nothing more is to be expected.
    pub fn most(&self, is_settled: bool) -> usize {
        if is_settled { usize::MAX } else { self.most }
    }

    /// So many epochs took so long.
    pub fn learn(&mut self, epochs: usize, took: Duration) {
        let each = took.as_secs_f64() / epochs.max(1) as f64;
        self.most = ((BUDGET.as_secs_f64() / each.max(1e-9)) as usize).max(2);
    }
}

/// How far apart epochs are, so that they are at most about so many.
///
/// It is a power of two, so that the same epochs stay while others come.
pub fn distance(epochs: usize, most: usize) -> usize {
    let mut distance = 1;
    while epochs.div_ceil(distance) > most.max(1) {
        distance *= 2;
    }
    distance
}

/// The epochs at this distance, with the first and the last.
pub fn spread(epochs: &[u64], distance: usize) -> Vec<u64> {
    let mut shown: Vec<u64> = epochs.iter().copied().step_by(distance.max(1)).collect();
    shown.extend(epochs.last());
    shown.dedup();
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at_most(epochs: &[u64], most: usize) -> Vec<u64> {
        spread(epochs, distance(epochs.len(), most))
    }

    #[test]
    fn of_many_epochs_some_at_equal_distances_are_shown_and_always_the_last() {
        let epochs: Vec<u64> = (0..100).collect();
        assert_eq!(at_most(&epochs, 1000), epochs);
        let some = at_most(&epochs, 30);
        assert_eq!((some.len(), some[1], some.last()), (26, 4, Some(&99)));
        assert_eq!((at_most(&epochs, 0), at_most(&[], 5), at_most(&[7], 1)), (vec![0, 99], vec![], vec![7]));
    }

    #[test]
    fn there_is_time_for_as_many_epochs_as_took_that_long_and_for_all_in_the_end() {
        let mut pace = Pace::new();
        assert_eq!((pace.most(false), pace.most(true)), (32, usize::MAX));
        pace.learn(10, Duration::from_millis(100));
        assert_eq!((pace.most(false), pace.most(true)), (40, usize::MAX));
        pace.learn(1, Duration::from_secs(60));
        assert_eq!(pace.most(false), 2, "the first and the last");
    }
}

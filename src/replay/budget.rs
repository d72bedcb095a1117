//! How much of the time of a loop recording may take.

use std::time::{Duration, Instant};

use super::ReplayOptions;
use crate::{Error, Result, host};

/// Time that was spent, beside that which may be.
#[derive(Clone, Copy, Debug)]
pub(super) struct Budget {
    /// The share of all time; none if it may take what it takes.
    share: Option<f64>,
    began: Option<Instant>,
    spent: Duration,
    /// What the last snapshot took.
    last: Duration,
}

impl Budget {
    pub(super) fn new(share: Option<f64>) -> Self {
        Self { share, began: None, spent: Duration::ZERO, last: Duration::ZERO }
    }

    /// Whether another snapshot that takes as long as the last is within the share of the time since the first, which always is.
    pub(super) fn allows(&self, now: Option<Instant>) -> bool {
        let (Some(share), Some(began), Some(now)) = (self.share, self.began, now) else { return true };
        let all = now.saturating_duration_since(began) + self.last;
        (self.spent + self.last).as_secs_f64() <= share * all.as_secs_f64()
    }

    /// Takes what a snapshot took, by the clock.
    pub(super) fn spend(&mut self, from: Option<Instant>, to: Option<Instant>) {
        let (Some(from), Some(to)) = (from, to) else { return };
        self.began.get_or_insert(from);
        self.last = to.saturating_duration_since(from);
        self.spent += self.last;
    }
}

impl ReplayOptions {
    /// Lets recording take at most this share of the time of the loop, and leaves snapshots out where it would take more: 0.02 is 2 %.
    ///
    /// [`Replay::record`](crate::Replay::record) and the steps of [`record_at`](crate::Replay::record_at) are left out where the time that was spent since the first
    /// of them, with as much as the last one took, is more than that share of all time. The first is recorded whatever it takes, and so
    /// is the end of an epoch that is given by its number: record the last one so. What was left out is noted when the
    /// recording is [finished](crate::Replay::finish), as `left_out`.
    ///
    /// ```
    /// # use training_replay::{Dense, Metrics, Replay, Sequential};
    /// # let model = Sequential::builder(2).layer(Dense::new(1)).build(1)?;
    /// let mut replay = Replay::options().time_budget(0.000_001).in_memory();
    /// for _ in 0..=10 {
    ///     replay.record(&model, Metrics::new())?; // and no training: all time is recording
    /// }
    /// replay.record_at(11, &model, Metrics::new())?;
    /// replay.finish()?;
    /// assert_eq!(replay.epochs().collect::<Vec<_>>(), [0, 11]);
    /// assert_eq!(replay.metadata().get("left_out"), Some(vec!["epoch 1 to epoch 10: 10"].into()));
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    #[must_use]
    pub fn time_budget(mut self, share: f64) -> Self {
        self.budget = Some(share);
        self
    }

    /// Fails for a share that is none, and for any where no clock says what is spent.
    pub(super) fn check_budget(&self) -> Result<()> {
        if let (Some(share), None) = (self.budget, host::now()) {
            return Err(Error::invalid("`time_budget`", "none: there is no clock here, as in a browser", share));
        }
        match self.budget.filter(|share| !(*share > 0.0 && *share <= 1.0)) {
            Some(share) => Err(Error::invalid("`time_budget`", "above 0 and at most 1: 0.02 is 2 %", share)),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many of so many steps of 100 ms are recorded, if each takes so many milliseconds, and the share of time that it took.
    fn recorded(share: f64, steps: u64, takes: impl Fn(u64) -> u64) -> (u64, f64) {
        let (mut budget, began) = (Budget::new(Some(share)), Instant::now());
        let (mut now, mut count, mut spent) = (began, 0, Duration::ZERO);
        for step in 0..steps {
            if budget.allows(Some(now)) {
                let took = Duration::from_millis(takes(step));
                budget.spend(Some(now), Some(now + took));
                (now, count, spent) = (now + took, count + 1, spent + took);
            }
            now += Duration::from_millis(100);
        }
        (count, spent.as_secs_f64() / now.duration_since(began).as_secs_f64())
    }

    #[test]
    fn as_many_are_recorded_as_the_share_of_time_allows_and_no_more() {
        for (share, takes) in [(0.02, 14), (0.02, 300), (0.5, 100), (0.001, 1)] {
            let (count, took) = recorded(share, 10_000, |_| takes);
            let most = share / (1.0 - share) * 100.0 / takes as f64 * 10_000.0;
            assert!(took <= share && count as f64 > 0.98 * most - 2.0, "{share}: {count} of {most:.0} took {took}");
        }
    }

    #[test]
    fn a_share_that_is_never_reached_leaves_nothing_out() {
        assert_eq!(recorded(0.02, 1_000, |_| 1).0, 1_000);
        assert_eq!(recorded(1.0, 1_000, |_| 1_000).0, 1_000);
        assert!(Budget::new(None).allows(host::now()));
    }

    #[test]
    fn the_first_is_recorded_and_one_that_took_long_is_made_up_for() {
        let (count, took) = recorded(0.02, 1_000, |step| if step == 0 { 100 } else { 2 });
        assert!((850..=905).contains(&count) && took <= 0.02, "{count} took {took}: none for 10 s, and then all");
        assert_eq!(recorded(1e-9, 1_000, |_| 1).0, 1);
    }
}

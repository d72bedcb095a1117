//! Which moments are recorded, and which comes next.

use super::ReplayOptions;
use crate::{Error, Moment, Result};

/// Where a recorder is in its run.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Schedule {
    /// The number of the next epoch.
    next: u64,
    /// The last snapshot of the recorder before, if it was stopped within an epoch.
    stopped_at: Option<Moment>,
}

impl Schedule {
    /// That of a run that begins with this epoch.
    pub(super) fn from(next: u64) -> Self {
        Self { next, stopped_at: None }
    }

    /// One that goes on behind another's last snapshot: with the next epoch, or the one that it was stopped in, but so many
    /// epochs later.
    pub(super) fn behind(last: Option<Moment>, later: u64) -> Self {
        let stopped_at = last.filter(|last| last.step().is_some());
        Self { next: last.map_or(0, epoch_behind).saturating_add(later), stopped_at }
    }

    /// The number of the next epoch.
    pub(super) fn next(&self) -> u64 {
        self.next
    }

    /// The epoch that comes to its end, and whether it is recorded. One that is not is passed over; one that is counts when it
    /// [was](Self::passed).
    pub(super) fn epoch(&mut self, options: &ReplayOptions) -> (u64, bool) {
        let (epoch, is_taken) = (self.next, options.takes_epoch(self.next));
        if !is_taken {
            self.next = epoch.saturating_add(1);
        }
        (epoch, is_taken)
    }

    /// Whether a moment is recorded: not if the options leave it out, or it was recorded before. Fails for one that cannot be.
    pub(super) fn takes(&self, moment: Moment, last: Option<Moment>, options: &ReplayOptions) -> Result<bool> {
        if moment.epoch() == 0 && moment.step().is_some() {
            return Err(Error::invalid("the epoch of a step", "1 or more; epoch 0 is before training", 0));
        }
        moment.check()?;
        let is_chosen = moment.step().is_none_or(|step| options.takes_step(moment.epoch(), step));
        Ok(is_chosen && !self.repeats(moment, last))
    }

    /// The next epoch is the one behind a moment, or that it is within.
    pub(super) fn passed(&mut self, moment: Moment) {
        self.next = epoch_behind(moment);
    }

    /// Whether a step was recorded before the recorder was stopped within its epoch, which is now trained again.
    fn repeats(&self, moment: Moment, last: Option<Moment>) -> bool {
        let again = |stopped: Moment| moment.epoch() == stopped.epoch() && moment <= stopped && last == Some(stopped);
        moment.step().is_some() && self.stopped_at.is_some_and(again)
    }
}

/// Fails unless a snapshot is later than the last one.
pub(super) fn expect_later(moment: Moment, last: Option<Moment>) -> Result<()> {
    match last.filter(|&last| moment <= last) {
        Some(last) => {
            let expected = format!("later than {last}, the last one recorded");
            Err(Error::invalid("the next snapshot", expected, moment))
        }
        None => Ok(()),
    }
}

/// The number of the epoch that comes to its end next.
pub(super) fn epoch_behind(moment: Moment) -> u64 {
    moment.epoch().saturating_add(u64::from(moment.step().is_none()))
}

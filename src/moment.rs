//! When in a run a snapshot was taken: after an epoch, or at a step within one.

use std::{cmp::Ordering, fmt};

use crate::{Error, Result};

/// A moment of a run: the end of an epoch, or a step within one.
///
/// A number is the end of that epoch, and a pair is an epoch and the number of a step in it, from 1. Moments are ordered
/// in time: the end of an epoch comes after all of its steps. Every method that asks for a moment takes numbers and pairs.
///
/// ```
/// use training_replay::Moment;
///
/// let (end, step) = (Moment::from(3), Moment::from((3, 50)));
/// assert_eq!((end.epoch(), end.step()), (3, None));
/// assert_eq!((step.epoch(), step.step()), (3, Some(50)));
/// assert!(Moment::from(2) < step && step < end);
/// assert_eq!((end.to_string(), step.to_string()), ("epoch 3".into(), "step 50 of epoch 3".into()));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Moment {
    epoch: u64,
    step: Option<u32>,
}

impl Moment {
    /// Returns the number of the epoch; 0 is the model before training.
    pub fn epoch(self) -> u64 {
        self.epoch
    }

    /// Returns the number of mini-batches of the epoch that the model was trained on, or `None` at its end.
    pub fn step(self) -> Option<u32> {
        self.step
    }

    /// The moment that files write as two numbers: step 0 is the end of the epoch.
    pub(crate) fn of_numbers(epoch: u64, step: u32) -> Self {
        Self { epoch, step: (step > 0).then_some(step) }
    }

    /// Fails for step 0, which is no step.
    pub(crate) fn check(self) -> Result<()> {
        if self.step == Some(0) {
            return Err(Error::invalid("the step", "1 or more; the end of an epoch is its number alone", 0));
        }
        Ok(())
    }

    /// In the order of time.
    fn key(self) -> (u64, u64) {
        (self.epoch, self.step.map_or(u64::MAX, u64::from))
    }
}

impl From<u64> for Moment {
    /// Returns the end of an epoch.
    fn from(epoch: u64) -> Self {
        Self { epoch, step: None }
    }
}

impl From<(u64, u32)> for Moment {
    /// Returns a step of an epoch. Steps count from 1: nothing is ever recorded at step 0.
    fn from((epoch, step): (u64, u32)) -> Self {
        Self { epoch, step: Some(step) }
    }
}

impl Ord for Moment {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key().cmp(&other.key())
    }
}

impl PartialOrd for Moment {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.step {
            None => write!(f, "epoch {}", self.epoch),
            Some(step) => write!(f, "step {step} of epoch {}", self.epoch),
        }
    }
}

//! Whether training again makes what was recorded.

use std::fmt;

use crate::notation::on_a_line;

/// An epoch that was trained again, from the state of training that an earlier epoch was recorded with.
///
/// Weights, the optimizer's memory and all recorded steps on the way are compared in every bit: what agrees was made by this
/// network, this trainer, and these data in this order.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct TrainingCheck {
    /// The epoch whose state training began from.
    pub from: u64,
    /// The epoch that it was to become.
    pub epoch: u64,
    /// What became another, and where first; `None` if every bit agrees.
    pub difference: Option<String>,
}

impl TrainingCheck {
    /// Returns whether training again made what was recorded.
    pub fn holds(&self) -> bool {
        self.difference.is_none()
    }
}

impl fmt::Display for TrainingCheck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { from, epoch, difference } = self;
        match difference {
            None => write!(f, "training again from epoch {from} made epoch {epoch}, bit for bit"),
            Some(difference) => write!(f, "training again from epoch {from} made another epoch {epoch}: {difference}"),
        }
    }
}

/// Writes a line about all of them, or why there are none; nothing if none was asked for.
pub(super) fn write_all(checks: &[TrainingCheck], why_none: Option<&str>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    if let Some(why) = why_none {
        write!(f, "\nnothing was trained again: {}", on_a_line(why))?;
    }
    let (count, differ) = (checks.len(), checks.iter().filter(|check| !check.holds()).count());
    match checks.iter().find(|check| !check.holds()) {
        Some(first) => {
            let first = on_a_line(&first.to_string());
            write!(f, "\n{first}; so {differ} of the {count} epochs that were trained again")
        }
        None if count > 0 => {
            write!(f, "\nall {count} epochs that were trained again became the recorded ones, bit for bit")
        }
        None => Ok(()),
    }
}

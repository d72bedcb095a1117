//! The comparison of a logged number with the same one recomputed.

use super::VerifyOptions;
use crate::Metrics;
#[cfg(feature = "serde")]
use crate::serial;

/// A logged number beside the same number recomputed.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Check {
    /// The epoch.
    pub epoch: u64,
    /// The name it was logged under.
    pub metric: String,
    /// The logged number.
    #[cfg_attr(feature = "serde", serde(serialize_with = "serial::plain"))]
    pub logged: f64,
    /// The number recomputed from the weights before the epoch, where the logged one is a running mean and they were
    /// recorded.
    #[cfg_attr(feature = "serde", serde(serialize_with = "serial::plain"))]
    pub before: Option<f64>,
    /// The number recomputed from the weights after the epoch.
    #[cfg_attr(feature = "serde", serde(serialize_with = "serial::plain"))]
    pub after: f64,
    /// How far off the logged number may be.
    #[cfg_attr(feature = "serde", serde(serialize_with = "serial::plain"))]
    pub allowed: f64,
}

impl Check {
    /// Returns how far the logged number is from the recomputed ones: from the nearer one, or 0 if it lies between
    /// both.
    ///
    /// NaN, of a run that diverged, counts as infinite.
    ///
    /// ```
    /// use training_replay::{Metrics, analysis::{Verification, VerifyOptions}};
    ///
    /// let loss = |epoch, value: f64| (epoch, Metrics::from([("loss", value)]));
    /// let (logged, recomputed) = ([loss(0, 1.0), loss(1, 0.25)], [loss(0, 1.0), loss(1, 0.5)]);
    /// let verification = Verification::of(&logged, &recomputed, &VerifyOptions::default());
    /// assert_eq!(verification.checks[1].off(), 0.25); // the weights before and after the epoch give 1.0 and 0.5
    /// ```
    pub fn off(&self) -> f64 {
        let [logged, before, after] = [self.logged, self.before.unwrap_or(self.after), self.after].map(or_infinite);
        let (low, high) = (before.min(after), before.max(after));
        if (low..=high).contains(&logged) { 0.0 } else { (low - logged).max(logged - high) }
    }

    /// Returns whether the logged number is near enough.
    pub fn holds(&self) -> bool {
        self.off() <= self.allowed
    }
}

fn or_infinite(number: f64) -> f64 {
    if number.is_nan() { f64::INFINITY } else { number }
}

impl VerifyOptions {
    /// The checks of one metric, at every epoch that both curves have.
    pub(super) fn compare(
        &self,
        metric: &str,
        logged: &[(u64, f64)],
        recomputed: &[(u64, f64)],
        allowed: f64,
    ) -> Vec<Check> {
        let check = |(index, &(epoch, after)): (usize, &(u64, f64))| {
            let found = logged.binary_search_by_key(&epoch, |(epoch, _)| *epoch).ok()?;
            // A running mean began with the weights of the epoch before, if those were recorded.
            let before = index
                .checked_sub(1)
                .map(|before| recomputed[before])
                .filter(|(before, _)| before.checked_add(1) == Some(epoch));
            let before = before.filter(|_| !self.at_end).map(|(_, before)| before);
            Some(Check { epoch, metric: metric.to_owned(), logged: logged[found].1, before, after, allowed })
        };
        recomputed.iter().enumerate().filter_map(check).collect()
    }
}

/// The epochs that have a metric, and its values.
pub(super) fn curve(epochs: &[(u64, Metrics)], name: &str) -> Vec<(u64, f64)> {
    epochs.iter().filter_map(|(epoch, metrics)| Some((*epoch, metrics.get(name)?))).collect()
}

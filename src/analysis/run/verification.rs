//! The comparison of logged metrics with those recomputed from the weights.

use std::collections::HashSet;

use crate::{Loss, Metrics};

/// What recomputed losses and accuracies are compared with, and how closely they must agree.
///
/// The default is what a trainer logs as `loss` and `accuracy`: running means over the batches of an epoch, while the
/// weights change. Such a mean lies between what the weights before and after the epoch give, up to how unevenly the
/// batches fall; so does what Keras logs (under the names `loss` and `acc` or `accuracy`). It does not for a network
/// with [`Dropout`](crate::Dropout) or [`BatchNormalization`](crate::BatchNormalization), which are not the same in
/// training: there, log an evaluation at the end of the epoch.
///
/// ```
/// use training_replay::analysis::VerifyOptions;
///
/// let keras = VerifyOptions::default().names("loss", "acc");
/// let validation = VerifyOptions::default().names("val_loss", "val_accuracy").at_end().tolerance(1e-4);
/// assert_ne!(keras, validation);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct VerifyOptions {
    pub(crate) loss: Option<Loss>,
    pub(crate) names: [String; 2],
    pub(crate) at_end: bool,
    pub(crate) tolerance: f64,
}

impl Default for VerifyOptions {
    fn default() -> Self {
        let names = ["loss", "accuracy"].map(String::from);
        Self { loss: None, names, at_end: false, tolerance: 0.05 }
    }
}

impl VerifyOptions {
    /// Sets the loss to recompute; by default the one noted in the recording.
    #[must_use]
    pub fn loss(self, loss: Loss) -> Self {
        Self { loss: Some(loss), ..self }
    }

    /// Sets the names under which loss and accuracy were logged; `loss` and `accuracy` by default.
    ///
    /// ```
    /// use training_replay::{Metrics, analysis::{Verification, VerifyOptions}};
    ///
    /// let logged = [(1, Metrics::from([("train_loss", 0.5)]))];
    /// let recomputed = [(1, Metrics::from([("loss", 0.5)]))];
    /// let options = VerifyOptions::default().names("train_loss", "train_accuracy");
    /// assert_eq!(Verification::of(&logged, &recomputed, &options).checks[0].metric, "train_loss");
    /// assert!(Verification::of(&logged, &recomputed, &VerifyOptions::default()).checks.is_empty());
    /// ```
    #[must_use]
    pub fn names(self, loss: impl Into<String>, accuracy: impl Into<String>) -> Self {
        Self { names: [loss.into(), accuracy.into()], ..self }
    }

    /// Expects numbers that were logged at the end of the epoch over all samples, with the weights that were
    /// recorded: as a validation loss is.
    ///
    /// ```
    /// use training_replay::{Metrics, analysis::{Verification, VerifyOptions}};
    ///
    /// let loss = |epoch, value: f64| (epoch, Metrics::from([("loss", value)]));
    /// let (logged, recomputed) = ([loss(0, 0.8), loss(1, 0.5)], [loss(0, 0.8), loss(1, 0.2)]);
    /// assert!(Verification::of(&logged, &recomputed, &VerifyOptions::default()).holds()); // 0.5 is on the way to 0.2
    /// assert!(!Verification::of(&logged, &recomputed, &VerifyOptions::default().at_end()).holds());
    /// ```
    #[must_use]
    pub fn at_end(self) -> Self {
        Self { at_end: true, ..self }
    }

    /// Sets how far a logged number may be off; 0.05 by default, for running means.
    ///
    /// An accuracy may be off by this, a loss by this times the largest loss that was logged.
    ///
    /// ```
    /// use training_replay::{Metrics, analysis::{Verification, VerifyOptions}};
    ///
    /// let accuracy = |value: f64| [(0, Metrics::from([("accuracy", value)]))];
    /// let holds = |options| Verification::of(&accuracy(0.98), &accuracy(0.95), &options).holds();
    /// assert!(holds(VerifyOptions::default()) && !holds(VerifyOptions::default().tolerance(0.01)));
    /// ```
    #[must_use]
    pub fn tolerance(self, tolerance: f64) -> Self {
        Self { tolerance, ..self }
    }
}

/// Logged metrics beside those that are recomputed from the weights and the data.
///
/// ```
/// use training_replay::{Metrics, analysis::{Verification, VerifyOptions}};
///
/// let logged = [(0, Metrics::new()), (1, Metrics::from([("loss", 0.45)])), (2, Metrics::from([("loss", 0.9)]))];
/// let recomputed = [(0, Metrics::from([("loss", 0.5)])), (1, Metrics::from([("loss", 0.4)])),
///     (2, Metrics::from([("loss", 0.3)]))];
/// let verification = Verification::of(&logged, &recomputed, &VerifyOptions::default());
/// assert_eq!(verification.checks[0].off(), 0.0); // between 0.5 before the epoch and 0.4 after it
/// assert!(!verification.holds());
/// assert_eq!(verification.worst().map(|check| check.epoch), Some(2));
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Verification {
    /// One check for each epoch and metric that was both logged and recomputed.
    pub checks: Vec<Check>,
    /// The share of the checks that must hold: 0.9 for running means, which may be further off at epochs with uneven
    /// batches; 1 for numbers logged at the end of the epoch.
    pub required: f64,
}

/// A logged number beside the same number recomputed.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Check {
    /// The epoch.
    pub epoch: u64,
    /// The name it was logged under.
    pub metric: String,
    /// The logged number.
    pub logged: f64,
    /// The number recomputed from the weights before the epoch, where the logged one is a running mean and they were
    /// recorded.
    pub before: Option<f64>,
    /// The number recomputed from the weights after the epoch.
    pub after: f64,
    /// How far off the logged number may be.
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

impl Verification {
    /// Compares metrics that were logged at some epochs with recomputed ones of the names `loss` and `accuracy`; both
    /// in increasing order of the epochs.
    ///
    /// ```
    /// use training_replay::{Metrics, analysis::{Verification, VerifyOptions}};
    ///
    /// let logged = [(1, Metrics::from([("loss", 0.5), ("accuracy", 0.75)]))];
    /// let verification = Verification::of(&logged, &logged, &VerifyOptions::default());
    /// assert_eq!((verification.checks.len(), verification.holds()), (2, true));
    /// ```
    pub fn of(logged: &[(u64, Metrics)], recomputed: &[(u64, Metrics)], options: &VerifyOptions) -> Self {
        let mut checks = Vec::new();
        for (metric, name) in options.names.iter().zip(["loss", "accuracy"]) {
            let (logged, recomputed) = (curve(logged, metric), curve(recomputed, name));
            let finite = logged.iter().map(|(_, value)| *value).filter(|value| value.is_finite());
            let scale = if name == "loss" { finite.fold(f64::MIN_POSITIVE, f64::max) } else { 1.0 };
            checks.extend(options.compare(metric, &logged, &recomputed, options.tolerance * scale));
        }
        Self { checks, required: if options.at_end { 1.0 } else { 0.9 } }
    }

    /// Returns the share of the checks that hold: of losses or of accuracies, whichever is smaller; 0 for no checks.
    ///
    /// ```
    /// use training_replay::{Metrics, analysis::{Verification, VerifyOptions}};
    ///
    /// let metrics = |loss: f64, accuracy: f64| [(1, Metrics::from([("loss", loss), ("accuracy", accuracy)]))];
    /// let verification = Verification::of(&metrics(0.5, 0.75), &metrics(0.5, 0.25), &VerifyOptions::default());
    /// assert_eq!((verification.share(), verification.share_of("loss")), (0.0, 1.0));
    /// ```
    pub fn share(&self) -> f64 {
        let metrics: HashSet<&str> = self.checks.iter().map(|check| check.metric.as_str()).collect();
        metrics.into_iter().map(|metric| self.share_of(metric)).reduce(f64::min).unwrap_or(0.0)
    }

    /// Returns the share of the checks of one metric that hold; NaN for no checks.
    pub fn share_of(&self, metric: &str) -> f64 {
        let checks: Vec<&Check> = self.checks.iter().filter(|check| check.metric == metric).collect();
        checks.iter().filter(|check| check.holds()).count() as f64 / checks.len() as f64
    }

    /// Returns whether there are checks, and at least the required share of them holds.
    pub fn holds(&self) -> bool {
        self.share() >= self.required
    }

    /// Returns the check that is furthest off, relative to what it is allowed; `None` for no checks.
    ///
    /// ```
    /// use training_replay::{Metrics, analysis::{Verification, VerifyOptions}};
    ///
    /// let metrics = |loss: f64, accuracy: f64| [(1, Metrics::from([("loss", loss), ("accuracy", accuracy)]))];
    /// let verification = Verification::of(&metrics(0.5, 0.75), &metrics(0.5, 0.25), &VerifyOptions::default());
    /// assert_eq!(verification.worst().map(|check| check.metric.as_str()), Some("accuracy"));
    /// ```
    pub fn worst(&self) -> Option<&Check> {
        let share = |check: &&Check| check.off() / check.allowed.max(f64::MIN_POSITIVE);
        self.checks.iter().max_by(|a, b| share(a).total_cmp(&share(b)))
    }
}

impl VerifyOptions {
    /// The checks of one metric, at every epoch that both curves have.
    fn compare(&self, metric: &str, logged: &[(u64, f64)], recomputed: &[(u64, f64)], allowed: f64) -> Vec<Check> {
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
fn curve(epochs: &[(u64, Metrics)], name: &str) -> Vec<(u64, f64)> {
    epochs.iter().filter_map(|(epoch, metrics)| Some((*epoch, metrics.get(name)?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn epochs(name: &str, values: &[f64]) -> Vec<(u64, Metrics)> {
        (0..).zip(values).map(|(epoch, &value)| (epoch, Metrics::from([(name, value)]))).collect()
    }

    /// Recomputed 1.0, 0.5, 0.4; so the running means of the epochs 1 and 2 lie within 0.5 to 1.0 and 0.4 to 0.5.
    #[test]
    fn a_running_mean_is_off_by_how_far_it_lies_outside_of_both_ends_of_its_epoch() {
        let recomputed = epochs("loss", &[1.0, 0.5, 0.4]);
        let off = |logged: [f64; 2]| {
            let verification = Verification::of(&epochs("loss", &logged), &recomputed, &VerifyOptions::default());
            verification.checks.into_iter().map(|check| check.off()).collect::<Vec<_>>()
        };
        assert_eq!(off([1.0, 0.5]), [0.0, 0.0]);
        assert_eq!(off([1.25, 0.25]), [0.25, 0.25], "epoch 0 has none before it");
    }

    #[test]
    fn a_gap_before_an_epoch_leaves_only_its_end_to_compare_with() {
        let (mut recomputed, mut logged) = (epochs("loss", &[1.0, 0.5]), epochs("loss", &[1.0, 0.75]));
        (recomputed[1].0, logged[1].0) = (5, 5);
        let verification = Verification::of(&logged, &recomputed, &VerifyOptions::default());
        assert_eq!((verification.checks[1].before, verification.checks[1].off()), (None, 0.25));
    }

    #[test]
    fn numbers_of_the_end_of_an_epoch_must_all_agree() {
        let options = VerifyOptions::default().at_end().tolerance(1e-3);
        let recomputed = epochs("accuracy", &[0.5, 0.75, 1.0]);
        assert!(Verification::of(&epochs("accuracy", &[0.5, 0.7501, 1.0]), &recomputed, &options).holds());
        let off = Verification::of(&epochs("accuracy", &[0.5, 0.625, 1.0]), &recomputed, &options);
        assert!(!off.holds() && off.share_of("loss").is_nan());
        assert_eq!(off.worst().map(|check| (check.epoch, check.off())), Some((1, 0.125)));
    }

    #[test]
    fn a_run_that_diverged_agrees_with_itself_and_with_no_other() {
        let (nan, finite) = (epochs("loss", &[1.0, f64::NAN, f64::NAN]), epochs("loss", &[1.0, 0.9, 0.8]));
        let holds = |logged: &[(u64, Metrics)], recomputed: &[(u64, Metrics)]| {
            Verification::of(logged, recomputed, &VerifyOptions::default()).holds()
        };
        assert!(holds(&nan, &nan));
        assert!(!holds(&nan, &finite));
        assert!(!holds(&epochs("loss", &[1.0, 0.9, 0.1]), &nan));
        assert!(!holds(&[], &finite), "nothing to compare");
    }

    #[test]
    fn most_running_means_must_hold_of_each_metric() {
        let mut logged = vec![0.5; 20];
        let recomputed = epochs("loss", &logged);
        logged[3] = 0.9;
        assert!(Verification::of(&epochs("loss", &logged), &recomputed, &VerifyOptions::default()).holds());
        logged[4..7].fill(0.9);
        let verification = Verification::of(&epochs("loss", &logged), &recomputed, &VerifyOptions::default());
        assert!(!verification.holds() && verification.share() == 0.8);
    }
}

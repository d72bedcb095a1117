//! Whether a model and data are the recorded ones: proven by the probe where there is one, else compared by what was
//! logged.

#[cfg(feature = "serde")]
use crate::serial;
use std::{collections::HashSet, fmt};

use super::{Check, DataCheck, ProbeCheck, TrainingCheck, VerifyOptions, metric_check::curve, training_check};
use crate::{Loss, Metrics, analysis::Caveat, notation::on_a_line};

/// What a verification comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Verdict {
    /// The model makes of the probe what the recorded one made of it, at every epoch that has one, and the data, if any
    /// were asked about, are the recorded ones.
    Proven,
    /// The model makes of the probe what the recorded one made of it, but of the data it cannot be said whether they are the
    /// recorded ones: those are damaged, or were not recorded.
    ModelProven,
    /// The data are others than the recorded ones: a validation set perhaps. [`Verification::model_holds`] says of the model
    /// what its probe says.
    OtherData,
    /// There is no probe, and what was logged is about what is recomputed. That proves little: another activation, inputs
    /// times 1.1 or another draw of the data often pass.
    MeansAgree,
    /// The model is another one; or an epoch that was trained again became another one; or there is no probe, and what was logged is not what is recomputed.
    Differs,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Proven => "proven",
            Self::ModelProven => "the model is proven, the data are not",
            Self::OtherData => "other data",
            Self::MeansAgree => "not proven, but the means agree",
            Self::Differs => "different",
        })
    }
}

/// Whether a model and data are the recorded ones, and beside it the logged metrics and those recomputed.
///
/// Three things are compared, each where it can be. The *model*, by what it makes of the inputs of the probe. The *data*, with
/// those that are recorded. And *logged numbers* with recomputed ones, which count towards the verdict only where there is no
/// probe: they hold penalties, dropout or uneven batches, and the loss of one model is often near to that of another. It
/// prints as a few lines.
///
/// ```
/// use training_replay::{
///     Activation, Dense, Loss, Metrics, Optimizer, Replay, Sequential, Trainer,
///     analysis::{DataCheck, Verdict, VerifyOptions},
///     datasets,
/// };
///
/// let network = |activation| {
///     Sequential::builder(2).layers([Dense::new(2).activation(activation), Dense::new(1).activation(Activation::Sigmoid)])
/// };
/// let (data, loss) = (datasets::moons(100, 0.1, 7), Loss::BinaryCrossEntropy);
/// let mut model = network(Activation::Tanh).build(42)?;
/// let mut trainer = Trainer::new(loss, Optimizer::sgd(0.1));
/// let mut replay = Replay::options().dataset(&data).loss(loss).in_memory();
/// replay.record(&model, Metrics::new())?;
/// for _ in 0..3 {
///     let metrics = trainer.epoch(&mut model, &data)?;
///     replay.record(&model, metrics)?;
/// }
///
/// let options = VerifyOptions::default();
/// let verification = replay.run()?.verify(&options)?;
/// assert_eq!((verification.holds(), &verification.data), (true, &DataCheck::Recorded));
/// let other = network(Activation::Linear).build(42)?;
/// assert_eq!(replay.run_with(&other).verify(&options)?.verdict(), Verdict::Differs);
/// let replay = replay.with_dataset(&datasets::moons(100, 0.1, 8))?;
/// let verification = replay.run()?.verify(&options)?;
/// assert_eq!((verification.verdict(), verification.model_holds()), (Verdict::OtherData, Some(true)));
/// # Ok::<(), training_replay::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Verification {
    /// What the model makes of the probe, at each epoch that has one; none where none was recorded.
    pub probes: Vec<ProbeCheck>,
    /// The epochs that were trained again, if that was asked for by [`VerifyOptions::train_again`].
    pub trained: Vec<TrainingCheck>,
    /// Why none was trained again although that was asked for.
    pub not_trained: Option<String>,
    /// Whether the data that were asked about are the recorded ones.
    pub data: DataCheck,
    /// One check for each epoch and metric that was both logged and recomputed.
    pub checks: Vec<Check>,
    /// The share of the checks that must hold: 0.9 for running means, which may be further off at epochs with uneven
    /// batches; 1 for numbers logged at the end of the epoch.
    #[cfg_attr(feature = "serde", serde(serialize_with = "serial::plain"))]
    pub required: f64,
    /// The loss that was recomputed, where one was.
    #[cfg_attr(feature = "serde", serde(serialize_with = "serial::in_words_or_null"))]
    pub loss: Option<Loss>,
    /// What the model's own loss is called, if that was noted.
    pub own_loss: Option<String>,
    /// Why no logged numbers were compared, and what it takes; `None` where some were.
    pub not_compared: Option<String>,
    /// What was assumed, and which epochs could not be read.
    pub caveats: Vec<Caveat>,
    /// The name that the loss was logged under.
    loss_name: String,
}

impl Verification {
    /// Compares metrics that were logged at some epochs with recomputed ones of the names `loss` and `accuracy`, both
    /// in increasing order of the epochs; and nothing else: that is no proof.
    ///
    /// ```
    /// use training_replay::{Metrics, analysis::{Verdict, Verification, VerifyOptions}};
    ///
    /// let logged = [(0, Metrics::new()), (1, Metrics::from([("loss", 0.45)])), (2, Metrics::from([("loss", 0.9)]))];
    /// let recomputed = [(0, Metrics::from([("loss", 0.5)])), (1, Metrics::from([("loss", 0.4)])),
    ///     (2, Metrics::from([("loss", 0.3)]))];
    /// let verification = Verification::of(&logged, &recomputed, &VerifyOptions::default());
    /// assert_eq!(verification.checks[0].off(), 0.0); // between 0.5 before the epoch and 0.4 after it
    /// assert_eq!((verification.means_agree(), verification.verdict()), (false, Verdict::Differs));
    /// assert_eq!(verification.worst().map(|check| check.epoch), Some(2));
    /// ```
    pub fn of(logged: &[(u64, Metrics)], recomputed: &[(u64, Metrics)], options: &VerifyOptions) -> Self {
        let mut checks = Vec::new();
        for (metric, name) in options.names.iter().zip(["loss", "accuracy"]) {
            let (logged, recomputed) = (curve(logged, metric), curve(recomputed, name));
            let finite = logged.iter().map(|(_, value)| *value).filter(|value| value.is_finite());
            let scale = if name == "loss" { finite.fold(f64::MIN_POSITIVE, f64::max) } else { 1.0 };
            checks.extend(options.compare(metric, &logged, &recomputed, options.tolerance * scale));
        }
        let (loss_name, required) = (options.names[0].clone(), if options.at_end { 1.0 } else { 0.9 });
        let (probes, data) = (Vec::new(), DataCheck::Unknown);
        let (not_compared, caveats, trained, not_trained) = (None, Vec::new(), Vec::new(), None);
        let (loss, own_loss) = (options.loss, None);
        Self { probes, trained, not_trained, data, checks, required, loss, own_loss, not_compared, caveats, loss_name }
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

    /// Returns whether logged numbers were compared, and at least the required share of them agrees.
    pub fn means_agree(&self) -> bool {
        self.share() >= self.required
    }

    /// Returns whether the model makes of the probe what the recorded one made of it at every epoch; `None` where the probe
    /// says nothing, because there is none or the recorded outputs are not finite.
    pub fn model_holds(&self) -> Option<bool> {
        let differs = self.probes.iter().any(|probe| !probe.holds());
        let says_something = self.probes.iter().any(|probe| probe.finite > 0);
        if differs || says_something { Some(!differs) } else { None }
    }

    /// Returns whether all epochs that were trained again became what was recorded; `None` where none was.
    pub fn training_holds(&self) -> Option<bool> {
        (!self.trained.is_empty()).then(|| self.trained.iter().all(TrainingCheck::holds))
    }

    /// Returns what the verification comes to.
    pub fn verdict(&self) -> Verdict {
        match (self.model_holds(), &self.data) {
            (Some(false), _) => Verdict::Differs,
            (_, DataCheck::Other { .. }) => Verdict::OtherData,
            _ if self.training_holds() == Some(false) => Verdict::Differs,
            _ if self.training_holds() == Some(true) => Verdict::Proven,
            (Some(true), DataCheck::Damaged | DataCheck::Unknown) => Verdict::ModelProven,
            (Some(true), _) => Verdict::Proven,
            (None, _) if self.means_agree() => Verdict::MeansAgree,
            (None, _) => Verdict::Differs,
        }
    }

    /// Returns whether it is proven that model and data are the recorded ones: whether the verdict is
    /// [`Proven`](Verdict::Proven).
    pub fn holds(&self) -> bool {
        self.verdict() == Verdict::Proven
    }

    /// Returns by how much, at the least and at the most, the logged losses are larger than the recomputed ones, if they are
    /// at every epoch: then they may hold a penalty, see [`VerifyOptions::l2`].
    ///
    /// ```
    /// use training_replay::{Metrics, analysis::{Verification, VerifyOptions}};
    ///
    /// let losses = |values: [f64; 2]| (0..).zip(values.map(|value| Metrics::from([("loss", value)]))).collect::<Vec<_>>();
    /// let (logged, recomputed) = (losses([1.25, 1.0]), losses([1.0, 0.5]));
    /// let verification = Verification::of(&logged, &recomputed, &VerifyOptions::default().at_end());
    /// assert_eq!(verification.excess(), Some((0.25, 0.5)));
    /// ```
    pub fn excess(&self) -> Option<(f64, f64)> {
        let losses = self.checks.iter().filter(|check| check.metric == self.loss_name);
        let excess: Vec<f64> =
            losses.map(|check| check.logged - check.before.map_or(check.after, |b| b.max(check.after))).collect();
        let least = excess.iter().copied().reduce(f64::min)?;
        // What is NaN is larger than nothing, and `f64::min` passes it over.
        excess.iter().all(|excess| *excess > 0.0).then(|| (least, excess.iter().copied().fold(least, f64::max)))
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

impl fmt::Display for Verification {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.verdict())?;
        self.write_model(f)?;
        training_check::write_all(&self.trained, self.not_trained.as_deref(), f)?;
        write!(f, "\n{}", on_a_line(&self.data.to_string()))?;
        self.write_logged(f)?;
        self.caveats.iter().try_for_each(|caveat| write!(f, "\n{}", on_a_line(&caveat.to_string())))
    }
}

impl Verification {
    fn write_model(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.probes.len();
        let first = self.probes.iter().find(|probe| !probe.holds());
        match (self.model_holds(), first) {
            (Some(_), Some(ProbeCheck { epoch, off, allowed, .. })) => write!(
                f,
                "the model is another one: at epoch {epoch} its outputs on the probe are off by {} of their spread, and {} is allowed",
                share(*off),
                share(*allowed)
            ),
            (Some(_), None) => {
                let off = self.probes.iter().map(|probe| probe.off).fold(0.0, f64::max);
                write!(
                    f,
                    "the model is the recorded one: at all {count} epochs with a probe its outputs are the recorded ones"
                )?;
                if off > 0.0 {
                    write!(f, ", within {} of their spread", share(off))
                } else {
                    f.write_str(", bit for bit")
                }
            }
            (None, _) => {
                let why = if count == 0 {
                    "no probe was recorded at these epochs, as the recorded model gave none (see `Model::as_forward`), there were no inputs (see `ReplayOptions::probe`), or it was switched off"
                } else {
                    "what was recorded of the probe is not finite"
                };
                write!(
                    f,
                    "the model is not proven: {why}; means alone say little, as they often agree for another activation or other data"
                )
            }
        }
    }

    fn write_logged(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(why) = &self.not_compared {
            write!(f, "\nlogged numbers were not compared: {}", on_a_line(why))?;
        }
        let mut metrics: Vec<&str> = self.checks.iter().map(|check| check.metric.as_str()).collect();
        metrics.dedup();
        for metric in metrics {
            let checks = self.checks.iter().filter(|check| check.metric == metric);
            let (count, hold) = (checks.clone().count(), checks.filter(|check| check.holds()).count());
            let loss = self
                .loss
                .filter(|_| metric == self.loss_name)
                .map(|loss| on_a_line(&format!(" ({})", self.own_loss.as_deref().unwrap_or(loss.name()))));
            write!(
                f,
                "\nlogged {}{} agrees with the recomputed one at {hold} of {count} epochs",
                on_a_line(metric),
                loss.unwrap_or_default()
            )?;
        }
        match self.excess().filter(|_| !self.means_agree()) {
            Some((least, most)) => write!(
                f,
                "; it is larger at every epoch, by {least:.2e} to {most:.2e}: does it hold a penalty? see `VerifyOptions::l2`"
            ),
            None => Ok(()),
        }
    }
}

/// A share as a percentage, with as many digits as show that it is not zero.
fn share(share: f64) -> String {
    if share == 0.0 || share >= 1e-4 {
        format!("{} %", 100.0 * (share * 1e6).round() / 1e6)
    } else {
        format!("{share:.0e}")
    }
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
        assert!(Verification::of(&epochs("accuracy", &[0.5, 0.7501, 1.0]), &recomputed, &options).means_agree());
        let off = Verification::of(&epochs("accuracy", &[0.5, 0.625, 1.0]), &recomputed, &options);
        assert!(!off.means_agree() && off.share_of("loss").is_nan());
        assert_eq!(off.worst().map(|check| (check.epoch, check.off())), Some((1, 0.125)));
    }

    /// A logged NaN was passed over, and the report said that the loss was larger at every epoch.
    #[test]
    fn a_loss_that_is_not_a_number_is_not_larger() {
        let (logged, recomputed) = (epochs("loss", &[1.0, f64::NAN]), epochs("loss", &[0.5, 0.25]));
        let verification = Verification::of(&logged, &recomputed, &VerifyOptions::default().at_end());
        assert_eq!(verification.excess(), None);
        assert!(!verification.to_string().contains("larger at every epoch"), "{verification}");
    }

    /// A name with a line break in it stood on a line of its own, as if the report said it.
    #[test]
    fn a_name_with_a_line_break_begins_no_line() {
        let mut verification =
            Verification::of(&epochs("loss", &[1.0]), &epochs("loss", &[1.0]), &VerifyOptions::default());
        (verification.loss, verification.own_loss) = (Some(Loss::Own), Some("huber\nproven".into()));
        assert!(verification.to_string().contains("huber\\nproven"), "{verification}");
    }

    #[test]
    fn a_run_that_diverged_agrees_with_itself_and_with_no_other() {
        let (nan, finite) = (epochs("loss", &[1.0, f64::NAN, f64::NAN]), epochs("loss", &[1.0, 0.9, 0.8]));
        let holds = |logged: &[(u64, Metrics)], recomputed: &[(u64, Metrics)]| {
            Verification::of(logged, recomputed, &VerifyOptions::default()).means_agree()
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
        assert!(Verification::of(&epochs("loss", &logged), &recomputed, &VerifyOptions::default()).means_agree());
        logged[4..7].fill(0.9);
        let verification = Verification::of(&epochs("loss", &logged), &recomputed, &VerifyOptions::default());
        assert!(!verification.means_agree() && verification.share() == 0.8);
    }
}

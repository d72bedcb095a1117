//! When to stop: as soon as a metric has not become better for some epochs.

use super::goal::Goal;
use crate::{Error, Metrics, Result};

/// Stops training as soon as a metric has not become better for some epochs: Keras' `EarlyStopping`.
///
/// What is recorded needs no weights put aside: [`Run::best_epoch`](crate::Run::best_epoch) finds the best epoch, and
/// [`Replay::at`](crate::Replay::at) has its model.
///
/// ```
/// use training_replay::{
///     Activation, Dense, EarlyStopping, Goal, Loss, Metrics, Optimizer, Replay, Sequential, Trainer,
///     analysis::evaluate, datasets,
/// };
///
/// let (train, validation) = datasets::moons(60, 0.4, 7).split(0.5, 13)?;
/// let loss = Loss::BinaryCrossEntropy;
/// # let layers = [Dense::new(16).activation(Activation::Tanh), Dense::new(1).activation(Activation::Sigmoid)];
/// # let mut model = Sequential::builder(2).layers(layers).build(1)?;
/// let mut trainer = Trainer::new(loss, Optimizer::adam(0.1));
/// let mut replay = Replay::options().dataset(&train).loss(loss).in_memory();
/// let mut stop = EarlyStopping::new("val_loss", Goal::Min).patience(5);
/// replay.record(&model, Metrics::new())?;
/// for _ in 0..200 {
///     let mut metrics = trainer.epoch(&mut model, &train)?;
///     metrics.extend(Metrics::from(evaluate(&model, &validation, loss)?).prefixed("val_"));
///     replay.record(&model, metrics.clone())?;
///     if stop.after(&metrics)? {
///         break;
///     }
/// }
/// let best = replay.run()?.best_epoch("val_loss", Goal::Min)?;
/// assert_eq!(replay.epochs().last(), Some(best + 5)); // five epochs without a better one
/// let model = replay.at(best)?.into_model();
/// # assert!(best > 0 && best < 150);
/// # Ok::<(), training_replay::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct EarlyStopping {
    metric: String,
    goal: Goal,
    patience: u64,
    min_delta: f64,
    best: Option<f64>,
    /// Epochs since the best one.
    waited: u64,
}

impl EarlyStopping {
    /// Creates one that stops at the first epoch that is no better than those before it.
    pub fn new(metric: impl Into<String>, goal: Goal) -> Self {
        Self { metric: metric.into(), goal, patience: 1, min_delta: 0.0, best: None, waited: 0 }
    }

    /// Sets after how many epochs without a better one training stops; 0 counts as 1, as in Keras.
    #[must_use]
    pub fn patience(self, epochs: u64) -> Self {
        Self { patience: epochs.max(1), ..self }
    }

    /// Sets by how much more than this a value must be better to count as better; its sign does not matter, as in Keras.
    ///
    /// ```
    /// use training_replay::{EarlyStopping, Goal};
    ///
    /// let mut stop = EarlyStopping::new("loss", Goal::Min).min_delta(0.1);
    /// assert!(!stop.after([("loss", 0.5)])?);
    /// assert!(stop.after([("loss", 0.45)])?); // better, but not by enough
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    #[must_use]
    pub fn min_delta(self, delta: f64) -> Self {
        Self { min_delta: delta.abs(), ..self }
    }

    /// Takes in what an epoch logged, and returns whether to stop.
    ///
    /// A value that is NaN is never better, and counts as an epoch of waiting.
    ///
    /// ```
    /// use training_replay::{EarlyStopping, Goal};
    ///
    /// let mut stop = EarlyStopping::new("val_accuracy", Goal::Max).patience(2);
    /// let logged = [0.5, 0.7, f64::NAN, 0.7];
    /// let stops: Vec<bool> = logged.iter().map(|&value| stop.after([("val_accuracy", value)])).collect::<Result<_, _>>()?;
    /// assert_eq!(stops, [false, false, false, true]); // the same again is not better
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] if the metric is not among what was logged, and for a [`min_delta`](Self::min_delta) that is NaN.
    pub fn after(&mut self, logged: impl Into<Metrics>) -> Result<bool> {
        let logged = logged.into();
        if self.min_delta.is_nan() {
            return Err(Error::invalid("`min_delta`", "a number", self.min_delta));
        }
        let value = logged.get(&self.metric).ok_or_else(|| {
            let known: Vec<&str> = logged.iter().map(|(name, _)| name).collect();
            let expected = format!("{:?} among them, to stop by it", self.metric);
            Error::invalid("the names of the metrics of an epoch", expected, format!("{known:?}"))
        })?;
        if self.goal.is_better(value, self.best, self.min_delta) {
            (self.best, self.waited) = (Some(value), 0);
        } else {
            self.waited += 1;
        }
        Ok(self.waited >= self.patience)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// After which of these values it stops.
    fn stopped(mut stop: EarlyStopping, values: &[f64]) -> Option<usize> {
        values.iter().position(|&value| stop.after([("m", value)]).unwrap())
    }

    fn min() -> EarlyStopping {
        EarlyStopping::new("m", Goal::Min)
    }

    /// The epochs at which Keras 3's callback sets `model.stop_training`, by its source (`on_epoch_end`):
    ///
    /// ```text
    /// def stopped(values, patience, min_delta=0, better=lambda a, b: a < b):
    ///     best, wait = None, 0
    ///     for epoch, value in enumerate(values):
    ///         wait += 1
    ///         if best is None or better(value + min_delta, best): best, wait = value, 0
    ///         elif wait >= patience and epoch > 0: return epoch
    /// ```
    #[test]
    fn it_stops_where_keras_does() {
        let values = [0.9, 0.8, 0.85, 0.79, 0.8, 0.81, 0.79, 0.7];
        assert_eq!(
            [1, 2, 3, 4].map(|patience| stopped(min().patience(patience), &values)),
            [Some(2), Some(5), Some(6), None]
        );
        assert_eq!(stopped(min(), &values), stopped(min().patience(0), &values));
        assert_eq!(stopped(min().patience(2).min_delta(0.05), &values), Some(3), "0.79 is not better by enough");
        assert_eq!(stopped(min().patience(2).min_delta(-0.05), &values), Some(3));
        let rising = values.map(|value| -value);
        assert_eq!(stopped(EarlyStopping::new("m", Goal::Max).patience(2), &rising), Some(5));
    }

    #[test]
    fn what_is_no_number_is_never_better_and_what_is_missing_is_an_error() {
        let nan = f64::NAN;
        assert_eq!(stopped(min().patience(2), &[nan, nan, 1.0]), Some(1), "a run that diverges at once");
        assert_eq!(stopped(min().patience(2), &[1.0, nan, 0.5, nan, nan]), Some(4));
        assert_eq!(stopped(min().patience(3), &[f64::INFINITY, 5.0, f64::NEG_INFINITY, 0.0]), None);
        let message = min().after([("loss", 1.0)]).unwrap_err().to_string();
        assert!(message.contains(r#"is ["loss"]; it must be "m" among them"#), "{message}");
        assert!(min().min_delta(nan).after([("m", 1.0)]).is_err());
    }
}

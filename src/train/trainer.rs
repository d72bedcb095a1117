//! The settings of training, and what it remembers from one epoch to the next.

use std::fmt;

use super::{
    Optimizer,
    state::{Settings, TrainerState, Within},
    update::State,
};
use crate::{Loss, Sequential};

/// Trains a network: epochs of mini-batches over a data set.
///
/// It keeps the optimizer's memory from one epoch to the next, so another model needs a trainer of its own. The defaults
/// are Keras': batches of 32 samples, shuffled anew for every epoch; the seed is 0.
///
/// ```
/// use training_replay::{Activation, Dense, Loss, Optimizer, Sequential, Trainer, datasets};
///
/// let data = datasets::circles(200, 0.05, 0.5, 1);
/// let mut model = Sequential::builder(2)
///     .layer(Dense::new(8).activation(Activation::Relu))
///     .layer(Dense::new(1).activation(Activation::Sigmoid))
///     .build(1)?;
/// let mut trainer = Trainer::new(Loss::BinaryCrossEntropy, Optimizer::adam(0.01)).seed(1);
/// for _ in 0..100 {
///     trainer.epoch(&mut model, &data)?;
/// }
/// let metrics = trainer.epoch(&mut model, &data)?;
/// assert!(metrics.get("accuracy") > Some(0.95));
/// # Ok::<(), training_replay::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Trainer {
    pub(super) settings: Settings,
    /// Epochs that were trained.
    pub(super) epochs: u64,
    /// Where the next one begins, if not at its beginning.
    pub(super) begun: Option<Within>,
    pub(super) state: State,
}

impl Trainer {
    /// Creates a trainer that lowers the mean loss of each batch.
    ///
    /// ```
    /// use training_replay::{Loss, Optimizer, Trainer};
    ///
    /// let trainer = Trainer::new(Loss::MeanSquaredError, Optimizer::sgd(0.1));
    /// assert_eq!(trainer.learning_rate(), 0.1);
    /// ```
    pub fn new(loss: Loss, optimizer: Optimizer) -> Self {
        let settings = Settings { loss, optimizer, decay: 0.0, batch_size: 32, shuffle: true, seed: 0 };
        Self { settings, epochs: 0, begun: None, state: State::default() }
    }

    /// Sets how many samples each step takes, 32 without this call; the last batch of an epoch may have fewer.
    ///
    /// ```
    /// use training_replay::{Dense, Loss, Optimizer, Sequential, Trainer, datasets};
    ///
    /// let data = datasets::parabola(8, 1); // 16 samples
    /// let mut model = Sequential::builder(2).layer(Dense::new(1)).build(1)?;
    /// let mut steps = 0;
    /// Trainer::new(Loss::MeanSquaredError, Optimizer::sgd(0.1)).batch_size(5).epoch_with(&mut model, &data, |step| {
    ///     steps = step.number();
    ///     Ok(())
    /// })?;
    /// assert_eq!(steps, 4);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    #[must_use]
    pub fn batch_size(self, samples: usize) -> Self {
        Self { settings: Settings { batch_size: samples, ..self.settings }, ..self }
    }

    /// Sets whether every epoch takes the samples in another order; it does without this call.
    #[must_use]
    pub fn shuffle(self, shuffle: bool) -> Self {
        Self { settings: Settings { shuffle, ..self.settings }, ..self }
    }

    /// Sets the seed of the orders of the samples, and of what [`Dropout`](crate::Dropout) drops.
    ///
    /// An epoch has the same order for the same seed and number of samples. Every dropout layer has numbers of its own for
    /// every epoch.
    ///
    /// ```
    /// use training_replay::{Dense, Loss, Optimizer, Sequential, Trainer, datasets};
    ///
    /// let data = datasets::parabola(20, 1);
    /// let model = Sequential::builder(2).layer(Dense::new(1)).build(1)?;
    /// let train = |seed| {
    ///     let mut trained = model.clone();
    ///     let mut trainer = Trainer::new(Loss::MeanSquaredError, Optimizer::sgd(0.1)).batch_size(8).seed(seed);
    ///     trainer.epoch(&mut trained, &data).map(|_| trained)
    /// };
    /// assert_eq!(train(1)?, train(1)?);
    /// assert_ne!(train(1)?, train(2)?);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    #[must_use]
    pub fn seed(self, seed: u64) -> Self {
        Self { settings: Settings { seed, ..self.settings }, ..self }
    }

    /// Sets how fast the learning rate falls: step `t = 0, 1, ...` takes `learning_rate / (1 + decay t)`. 0, the default, keeps
    /// it.
    ///
    /// That is the `decay` of Keras 2's optimizers, Keras 3's `InverseTimeDecay(learning_rate, 1, decay)`, and PyTorch's
    /// `LambdaLR(optimizer, lambda t: 1 / (1 + decay * t))` when it steps after every batch. Any other schedule is a line of
    /// the loop: [`set_learning_rate`](Self::set_learning_rate).
    ///
    /// ```
    /// use training_replay::{Dense, Loss, Optimizer, Sequential, Trainer, datasets};
    ///
    /// let data = datasets::parabola(8, 1); // 16 samples
    /// let mut model = Sequential::builder(2).layer(Dense::new(1)).build(1)?;
    /// let mut trainer = Trainer::new(Loss::MeanSquaredError, Optimizer::sgd(0.1)).batch_size(4).decay(0.25);
    /// assert_eq!(trainer.learning_rate(), 0.1);
    /// trainer.epoch(&mut model, &data)?; // four steps
    /// assert_eq!(trainer.learning_rate(), 0.05);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    #[must_use]
    pub fn decay(self, decay: f32) -> Self {
        Self { settings: Settings { decay, ..self.settings }, ..self }
    }

    /// Sets how many epochs the model was trained for already, to continue their orders and dropouts.
    ///
    /// The optimizer's memory starts anew, and so does a [`decay`](Self::decay).
    ///
    /// ```
    /// use training_replay::{Dense, Loss, Optimizer, Sequential, Trainer, datasets};
    ///
    /// let data = datasets::parabola(20, 1);
    /// let mut whole = Sequential::builder(2).layer(Dense::new(1)).build(1)?;
    /// let mut parts = whole.clone();
    /// let trainer = || Trainer::new(Loss::MeanSquaredError, Optimizer::sgd(0.1)); // which remembers nothing
    /// let mut in_one_go = trainer();
    /// in_one_go.epoch(&mut whole, &data)?;
    /// in_one_go.epoch(&mut whole, &data)?;
    /// trainer().epoch(&mut parts, &data)?;
    /// trainer().start_epoch(1).epoch(&mut parts, &data)?;
    /// assert_eq!(parts, whole);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    #[must_use]
    pub fn start_epoch(self, epochs: u64) -> Self {
        Self { epochs, begun: None, ..self }
    }

    /// Replaces the optimizer, in a fork for example. What it remembers is kept where the new one is of the same kind and
    /// framework, with other numbers; else it begins anew, and so does a [`decay`](Self::decay).
    ///
    /// ```
    /// use training_replay::{Loss, Optimizer, Trainer};
    ///
    /// let trainer = Trainer::new(Loss::MeanSquaredError, Optimizer::sgd(0.1)).optimizer(Optimizer::adam(0.01));
    /// assert_eq!(trainer.learning_rate(), 0.01);
    /// ```
    #[must_use]
    pub fn optimizer(self, optimizer: Optimizer) -> Self {
        let before = self.settings.optimizer;
        let same = (before.name(), before.framework()) == (optimizer.name(), optimizer.framework());
        let state = if same { self.state } else { State::default() };
        Self { settings: Settings { optimizer, ..self.settings }, state, ..self }
    }

    /// Returns the learning rate of the next step.
    pub fn learning_rate(&self) -> f32 {
        let fallen = 1.0 + f64::from(self.settings.decay) * self.state.steps() as f64;
        (f64::from(self.settings.optimizer.learning_rate()) / fallen) as f32
    }

    /// Changes the learning rate from the next step on, keeping the optimizer's memory. A rate below 0 is refused by
    /// the next [`epoch`](Self::epoch).
    ///
    /// ```
    /// use training_replay::{Loss, Optimizer, Trainer};
    ///
    /// let mut trainer = Trainer::new(Loss::MeanSquaredError, Optimizer::adam(0.01));
    /// trainer.set_learning_rate(0.001);
    /// assert_eq!(trainer.learning_rate(), 0.001);
    /// ```
    ///
    /// A schedule is a line of the training loop, and every epoch logs its rate: halved every 10 epochs,
    ///
    /// ```
    /// use training_replay::{Dense, Loss, Metrics, Optimizer, Replay, Sequential, Trainer, datasets};
    ///
    /// let data = datasets::parabola(20, 1);
    /// let mut model = Sequential::builder(2).layer(Dense::new(1)).build(1)?;
    /// let mut trainer = Trainer::new(Loss::MeanSquaredError, Optimizer::sgd(0.5));
    /// let mut replay = Replay::options().in_memory();
    /// replay.record(&model, Metrics::new())?;
    /// for epoch in 0..30 {
    ///     trainer.set_learning_rate(0.5 * 0.5_f32.powi(epoch / 10));
    ///     let metrics = trainer.epoch(&mut model, &data)?;
    ///     replay.record(&model, metrics)?;
    /// }
    /// let rates = replay.curve("learning_rate").unwrap();
    /// assert_eq!([rates[0], rates[9], rates[10], rates[29]], [(1, 0.5), (10, 0.5), (11, 0.25), (30, 0.125)]);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    pub fn set_learning_rate(&mut self, learning_rate: f32) {
        self.settings.optimizer = self.settings.optimizer.with_learning_rate(learning_rate);
    }

    /// What is recorded of this trainer of a model.
    pub(super) fn recorded<'a>(&'a self, model: &'a Sequential) -> TrainerState<'a> {
        TrainerState { settings: self.settings, epochs: self.epochs, memory: &self.state, model, within: self.begun }
    }
}

/// Writes the settings in words.
///
/// ```
/// use training_replay::{Loss, Optimizer, Trainer};
///
/// let trainer = Trainer::new(Loss::MeanSquaredError, Optimizer::sgd(0.5)).decay(0.05).seed(42);
/// let words = "mean_squared_error by sgd(learning_rate 0.5), decay 0.05 a step, batches of 32, shuffled by seed 42";
/// assert_eq!(trainer.to_string(), words);
/// ```
impl fmt::Display for Trainer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Settings { loss, optimizer, decay, batch_size, shuffle, seed } = self.settings;
        write!(f, "{loss} by {optimizer}")?;
        if decay != 0.0 {
            write!(f, ", decay {decay} a step")?;
        }
        write!(f, ", batches of {batch_size}, ")?;
        if shuffle { write!(f, "shuffled by seed {seed}") } else { f.write_str("in the order of the data") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Dense, Metrics, datasets};

    fn trainer() -> Trainer {
        Trainer::new(Loss::MeanSquaredError, Optimizer::sgd(0.01))
    }

    #[test]
    fn the_learning_rate_falls_by_the_step_and_not_by_the_epoch() {
        let data = datasets::parabola(5, 1); // 10 samples, 3 batches of 4
        let mut model = Sequential::builder(2).layer(Dense::new(1)).build(1).unwrap();
        let mut trainer = trainer().batch_size(4).decay(0.5);
        trainer.epoch(&mut model, &data).unwrap();
        assert_eq!(trainer.learning_rate(), 0.01 / (1.0 + 0.5 * 3.0));
    }

    #[test]
    fn the_rate_of_every_step_is_logged_and_an_epoch_logs_the_one_of_its_last() {
        let data = datasets::parabola(5, 1); // 10 samples, 3 batches of 4
        let mut model = Sequential::builder(2).layer(Dense::new(1)).build(1).unwrap();
        let of = |metrics: Metrics| metrics.get("learning_rate").unwrap();
        let (mut falling, mut rates) = (trainer().batch_size(4).decay(0.5), Vec::new());
        let metrics = falling.epoch_with(&mut model, &data, |step| {
            rates.push(of(step.metrics()));
            Ok(())
        });
        let expected = [1.0, 1.5, 2.0].map(|fallen| f64::from((f64::from(0.01_f32) / fallen) as f32));
        assert_eq!(rates, expected);
        assert_eq!(of(metrics.unwrap()), expected[2]);
        falling.set_learning_rate(0.0);
        assert_eq!(of(falling.epoch(&mut model, &data).unwrap()), 0.0);
        assert_eq!(
            of(trainer().epoch(&mut model, &data).unwrap()),
            f64::from(0.01_f32),
            "a constant one is logged too"
        );
    }
}

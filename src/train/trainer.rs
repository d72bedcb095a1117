//! Epochs of mini-batches: shuffle, run forward, differentiate, update.

use rand::seq::SliceRandom;

use super::{
    Optimizer, Step,
    state::{Settings, TrainerState, Within},
    step::EpochPass,
    update::State,
};
use crate::{
    Dataset, Error, Loss, Metrics, Result, Sequential,
    math::random::{self, Purpose},
    nn::Pass,
};

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

    /// Trains for one pass over the data and returns its metrics.
    ///
    /// `loss` and `accuracy` are the means over the batches, as Keras logs them, and `learning_rate` is that of the last
    /// step. Each mean is over the samples, every one measured with the weights its batch began with, and as the network is
    /// trained: with what [`Dropout`](crate::Dropout) drops, and by the statistics of its batch in a
    /// [`BatchNormalization`](crate::BatchNormalization). `accuracy` is only there where every target row names a
    /// class: 0 or 1 for a single output, one-hot for several.
    ///
    /// # Errors
    ///
    /// [`Error::Shape`] if model and data do not fit, [`Error::Invalid`] for a batch size of 0, a number of the
    /// optimizer out of its range, targets that do not suit the loss, a network that cannot be trained with it (a
    /// cross-entropy of outputs that are neither probabilities nor [logits](crate::Architecture::logits), a softmax of one
    /// unit), a model of another size than the optimizer's memory, or a last batch of one sample that a layer cannot be
    /// trained by. The model is then unchanged.
    pub fn epoch(&mut self, model: &mut Sequential, data: &Dataset) -> Result<Metrics> {
        self.epoch_with(model, data, |_| Ok(()))
    }

    /// Trains for one [`epoch`](Self::epoch) and calls `each` after every step: to record snapshots within the epoch
    /// ([`Replay::record_at`](crate::Replay::record_at) shows how), to watch it, or to stop it by an error.
    ///
    /// ```
    /// use training_replay::{Dense, Loss, Optimizer, Sequential, Trainer, datasets};
    ///
    /// let data = datasets::parabola(8, 1); // 16 samples
    /// let mut model = Sequential::builder(2).layer(Dense::new(1)).build(1)?;
    /// let mut trainer = Trainer::new(Loss::MeanSquaredError, Optimizer::sgd(0.1)).batch_size(4);
    /// let mut losses = Vec::new();
    /// let metrics = trainer.epoch_with(&mut model, &data, |step| {
    ///     losses.extend(step.metrics().get("loss"));
    ///     Ok(())
    /// })?;
    /// assert_eq!(losses.len(), 4);
    /// assert_eq!(losses.last().copied(), metrics.get("loss"));
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`epoch`](Self::epoch), and what `each` returns: then the model stays as that step left it, and the epoch
    /// does not count.
    pub fn epoch_with<F, T>(&mut self, model: &mut Sequential, data: &Dataset, mut each: F) -> Result<Metrics>
    where
        F: FnMut(Step<'_>) -> Result<T>,
    {
        self.check(model, data)?;
        let Settings { loss, optimizer, batch_size, seed, .. } = self.settings;
        let (order, begun) = (self.order(data.samples()), self.begun.unwrap_or_default());
        let done = self.done();
        let pass = Pass::training(model, seed, self.epochs, done);
        let mut epoch = EpochPass::new(pass, model, data, (batch_size, loss), &begun);
        for batch in order[done..].chunks(batch_size) {
            epoch.batch(model, data, batch, loss);
            epoch.rate = self.learning_rate();
            let mut update = self.state.step(optimizer, epoch.rate);
            epoch.pass.update(model, |weights, gradients| update.apply(weights, gradients));
            each(Step { state: self.recorded(model), epoch: &epoch })?;
        }
        self.epochs = self.epochs.saturating_add(1);
        self.begun = None;
        Ok(epoch.metrics())
    }

    /// What is recorded of this trainer of a model.
    pub(super) fn recorded<'a>(&'a self, model: &'a Sequential) -> TrainerState<'a> {
        TrainerState { settings: self.settings, epochs: self.epochs, memory: &self.state, model, within: self.begun }
    }

    /// Samples of the next epoch that were trained on already.
    fn done(&self) -> usize {
        self.begun.map_or(0, |begun| usize::try_from(begun.samples).unwrap_or(usize::MAX))
    }

    fn check(&self, model: &Sequential, data: &Dataset) -> Result<()> {
        let Settings { loss, optimizer, decay, batch_size, .. } = self.settings;
        model.check(data.inputs(), data.targets(), loss)?;
        model.expect_trainable()?;
        optimizer.check()?;
        if !(0.0..=f32::MAX).contains(&decay) {
            return Err(Error::invalid("the decay", "0 or more", decay));
        }
        if batch_size == 0 {
            return Err(Error::invalid("the batch size", "1 or more", 0));
        }
        self.check_batches(model, data.samples())?;
        if self.state.fits(&model.trainable().iter().map(|(_, array)| array.len()).collect::<Vec<_>>()) {
            Ok(())
        } else {
            Err(Error::invalid("the model", "the one that this trainer began with", "of another size"))
        }
    }

    /// Fails if what is left of the epoch ends in a batch that a layer cannot be trained by, or is of other data.
    fn check_batches(&self, model: &Sequential, samples: usize) -> Result<()> {
        if let Some(Within { of, samples: done, .. }) =
            self.begun.filter(|it| it.of != samples as u64 || it.samples > it.of)
        {
            let expected = format!("{of}, of which the epoch that is gone on with has had {done}");
            return Err(Error::invalid("the number of samples", expected, samples));
        }
        let left = samples - self.done();
        match left % self.settings.batch_size {
            _ if left == 0 => Ok(()),
            0 => model.check_batch(self.settings.batch_size.min(left)),
            last => model.check_batch(last),
        }
    }

    fn order(&self, samples: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..samples).collect();
        if self.settings.shuffle {
            order.shuffle(&mut random::rng(self.settings.seed, Purpose::Shuffle(self.epochs)));
        }
        order
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Dense, datasets};

    fn trainer() -> Trainer {
        Trainer::new(Loss::MeanSquaredError, Optimizer::sgd(0.01))
    }

    #[test]
    fn every_epoch_takes_every_sample_once_in_another_order() {
        let orders: Vec<Vec<usize>> = (0..3).map(|epoch| trainer().start_epoch(epoch).order(100)).collect();
        for order in &orders {
            let mut sorted = order.clone();
            sorted.sort_unstable();
            assert_eq!(sorted, (0..100).collect::<Vec<_>>());
            assert_ne!(sorted, *order);
        }
        assert!(orders[0] != orders[1] && orders[1] != orders[2]);
        assert_ne!(trainer().seed(1).order(100), orders[0]);
        assert_eq!(trainer().shuffle(false).order(4), [0, 1, 2, 3]);
    }

    #[test]
    fn a_run_in_two_parts_takes_the_same_orders_as_in_one() {
        let data = datasets::parabola(20, 1);
        let model = crate::Sequential::builder(2).layer(Dense::new(1)).build(1).unwrap();
        let train = |mut trainer: Trainer, mut model: Sequential, epochs: usize| {
            (0..epochs).for_each(|_| drop(trainer.epoch(&mut model, &data).unwrap()));
            model
        };
        let whole = train(trainer(), model.clone(), 4);
        let half = train(trainer(), model, 2);
        assert_eq!(train(trainer().start_epoch(2), half, 2), whole, "plain SGD remembers nothing else");
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

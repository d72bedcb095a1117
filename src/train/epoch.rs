//! Epochs and their mini-batches: shuffle, run forward, differentiate, update.

use rand::seq::SliceRandom;

use super::{
    Step, Trainer,
    state::{Settings, Within},
    step::EpochPass,
};
use crate::{
    Dataset, Error, Metrics, Result, Sequential,
    math::random::{self, Purpose},
    nn::Pass,
};

impl Trainer {
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
        let (order, mut epoch) = self.under_way(model, data);
        for batch in order[self.done()..].chunks(self.settings.batch_size) {
            self.update(model, data, batch, &mut epoch);
            each(Step { state: self.recorded(model), epoch: &epoch })?;
        }
        Ok(self.end(&epoch))
    }

    /// Trains on the next mini-batch of the epoch, calls `each` after it, and returns the metrics of the epoch if that was its last.
    ///
    /// The next batch, or [`epoch`](Self::epoch), goes on from there: order, dropouts, metrics and the optimizer's memory are those of
    /// an epoch in one go, bit for bit. [`Trainer::training`] hands over that the epoch is half done, and a [fork](crate::Fork) goes on
    /// with it.
    ///
    /// ```
    /// use training_replay::{Dense, Loss, Optimizer, Sequential, Trainer, datasets};
    ///
    /// let data = datasets::parabola(8, 1); // 16 samples
    /// let model = Sequential::builder(2).layer(Dense::new(1)).build(1)?;
    /// let trainer = Trainer::new(Loss::MeanSquaredError, Optimizer::adam(0.1)).batch_size(5);
    /// let (mut whole, mut by_batches) = (model.clone(), model);
    /// let metrics = trainer.clone().epoch(&mut whole, &data)?;
    ///
    /// let (mut trainer, mut steps, mut ended) = (trainer, 0, None);
    /// while ended.is_none() {
    ///     ended = trainer.batch_with(&mut by_batches, &data, |step| {
    ///         steps = step.number();
    ///         Ok(())
    ///     })?;
    /// }
    /// assert_eq!((steps, ended), (4, Some(metrics)));
    /// assert_eq!(by_batches, whole);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// Where none is left, as in a fork from the last step of an epoch, the epoch ends without one, and `each` is not called.
    ///
    /// # Errors
    ///
    /// As [`epoch`](Self::epoch), also for data of another number of samples than those that the epoch began with, and what `each`
    /// returns: the batch counts all the same, and the next one goes on behind it.
    pub fn batch_with<F, T>(&mut self, model: &mut Sequential, data: &Dataset, each: F) -> Result<Option<Metrics>>
    where
        F: FnOnce(Step<'_>) -> Result<T>,
    {
        self.check(model, data)?;
        let (order, mut epoch) = self.under_way(model, data);
        let left = &order[self.done()..];
        let batch = &left[..left.len().min(self.settings.batch_size)];
        if !batch.is_empty() {
            self.update(model, data, batch, &mut epoch);
            self.begun = Some(epoch.within());
            each(Step { state: self.recorded(model), epoch: &epoch })?;
        }
        Ok((batch.len() == left.len()).then(|| self.end(&epoch)))
    }

    /// The order of the epoch's samples, and the epoch as far as it was trained.
    fn under_way(&self, model: &Sequential, data: &Dataset) -> (Vec<usize>, EpochPass) {
        let Settings { loss, batch_size, seed, .. } = self.settings;
        let pass = Pass::training(model, seed, self.epochs, self.done());
        let epoch = EpochPass::new(pass, model, data, (batch_size, loss), &self.begun.unwrap_or_default());
        (self.order(data.samples()), epoch)
    }

    /// One update of the weights, by the samples of these rows.
    fn update(&mut self, model: &mut Sequential, data: &Dataset, rows: &[usize], epoch: &mut EpochPass) {
        let Settings { loss, optimizer, .. } = self.settings;
        epoch.batch(model, data, rows, loss);
        epoch.rate = self.learning_rate();
        let mut update = self.state.step(optimizer, epoch.rate);
        epoch.pass.update(model, |weights, gradients| update.apply(weights, gradients));
    }

    /// Counts an epoch whose batches were all trained on, and returns its metrics.
    fn end(&mut self, epoch: &EpochPass) -> Metrics {
        self.epochs = self.epochs.saturating_add(1);
        self.begun = None;
        epoch.metrics()
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
    use crate::{Dense, Loss, Optimizer, datasets};

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
}

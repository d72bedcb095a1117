//! Which samples caused a prediction, by their gradients at every epoch.

use super::{Run, learning_rates::LearningRates};
use crate::{
    Dataset, Error, Forward, Loss, Result,
    analysis::{
        Influence, InfluenceOptions, SelfInfluence,
        run::gradient_products::{Compared, GradientProducts, squared_lengths},
    },
};

impl<M: Forward> Run<'_, M> {
    /// Returns how much every sample of the [data](Self::on) lowered or raised the loss of tested samples over the chosen epochs, by
    /// TracIn: see [`Influence`].
    ///
    /// The tested data may be the training data themselves, another recorded data set (`run.on("validation")?.dataset()?`), or rows that
    /// were never recorded. Every gradient is that of one sample alone: the model is asked for as many gradients as there are samples,
    /// trained and tested, at every epoch. Each thread has some copies of the weights of an epoch (a gradient is in double precision),
    /// the tested gradients (128 MB of them at once, and then those of the training data are computed again; fewer by
    /// [a projection](InfluenceOptions::projection)), and the scores.
    ///
    /// The learning rate of an epoch is the one that the [options](InfluenceOptions) give, else its metric `learning_rate`, as
    /// [`Trainer::epoch`](crate::Trainer::epoch) logs it, else the note `learning_rate` of the recording for all epochs. Epoch 0, to which
    /// no steps lead, is left out, unless a rate was logged or given for it. Damaged epochs are left out and noted as a
    /// [`Caveat`](crate::analysis::Caveat). So is that the run was trained with momentum, by RMSprop or by Adam, where the states of its
    /// trainer were recorded, or the note `optimizer` says it.
    ///
    /// ```
    /// # use training_replay::{Activation, Dense, Loss, Metrics, Optimizer, Replay, Sequential, Trainer, datasets};
    /// # use training_replay::analysis::InfluenceOptions;
    /// # let (data, validation) = datasets::moons(60, 0.1, 7).split(0.2, 13)?;
    /// # let layers = [Dense::new(8).activation(Activation::Tanh), Dense::new(1).activation(Activation::Sigmoid)];
    /// # let mut model = Sequential::builder(2).layers(layers).build(1)?;
    /// # let mut trainer = Trainer::new(Loss::BinaryCrossEntropy, Optimizer::sgd(0.5));
    /// # let mut replay = Replay::options().dataset(&data).loss(Loss::BinaryCrossEntropy).in_memory();
    /// # replay.record(&model, Metrics::new())?;
    /// # for _ in 0..20 {
    /// #     let metrics = trainer.epoch(&mut model, &data)?;
    /// #     replay.record(&model, metrics)?;
    /// # }
    /// let influence = replay.run()?.influence(&validation, &InfluenceOptions::default().tested([0, 5]))?;
    /// assert_eq!((influence.scores.shape(), influence.epochs.len()), ((2, 48), 20));
    /// for sample in influence.most_helpful(1, 3)? {
    ///     println!("sample {sample} lowered the loss of sample 5: {:.3}", influence.scores[(1, sample)]);
    /// }
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Missing`] without data, where no loss is noted or set, and where a learning rate is neither logged, noted nor given;
    /// [`Error::Invalid`] for a model without gradients, a learning rate that is negative or not finite, no epochs, no tested samples and
    /// ones that the tested data do not have, and scores that memory has no room for; [`Error::Shape`] for data that do not fit
    /// the model; and as [`at`](Self::at).
    pub fn influence(&self, tested: &Dataset, options: &InfluenceOptions) -> Result<Influence> {
        let (data, loss, sketch) = (self.dataset()?, self.influence_loss(options)?, options.sketch()?);
        expect_alike(data, tested)?;
        let rates = LearningRates::of(self, &options.rates)?;
        let rows = options.tested_rows(tested.samples())?;
        let run = self.over(rates.epochs.clone());
        let products = |memory: &mut _, epoch: u64| {
            let rate = rates.at(&run, epoch)?;
            let compared = Compared { epoch, loss, tested: (tested, &rows), sketch };
            let snapshot = run.at_in(epoch.into(), memory)?;
            Ok((epoch, rate, GradientProducts::of(snapshot.model(), data, compared)?))
        };
        let mut influence = Influence::new(rows.clone(), data.samples(), rates.from);
        let caveats = run.take_one_by_one(products, |(epoch, rate, products)| {
            influence.add(epoch, rate, products);
            Ok(())
        })?;
        Ok(influence.finish(self.other_steps(&rates.epochs).into_iter().chain(caveats).collect()))
    }

    /// Returns how much every sample of the [data](Self::on) lowered its own loss over the chosen epochs, by TracIn: the greatest are
    /// outliers, and samples whose labels may be wrong. See [`SelfInfluence`]; the [tested](InfluenceOptions::tested) samples and the
    /// [projection](InfluenceOptions::projection) of the options have no part in it.
    ///
    /// ```
    /// # use training_replay::{Activation, Dataset, Dense, Loss, Metrics, Optimizer, Replay, Sequential, Trainer, datasets};
    /// # use training_replay::analysis::InfluenceOptions;
    /// # let clean = datasets::moons(60, 0.1, 7);
    /// # let mut targets = clean.targets().numbers()?.clone();
    /// # targets[17] = 1.0 - targets[17];
    /// # let data = Dataset::new(clean.inputs().clone(), targets)?; // with a wrong label
    /// # let layers = [Dense::new(8).activation(Activation::Tanh), Dense::new(1).activation(Activation::Sigmoid)];
    /// # let mut model = Sequential::builder(2).layers(layers).build(1)?;
    /// # let mut trainer = Trainer::new(Loss::BinaryCrossEntropy, Optimizer::sgd(0.5)).batch_size(8);
    /// # let mut replay = Replay::options().dataset(&data).loss(Loss::BinaryCrossEntropy).in_memory();
    /// # replay.record(&model, Metrics::new())?;
    /// # for _ in 0..60 {
    /// #     let metrics = trainer.epoch(&mut model, &data)?;
    /// #     replay.record(&model, metrics)?;
    /// # }
    /// let own = replay.run()?.self_influence(&InfluenceOptions::default())?;
    /// assert_eq!(own.highest(1), [17]); // whose label is wrong
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`influence`](Self::influence).
    pub fn self_influence(&self, options: &InfluenceOptions) -> Result<SelfInfluence> {
        let (data, loss) = (self.dataset()?, self.influence_loss(options)?);
        let rates = LearningRates::of(self, &options.rates)?;
        let run = self.over(rates.epochs.clone());
        let lengths = |memory: &mut _, epoch: u64| {
            let rate = rates.at(&run, epoch)?;
            let snapshot = run.at_in(epoch.into(), memory)?;
            Ok((epoch, rate, squared_lengths(snapshot.model(), data, loss)?))
        };
        let mut influence = SelfInfluence::new(data.samples(), rates.from);
        let caveats = run.take_one_by_one(lengths, |(epoch, rate, lengths)| {
            influence.add(epoch, rate, &lengths);
            Ok(())
        })?;
        Ok(SelfInfluence { caveats: self.other_steps(&rates.epochs).into_iter().chain(caveats).collect(), ..influence })
    }

    fn influence_loss(&self, options: &InfluenceOptions) -> Result<Loss> {
        let loss = options.loss.or(self.replay().loss());
        loss.ok_or_else(|| {
            Error::missing("loss that the model was trained with", "give it by `InfluenceOptions::loss`")
        })
    }
}

/// Fails unless tested data have the inputs and targets of those that the model was trained on.
fn expect_alike(data: &Dataset, tested: &Dataset) -> Result<()> {
    let shape = |of: &Dataset| [of.samples(), of.features()];
    if data.features() != tested.features() {
        return Err(Error::shape("the tested inputs", [tested.samples(), data.features()], shape(tested)));
    }
    tested.targets().expect_columns("the tested targets", data.outputs())
}

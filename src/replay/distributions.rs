//! Distributions of weights, updates, gradients and activations, at one epoch and over all of them.

use super::{
    Replay, Run, Snapshot,
    readable::{readable, skipping},
};
use crate::{
    Forward, Model, Parameter, Result, Weights,
    analysis::{Baseline, Distribution, LayerCurve, LayerDistribution, LayerFilter, LayerValues, Measured, Quantity},
    model::checked,
};

impl<M: Forward> Snapshot<'_, M> {
    /// Returns the distribution of a quantity in each of the chosen layers.
    ///
    /// What the first recorded epoch has changed has no distribution: there is none before it.
    ///
    /// ```
    /// use training_replay::{Activation, Dense, Loss, Metrics, Replay, Sequential, datasets};
    /// use training_replay::analysis::{Quantity, LayerFilter};
    ///
    /// let layers = [Dense::new(4).name("h1"), Dense::new(1).name("o").activation(Activation::Sigmoid)];
    /// let model = Sequential::builder(10).layers(layers).build(1)?;
    /// let mut replay = Replay::options().dataset(&datasets::ball(10, 50, 13)).in_memory();
    /// replay.record(&model, Metrics::new())?; // never trained: as its initializers left it
    ///
    /// let loss = Loss::BinaryCrossEntropy;
    /// let snapshot = replay.at(0)?;
    /// for row in snapshot.distributions(Quantity::gradients(loss), &LayerFilter::default())? {
    ///     println!("{} {}: {:.4}", row.layer, row.name, row.distribution.std);
    /// }
    /// let filter = LayerFilter::default().inputs(true).outputs(false);
    /// let activations = snapshot.distributions(Quantity::activations(), &filter)?;
    /// assert_eq!(activations.iter().map(|row| row.layer.as_str()).collect::<Vec<_>>(), ["input", "h1"]);
    /// let violin = activations[1].distribution.density(100)?.expect("activations that differ");
    /// assert_eq!(violin.density.len(), 100);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`outputs`](Self::outputs) for what is about data,
    /// [`Error::Invalid`](crate::Error::Invalid) for gradients of a model that gives none, and
    /// [`Error::UnknownLayer`](crate::Error::UnknownLayer) for a chosen layer that is not there.
    pub fn distributions(&self, quantity: Quantity, filter: &LayerFilter) -> Result<Vec<LayerDistribution>> {
        self.each_distribution(quantity, filter, |row| row)
    }

    /// Makes something of each distribution, so that not all of them need to be there at once.
    pub(crate) fn each_distribution<R>(
        &self,
        quantity: Quantity,
        filter: &LayerFilter,
        mut make: impl FnMut(LayerDistribution) -> R,
    ) -> Result<Vec<R>> {
        let Some(since) = quantity.since else {
            let mut made: Vec<R> = self.inputs(quantity, filter)?.into_iter().map(&mut make).collect();
            made.extend(match quantity.of {
                // Of a model's own parameters no copy is needed.
                Measured::Weights => LayerDistribution::each(&self.model().parameters()?, filter, make)?,
                what => LayerDistribution::each(&self.measure(self.model(), what)?.parameters()?, filter, make)?,
            });
            return Ok(made);
        };
        let Some(changes) = self.changes(quantity.of, since)? else { return Ok(Vec::new()) };
        LayerDistribution::each(&changes.parameters()?, filter, make)
    }

    /// What is measured here less what it was earlier.
    fn changes(&self, what: Measured, since: Baseline) -> Result<Option<Weights>> {
        let Some(earlier) = self.earlier(since)? else { return Ok(None) };
        let model = self.model().with_weights(&earlier)?;
        drop(earlier); // The model has them.
        let before = self.measure(&model, what)?;
        drop(model);
        self.measure(self.model(), what)?.minus(&before).map(Some)
    }

    /// Returns the change of every weight since a baseline.
    ///
    /// It is `None` at the first recorded epoch for [`Baseline::EpochBefore`].
    ///
    /// # Errors
    ///
    /// As [`Replay::weights`].
    pub fn updates(&self, since: Baseline) -> Result<Option<Weights>> {
        let Some(earlier) = self.earlier(since)? else { return Ok(None) };
        self.replay.weights(self.moment)?.minus(&earlier).map(Some)
    }

    /// The weights that a change is counted from, if there are some.
    fn earlier(&self, since: Baseline) -> Result<Option<Weights>> {
        let epochs = &self.replay.index.epochs;
        let moment = match since {
            Baseline::EpochBefore => epochs.before(self.epoch()),
            Baseline::Start => epochs.first(),
        };
        moment.map(|moment| self.replay.weights(moment)).transpose()
    }

    /// The values, under the names of their layers; those of samples as if they were parameters.
    fn measure(&self, model: &M, what: Measured) -> Result<Weights> {
        let inputs = || Ok(self.dataset()?.inputs());
        match what {
            Measured::Weights => Weights::of(model),
            Measured::Gradients(loss) => checked::gradients(model, self.dataset()?, loss),
            Measured::PreActivations => {
                Ok(LayerValues::into_weights("pre_activation", LayerValues::pre_activations(model, inputs()?)?))
            }
            Measured::Activations => {
                Ok(LayerValues::into_weights("activation", LayerValues::activations(model, inputs()?)?))
            }
        }
    }

    /// A row for the inputs, where they are asked for beside what layers make of them.
    fn inputs(&self, quantity: Quantity, filter: &LayerFilter) -> Result<Vec<LayerDistribution>> {
        let of_samples = matches!(quantity.of, Measured::PreActivations | Measured::Activations);
        if !(of_samples && filter.has_inputs()) {
            return Ok(Vec::new());
        }
        let inputs = Distribution::of(self.dataset()?.inputs().as_slice());
        Ok(vec![LayerDistribution::new("input", "input", inputs)])
    }
}

impl<M: Forward + Sync> Run<'_, M> {
    /// Returns a number of each layer's distribution, such as the standard deviation, over the epochs.
    ///
    /// What deepreplay calls `gradients_std` is
    /// `statistic(Quantity::gradients(loss), &LayerFilter::default(), |gradients| gradients.std)`.
    ///
    /// ```
    /// # use training_replay::{Dense, Loss, Metrics, Replay, Sequential, datasets};
    /// use training_replay::analysis::{Quantity, LayerFilter, Baseline};
    ///
    /// # let data = datasets::moons(50, 0.1, 7);
    /// # let mut replay = Replay::options().dataset(&data).in_memory();
    /// # for seed in 0..3 {
    /// #     replay.record(&Sequential::builder(2).layer(Dense::new(1)).build(seed)?, Metrics::new())?;
    /// # }
    /// let steps = Quantity::weights().since(Baseline::EpochBefore);
    /// let largest = replay.run()?.statistic(steps, &LayerFilter::default(), |steps| steps.max.max(-steps.min))?;
    /// assert_eq!((largest[0].layer.as_str(), largest[0].name.as_str()), ("dense_1", "kernel"));
    /// assert_eq!(largest[0].points.len(), 2); // the first of three epochs has none before it
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Snapshot::distributions`].
    pub fn statistic<F>(&self, quantity: Quantity, filter: &LayerFilter, number: F) -> Result<Vec<LayerCurve>>
    where
        F: Fn(&Distribution) -> f64 + Sync,
    {
        let (rows, skipped) = self.map_readable(|snapshot| {
            // One distribution at a time: each holds all values of its layer.
            let numbers = snapshot.each_distribution(quantity, filter, |row| {
                let number = number(&row.distribution);
                (row.layer, row.name, number)
            })?;
            Ok((snapshot.epoch(), numbers))
        })?;
        Ok(LayerCurve::join(rows, &skipped))
    }
}

impl Replay {
    /// Returns the standard deviation of each parameter over the epochs, which needs no model; deepreplay calls it `weights_std`.
    ///
    /// ```
    /// use training_replay::{Metrics, Parameter, Replay, Weights};
    ///
    /// let mut replay = Replay::options().in_memory();
    /// for spread in [0.5_f32, 2.0] {
    ///     let kernel = Parameter::new("hidden", "kernel", [2, 1], vec![-spread, spread]);
    ///     replay.record(&Weights::from_iter([kernel]), Metrics::new())?;
    /// }
    /// assert_eq!(replay.weights_std()?[0].points, [(0, 0.5), (1, 2.0)]);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`weights`](Self::weights).
    pub fn weights_std(&self) -> Result<Vec<LayerCurve>> {
        let mut weights = Weights::default();
        let rows = self.epochs().map(|epoch| {
            let row = |parameter: &Parameter<'_>| {
                (parameter.layer().into(), parameter.name().into(), parameter.values().deviation())
            };
            let deviations = self.weights_into(epoch, &mut weights);
            skipping(epoch, deviations.map(|()| (epoch, weights.iter().map(row).collect())))
        });
        let (rows, mut skipped) = readable(rows.collect::<Result<Vec<_>>>()?)?;
        skipped.extend(self.lost());
        Ok(LayerCurve::join(rows, &skipped))
    }
}

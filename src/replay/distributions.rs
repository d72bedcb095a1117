//! Distributions of weights, updates, gradients and activations, at one epoch and over all of them.

use super::{
    RecordedWeights, Run, Snapshot,
    readable::{readable, skipping},
};
use crate::{
    Forward, Matrix, Model, Parameter, Result, Weights,
    analysis::{Baseline, Distribution, LayerCurve, LayerDistribution, LayerFilter, LayerPass, Measured, Quantity},
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

    /// Makes something of each distribution, so that not all of them need to be there at once, nor the values of all layers.
    pub(crate) fn each_distribution<R>(
        &self,
        quantity: Quantity,
        filter: &LayerFilter,
        make: impl FnMut(LayerDistribution) -> R,
    ) -> Result<Vec<R>> {
        let earlier = quantity.since.map(|since| self.earlier_model(since)).transpose()?;
        if let Some(None) = earlier {
            return Ok(Vec::new());
        }
        let earlier = earlier.flatten();
        match quantity.of {
            Measured::Weights => {
                let before = earlier.map(|model| Weights::of(&model)).transpose()?;
                // Of a model's own parameters no copy is needed.
                each_of(&self.model().parameters()?, before, filter, make)
            }
            Measured::Gradients(loss) => {
                let gradients = |model: &M| checked::gradients(model, self.dataset()?, loss);
                let before = earlier.map(|model| gradients(&model)).transpose()?;
                each_of(&gradients(self.model())?.parameters()?, before, filter, make)
            }
            Measured::PreActivations => {
                self.each_layer(|model, data| LayerPass::pre_activations(model, data), earlier.as_ref(), filter, make)
            }
            Measured::Activations => {
                self.each_layer(|model, data| LayerPass::activations(model, data), earlier.as_ref(), filter, make)
            }
        }
    }

    /// Of what the layers make of the data, or of what has become of that since an earlier model.
    fn each_layer<R>(
        &self,
        pass: for<'p> fn(&'p dyn Forward, &'p Matrix) -> Result<LayerPass<'p>>,
        earlier: Option<&M>,
        filter: &LayerFilter,
        mut make: impl FnMut(LayerDistribution) -> R,
    ) -> Result<Vec<R>> {
        let inputs = self.dataset()?.inputs();
        // What goes in does not change.
        let mut made: Vec<R> = match earlier {
            None if filter.has_inputs() => vec![make(inputs_row(inputs))],
            _ => Vec::new(),
        };
        let earlier = earlier.map(|model| pass(model, inputs)).transpose()?;
        made.extend(LayerDistribution::each_layer(pass(self.model(), inputs)?, earlier, filter, make)?);
        Ok(made)
    }

    /// The model as of the epoch that a change is counted from, if there is one.
    fn earlier_model(&self, since: Baseline) -> Result<Option<M>> {
        self.earlier(since)?.map(|mut weights| self.model().restore(&mut weights)).transpose()
    }

    /// Returns the change of every weight since a baseline.
    ///
    /// It is `None` at the first recorded epoch for [`Baseline::EpochBefore`].
    ///
    /// # Errors
    ///
    /// As [`Replay::weights`](crate::Replay::weights).
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
}

/// Of parameters, or of what has become of earlier ones.
fn each_of<R>(
    parameters: &[Parameter<'_>],
    earlier: Option<Weights>,
    filter: &LayerFilter,
    make: impl FnMut(LayerDistribution) -> R,
) -> Result<Vec<R>> {
    match earlier {
        None => LayerDistribution::each(parameters, filter, make),
        Some(earlier) => LayerDistribution::each_change(parameters, &earlier.parameters()?, filter, make),
    }
}

/// A row for what goes into the first layer.
fn inputs_row(inputs: &Matrix) -> LayerDistribution {
    LayerDistribution::new("input", "input", Distribution::of(inputs.as_slice()))
}

impl<M: Forward> Run<'_, M> {
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

impl RecordedWeights<'_> {
    /// Returns the standard deviation of each parameter over the epochs, which deepreplay calls `weights_std`.
    ///
    /// ```
    /// use training_replay::{Metrics, Parameter, Replay, Weights};
    ///
    /// let mut replay = Replay::options().in_memory();
    /// for spread in [0.5_f32, 2.0] {
    ///     let kernel = Parameter::new("hidden", "kernel", [2, 1], vec![-spread, spread]);
    ///     replay.record(&Weights::from_iter([kernel]), Metrics::new())?;
    /// }
    /// assert_eq!(replay.recorded_weights().std()?[0].points, [(0, 0.5), (1, 2.0)]);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Replay::weights`](crate::Replay::weights).
    pub fn std(self) -> Result<Vec<LayerCurve>> {
        let mut weights = Weights::default();
        let rows = self.replay.epochs().map(|epoch| {
            let row = |parameter: &Parameter<'_>| {
                (parameter.layer().into(), parameter.name().into(), parameter.values().deviation())
            };
            let deviations = self.replay.recorded_weights().read_into(epoch, &mut weights);
            skipping(epoch, deviations.map(|()| (epoch, weights.iter().map(row).collect())))
        });
        let (rows, mut skipped) = readable(rows.collect::<Result<Vec<_>>>()?)?;
        skipped.extend(self.replay.lost());
        Ok(LayerCurve::join(rows, &skipped))
    }
}

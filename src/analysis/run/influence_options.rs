//! How influence is computed: of which loss, by which learning rates, of which samples, exactly or by a projection.

use std::collections::BTreeMap;

use super::gradient_sketch::GradientSketch;
use crate::{Error, Loss, Result};

/// How [`Run::influence`](crate::Run::influence) is computed: of which loss, by which learning rates, of which tested samples, exactly
/// or by a projection.
///
/// ```
/// # use training_replay::{Activation, Dense, Loss, Metrics, Optimizer, Replay, Sequential, Trainer, datasets};
/// use training_replay::analysis::InfluenceOptions;
///
/// # let data = datasets::moons(40, 0.1, 7);
/// # let layers = [Dense::new(4).activation(Activation::Tanh), Dense::new(1).activation(Activation::Sigmoid)];
/// # let model = Sequential::builder(2).layers(layers).build(1)?;
/// let mut replay = Replay::options().dataset(&data).loss(Loss::BinaryCrossEntropy).in_memory(); // no learning rate is noted
/// replay.record_at(1, &model, Metrics::new())?;
/// let (run, options) = (replay.run()?, InfluenceOptions::default().tested([3]));
/// let message = run.influence(&data, &options).unwrap_err().to_string();
/// assert!(message.contains("no learning rate") && message.contains("InfluenceOptions::learning_rate"));
/// assert_eq!(run.influence(&data, &options.learning_rate(0.1))?.scores.shape(), (1, 40));
/// # Ok::<(), training_replay::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct InfluenceOptions {
    pub(crate) loss: Option<Loss>,
    pub(crate) rates: GivenRates,
    /// All samples of the tested data if none were chosen.
    tested: Option<Vec<usize>>,
    sketch: Option<GradientSketch>,
}

/// The learning rates that the caller knows.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) enum GivenRates {
    #[default]
    None,
    Constant(f64),
    OfEpochs(BTreeMap<u64, f64>),
}

impl InfluenceOptions {
    /// Sets the loss whose gradients are compared; by default the one noted in the recording.
    #[must_use]
    pub fn loss(self, loss: Loss) -> Self {
        Self { loss: Some(loss), ..self }
    }

    /// Sets one learning rate for all epochs behind epoch 0, whatever the recording says.
    #[must_use]
    pub fn learning_rate(self, rate: f64) -> Self {
        Self { rates: GivenRates::Constant(rate), ..self }
    }

    /// Sets the learning rate of each epoch, whatever the recording says: of the steps that led to it.
    ///
    /// ```
    /// use training_replay::analysis::InfluenceOptions;
    ///
    /// let halved = (1..=30).map(|epoch| (epoch, 0.5 * 0.5_f64.powi((epoch - 1) as i32 / 10)));
    /// let options = InfluenceOptions::default().learning_rates(halved);
    /// ```
    #[must_use]
    pub fn learning_rates(self, rates: impl IntoIterator<Item = (u64, f64)>) -> Self {
        Self { rates: GivenRates::OfEpochs(rates.into_iter().collect()), ..self }
    }

    /// Sets which samples of the tested data are explained, by their rows; by default all of them.
    #[must_use]
    pub fn tested(self, samples: impl IntoIterator<Item = usize>) -> Self {
        Self { tested: Some(samples.into_iter().collect()), ..self }
    }

    /// Sets that gradients are compared by a random projection onto so many dimensions, for models whose gradients are too many
    /// numbers to be kept for every tested sample.
    ///
    /// Each value of a gradient is added, with a random sign, to one of the dimensions, which is drawn for it: a Johnson-Lindenstrauss
    /// projection with one entry in each column, the count sketch of Charikar, Chen and Farach-Colton, "Finding Frequent Items in
    /// Data Streams" (2002). It is drawn anew for every epoch from the seed, as a number for each value of a gradient. A product of two projected gradients `g` and
    /// `h` has the expected value `<g, h>` and a variance of at most `(|g|^2 |h|^2 + <g, h>^2) / dimensions`, by Weinberger et al., "Feature
    /// Hashing for Large Scale Multitask Learning" (2009): [`standard_errors`](super::Influence::standard_errors) has what follows for
    /// the scores. Of a model with no more values than dimensions the products are exact.
    ///
    /// ```
    /// use training_replay::analysis::InfluenceOptions;
    ///
    /// let options = InfluenceOptions::default().projection(4_096, 1); // by the seed 1
    /// ```
    #[must_use]
    pub fn projection(self, dimensions: usize, seed: u64) -> Self {
        Self { sketch: Some(GradientSketch { dimensions, seed }), ..self }
    }

    /// The rows of the tested data that are explained, which it has.
    pub(crate) fn tested_rows(&self, samples: usize) -> Result<Vec<usize>> {
        let rows = self.tested.clone().unwrap_or_else(|| (0..samples).collect());
        match rows.iter().find(|&&row| row >= samples) {
            Some(row) => {
                Err(Error::invalid("the tested sample", format!("below {samples}, the number of samples"), row))
            }
            None if rows.is_empty() => Err(Error::invalid("the number of tested samples", "1 or more", 0)),
            None => Ok(rows),
        }
    }

    /// How gradients are compared, if not as they are.
    pub(crate) fn sketch(&self) -> Result<Option<GradientSketch>> {
        self.sketch.map(GradientSketch::checked).transpose()
    }
}

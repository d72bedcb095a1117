//! Which training samples raised and which lowered the loss of a sample.

use nalgebra::DMatrix;

use super::{gradient_products::GradientProducts, ranked};
#[cfg(feature = "serde")]
use crate::serial;
use crate::{Error, Result, analysis::Caveat};

/// How much every training sample lowered the loss of tested samples, by TracIn.
///
/// The score of a training sample `z` for a tested sample `z'` is the sum over the epochs `t` of
///
/// ```text
/// learning_rate(t) * <gradient of loss(w_t, z), gradient of loss(w_t, z')>
/// ```
///
/// with respect to all parameters that have gradients: TracInCP of Pruthi, Liu, Sundararajan and Kale, "Estimating Training Data Influence by
/// Tracing Gradient Descent" (2020). To first order it is what steps on `z` took off the loss of `z'`, were each epoch one step of gradient
/// descent on each sample by itself. Divided by the number of samples of a mini-batch, it is in the unit of the loss. Positive are those that
/// helped (proponents), negative those that harmed (opponents).
///
/// # What it leaves out
///
/// - Momentum, Adam and RMSprop: their steps are no multiples of a gradient, and the scores are as if plain gradient descent had gone
///   through the recorded weights. The order of samples may still be of use, the size is not.
///   [`Caveat::OtherSteps`] is among the caveats where the recording names them.
/// - What happens within an epoch: its gradients are taken at its end, and its learning rate is the one that was logged.
/// - What the network drops and normalizes in training: gradients are those of the network as it is replayed, with the moving statistics of
///   batch normalization, and of one sample alone. So is what one sample does to another through the later steps.
/// - Epochs that were not recorded or not chosen: each one that was stands for itself.
///
/// So it is no measure of what leaving a sample out would do, even without any of that: the other samples make up for it in later steps. In runs
/// of gradient descent over all of 60 samples at once, scores divided by 60 were compared with the change of the loss of others when each
/// sample is left out and the network is trained again. Over 2 epochs their correlation is 1.00 (Pearson, the mean over 20 tested
/// samples and 4 seeds) and 0.98 (Spearman), over 50 epochs 0.81 and 0.74, over 200 epochs 0.65 and 0.47; and the change is 0.85, 0.07
/// and 0.02 of the score: the longer the run, the more the scores are too large. Their signs and who comes first are what can be used.
/// (`cargo test --release --test influence_is_what_leaving_out_does -- --nocapture`)
///
/// [`Run::influence`](crate::Run::influence) makes one of a recording, and has an example.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Influence {
    /// The score of each training sample for each tested one, `(tested, samples)`; NaN where a gradient is.
    #[cfg_attr(feature = "serde", serde(serialize_with = "serial::plain"))]
    pub scores: DMatrix<f64>,
    /// The standard error of each score at most, by the products of the projected gradients, `(tested, samples)`; `None` where the
    /// gradients were compared as they are.
    #[cfg_attr(feature = "serde", serde(serialize_with = "serial::plain"))]
    pub standard_errors: Option<DMatrix<f64>>,
    /// Which sample of the tested data each row of the scores is of.
    pub tested: Vec<usize>,
    /// The epochs that are summed over, in the order of time.
    pub epochs: Vec<u64>,
    /// The learning rate of each of them.
    #[cfg_attr(feature = "serde", serde(serialize_with = "serial::plain"))]
    pub learning_rates: Vec<f64>,
    /// Where the learning rates are from.
    pub learning_rates_from: LearningRatesFrom,
    /// That the steps were no multiples of a gradient, where the recording says so, and the epochs that could not be read.
    pub caveats: Vec<Caveat>,
}

/// Where the learning rates of an answer are from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum LearningRatesFrom {
    /// The caller gave them.
    Caller,
    /// The metric `learning_rate` of each epoch.
    Metric,
    /// The note `learning_rate` of the recording, one for all epochs: a schedule is not in it.
    Note,
}

impl Influence {
    /// Begins a sum of no epochs yet.
    pub(crate) fn new(tested: Vec<usize>, samples: usize, from: LearningRatesFrom) -> Self {
        let scores = DMatrix::zeros(tested.len(), samples);
        let (epochs, learning_rates, caveats) = (Vec::new(), Vec::new(), Vec::new());
        Self { scores, standard_errors: None, tested, epochs, learning_rates, learning_rates_from: from, caveats }
    }

    /// Adds an epoch. Variances are summed until [`finish`](Self::finish).
    pub(crate) fn add(&mut self, epoch: u64, rate: f64, of_epoch: GradientProducts) {
        let GradientProducts { products, variances } = of_epoch;
        self.scores.zip_apply(&products, |sum, product| *sum += rate * product);
        if let Some(variances) = variances {
            let (tested, samples) = variances.shape();
            let sums = self.standard_errors.get_or_insert_with(|| DMatrix::zeros(tested, samples));
            sums.zip_apply(&variances, |sum, variance| *sum += rate * rate * variance);
        }
        self.epochs.push(epoch);
        self.learning_rates.push(rate);
    }

    /// The whole sum: the projections of the epochs are drawn one by one, so that their variances add up.
    pub(crate) fn finish(mut self, caveats: Vec<Caveat>) -> Self {
        if let Some(variances) = &mut self.standard_errors {
            variances.apply(|sum| *sum = sum.sqrt());
        }
        Self { caveats, ..self }
    }

    /// Returns the training samples that lowered the loss of a tested sample most, at most `count` of them, the greatest score first; none
    /// whose score is not above 0. `tested` is a row of the scores.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] if there is no such row.
    pub fn most_helpful(&self, tested: usize, count: usize) -> Result<Vec<usize>> {
        Ok(ranked::largest(&self.row(tested)?, count))
    }

    /// Returns the training samples that raised the loss of a tested sample most, at most `count` of them, the lowest score first; none
    /// whose score is not below 0. `tested` is a row of the scores.
    ///
    /// # Errors
    ///
    /// As [`most_helpful`](Self::most_helpful).
    pub fn most_harmful(&self, tested: usize, count: usize) -> Result<Vec<usize>> {
        let negated: Vec<f64> = self.row(tested)?.into_iter().map(|score| -score).collect();
        Ok(ranked::largest(&negated, count))
    }

    /// The scores of a tested sample.
    fn row(&self, tested: usize) -> Result<Vec<f64>> {
        if tested < self.scores.nrows() {
            return Ok(self.scores.row(tested).iter().copied().collect());
        }
        let expected = format!("below {}, the number of tested samples", self.scores.nrows());
        Err(Error::invalid("the row of the scores", expected, tested))
    }
}

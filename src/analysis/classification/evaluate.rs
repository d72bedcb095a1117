//! Loss and accuracy of a model on data.

#[cfg(feature = "serde")]
use crate::serial;
use std::fmt;

use super::predictions::Predictions;
use crate::{
    Dataset, Forward, Loss, Matrix, Metrics, Result, Targets,
    analysis::Caveat,
    data::labels,
    loss,
    model::{
        checked,
        decision::{Decision, Rule},
    },
};

/// Loss and accuracy of a model over a data set.
///
/// It becomes [`Metrics`] of the names `loss` and `accuracy`, so that it can be recorded as it is.
///
/// ```
/// use training_replay::{Dense, Loss, Metrics, Sequential, analysis::evaluate, datasets};
///
/// let model = Sequential::builder(2).layer(Dense::new(1)).build(1)?;
/// let evaluation = evaluate(&model, &datasets::moons(100, 0.1, 7), Loss::MeanSquaredError)?;
/// println!("{evaluation}"); // loss 0.6123, accuracy 0.58
/// assert_eq!(Metrics::from(evaluation.clone()).get("loss"), Some(evaluation.loss));
/// # Ok::<(), training_replay::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Evaluation {
    /// The mean of the losses of the samples.
    #[cfg_attr(feature = "serde", serde(serialize_with = "serial::plain"))]
    pub loss: f64,
    /// The share of samples whose class is predicted correctly; `None` where the targets name no classes.
    #[cfg_attr(feature = "serde", serde(serialize_with = "serial::plain"))]
    pub accuracy: Option<f64>,
    /// What was assumed.
    pub caveats: Vec<Caveat>,
    /// What the model's own loss is called, if that was noted.
    pub loss_name: Option<String>,
}

impl From<Evaluation> for Metrics {
    fn from(evaluation: Evaluation) -> Self {
        let mut metrics = Self::from([("loss", evaluation.loss)]);
        if let Some(accuracy) = evaluation.accuracy {
            metrics.insert("accuracy", accuracy);
        }
        metrics
    }
}

/// Writes loss and accuracy as [`Metrics`] are written, and each caveat on a line of its own.
impl fmt::Display for Evaluation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.loss_name.as_deref().unwrap_or("loss");
        let accuracy = self.accuracy.iter().map(|accuracy| ("accuracy", *accuracy));
        fmt::Display::fmt(&[(name, self.loss)].into_iter().chain(accuracy).collect::<Metrics>(), f)?;
        self.caveats.iter().try_for_each(|caveat| write!(f, "\n{caveat}"))
    }
}

/// Computes loss and accuracy of a model over a whole data set: over validation data during training, say.
///
/// `loss` is the mean over the samples. `accuracy` is the share of samples whose class is predicted correctly, where every
/// target row names a class: 0 or 1 (or -1 and 1) in a single column, shares of the classes in several, of which the largest
/// is the class. What outputs stand for is said at [`OutputKind`](crate::OutputKind). Keras computes other things under that
/// name for other targets, and for one-hot targets with binary cross-entropy.
///
/// ```
/// use training_replay::{Dense, Loss, Sequential, analysis::evaluate, datasets};
///
/// let model = Sequential::builder(2).layer(Dense::new(1)).build(1)?;
/// let evaluation = evaluate(&model, &datasets::moons(100, 0.1, 7), Loss::MeanSquaredError)?;
/// assert!(evaluation.loss > 0.0 && evaluation.accuracy.is_some());
/// # Ok::<(), training_replay::Error>(())
/// ```
///
/// # Errors
///
/// [`Error::Shape`](crate::Error::Shape) if model and data do not fit each other,
/// [`Error::Invalid`](crate::Error::Invalid) if the targets are none of the loss, or the outputs are none and the model does
/// not say what they are; and whatever error the model returns.
pub fn evaluate(model: &dyn Forward, data: &Dataset, loss: Loss) -> Result<Evaluation> {
    evaluate_by(Rule::new(data.targets(), None), model, data, loss)
}

/// Returns the loss of each position of each sample, sample by sample: of each sample, where it has one.
///
/// ```
/// use training_replay::{Dataset, Dense, Loss, Matrix, Sequential, analysis::position_losses};
///
/// let words = Dataset::from_class_labels(Matrix::zeros(2, 3), &[3, 0, 1, 2], 2, 4)?; // two samples of two positions
/// let model = Sequential::builder(3).layer(Dense::new(2 * 4)).logits().build(1)?;
/// let losses = position_losses(&model, &words, Loss::CategoricalCrossEntropy)?;
/// assert_eq!(losses, [4_f32.ln(); 4]); // inputs and biases are 0: all four classes are as likely
/// # Ok::<(), training_replay::Error>(())
/// ```
///
/// # Errors
///
/// As [`evaluate`], and [`Error::Missing`](crate::Error::Missing) if the model computes one for each sample only.
pub fn position_losses(model: &dyn Forward, data: &Dataset, loss: Loss) -> Result<Vec<f32>> {
    checked::position_losses(model, data, loss)
}

/// The same by a rule for these data.
pub(crate) fn evaluate_by(rule: Rule, model: &dyn Forward, data: &Dataset, loss: Loss) -> Result<Evaluation> {
    let losses = checked::losses(model, data, loss)?;
    if let Targets::Labels(labels) = data.targets() {
        let found = Predictions::of_model(rule, model, data.inputs(), labels)?;
        let caveats = Caveat::of(found.decision);
        return Ok(Evaluation { loss: loss::mean(&losses), accuracy: found.accuracy(), caveats, loss_name: None });
    }
    let outputs = checked::outputs(model, data.inputs())?;
    let decision = rule.decide(model, &outputs)?;
    Ok(Evaluation {
        loss: loss::mean(&losses),
        accuracy: accuracy(&outputs, data, decision)?,
        caveats: Caveat::of(decision),
        loss_name: None,
    })
}

/// The share of samples whose class these outputs predict, where every target row names one.
pub(crate) fn accuracy(outputs: &Matrix, data: &Dataset, decision: Decision) -> Result<Option<f64>> {
    data.targets().expect_outputs("the model's outputs", outputs)?;
    let kind = decision.targets.unwrap_or_else(|| labels::TargetKind::of(data.targets()));
    let correct = |(threshold, middle)| labels::correct(outputs, data.targets(), threshold, middle);
    let correct = decision.threshold.zip(kind.middle()).map(correct);
    let count = data.samples() * data.targets().positions();
    Ok(correct.map(|correct| correct as f64 / count as f64))
}

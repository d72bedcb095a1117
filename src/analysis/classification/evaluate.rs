//! Loss and accuracy of a model on data.

#[cfg(feature = "serde")]
use crate::serial;
use std::fmt;

use crate::{
    Dataset, Forward, Loss, Matrix, Metrics, Result,
    analysis::Caveat,
    data::labels,
    loss,
    math::matrix,
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
        fmt::Display::fmt(&Metrics::from(self.clone()), f)?;
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

/// The same by a rule for these data.
pub(crate) fn evaluate_by(rule: Rule, model: &dyn Forward, data: &Dataset, loss: Loss) -> Result<Evaluation> {
    let losses = checked::losses(model, data, loss)?;
    let outputs = checked::outputs(model, data.inputs())?;
    let decision = rule.decide(model, &outputs)?;
    Ok(Evaluation {
        loss: loss::mean(&losses),
        accuracy: accuracy(&outputs, data, decision)?,
        caveats: Caveat::of(decision),
    })
}

/// The share of samples whose class these outputs predict, where every target row names one.
pub(crate) fn accuracy(outputs: &Matrix, data: &Dataset, decision: Decision) -> Result<Option<f64>> {
    matrix::expect_shape("the model's outputs", outputs, data.targets().shape())?;
    let kind = decision.targets.unwrap_or_else(|| labels::TargetKind::of(data.targets()));
    let correct = |(threshold, middle)| labels::correct(outputs, data.targets(), threshold, middle);
    let correct = decision.threshold.zip(kind.middle()).map(correct);
    Ok(correct.map(|correct| correct as f64 / data.samples() as f64))
}

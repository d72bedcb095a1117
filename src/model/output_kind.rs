//! What the numbers that a model puts out are.

use std::fmt;

use crate::{Activation, Error, Loss, Matrix, Result, Targets, loss::ROUNDING, math::matrix};

/// How far from 1 the probabilities of several classes may sum where nobody says that they are probabilities.
const SUM: f32 = 1e-3;

/// What the numbers that a model puts out are: probabilities, logits or plain values.
///
/// A model says it by [`Forward::output_kind`](crate::Forward::output_kind). From it follow its losses, which class an
/// output stands for, and where the classes part:
///
/// | outputs | cross-entropy | a single output stands for class 1 | several outputs |
/// |---|---|---|---|
/// | [`Probabilities`](Self::Probabilities) | of the probabilities | above 0.5 | the largest is the class |
/// | [`Logits`](Self::Logits) | of the logits, exactly | above 0 | the largest is the class |
/// | [`Values`](Self::Values) | is refused | above the middle of the targets: 0.5 of 0 and 1, 0 of -1 and 1 | the largest is the class |
///
/// [`Forward::threshold`](crate::Forward::threshold) and [`Run::threshold`](crate::Run::threshold) move the point where a
/// single output changes from one class to the other.
///
/// ```
/// use training_replay::{Activation, Dense, Forward, OutputKind, Sequential};
///
/// let network = |last: Dense| Sequential::builder(2).layer(last).build(1);
/// let sigmoid = network(Dense::new(1).activation(Activation::Sigmoid))?;
/// assert_eq!(sigmoid.output_kind(), Some(OutputKind::Probabilities));
/// assert_eq!(network(Dense::new(1))?.output_kind(), Some(OutputKind::Values));
/// # Ok::<(), training_replay::Error>(())
/// ```
///
/// A model of somebody else's says it:
///
/// ```
/// use std::ops::Range;
/// use training_replay::{Forward, Matrix, Model, OutputKind, Parameter, Result, Weights, analysis::evaluate};
/// use training_replay::{Dataset, Loss};
///
/// struct Line(f32);
///
/// impl Model for Line {
///     fn parameters(&self) -> Result<Vec<Parameter<'_>>> {
///         Ok(vec![Parameter::new("line", "slope", [], vec![self.0])])
///     }
/// }
///
/// impl Forward for Line {
///     fn layers(&self) -> Vec<String> {
///         vec!["line".into()]
///     }
///     fn with_weights(&self, weights: &Weights) -> Result<Self> {
///         Ok(Line(weights.require("line", "slope", &[])?.values().to_f32()[0]))
///     }
///     fn forward(&self, inputs: &Matrix, layers: Range<usize>) -> Result<Matrix> {
///         Ok(if layers.is_empty() { inputs.clone() } else { inputs * self.0 })
///     }
///     fn output_kind(&self) -> Option<OutputKind> {
///         Some(OutputKind::Logits) // trained with PyTorch's BCEWithLogitsLoss, say
///     }
/// }
///
/// let data = Dataset::from_rows(&[[3.0_f32], [-2.0]], &[[1.0_f32], [0.0]])?;
/// let evaluation = evaluate(&Line(1.0), &data, Loss::BinaryCrossEntropy)?;
/// assert!((evaluation.loss - (0.048587 + 0.126928) / 2.0).abs() < 1e-6); // ln(1 + e^-3) and ln(1 + e^-2)
/// assert_eq!(evaluation.accuracy, Some(1.0)); // class 1 above 0
/// # Ok::<(), training_replay::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum OutputKind {
    /// Numbers from 0 to 1: a single one is the probability of class 1, several are those of one class each.
    Probabilities,
    /// Numbers that a sigmoid (of a single one) or a softmax (of several) turns into probabilities: what PyTorch's
    /// `BCEWithLogitsLoss` and `CrossEntropyLoss` take.
    Logits,
    /// Numbers that stand for themselves: in regression, or where classes are numbers such as -1 and 1.
    Values,
}

impl OutputKind {
    /// Returns what the outputs are of a network that ends in this activation, where it follows from that: behind a linear
    /// layer they may be logits or values.
    ///
    /// ```
    /// # use training_replay::{Activation, OutputKind};
    /// assert_eq!(OutputKind::behind(Activation::Sigmoid), Some(OutputKind::Probabilities));
    /// assert_eq!(OutputKind::behind(Activation::Tanh), Some(OutputKind::Values));
    /// assert_eq!(OutputKind::behind(Activation::Linear), None);
    /// ```
    pub fn behind(activation: Activation) -> Option<Self> {
        match activation {
            Activation::Linear => None,
            // Whatever cannot leave the range of probabilities, so that no activation is forgotten here.
            _ if activation.range() == (0.0..=1.0) => Some(Self::Probabilities),
            _ => Some(Self::Values),
        }
    }

    /// Computes the losses of outputs of this kind; those of an unknown kind are taken for probabilities if they can be.
    pub(crate) fn losses(kind: Option<Self>, outputs: &Matrix, targets: Targets<'_>, loss: Loss) -> Result<Vec<f32>> {
        let cross_entropy = loss != Loss::MeanSquaredError;
        loss.check(outputs, targets)?;
        match (kind, implausible(&matrix::by_position(outputs, targets.positions()))) {
            (Some(Self::Logits), _) => loss.per_position_from_logits(outputs, targets),
            (Some(Self::Values), _) if cross_entropy => {
                let expected =
                    "probabilities or logits for a cross-entropy; the model says which by `Forward::output_kind`";
                Err(Error::invalid("what the model puts out", expected, "values"))
            }
            (None, Some(found)) if cross_entropy => Err(undeclared(found)),
            _ => loss.per_position(outputs, targets),
        }
    }
}

/// Writes `probabilities`, `logits` or `values`.
impl fmt::Display for OutputKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Probabilities => "probabilities",
            Self::Logits => "logits",
            Self::Values => "values",
        })
    }
}

/// The first output that is no probability, or the first row that sums to other than 1. NaN, of a model that diverged,
/// contradicts nothing.
pub(super) fn implausible(outputs: &Matrix) -> Option<String> {
    let (rows, columns) = outputs.shape();
    if let Some(at) = outputs.as_slice().iter().position(|&p| is_no_probability(p)) {
        return Some(format!("{} in row {}", outputs[at], at % rows));
    }
    let off = |row: &usize| columns > 1 && (outputs.row(*row).sum() - 1.0).abs() > SUM;
    (0..rows).find(off).map(|row| format!("a row, {row}, that sums to {}", outputs.row(row).sum()))
}

/// Whether a number is beyond 0 or 1 by more than rounding.
pub(crate) fn is_no_probability(p: f32) -> bool {
    !p.is_nan() && !(-ROUNDING..=1.0 + ROUNDING).contains(&p)
}

/// Says that a model has to say what its outputs are.
pub(super) fn undeclared(found: String) -> Error {
    Error::invalid(
        "an output of the model",
        "from 0 to 1, and 1 in all of several classes, to be taken for a probability; if outputs are logits or values, the \
         model says so by `Forward::output_kind`",
        found,
    )
}

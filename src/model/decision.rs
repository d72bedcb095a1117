//! The one rule by which outputs become classes and probabilities.

use super::output_kind::{implausible, undeclared};
use crate::{
    Error, Forward, Matrix, OutputKind, Result,
    data::labels::TargetKind,
    loss::softmax_columns,
    math::{
        elementary,
        functions::{self, Function},
    },
};

/// What decides about the outputs beside the model.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Rule {
    /// Where a single output changes to class 1, if the caller says so: a probability, or a value of a model of values.
    pub(crate) threshold: Option<f32>,
    /// What the targets tell, if there are some.
    pub(crate) targets: Option<TargetKind>,
}

/// What the outputs of a model are, and where a single one changes from class 0 to class 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Decision {
    pub(crate) kind: OutputKind,
    /// Whether the kind was concluded from the outputs, and not said by the model.
    pub(crate) assumed: bool,
    /// In the unit of the outputs; `None` where nothing parts them, as in regression.
    pub(crate) threshold: Option<f32>,
}

impl Rule {
    /// The rule for these targets, by this threshold if there is one.
    pub(crate) fn new(targets: &Matrix, threshold: Option<f32>) -> Self {
        Self { threshold, targets: Some(TargetKind::of(targets)) }
    }

    /// What is decided about some outputs of a model.
    ///
    /// Fails if the model does not say what its outputs are and they cannot be probabilities, or for a threshold that is
    /// none.
    pub(crate) fn decide(self, model: &dyn Forward, outputs: &Matrix) -> Result<Decision> {
        self.decide_as(model.output_kind(), model, outputs)
    }

    /// The same where the kind of the outputs may be known otherwise.
    pub(crate) fn decide_as(self, kind: Option<OutputKind>, model: &dyn Forward, outputs: &Matrix) -> Result<Decision> {
        let (kind, assumed) = match kind {
            Some(kind) => (kind, false),
            None => (self.assume(outputs)?, true),
        };
        let threshold = match self.threshold.or(model.threshold()) {
            Some(threshold) => Some(in_unit_of(kind, threshold)?),
            None => self.natural(kind, outputs.ncols() > 1),
        };
        Ok(Decision { kind, assumed, threshold })
    }

    /// Where the classes part if nobody says so.
    fn natural(self, kind: OutputKind, several: bool) -> Option<f32> {
        if self.targets == Some(TargetKind::Numbers) {
            return None;
        }
        match kind {
            _ if several => Some(0.0), // The largest is the class.
            OutputKind::Probabilities => Some(0.5),
            OutputKind::Logits => Some(0.0),
            OutputKind::Values => self.targets.and_then(TargetKind::middle),
        }
    }

    /// Takes outputs for probabilities, if they are valid ones and the targets do not contradict.
    fn assume(self, outputs: &Matrix) -> Result<OutputKind> {
        if self.targets == Some(TargetKind::Numbers) {
            return Ok(OutputKind::Values);
        }
        match implausible(outputs) {
            _ if self.targets == Some(TargetKind::Signs) => Err(undeclared("beside targets of -1 and 1".into())),
            Some(found) => Err(undeclared(found)),
            None => Ok(OutputKind::Probabilities),
        }
    }
}

impl Decision {
    /// What is decided about outputs of a known kind, for these targets.
    pub(crate) fn known(kind: OutputKind, targets: TargetKind) -> Self {
        let rule = Rule { threshold: None, targets: Some(targets) };
        Self { kind, assumed: false, threshold: rule.natural(kind, false) }
    }

    /// Whether outputs were taken for probabilities without the model's word.
    pub(crate) fn assumed_probabilities(self) -> bool {
        self.assumed && self.kind == OutputKind::Probabilities
    }

    /// Where a single output changes its class, for whoever classifies rows of any number of outputs.
    pub(crate) fn threshold(self) -> f32 {
        self.threshold.unwrap_or(f32::NAN)
    }

    /// Whether rows of so many outputs stand for classes.
    pub(crate) fn classifies(self) -> bool {
        self.threshold.is_some()
    }

    /// Where a single number that [`to_probabilities`](Self::to_probabilities) leaves changes its class, to be drawn.
    #[cfg(feature = "plot")]
    pub(crate) fn threshold_of_probabilities(self) -> Option<f32> {
        let mut threshold = Matrix::from_element(1, 1, self.threshold?);
        self.to_probabilities(&mut threshold);
        Some(threshold[0])
    }

    /// Replaces logits by the probabilities that they are of; leaves all others as they are.
    pub(crate) fn to_probabilities(self, outputs: &mut Matrix) {
        if self.kind != OutputKind::Logits {
            return;
        }
        let rows = outputs.nrows();
        match outputs.ncols() {
            1 => functions::apply(Function::Sigmoid, outputs.as_mut_slice()),
            _ => softmax_columns(outputs.as_mut_slice(), rows, rows),
        }
    }
}

/// A threshold in the unit of the outputs: a probability as a logit for logits.
fn in_unit_of(kind: OutputKind, threshold: f32) -> Result<f32> {
    let fits = match kind {
        OutputKind::Values => threshold.is_finite(),
        _ => (0.0..=1.0).contains(&threshold),
    };
    if !fits {
        let expected = if kind == OutputKind::Values { "a finite number" } else { "a probability, from 0 to 1" };
        return Err(Error::invalid("the threshold of class 1", expected, threshold));
    }
    Ok(match kind {
        OutputKind::Logits => logit(threshold),
        _ => threshold,
    })
}

/// The logit of a probability, infinite at 0 and 1; exactly 0 at one half.
pub(crate) fn logit(p: f32) -> f32 {
    let p = f64::from(p);
    (elementary::ln(p) - elementary::ln(1.0 - p)) as f32
}

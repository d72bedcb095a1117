//! The one rule by which outputs become classes and probabilities.

use super::output_kind::{implausible, is_no_probability, undeclared};
use crate::{
    Activation, Error, Forward, Loss, Matrix, OutputKind, Result, Targets,
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
    /// What the targets say, if there are some.
    pub(crate) targets: Option<TargetKind>,
    /// The loss that the model was trained with, if it is known.
    pub(crate) loss: Option<Loss>,
}

/// What the outputs of a model are, and where a single one changes from class 0 to class 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Decision {
    pub(crate) kind: OutputKind,
    /// Whether the kind was concluded from the outputs, and not said by the model.
    pub(crate) assumed: bool,
    /// In the unit of the outputs; `None` where nothing parts them, as in regression.
    pub(crate) threshold: Option<f32>,
    /// What the targets are, if there are some.
    pub(crate) targets: Option<TargetKind>,
    /// The loss that the model was trained with, if it is known.
    pub(crate) loss: Option<Loss>,
}

impl Rule {
    /// The rule for these targets, by this threshold if there is one.
    pub(crate) fn new(targets: Targets<'_>, threshold: Option<f32>) -> Self {
        Self { threshold, targets: Some(TargetKind::of(targets)), loss: None }
    }

    /// The same of a model that was trained with a loss.
    pub(crate) fn of_loss(self, loss: Option<Loss>) -> Self {
        Self { loss: loss.or(self.loss), ..self }
    }

    /// What is decided about some outputs of a model.
    ///
    /// Fails if the outputs cannot be what the model says, if it does not say it and they cannot be probabilities, or for a
    /// threshold that is none.
    pub(crate) fn decide(self, model: &dyn Forward, outputs: &Matrix) -> Result<Decision> {
        self.decide_as(model.output_kind(), model, outputs)
    }

    /// The same where the kind of the outputs may be known otherwise.
    pub(crate) fn decide_as(self, kind: Option<OutputKind>, model: &dyn Forward, outputs: &Matrix) -> Result<Decision> {
        let (kind, assumed) = match kind {
            Some(kind) => (kind, false),
            None => (self.assume(outputs)?, true),
        };
        expect_kind(kind, model, outputs)?;
        let several = outputs.ncols() > 1;
        let threshold = match self.threshold.or(model.threshold()) {
            Some(threshold) if several => return Err(no_threshold(threshold, outputs.ncols())),
            Some(threshold) => Some(in_unit_of(kind, threshold)?),
            None => self.natural(kind, several),
        };
        Ok(Decision { kind, assumed, threshold, targets: self.targets, loss: self.loss })
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
            // Of ones alone it is not known whether the others are 0 or -1.
            OutputKind::Values => self.targets.filter(|targets| *targets != TargetKind::Ones)?.middle(),
        }
    }

    /// Takes outputs for probabilities, if they are valid ones and the targets do not contradict.
    fn assume(self, outputs: &Matrix) -> Result<OutputKind> {
        match (self.targets, implausible(outputs)) {
            (Some(TargetKind::Numbers), _) => Ok(OutputKind::Values),
            (Some(TargetKind::Signs), _) => Err(undeclared("one beside targets of -1 and 1".into())),
            (_, Some(found)) => Err(undeclared(found)),
            (_, None) => Ok(OutputKind::Probabilities),
        }
    }
}

/// Fails for outputs that are not what the model says, or of which nothing can be learned.
fn expect_kind(kind: OutputKind, model: &dyn Forward, outputs: &Matrix) -> Result<()> {
    let last = model.layers().len().checked_sub(1).and_then(|last| model.activation(last));
    if outputs.ncols() == 1 && last == Some(Activation::Softmax) {
        let expected = "2 or more behind a softmax, which is always 1 of a single one";
        return Err(Error::invalid("the number of outputs", expected, 1));
    }
    if outputs.ncols() == 0 {
        return Err(Error::invalid("the number of outputs", "1 or more", 0));
    }
    match outputs.as_slice().iter().position(|&p| is_no_probability(p)) {
        Some(at) if kind == OutputKind::Probabilities => {
            let expected =
                "a probability, from 0 to 1, as the model says by its last activation or `Forward::output_kind`";
            Err(Error::invalid(format!("output row {} of the model", at % outputs.nrows()), expected, outputs[at]))
        }
        _ => Ok(()),
    }
}

fn no_threshold(threshold: f32, outputs: usize) -> Error {
    let expected = "given for a single output only; of several the largest is the class";
    Error::invalid("the threshold of class 1", expected, format!("{threshold} for {outputs} outputs"))
}

impl Decision {
    /// What is decided about a single output of a known kind, for these targets.
    pub(crate) fn known(kind: OutputKind, targets: TargetKind) -> Self {
        let rule = Rule { targets: Some(targets), ..Rule::default() };
        Self { kind, assumed: false, threshold: rule.natural(kind, false), targets: Some(targets), loss: None }
    }

    /// Whether outputs were taken for probabilities without the model's word.
    pub(crate) fn assumed_probabilities(self) -> bool {
        self.assumed && self.kind == OutputKind::Probabilities
    }

    /// Where a single output changes its class, for whoever classifies rows of any number of outputs.
    pub(crate) fn threshold(self) -> f32 {
        self.threshold.unwrap_or(f32::NAN)
    }

    /// Whether rows of outputs stand for classes.
    pub(crate) fn classifies(self) -> bool {
        self.threshold.is_some()
    }

    /// Where a single number that [`to_probabilities`](Self::to_probabilities) leaves changes its class, to be drawn: of two
    /// probabilities that sum to 1 the second one.
    pub(crate) fn threshold_of_probabilities(self, outputs: usize) -> Option<f32> {
        match outputs {
            1 => {
                let mut threshold = Matrix::from_element(1, 1, self.threshold?);
                self.to_probabilities(&mut threshold);
                Some(threshold[0])
            }
            2 if self.kind != OutputKind::Values && self.loss != Some(Loss::BinaryCrossEntropy) => Some(0.5),
            _ => None,
        }
    }

    /// Replaces logits by the probabilities that they are of; leaves all others as they are. Several logits are those of a
    /// softmax, unless the loss takes each output for a yes or no of its own.
    pub(crate) fn to_probabilities(self, outputs: &mut Matrix) {
        if self.kind != OutputKind::Logits {
            return;
        }
        let rows = outputs.nrows();
        if outputs.ncols() == 1 || self.loss == Some(Loss::BinaryCrossEntropy) {
            functions::apply(Function::Sigmoid, outputs.as_mut_slice());
        } else {
            softmax_columns(outputs.as_mut_slice(), rows, rows);
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

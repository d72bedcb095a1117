//! What a model predicts at every position of labeled samples, found some samples at a time.

use std::ops::Range;

use crate::{
    ClassLabels, Forward, Matrix, OutputKind, Result,
    data::labels::{self, Outcome, TargetKind},
    math::matrix,
    model::{
        checked,
        decision::{Decision, Rule},
    },
};

/// How far two probabilities may sum from 1 to be those of two classes.
const SUM: f32 = 1e-3;

/// The class that is predicted at every position, sample by sample, and the probability of its own: all that answers about
/// classes need of outputs as wide as a vocabulary.
#[derive(Clone, Debug)]
pub(crate) struct Predictions {
    pub(crate) decision: Decision,
    pub(crate) outcomes: Vec<Outcome>,
    /// The probability, or the value, of the true class.
    pub(crate) own: Vec<f32>,
    /// Whether those of all classes sum to 1 at every position.
    pub(crate) sum_to_1: bool,
}

impl Predictions {
    /// Those of some layers of a model, the last one among them.
    pub(crate) fn of(
        rule: Rule,
        model: &dyn Forward,
        inputs: &Matrix,
        layers: Range<usize>,
        labels: &ClassLabels,
    ) -> Result<Self> {
        let mut all = Self::none();
        checked::by_position(model, inputs, layers, labels, |outputs, labels| {
            all.add(rule.decide(model, outputs)?, outputs, labels);
            Ok(())
        })?;
        Ok(all)
    }

    /// Those of the whole model.
    pub(crate) fn of_model(rule: Rule, model: &dyn Forward, inputs: &Matrix, labels: &ClassLabels) -> Result<Self> {
        Self::of(rule, model, inputs, 0..checked::layer_names(model)?.len(), labels)
    }

    /// Those of outputs of the labels' shape, of which it is decided what they are.
    pub(crate) fn of_outputs(decision: Decision, outputs: &Matrix, labels: &ClassLabels) -> Self {
        let mut all = Self::none();
        all.add(decision, &matrix::by_position(outputs, labels.positions()), &labels.by_position());
        all
    }

    fn none() -> Self {
        let decision = Decision::known(OutputKind::Values, TargetKind::Shares);
        Self { decision, outcomes: Vec::new(), own: Vec::new(), sum_to_1: true }
    }

    /// Adds a row of outputs for each label.
    fn add(&mut self, decision: Decision, outputs: &Matrix, labels: &ClassLabels) {
        let predicted = labels::classes(outputs, decision.threshold());
        let classes = labels.indices().iter().map(|&label| label as usize);
        self.outcomes.extend(classes.zip(predicted).map(|(class, predicted)| Outcome { class, predicted }));
        let mut numbers = outputs.clone();
        decision.to_probabilities(&mut numbers);
        self.own.extend((0..numbers.nrows()).map(|row| numbers[(row, labels.at(row, 0))]));
        let is_1 = |sum: f32| (sum - 1.0).abs() <= SUM || sum.is_nan();
        self.sum_to_1 &= numbers.ncols() != 2 || numbers.row_iter().all(|row| is_1(row.sum()));
        self.decision = decision;
    }

    /// The share that is correct, where rows stand for classes.
    pub(crate) fn accuracy(&self) -> Option<f64> {
        let correct = self.outcomes.iter().filter(|outcome| outcome.is_correct()).count();
        self.decision.classifies().then_some(correct as f64 / self.outcomes.len() as f64)
    }
}

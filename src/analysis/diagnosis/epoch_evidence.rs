//! What a diagnosis keeps of an epoch.

use super::sampled::Sampled;
use crate::{
    Dataset, Forward, Loss, Result, Targets,
    analysis::{
        ClassCount, EpochSummary, LayerState, classification::predictions::Predictions,
        run::epoch_summary::count_classes,
    },
    data::labels,
    loss,
    model::{checked, decision::Rule},
};

/// What a diagnosis keeps of an epoch.
#[derive(Clone, Debug)]
pub(crate) struct EpochEvidence {
    pub(crate) epoch: u64,
    /// Over the training data.
    pub(super) loss: Option<f64>,
    pub(super) classes: Vec<ClassCount>,
    pub(super) validation: Option<Validated>,
    /// The hidden layers of which it is known where their activations are flat.
    pub(super) layers: Vec<FlatShare>,
}

/// What is known of the validation data at an epoch.
#[derive(Clone, Debug)]
pub(crate) struct Validated {
    pub(super) loss: Option<f64>,
    pub(super) classes: Vec<ClassCount>,
}

/// How much of a layer lies where its activation is flat.
#[derive(Clone, Debug)]
pub(super) struct FlatShare {
    pub(super) layer: String,
    /// The share of its values.
    pub(super) flat: f64,
    /// The share of its units that are dead.
    pub(super) dead: f64,
}

impl Validated {
    pub(crate) fn of(model: &dyn Forward, data: &Dataset, loss: Option<Loss>, rule: Rule) -> Result<Self> {
        let losses = loss.map(|loss| checked::losses(model, data, loss)).transpose()?;
        let (_, classes) = count_classes(rule, model, data, None)?;
        Ok(Self { loss: losses.as_deref().map(loss::mean), classes })
    }
}

impl EpochEvidence {
    /// That of an epoch of which the weights alone are known.
    pub(crate) fn of_weights(epoch: u64) -> Self {
        Self { epoch, loss: None, classes: Vec::new(), validation: None, layers: Vec::new() }
    }

    pub(crate) fn of(model: &dyn Forward, summary: &EpochSummary, validation: Option<Validated>) -> Self {
        let known = summary.layers.iter().enumerate().filter(|(layer, _)| model.range(*layer).is_some());
        let layers = known.map(|(_, state)| FlatShare::of(state)).collect();
        Self { epoch: summary.epoch, loss: summary.loss, classes: summary.classes.clone(), validation, layers }
    }
}

impl FlatShare {
    fn of(state: &LayerState) -> Self {
        let units = state.dead.len() as f64;
        let dead = state.dead.iter().filter(|&&dead| dead).count() as f64 / units;
        let flat = if state.saturation.is_empty() { dead } else { state.saturation.iter().sum::<f64>() / units };
        Self { layer: state.layer.clone(), flat, dead }
    }
}

/// Which of some samples a model takes for another class than theirs; `None` where nothing parts classes.
pub(crate) fn wrong(model: &dyn Forward, some: &Sampled, rule: Rule) -> Result<Option<Vec<bool>>> {
    let Some(classes) = &some.classes else { return Ok(None) };
    if let Targets::Labels(labels) = some.data.targets() {
        // Their outputs may be as wide as a vocabulary.
        let found = Predictions::of_model(rule, model, some.data.inputs(), labels)?;
        let wrong = || found.outcomes.iter().map(|outcome| !outcome.is_correct()).collect();
        return Ok(found.decision.classifies().then(wrong));
    }
    let outputs = checked::outputs(model, some.data.inputs())?;
    let decision = rule.decide(model, &outputs)?;
    if !decision.classifies() {
        return Ok(None);
    }
    let predicted = labels::classes(&outputs, decision.threshold());
    Ok(Some(predicted.iter().zip(classes).map(|(predicted, class)| *predicted != Some(*class)).collect()))
}

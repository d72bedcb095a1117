//! What the milestones need to know of one epoch.

use std::{borrow::Cow, mem};

use super::layer_state::{self, LayerTally};
use super::parameter_state::ParameterStates;
use crate::analysis::{Caveat, LayerState, MilestoneOptions, ParameterState};
use crate::{
    Backward, Dataset, Forward, Loss, Matrix, Model, Result, Targets, Weights,
    analysis::classification::predictions::Predictions,
    data::labels::{self, Outcome, TargetKind, class_count},
    loss,
    math::matrix,
    model::{
        checked,
        decision::{Decision, Rule},
    },
};

/// A summary of one epoch, from which [`Milestones`](crate::analysis::Milestones) are found.
///
/// It holds some numbers for each layer, class and unit, so that a long run is read epoch by epoch.
///
/// ```
/// use training_replay::{Activation, Dense, Loss, Sequential, datasets};
/// use training_replay::analysis::{EpochSummary, MilestoneOptions};
///
/// let data = datasets::moons(100, 0.1, 7);
/// let layers = [Dense::new(3).activation(Activation::Tanh), Dense::new(1).activation(Activation::Sigmoid)];
/// let model = Sequential::builder(2).layers(layers).build(1)?;
/// let summary = EpochSummary::of(0, &model, &data, &MilestoneOptions::default().loss(Loss::BinaryCrossEntropy))?;
/// assert!(summary.loss.is_some_and(|loss| loss > 0.3));
/// assert!(summary.layers[0].coverage.is_some_and(|share| share > 0.0 && share < 1.0)); // of tanh's range
/// # Ok::<(), training_replay::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct EpochSummary {
    /// The epoch.
    pub epoch: u64,
    /// The number of samples that the summary is over; of positions of samples, where they have several.
    pub samples: u64,
    /// The mean loss over the data; `None` if no loss is given.
    #[cfg_attr(feature = "serde", serde(serialize_with = "crate::serial::plain"))]
    pub loss: Option<f64>,
    /// The samples and errors of each class; empty if the targets name no classes.
    pub classes: Vec<ClassCount>,
    /// The hidden layers: all but the last.
    pub layers: Vec<LayerState>,
    /// For each layer, its name and the root mean square of its gradients: of its parameters of two or more dimensions.
    ///
    /// Empty if the model gives no gradients, or no loss is given.
    #[cfg_attr(feature = "serde", serde(serialize_with = "crate::serial::plain"))]
    pub gradients: Vec<(String, f64)>,
    /// The first parameter with values that are NaN or infinite: its layer, its name, and the number of such values.
    pub not_finite: Option<(String, String, usize)>,
    /// The parameters of floating-point numbers, each as it was.
    pub parameters: Vec<ParameterState>,
    /// What was assumed, and what was not looked at because the model does not give it.
    pub caveats: Vec<Caveat>,
}

/// The number of samples of a class, and how many of them are misclassified.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct ClassCount {
    /// The number of samples of the class.
    pub samples: u64,
    /// The number of samples that are predicted as another class, or as none.
    pub errors: u64,
    /// The number of samples that are predicted as the class, of it or not.
    pub predicted: u64,
}

impl EpochSummary {
    /// Summarizes a model at one epoch on these data.
    ///
    /// ```
    /// use training_replay::{Dense, Sequential, analysis::{EpochSummary, MilestoneOptions}, datasets};
    ///
    /// let model = Sequential::builder(2).layer(Dense::new(1)).build(1)?;
    /// let summary = EpochSummary::of(5, &model, &datasets::moons(50, 0.1, 7), &MilestoneOptions::default())?;
    /// assert_eq!((summary.epoch, summary.samples, summary.loss), (5, 50, None)); // no loss was given
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Shape`](crate::Error::Shape) if model and data do not fit each other, or there is a grid to be covered
    /// and the model does not take two inputs; [`Error::Invalid`](crate::Error::Invalid) if the targets are none of the
    /// loss, or a threshold is NaN; and whatever error the model returns.
    pub fn of(epoch: u64, model: &dyn Forward, data: &Dataset, options: &MilestoneOptions) -> Result<Self> {
        Self::with_gradients(epoch, model, data, options).map(|(summary, _)| summary)
    }

    /// The same beside the gradients that it is of, which take as long as all the rest, for whoever shows them too.
    pub(crate) fn with_gradients(
        epoch: u64,
        model: &dyn Forward,
        data: &Dataset,
        options: &MilestoneOptions,
    ) -> Result<(Self, Option<Weights>)> {
        options.check()?;
        let names = checked::layer_names(model)?;
        let (mut layers, outputs) = run_through(model, names, data, options)?;
        if let Some(grid) = &options.grid {
            layer_state::cover_by_grid(model, grid, &mut layers)?;
        }
        let loss_of = |loss| checked::losses(model, data, loss);
        let gradients_of = |(model, loss): (&dyn Backward, Loss)| checked::gradients_of(model, data, loss);
        let losses = options.loss.map(loss_of).transpose()?;
        let gradients = model.as_backward().zip(options.loss).map(gradients_of).transpose()?;
        let parameters = ParameterStates::of(model)?;
        let rule = Rule::new(data.targets(), options.threshold).of_loss(options.loss);
        let rule = options.kind.map_or(rule, |kind| Rule { targets: Some(kind), ..rule });
        let (decision, classes) = count_classes(rule, model, data, outputs.as_ref())?;
        let (losses, of) = (losses.as_deref(), gradients.as_ref());
        let computed = Computed { layers, classes, losses, gradients: of, parameters };
        let mut summary = Self::of_computed(epoch, data, computed);
        summary.caveats.extend(caveats(model, decision, options.loss));
        Ok((summary, gradients))
    }

    /// Summarizes what can be said of weights alone, without data: which values they have, and whether these are finite.
    ///
    /// ```
    /// use training_replay::{Parameter, Weights, analysis::EpochSummary};
    ///
    /// let weights = Weights::from_iter([Parameter::new("output", "bias", [2], vec![0.5_f32, f32::NAN])]);
    /// let summary = EpochSummary::of_weights(3, &weights)?;
    /// assert_eq!((summary.samples, summary.not_finite), (0, Some(("output".into(), "bias".into(), 1))));
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Model::parameters`].
    pub fn of_weights(epoch: u64, model: &(impl Model + ?Sized)) -> Result<Self> {
        Ok(Self::without_data(epoch, ParameterStates::of(model)?))
    }

    fn without_data(epoch: u64, ParameterStates { states, not_finite }: ParameterStates) -> Self {
        let (classes, layers, gradients, caveats) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Self { epoch, samples: 0, loss: None, classes, layers, gradients, not_finite, parameters: states, caveats }
    }

    /// The same from what was computed already, for whoever shows more of the epoch.
    pub(crate) fn of_computed(epoch: u64, data: &Dataset, of: Computed<'_>) -> Self {
        Self {
            samples: (data.samples() * data.targets().positions()) as u64,
            loss: of.losses.map(loss::mean),
            classes: of.classes,
            gradients: of.gradients.map(mean_squares).unwrap_or_default(),
            caveats: of.layers.iter().filter_map(LayerState::caveat).collect(),
            layers: of.layers,
            ..Self::without_data(epoch, of.parameters)
        }
    }

    /// Returns the number of misclassified samples; `None` if the targets name no classes.
    ///
    /// ```
    /// use training_replay::{Dense, Initializer, Sequential, analysis::{EpochSummary, MilestoneOptions}, datasets};
    ///
    /// let zeros = Dense::new(1).kernel_initializer(Initializer::Zeros); // every sample is predicted as class 0
    /// let model = Sequential::builder(2).layer(zeros).build(1)?;
    /// let summary = EpochSummary::of(0, &model, &datasets::moons(50, 0.1, 7), &MilestoneOptions::default())?;
    /// assert_eq!(summary.errors(), Some(25));
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    pub fn errors(&self) -> Option<u64> {
        let errors = self.classes.iter().map(|class| class.errors);
        (!self.classes.is_empty()).then(|| errors.fold(0, u64::saturating_add))
    }
}

/// What a summary takes from a model and its data.
pub(crate) struct Computed<'a> {
    /// Of the hidden layers.
    pub(crate) layers: Vec<LayerState>,
    pub(crate) classes: Vec<ClassCount>,
    /// Of each sample, if the loss is known.
    pub(crate) losses: Option<&'a [f32]>,
    /// Of that loss, if the model gives some.
    pub(crate) gradients: Option<&'a Weights>,
    pub(crate) parameters: ParameterStates,
}

/// What was assumed about a model, or is not known of it.
pub(crate) fn caveats(model: &dyn Forward, decision: Decision, loss: Option<Loss>) -> Vec<Caveat> {
    let names = model.layers();
    let hidden = names.iter().enumerate().take(names.len().saturating_sub(1));
    let unbounded: Vec<&str> =
        hidden.filter(|(i, _)| model.range(*i).is_none()).map(|(_, name)| name.as_str()).collect();
    let mut caveats = Caveat::of(decision);
    if !unbounded.is_empty() {
        let what = format!("squashed, widened, saturated and dead units of {}", unbounded.join(", "));
        caveats.push(Caveat::left_out(what, "`Forward::activation`"));
    }
    if loss.is_none() {
        let what = "the loss, its plateaus and its gradients";
        caveats.push(Caveat::left_out(what, "`ReplayOptions::loss` or `MilestoneOptions::loss`"));
    } else if model.as_backward().is_none() {
        caveats.push(Caveat::left_out("vanishing and exploding gradients", "`Forward::as_backward`"));
    }
    caveats
}

/// The states of the hidden layers, and the outputs: none where the targets are labels, whose outputs may be as wide as a
/// vocabulary and are looked at some positions at a time.
fn run_through(
    model: &dyn Forward,
    names: Vec<String>,
    data: &Dataset,
    options: &MilestoneOptions,
) -> Result<(Vec<LayerState>, Option<Matrix>)> {
    let (count, hidden) = (names.len(), names.len().saturating_sub(1));
    let tally = |(i, name)| LayerTally::new(model, i, name);
    let mut tallies: Vec<_> = names.into_iter().take(hidden).enumerate().map(tally).collect();
    let mut outputs = data.targets().numbers().is_ok().then(|| Matrix::zeros(0, 0));
    let last = if outputs.is_some() { count } else { hidden };
    checked::each_part(model, data.inputs(), |inputs, start| {
        let mut values = Cow::Borrowed(inputs);
        for layer in 0..last {
            let next = checked::layers(model, &values, layer..layer + 1)?;
            let before = mem::replace(&mut values, Cow::Owned(next));
            if let Some(tally) = layer.checked_sub(1).and_then(|before| tallies.get_mut(before)) {
                tally.add(model, before.into_owned(), options)?;
            }
        }
        match (&mut outputs, tallies.last_mut()) {
            (Some(outputs), _) => matrix::put_rows(&values, start, data.samples(), outputs),
            (None, Some(tally)) => tally.add(model, values.into_owned(), options),
            (None, None) => Ok(()),
        }
    })?;
    Ok((tallies.into_iter().map(LayerTally::finish).collect(), outputs))
}

/// What the outputs are, and the errors of each class.
pub(crate) fn count_classes(
    rule: Rule,
    model: &dyn Forward,
    data: &Dataset,
    outputs: Option<&Matrix>,
) -> Result<(Decision, Vec<ClassCount>)> {
    match (data.targets(), outputs) {
        (Targets::Labels(labels), _) => {
            let found = Predictions::of_model(rule, model, data.inputs(), labels)?;
            let classifies = found.decision.classifies();
            let counts = if classifies { counts_of(found.outcomes, labels.classes()) } else { Vec::new() };
            Ok((found.decision, counts))
        }
        (targets, outputs) => {
            let outputs = outputs
                .map_or_else(|| checked::outputs(model, data.inputs()).map(Cow::Owned), |it| Ok(Cow::Borrowed(it)))?;
            let decision = rule.decide(model, &outputs)?;
            Ok((decision, count_errors(&outputs, targets, decision)?))
        }
    }
}

/// The samples and errors of each class; none if the targets name no classes.
pub(crate) fn count_errors(outputs: &Matrix, targets: Targets<'_>, decision: Decision) -> Result<Vec<ClassCount>> {
    targets.expect_outputs("the model's outputs", outputs)?;
    let kind = decision.targets.unwrap_or_else(|| TargetKind::of(targets));
    if !kind.are_classes() || !decision.classifies() {
        return Ok(Vec::new());
    }
    let outcomes = labels::outcomes(outputs, targets, decision.threshold(), Some(kind))?;
    Ok(counts_of(outcomes, class_count(targets.width())))
}

fn counts_of(outcomes: Vec<Outcome>, classes: usize) -> Vec<ClassCount> {
    let mut counts = vec![ClassCount::default(); classes];
    for outcome in outcomes {
        counts[outcome.class].samples += 1;
        counts[outcome.class].errors += u64::from(!outcome.is_correct());
        if let Some(count) = outcome.predicted.and_then(|class| counts.get_mut(class)) {
            count.predicted += 1;
        }
    }
    counts
}

/// The root of the mean square for each layer, in order.
fn mean_squares(gradients: &Weights) -> Vec<(String, f64)> {
    let mut sums: Vec<(String, f64, usize)> = Vec::new();
    for parameter in gradients.iter().filter(|parameter| parameter.shape().len() > 1) {
        let squares: f64 = parameter.values().to_f64().iter().map(|g| g * g).sum();
        match sums.last_mut().filter(|(layer, ..)| layer == parameter.layer()) {
            Some((_, sum, count)) => (*sum, *count) = (*sum + squares, *count + parameter.values().len()),
            None => sums.push((parameter.layer().to_owned(), squares, parameter.values().len())),
        }
    }
    sums.into_iter().map(|(layer, sum, count)| (layer, (sum / count as f64).sqrt())).collect()
}

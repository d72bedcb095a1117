//! What the milestones need to know of one epoch.

use std::ops::{Range, RangeInclusive};

use crate::analysis::{Grid, MilestoneOptions, space::grid::Patches};
use crate::{
    Backward, Dataset, Error, Forward, Loss, Matrix, Parameter, Result, Targets, Weights,
    analysis::{Caveat, classification::predictions::Predictions},
    data::labels::{self, Outcome, TargetKind, class_count},
    loss::{self, ROUNDING},
    math::{matrix, stats},
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
#[non_exhaustive]
pub struct EpochSummary {
    /// The epoch.
    pub epoch: u64,
    /// The number of samples that the summary is over; of positions of samples, where they have several.
    pub samples: u64,
    /// The mean loss over the data; `None` if no loss is given.
    pub loss: Option<f64>,
    /// The samples and errors of each class; empty if the targets name no classes.
    pub classes: Vec<ClassCount>,
    /// The hidden layers: all but the last.
    pub layers: Vec<LayerState>,
    /// For each layer, its name and the root mean square of its gradients: of its parameters of two or more dimensions.
    ///
    /// Empty if the model gives no gradients, or no loss is given.
    pub gradients: Vec<(String, f64)>,
    /// The first parameter with values that are NaN or infinite: its layer, its name, and the number of such values.
    pub not_finite: Option<(String, String, usize)>,
    /// What was assumed, and what was not looked at because the model does not give it.
    pub caveats: Vec<Caveat>,
}

/// The number of samples of a class, and how many of them are misclassified.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ClassCount {
    /// The number of samples of the class.
    pub samples: u64,
    /// The number of samples that are predicted as another class, or as none.
    pub errors: u64,
}

/// The state of one hidden layer: how much of their range its units use.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct LayerState {
    /// The layer's name.
    pub layer: String,
    /// The share of the units' range that data or grid cover, from the smallest to the largest value, as a mean over
    /// the units. `None` where the range is not known or not bounded.
    pub coverage: Option<f64>,
    /// For each unit, the share of samples whose value is near an end of its range.
    ///
    /// Empty where the range is not bounded.
    pub saturation: Vec<f64>,
    /// For each unit, whether it is 0 on every sample and cannot be less: a dead ReLU.
    ///
    /// Never where the range of a unit is not known.
    pub dead: Vec<bool>,
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
        options.check()?;
        let names = checked::layer_names(model)?;
        let (count, hidden) = (names.len(), names.len().saturating_sub(1));
        let mut values = data.inputs().clone();
        let mut layers = Vec::with_capacity(hidden);
        for (i, name) in names.into_iter().take(hidden).enumerate() {
            values = checked::layers(model, &values, i..i + 1)?;
            layers.push(LayerState::of(name, &values, model.range(i), options)?);
        }
        if let Some(grid) = &options.grid {
            cover_by_grid(model, grid, &mut layers)?;
        }
        let loss_of = |loss| checked::losses(model, data, loss);
        let gradients_of = |(model, loss): (&dyn Backward, Loss)| checked::gradients_of(model, data, loss);
        let losses = options.loss.map(loss_of).transpose()?;
        let gradients = model.as_backward().zip(options.loss).map(gradients_of).transpose()?;
        let (losses, gradients, parameters) = (losses.as_deref(), gradients.as_ref(), &model.parameters()?);
        let rule = Rule::new(data.targets(), options.threshold).of_loss(options.loss);
        let rule = options.kind.map_or(rule, |kind| Rule { targets: Some(kind), ..rule });
        let (decision, classes) = count_classes(rule, model, &values, hidden..count, data.targets())?;
        let computed = Computed { layers, classes, losses, gradients, parameters };
        let summary = Self::of_computed(epoch, data, computed);
        Ok(Self { caveats: caveats(model, decision, options.loss), ..summary })
    }

    /// The same from what was computed already, for whoever shows more of the epoch.
    pub(crate) fn of_computed(epoch: u64, data: &Dataset, of: Computed<'_>) -> Self {
        Self {
            epoch,
            samples: (data.samples() * data.targets().positions()) as u64,
            loss: of.losses.map(loss::mean),
            classes: of.classes,
            layers: of.layers,
            gradients: of.gradients.map(mean_squares).unwrap_or_default(),
            not_finite: not_finite(of.parameters),
            caveats: Vec::new(),
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
    pub(crate) parameters: &'a [Parameter<'a>],
}

impl LayerState {
    pub(crate) fn of(
        layer: String,
        values: &Matrix,
        range: Option<RangeInclusive<f32>>,
        options: &MilestoneOptions,
    ) -> Result<Self> {
        expect_within(&layer, values, range.as_ref())?;
        let bounded = range.as_ref().and_then(Bounds::of);
        let may_die = range.is_some_and(|range| *range.start() == 0.0 && *range.end() == f32::INFINITY);
        let dead = |unit: &[f32]| may_die && unit.iter().all(|&value| value == 0.0);
        let near_an_end = |bounds: Bounds| -> Vec<f64> {
            matrix::columns(values).map(|unit| bounds.share_near_an_end(unit, options.margin)).collect()
        };
        let limits: Vec<_> = matrix::columns(values).map(stats::limits).collect();
        Ok(Self {
            layer,
            coverage: bounded.map(|bounds| bounds.coverage(&limits)),
            saturation: bounded.map(near_an_end).unwrap_or_default(),
            dead: matrix::columns(values).map(dead).collect(),
        })
    }
}

/// Fails for values that are beyond the range which the model says they lie in, by more than rounding.
fn expect_within(layer: &str, values: &Matrix, range: Option<&RangeInclusive<f32>>) -> Result<()> {
    let Some(range) = range else { return Ok(()) };
    let rounding = ROUNDING * range.start().abs().min(1.0).max(range.end().abs().min(1.0));
    let beyond = |value: &&f32| **value < range.start() - rounding || **value > range.end() + rounding;
    match values.iter().find(beyond) {
        None => Ok(()),
        Some(value) => {
            let expected =
                format!("from {} to {}, as its activation or `Forward::range` says", range.start(), range.end());
            Err(Error::invalid(format!("a value of layer {layer:?}"), expected, value))
        }
    }
}

/// The ends of a range that has two.
#[derive(Clone, Copy)]
struct Bounds {
    low: f64,
    width: f64,
}

impl Bounds {
    fn of(range: &RangeInclusive<f32>) -> Option<Self> {
        let (low, high) = (f64::from(*range.start()), f64::from(*range.end()));
        (low < high && (high - low).is_finite()).then_some(Self { low, width: high - low })
    }

    /// The share of the range between the smallest and the largest value of each unit, on average.
    fn coverage(self, limits: &[Option<(f32, f32)>]) -> f64 {
        let shares =
            limits.iter().map(|limits| limits.map_or(f64::NAN, |(low, high)| f64::from(high) - f64::from(low)));
        shares.sum::<f64>() / limits.len() as f64 / self.width
    }

    fn share_near_an_end(self, unit: &[f32], margin: f64) -> f64 {
        let share = |value: f32| (f64::from(value) - self.low) / self.width;
        let near = unit.iter().filter(|&&value| share(value) <= margin || share(value) >= 1.0 - margin);
        near.count() as f64 / unit.len() as f64
    }
}

/// Replaces the coverage by the data by that of the points of a grid.
fn cover_by_grid(model: &dyn Forward, grid: &Grid, layers: &mut [LayerState]) -> Result<()> {
    let (x, y) = grid.axes();
    let mut limits: Vec<Vec<Option<(f32, f32)>>> = vec![Vec::new(); layers.len()];
    let mut patches = Patches::of(&x, &y);
    while let Some((_, points)) = patches.next() {
        let mut values = points.clone();
        for (i, limits) in limits.iter_mut().enumerate() {
            values = checked::layers(model, &values, i..i + 1)?;
            limits.resize(values.ncols(), None);
            let found = matrix::columns(&values).map(stats::limits);
            limits.iter_mut().zip(found).for_each(|(limits, found)| *limits = stats::wider(*limits, found));
        }
    }
    for (i, (layer, limits)) in layers.iter_mut().zip(&limits).enumerate() {
        layer.coverage = model.range(i).as_ref().and_then(Bounds::of).map(|bounds| bounds.coverage(limits));
    }
    Ok(())
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

/// What the last layers put out, and the errors of each class.
fn count_classes(
    rule: Rule,
    model: &dyn Forward,
    values: &Matrix,
    layers: Range<usize>,
    targets: Targets<'_>,
) -> Result<(Decision, Vec<ClassCount>)> {
    if let Targets::Labels(labels) = targets {
        let found = Predictions::of(rule, model, values, layers, labels)?;
        let counts = if found.decision.classifies() { counts_of(found.outcomes, labels.classes()) } else { Vec::new() };
        return Ok((found.decision, counts));
    }
    let outputs = checked::layers(model, values, layers)?;
    let decision = rule.decide(model, &outputs)?;
    Ok((decision, count_errors(&outputs, targets, decision)?))
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

/// The first parameter with a value that is not finite.
fn not_finite(parameters: &[Parameter<'_>]) -> Option<(String, String, usize)> {
    let count = |parameter: &Parameter<'_>| parameter.values().to_f64().iter().filter(|w| !w.is_finite()).count();
    let odd = parameters.iter().map(|parameter| (parameter, count(parameter))).find(|(_, count)| *count > 0);
    odd.map(|(parameter, count)| (parameter.layer().to_owned(), parameter.name().to_owned(), count))
}

//! What one epoch has to say about milestones: little, so that a long run is gone through epoch by epoch.

use std::ops::RangeInclusive;

use crate::analysis::{Grid, MilestoneOptions, space::grid::Patches};
use crate::{
    Backward, Dataset, Forward, Loss, Matrix, Parameter, Result, Weights,
    data::labels::{self, class_count},
    loss,
    math::matrix,
    model::checked,
};

/// What one epoch has to say about [`Milestones`](crate::analysis::Milestones): some numbers for each layer, class and unit.
///
/// ```
/// use training_replay::{Activation, Dense, Loss, Sequential, datasets};
/// use training_replay::analysis::{MilestoneOptions, EpochSummary};
///
/// let data = datasets::moons(100, 0.1, 7);
/// let layers = [Dense::new(3).activation(Activation::Tanh), Dense::new(1).activation(Activation::Sigmoid)];
/// let model = Sequential::builder(2).layers(layers).build(1)?;
/// let seen = EpochSummary::of(0, &model, &data, &MilestoneOptions::default().loss(Loss::BinaryCrossEntropy))?;
/// assert!(seen.loss.is_some_and(|loss| loss > 0.3));
/// assert!(seen.layers[0].coverage.is_some_and(|share| share > 0.0 && share < 1.0)); // of tanh's range
/// # Ok::<(), training_replay::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct EpochSummary {
    /// The epoch.
    pub epoch: u64,
    /// How many samples it was observed on.
    pub samples: u64,
    /// The mean loss over the data, if the loss is known.
    pub loss: Option<f64>,
    /// For each class, how many samples it has and how many of them are told wrong; none if the targets are no classes.
    pub classes: Vec<ClassCount>,
    /// The hidden layers: all but the last.
    pub layers: Vec<LayerState>,
    /// For each layer, the root of the mean square of its gradients: of its parameters of two or more dimensions. None
    /// if the model gives no gradients, or the loss is not known.
    pub gradients: Vec<(String, f64)>,
    /// The first parameter with a value that is NaN or infinite, if there is one: its layer, its name, and how many of its
    /// values are.
    pub not_finite: Option<(String, String, usize)>,
}

/// How many samples a class has, and how many of them are told wrong.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ClassCount {
    /// The samples of the class.
    pub samples: u64,
    /// Those that are told as another class, or as none.
    pub errors: u64,
}

/// What is to be seen of one hidden layer.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct LayerState {
    /// Its name.
    pub layer: String,
    /// The share of its units' range that data or grid cover, from the smallest to the largest value, on average over
    /// the units; `None` where the range is not known or not bounded.
    pub coverage: Option<f64>,
    /// For each unit, the share of samples that puts it near an end of its range; none where that is not bounded.
    pub saturation: Vec<f64>,
    /// For each unit, whether it is 0 on every sample, and can be no less: a ReLU that is dead. Where the range is not
    /// known, 0 on every sample is enough.
    pub dead: Vec<bool>,
}

impl EpochSummary {
    /// Of a model at one epoch, on these data.
    ///
    /// # Errors
    ///
    /// If model and data do not fit each other, the targets are none of the loss, a threshold is NaN, or there is a grid
    /// to be covered and the model does not take two inputs.
    pub fn of(epoch: u64, model: &dyn Forward, data: &Dataset, options: &MilestoneOptions) -> Result<Self> {
        options.check()?;
        let names = model.layers();
        let (count, hidden) = (names.len(), names.len().saturating_sub(1));
        let mut values = data.inputs().clone();
        let mut layers = Vec::with_capacity(hidden);
        for (i, name) in names.into_iter().take(hidden).enumerate() {
            values = checked::layers(model, &values, i..i + 1)?;
            layers.push(LayerState::of(name, &values, model.range(i), options));
        }
        let outputs = checked::layers(model, &values, hidden..count)?;
        if let Some(grid) = &options.grid {
            cover_by_grid(model, grid, &mut layers)?;
        }
        let loss_of = |loss| checked::losses(model, data, loss);
        let gradients_of = |(model, loss): (&dyn Backward, Loss)| model.gradients(data.inputs(), data.targets(), loss);
        let losses = options.loss.map(loss_of).transpose()?;
        let gradients = model.as_backward().zip(options.loss).map(gradients_of).transpose()?;
        let (losses, gradients, parameters) = (losses.as_deref(), gradients.as_ref(), &model.parameters()?);
        let computed = Computed { layers, outputs: &outputs, losses, gradients, parameters };
        Self::of_computed(epoch, data, computed, options.threshold)
    }

    /// The same from what was computed already, for whoever shows more of the epoch.
    pub(crate) fn of_computed(epoch: u64, data: &Dataset, of: Computed<'_>, threshold: f32) -> Result<Self> {
        Ok(Self {
            epoch,
            samples: data.samples() as u64,
            loss: of.losses.map(loss::mean),
            classes: count_errors(of.outputs, data.targets(), threshold)?,
            layers: of.layers,
            gradients: of.gradients.map(mean_squares).unwrap_or_default(),
            not_finite: not_finite(of.parameters),
        })
    }

    /// How many samples are told wrong, if the targets are classes.
    pub fn errors(&self) -> Option<u64> {
        let errors = self.classes.iter().map(|class| class.errors);
        (!self.classes.is_empty()).then(|| errors.fold(0, u64::saturating_add))
    }
}

/// What a summary takes from a model and its data.
pub(crate) struct Computed<'a> {
    /// Of the hidden layers.
    pub(crate) layers: Vec<LayerState>,
    pub(crate) outputs: &'a Matrix,
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
    ) -> Self {
        let bounded = range.as_ref().and_then(Bounds::of);
        let may_die = range.is_none_or(|range| *range.start() == 0.0 && *range.end() == f32::INFINITY);
        let dead = |unit: &[f32]| may_die && unit.iter().all(|&value| value == 0.0);
        let near_an_end = |bounds: Bounds| -> Vec<f64> {
            matrix::columns(values).map(|unit| bounds.share_near_an_end(unit, options.margin)).collect()
        };
        let limits: Vec<_> = matrix::columns(values).map(matrix::limits).collect();
        Self {
            layer,
            coverage: bounded.map(|bounds| bounds.coverage(&limits)),
            saturation: bounded.map(near_an_end).unwrap_or_default(),
            dead: matrix::columns(values).map(dead).collect(),
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

/// Replaces what the data cover by what the points of a grid do.
fn cover_by_grid(model: &dyn Forward, grid: &Grid, layers: &mut [LayerState]) -> Result<()> {
    let (x, y) = grid.axes();
    let mut limits: Vec<Vec<Option<(f32, f32)>>> = vec![Vec::new(); layers.len()];
    let mut patches = Patches::of(&x, &y);
    while let Some((_, points)) = patches.next() {
        let mut values = points.clone();
        for (i, limits) in limits.iter_mut().enumerate() {
            values = checked::layers(model, &values, i..i + 1)?;
            limits.resize(values.ncols(), None);
            let found = matrix::columns(&values).map(matrix::limits);
            limits.iter_mut().zip(found).for_each(|(limits, found)| *limits = matrix::wider(*limits, found));
        }
    }
    for (i, (layer, limits)) in layers.iter_mut().zip(&limits).enumerate() {
        layer.coverage = model.range(i).as_ref().and_then(Bounds::of).map(|bounds| bounds.coverage(limits));
    }
    Ok(())
}

/// None if the targets name no classes.
fn count_errors(outputs: &Matrix, targets: &Matrix, threshold: f32) -> Result<Vec<ClassCount>> {
    matrix::expect_shape("the model's outputs", outputs, targets.shape())?;
    if labels::check_targets(targets).is_err() {
        return Ok(Vec::new());
    }
    let mut counts = vec![ClassCount::default(); class_count(targets.ncols())];
    let told = labels::classes(outputs, threshold);
    for (class, told) in labels::target_classes(targets)?.into_iter().zip(told) {
        counts[class].samples += 1;
        counts[class].errors += u64::from(told != Some(class));
    }
    Ok(counts)
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

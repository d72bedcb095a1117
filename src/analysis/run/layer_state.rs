//! The state of a hidden layer at one epoch: how much of their range its units use.

use std::ops::RangeInclusive;

use crate::analysis::{Caveat, Grid, MilestoneOptions, space::grid::Patches};
use crate::{
    Error, Forward, Matrix, Result,
    loss::ROUNDING,
    math::{matrix, stats},
    model::checked,
};

/// The state of one hidden layer: how much of their range its units use, of which the model says what they are:
/// [`Forward::units`](crate::Forward::units).
///
/// ```
/// use training_replay::{Activation, Dense, Sequential, analysis::{EpochSummary, MilestoneOptions}, datasets};
///
/// let hidden = Dense::new(3).name("hidden").activation(Activation::Tanh);
/// let model = Sequential::builder(2).layer(hidden).layer(Dense::new(1)).build(1)?;
/// let summary = EpochSummary::of(0, &model, &datasets::moons(100, 0.1, 7), &MilestoneOptions::default())?;
/// let state = &summary.layers[0];
/// assert_eq!((state.layer.as_str(), state.dead.len(), state.outputs), ("hidden", 3, 3));
/// # Ok::<(), training_replay::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct LayerState {
    /// The layer's name.
    pub layer: String,
    /// The share of the units' range that data or grid cover, from the smallest to the largest value, as a mean over
    /// the units. `None` where the range is not known or not bounded.
    #[cfg_attr(feature = "serde", serde(serialize_with = "crate::serial::plain"))]
    pub coverage: Option<f64>,
    /// For each unit, the share of samples whose value is near an end of its range.
    ///
    /// Empty where the range is not bounded.
    #[cfg_attr(feature = "serde", serde(serialize_with = "crate::serial::plain"))]
    pub saturation: Vec<f64>,
    /// For each unit, whether it is 0 on every sample and cannot be less: a dead ReLU.
    ///
    /// Never where the range of a unit is not known.
    pub dead: Vec<bool>,
    /// The number of the layer's outputs. Where these are not the units themselves, it is what
    /// [`Forward::units`](crate::Forward::units) shows the units of.
    pub outputs: usize,
}

/// The smallest and the largest value, if there is one.
type Limits = Option<(f32, f32)>;

impl LayerState {
    /// That its units are not its outputs, if that is so.
    pub(crate) fn caveat(&self) -> Option<Caveat> {
        let (layer, units, outputs) = (self.layer.clone(), self.dead.len(), self.outputs);
        (units != outputs).then_some(Caveat::Units { layer, units, outputs })
    }
}

/// What is gathered of a hidden layer, some samples after the other.
pub(crate) struct LayerTally {
    layer: String,
    index: usize,
    range: Option<RangeInclusive<f32>>,
    bounds: Option<Bounds>,
    units: Vec<UnitTally>,
    samples: usize,
    outputs: usize,
}

#[derive(Clone, Copy)]
struct UnitTally {
    limits: Limits,
    near: usize,
    dead: bool,
}

impl LayerTally {
    pub(crate) fn new(model: &dyn Forward, index: usize, layer: String) -> Self {
        let range = model.range(index);
        let bounds = range.as_ref().and_then(Bounds::of);
        Self { layer, index, range, bounds, units: Vec::new(), samples: 0, outputs: 0 }
    }

    /// Adds what the layer puts out for further samples.
    pub(crate) fn add(&mut self, model: &dyn Forward, outputs: Matrix, options: &MilestoneOptions) -> Result<()> {
        let width = outputs.ncols();
        expect_within(&self.layer, "a value", &outputs, self.range.as_ref())?;
        let units = checked::units(model, self.index, outputs)?;
        if units.ncols() != width {
            expect_within(&self.layer, "a unit", &units, self.range.as_ref())?;
        }
        if self.samples == 0 {
            let may_die =
                self.range.as_ref().is_some_and(|range| (*range.start(), *range.end()) == (0.0, f32::INFINITY));
            let unit = UnitTally { limits: None, near: 0, dead: may_die };
            (self.units, self.outputs) = (vec![unit; units.ncols()], width);
        }
        let what = || format!("the units of layer {:?}, as many as for other samples,", self.layer);
        if units.ncols() != self.units.len() {
            matrix::expect_columns(&what(), &units, self.units.len())?;
        }
        self.samples += units.nrows();
        for (tally, unit) in self.units.iter_mut().zip(matrix::columns(&units)) {
            tally.limits = stats::wider(tally.limits, stats::limits(unit));
            tally.near += self.bounds.map_or(0, |bounds| bounds.count_near_an_end(unit, options.margin));
            tally.dead = tally.dead && unit.iter().all(|&value| value == 0.0);
        }
        Ok(())
    }

    pub(crate) fn finish(self) -> LayerState {
        let limits = self.units.iter().map(|unit| unit.limits);
        let share = |unit: &UnitTally| unit.near as f64 / self.samples as f64;
        LayerState {
            coverage: self.bounds.map(|bounds| bounds.coverage(limits)),
            saturation: self.bounds.map(|_| self.units.iter().map(share).collect()).unwrap_or_default(),
            dead: self.units.iter().map(|unit| unit.dead).collect(),
            outputs: self.outputs,
            layer: self.layer,
        }
    }
}

/// Fails for values that are beyond the range which the model says they lie in, by more than rounding.
fn expect_within(layer: &str, what: &str, values: &Matrix, range: Option<&RangeInclusive<f32>>) -> Result<()> {
    let Some(range) = range else { return Ok(()) };
    let rounding = ROUNDING * range.start().abs().min(1.0).max(range.end().abs().min(1.0));
    let beyond = |value: &&f32| **value < range.start() - rounding || **value > range.end() + rounding;
    match values.iter().find(beyond) {
        None => Ok(()),
        Some(value) => {
            let expected =
                format!("from {} to {}, as its activation or `Forward::range` says", range.start(), range.end());
            Err(Error::invalid(format!("{what} of layer {layer:?}"), expected, value))
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
    fn coverage(self, limits: impl ExactSizeIterator<Item = Limits>) -> f64 {
        let count = limits.len() as f64;
        let shares = limits.map(|limits| limits.map_or(f64::NAN, |(low, high)| f64::from(high) - f64::from(low)));
        shares.sum::<f64>() / count / self.width
    }

    fn count_near_an_end(self, unit: &[f32], margin: f64) -> usize {
        let share = |value: f32| (f64::from(value) - self.low) / self.width;
        unit.iter().filter(|&&value| share(value) <= margin || share(value) >= 1.0 - margin).count()
    }
}

/// Replaces the coverage by the data by that of the points of a grid.
pub(super) fn cover_by_grid(model: &dyn Forward, grid: &Grid, layers: &mut [LayerState]) -> Result<()> {
    let (x, y) = grid.axes();
    let mut limits: Vec<Vec<Limits>> = vec![Vec::new(); layers.len()];
    let mut patches = Patches::of(&x, &y);
    while let Some((_, points)) = patches.next() {
        let mut values = points.clone();
        for (i, limits) in limits.iter_mut().enumerate() {
            values = checked::layers(model, &values, i..i + 1)?;
            let units = checked::units(model, i, values.clone())?;
            limits.resize(units.ncols(), None);
            let found = matrix::columns(&units).map(stats::limits);
            limits.iter_mut().zip(found).for_each(|(limits, found)| *limits = stats::wider(*limits, found));
        }
    }
    for (i, (layer, limits)) in layers.iter_mut().zip(&limits).enumerate() {
        layer.coverage =
            model.range(i).as_ref().and_then(Bounds::of).map(|bounds| bounds.coverage(limits.iter().copied()));
    }
    Ok(())
}

//! Where the values of an axis are.

use super::ticks::{Ticks, log10};
use crate::plot::panel::{Axis, AxisKind};

/// Where the values of an axis are. Its own space is that of the values, or of their logarithms.
#[derive(Clone, Debug)]
pub(crate) struct Scale {
    /// The ends, in the scale's space.
    pub(crate) low: f64,
    pub(crate) high: f64,
    logarithmic: bool,
    /// The pixels of both ends.
    pub(crate) from: i32,
    pub(crate) to: i32,
    /// What is written along it.
    pub(crate) ticks: Ticks,
}

impl Scale {
    /// At most so many ticks, between these pixels.
    pub(crate) fn new(axis: &Axis, most: usize, from: i32, to: i32) -> Self {
        let logarithmic = axis.kind == AxisKind::Logarithmic;
        let (low, high) = if logarithmic { positive_limits(axis) } else { limits(axis) };
        let ticks = match &axis.kind {
            AxisKind::Names(names) => Ticks { marks: within(names, low, high), offset: None },
            AxisKind::Blank => Ticks::default(),
            AxisKind::Logarithmic => Ticks::logarithmic(low, high, most),
            AxisKind::Whole => Ticks::numbers(low, high, most, true),
            AxisKind::Numbers => Ticks::numbers(low, high, most, false),
        };
        let [low, high] = [low, high].map(|end| if logarithmic { log10(end) } else { end });
        Self { low, high, logarithmic, from, to, ticks }
    }

    /// With so many ticks at most: a number that is cut reads as another one.
    pub(crate) fn without_ticks_beyond(mut self, most: usize) -> Self {
        self.ticks.marks.truncate(most);
        self
    }

    /// A value in the scale's space: minus infinity for what has no logarithm, which is below every axis.
    pub(crate) fn place(&self, value: f64) -> f64 {
        match value {
            _ if !self.logarithmic => value,
            value if value <= 0.0 => f64::NEG_INFINITY,
            value => log10(value),
        }
    }

    /// The pixel of a place in the scale's space.
    pub(crate) fn pixel(&self, place: f64) -> i32 {
        let share = (place - self.low) / (self.high - self.low);
        (f64::from(self.from) + share * f64::from(self.to - self.from)).round() as i32
    }

    /// The pixel of a value.
    pub(crate) fn at(&self, value: f64) -> i32 {
        self.pixel(self.place(value))
    }

    /// How far it is from end to end, in its space.
    pub(crate) fn span(&self) -> f64 {
        self.high - self.low
    }
}

/// What is farther from zero is beyond every axis: the span of two such numbers, or of what is around one, is no number.
const FARTHEST: f64 = 1e300;

/// What is nearer to zero is below every logarithmic axis: half of it has no digits.
const NEAREST: f64 = 1e-300;

/// Those of an axis, or some around them where there is next to nothing between.
fn limits(axis: &Axis) -> (f64, f64) {
    if !(axis.low.is_finite() && axis.high.is_finite()) {
        return (0.0, 1.0);
    }
    let [one, other] = [axis.low, axis.high].map(|end| end.clamp(-FARTHEST, FARTHEST));
    let (low, high) = (one.min(other), one.max(other));
    let (span, largest) = (high - low, low.abs().max(high.abs()));
    // Of a smaller range the digits of a number are too few.
    if span > largest * 1e-12 && span > 1e-100 {
        return (low, high);
    }
    let around = 0.5 * largest.max(1.0);
    (low - around, low + around)
}

/// The same of an axis whose values lie by their logarithms.
fn positive_limits(axis: &Axis) -> (f64, f64) {
    let is_there = |end: f64| end > 0.0 && end.is_finite();
    let high = if is_there(axis.high) { axis.high.clamp(NEAREST, FARTHEST) } else { 1.0 };
    let low = if is_there(axis.low) { axis.low.clamp(NEAREST, FARTHEST) } else { high * 1e-3 };
    if low < high * (1.0 - 1e-9) { (low, high) } else { (low / 2.0, low * 2.0) }
}

/// The names within the limits.
fn within(names: &[String], low: f64, high: f64) -> Vec<(f64, String)> {
    let names = names.iter().enumerate().map(|(i, name)| (i as f64, name.clone()));
    names.filter(|(at, _)| (low..=high).contains(at)).collect()
}

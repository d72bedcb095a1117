//! Where the values of an axis are, and which of them are written along it.

use plotters::coord::{ranged1d::Ranged, types::RangedCoordf64};

use crate::plot::panel::Axis;

/// Where the values of an axis are.
#[derive(Clone, Debug)]
pub(crate) struct Scale {
    pub(crate) low: f64,
    pub(crate) high: f64,
    /// The pixels of both ends.
    pub(crate) from: i32,
    pub(crate) to: i32,
    /// The values that are written along it, and how.
    pub(crate) ticks: Vec<(f64, String)>,
}

impl Scale {
    /// At most so many ticks: the pixels are not known yet.
    pub(crate) fn new(axis: &Axis, most: usize) -> Self {
        let (low, high) = limits(axis);
        let ticks = if axis.names().is_empty() { numbers(low, high, most) } else { names(axis, low, high) };
        Self { low, high, from: 0, to: 0, ticks }
    }

    pub(crate) fn on(self, from: i32, to: i32) -> Self {
        Self { from, to, ..self }
    }

    pub(crate) fn at(&self, value: f64) -> i32 {
        let share = (value - self.low) / (self.high - self.low);
        (f64::from(self.from) + share * f64::from(self.to - self.from)).round() as i32
    }
}

/// Those of an axis, or some around them where there is next to nothing between.
fn limits(axis: &Axis) -> (f64, f64) {
    let (low, high) = (axis.low, axis.high);
    let (span, largest) = (high - low, low.abs().max(high.abs()));
    match low.is_finite() && high.is_finite() {
        true if span.is_finite() && span > largest * 1e-9 && span > 1e-100 => (low, high),
        true => (low - 0.5 * largest.max(1.0), low + 0.5 * largest.max(1.0)),
        false => (0.0, 1.0),
    }
}

/// More ticks than that no axis has room for.
const MAX_TICKS: usize = 1_000;

/// A step below the n-th of these takes n decimals.
const DECIMALS: [f64; 9] = [1.0, 1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8];

/// Round numbers between two limits.
fn numbers(low: f64, high: f64, most: usize) -> Vec<(f64, String)> {
    // Where plotters looks for round numbers it would not come to an end.
    let values = if high - low > 1e100 {
        vec![low, high]
    } else {
        RangedCoordf64::from(low..high).key_points(most.clamp(2, MAX_TICKS))
    };
    let step = values.windows(2).map(|pair| pair[1] - pair[0]).fold(f64::INFINITY, f64::min);
    let largest = low.abs().max(high.abs());
    let digits = DECIMALS.iter().take_while(|&&unit| step * 1.001 < unit).count();
    let format = |value: f64| match largest {
        _ if value.abs() < step * 1e-6 => "0".into(),
        _ if !(1e-4..1e6).contains(&largest) => format!("{value:.1e}"),
        _ => format!("{value:.digits$}"),
    };
    values.into_iter().map(|value| (value, format(value))).collect()
}

/// The names within the limits.
fn names(axis: &Axis, low: f64, high: f64) -> Vec<(f64, String)> {
    let names = axis.names().iter().enumerate().map(|(i, name)| (i as f64, name.clone()));
    names.filter(|(at, _)| (low..=high).contains(at)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_no_more_than_there_is_room_for() {
        for (low, high) in [(0.0, 1.0), (-3.0, 7.5), (1e5, 1.00001e5), (-1e-9, 1e-9), (0.0, 1e99)] {
            for most in (2..200).chain([1_000, 100_000]) {
                let ticks = numbers(low, high, most).len();
                assert!(ticks <= most.max(2), "{low} {high} {most} {ticks}");
            }
        }
    }
}

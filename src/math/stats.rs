//! Where numbers lie: means, limits of what is finite, equal steps, boxes around points.

use std::array;

use super::matrix;
use crate::Matrix;

/// The mean of some values; NaN for none.
pub(crate) fn mean(values: impl ExactSizeIterator<Item = f64>) -> f64 {
    let count = values.len() as f64;
    values.sum::<f64>() / count
}

/// The standard deviation of those of some values that are finite, `sqrt(mean((x - mean)²))`; NaN for none.
pub(crate) fn deviation(values: impl Iterator<Item = f64> + Clone) -> f64 {
    let finite = values.filter(|value| value.is_finite());
    let mean = |sum: f64, count: usize| sum / count as f64;
    let (sum, count) = finite.clone().fold((0.0, 0), |(sum, count), value| (sum + value, count + 1));
    let center = mean(sum, count);
    mean(finite.map(|value| (value - center) * (value - center)).sum(), count).sqrt()
}

/// The number `index` of `count` in equal steps from `start` to `end`; a single one is the start.
///
/// As `numpy.linspace`: the last one is exactly the end.
pub(crate) fn step(start: f64, end: f64, count: usize, index: usize) -> f64 {
    let steps = count.saturating_sub(1).max(1);
    if count > 1 && index == steps { end } else { start + index as f64 * ((end - start) / steps as f64) }
}

/// `count` numbers in equal steps, both ends included.
pub(crate) fn linspace(start: f64, end: f64, count: usize) -> impl Iterator<Item = f64> + Clone {
    (0..count).map(move |index| step(start, end, count, index))
}

/// The smallest and the largest finite value; `None` if there is none.
pub(crate) fn finite_range(values: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    let finite = values.filter(|value| value.is_finite());
    finite.map(|value| (value, value)).reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))
}

/// The same of a slice, many values at a time.
pub(crate) fn limits(values: &[f32]) -> Option<(f32, f32)> {
    // NaN is neither smaller nor larger than anything.
    let low = first(values, f32::INFINITY, |value, low| value < low);
    let high = first(values, f32::NEG_INFINITY, |value, high| value > high);
    if low.is_finite() && high.is_finite() {
        return Some((low, high));
    }
    let found = finite_range(values.iter().map(|&value| value.into()));
    found.map(|(low, high)| (low as f32, high as f32))
}

/// The limits of two sets of values together.
pub(crate) fn wider(one: Option<(f32, f32)>, other: Option<(f32, f32)>) -> Option<(f32, f32)> {
    match (one, other) {
        (Some(one), Some(other)) => Some((one.0.min(other.0), one.1.max(other.1))),
        _ => one.or(other),
    }
}

/// The first of all values if they were sorted, in sixteen places side by side; `start` if there are none.
fn first(values: &[f32], start: f32, before: impl Fn(f32, f32) -> bool) -> f32 {
    // A comparison alone, unlike `f32::min`, is a single instruction.
    let pick = |value, best| if before(value, best) { value } else { best };
    let (chunks, rest) = values.as_chunks::<16>();
    let best = chunks.iter().fold([start; 16], |best, chunk| array::from_fn(|i| pick(chunk[i], best[i])));
    best.iter().chain(rest).fold(start, |best, &value| pick(value, best))
}

/// Each value replaced by the median of itself and the two on either side, fewer near the ends: it takes out the
/// jitter of mini-batches, and leaves what rises or falls steadily as it is.
pub(crate) fn running_median(curve: &[(u64, f64)]) -> Vec<(u64, f64)> {
    let median = |index: usize| {
        let sides = index.min(curve.len() - 1 - index).min(2);
        let mut around: Vec<f64> = curve[index - sides..=index + sides].iter().map(|(_, value)| *value).collect();
        around.sort_unstable_by(f64::total_cmp);
        around[sides]
    };
    curve.iter().enumerate().map(|(index, (epoch, _))| (*epoch, median(index))).collect()
}

/// The largest finite value, if it is above 0, or 1: the upper end of a scale that begins at 0.
pub(crate) fn largest_or_one(values: &[f32]) -> f64 {
    let largest = limits(values).map_or(0.0, |(_, high)| high);
    if largest > 0.0 { largest.into() } else { 1.0 }
}

/// A range that is wider by a share of itself on either side; by `least` times the value, or 1, where it has no width.
#[cfg(any(feature = "page", test))]
pub(crate) fn widened(low: f64, high: f64, share: f64, least: f64) -> std::ops::RangeInclusive<f64> {
    let margin = (high - low) * share;
    if low < high {
        low - margin..=high + margin
    } else {
        low - least * low.abs().max(1.0)..=high + least * high.abs().max(1.0)
    }
}

/// The smallest box around points of a plane, leaving out coordinates that are not finite.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Extent {
    /// Left and right end.
    pub(crate) x: Option<(f32, f32)>,
    /// Lower and upper end.
    pub(crate) y: Option<(f32, f32)>,
}

impl Extent {
    /// Creates the box around these points, `(points, 2)`.
    pub(crate) fn of(points: &Matrix) -> Self {
        let limits = |axis| matrix::column(points, axis).and_then(limits);
        Self { x: limits(0), y: limits(1) }
    }

    /// Returns the box around both.
    pub(crate) fn and(self, other: Self) -> Self {
        Self { x: wider(self.x, other.x), y: wider(self.y, other.y) }
    }

    /// Returns the lower left and the upper right corner; NaN where there was no finite coordinate at all.
    pub(crate) fn corners(self) -> Matrix {
        let [x, y] = [self.x, self.y].map(|limits| limits.unwrap_or((f32::NAN, f32::NAN)));
        Matrix::from_row_slice(2, 2, &[x.0, y.0, x.1, y.1])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_leave_out_what_is_not_finite() {
        let mut values: Vec<f32> = (0..50_u8).map(|i| f32::from(i) - 20.0).collect();
        assert_eq!(limits(&values), Some((-20.0, 29.0)));
        for (at, odd) in [(3, f32::NAN), (17, f32::INFINITY), (49, f32::NEG_INFINITY), (0, f32::NAN)] {
            values[at] = odd;
        }
        assert_eq!(limits(&values), Some((-19.0, 28.0)));
        assert_eq!(finite_range(values.iter().map(|&value| value.into())), Some((-19.0, 28.0)));
        assert_eq!(limits(&values[49..]), None);
        assert_eq!(limits(&[]), None);
    }

    /// `np.linspace(-1, 2, 4)`, `np.linspace(0, .3, 4)`, `np.linspace(3, 5, 1)`
    #[test]
    fn steps_are_numpys() {
        let steps = |start, end, count| linspace(start, end, count).collect::<Vec<_>>();
        assert_eq!(steps(-1.0, 2.0, 4), [-1.0, 0.0, 1.0, 2.0]);
        assert_eq!(steps(0.0, 0.3, 4), [0.0, 0.09999999999999999, 0.19999999999999998, 0.3]);
        assert_eq!(steps(3.0, 5.0, 1), [3.0]);
        assert!(steps(3.0, 5.0, 0).is_empty());
    }

    /// `np.std([1, 2, 4])`
    #[test]
    fn a_deviation_is_numpys_of_what_is_finite() {
        let of = |values: &[f64]| deviation(values.iter().copied());
        assert!((of(&[1.0, f64::NAN, 2.0, f64::INFINITY, 4.0]) - 1.247219128924647).abs() < 1e-15);
        assert!(of(&[]).is_nan() && of(&[f64::NAN]).is_nan());
        assert_eq!(of(&[3.0]), 0.0);
    }

    #[test]
    fn a_box_holds_every_finite_coordinate() {
        let one = Extent::of(&Matrix::from_row_slice(2, 2, &[1.0, f32::NAN, -2.0, 3.0]));
        assert_eq!(one, Extent { x: Some((-2.0, 1.0)), y: Some((3.0, 3.0)) });
        let both = one.and(Extent::of(&Matrix::from_row_slice(1, 2, &[5.0, 2.0])));
        assert_eq!(both.corners(), Matrix::from_row_slice(2, 2, &[-2.0, 2.0, 5.0, 3.0]));
        assert!(Extent::default().corners().iter().all(|x| x.is_nan()));
    }

    #[test]
    fn a_range_without_width_becomes_one_with_some() {
        assert_eq!(widened(0.0, 10.0, 0.1, 0.5), -1.0..=11.0);
        assert_eq!(widened(4.0, 4.0, 0.1, 0.5), 2.0..=6.0);
        assert_eq!(largest_or_one(&[f32::INFINITY, -1.0, 0.0]), 1.0);
        assert_eq!(largest_or_one(&[0.25, f32::NAN]), 0.25);
    }
}

//! How numbers are distributed: moments, quantiles, density.

use super::histogram::Bins;
use crate::analysis::{Density, Histogram};
#[cfg(feature = "serde")]
use crate::serial;
use crate::{Error, Result, math::stats::mean};

/// Moments and quantiles of some numbers, in `f64` and by numpy's definitions.
///
/// Values that are NaN or infinite are counted, and left out of everything else.
///
/// ```
/// use training_replay::analysis::Distribution;
///
/// let distribution = Distribution::of(&[0.0_f32, 4.0, 2.0, 0.0, f32::NAN]);
/// assert_eq!((distribution.count, distribution.not_finite), (4, 1));
/// assert_eq!((distribution.mean, distribution.min, distribution.max), (1.5, 0.0, 4.0));
/// assert_eq!(distribution.zeros, 0.5);
/// assert_eq!(distribution.quantile(0.75)?, 2.5);
/// # Ok::<(), training_replay::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Distribution {
    /// The number of finite values. If it is 0, all numbers below are NaN.
    pub count: usize,
    /// The number of values that are NaN or infinite.
    pub not_finite: usize,
    /// The mean.
    #[cfg_attr(feature = "serde", serde(serialize_with = "serial::plain"))]
    pub mean: f64,
    /// The standard deviation, `sqrt(mean((x - mean)²))`: `numpy.std`.
    #[cfg_attr(feature = "serde", serde(serialize_with = "serial::plain"))]
    pub std: f64,
    /// The smallest value.
    #[cfg_attr(feature = "serde", serde(serialize_with = "serial::plain"))]
    pub min: f64,
    /// The largest value.
    #[cfg_attr(feature = "serde", serde(serialize_with = "serial::plain"))]
    pub max: f64,
    /// The share of values that are exactly zero.
    #[cfg_attr(feature = "serde", serde(serialize_with = "serial::plain"))]
    pub zeros: f64,
    /// The finite values in increasing order.
    #[cfg_attr(feature = "serde", serde(skip))]
    sorted: Vec<f64>,
}

impl Distribution {
    /// Computes the distribution of values, `f32` or `f64`, in any order.
    ///
    /// ```
    /// use training_replay::analysis::Distribution;
    ///
    /// let (single, double) = (Distribution::of(&[0.5_f32, 0.25]), Distribution::of(&[0.25_f64, 0.5]));
    /// assert_eq!(single, double);
    /// assert_eq!(single.std, 0.125);
    /// ```
    pub fn of<T: Copy + Into<f64>>(values: &[T]) -> Self {
        let mut finite = Vec::with_capacity(values.len());
        finite.extend(values.iter().map(|&value| value.into()).filter(|value: &f64| value.is_finite()));
        Self::of_finite(finite, values.len())
    }

    /// The same of values that nobody else has need of, without a copy.
    pub(crate) fn of_owned(mut values: Vec<f64>) -> Self {
        let count = values.len();
        values.retain(|value| value.is_finite());
        Self::of_finite(values, count)
    }

    /// The finite ones of so many values.
    fn of_finite(mut sorted: Vec<f64>, of: usize) -> Self {
        sorted.sort_unstable_by(f64::total_cmp);
        let share = |count: usize| count as f64 / sorted.len() as f64;
        let center = mean(sorted.iter().copied());
        Self {
            count: sorted.len(),
            not_finite: of - sorted.len(),
            mean: center,
            std: mean(sorted.iter().map(|value| (value - center) * (value - center))).sqrt(),
            min: sorted.first().copied().unwrap_or(f64::NAN),
            max: sorted.last().copied().unwrap_or(f64::NAN),
            zeros: share(sorted.iter().filter(|&&value| value == 0.0).count()),
            sorted,
        }
    }

    /// Returns a quantile: the value below which this share of the values lies, linear between two of them, as
    /// `numpy.quantile`. NaN for no values.
    ///
    /// ```
    /// use training_replay::analysis::Distribution;
    ///
    /// let distribution = Distribution::of(&[1.0, 2.0, 3.0, 5.0]);
    /// assert_eq!((distribution.quantile(0.0)?, distribution.quantile(0.9)?), (1.0, 4.4));
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] for a share outside 0 to 1.
    pub fn quantile(&self, share: f64) -> Result<f64> {
        if !(0.0..=1.0).contains(&share) {
            return Err(Error::invalid("the share of a quantile", "from 0 to 1", share));
        }
        let position = share * self.count.saturating_sub(1) as f64;
        let at = |index: usize| self.sorted.get(index).copied().unwrap_or(f64::NAN);
        let (below, above) = (at(position.floor() as usize), at(position.ceil() as usize));
        let (between, share) = (above - below, position.fract());
        // Two finite values may lie farther apart than the largest one.
        Ok(if between.is_infinite() { below * (1.0 - share) + above * share } else { below + between * share })
    }

    /// Returns the median, the quantile 0.5; NaN for no values.
    ///
    /// ```
    /// use training_replay::analysis::Distribution;
    ///
    /// assert_eq!(Distribution::of(&[9.0, 1.0, 2.0]).median(), 2.0);
    /// assert_eq!(Distribution::of(&[9.0, 1.0]).median(), 5.0);
    /// ```
    pub fn median(&self) -> f64 {
        self.quantile(0.5).unwrap_or(f64::NAN)
    }

    /// Returns the finite values in increasing order.
    ///
    /// ```
    /// use training_replay::analysis::Distribution;
    ///
    /// assert_eq!(Distribution::of(&[9.0, 1.0, f64::NAN, 2.0]).values(), [1.0, 2.0, 9.0]);
    /// ```
    pub fn values(&self) -> &[f64] {
        &self.sorted
    }

    /// Estimates the density of the values, as a violin shows it, at `points` points in equal steps.
    ///
    /// The points reach two bandwidths beyond the smallest and the largest value, as seaborn's do. Returns `None` for
    /// fewer than two values, or values that are all equal.
    ///
    /// ```
    /// use training_replay::analysis::Distribution;
    ///
    /// let violin = Distribution::of(&[-1.0, 0.0, 1.0]).density(50)?.expect("values that differ");
    /// assert_eq!(violin.x.len(), 50);
    /// assert_eq!(violin.x[49], 1.0 + 2.0 * violin.bandwidth);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Density::at`], and [`Error::Invalid`] for fewer than 2 points or more than a million.
    pub fn density(&self, points: usize) -> Result<Option<Density>> {
        Density::spread(&self.sorted, points)
    }

    /// Counts the values in bins of equal width from the smallest to the largest: `numpy.histogram`.
    ///
    /// Where all values are equal, the bins reach half a unit to both sides.
    ///
    /// ```
    /// use training_replay::analysis::Distribution;
    ///
    /// let histogram = Distribution::of(&[0.0, 1.0, 3.0, 4.0, 4.0]).histogram(2)?;
    /// assert_eq!((histogram.edges, histogram.counts), (vec![0.0, 2.0, 4.0], vec![2, 3]));
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] for no bins or more than a million, or a range too wide for `f64`.
    pub fn histogram(&self, bins: usize) -> Result<Histogram> {
        let (low, high) = if self.count == 0 { (0.0, 1.0) } else { (self.min, self.max) };
        let margin = if low == high { 0.5_f64.max(low.abs() * f64::EPSILON) } else { 0.0 };
        let bins = Bins::new(low - margin..=high + margin, bins)?;
        Ok(Histogram { not_finite: self.not_finite as u64, ..Histogram::counting(&self.sorted, &bins)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const VALUES: [f32; 9] = [0.25, -1.5, 0.0, 3.0, 0.75, 0.0, -0.25, 1.25, 8.0];

    /// `v = np.array([.25, -1.5, 0, 3, .75, 0, -.25, 1.25, 8])`
    /// `v.mean(), v.std(), np.quantile(v, [0, .1, .25, .5, .9, 1]), np.histogram(v, 4)`
    #[test]
    fn moments_quantiles_and_counts_are_numpys() {
        let distribution = Distribution::of(&VALUES);
        assert!((distribution.mean - 1.2777777777777777).abs() < 1e-15);
        assert!((distribution.std - 2.6416652062152757).abs() < 1e-15, "{}", distribution.std);
        for (share, expected) in [(0.0, -1.5), (0.1, -0.5), (0.25, 0.0), (0.5, 0.25), (0.9, 4.0), (1.0, 8.0)] {
            assert!((distribution.quantile(share).unwrap() - expected).abs() < 1e-15, "{share}");
        }
        let histogram = distribution.histogram(4).unwrap();
        assert_eq!(histogram.counts, [6, 2, 0, 1]);
        assert_eq!(histogram.edges, [-1.5, 0.875, 3.25, 5.625, 8.0]);
        assert_eq!(distribution.zeros, 2.0 / 9.0);
    }

    /// `np.median([-1e308, 1e308])` is 0, `np.quantile([-1.5e308, 1.5e308], .75)` of exact numbers 7.5e307.
    #[test]
    fn quantiles_lie_between_their_neighbors_however_far_these_are_apart() {
        assert_eq!(Distribution::of(&[-1e308, 1e308]).median(), 0.0);
        let found = Distribution::of(&[-1.5e308, 1.5e308]).quantile(0.75).unwrap();
        assert!((found / 7.5e307 - 1.0).abs() < 1e-15, "{found}");
    }

    #[test]
    fn single_and_double_precision_agree_in_any_order() {
        let mut doubles = VALUES.map(f64::from);
        doubles.reverse();
        assert_eq!(Distribution::of(&doubles), Distribution::of(&VALUES));
    }

    #[test]
    fn values_that_are_given_away_have_the_distribution_of_those_that_are_kept() {
        let odd = [2.0, f64::NAN, -1.0, f64::INFINITY, 2.5, -0.0];
        assert_eq!(Distribution::of_owned(odd.to_vec()), Distribution::of(&odd));
    }

    #[test]
    fn what_is_not_finite_is_counted_and_left_out() {
        let odd = [f32::NAN, 1.0, f32::INFINITY, 3.0, f32::NEG_INFINITY];
        let distribution = Distribution::of(&odd);
        assert_eq!((distribution.count, distribution.not_finite, distribution.mean), (2, 3, 2.0));
        assert_eq!(distribution.histogram(2).unwrap().not_finite, 3);
    }

    #[test]
    fn of_nothing_nothing_is_known() {
        let nothing = Distribution::of::<f32>(&[]);
        assert!(nothing.mean.is_nan() && nothing.std.is_nan() && nothing.median().is_nan() && nothing.zeros.is_nan());
        assert_eq!(nothing.histogram(3).unwrap().counts, [0, 0, 0]);
        assert!(nothing.density(10).unwrap().is_none());
        assert!(nothing.quantile(f64::NAN).is_err() && nothing.quantile(1.1).is_err());
    }

    /// `np.histogram([3, 3], 2)`
    #[test]
    fn values_that_are_all_the_same_have_a_histogram_around_them() {
        let histogram = Distribution::of(&[3.0_f32, 3.0]).histogram(2).unwrap();
        assert_eq!((histogram.edges, histogram.counts), (vec![2.5, 3.0, 3.5], vec![0, 2]));
        assert!(Distribution::of(&[1e300]).histogram(2).is_ok());
        assert!(Distribution::of(&[f64::MIN, f64::MAX]).histogram(2).is_err(), "wider than any number");
    }
}

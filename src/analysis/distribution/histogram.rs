//! Counts in bins of equal width.

#[cfg(feature = "serde")]
use crate::serial;
use std::ops::RangeInclusive;

use crate::{
    Error, Result,
    math::{elementary, stats},
};

/// More bins than anybody can look at.
const MAX_BINS: usize = 1_000_000;

/// Counts of numbers in bins of equal width.
///
/// A bin takes its lower edge, the last one also its upper edge, as numpy's do.
///
/// ```
/// use training_replay::analysis::Histogram;
///
/// let histogram = Histogram::of(&[0.0, 0.4, 0.5, 1.0], 0.0..=1.0, 2)?;
/// assert_eq!(histogram.edges, [0.0, 0.5, 1.0]);
/// assert_eq!(histogram.counts, [2, 2]);
/// # Ok::<(), training_replay::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Histogram {
    /// The edges of the bins in increasing order, one more than there are bins.
    #[cfg_attr(feature = "serde", serde(serialize_with = "serial::plain"))]
    pub edges: Vec<f64>,
    /// The number of values in each bin.
    pub counts: Vec<u64>,
    /// The number of values that are in no bin, because they are NaN or infinite.
    pub not_finite: u64,
}

impl Histogram {
    /// Counts values in bins over a range that holds all of them.
    ///
    /// ```
    /// use training_replay::analysis::Histogram;
    ///
    /// let histogram = Histogram::of(&[-0.5, 0.25, f32::NAN], -1.0..=1.0, 4)?;
    /// assert_eq!((histogram.counts, histogram.not_finite), (vec![0, 1, 1, 0], 1));
    /// assert!(Histogram::of(&[1.5], -1.0..=1.0, 4).is_err());
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] for no bins or more than a million, a range that does not increase, or a finite
    /// value outside the range; the message names its index.
    pub fn of(values: &[f32], range: RangeInclusive<f64>, bins: usize) -> Result<Self> {
        Self::counting(values, &Bins::new(range, bins)?)
    }

    /// Counts losses in bins from 0 to the largest finite one; from 0 to 1 where none is above 0.
    ///
    /// ```
    /// use training_replay::analysis::Histogram;
    ///
    /// let histogram = Histogram::of_losses(&[0.1, 0.2, 3.9, 4.0], 4)?;
    /// assert_eq!((histogram.edges, histogram.counts), (vec![0.0, 1.0, 2.0, 3.0, 4.0], vec![2, 0, 0, 2]));
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`of`](Self::of).
    pub fn of_losses(losses: &[f32], bins: usize) -> Result<Self> {
        Self::of(losses, 0.0..=stats::largest_or_one(losses), bins)
    }

    /// Counts values in bins whose edges are equal factors apart: `numpy.geomspace`.
    ///
    /// What is below the range, zero among it, is in the first bin.
    ///
    /// ```
    /// use training_replay::analysis::Histogram;
    ///
    /// let histogram = Histogram::logarithmic(&[0.0, 0.5, 1.0, 50.0, 100.0], 1.0..=100.0, 2)?;
    /// assert!((histogram.edges[1] - 10.0).abs() < 1e-12);
    /// assert_eq!(histogram.counts, [3, 2]);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`of`](Self::of), and [`Error::Invalid`] for a range that does not begin above zero.
    pub fn logarithmic(values: &[f32], range: RangeInclusive<f64>, bins: usize) -> Result<Self> {
        let (low, high) = (*range.start(), *range.end());
        if low <= 0.0 {
            return Err(Error::invalid("the lower end of a logarithmic histogram", "above zero", low));
        }
        let bins = Bins::new(range, bins)?;
        let inner = (1..bins.count).map(|i| low * elementary::pow(high / low, i as f64 / bins.count as f64));
        let edges: Vec<f64> = [low].into_iter().chain(inner).chain([high]).collect();
        let (mut counts, mut not_finite) = (vec![0; bins.count], 0);
        for (i, value) in values.iter().map(|&value| f64::from(value)).enumerate() {
            if !value.is_finite() {
                not_finite += 1;
                continue;
            }
            bins.index(i, value.max(low))?;
            counts[edges[1..bins.count].partition_point(|&edge| edge <= value)] += 1;
        }
        Ok(Self { edges, counts, not_finite })
    }

    /// Counts values that are within the bins' range.
    pub(crate) fn counting<T: Copy + Into<f64>>(values: &[T], bins: &Bins) -> Result<Self> {
        let mut counts = vec![0; bins.count];
        let mut not_finite = 0;
        for (i, value) in values.iter().map(|&value| value.into()).enumerate() {
            let count = if value.is_finite() { &mut counts[bins.index(i, value)?] } else { &mut not_finite };
            *count += 1;
        }
        Ok(Self { edges: bins.edges(), counts, not_finite })
    }
}

/// Equal bins over a range.
pub(crate) struct Bins {
    start: f64,
    end: f64,
    pub(crate) count: usize,
}

impl Bins {
    pub(crate) fn new(range: RangeInclusive<f64>, count: usize) -> Result<Self> {
        let (start, end) = range.into_inner();
        if !(1..=MAX_BINS).contains(&count) {
            return Err(Error::invalid("the number of bins", format!("from 1 to {MAX_BINS}"), count));
        }
        if !(start < end && (end - start).is_finite()) {
            let expected = "from a finite number to a larger one";
            return Err(Error::invalid("the range of a histogram", expected, format!("{start}..={end}")));
        }
        Ok(Self { start, end, count })
    }

    pub(crate) fn edges(&self) -> Vec<f64> {
        stats::linspace(self.start, self.end, self.count + 1).collect()
    }

    /// The edge of this number, from 0 to the number of bins.
    fn edge(&self, i: usize) -> f64 {
        stats::step(self.start, self.end, self.count + 1, i)
    }

    /// The bin of a number within the range, of bins that take their upper edges, the first one also its lower edge. A number
    /// of single precision lies on an edge if it is what that edge is rounded to.
    pub(crate) fn index_below(&self, row: usize, number: f32) -> Result<usize> {
        let found = self.index(row, self.nearest(number))?;
        let is_on_lower_edge = found > 0 && number <= self.edge(found) as f32;
        let is_above = found + 1 < self.count && number > self.edge(found + 1) as f32;
        Ok(found + usize::from(is_above) - usize::from(is_on_lower_edge))
    }

    /// The number within the range that is nearest to a value.
    pub(crate) fn nearest(&self, value: f32) -> f64 {
        f64::from(value).clamp(self.start, self.end)
    }

    /// The bin of the value that has this index among others.
    pub(crate) fn index(&self, i: usize, value: f64) -> Result<usize> {
        if !(self.start..=self.end).contains(&value) {
            let expected = format!("from {} to {}", self.start, self.end);
            return Err(Error::invalid(format!("the value of sample {i}"), expected, value));
        }
        let share = (value - self.start) / (self.end - self.start);
        Ok(((share * self.count as f64) as usize).min(self.count - 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `np.histogram(np.float32([0, .1, .25, .5, .5, .75, .999, 1]), bins=4, range=(0, 1))[0]`
    #[test]
    fn counts_are_numpys() {
        let values = [0.0, 0.1, 0.25, 0.5, 0.5, 0.75, 0.999, 1.0];
        let histogram = Histogram::of(&values, 0.0..=1.0, 4).unwrap();
        assert_eq!(histogram.counts, [2, 1, 2, 3]);
        assert_eq!(histogram.edges, [0.0, 0.25, 0.5, 0.75, 1.0]);
    }

    /// `v = np.float32([1e-3, 2e-3, .01, .05, .2, 3, 9.9, 10])`
    /// `np.histogram(v.astype(float), np.geomspace(v[0], 10, 5))`: 0.01 of single precision is below the edge
    #[test]
    fn logarithmic_counts_are_numpys() {
        let values = [1e-3, 2e-3, 0.01, 0.05, 0.2, 3.0, 9.9, 10.0];
        let histogram = Histogram::logarithmic(&values, f64::from(1e-3_f32)..=10.0, 4).unwrap();
        assert_eq!(histogram.counts, [3, 1, 1, 3]);
        for (found, expected) in histogram.edges.iter().zip([0.001, 0.01, 0.1, 1.0, 10.0]) {
            assert!((found / expected - 1.0).abs() < 1e-6, "{found}");
        }
        assert!(Histogram::logarithmic(&values, 0.0..=10.0, 4).is_err());
        assert!(Histogram::logarithmic(&values, 0.1..=9.0, 4).is_err(), "10 is beyond");
    }

    #[test]
    fn a_value_outside_the_range_is_named() {
        let message = Histogram::of(&[0.5, 1.5], 0.0..=1.0, 4).unwrap_err().to_string();
        assert_eq!(message, "the value of sample 1 is 1.5; it must be from 0 to 1");
        assert_eq!(Histogram::of(&[0.5, f32::NAN, f32::INFINITY], 0.0..=1.0, 4).unwrap().not_finite, 2);
        assert!(Histogram::of(&[], 0.0..=1.0, 0).is_err());
        assert!(Histogram::of(&[], 0.0..=1.0, usize::MAX).is_err());
        assert!(Histogram::of(&[], 1.0..=1.0, 4).is_err());
    }
}

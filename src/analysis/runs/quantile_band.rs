//! The median and a band of quantiles of many curves.

use std::collections::BTreeMap;

use crate::analysis::Distribution;
use crate::{Error, Result};

/// The median of many curves at each epoch, and the band that holds the middle share of them.
///
/// ```
/// use training_replay::analysis::QuantileBand;
///
/// let curves = [vec![(0, 1.0), (1, 0.5)], vec![(0, 3.0), (1, 0.25)], vec![(0, 2.0), (1, 0.75), (2, 0.1)]];
/// let band = QuantileBand::of(&curves, 1.0)?; // all of the runs
/// assert_eq!((band.epochs.as_slice(), band.runs.as_slice()), (&[0, 1, 2][..], &[3, 3, 1][..]));
/// assert_eq!((band.low[1], band.median[1], band.high[1]), (0.25, 0.5, 0.75));
/// # Ok::<(), training_replay::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct QuantileBand {
    /// The epochs that any curve has, in increasing order.
    pub epochs: Vec<u64>,
    /// The median at each epoch; NaN where no run has a finite value.
    pub median: Vec<f64>,
    /// The lower end of the band at each epoch, a quantile.
    pub low: Vec<f64>,
    /// The upper end of the band at each epoch, a quantile.
    pub high: Vec<f64>,
    /// The number of runs that have a finite value at each epoch; the others are left out there.
    pub runs: Vec<usize>,
}

impl QuantileBand {
    /// Computes the median of curves and the band that holds the middle `share` of them.
    ///
    /// A share of 0.5 gives the band between the quartiles, 0.9 that between the quantiles 0.05 and 0.95. Quantiles are
    /// linear between two runs: `numpy.quantile`.
    ///
    /// ```
    /// use training_replay::analysis::QuantileBand;
    ///
    /// let curves = [1.0, 2.0, 3.0, 4.0, 5.0].map(|loss| [(0, loss)]);
    /// let band = QuantileBand::of(&curves, 0.5)?;
    /// assert_eq!((band.low[0], band.median[0], band.high[0]), (2.0, 3.0, 4.0));
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] for a share outside 0 to 1.
    pub fn of<C: AsRef<[(u64, f64)]>>(curves: &[C], share: f64) -> Result<Self> {
        if !(0.0..=1.0).contains(&share) {
            return Err(Error::invalid("the share of the runs in a band", "from 0 to 1", share));
        }
        let mut values: BTreeMap<u64, Vec<f64>> = BTreeMap::new();
        for &(epoch, value) in curves.iter().flat_map(AsRef::as_ref) {
            values.entry(epoch).or_default().push(value);
        }
        let mut band = Self::default();
        for (epoch, values) in values {
            let runs = Distribution::of(&values);
            band.epochs.push(epoch);
            band.median.push(runs.median());
            band.low.push(runs.quantile(0.5 - share / 2.0)?);
            band.high.push(runs.quantile(0.5 + share / 2.0)?);
            band.runs.push(runs.count);
        }
        Ok(band)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `np.quantile([.9, .1, .4, .7, .2], [.25, .5, .75])`, and of the three finite ones of epoch 4
    #[test]
    fn medians_and_ends_are_numpys_quantiles_of_the_runs_that_are_there() {
        let at_4 = [0.5, f64::NAN, 0.25, f64::INFINITY, 1.0];
        let curves: Vec<Vec<(u64, f64)>> =
            [0.9, 0.1, 0.4, 0.7, 0.2].into_iter().zip(at_4).map(|(first, last)| vec![(2, first), (4, last)]).collect();
        let band = QuantileBand::of(&curves, 0.5).unwrap();
        assert_eq!((band.low[0], band.median[0], band.high[0]), (0.2, 0.4, 0.7));
        assert_eq!((band.low[1], band.median[1], band.high[1]), (0.375, 0.5, 0.75));
        assert_eq!((band.epochs, band.runs), (vec![2, 4], vec![5, 3]));
    }

    #[test]
    fn where_every_run_has_diverged_there_is_no_number() {
        let band = QuantileBand::of(&[[(0, f64::NAN)], [(0, f64::NAN)]], 0.9).unwrap();
        assert!(band.median[0].is_nan() && band.runs == [0]);
        assert_eq!(QuantileBand::of::<Vec<_>>(&[], 0.5).unwrap(), QuantileBand::default());
        assert!(QuantileBand::of(&[[(0, 1.0)]], 1.5).is_err() && QuantileBand::of(&[[(0, 1.0)]], f64::NAN).is_err());
    }
}

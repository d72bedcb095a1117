//! The median and a band of quantiles of many curves.

#[cfg(feature = "serde")]
use crate::serial;
use std::collections::BTreeSet;

use crate::{Error, Result, analysis::Distribution};

/// The median of many curves at each epoch, and the band that holds the middle share of them.
///
/// Curves may have other epochs than one another: a run that was logged at every tenth epoch counts at the epochs between
/// them too, with a value on the straight line between its own neighbors. Before its first epoch and behind its last one it
/// does not count, nor next to a value of its own that is NaN or infinite; [`runs`](Self::runs) says how many do.
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
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct QuantileBand {
    /// The epochs that any curve has, in increasing order.
    pub epochs: Vec<u64>,
    /// The median at each epoch; NaN where no run has a finite value.
    #[cfg_attr(feature = "serde", serde(serialize_with = "serial::plain"))]
    pub median: Vec<f64>,
    /// The lower end of the band at each epoch, a quantile.
    #[cfg_attr(feature = "serde", serde(serialize_with = "serial::plain"))]
    pub low: Vec<f64>,
    /// The upper end of the band at each epoch, a quantile.
    #[cfg_attr(feature = "serde", serde(serialize_with = "serial::plain"))]
    pub high: Vec<f64>,
    /// The number of runs that have a finite value at each epoch, their own or between two of their own; the others are
    /// left out there.
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
    /// A run that was logged less often counts at every epoch between its own:
    ///
    /// ```
    /// use training_replay::analysis::QuantileBand;
    ///
    /// let (often, seldom) = (vec![(0, 1.0), (1, 0.8), (2, 0.6), (3, 0.4)], vec![(0, 2.0), (2, 1.0)]);
    /// let band = QuantileBand::of(&[often, seldom], 0.5)?;
    /// assert_eq!(band.median, [1.5, 1.15, 0.8, 0.4]); // 1.5 of the second run at epoch 1
    /// assert_eq!(band.runs, [2, 2, 2, 1]); // it ended at epoch 2
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] for a share outside 0 to 1, and for a curve whose epochs do not increase from point to point.
    pub fn of<C: AsRef<[(u64, f64)]>>(curves: &[C], share: f64) -> Result<Self> {
        if !(0.0..=1.0).contains(&share) {
            return Err(Error::invalid("the share of the runs in a band", "from 0 to 1", share));
        }
        curves.iter().enumerate().try_for_each(|(number, curve)| expect_increasing(number, curve.as_ref()))?;
        let epochs: BTreeSet<u64> = curves.iter().flat_map(AsRef::as_ref).map(|&(epoch, _)| epoch).collect();
        let mut band = Self::default();
        for epoch in epochs {
            let values: Vec<f64> = curves.iter().filter_map(|curve| value_at(curve.as_ref(), epoch)).collect();
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

fn expect_increasing(number: usize, curve: &[(u64, f64)]) -> Result<()> {
    match curve.windows(2).find(|pair| pair[0].0 >= pair[1].0) {
        Some(pair) => {
            let found = format!("{} behind {}", pair[1].0, pair[0].0);
            Err(Error::invalid(format!("an epoch of curve {number}"), "later than the one before it", found))
        }
        None => Ok(()),
    }
}

/// The value of a curve at an epoch: its own, else on the line between its own epochs before and behind. None outside of
/// them, and NaN or infinite where a neighbor is.
fn value_at(curve: &[(u64, f64)], epoch: u64) -> Option<f64> {
    match curve.binary_search_by_key(&epoch, |&(own, _)| own) {
        Ok(at) => Some(curve[at].1),
        Err(behind) => {
            let (&(first, from), &(last, to)) = (curve.get(behind.checked_sub(1)?)?, curve.get(behind)?);
            let way = (epoch - first) as f64 / (last - first) as f64;
            Some(from * (1.0 - way) + to * way)
        }
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

    /// One run is logged at every epoch, the other at every tenth and 0.4 higher; where only the first has a value of its
    /// own the median was once that value, 0.2 too low.
    ///
    /// ```text
    /// often = {10: .693, 18: .549, 19: .531, 20: .513, 21: .497, 22: .480, 30: .353}
    /// seldom = numpy.interp(range(18, 23), [10, 20, 30], [1.093, .913, .753])
    /// [(often[e] + s) / 2 for e, s in zip(range(18, 23), seldom)]  # .749 .731 .713 .697 .6805
    /// ```
    #[test]
    fn a_run_that_is_logged_less_often_counts_at_the_epochs_between_its_own() {
        let often = vec![(10, 0.693), (18, 0.549), (19, 0.531), (20, 0.513), (21, 0.497), (22, 0.48), (30, 0.353)];
        let seldom = vec![(10, 1.093), (20, 0.913), (30, 0.753)];
        for curves in [[often.clone(), seldom.clone()], [seldom, often]] {
            let band = QuantileBand::of(&curves, 0.5).unwrap();
            let expected = [0.893, 0.749, 0.731, 0.713, 0.697, 0.6805, 0.553];
            assert!(band.median.iter().zip(expected).all(|(one, other)| (one - other).abs() < 1e-12), "{band:?}");
            assert_eq!(band.runs, [2; 7]);
        }
    }

    #[test]
    fn no_run_counts_beyond_its_own_ends_nor_next_to_a_value_that_is_no_number() {
        let all: Vec<(u64, f64)> = (0..=8).map(|epoch| (epoch, 1.0)).collect();
        let diverged = vec![(2, 3.0), (4, f64::NAN), (6, 3.0), (8, f64::INFINITY)];
        let band = QuantileBand::of(&[all, diverged], 1.0).unwrap();
        assert_eq!(band.runs, [1, 1, 2, 1, 1, 1, 2, 1, 1]);
        assert_eq!(band.high, [1.0, 1.0, 3.0, 1.0, 1.0, 1.0, 3.0, 1.0, 1.0]);
        let apart = QuantileBand::of(&[vec![(0, 1.0), (2, 3.0)], vec![(5, 7.0)], vec![]], 0.5).unwrap();
        assert_eq!((apart.epochs, apart.runs), (vec![0, 2, 5], vec![1, 1, 1]), "without a common epoch");
        assert_eq!(apart.median, [1.0, 3.0, 7.0]);
    }

    #[test]
    fn a_curve_whose_epochs_do_not_increase_is_refused_by_its_number() {
        for epochs in [[3, 3], [3, 2]] {
            let curves = [vec![(0, 1.0)], epochs.map(|epoch| (epoch, 1.0)).to_vec()];
            let message = QuantileBand::of(&curves, 0.5).unwrap_err().to_string();
            assert!(message.starts_with("an epoch of curve 1 is ") && message.contains("behind 3"), "{message}");
        }
    }
}

//! How far predicted probabilities are from what happens.

#[cfg(feature = "serde")]
use crate::serial;

use super::ranking::expect_pairs;
use crate::{Error, Result};

/// More bins than anybody can look at.
const MAX_BINS: usize = 100_000;

/// How far predicted probabilities are from what happens: of a hundred samples with 0.8, are eighty of the class?
///
/// The bins are of equal width from 0 to 1 and take their upper edge, the first one its lower edge too: those of scikit-learn's
/// `calibration_curve` and of Guo et al., "On Calibration of Modern Neural Networks" (2017), whose definitions of the errors
/// these are.
///
/// ```
/// use training_replay::analysis::Calibration;
///
/// let calibration = Calibration::of(&[0.9, 0.8, 0.7, 0.2], &[true, true, false, false], 2)?;
/// let [low, high] = &calibration.bins[..] else { panic!("two") };
/// assert_eq!((low.samples, high.samples), (1, 3));
/// assert!((high.mean_probability - 0.8).abs() < 1e-6 && (high.share - 2.0 / 3.0).abs() < 1e-12);
/// assert!((calibration.expected_error - (0.25 * 0.2 + 0.75 * (0.8 - 2.0 / 3.0))).abs() < 1e-6);
/// # Ok::<(), training_replay::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Calibration {
    /// The bins from 0 to 1: the points of a reliability diagram, those without samples among them.
    pub bins: Vec<CalibrationBin>,
    /// The expected calibration error: over the samples the mean of how far share and mean probability of their bin are apart.
    #[cfg_attr(feature = "serde", serde(serialize_with = "serial::plain"))]
    pub expected_error: f64,
    /// The maximum calibration error: how far they are apart in the worst bin.
    #[cfg_attr(feature = "serde", serde(serialize_with = "serial::plain"))]
    pub maximum_error: f64,
    /// The Brier score: the mean square of the probability less 1 where it happened, less 0 where not. It needs no bins.
    #[cfg_attr(feature = "serde", serde(serialize_with = "serial::plain"))]
    pub brier_score: f64,
}

/// A bin of predicted probabilities.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct CalibrationBin {
    /// The number of samples in it.
    pub samples: u64,
    /// The mean of their probabilities; NaN for no samples.
    #[cfg_attr(feature = "serde", serde(serialize_with = "serial::plain"))]
    pub mean_probability: f64,
    /// The share of them for which it happened; NaN for no samples.
    #[cfg_attr(feature = "serde", serde(serialize_with = "serial::plain"))]
    pub share: f64,
}

impl CalibrationBin {
    /// How far the share is from the mean probability; 0 for no samples.
    fn gap(&self) -> f64 {
        if self.samples == 0 { 0.0 } else { (self.share - self.mean_probability).abs() }
    }
}

impl Calibration {
    /// Compares probabilities with whether what they are of happened.
    ///
    /// # Errors
    ///
    /// [`Error::Shape`] if there is not one truth for each probability; [`Error::Invalid`] if one is no probability, there are no
    /// samples, or no bins or more than 100,000.
    pub fn of(probabilities: &[f32], truths: &[bool], bins: usize) -> Result<Self> {
        expect_pairs("the probabilities", probabilities, truths)?;
        if bins == 0 || bins > MAX_BINS {
            return Err(Error::invalid("the number of bins", format!("1 to {MAX_BINS}"), bins));
        }
        if probabilities.is_empty() {
            return Err(Error::invalid("the number of samples", "1 or more", 0));
        }
        if let Some(at) = probabilities.iter().position(|p| !(0.0..=1.0).contains(p)) {
            let what = format!("the probability of sample {at}");
            return Err(Error::invalid(what, "a number from 0 to 1", probabilities[at]));
        }
        let pairs = probabilities.iter().map(|&p| f64::from(p)).zip(truths.iter().copied());
        let filled = filled(pairs.clone(), bins);
        let samples = probabilities.len() as f64;
        let square = |(p, truth): (f64, bool)| {
            let off = p - f64::from(u8::from(truth));
            off * off
        };
        Ok(Self {
            expected_error: filled.iter().map(|bin| bin.gap() * bin.samples as f64).sum::<f64>() / samples,
            maximum_error: filled.iter().map(CalibrationBin::gap).fold(0.0, f64::max),
            brier_score: pairs.map(square).sum::<f64>() / samples,
            bins: filled,
        })
    }
}

/// The bins with these samples.
fn filled(pairs: impl Iterator<Item = (f64, bool)>, bins: usize) -> Vec<CalibrationBin> {
    // Those of `numpy.linspace`.
    let inner: Vec<f64> = (1..bins).map(|edge| edge as f64 * (1.0 / bins as f64)).collect();
    let mut sums = vec![(0_u64, 0.0, 0_u64); bins];
    for (p, truth) in pairs {
        let (samples, sum, hits) = &mut sums[inner.partition_point(|&edge| edge < p)];
        (*samples, *sum, *hits) = (*samples + 1, *sum + p, *hits + u64::from(truth));
    }
    let bin = |(samples, sum, hits): (u64, f64, u64)| {
        let of = samples as f64;
        CalibrationBin { samples, mean_probability: sum / of, share: hits as f64 / of }
    };
    sums.into_iter().map(bin).collect()
}

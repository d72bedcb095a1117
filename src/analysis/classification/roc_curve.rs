//! The receiver operating characteristic: what a threshold finds, and what it takes for it by mistake.

#[cfg(feature = "serde")]
use crate::serial;

use super::ranking::Ranking;
use crate::Result;

/// The curve of the receiver operating characteristic, for one class against all others, and the area under it.
///
/// For every threshold, a sample is taken to be of the class where its score is at least that much. The rates are those of
/// scikit-learn's `roc_curve` with `drop_intermediate=False`, and the area that of its `roc_auc_score`.
///
/// ```
/// use training_replay::analysis::RocCurve;
///
/// let curve = RocCurve::of(&[0.1, 0.4, 0.35, 0.8], &[false, false, true, true])?;
/// assert_eq!(curve.area, 0.75); // of four pairs of both classes three are in order
/// assert_eq!(curve.thresholds, [f32::INFINITY, 0.8, 0.4, 0.35, 0.1]);
/// assert_eq!(curve.true_positive_rates, [0.0, 0.5, 0.5, 1.0, 1.0]);
/// assert_eq!(curve.false_positive_rates, [0.0, 0.0, 0.5, 0.5, 1.0]);
/// # Ok::<(), training_replay::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct RocCurve {
    /// The thresholds, falling: an infinite one that finds nothing, and then every score that there is.
    #[cfg_attr(feature = "serde", serde(serialize_with = "serial::plain"))]
    pub thresholds: Vec<f32>,
    /// At each threshold, the share of the samples of other classes that are taken to be of the class.
    #[cfg_attr(feature = "serde", serde(serialize_with = "serial::plain"))]
    pub false_positive_rates: Vec<f64>,
    /// At each threshold, the share of the samples of the class that are found: the recall.
    #[cfg_attr(feature = "serde", serde(serialize_with = "serial::plain"))]
    pub true_positive_rates: Vec<f64>,
    /// The area under the curve: the share of pairs of a sample of the class and one of another class in which that of the
    /// class has the higher score, equal scores counted as one half. 1 is best, and 0.5 is what guessing reaches.
    #[cfg_attr(feature = "serde", serde(serialize_with = "serial::plain"))]
    pub area: f64,
}

impl RocCurve {
    /// Ranks samples by their scores, of any unit, and compares with whether they are of the class.
    ///
    /// # Errors
    ///
    /// [`Error::Shape`](crate::Error::Shape) if there is not one truth for each score;
    /// [`Error::Invalid`](crate::Error::Invalid) if a score is NaN, or not both are there: samples of the class and others.
    pub fn of(scores: &[f32], truths: &[bool]) -> Result<Self> {
        let ranking = Ranking::of(scores, truths)?;
        let (positives, negatives) = (ranking.positives()?, ranking.negatives()?);
        let mut curve = Self {
            thresholds: vec![f32::INFINITY],
            false_positive_rates: vec![0.0],
            true_positive_rates: vec![0.0],
            area: 0.0,
        };
        // Exact, as integers: twice the area, in pairs of samples.
        let (mut twice, mut before) = (0_u128, (0, 0));
        for step in ranking.steps {
            curve.thresholds.push(step.score);
            curve.false_positive_rates.push(step.negatives as f64 / negatives as f64);
            curve.true_positive_rates.push(step.positives as f64 / positives as f64);
            twice += u128::from(step.negatives - before.0) * u128::from(step.positives + before.1);
            before = (step.negatives, step.positives);
        }
        curve.area = twice as f64 / (2.0 * positives as f64 * negatives as f64);
        Ok(curve)
    }
}

//! What a threshold finds of a class, beside how much of what it finds is of the class.

#[cfg(feature = "serde")]
use crate::serial;

use super::ranking::Ranking;
use crate::Result;

/// The curve of precision and recall, for one class against all others, and the average precision.
///
/// For every threshold, a sample is taken to be of the class where its score is at least that much. The values are those of
/// scikit-learn's `precision_recall_curve`, in the other order, and of its `average_precision_score`. Where a class is rare this
/// curve says more than [`RocCurve`](super::RocCurve) does.
///
/// ```
/// use training_replay::analysis::PrecisionRecallCurve;
///
/// let curve = PrecisionRecallCurve::of(&[0.1, 0.4, 0.35, 0.8], &[false, false, true, true])?;
/// assert_eq!(curve.recall, [0.0, 0.5, 0.5, 1.0, 1.0]);
/// assert_eq!(curve.precision, [1.0, 1.0, 0.5, 2.0 / 3.0, 0.5]);
/// assert!((curve.average_precision - 5.0 / 6.0).abs() < 1e-12);
/// # Ok::<(), training_replay::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct PrecisionRecallCurve {
    /// The thresholds, falling: an infinite one that finds nothing, and then every score that there is.
    #[cfg_attr(feature = "serde", serde(serialize_with = "serial::plain"))]
    pub thresholds: Vec<f32>,
    /// At each threshold, the share of what is taken to be of the class that is; 1, by convention, where nothing is.
    #[cfg_attr(feature = "serde", serde(serialize_with = "serial::plain"))]
    pub precision: Vec<f64>,
    /// At each threshold, the share of the samples of the class that are found.
    #[cfg_attr(feature = "serde", serde(serialize_with = "serial::plain"))]
    pub recall: Vec<f64>,
    /// The area under the steps of the curve: the sum over thresholds of the precision times by how much the recall rises. It is not
    /// that under straight lines between the points, which no threshold reaches.
    #[cfg_attr(feature = "serde", serde(serialize_with = "serial::plain"))]
    pub average_precision: f64,
}

impl PrecisionRecallCurve {
    /// Ranks samples by their scores, of any unit, and compares with whether they are of the class.
    ///
    /// # Errors
    ///
    /// [`Error::Shape`](crate::Error::Shape) if there is not one truth for each score;
    /// [`Error::Invalid`](crate::Error::Invalid) if a score is NaN, or no sample is of the class.
    pub fn of(scores: &[f32], truths: &[bool]) -> Result<Self> {
        let ranking = Ranking::of(scores, truths)?;
        let positives = ranking.positives()?;
        let mut curve =
            Self { thresholds: vec![f32::INFINITY], precision: vec![1.0], recall: vec![0.0], average_precision: 0.0 };
        let mut before = 0;
        for step in ranking.steps {
            let precision = step.positives as f64 / (step.positives + step.negatives) as f64;
            curve.thresholds.push(step.score);
            curve.precision.push(precision);
            curve.recall.push(step.positives as f64 / positives as f64);
            curve.average_precision += precision * (step.positives - before) as f64 / positives as f64;
            before = step.positives;
        }
        Ok(curve)
    }
}

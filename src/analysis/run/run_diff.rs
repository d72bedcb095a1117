//! Where two runs differ.

use crate::analysis::WeightDiff;
#[cfg(feature = "serde")]
use crate::serial;

/// Where two runs of the same model differ: the result of [`RecordedWeights::diff`](crate::RecordedWeights::diff).
///
/// ```
/// use training_replay::{Metrics, Parameter, Replay, Weights};
///
/// let record = |biases: [f32; 3]| -> training_replay::Result<Replay> {
///     let mut replay = Replay::options().in_memory();
///     for bias in biases {
///         let bias = Parameter::new("output", "bias", [1], vec![bias]);
///         replay.record(&Weights::from_iter([bias]), Metrics::new())?;
///     }
///     Ok(replay)
/// };
/// let diff = record([0.0, 0.5, 1.0])?.recorded_weights().diff(&record([0.0, 0.75, 3.0])?, 0.0)?;
/// assert_eq!(diff.first.map(|(epoch, bias)| (epoch, bias.values)), Some((1, (0.5, 0.75))));
/// assert_eq!(diff.distances, [(0, 0.0), (1, 0.25), (2, 2.0)]);
/// # Ok::<(), training_replay::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct RunDiff {
    /// The first epoch, among those that both have recorded, at which they differ by more than the tolerance, and in
    /// which parameter; `None` if they never do.
    pub first: Option<(u64, WeightDiff)>,
    /// For every epoch that both have recorded, the largest absolute difference of any two values.
    #[cfg_attr(feature = "serde", serde(serialize_with = "serial::plain"))]
    pub distances: Vec<(u64, f64)>,
    /// The number of epochs that only the one has recorded, and only the other.
    pub unmatched: (usize, usize),
}

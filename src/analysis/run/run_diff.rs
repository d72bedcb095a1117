//! Where two runs differ.

use crate::analysis::WeightDiff;

/// Where two runs part.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct RunDiff {
    /// The first epoch, among those that both have recorded, at which they differ, and where they do; `None` if they
    /// never do.
    pub first: Option<(u64, WeightDiff)>,
    /// For every epoch that both have recorded, the largest absolute difference of any two values.
    pub distances: Vec<(u64, f64)>,
    /// How many epochs only the one has recorded, and only the other.
    pub unmatched: (usize, usize),
}

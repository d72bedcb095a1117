//! Stretches of a curve in which it hardly changes.

#[cfg(feature = "serde")]
use crate::serial;
/// A stretch of a curve in which it hardly changes.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Plateau {
    /// The first epoch.
    pub first: u64,
    /// The last epoch.
    pub last: u64,
    /// The curve's value in the middle.
    #[cfg_attr(feature = "serde", serde(serialize_with = "serial::plain"))]
    pub level: f64,
}

/// Finds the plateaus of a curve of epochs and values.
///
/// Within a plateau, no step between neighboring points changes the curve by more than `slope` an epoch, and it
/// lasts at least `length` epochs. A NaN ends it.
///
/// ```
/// use training_replay::analysis::plateaus;
///
/// let losses = [0.9, 0.7, 0.5, 0.499, 0.498, 0.3, 0.1];
/// let curve: Vec<(u64, f64)> = (0..).zip(losses).collect();
/// let found = plateaus(&curve, 0.01, 2);
/// assert_eq!(found.len(), 1);
/// assert_eq!((found[0].first, found[0].last), (2, 4));
/// ```
pub fn plateaus(curve: &[(u64, f64)], slope: f64, length: u64) -> Vec<Plateau> {
    plateaus_where(curve, length, |(from, _), (to, _)| slope * to.saturating_sub(*from) as f64)
}

/// The plateaus of a curve that may change from one point to the next by no more than `allowed` says of the two.
pub(super) fn plateaus_where(
    curve: &[(u64, f64)],
    length: u64,
    allowed: impl Fn(&(u64, f64), &(u64, f64)) -> f64,
) -> Vec<Plateau> {
    let flat = |a: &(u64, f64), b: &(u64, f64)| (b.1 - a.1).abs() <= allowed(a, b);
    let stretches = curve.chunk_by(flat).filter_map(|stretch| {
        let (first, last) = (stretch.first()?.0, stretch.last()?.0);
        let level = stretch[stretch.len() / 2].1;
        (stretch.len() > 1 && last.saturating_sub(first) >= length).then_some(Plateau { first, last, level })
    });
    stretches.collect()
}

//! Which values of a metric are better: lower or higher ones.

/// Which values of a metric are better: Keras' `mode`, `min` for a loss, `max` for an accuracy.
///
/// ```
/// use training_replay::Goal;
///
/// let curve = [(0, 0.9), (1, f64::NAN), (2, 0.4), (3, 0.4), (4, 0.6)];
/// assert_eq!(Goal::Min.best_epoch(&curve), Some(2)); // the first of equals; NaN is never best
/// assert_eq!(Goal::Max.best_epoch(&curve), Some(0));
/// assert_eq!(Goal::Min.best_epoch(&[(0, f64::NAN)]), None);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Goal {
    /// Lower values are better.
    Min,
    /// Higher values are better.
    Max,
}

impl Goal {
    /// Returns the epoch of a curve's best value, the first of equals; `None` where all of them are NaN.
    pub fn best_epoch(self, curve: &[(u64, f64)]) -> Option<u64> {
        let mut best: Option<(u64, f64)> = None;
        for &(epoch, value) in curve {
            if self.is_better(value, best.map(|(_, value)| value), 0.0) {
                best = Some((epoch, value));
            }
        }
        best.map(|(epoch, _)| epoch)
    }

    /// Whether a value is better than the best one so far by more than `delta`; NaN never is, the first number always.
    pub(crate) fn is_better(self, value: f64, best: Option<f64>, delta: f64) -> bool {
        match best {
            None => !value.is_nan(),
            Some(best) => match self {
                Self::Min => value < best - delta,
                Self::Max => value > best + delta,
            },
        }
    }
}

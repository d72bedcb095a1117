//! An axis of a panel.

use std::ops::RangeInclusive;

/// An axis: its label and its limits.
///
/// ```
/// use training_replay::plot::Axis;
///
/// let axis = Axis::new("epoch", 0.0..=150.0);
/// assert_eq!((axis.label.as_str(), axis.low, axis.high), ("epoch", 0.0, 150.0));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    /// The label along the axis; empty for none.
    pub label: String,
    /// The value at the left or lower end.
    pub low: f64,
    /// The value at the right or upper end.
    pub high: f64,
    /// The names at 0, 1, 2 ... in place of numbers; empty for numbers.
    pub names: Vec<String>,
}

impl Axis {
    /// Creates an axis of numbers between these limits.
    pub fn new(label: impl Into<String>, limits: RangeInclusive<f64>) -> Self {
        let (low, high) = limits.into_inner();
        Self { label: label.into(), low, high, names: Vec::new() }
    }

    /// Creates an axis with a name at 0, 1, 2 ... in place of numbers.
    ///
    /// ```
    /// use training_replay::plot::Axis;
    ///
    /// let axis = Axis::of_names("layer", vec!["hidden".into(), "output".into()]);
    /// assert_eq!((axis.low, axis.high), (-0.5, 1.5)); // half a unit around both
    /// ```
    pub fn of_names(label: impl Into<String>, names: Vec<String>) -> Self {
        let high = names.len().max(1) as f64 - 0.5;
        Self { label: label.into(), low: -0.5, high, names }
    }
}

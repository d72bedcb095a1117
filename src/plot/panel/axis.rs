//! An axis of a panel.

use std::ops::RangeInclusive;

/// An axis: what it tells, and between which limits.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    /// What stands along it.
    pub label: String,
    /// The value at the left or lower end.
    pub low: f64,
    /// The value at the right or upper end.
    pub high: f64,
    /// Names at 0, 1, 2 ... in place of numbers.
    pub names: Vec<String>,
}

impl Axis {
    /// With numbers between these limits.
    pub fn new(label: impl Into<String>, limits: RangeInclusive<f64>) -> Self {
        let (low, high) = limits.into_inner();
        Self { label: label.into(), low, high, names: Vec::new() }
    }

    /// With a name at 0, 1, 2 ... in place of numbers.
    pub fn of_names(label: impl Into<String>, names: Vec<String>) -> Self {
        let high = names.len().max(1) as f64 - 0.5;
        Self { label: label.into(), low: -0.5, high, names }
    }
}

//! An axis of a panel.

use std::ops::RangeInclusive;

/// An axis: its label, its limits, and what stands along it.
///
/// ```
/// use training_replay::plot::Axis;
///
/// let axis = Axis::new("epoch", 0.0..=150.0).whole();
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
    /// What stands along it, and how values lie between its ends.
    pub kind: AxisKind,
}

/// What stands along an axis, and how values lie between its ends.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub enum AxisKind {
    /// Numbers at equal distances.
    #[default]
    Numbers,
    /// Whole numbers at equal distances: epochs, or counts.
    Whole,
    /// Numbers by their logarithms: equal distances are equal factors. What is not above zero lies below the lower end.
    Logarithmic,
    /// Names at 0, 1, 2 ... in place of numbers.
    Names(Vec<String>),
    /// Nothing: where something lies says nothing, as in a drawing.
    Blank,
}

impl Axis {
    /// Creates an axis of numbers between these limits.
    pub fn new(label: impl Into<String>, limits: RangeInclusive<f64>) -> Self {
        let (low, high) = limits.into_inner();
        Self { label: label.into(), low, high, kind: AxisKind::Numbers }
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
        Self { label: label.into(), low: -0.5, high, kind: AxisKind::Names(names) }
    }

    /// Writes whole numbers alone: of epochs, and of counts.
    ///
    /// ```
    /// use training_replay::plot::{Axis, AxisKind};
    ///
    /// assert_eq!(Axis::new("epoch", 0.0..=3.0).whole().kind, AxisKind::Whole);
    /// ```
    #[must_use]
    pub fn whole(self) -> Self {
        Self { kind: AxisKind::Whole, ..self }
    }

    /// Places values by their logarithms.
    ///
    /// ```
    /// use training_replay::plot::{Axis, AxisKind};
    ///
    /// assert_eq!(Axis::new("loss", 1e-4..=10.0).logarithmic().kind, AxisKind::Logarithmic);
    /// ```
    #[must_use]
    pub fn logarithmic(self) -> Self {
        Self { kind: AxisKind::Logarithmic, ..self }
    }

    /// Sets the limits.
    ///
    /// ```
    /// use training_replay::plot::Axis;
    ///
    /// assert_eq!(Axis::new("loss", 0.0..=9.0).within(0.0..=1.0).high, 1.0);
    /// ```
    #[must_use]
    pub fn within(self, limits: RangeInclusive<f64>) -> Self {
        let (low, high) = limits.into_inner();
        Self { low, high, ..self }
    }

    /// Returns the names along the axis; none where there are numbers.
    pub fn names(&self) -> &[String] {
        match &self.kind {
            AxisKind::Names(names) => names,
            _ => &[],
        }
    }
}

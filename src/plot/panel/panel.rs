//! One plot as plain data: its axes, and what is drawn between them.

use std::ops::RangeInclusive;

use super::clip::Point;
use crate::plot::ColorRole;

/// One plot as plain data: its axes, what is drawn between them, and the key to it.
///
/// The panels of this crate are made by functions such as [`Panel::feature_space`]; whatever is public here can be looked
/// at and changed before it is drawn, and more drawn over it.
///
/// ```
/// use training_replay::plot::{Axis, Figure, ColorRole, Mark, Panel};
///
/// let panel = Panel::new("A parabola", Axis::new("x", -1.0..=1.0), Axis::new("x²", 0.0..=1.0))
///     .mark(Mark::line((-10..=10).map(|i| [f64::from(i) / 10.0, f64::from(i * i) / 100.0]), ColorRole::Series(0)))
///     .key("measured", ColorRole::Series(0));
/// let svg = Figure::of(panel).size(400, 300).to_svg()?;
/// assert!(svg.contains("A parabola") && svg.contains("measured"));
/// # Ok::<(), training_replay::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Panel {
    /// What stands above.
    pub title: String,
    /// The horizontal axis.
    pub x: Axis,
    /// The vertical axis.
    pub y: Axis,
    /// A second vertical axis on the right: for lines of other units.
    pub right: Option<Axis>,
    /// What is drawn, the first at the bottom.
    pub marks: Vec<Mark>,
    /// What the inks mean.
    pub keys: Vec<(String, ColorRole)>,
}

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

/// Something drawn.
#[derive(Clone, Debug, PartialEq)]
pub enum Mark {
    /// A filled polygon.
    Area {
        /// Its corners in turn.
        corners: Vec<Point>,
        /// What it is filled with.
        color: ColorRole,
    },
    /// A line through points.
    Line {
        /// From the first to the last.
        points: Vec<Point>,
        /// What it is drawn in.
        color: ColorRole,
        /// Its width; 1 is that of an axis.
        width: f64,
        /// Whether its vertical axis is the one on the right.
        right: bool,
    },
    /// A dot at every point.
    Dots {
        /// Where they are.
        points: Vec<Point>,
        /// What they are drawn in: a class has markers of its own.
        color: ColorRole,
        /// Their radius; 1 is that of a sample.
        radius: f64,
    },
    /// A ring around every point.
    Rings {
        /// Where they are.
        points: Vec<Point>,
        /// What they are drawn in.
        color: ColorRole,
    },
}

impl Panel {
    /// An empty plot.
    pub fn new(title: impl Into<String>, x: Axis, y: Axis) -> Self {
        Self { title: title.into(), x, y, right: None, marks: Vec::new(), keys: Vec::new() }
    }

    /// Draws something over what there is.
    #[must_use]
    pub fn mark(mut self, mark: Mark) -> Self {
        self.marks.push(mark);
        self
    }

    /// Tells what an ink means.
    #[must_use]
    pub fn key(mut self, name: impl Into<String>, color: ColorRole) -> Self {
        self.keys.push((name.into(), color));
        self
    }

    /// Another title.
    #[must_use]
    pub fn titled(self, title: impl Into<String>) -> Self {
        Self { title: title.into(), ..self }
    }

    /// Other limits of the axes: what is beyond them is cut off.
    #[must_use]
    pub fn within(mut self, x: RangeInclusive<f64>, y: RangeInclusive<f64>) -> Self {
        (self.x.low, self.x.high) = x.into_inner();
        (self.y.low, self.y.high) = y.into_inner();
        self
    }

    /// An upright line at this place of the horizontal axis: the epoch that is shown, say.
    #[must_use]
    pub fn marker(self, x: f64) -> Self {
        let (low, high) = (self.y.low, self.y.high);
        self.mark(Mark::Line { points: vec![[x, low], [x, high]], color: ColorRole::Marker, width: 1.5, right: false })
    }

    /// The marks in an ink.
    pub fn in_color(&self, color: ColorRole) -> impl Iterator<Item = &Mark> {
        self.marks.iter().filter(move |mark| mark.color() == color)
    }
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

impl Mark {
    /// A line of ordinary width.
    pub fn line(points: impl IntoIterator<Item = Point>, color: ColorRole) -> Self {
        Self::Line { points: points.into_iter().collect(), color, width: 1.8, right: false }
    }

    /// Dots of the size of samples.
    pub fn dots(points: impl IntoIterator<Item = Point>, color: ColorRole) -> Self {
        Self::Dots { points: points.into_iter().collect(), color, radius: 1.0 }
    }

    /// A filled rectangle from one corner to the opposite one.
    pub fn bar(from: Point, to: Point, color: ColorRole) -> Self {
        Self::Area { corners: vec![from, [to[0], from[1]], to, [from[0], to[1]]], color }
    }

    /// What it is drawn in.
    pub fn color(&self) -> ColorRole {
        match self {
            Self::Area { color, .. }
            | Self::Line { color, .. }
            | Self::Dots { color, .. }
            | Self::Rings { color, .. } => *color,
        }
    }

    /// The points it is drawn through or at.
    pub fn points(&self) -> &[Point] {
        match self {
            Self::Area { corners, .. } => corners,
            Self::Line { points, .. } | Self::Dots { points, .. } | Self::Rings { points, .. } => points,
        }
    }
}

//! What is drawn between the axes of a panel.

use super::{ColorRole, Point};

/// Something drawn between the axes of a [`Panel`](crate::plot::Panel).
#[derive(Clone, Debug, PartialEq)]
pub enum Mark {
    /// A filled polygon.
    Area {
        /// The corners in turn.
        corners: Vec<Point>,
        /// The color it is filled with.
        color: ColorRole,
    },
    /// A line through points.
    Line {
        /// The points from the first to the last.
        points: Vec<Point>,
        /// The color it is drawn in.
        color: ColorRole,
        /// The width; 1 is that of an axis.
        width: f64,
        /// Whether its vertical axis is the one on the right.
        right: bool,
    },
    /// Dots at points.
    Dots {
        /// The places of their centers.
        points: Vec<Point>,
        /// The color they are drawn in; a class also has its marker.
        color: ColorRole,
        /// The radius; 1 is that of a sample.
        radius: f64,
    },
    /// Rings around points.
    Rings {
        /// The places of their centers.
        points: Vec<Point>,
        /// The color they are drawn in.
        color: ColorRole,
    },
}

impl Mark {
    /// Creates a line of ordinary width.
    ///
    /// ```
    /// use training_replay::plot::{ColorRole, Mark};
    ///
    /// let line = Mark::line((0..=10).map(|x| [f64::from(x), f64::from(x * x)]), ColorRole::Series(0));
    /// assert_eq!(line.points()[3], [3.0, 9.0]);
    /// ```
    pub fn line(points: impl IntoIterator<Item = Point>, color: ColorRole) -> Self {
        Self::Line { points: points.into_iter().collect(), color, width: 1.8, right: false }
    }

    /// Creates dots of the size of samples.
    ///
    /// ```
    /// use training_replay::plot::{ColorRole, Mark};
    ///
    /// let dots = Mark::dots([[0.1, 0.2], [0.3, 0.4]], ColorRole::Class(1));
    /// assert_eq!((dots.points().len(), dots.color()), (2, ColorRole::Class(1)));
    /// ```
    pub fn dots(points: impl IntoIterator<Item = Point>, color: ColorRole) -> Self {
        Self::Dots { points: points.into_iter().collect(), color, radius: 1.0 }
    }

    /// Creates a filled rectangle from one corner to the opposite one.
    ///
    /// ```
    /// use training_replay::plot::{ColorRole, Mark};
    ///
    /// let bar = Mark::bar([1.0, 0.0], [2.0, 5.0], ColorRole::Series(0));
    /// assert_eq!(bar.points(), [[1.0, 0.0], [2.0, 0.0], [2.0, 5.0], [1.0, 5.0]]);
    /// ```
    pub fn bar(from: Point, to: Point, color: ColorRole) -> Self {
        Self::Area { corners: vec![from, [to[0], from[1]], to, [from[0], to[1]]], color }
    }

    /// Returns the color role that the mark is drawn in.
    pub fn color(&self) -> ColorRole {
        match self {
            Self::Area { color, .. }
            | Self::Line { color, .. }
            | Self::Dots { color, .. }
            | Self::Rings { color, .. } => *color,
        }
    }

    /// Returns the points that the mark is drawn through or at.
    pub fn points(&self) -> &[Point] {
        match self {
            Self::Area { corners, .. } => corners,
            Self::Line { points, .. } | Self::Dots { points, .. } | Self::Rings { points, .. } => points,
        }
    }
}

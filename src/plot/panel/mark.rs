//! What is drawn between the axes of a panel.

use super::{ColorRole, Point};

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

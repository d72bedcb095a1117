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
        /// Whether it is broken into dashes.
        dashed: bool,
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
    /// Words at a point.
    Text {
        /// The words, in one line.
        text: String,
        /// The place that they are written at.
        at: Point,
        /// The color they are written in.
        color: ColorRole,
        /// The size; 1 is that of the words along an axis.
        size: f64,
        /// Which part of the words is at the point.
        anchor: Anchor,
    },
}

/// Which part of the words is at their point. In height it is always their middle.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Anchor {
    /// Their left end.
    Left,
    /// Their middle.
    #[default]
    Center,
    /// Their right end.
    Right,
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
        Self::Line { points: points.into_iter().collect(), color, width: 2.0, dashed: false, right: false }
    }

    /// Breaks a line into dashes; other marks stay as they are.
    ///
    /// ```
    /// use training_replay::plot::{ColorRole, Mark};
    ///
    /// let limit = Mark::line([[0.0, 0.5], [1.0, 0.5]], ColorRole::Text).dashed();
    /// assert!(matches!(limit, Mark::Line { dashed: true, .. }));
    /// ```
    #[must_use]
    pub fn dashed(mut self) -> Self {
        if let Self::Line { dashed, .. } = &mut self {
            *dashed = true;
        }
        self
    }

    /// Sets the width of a line, where 1 is that of an axis; other marks stay as they are.
    ///
    /// ```
    /// use training_replay::plot::{ColorRole, Mark};
    ///
    /// let thick = Mark::line([[0.0, 0.5], [1.0, 0.5]], ColorRole::Text).wide(4.0);
    /// assert!(matches!(thick, Mark::Line { width: 4.0, .. }));
    /// ```
    #[must_use]
    pub fn wide(mut self, pixels: f64) -> Self {
        if let Self::Line { width, .. } = &mut self {
            *width = pixels;
        }
        self
    }

    /// Creates words whose middle is at a point.
    ///
    /// ```
    /// use training_replay::plot::{ColorRole, Mark};
    ///
    /// let words = Mark::text("best", [12.0, 0.3], ColorRole::Text);
    /// assert_eq!(words.points(), [[12.0, 0.3]]);
    /// ```
    pub fn text(text: impl Into<String>, at: Point, color: ColorRole) -> Self {
        Self::Text { text: text.into(), at, color, size: 1.0, anchor: Anchor::Center }
    }

    /// Sets the size of words, where 1 is that of the words along an axis; other marks stay as they are.
    ///
    /// ```
    /// use training_replay::plot::{ColorRole, Mark};
    ///
    /// let large = Mark::text("best", [12.0, 0.3], ColorRole::Text).sized(1.5);
    /// assert!(matches!(large, Mark::Text { size: 1.5, .. }));
    /// ```
    #[must_use]
    pub fn sized(mut self, words: f64) -> Self {
        if let Self::Text { size, .. } = &mut self {
            *size = words;
        }
        self
    }

    /// Sets which part of words is at their point; other marks stay as they are.
    ///
    /// ```
    /// use training_replay::plot::{Anchor, ColorRole, Mark};
    ///
    /// let beside = Mark::text("best", [12.0, 0.3], ColorRole::Text).anchored(Anchor::Left);
    /// assert!(matches!(beside, Mark::Text { anchor: Anchor::Left, .. }));
    /// ```
    #[must_use]
    pub fn anchored(mut self, part: Anchor) -> Self {
        if let Self::Text { anchor, .. } = &mut self {
            *anchor = part;
        }
        self
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

    /// What it is called where a picture has groups.
    #[cfg(feature = "plot")]
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Area { .. } => "area",
            Self::Line { .. } => "line",
            Self::Dots { .. } => "dots",
            Self::Rings { .. } => "rings",
            Self::Text { .. } => "words",
        }
    }

    /// Returns the color role that the mark is drawn in.
    pub fn color(&self) -> ColorRole {
        match self {
            Self::Area { color, .. }
            | Self::Line { color, .. }
            | Self::Dots { color, .. }
            | Self::Rings { color, .. }
            | Self::Text { color, .. } => *color,
        }
    }

    /// Whether its vertical axis is the one on the right.
    pub(crate) fn is_on_the_right(&self) -> bool {
        matches!(self, Self::Line { right: true, .. })
    }

    /// Returns the points that the mark is drawn through or at.
    pub fn points(&self) -> &[Point] {
        match self {
            Self::Area { corners, .. } => corners,
            Self::Line { points, .. } | Self::Dots { points, .. } | Self::Rings { points, .. } => points,
            Self::Text { at, .. } => std::slice::from_ref(at),
        }
    }
}

//! One plot as plain data: its axes, and what is drawn between them.

use std::ops::RangeInclusive;

use super::{Axis, ColorRole, Mark};

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
///     .legend("measured", ColorRole::Series(0));
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
    pub legend: Vec<(String, ColorRole)>,
}

impl Panel {
    /// An empty plot.
    pub fn new(title: impl Into<String>, x: Axis, y: Axis) -> Self {
        Self { title: title.into(), x, y, right: None, marks: Vec::new(), legend: Vec::new() }
    }

    /// Draws something over what there is.
    #[must_use]
    pub fn mark(mut self, mark: Mark) -> Self {
        self.marks.push(mark);
        self
    }

    /// Tells what an ink means.
    #[must_use]
    pub fn legend(mut self, name: impl Into<String>, color: ColorRole) -> Self {
        self.legend.push((name.into(), color));
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

//! One plot as plain data: its axes, and what is drawn between them.

use std::ops::RangeInclusive;

use super::{Axis, ColorRole, Mark};

/// One plot as plain data: its axes, the marks between them, and its legend.
///
/// The panels of this crate are made by functions such as [`Panel::feature_space`]. Whatever is public here can be looked at
/// and changed before it is drawn, and more can be drawn over it.
///
/// ```
/// use training_replay::plot::{Axis, ColorRole, Figure, Mark, Panel};
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
    /// The title above the plot; empty for none.
    pub title: String,
    /// The horizontal axis.
    pub x: Axis,
    /// The vertical axis.
    pub y: Axis,
    /// A second vertical axis on the right, for lines in other units.
    pub right: Option<Axis>,
    /// The marks, the first at the bottom.
    pub marks: Vec<Mark>,
    /// The legend: names, and the color each stands for.
    pub legend: Vec<(String, ColorRole)>,
}

impl Panel {
    /// Creates an empty plot.
    ///
    /// ```
    /// use training_replay::plot::{Axis, Panel};
    ///
    /// let panel = Panel::new("Title", Axis::new("x", 0.0..=10.0), Axis::new("y", -1.0..=1.0));
    /// assert!(panel.marks.is_empty() && panel.legend.is_empty());
    /// ```
    pub fn new(title: impl Into<String>, x: Axis, y: Axis) -> Self {
        Self { title: title.into(), x, y, right: None, marks: Vec::new(), legend: Vec::new() }
    }

    /// Draws a mark over what there is.
    ///
    /// ```
    /// use training_replay::plot::{Axis, ColorRole, Mark, Panel};
    ///
    /// let unit = || Axis::new("", 0.0..=1.0);
    /// let diagonal = Mark::line([[0.0, 0.0], [1.0, 1.0]], ColorRole::Series(0));
    /// let panel = Panel::new("", unit(), unit()).mark(diagonal).mark(Mark::dots([[0.5, 0.5]], ColorRole::Marker));
    /// assert_eq!(panel.marks.len(), 2); // the dot is above the line
    /// ```
    #[must_use]
    pub fn mark(mut self, mark: Mark) -> Self {
        self.marks.push(mark);
        self
    }

    /// Adds an entry to the legend.
    ///
    /// ```
    /// use training_replay::plot::{Axis, ColorRole, Panel};
    ///
    /// let unit = || Axis::new("", 0.0..=1.0);
    /// let panel = Panel::new("", unit(), unit()).legend("training", ColorRole::Series(0));
    /// assert_eq!(panel.legend, [("training".to_owned(), ColorRole::Series(0))]);
    /// ```
    #[must_use]
    pub fn legend(mut self, name: impl Into<String>, color: ColorRole) -> Self {
        self.legend.push((name.into(), color));
        self
    }

    /// Sets the title.
    ///
    /// ```
    /// use training_replay::{Activation, plot::Panel};
    ///
    /// assert_eq!(Panel::activation(Activation::Relu).titled("Rectifier").title, "Rectifier");
    /// ```
    #[must_use]
    pub fn titled(self, title: impl Into<String>) -> Self {
        Self { title: title.into(), ..self }
    }

    /// Sets the limits of both axes. What is beyond them is cut off.
    ///
    /// ```
    /// use training_replay::{Activation, plot::Panel};
    ///
    /// let panel = Panel::activation(Activation::Sigmoid).within(-2.0..=2.0, 0.0..=1.0);
    /// assert_eq!((panel.x.low, panel.y.high), (-2.0, 1.0));
    /// ```
    #[must_use]
    pub fn within(mut self, x: RangeInclusive<f64>, y: RangeInclusive<f64>) -> Self {
        (self.x.low, self.x.high) = x.into_inner();
        (self.y.low, self.y.high) = y.into_inner();
        self
    }

    /// Draws an upright line at a place of the horizontal axis, such as the epoch that is shown.
    ///
    /// ```
    /// use training_replay::plot::{ColorRole, Panel};
    ///
    /// let panel = Panel::curves("loss", &[("loss", &[(0, 0.75), (1, 0.5)])]).marker(1.0);
    /// assert_eq!(panel.in_color(ColorRole::Marker).next().unwrap().points()[0], [1.0, 0.0]);
    /// ```
    #[must_use]
    pub fn marker(self, x: f64) -> Self {
        let (low, high) = (self.y.low, self.y.high);
        self.mark(Mark::Line { points: vec![[x, low], [x, high]], color: ColorRole::Marker, width: 1.5, right: false })
    }

    /// Returns the marks of a color role, the lowest first.
    ///
    /// ```
    /// use training_replay::{Activation, plot::{ColorRole, Panel}};
    ///
    /// let panel = Panel::activation(Activation::Relu);
    /// assert_eq!(panel.in_color(ColorRole::Series(1)).count(), 1); // the gradient
    /// ```
    pub fn in_color(&self, color: ColorRole) -> impl Iterator<Item = &Mark> {
        self.marks.iter().filter(move |mark| mark.color() == color)
    }
}

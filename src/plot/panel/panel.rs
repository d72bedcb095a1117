//! One plot as plain data: its axes, and what is drawn between them.

use std::ops::RangeInclusive;

use super::{Axis, AxisKind, ColorRole, Mark};
use crate::math::elementary;

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
    /// What has to be known to read the plot right, in short sentences below its title: that it is a slice, what it leaves out.
    pub notes: Vec<String>,
    /// The proportions of the plot between its axes.
    pub aspect: Aspect,
}

/// The proportions of the plot between the axes of a panel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Aspect {
    /// As wide and as high as there is room.
    #[default]
    Free,
    /// As wide as it is high.
    Square,
    /// One unit takes as many pixels along both axes: a circle is round, and a right angle right.
    Equal,
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
        Self {
            title: title.into(),
            x,
            y,
            right: None,
            marks: Vec::new(),
            legend: Vec::new(),
            notes: Vec::new(),
            aspect: Aspect::Free,
        }
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

    /// Adds a note below the title: what has to be known to read the plot right.
    ///
    /// ```
    /// use training_replay::{Activation, plot::Panel};
    ///
    /// let panel = Panel::activation(Activation::Relu).note("its gradient at 0 is taken as 0");
    /// assert_eq!(panel.notes, ["its gradient at 0 is taken as 0"]);
    /// ```
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// Sets the proportions of the plot between the axes.
    ///
    /// ```
    /// use training_replay::{Activation, plot::{Aspect, Panel}};
    ///
    /// assert_eq!(Panel::activation(Activation::Relu).aspect(Aspect::Equal).aspect, Aspect::Equal);
    /// ```
    #[must_use]
    pub fn aspect(self, aspect: Aspect) -> Self {
        Self { aspect, ..self }
    }

    /// Places the values of the vertical axis by their logarithms, from a little below the smallest positive one to a
    /// little above the largest.
    ///
    /// What is zero or less is marked at the lower end, where it is a curve's.
    ///
    /// ```
    /// use training_replay::plot::{AxisKind, Panel};
    ///
    /// let panel = Panel::curves("loss", &[("loss", &[(0, 1000.0), (1, 0.1), (2, 0.01)])]).log_y();
    /// assert!(panel.y.kind == AxisKind::Logarithmic && panel.y.low > 0.0 && panel.y.low <= 0.01);
    /// ```
    #[must_use]
    pub fn log_y(mut self) -> Self {
        let values =
            self.marks.iter().filter(|mark| !mark.is_on_the_right()).flat_map(Mark::points).map(|point| point[1]);
        let (low, high) = positive(values);
        // A curve on the axis itself would not be seen.
        let little = elementary::pow(high / low, 0.02);
        (self.y.low, self.y.high) = if little.is_finite() { (low / little, high * little) } else { (low, high) };
        self.y.kind = AxisKind::Logarithmic;
        self.notes.retain(|note| !note.starts_with(LEAVES_OUT)); // It has room for all.
        self
    }

    /// Places the values of the horizontal axis by their logarithms, from the smallest positive one to the largest.
    ///
    /// ```
    /// use training_replay::plot::{AxisKind, Panel};
    ///
    /// let panel = Panel::curves("loss", &[("loss", &[(1, 3.0), (10, 2.0), (100, 1.0)])]).log_x();
    /// assert_eq!((panel.x.kind, panel.x.low), (AxisKind::Logarithmic, 1.0));
    /// ```
    #[must_use]
    pub fn log_x(mut self) -> Self {
        let values = self.marks.iter().flat_map(Mark::points).map(|point| point[0]).chain([self.x.low, self.x.high]);
        let values = values.filter(|value| (self.x.low..=self.x.high).contains(value));
        (self.x.low, self.x.high) = positive(values);
        self.x.kind = AxisKind::Logarithmic;
        self
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
        self.mark(Mark::line([[x, low], [x, high]], ColorRole::Marker).wide(2.0))
    }

    /// All words that are drawn.
    #[cfg(feature = "plot")]
    pub(crate) fn texts(&self) -> impl Iterator<Item = &str> {
        let axes = [Some(&self.x), Some(&self.y), self.right.as_ref()].into_iter().flatten();
        let along = axes.flat_map(|axis| axis.names().iter().chain([&axis.label]));
        let beside = self.legend.iter().map(|(name, _)| name).chain(&self.notes).chain([&self.title]);
        let between =
            self.marks.iter().filter_map(|mark| if let Mark::Text { text, .. } = mark { Some(text) } else { None });
        along.chain(beside).chain(between).map(String::as_str)
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

/// How a note begins that says which epochs the axes have no room for.
pub(crate) const LEAVES_OUT: &str = "the axes leave out ";

/// From the smallest positive number to the largest; from 0.1 to 1 where there is none.
fn positive(values: impl Iterator<Item = f64>) -> (f64, f64) {
    let positive = values.filter(|&value| value > 0.0 && value.is_finite());
    let (low, high) = positive.fold((f64::INFINITY, 0.0_f64), |(low, high), value| (low.min(value), high.max(value)));
    if low > high {
        (0.1, 1.0)
    } else if low < high {
        (low, high)
    } else {
        (low / 2.0, high * 2.0)
    }
}

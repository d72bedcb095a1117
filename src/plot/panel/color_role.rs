//! The roles of colors, before a theme says which colors they are.

/// The role of a color: what a mark stands for. A [`Theme`](crate::plot::Theme) says which color that is.
///
/// ```
/// use training_replay::plot::{ColorRole, Theme};
///
/// let dots = ColorRole::Class(0);
/// assert_ne!(Theme::light().color(dots), Theme::dark().color(dots));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ColorRole {
    /// The samples of a class.
    Class(usize),
    /// The region where a class is predicted: a ground of nearly the hue of the class, pale on white and deep on black.
    Region(usize),
    /// Samples of which another class is predicted.
    Misclassified,
    /// The boundary between classes.
    Boundary,
    /// The lines of a bent grid.
    Grid,
    /// A curve, by its number from 0.
    Series(usize),
    /// A band around a curve: the color of the curve, paler.
    Band(usize),
    /// A level of a number, from 0 for the lowest; one beyond the last is the last.
    ///
    /// ```
    /// use training_replay::plot::{ColorRole, Theme};
    ///
    /// let theme = Theme::light();
    /// assert_eq!(theme.levels.len(), 7);
    /// assert_eq!(theme.color(ColorRole::Level(9)), theme.color(ColorRole::Level(6)));
    /// ```
    Level(usize),
    /// The ground where a number has a level, from 0 for the lowest: nearly its hue, and pale enough for words and lines above it.
    ///
    /// ```
    /// use training_replay::plot::{ColorRole, Theme};
    ///
    /// let theme = Theme::dark();
    /// assert_eq!(theme.color(ColorRole::Shade(6)), theme.shades[6]);
    /// ```
    Shade(usize),
    /// The background, for the edges of a line that crosses others.
    Ground,
    /// The epoch that is shown.
    Marker,
    /// Text and axes.
    Text,
}

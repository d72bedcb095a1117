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
    /// The region where a class is predicted: the color of the class, paler.
    Region(usize),
    /// Samples of which another class is predicted.
    Misclassified,
    /// The boundary between classes.
    Boundary,
    /// The lines of a bent grid.
    Grid,
    /// A curve, by its number from 0.
    Series(usize),
    /// A value among others, from low to high: 0 to 6.
    Level(usize),
    /// A band around a curve: the color of the curve, paler.
    Band(usize),
    /// The epoch that is shown.
    Marker,
    /// Text and axes.
    Text,
}

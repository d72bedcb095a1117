//! What something is drawn in, before a theme says which color that is.

/// What something is drawn in, whatever the [`Theme`](crate::plot::Theme) makes of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ColorRole {
    /// The samples of a class.
    Class(usize),
    /// Where a class is predicted: the same, paler.
    Region(usize),
    /// Samples of which another class is predicted.
    Misclassified,
    /// Where classes part.
    Boundary,
    /// The lines of a bent grid.
    Grid,
    /// A curve of its own, the first, the second ...
    Series(usize),
    /// The same, paler: a band around it, or what is yet to come.
    Band(usize),
    /// The epoch that is shown.
    Marker,
    /// Words and axes.
    Text,
}

//! The spaces that a network sees its samples in: planes and grids in them, and where the classes part.

pub(crate) mod boundary_score;
pub(crate) mod contour;
mod decision_boundary;
pub(crate) mod feature_space;
pub(crate) mod grid;
mod pca;
mod plane;
mod view;

pub use decision_boundary::DecisionBoundary;
pub use feature_space::{FeatureSpace, Patch};
pub use grid::Grid;
pub use pca::{IncrementalPca, PrincipalPlane};
pub use plane::Plane;
pub use view::View;

/// A line through the plane: its points in order, `(points, 2)`. A closed one ends where it began.
pub type Polyline = crate::Matrix;

//! The spaces in which a network represents its samples: grids and planes in them, and decision boundaries.

pub(crate) mod boundary_score;
pub(crate) mod contour;
mod decision_boundary;
pub(crate) mod eigen;
pub(crate) mod feature_space;
pub(crate) mod grid;
pub(crate) mod lens;
mod pca;
mod plane;
mod scatter;
mod view;

pub use decision_boundary::DecisionBoundary;
pub use feature_space::{FeatureSpace, Patch};
pub use grid::Grid;
pub use pca::{IncrementalPca, PrincipalPlane};
pub use plane::Plane;
pub use view::View;

/// A line in a plane: its points in order, `(points, 2)`. The last point of a closed line is the first one.
pub type Polyline = crate::Matrix;

//! What can be asked of a model and data, as plain values.
//!
//! Of one epoch: where the classes part ([`DecisionBoundary`]), how a layer bends its inputs ([`FeatureSpace`], on a
//! [`Plane`] if need be), which samples are wrong ([`ConfusionMatrix`], [`ProbabilityHistogram`]), and how weights,
//! gradients and activations are distributed ([`LayerDistribution`]). Of a run: its story ([`Milestones`]), the bill of every
//! sample ([`Ledger`]), whether it is what was logged ([`Verification`]), and where it parts from another ([`Parting`]). Of
//! many runs: [`Band`], [`Reached`], [`Race`].
//!
//! A [`Snapshot`](crate::Snapshot), a [`Replay`](crate::Replay) and [`Runs`](crate::Runs) answer with these. Each can be
//! computed for any model that implements [`Forward`](crate::Forward) too, recorded or not:
//!
//! ```
//! use training_replay::{Activation, Dense, Sequential, analysis::{DecisionBoundary, Grid}};
//!
//! let model = Sequential::builder(2).layer(Dense::new(1).activation(Activation::Sigmoid)).build(42)?;
//! let map = DecisionBoundary::of(&model, &Grid::default())?;
//! assert_eq!(map.outputs.shape(), (100 * 100, 1));
//! assert_eq!(map.boundary.len(), 1); // without a hidden layer: one line
//! # Ok::<(), training_replay::Error>(())
//! ```

mod band;
mod confusion;
mod contour;
mod criteria;
mod decision_boundary;
mod density;
mod difference;
mod distribution;
mod evaluation;
mod feature_space;
mod grid;
mod histogram;
mod layer_distribution;
mod layer_values;
mod ledger;
mod milestone;
mod milestones;
mod observation;
mod plane;
mod plateau;
mod principal_plane;
mod probability_histogram;
mod reached;
mod score;
mod selection;
mod verification;
mod view;

pub use band::Band;
pub use confusion::ConfusionMatrix;
pub use criteria::Criteria;
pub use decision_boundary::DecisionBoundary;
pub use density::Density;
pub use difference::{Difference, Parting};
pub use distribution::Distribution;
pub use evaluation::evaluate;
pub use feature_space::{FeatureSpace, Patch};
pub use grid::Grid;
pub use histogram::Histogram;
pub(crate) use layer_distribution::Measured;
pub use layer_distribution::{LayerCurve, LayerDistribution, Quantity, Since};
pub use layer_values::LayerValues;
pub use ledger::{Flips, Ledger, Told};
pub use milestone::{Milestone, MilestoneKind, Subject};
pub use milestones::Milestones;
pub use observation::{ClassCount, LayerState, Observation};
pub use plane::Plane;
pub use plateau::{Plateau, plateaus};
pub use principal_plane::{PrincipalPlane, Scatter};
pub use probability_histogram::ProbabilityHistogram;
pub use reached::{Race, Reached};
pub use selection::Selection;
pub use verification::{Audit, Check, Verification};
pub use view::View;

/// A line through the plane: its points in order, `(points, 2)`. A closed one ends where it began.
pub type Polyline = crate::Matrix;

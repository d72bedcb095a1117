//! What can be asked of a model and data, as plain values.
//!
//! Of one epoch: where the classes part ([`DecisionBoundary`]), how a layer bends its inputs ([`FeatureSpace`], on a
//! [`Plane`] if need be), which samples are wrong ([`ConfusionMatrix`], [`ProbabilityHistogram`]), and how weights,
//! gradients and activations are distributed ([`LayerDistribution`]). Of a run: its story ([`Milestones`]), the bill of every
//! sample ([`SampleHistory`]), whether it is what was logged ([`Verification`]), and where it parts from another ([`RunDiff`]). Of
//! many runs: [`QuantileBand`], [`EpochsToTarget`], [`HeadToHead`].
//!
//! A [`Snapshot`](crate::Snapshot), a [`Replay`](crate::Replay) and [`Runs`](crate::Runs) answer with these. Each can be
//! computed for any model that implements [`Forward`](crate::Forward) too, recorded or not:
//!
//! ```
//! use training_replay::{Activation, Dense, Sequential, analysis::{DecisionBoundary, Grid, View}};
//!
//! let model = Sequential::builder(2).layer(Dense::new(1).activation(Activation::Sigmoid)).build(42)?;
//! let map = DecisionBoundary::of(&model, View::inputs(), &Grid::default())?;
//! assert_eq!(map.outputs.shape(), (100 * 100, 1));
//! assert_eq!(map.boundary.len(), 1); // without a hidden layer: one line
//! # Ok::<(), training_replay::Error>(())
//! ```

pub(crate) mod classification;
pub(crate) mod distribution;
pub(crate) mod run;
pub(crate) mod runs;
pub(crate) mod space;

pub use classification::*;
pub use distribution::*;
pub use run::*;
pub use runs::*;
pub use space::*;

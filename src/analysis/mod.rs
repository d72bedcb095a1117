//! Answers about models and runs, as plain values.
//!
//! A [`Snapshot`](crate::Snapshot) answers for one epoch, a [`Run`](crate::Run) for a recording, and
//! [`Runs`](crate::Runs) for many of them. Most answers can be computed for any model that implements
//! [`Forward`](crate::Forward) too, recorded or not: by a constructor named `of`.
//!
//! | about | answers |
//! |---|---|
//! | the spaces of a model | [`DecisionBoundary`] and [`FeatureSpace`], in a [`View`] and on a [`Grid`]; [`Plane`], [`PrincipalPlane`] and [`IncrementalPca`] for spaces of more than two dimensions |
//! | classification | [`ConfusionMatrix`] and its [`ClassificationReport`]; [`RocCurve`], [`PrecisionRecallCurve`], [`Calibration`]; [`ProbabilityHistogram`], and [`evaluate`] for loss and accuracy; [`PredictionDepth`] of each sample |
//! | distributions | [`Distribution`], [`Density`] and [`Histogram`] of numbers; [`LayerDistribution`], [`LayerCurve`] and [`LayerValues`] of each layer, chosen by a [`LayerFilter`] and a [`Quantity`] |
//! | one run | [`Milestones`], found in an [`EpochSummary`] of each epoch by [`MilestoneOptions`]; [`SampleHistory`]; [`Verification`] against what was logged; [`RunDiff`] and [`WeightDiff`]; [`plateaus`] |
//! | what is wrong with a run | a [`Diagnosis`] by [`DiagnosisOptions`]: its [`Finding`]s, and what was [`NotChecked`] |
//! | which samples caused a prediction | [`Influence`] and [`SelfInfluence`] by TracIn, with [`InfluenceOptions`] |
//! | the loss in the space of the weights | [`WeightPath`] of the epochs, [`LossSurface`] over a [`WeightPlane`], [`LossLine`] between two sets of weights |
//! | what becomes of a layer | the [`Spectrum`] of its kernel or its activations; [`LayerSimilarity`] and [`LayerChange`] |
//! | every answer | a [`Caveat`] for what was assumed or left out |
//! | many runs | [`QuantileBand`], [`EpochsToTarget`], [`HeadToHead`] |
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

mod caveat;
pub(crate) mod classification;
pub(crate) mod diagnosis;
mod display;
pub(crate) mod distribution;
pub(crate) mod landscape;
pub(crate) mod run;
pub(crate) mod runs;
pub(crate) mod space;

pub use caveat::Caveat;
pub use classification::*;
pub use diagnosis::*;
pub use distribution::*;
pub use landscape::*;
pub use run::*;
pub use runs::*;
pub use space::*;

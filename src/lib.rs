#![cfg_attr(all(doc, not(doctest)), doc = include_str!("../docs/images/embedded.md"))]
//! Record the weights of a neural network at every epoch of its training, and recompute anything from them later: how the
//! hidden layer bent the feature space, where the decision boundary ran, which samples were misclassified and what each
//! of them cost.
//!
//! Recording is one call in the training loop and loses nothing, even when the process is killed. Every question can be
//! asked at any time, of any epoch. It works with the networks that are built in, and with your own model from any framework.
//!
//! It does for Rust what [deepreplay](https://github.com/dvgodoy/deepreplay) did for Keras. Where these pages say *the article*,
//! they mean "Hyper-parameters in Action! Part I — Activation Functions" by deepreplay's author, Daniel Godoy (2018), which is
//! the main example.
//!
//! ```
//! use training_replay::{
//!     Activation, Dense, Loss, Metrics, Optimizer, Replay, Sequential, Trainer,
//!     analysis::{Grid, MilestoneOptions, View},
//!     datasets,
//! };
//!
//! # let folder = tempfile::tempdir().expect("a folder");
//! # let path = folder.path().join("run.replay");
//! let data = datasets::parabola(500, 13); // or Dataset::new(inputs, targets)?
//! let mut model = Sequential::builder(2)
//!     .layer(Dense::new(2).name("hidden").activation(Activation::Tanh))
//!     .layer(Dense::new(1).name("output").activation(Activation::Sigmoid))
//!     .build(42)?;
//! let loss = Loss::BinaryCrossEntropy;
//! let mut trainer = Trainer::new(loss, Optimizer::sgd(0.05)).batch_size(16).seed(13);
//!
//! let mut replay = Replay::options().dataset(&data).loss(loss).create(&path)?;
//! replay.record(&model, Metrics::new())?; // epoch 0: before training
//! for _ in 0..30 {
//!     let metrics = trainer.epoch(&mut model, &data)?;
//!     replay.record(&model, metrics)?; // epochs 1 to 30
//! }
//! replay.finish()?;
//!
//! let replay = Replay::open(&path)?; // in any process, at any time; no model is needed
//! let snapshot = replay.at(20)?;
//! let space = snapshot.feature_space("hidden", &Grid::default())?; // samples, bent grid, boundary
//! let map = snapshot.decision_boundary(View::inputs(), &Grid::default())?;
//! println!("epoch 20: {}", snapshot.evaluate(loss)?); // loss and accuracy over all samples
//! println!("{}", replay.run()?.milestones(&MilestoneOptions::default())?); // what happened, and when
//! # assert_eq!((space.samples.nrows(), map.outputs.nrows()), (1_000, 10_000));
//! # Ok::<(), training_replay::Error>(())
//! ```
//!
//! This is what three networks make of the same data, at the same epoch: the space of the hidden layer above, that of the
//! inputs below (drawn with the feature `plot`).
//!
//! ![Three networks at epoch 60: bent spaces of the hidden layer, and boundaries among the inputs][spaces]
//!
//! # Where to go on
//!
//! - The [`guide`]: recording, replaying, runs as a whole, your own model, many runs, pictures.
//! - The [`cookbook`]: short programs for single questions.
//! - The [`promises`]: what survives a crash or damage, what the numbers agree with, and the limits.
//!
//! | you ask | you call |
//! |---|---|
//! | what was logged | [`Replay::curve`], [`Replay::metrics`], [`Replay::metric_names`] |
//! | the weights of an epoch, bit for bit | [`Replay::weights`] |
//! | what was recorded within epochs | [`Replay::steps`]; every method that takes a [`Moment`] takes steps |
//! | the model of an epoch | [`Replay::at`]; one of your own: [`Replay::run_with`] and [`Run::at`] |
//! | how a layer bends the input space | [`Snapshot::feature_space`] |
//! | the decision boundary, in the space of the inputs or of a layer | [`Snapshot::decision_boundary`] with a [`View`](analysis::View) |
//! | which class, and with which probability | [`Snapshot::predicted_classes`], [`Snapshot::outputs`], [`Snapshot::probability_histogram`], [`Snapshot::confusion`]; of one label of several [`OneVsRest`] |
//! | how good the predictions are | `snapshot.confusion()?.report()` for precision, recall and F1; [`OneVsRest`] for ROC and precision-recall curves; [`Confidence`] for calibration |
//! | which samples are hard, and which labels may be wrong | [`SampleHistory::data_map`](analysis::SampleHistory::data_map) of [`Run::sample_history`]; [`PredictionDepth`](analysis::PredictionDepth) |
//! | which training samples caused a prediction, and which are outliers | [`Run::influence`], [`Run::self_influence`] |
//! | in regression: the errors, and level lines | [`Snapshot::residuals`], [`DecisionBoundary::level_lines`](analysis::DecisionBoundary::level_lines) |
//! | what each sample costs | [`Snapshot::losses`], [`Histogram::of_losses`](analysis::Histogram::of_losses) |
//! | loss and accuracy over all samples | [`Snapshot::evaluate`] |
//! | the outputs of every layer | [`Snapshot::activations`], [`Snapshot::pre_activations`] |
//! | gradients of the loss | [`Snapshot::gradients`] |
//! | distributions of weights, gradients, activations, and of their changes | [`Snapshot::distributions`]; over the epochs [`Run::statistic`] |
//! | what happened, and when | [`Run::milestones`] |
//! | another recorded data set than the training set | [`Run::on`], [`Snapshot::on`] |
//! | at which epoch a logged metric was best | [`Run::best_epoch`] |
//! | whether what was logged is what the weights give | [`Run::verify`] |
//! | when a sample was learned, and how often forgotten | [`Run::sample_history`] |
//! | where training goes in the space of the weights, how fast, and how sharply it turns | [`Run::weight_path`], [`RecordedWeights::weight_path`], [`Runs::weight_paths`] |
//! | the loss around it, and between two runs | [`Run::loss_surface`] over a [`WeightPlane`](analysis::WeightPlane), [`Run::loss_line`] |
//! | where two runs differ, and by how much | [`RecordedWeights::diff`] |
//! | anything of every epoch, on all cores | [`Run::map`] |
//! | many runs as one | [`Runs`] |
//! | a picture, an animation, a page (feature `plot`) | `plot::RunPlots`, `plot::Figure`, `plot::Animation`, `plot::Page` |
//!
//! Results are structs with public fields. Each can also be computed for a model that was never recorded, from
//! [`analysis`].
//!
//! # Features
//!
//! - `compression`, off by default: recordings that take less room, by `ReplayOptions::compress`, and what reads them.
//! - `csv`, off by default: data sets from CSV files, by `CsvOptions`.
//! - `import`, off by default: recordings from checkpoints of safetensors, PyTorch and numpy, by `import::Checkpoints`.
//! - `page`, off by default: a page to play with, and panels as plain data. It draws nothing and needs no fonts, only what deflates.
//! - `plot`, off by default: pictures and animations too.
//! - `cli`, off by default: the command `training-replay`, which asks, checks, copies and draws recordings without a program;
//!   `docs/command.md` in the repository describes it.
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]
// Input must not reach a panic, and bytes in files have one order.
#![warn(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::todo, clippy::dbg_macro)]
#![warn(clippy::host_endian_bytes, clippy::big_endian_bytes)]
// Numbers are promised to the bit: `clippy.toml` has the functions whose bits depend on the system.
#![cfg_attr(not(test), warn(clippy::disallowed_methods))]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

// The rooms, which `docs/architecture.md` walks through in the order of the flow.
mod activation;
mod codec;
mod data;
mod error;
mod file;
mod host;
mod loss;
mod math;
mod metrics;
mod model;
mod moment;
mod notation;
mod note;
#[cfg(feature = "serde")]
mod serial;

pub mod nn;
pub mod train;

pub mod analysis;
pub mod export;
#[cfg(feature = "import")]
pub mod import;
#[cfg(feature = "page")]
pub mod plot;
mod replay;
mod storage;

pub use half;
pub use model::units;
pub use nalgebra;

#[cfg(feature = "csv")]
pub use data::CsvOptions;
pub use data::{ClassLabels, Dataset, Standardization, Targets, generate as datasets};
pub use error::{Error, Result};
pub use loss::Loss;
pub use math::matrix::{Matrix, matrix_from_rows, to_row_major};
pub use metrics::Metrics;
pub use model::{
    Backward, Description, Dtype, Element, Forward, Model, Orientation, OutputKind, Parameter, Pieces, Probed,
    Training, Values, Visitor, Weights,
};
pub use moment::Moment;
#[doc(inline)]
pub use nn::{
    Activation, Architecture, BatchNormalization, Dense, Dropout, Initializer, LayerNormalization, Sequential,
};
pub use note::{NoteCondition, NoteItem, NoteValue};
pub use replay::{
    Alarm, AlarmCause, BackgroundRecorder, Base, Confidence, Durability, Fork, Later, LeftOutMoments, LeftOutParameter,
    OneVsRest, Parent, RecordedNotes, RecordedOutputs, RecordedParameter, RecordedProbe, RecordedState,
    RecordedTraining, RecordedWeights, Replay, ReplayOptions, Run, RunGroup, RunGroups, Runs, SharedData, Snapshot,
    StepRing, Steps,
};
pub use storage::Damage;
#[doc(inline)]
pub use train::{EarlyStopping, Goal, Optimizer, Trainer};

#[cfg_attr(all(doc, not(doctest)), doc = include_str!("../docs/images/embedded.md"))]
#[doc = include_str!("../docs/guide.md")]
#[cfg_attr(all(feature = "csv", feature = "plot"), doc = include_str!("../docs/from_tables.md"))]
#[doc = include_str!("../docs/tables.md")]
#[cfg_attr(feature = "plot", doc = include_str!("../docs/pictures.md"))]
pub mod guide {}

#[doc = include_str!("../docs/cookbook.md")]
pub mod cookbook {}

#[doc = include_str!("../docs/promises.md")]
pub mod promises {}

/// The programs of the README, which draw.
#[cfg(all(doctest, feature = "plot"))]
#[doc = include_str!("../README.md")]
struct Readme;

//! Classification: what a model predicts, with which probabilities, and how often correctly.

mod calibration;
mod classification_report;
pub(crate) mod confusion;
pub(crate) mod evaluate;
pub(crate) mod label;
pub(crate) mod nearest_neighbors;
mod precision_recall_curve;
pub(crate) mod prediction_depth;
pub(crate) mod predictions;
pub(crate) mod probability_histogram;
mod ranking;
mod roc_curve;

pub use calibration::{Calibration, CalibrationBin};
pub use classification_report::{ClassScores, ClassificationReport};
pub use confusion::ConfusionMatrix;
pub use evaluate::{Evaluation, evaluate, position_losses};
pub use precision_recall_curve::PrecisionRecallCurve;
pub use prediction_depth::PredictionDepth;
pub use probability_histogram::ProbabilityHistogram;
pub use roc_curve::RocCurve;

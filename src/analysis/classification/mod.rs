//! Classification: what a model predicts, with which probabilities, and how often correctly.

pub(crate) mod confusion;
pub(crate) mod evaluate;
pub(crate) mod label;
pub(crate) mod predictions;
pub(crate) mod probability_histogram;

pub use confusion::ConfusionMatrix;
pub use evaluate::{Evaluation, evaluate, position_losses};
pub use probability_histogram::ProbabilityHistogram;

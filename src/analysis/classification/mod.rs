//! How good a classifier is: what it predicts, how sure it is, how often it is right.

pub(crate) mod confusion;
pub(crate) mod evaluate;
pub(crate) mod probability_histogram;

pub use confusion::ConfusionMatrix;
pub use evaluate::evaluate;
pub use probability_histogram::ProbabilityHistogram;

//! Samples with their targets, the classes that targets and outputs name, and generated data sets.

mod dataset;
pub mod generate;
pub(crate) mod labels;

pub use dataset::Dataset;

//! Samples with their targets, the classes that targets and outputs name, and generated data sets.

mod class_label;
mod dataset;
pub mod generate;
pub(crate) mod labels;
mod split;
mod standardization;

pub use dataset::Dataset;
pub use standardization::Standardization;

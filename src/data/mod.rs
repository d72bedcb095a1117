//! Samples with their targets, the classes that targets and outputs name, and generated data sets.

mod class_labels;
#[cfg(feature = "csv")]
mod csv_options;
#[cfg(feature = "csv")]
mod csv_text;
mod dataset;
mod from_labels;
pub mod generate;
pub(crate) mod labels;
mod noise;
mod select;
mod split;
mod standardization;
mod targets;

pub use class_labels::ClassLabels;
#[cfg(feature = "csv")]
pub use csv_options::CsvOptions;
pub use dataset::Dataset;
pub use standardization::Standardization;
pub(crate) use targets::OwnedTargets;
pub use targets::Targets;

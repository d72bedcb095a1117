//! Samples with their targets, the classes that targets and outputs name, and generated data sets.

mod from_labels;
#[cfg(feature = "csv")]
mod csv_options;
#[cfg(feature = "csv")]
mod csv_text;
mod dataset;
pub mod generate;
pub(crate) mod labels;
mod split;
mod standardization;

#[cfg(feature = "csv")]
pub use csv_options::CsvOptions;
pub use dataset::Dataset;
pub use standardization::Standardization;

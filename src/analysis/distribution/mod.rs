//! How values are distributed: weights, gradients, z-values, activations.

pub(crate) mod density;
#[allow(clippy::module_inception)]
mod distribution;
pub(crate) mod histogram;
pub(crate) mod layer_distribution;
mod layer_filter;
mod layer_values;

pub use density::Density;
pub use distribution::Distribution;
pub use histogram::Histogram;
pub(crate) use layer_distribution::Measured;
pub use layer_distribution::{Baseline, LayerCurve, LayerDistribution, Quantity};
pub use layer_filter::LayerFilter;
pub use layer_values::LayerValues;

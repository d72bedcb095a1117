//! How values are distributed: weights, gradients, z-values, activations.

pub(crate) mod density;
#[allow(clippy::module_inception)]
mod distribution;
pub(crate) mod histogram;
mod layer_curve;
mod layer_distribution;
mod layer_filter;
mod layer_values;
mod quantity;

pub use density::Density;
pub use distribution::Distribution;
pub use histogram::Histogram;
pub use layer_curve::LayerCurve;
pub use layer_distribution::LayerDistribution;
pub use layer_filter::LayerFilter;
pub(crate) use layer_values::LayerPass;
pub use layer_values::LayerValues;
pub(crate) use quantity::Measured;
pub use quantity::{Baseline, Quantity};

//! Panels: plain data to be drawn, made from results of the analysis.

mod activation;
pub(crate) mod clip;
mod curves;
pub(crate) mod histograms;
#[allow(clippy::module_inception)]
mod panel;
pub(crate) mod planes;
pub(crate) mod regions;
pub(crate) mod violins;

pub use clip::Point;
pub use panel::{Axis, Mark, Panel};
pub use violins::Violins;

//! Panels: plain data to be drawn, made from results of the analysis.

mod activation;
mod axis;
pub(crate) mod clip;
mod color_role;
mod confusion;
mod curves;
mod data_map;
pub(crate) mod dense_layer;
mod findings;
mod fit;
pub(crate) mod histograms;
mod influence;
mod labels;
pub(crate) mod levels;
mod loss_line;
mod loss_surface;
mod mark;
mod network;
#[allow(clippy::module_inception)]
mod panel;
pub(crate) mod planes;
mod prediction_depth;
mod predictions;
mod rankings;
pub(crate) mod regions;
mod reliability;
mod shades;
mod similarity;
mod spectra;
pub(crate) mod violins;
mod weight_path;

pub use axis::{Axis, AxisKind};
pub use clip::Point;
pub use color_role::ColorRole;
pub use mark::{Anchor, Mark};
pub(crate) use panel::LEAVES_OUT;
pub use panel::{Aspect, Panel};

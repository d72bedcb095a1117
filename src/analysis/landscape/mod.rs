//! The loss in the space of the weights: the way of a run through it, the loss over a plane and along a line.

mod filter_normalized;
mod flat;
mod loss_line;
mod loss_surface;
pub(crate) mod mean_losses;
mod motion;
mod products;
mod weight_path;
mod weight_plane;
mod weight_rows;

pub use loss_line::LossLine;
pub use loss_surface::LossSurface;
pub use weight_path::WeightPath;
pub use weight_plane::WeightPlane;

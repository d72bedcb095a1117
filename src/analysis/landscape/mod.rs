//! The loss in the space of the weights: the way of a run through it, the loss over a plane and along a line; and what the weights make
//! of a layer: its spectrum, and how alike it is to others.

mod filter_normalized;
mod flat;
mod layer_similarity;
mod loss_line;
mod loss_surface;
pub(crate) mod mean_losses;
mod motion;
mod products;
mod similarity_matrix;
mod spectra;
mod spectrum;
mod weight_path;
mod weight_plane;
mod weight_rows;

pub use layer_similarity::{LayerChange, LayerSimilarity};
pub use loss_line::LossLine;
pub use loss_surface::LossSurface;
pub use similarity_matrix::SimilarityMatrix;
pub use spectra::Spectra;
pub use spectrum::Spectrum;
pub use weight_path::WeightPath;
pub use weight_plane::WeightPlane;

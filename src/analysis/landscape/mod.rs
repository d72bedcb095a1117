//! The loss in the space of the weights: the way of a run through it, the loss over a plane and along a line; and what the weights make
//! of a layer: its spectrum, and how alike it is to others.

mod curvature;
mod filter_normalized;
pub(crate) mod flat;
mod lanczos;
mod layer_similarity;
mod loss_line;
mod loss_surface;
pub(crate) mod mean_losses;
mod minibatch_cka;
mod motion;
mod products;
mod sharpness;
mod sharpness_history;
mod sharpness_options;
mod similarity_matrix;
mod spectra;
mod spectrum;
mod weight_path;
mod weight_plane;
mod weight_rows;

pub use layer_similarity::{LayerChange, LayerSimilarity};
pub use loss_line::LossLine;
pub use loss_surface::LossSurface;
pub use minibatch_cka::MinibatchCka;
pub use sharpness::Sharpness;
pub use sharpness_history::SharpnessHistory;
pub use sharpness_options::SharpnessOptions;
pub use similarity_matrix::SimilarityMatrix;
pub use spectra::Spectra;
pub use spectrum::Spectrum;
pub use weight_path::WeightPath;
pub use weight_plane::WeightPlane;

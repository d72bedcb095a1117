//! Built-in networks: layers, activations, initializers, and the [`Sequential`] that stacks them.
//!
//! ```
//! use training_replay::{Activation, Dense, Initializer, Matrix, Sequential};
//!
//! let model = Sequential::builder(2)
//!     .layer(Dense::new(2).name("hidden").activation(Activation::Tanh).kernel_initializer(Initializer::GlorotNormal))
//!     .layer(Dense::new(1).name("output").activation(Activation::Sigmoid))
//!     .build(42)?;
//! let probabilities = model.predict(&Matrix::zeros(5, 2))?;
//! assert_eq!(probabilities.shape(), (5, 1));
//! # Ok::<(), training_replay::Error>(())
//! ```

mod architecture;
mod backprop;
mod description;
mod encoding;
mod fit;
mod infer;
mod initializer;
mod initializer_notation;
mod layer;
mod sequential;
mod summary;
mod with_activation;

pub use architecture::Architecture;
pub(crate) use backprop::Pass;
pub use initializer::Initializer;
pub(crate) use layer::Trainable;
pub use layer::{BatchNormalization, Dense, Dropout, Layer, LayerNormalization};
pub use sequential::Sequential;

pub use crate::activation::Activation;

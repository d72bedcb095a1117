//! Training: the optimizers, the [`Trainer`] that runs epochs of mini-batches, and when to stop.
//!
//! ```
//! use training_replay::{Dense, Loss, Optimizer, Sequential, Trainer, datasets};
//!
//! let data = datasets::parabola(100, 13);
//! let mut model = Sequential::builder(2).layer(Dense::new(1)).build(42)?;
//! let mut trainer = Trainer::new(Loss::MeanSquaredError, Optimizer::sgd(0.1)).batch_size(16).seed(1);
//! let first = trainer.epoch(&mut model, &data)?;
//! let second = trainer.epoch(&mut model, &data)?;
//! assert!(second.get("loss") < first.get("loss"));
//! # Ok::<(), training_replay::Error>(())
//! ```

mod early_stopping;
mod epoch;
mod framework;
mod goal;
mod optimizer;
mod optimizer_notation;
mod recorded;
mod running_metrics;
mod state;
mod step;
mod trainer;
mod update;

pub use early_stopping::EarlyStopping;
pub use framework::Framework;
pub use goal::Goal;
pub use optimizer::Optimizer;
pub(crate) use state::recorded_optimizer;
pub use step::Step;
pub use trainer::Trainer;

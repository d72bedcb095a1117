#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
// Input must not reach a panic, and bytes in files have one order.
#![warn(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::todo, clippy::dbg_macro)]
#![warn(clippy::host_endian_bytes, clippy::big_endian_bytes)]
// Numbers are promised to the bit: `clippy.toml` has the functions whose bits depend on the system.
#![cfg_attr(not(test), warn(clippy::disallowed_methods))]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

// In the order of the flow: a room uses those above it.
mod codec;
mod data;
mod error;
mod loss;
mod math;
mod metrics;
mod model;

// The training half.
pub mod nn;
pub mod train;

// The replay half.
pub mod analysis;
#[cfg(feature = "plot")]
pub mod plot;
mod replay;
mod storage;

pub use nalgebra;

pub use data::{Dataset, generate as datasets};
pub use error::{Error, Result};
pub use loss::Loss;
pub use math::matrix::{Matrix, to_row_major};
pub use metrics::Metrics;
pub use model::{Backward, Description, Forward, Model, Parameter, Values, Weights};
pub use nn::{Activation, Architecture, BatchNormalization, Dense, Dropout, Initializer, Sequential};
pub use replay::{Durability, Replay, ReplayOptions, Run, Runs, Snapshot};
pub use storage::Damage;
pub use train::{Optimizer, Trainer};

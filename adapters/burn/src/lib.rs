#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
// Input must not reach a panic.
#![warn(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::todo, clippy::dbg_macro)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod activation;
mod backward;
mod error;
mod forward;
mod incoming;
mod input;
mod layer;
#[cfg(feature = "train")]
mod learner;
mod load;
mod loader;
mod path;
mod pieces;
mod recorded;
mod replayed;
mod rows;
mod units;
mod values;
mod walk;

pub use input::Input;
#[cfg(feature = "train")]
pub use learner::Recording;
pub use load::load_into;
pub use recorded::Recorded;
pub use replayed::Replayed;
pub use units::Units;

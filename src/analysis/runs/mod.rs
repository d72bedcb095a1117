//! Many runs as one: a band of their curves, who came first.

mod quantile_band;
mod reached;

pub use quantile_band::QuantileBand;
pub use reached::{EpochsToTarget, HeadToHead};

//! Many runs as one: a band of their curves, who came first.

mod epochs_to_target;
mod head_to_head;
mod quantile_band;

pub use epochs_to_target::EpochsToTarget;
pub use head_to_head::HeadToHead;
pub use quantile_band::QuantileBand;

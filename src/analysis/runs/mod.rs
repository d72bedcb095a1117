//! Many runs: bands of their curves, and when each of them came to a milestone.

mod epochs_to_target;
mod head_to_head;
mod quantile_band;

pub use epochs_to_target::EpochsToTarget;
pub use head_to_head::HeadToHead;
pub use quantile_band::QuantileBand;

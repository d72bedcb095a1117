#![doc = include_str!("../README.md")]

mod activation;
mod array;
mod backward;
mod error;
mod forward;
mod layer;
mod live;
mod load;
mod matrices;
mod named_tensors;
mod orientation;
mod pieces;
mod recorded;
mod replayed;
mod shapes;
mod units;

pub use load::load_into;
pub use named_tensors::NamedTensors;
pub use recorded::Recorded;
pub use replayed::Replayed;
pub use units::Units;

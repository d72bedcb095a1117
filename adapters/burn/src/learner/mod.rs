//! Recordings of what burn's own learner trains.

mod course;
mod recording;
mod strategy;

pub use recording::Recording;

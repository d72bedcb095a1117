//! Recorded weights back into a module.

use burn_core::module::Module;
use training_replay::{Moment, Replay, Result};

use crate::loader::{Places, filled};

/// Returns the module with the weights of a recorded moment in place of its own, bit for bit, to train on or to run.
///
/// Devices stay, and so does what is trained and what is frozen. Running statistics of the result are its own: clones of the
/// module that are still used keep theirs, which burn's `load_record` would change.
///
/// ```
/// use burn::{nn::{Linear, LinearConfig}, tensor::Device};
/// use training_replay::{Replay, Result};
/// use training_replay_burn::{Recorded, load_into};
///
/// # fn main() -> Result<()> {
/// let device = Device::default().autodiff();
/// let (trained, fresh): (Linear, Linear) = (LinearConfig::new(2, 3).init(&device), LinearConfig::new(2, 3).init(&device));
/// let mut replay = Replay::options().in_memory();
/// replay.record(&Recorded::of(&trained), [("loss", 0.7)])?;
///
/// let restored = load_into(&replay, 0, fresh)?;
/// assert_eq!(restored.weight.to_data(), trained.weight.to_data());
/// assert!(restored.weight.is_require_grad());
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// [`Error::Invalid`](training_replay::Error::Invalid) names an array that is missing, left over, or of another type than the
/// module's, [`Error::Shape`](training_replay::Error::Shape) one of another shape; and as [`Replay::weights`].
pub fn load_into<M: Module>(replay: &Replay, at: impl Into<Moment>, module: M) -> Result<M> {
    let weights = replay.weights(at)?;
    let places = Places::of(&module);
    // Running statistics are shared among clones; both of these make new ones.
    let fresh = if places.train() { module.valid().train() } else { module.valid() };
    filled(fresh, weights, Some(places))
}

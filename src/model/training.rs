//! A model beside what its trainer keeps: how whoever records lets training be gone on with later.

use super::{Description, Forward, Model, Parameter, wrapped::parameters_of};
use crate::{Matrix, Result};

/// A model beside the state of its training, to be recorded together.
///
/// From weights alone training can be begun anew, and not gone on with: an optimizer remembers gradients, counts its steps,
/// and is somewhere in the data. Such a state is recorded as a model is, by its arrays: whatever implements [`Model`], for
/// example [`Weights`](crate::Weights), can be one. [`Replay::training`](crate::Replay::training) returns it.
///
/// The crate's own trainer hands over its state by [`Trainer::training`](crate::Trainer::training).
///
/// ```
/// use training_replay::{Metrics, Parameter, Replay, Training, Weights};
///
/// let mut replay = Replay::options().in_memory();
/// let weights = Weights::from_iter([Parameter::new("line", "slope", [2], vec![0.5_f32, 1.0])]);
/// let optimizer = Weights::from_iter([
///     Parameter::new("line", "slope.velocity", [2], vec![0.25_f32, -1.0]),
///     Parameter::new("", "steps", [], vec![320_u64]),
/// ]);
/// replay.record(&Training::new(&weights, &optimizer), Metrics::new())?;
/// assert_eq!(replay.training().state(0)?.arrays(), &optimizer);
/// # Ok::<(), training_replay::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Training<'a, M: ?Sized, S> {
    model: &'a M,
    state: S,
}

impl<'a, M: Model + ?Sized, S: Model> Training<'a, M, S> {
    /// Puts the state of its training beside a model.
    pub fn new(model: &'a M, state: S) -> Self {
        Self { model, state }
    }
}

impl<M: Model + ?Sized, S: Model> Model for Training<'_, M, S> {
    parameters_of!(|it| it.model);

    fn as_forward(&self) -> Option<&dyn Forward> {
        self.model.as_forward()
    }

    fn probe_outputs(&self, inputs: &Matrix) -> Result<Option<Matrix>> {
        self.model.probe_outputs(inputs)
    }

    fn training_state(&self) -> Option<&dyn Model> {
        Some(&self.state)
    }
}

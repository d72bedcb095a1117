//! A module as what a recording takes: its parameters.

use burn_core::module::Module;
use training_replay::{Model, Parameter, Result, Visitor, Weights};

use crate::walk;

/// A burn module as a [`Model`] to record.
///
/// ```
/// use burn::{nn::{Linear, LinearConfig}, tensor::Device};
/// use training_replay::{Replay, Result};
/// use training_replay_burn::Recorded;
///
/// # fn main() -> Result<()> {
/// let module: Linear = LinearConfig::new(2, 3).init(&Device::default());
/// let mut replay = Replay::options().in_memory();
/// replay.record(&Recorded::of(&module), [("loss", 0.7)])?;
/// let weights = replay.weights(0)?;
/// assert_eq!(weights.require("", "weight", &[2, 3])?.values().len(), 6);
/// # Ok(())
/// # }
/// ```
///
/// # What is recorded
///
/// Every tensor that burn visits, in the order of the fields: parameters, frozen ones too, and the running statistics of a
/// batch normalization, as validation would use them. The path to it is its name: `encoder.layers.0.weight` is the array
/// `weight` of the layer `encoder.layers.0`, and what the module itself holds has the layer `""`.
/// Types stay as they are, bit for bit: floats of 16 to 64 bits, integers, bools. The weights of a `Linear` and of an
/// `Embedding` are said to be `(inputs, outputs)`, which those of a struct of one's own are not.
///
/// Each array is copied once from its device, one of more than 4 MiB in pieces, so that recording takes the memory of some pieces
/// and not of an array; [`Weights::of`] and a recorder in the background copy into memory of their own, piece by piece too. What
/// is not recorded, by [`only_parameters`](training_replay::ReplayOptions::only_parameters), is not copied.
///
/// burn has no way to copy from a device to a given place, so that a piece is copied once more in main memory. And where a tensor
/// does not lie in the order of its indices, as the weight of a `Linear` with `LinearLayout::Col`, burn puts all of it in order on
/// its device first: of burn's processor backends that is main memory.
///
/// Not recorded are fields that are no module (an epsilon, a probability of dropout), which burn's own records leave out
/// too, and the state of the optimizer.
///
/// # Errors
///
/// Of [`Model::parameters`]: [`Error::Invalid`](training_replay::Error::Invalid) names a quantized tensor, and
/// [`Error::Model`](training_replay::Error::Model) is what the device failed with.
#[derive(Clone, Copy, Debug)]
pub struct Recorded<'a, M> {
    module: &'a M,
}

impl<'a, M: Module> Recorded<'a, M> {
    /// Takes a module, which it borrows.
    pub fn of(module: &'a M) -> Self {
        Self { module }
    }
}

impl<M: Module> Model for Recorded<'_, M> {
    fn parameters(&self) -> Result<Vec<Parameter<'_>>> {
        parameters(self.module)
    }

    fn visit(&self, visitor: &mut Visitor<'_>) -> Result<()> {
        walk::visit(self.module, visitor)
    }
}

/// All of them at once.
pub(crate) fn parameters<M: Module>(module: &M) -> Result<Vec<Parameter<'static>>> {
    Ok(Weights::of(&Recorded::of(module))?.into_iter().collect())
}

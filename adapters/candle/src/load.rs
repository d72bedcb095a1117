//! An epoch's weights into the variables of a map: to go on with training, or to use the network in candle.

use std::collections::BTreeMap;

use candle_core::{Tensor, Var};
use candle_nn::VarMap;
use rayon::prelude::*;
use training_replay::{Moment, Replay, Result};

use crate::{
    NamedTensors,
    array::to_variable,
    error::{at, invalid, shape},
    named_tensors::join,
};

/// Sets the variables of a map to what was recorded of them at a moment, bit for bit.
///
/// All of them or, after an error, none: every array is read beforehand. If one is damaged between the two readings, those
/// before it may be set.
///
/// ```
/// use candle_core::{DType, Device};
/// use candle_nn::{VarBuilder, VarMap};
/// use training_replay::{Metrics, Replay};
/// use training_replay_candle::{Recorded, load_into};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let network = |varmap: &VarMap| candle_nn::linear(2, 3, VarBuilder::from_varmap(varmap, DType::F32, &Device::Cpu));
/// let (trained, fresh) = (VarMap::new(), VarMap::new());
/// let (expected, found) = (network(&trained)?, network(&fresh)?);
/// let mut replay = Replay::options().in_memory();
/// replay.record(&Recorded::of(&trained), Metrics::new())?;
///
/// load_into(&replay, 0, &fresh)?;
/// assert_eq!(found.weight().to_vec2::<f32>()?, expected.weight().to_vec2::<f32>()?);
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// [`Error::Invalid`](training_replay::Error::Invalid) if a variable was not recorded, a recorded tensor is none of the
/// variables, or has another type, [`Error::Shape`](training_replay::Error::Shape) if it has another shape, and as
/// [`Replay::weights`].
pub fn load_into(replay: &Replay, at: impl Into<Moment>, varmap: &VarMap) -> Result<()> {
    let moment = at.into();
    let variables = variables(replay, moment, varmap)?;
    // Twice: once to see that each can be set, and once to set it. That costs less than memory for all of them at once, which
    // the system would have to make; so does each thread for the array that it is at.
    variables
        .par_iter()
        .map(|variable| variable.read(replay, moment).map(drop))
        .collect::<Vec<_>>()
        .into_iter()
        .collect::<Result<()>>()?;
    variables.par_iter().map(|variable| variable.load(replay, moment)).collect::<Vec<_>>().into_iter().collect()
}

/// A variable of a map, and what was recorded of it.
struct Variable<'r> {
    path: String,
    tensor: Tensor,
    layer: &'r str,
    name: &'r str,
}

/// The variables of a map, if they are what was recorded.
fn variables<'r>(replay: &'r Replay, moment: Moment, varmap: &VarMap) -> Result<Vec<Variable<'r>>> {
    let mut tensors: BTreeMap<String, Tensor> = varmap.named_tensors().into_iter().collect();
    let recorded: Vec<_> =
        replay.recorded_weights().names().map(|(layer, name)| (join(layer, name), layer, name)).collect();
    let paths = recorded.iter().map(|(path, ..)| path.clone()).collect();
    expect_same_names(moment, &tensors.keys().cloned().collect::<Vec<_>>(), paths)?;
    if recorded.is_empty() {
        replay.weights(moment)?; // Fails where nothing was recorded.
    }
    let variable = |(path, layer, name)| tensors.remove(&path).map(|tensor| Variable { path, tensor, layer, name });
    Ok(recorded.into_iter().filter_map(variable).collect()) // Each is there: the names are the same.
}

impl Variable<'_> {
    /// What was recorded of it, of its shape and type.
    fn read(&self, replay: &Replay, moment: Moment) -> Result<Var> {
        let value = to_variable(replay.parameter(moment, self.layer, self.name)?, self.tensor.device())?;
        expect_same_kind(&self.path, &self.tensor, &value)?;
        Ok(value)
    }

    fn load(&self, replay: &Replay, moment: Moment) -> Result<()> {
        let value = self.read(replay, moment)?;
        // A variable as a variable again is the same one.
        let variable = Var::from_tensor(&self.tensor);
        variable.and_then(|variable| variable.set(&value)).map_err(at(format!("setting {:?}", self.path)))
    }
}

fn expect_same_names(moment: Moment, variables: &[String], mut recorded: Vec<String>) -> Result<()> {
    recorded.sort_unstable();
    if variables == recorded {
        return Ok(());
    }
    let only = |these: &[String], those: &[String]| {
        these.iter().filter(|name| !those.contains(name)).cloned().collect::<Vec<_>>()
    };
    let (missing, left) = (only(variables, &recorded), only(&recorded, variables));
    let found = format!("others: {missing:?} were not recorded, {left:?} are none of the map's");
    Err(invalid(format!("the list of tensors of {moment}"), "the variables of the map", found))
}

fn expect_same_kind(path: &str, variable: &Tensor, value: &Tensor) -> Result<()> {
    if value.dims() != variable.dims() {
        return Err(shape(format!("the recorded {path:?}"), variable.dims(), value.dims()));
    }
    if value.dtype() != variable.dtype() {
        let expected = format!("{}, as the variable of the map", variable.dtype().as_str());
        return Err(invalid(format!("the type of the recorded {path:?}"), expected, value.dtype().as_str()));
    }
    Ok(())
}

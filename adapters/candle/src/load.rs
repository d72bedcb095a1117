//! An epoch's weights into the variables of a map: to go on with training, or to use the network in candle.

use std::collections::BTreeMap;

use candle_core::{Tensor, Var};
use candle_nn::VarMap;
use training_replay::{Moment, Replay, Result};

use crate::{
    NamedTensors,
    array::to_variable,
    error::{at, invalid, shape},
    named_tensors::join,
};

/// Sets the variables of a map to what was recorded of them at a moment, bit for bit.
///
/// All of them or, after an error, none.
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
    let variables: BTreeMap<String, Tensor> = varmap.named_tensors().into_iter().collect();
    let moment = at.into();
    let weights = replay.weights(moment)?;
    let recorded = weights.iter().map(|parameter| join(parameter.layer(), parameter.name())).collect();
    expect_same_names(moment, &variables.keys().cloned().collect::<Vec<_>>(), recorded)?;
    let mut pairs = Vec::with_capacity(variables.len());
    for parameter in weights {
        let path = join(parameter.layer(), parameter.name());
        let Some(variable) = variables.get(&path) else { continue }; // There is one: the names are the same.
        let value = to_variable(parameter, variable.device())?;
        expect_same_kind(&path, variable, &value)?;
        pairs.push((path, variable, value));
    }
    pairs.into_iter().try_for_each(|(path, variable, value)| set(&path, variable, &value))
}

fn set(path: &str, variable: &Tensor, value: &Var) -> Result<()> {
    // A variable as a variable again is the same one.
    let variable = Var::from_tensor(variable);
    variable.and_then(|variable| variable.set(value)).map_err(at(format!("setting {path:?}")))
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

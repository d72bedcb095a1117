//! An epoch's weights into the variables of a map: to go on with training, or to use the network in candle.

use std::collections::BTreeMap;

use candle_core::{Tensor, Var};
use candle_nn::VarMap;
use rayon::prelude::*;
use training_replay::{Moment, RecordedParameter, Replay, Result};

use crate::{
    NamedTensors,
    array::to_variable,
    error::{at, invalid, shape as shape_differs},
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
    // Read beforehand without being kept: memory for all of them at once, which the system would have to make, takes longer.
    replay.recorded_weights().check(moment)?;
    // Each thread holds the array that it is at.
    let loaded: Vec<Result<()>> = variables.par_iter().map(|variable| variable.load(replay, moment)).collect();
    loaded.into_iter().collect()
}

/// A variable of a map, and what was recorded of it.
struct Variable<'r> {
    path: String,
    tensor: Tensor,
    recorded: RecordedParameter<'r>,
}

/// The variables of a map, if what was recorded is of their names, shapes and types.
fn variables<'r>(replay: &'r Replay, moment: Moment, varmap: &VarMap) -> Result<Vec<Variable<'r>>> {
    let mut tensors: BTreeMap<String, Tensor> = varmap.named_tensors().into_iter().collect();
    let path = |it: RecordedParameter<'_>| join(it.layer(), it.name());
    let paths = replay.recorded_weights().parameters().map(path).collect();
    expect_same_names(moment, &tensors.keys().cloned().collect::<Vec<_>>(), paths)?;
    let variable =
        |recorded| tensors.remove(&path(recorded)).map(|tensor| Variable { path: path(recorded), tensor, recorded });
    // Each is there: the names are the same.
    let variables: Vec<_> = replay.recorded_weights().parameters().filter_map(variable).collect();
    variables.iter().try_for_each(Variable::expect_same_kind)?;
    Ok(variables)
}

impl Variable<'_> {
    fn expect_same_kind(&self) -> Result<()> {
        let (path, dims, shape) = (&self.path, self.tensor.dims(), self.recorded.shape());
        if !dims.iter().map(|&length| length as u64).eq(shape.iter().copied()) {
            let found: Vec<usize> = shape.iter().map(|&length| usize::try_from(length).unwrap_or(usize::MAX)).collect();
            return Err(shape_differs(format!("the recorded {path:?}"), dims, &found));
        }
        let (wanted, found) = (self.tensor.dtype().as_str(), self.recorded.dtype().to_string());
        if wanted != found {
            let expected = format!("{wanted}, as the variable of the map");
            return Err(invalid(format!("the type of the recorded {path:?}"), expected, found));
        }
        Ok(())
    }

    fn load(&self, replay: &Replay, moment: Moment) -> Result<()> {
        let recorded = replay.parameter(moment, self.recorded.layer(), self.recorded.name())?;
        let value = to_variable(recorded, self.tensor.device())?;
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

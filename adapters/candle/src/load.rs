//! An epoch's weights into the variables of a map: to go on with training, or to use the network in candle.

use std::collections::{BTreeMap, BTreeSet};

use candle_core::Tensor;
use candle_nn::VarMap;
use training_replay::{Error, LeftOutParameter, Moment, Parameter, RecordedParameter, Replay, Result};

use crate::{
    NamedTensors,
    array::{Put, to_variable, with_values},
    error::{at, invalid, shape as shape_differs},
    named_tensors::join,
};

/// Sets the variables of a map to what was recorded of them at a moment, bit for bit.
///
/// All of them or, after an error, none: everything is read and compared with its checksum beforehand. Should the file be
/// damaged between the two readings, the error is the same but some variables may be set.
///
/// Of a recording of [some parameters](training_replay::ReplayOptions::only_parameters), adapters say, these are set. The variables
/// of the others must be there, and the ones that were trained over: they are compared with their recorded checksums.
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
    let (moment, weights) = (at.into(), replay.recorded_weights());
    let variables = variables(replay, moment, varmap)?;
    // Read beforehand without being kept: memory for all of them at once, which the system would have to make, takes longer.
    weights.check(moment)?;
    weights.for_each_piece(moment, |recorded, start, values| {
        let path = join(recorded.layer(), recorded.name());
        let flat = variables.get(&path).ok_or_else(|| other_names(moment, &[], &[&path]))?;
        if flat.device().is_cpu() {
            return flat.inplace_op1(&Put { start, values }).map_err(at_variable(&path));
        }
        let piece = Parameter::new(recorded.layer(), recorded.name(), [values.len()], values.clone());
        let piece = to_variable(piece, flat.device())?;
        flat.slice_set(&piece, 0, start).map_err(at_variable(&path))
    })
}

/// The variables of a map by their paths, each as the row of its values, if what was recorded is of their names, shapes and types.
fn variables(replay: &Replay, moment: Moment, varmap: &VarMap) -> Result<BTreeMap<String, Tensor>> {
    let tensors: BTreeMap<String, Tensor> = varmap.named_tensors().into_iter().collect();
    let mut recorded = BTreeMap::new();
    for parameter in replay.recorded_weights().parameters() {
        let path = join(parameter.layer(), parameter.name());
        if recorded.insert(path.clone(), parameter).is_some() {
            return Err(invalid("the paths of the recorded tensors", "each of one", format!("two of {path:?}")));
        }
    }
    let left_out = expect_base(replay, &tensors)?;
    let known = |path: &String| recorded.contains_key(path) || left_out.contains(path);
    let missing: Vec<_> = tensors.keys().filter(|&path| !known(path)).collect();
    let left: Vec<_> = recorded.keys().filter(|&path| !tensors.contains_key(path)).collect();
    if !(missing.is_empty() && left.is_empty()) {
        return Err(other_names(moment, &missing, &left));
    }
    // The names are the same ones, in the same order.
    let tensors = tensors.into_iter().filter(|(path, _)| recorded.contains_key(path)).collect::<Vec<_>>();
    let pairs = tensors.into_iter().zip(recorded.into_values());
    pairs.map(|((path, tensor), recorded)| Ok((path.clone(), flat(&path, &tensor, recorded)?))).collect()
}

/// The paths of what the recording leaves out, which are variables of the same values; fails for one that is not.
fn expect_base(replay: &Replay, tensors: &BTreeMap<String, Tensor>) -> Result<BTreeSet<String>> {
    let check = |parameter: LeftOutParameter<'_>| {
        let path = join(parameter.layer(), parameter.name());
        let tensor = tensors.get(&path).ok_or_else(|| {
            invalid("the list of variables", "with all that the recording leaves out", format!("without {path:?}"))
        })?;
        with_values(&path, tensor, |values| {
            parameter.check(&Parameter::new(parameter.layer(), parameter.name(), tensor.dims(), values))
        })?;
        Ok(path)
    };
    replay.recorded_weights().left_out().map(check).collect()
}

/// The values of a variable as a row, which shares its storage: a variable is always in row-major order.
fn flat(path: &str, variable: &Tensor, recorded: RecordedParameter<'_>) -> Result<Tensor> {
    expect_same_kind(path, variable, recorded)?;
    variable.flatten_all().map_err(at_variable(path))
}

fn at_variable(path: &str) -> impl FnOnce(candle_core::Error) -> Error {
    at(format!("setting {path:?}"))
}

fn expect_same_kind(path: &str, variable: &Tensor, recorded: RecordedParameter<'_>) -> Result<()> {
    let (dims, shape) = (variable.dims(), recorded.shape());
    if !dims.iter().map(|&length| length as u64).eq(shape.iter().copied()) {
        let found: Vec<usize> = shape.iter().map(|&length| usize::try_from(length).unwrap_or(usize::MAX)).collect();
        return Err(shape_differs(format!("the recorded {path:?}"), dims, &found));
    }
    let (wanted, found) = (variable.dtype().as_str(), recorded.dtype().to_string());
    if wanted != found {
        let expected = format!("{wanted}, as the variable of the map");
        return Err(invalid(format!("the type of the recorded {path:?}"), expected, found));
    }
    Ok(())
}

fn other_names(moment: Moment, missing: &[&String], left: &[&String]) -> Error {
    let found = format!("others: {missing:?} were not recorded, {left:?} are none of the map's");
    invalid(format!("the list of tensors of {moment}"), "the variables of the map", found)
}

//! What a `VarStore` of tch holds, as the parameters that are recorded, and back.

use std::collections::BTreeMap;

use tch::{Kind, Tensor, kind::Element, nn::VarStore};
use training_replay::{Error, Model, Orientation, Parameter, Result, Values};

// glue
/// The variables of a store, as a model that can be recorded: by their names there, as they are.
pub(crate) struct Stored<'a>(pub(crate) &'a VarStore);

impl Model for Stored<'_> {
    fn parameters(&self) -> Result<Vec<Parameter<'_>>> {
        let variables = BTreeMap::from_iter(self.0.variables()); // A hash map has another order in every process.
        variables.iter().map(|(path, tensor)| parameter(path, tensor)).collect()
    }
}

pub(crate) fn parameter(path: &str, tensor: &Tensor) -> Result<Parameter<'static>> {
    let values: Values<'_> = match tensor.kind() {
        Kind::Float => copied::<f32>(tensor)?.into(),
        Kind::Double => copied::<f64>(tensor)?.into(),
        other => return Err(Error::model(format!("{path:?} is of {other:?}, which has no line here"))),
    };
    let (layer, name) = path.rsplit_once('.').unwrap_or(("", path));
    let parameter = Parameter::new(layer.to_owned(), name.to_owned(), shape(tensor), values);
    Ok(parameter.oriented(Orientation::OutputsInputs)) // as `nn::Linear` holds its weights
}

fn copied<T: Element + Default + Clone>(tensor: &Tensor) -> Result<Vec<T>> {
    let mut values = vec![T::default(); tensor.numel()];
    tensor.f_copy_data(&mut values, tensor.numel()).map_err(Error::model)?;
    Ok(values)
}

pub(crate) fn shape(tensor: &Tensor) -> Vec<usize> {
    tensor.size().iter().map(|&length| length as usize).collect()
}
// end of glue

//! The values of a tensor as those of a recording and back, bit for bit.

use burn_core::tensor::{DType, Element, TensorData};
use training_replay::{Error, Parameter, Result, Values};

use crate::error::invalid;

/// What is refused is packed: its bits are of no use without the scheme that they were packed by.
const EXPECTED: &str = "one of floats, integers or bools; dequantize the module before it is recorded";

/// Takes the values out of what was read from the device.
pub(crate) fn from_data(data: TensorData, label: &str) -> Result<Values<'static>> {
    match data.dtype() {
        DType::F64 => vector::<f64>(data),
        // Computed with less precision, kept as f32.
        DType::F32 | DType::Flex32 => vector::<f32>(data),
        other => Err(invalid(format!("the type of tensor {label}"), EXPECTED, format!("{other:?}"))),
    }
}

fn vector<E: Element>(data: TensorData) -> Result<Values<'static>>
where
    Vec<E>: Into<Values<'static>>,
{
    Ok(data.try_into_vec_as::<E>().map_err(Error::model)?.into())
}

/// Makes of recorded values what a tensor is made of: the array moves.
pub(crate) fn into_data(parameter: Parameter<'static>) -> Result<TensorData> {
    let shape = parameter.shape().to_vec();
    match parameter.values().clone() {
        Values::F32(values) => Ok(TensorData::new(values.into_owned(), shape)),
        Values::F64(values) => Ok(TensorData::new(values.into_owned(), shape)),
        other => Err(invalid("the type", "one", format!("{other:?}"))),
    }
}

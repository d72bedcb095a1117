//! The values of a tensor as those of a recording and back, bit for bit.

use burn_core::tensor::{DType, Element, TensorData};
use training_replay::{Error, Parameter, Result, Values};

use crate::error::invalid;

/// What a tensor must be made of. Packed bits are of no use without the scheme that they were packed by.
const KNOWN: &str = "one of floats, integers or bools: dequantize the module before it is recorded";

/// Takes the values out of what was read from the device.
pub(crate) fn from_data(data: TensorData, label: &str) -> Result<Values<'static>> {
    match data.dtype() {
        DType::F64 => vector::<f64>(data),
        // Computed with less precision, kept as f32.
        DType::F32 | DType::Flex32 => vector::<f32>(data),
        DType::F16 => vector::<training_replay::half::f16>(data),
        DType::BF16 => vector::<training_replay::half::bf16>(data),
        DType::I64 => vector::<i64>(data),
        DType::I32 => vector::<i32>(data),
        DType::I16 => vector::<i16>(data),
        DType::I8 => vector::<i8>(data),
        DType::U64 => vector::<u64>(data),
        DType::U32 => vector::<u32>(data),
        DType::U16 => vector::<u16>(data),
        DType::U8 => vector::<u8>(data),
        DType::Bool(_) => vector::<bool>(data),
        DType::QFloat(scheme) => Err(unknown(label, format!("quantized to {:?}", scheme.value))),
    }
}

fn vector<E: Element>(data: TensorData) -> Result<Values<'static>>
where
    Vec<E>: Into<Values<'static>>,
{
    Ok(data.try_into_vec_as::<E>().map_err(Error::model)?.into())
}

fn unknown(label: &str, found: String) -> Error {
    invalid(format!("the type of tensor {label}"), KNOWN, found)
}

/// Makes of a recorded array what a tensor is made of. The values move.
pub(crate) fn into_data(parameter: Parameter<'static>) -> Result<TensorData> {
    let shape = parameter.shape().to_vec();
    let label = format!("{}/{}", parameter.layer(), parameter.name());
    Ok(match parameter.into_values() {
        Values::F64(values) => TensorData::new(values.into_owned(), shape),
        Values::F32(values) => TensorData::new(values.into_owned(), shape),
        Values::F16(values) => TensorData::new(values.into_owned(), shape),
        Values::Bf16(values) => TensorData::new(values.into_owned(), shape),
        Values::I64(values) => TensorData::new(values.into_owned(), shape),
        Values::I32(values) => TensorData::new(values.into_owned(), shape),
        Values::I16(values) => TensorData::new(values.into_owned(), shape),
        Values::I8(values) => TensorData::new(values.into_owned(), shape),
        Values::U64(values) => TensorData::new(values.into_owned(), shape),
        Values::U32(values) => TensorData::new(values.into_owned(), shape),
        Values::U16(values) => TensorData::new(values.into_owned(), shape),
        Values::U8(values) => TensorData::new(values.into_owned(), shape),
        Values::Bool(values) => TensorData::new(values.into_owned(), shape),
        other => return Err(unknown(&label, other.dtype().to_string())),
    })
}

//! The values of a tensor as those of a recording and back, bit for bit.

use burn_core::tensor::{Element, TensorData, quantization::QuantScheme};
use training_replay::{Error, Parameter, Result, Values};

use crate::error::invalid;

/// What a tensor must be made of. Packed bits are of no use without the scheme that they were packed by.
const KNOWN: &str = "one of floats, integers or bools: dequantize the module before it is recorded";

/// What an expression makes of the type that the values of a tensor have: an error for a quantized one, which it names.
macro_rules! of_dtype {
    ($dtype:expr, $label:expr, $scalar:ident => $made:expr) => {
        $crate::values::of_dtype!(@ $dtype, $label, $scalar => $made,
            F64 = f64,
            // Computed with less precision, kept as f32.
            F32 = f32, Flex32 = f32,
            F16 = training_replay::half::f16, BF16 = training_replay::half::bf16,
            I64 = i64, I32 = i32, I16 = i16, I8 = i8,
            U64 = u64, U32 = u32, U16 = u16, U8 = u8
        )
    };
    (@ $dtype:expr, $label:expr, $scalar:ident => $made:expr, $($name:ident = $type:ty),*) => {
        match $dtype {
            $(burn_core::tensor::DType::$name => {
                type $scalar = $type;
                $made
            })*
            burn_core::tensor::DType::Bool(_) => {
                type $scalar = bool;
                $made
            }
            burn_core::tensor::DType::QFloat(scheme) => Err($crate::values::quantized($label, scheme)),
        }
    };
}
pub(crate) use of_dtype;

/// Takes the values out of what was read from the device.
pub(crate) fn from_data(data: TensorData, label: &str) -> Result<Values<'static>> {
    of_dtype!(data.dtype(), label, Scalar => vector::<Scalar>(data).map(Values::from))
}

/// The same as a vector of their type.
pub(crate) fn vector<E: Element>(data: TensorData) -> Result<Vec<E>> {
    data.try_into_vec_as::<E>().map_err(Error::model)
}

pub(crate) fn quantized(label: &str, scheme: QuantScheme) -> Error {
    unknown(label, format!("quantized to {:?}", scheme.value))
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

//! A tensor's values for a recording, and back: bit for bit in every type that both know.

use candle_core::{CpuStorage, DType, Device, InplaceOp1, Layout, Storage, Tensor, Var, WithDType};
use training_replay::{Error, Parameter, Result, Values};

use crate::{
    error::{at, invalid},
    named_tensors::join,
};

/// Hands over a tensor's values in row-major order: borrowed from its storage where they lie there in that order, else in
/// one copy. The storage is locked to be read until `each` returns.
pub(crate) fn with_values<R>(path: &str, tensor: &Tensor, each: impl FnOnce(Values<'_>) -> Result<R>) -> Result<R> {
    let copied = (!tensor.device().is_cpu()).then(|| tensor.to_device(&Device::Cpu)).transpose();
    let copied = copied.map_err(at(format!("copying {path:?} from its device")))?;
    let tensor = copied.as_ref().unwrap_or(tensor);
    let (storage, _) = tensor.storage_and_layout();
    match &*storage {
        Storage::Cpu(storage) => each(values(path, storage, tensor)?),
        _ => Err(invalid(format!("the storage of {path:?}"), "in main memory", "on a device")),
    }
}

fn values<'s>(path: &str, storage: &'s CpuStorage, tensor: &Tensor) -> Result<Values<'s>> {
    match storage {
        CpuStorage::F32(all) => in_order(path, all, tensor),
        CpuStorage::F64(all) => in_order(path, all, tensor),
        CpuStorage::F16(all) => in_order(path, all, tensor),
        CpuStorage::BF16(all) => in_order(path, all, tensor),
        CpuStorage::U8(all) => in_order(path, all, tensor),
        CpuStorage::U32(all) => in_order(path, all, tensor),
        CpuStorage::I16(all) => in_order(path, all, tensor),
        CpuStorage::I32(all) => in_order(path, all, tensor),
        CpuStorage::I64(all) => in_order(path, all, tensor),
        CpuStorage::F8E4M3(_) => Err(unsupported(path, DType::F8E4M3)),
        CpuStorage::F6E2M3(_) => Err(unsupported(path, DType::F6E2M3)),
        CpuStorage::F6E3M2(_) => Err(unsupported(path, DType::F6E3M2)),
        CpuStorage::F4(_) => Err(unsupported(path, DType::F4)),
        CpuStorage::F8E8M0(_) => Err(unsupported(path, DType::F8E8M0)),
    }
}

/// Those of a storage's values that are the tensor's, in its order.
fn in_order<'s, T: Copy>(path: &str, all: &'s [T], tensor: &Tensor) -> Result<Values<'s>>
where
    Values<'s>: From<&'s [T]> + From<Vec<T>>,
{
    let values = match tensor.layout().contiguous_offsets() {
        Some((start, end)) => all.get(start..end).map(Values::from),
        None => {
            tensor.strided_index().map(|index| all.get(index).copied()).collect::<Option<Vec<T>>>().map(Values::from)
        }
    };
    values.ok_or_else(|| {
        invalid(format!("the layout of {path:?}"), "within its storage", format!("{:?}", tensor.layout()))
    })
}

pub(crate) fn unsupported(path: &str, dtype: DType) -> Error {
    let expected = "f32, f64, f16, bf16, u8, u32, i16, i32 or i64 to be recorded";
    invalid(format!("the type of tensor {path:?}"), expected, dtype.as_str())
}

/// Puts values into a row of them in main memory, from a place on: nothing is made on the way.
pub(crate) struct Put<'v, 'a> {
    pub(crate) start: usize,
    pub(crate) values: &'v Values<'a>,
}

impl InplaceOp1 for Put<'_, '_> {
    fn name(&self) -> &'static str {
        "put"
    }

    fn cpu_fwd(&self, storage: &mut CpuStorage, layout: &Layout) -> candle_core::Result<()> {
        let start = layout.start_offset() + self.start;
        match (storage, self.values) {
            (CpuStorage::F32(row), Values::F32(values)) => put(row, start, values),
            (CpuStorage::F64(row), Values::F64(values)) => put(row, start, values),
            (CpuStorage::F16(row), Values::F16(values)) => put(row, start, values),
            (CpuStorage::BF16(row), Values::Bf16(values)) => put(row, start, values),
            (CpuStorage::U8(row), Values::U8(values)) => put(row, start, values),
            (CpuStorage::U32(row), Values::U32(values)) => put(row, start, values),
            (CpuStorage::I16(row), Values::I16(values)) => put(row, start, values),
            (CpuStorage::I32(row), Values::I32(values)) => put(row, start, values),
            (CpuStorage::I64(row), Values::I64(values)) => put(row, start, values),
            (_, values) => candle_core::bail!("values of {} are of another type than the variable", values.dtype()),
        }
    }
}

fn put<T: Copy>(row: &mut [T], start: usize, values: &[T]) -> candle_core::Result<()> {
    match row.get_mut(start..start.saturating_add(values.len())) {
        Some(place) => place.copy_from_slice(values),
        None => candle_core::bail!("{} values from {start} on are beyond the variable", values.len()),
    }
    Ok(())
}

/// A variable with the values of a parameter, which are moved and not copied where it lives in main memory.
pub(crate) fn to_variable(parameter: Parameter<'_>, device: &Device) -> Result<Var> {
    let (path, shape) = (join(parameter.layer(), parameter.name()), parameter.shape().to_vec());
    match parameter.into_values() {
        Values::F32(values) => variable(&path, values.into_owned(), shape, device),
        Values::F64(values) => variable(&path, values.into_owned(), shape, device),
        Values::F16(values) => variable(&path, values.into_owned(), shape, device),
        Values::Bf16(values) => variable(&path, values.into_owned(), shape, device),
        Values::U8(values) => variable(&path, values.into_owned(), shape, device),
        Values::U32(values) => variable(&path, values.into_owned(), shape, device),
        Values::I16(values) => variable(&path, values.into_owned(), shape, device),
        Values::I32(values) => variable(&path, values.into_owned(), shape, device),
        Values::I64(values) => variable(&path, values.into_owned(), shape, device),
        other => {
            let expected = "f32, f64, f16, bf16, u8, u32, i16, i32 or i64, the types of candle";
            Err(invalid(format!("the type of {path:?}"), expected, other.dtype()))
        }
    }
}

fn variable<T: WithDType>(path: &str, values: Vec<T>, shape: Vec<usize>, device: &Device) -> Result<Var> {
    Var::from_vec(values, shape, device).map_err(at(format!("restoring {path:?}")))
}

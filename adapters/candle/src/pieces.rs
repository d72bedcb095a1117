//! A tensor on a device, whose values are copied from there some at a time.

use candle_core::{DType, Tensor, WithDType};
use training_replay::{
    Element, Orientation, Result, Visitor,
    half::{bf16, f16},
};

use crate::{array::unsupported, error::at, recorded::Entry};

/// Hands over a tensor's values in row-major order, in pieces: no more of them are in main memory than are asked for.
pub(crate) fn hand_over(visitor: &mut Visitor<'_>, entry: &Entry, orientation: Option<Orientation>) -> Result<()> {
    match entry.tensor.dtype() {
        DType::F32 => of_type::<f32>(visitor, entry, orientation),
        DType::F64 => of_type::<f64>(visitor, entry, orientation),
        DType::F16 => of_type::<f16>(visitor, entry, orientation),
        DType::BF16 => of_type::<bf16>(visitor, entry, orientation),
        DType::U8 => of_type::<u8>(visitor, entry, orientation),
        DType::U32 => of_type::<u32>(visitor, entry, orientation),
        DType::I16 => of_type::<i16>(visitor, entry, orientation),
        DType::I32 => of_type::<i32>(visitor, entry, orientation),
        DType::I64 => of_type::<i64>(visitor, entry, orientation),
        dtype => Err(unsupported(&entry.path(), dtype)),
    }
}

fn of_type<T: WithDType + Element>(
    visitor: &mut Visitor<'_>,
    entry: &Entry,
    orientation: Option<Orientation>,
) -> Result<()> {
    let path = entry.path();
    let failed = || at(format!("copying {path:?} from its device"));
    let flat = entry.tensor.flatten_all().map_err(failed())?;
    let array = visitor.in_pieces(entry.layer.as_str(), entry.name.as_str(), entry.tensor.dims());
    let array = orientation.into_iter().fold(array, |array, orientation| array.oriented(orientation));
    array.fill(|start, piece: &mut [T]| {
        piece.copy_from_slice(&some(&flat, start, piece.len()).map_err(failed())?);
        Ok(())
    })
}

/// So many values from an index on.
fn some<T: WithDType>(flat: &Tensor, start: usize, count: usize) -> candle_core::Result<Vec<T>> {
    flat.narrow(0, start, count)?.to_vec1()
}

#[cfg(test)]
mod tests {
    use candle_core::Device;
    use training_replay::{Model, Parameter, Weights};

    use super::*;
    use crate::Recorded;

    /// Entries that are handed over as if they were on a device.
    struct OnDevice(Recorded);

    impl Model for OnDevice {
        fn parameters(&self) -> Result<Vec<Parameter<'_>>> {
            Ok(Weights::of(self)?.into_iter().collect())
        }

        fn visit(&self, visitor: &mut Visitor<'_>) -> Result<()> {
            self.0.entries.iter().try_for_each(|entry| hand_over(visitor, entry, None))
        }
    }

    #[test]
    fn tensors_of_every_type_and_layout_are_handed_over_as_from_main_memory() {
        let types = [
            DType::F32,
            DType::F64,
            DType::F16,
            DType::BF16,
            DType::U8,
            DType::U32,
            DType::I16,
            DType::I32,
            DType::I64,
        ];
        let base = Tensor::arange(0_f32, 60.0, &Device::Cpu).unwrap().reshape((3, 4, 5)).unwrap();
        let mut tensors: Vec<(String, Tensor)> =
            types.iter().map(|dtype| (format!("a.{dtype:?}"), base.to_dtype(*dtype).unwrap())).collect();
        tensors.push(("b.turned".into(), base.transpose(0, 2).unwrap()));
        tensors.push(("b.part".into(), base.narrow(1, 1, 2).unwrap()));
        tensors.push(("b.scalar".into(), Tensor::new(0.5_f32, &Device::Cpu).unwrap()));
        tensors.push(("b.none".into(), Tensor::zeros((0, 3), DType::F32, &Device::Cpu).unwrap()));
        let recorded = Recorded::of(&tensors[..]);
        assert_eq!(Weights::of(&OnDevice(recorded.clone())).unwrap(), Weights::of(&recorded).unwrap());
    }
}

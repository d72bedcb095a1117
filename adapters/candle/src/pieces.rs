//! A tensor on a device, whose values are copied from there some at a time.

use candle_core::{DType, Tensor, WithDType};
use training_replay::{
    Element, Orientation, Result, Visitor,
    half::{bf16, f16},
};

use crate::{array::unsupported, error::at, recorded::Entry};

/// How many bytes are copied from a device at a time: as many as a recorder asks for at once.
const PIECE: usize = 4 << 20;

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
    array.fill(|start, place: &mut [T]| copy(&flat, start, place).map_err(failed()))
}

/// Copies values from an index on, some at a time: whoever copies a model into memory of its own asks for all at once.
fn copy<T: WithDType>(flat: &Tensor, start: usize, place: &mut [T]) -> candle_core::Result<()> {
    let most = PIECE / size_of::<T>();
    place.chunks_mut(most).zip((start..).step_by(most)).try_for_each(|(piece, start)| {
        piece.copy_from_slice(&cut(flat, start, piece.len())?.to_vec1()?);
        Ok(())
    })
}

/// So many values from an index on, in memory of their own on the device: of a tensor that shares its memory, candle copies all of
/// that to main memory, of which the tensor may be the smallest part.
fn cut(flat: &Tensor, start: usize, count: usize) -> candle_core::Result<Tensor> {
    flat.narrow(0, start, count)?.force_contiguous()
}

#[cfg(test)]
mod tests {
    use candle_core::{CpuStorage, Device, Storage};
    use training_replay::{Metrics, Model, Parameter, Replay, Weights};

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

    #[test]
    fn a_large_tensor_comes_in_more_pieces_than_one_each_in_memory_of_its_own() {
        let large = Tensor::arange(0_u32, 2_500_001, &Device::Cpu).unwrap();
        let recorded = Recorded::of(&[("large".to_string(), large.clone())]);
        assert_eq!(Weights::of(&OnDevice(recorded.clone())).unwrap(), Weights::of(&recorded).unwrap());
        let mut replay = Replay::options().in_memory();
        replay.record(&OnDevice(recorded.clone()), Metrics::new()).unwrap();
        assert_eq!(replay.weights(0).unwrap(), Weights::of(&recorded).unwrap());
        let last = cut(&large, 2_499_999, 2).unwrap();
        let (storage, _) = last.storage_and_layout();
        let Storage::Cpu(CpuStorage::U32(all)) = &*storage else { panic!("on another device") };
        assert_eq!(all, &[2_499_999, 2_500_000]);
    }
}

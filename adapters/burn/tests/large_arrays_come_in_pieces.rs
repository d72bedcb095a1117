//! A large array is copied from its device in pieces, of which one is in main memory at a time; every bit is as in one piece.
//!
//! A file of its own: what any other test has allocated would count too.

use std::sync::{Mutex, MutexGuard, PoisonError};

use burn::{
    module::{Module, Param, ParamId},
    nn::{Linear, LinearConfig, LinearLayout},
    tensor::{Bool, DType, Device, Int, Tensor, TensorData},
};
use peak_alloc::PeakAlloc;
use training_replay::{BackgroundRecorder, Metrics, Model, Replay, Result, Values, Weights, half::f16};
use training_replay_burn::Recorded;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// Memory is counted for the whole process, so one test at a time.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// How many bytes something took while it ran, beside what was taken before.
fn taken(what: impl FnOnce() -> Result<()>) -> Result<usize> {
    let before = MEMORY.current_usage();
    MEMORY.reset_peak_usage();
    what()?;
    Ok(MEMORY.peak_usage().saturating_sub(before))
}

/// Arrays of more than 4 MiB, none of them a multiple of that.
#[derive(Module, Debug)]
struct Large {
    floats: Param<Tensor<3>>,
    doubles: Param<Tensor<1>>,
    halves: Param<Tensor<2>>,
    integers: Param<Tensor<1, Int>>,
    mask: Param<Tensor<2, Bool>>,
}

fn floats() -> Vec<f32> {
    (0..3 * 401 * 1021_u32).map(|i| f32::from_bits(i.wrapping_mul(2_654_435_761))).collect() // NaN of many kinds, too
}

fn doubles() -> Vec<f64> {
    (0..600_001).map(|i| f64::from(i).sqrt()).collect()
}

fn halves() -> Vec<f16> {
    (0..3 * 733_333_u32).map(|i| f16::from_bits(i as u16)).collect()
}

fn integers() -> Vec<i64> {
    (0..1_050_001).map(|i| i64::MIN + i).collect()
}

fn mask() -> Vec<bool> {
    (0..2 * 2_150_001).map(|i| i % 3 == 0).collect()
}

impl Large {
    fn new(device: &Device) -> Self {
        let floats = Tensor::from_data(TensorData::new(floats(), [3, 401, 1021]), (device, DType::F32));
        let doubles = Tensor::from_data(TensorData::new(doubles(), [600_001]), (device, DType::F64));
        let halves = Tensor::from_data(TensorData::new(halves(), [3, 733_333]), (device, DType::F16));
        let integers = Tensor::from_data(TensorData::new(integers(), [1_050_001]), (device, DType::I64));
        let mask = Tensor::from_data(TensorData::new(mask(), [2, 2_150_001]), device);
        Self {
            floats: Param::from_tensor(floats),
            doubles: Param::from_tensor(doubles),
            halves: Param::from_tensor(halves),
            integers: Param::initialized(ParamId::new(), integers),
            mask: Param::initialized(ParamId::new(), mask),
        }
    }
}

fn expect_all(weights: &Weights) -> Result<()> {
    let same = |name: &str, shape: &[usize], values: Values<'_>| -> Result<()> {
        assert!(weights.require("", name, shape)?.values().same_bits(&values), "{name}");
        Ok(())
    };
    same("floats", &[3, 401, 1021], floats().into())?;
    same("doubles", &[600_001], doubles().into())?;
    same("halves", &[3, 733_333], halves().into())?;
    same("integers", &[1_050_001], integers().into())?;
    same("mask", &[2, 2_150_001], mask().into())
}

#[test]
fn every_bit_of_every_type_is_recorded_whether_at_once_in_the_background_or_as_weights() -> Result<()> {
    let _alone = alone();
    let module = Large::new(&Device::default());
    expect_all(&Weights::of(&Recorded::of(&module))?)?;
    let mut replay = Replay::options().in_memory();
    let mut recorder = BackgroundRecorder::new(Replay::options().in_memory(), 1)?;
    for _ in 0..2 {
        replay.record(&Recorded::of(&module), Metrics::new())?;
        recorder.record(&Recorded::of(&module), Metrics::new())?;
    }
    expect_all(&replay.weights(1)?)?;
    expect_all(&recorder.into_replay()?.weights(1)?)
}

/// burn holds such a weight as `(outputs, inputs)` and shows it transposed: its values do not lie in the order of its indices.
#[test]
fn a_weight_that_lies_in_columns_is_recorded_in_rows() -> Result<()> {
    let _alone = alone();
    let config = LinearConfig::new(1_100, 1_300).with_layout(LinearLayout::Col);
    let module: Linear = config.init(&Device::default());
    let expected: Vec<f32> = module.weight.val().to_data().try_to_vec().unwrap();
    let weights = Weights::of(&Recorded::of(&module))?;
    assert!(weights.require("", "weight", &[1_100, 1_300])?.values().same_bits(&Values::from(expected)));
    Ok(())
}

#[test]
fn recording_takes_the_memory_of_pieces_and_not_of_an_array() -> Result<()> {
    let _alone = alone();
    let folder = tempfile::tempdir().unwrap();
    let module = Param::from_tensor(Tensor::<2>::ones([4_000, 4_000], &Device::default().autodiff()));
    let mut replay = Replay::options().create(folder.path().join("run.replay"))?;
    for _ in 0..2 {
        let taken = taken(|| replay.record(&Recorded::of(&module), Metrics::new()).map(drop))?;
        assert!(taken < 16 << 20, "{taken} bytes for an array of 64,000,000");
    }
    let mut recorder = BackgroundRecorder::new(Replay::options().create(folder.path().join("other.replay"))?, 1)?;
    recorder.record(&Recorded::of(&module), Metrics::new())?; // Makes its copy, which is used again.
    recorder.flush()?;
    let taken = taken(|| recorder.record(&Recorded::of(&module), Metrics::new()).map(drop))?;
    assert!(taken < 16 << 20, "{taken} bytes beside the copy");
    Ok(())
}

#[derive(Module, Debug)]
struct Frozen {
    base: Param<Tensor<2>>,
    adapter: Param<Tensor<1>>,
}

#[test]
fn what_is_not_wanted_is_not_copied_from_its_device() -> Result<()> {
    let _alone = alone();
    let device = Device::default();
    let module = Frozen {
        base: Param::from_tensor(Tensor::ones([1_000, 1_000], &device)),
        adapter: Param::from_tensor(Tensor::ones([10], &device)),
    };
    let mut replay = Replay::options().only_parameters(["adapter"]).in_memory();
    for _ in 0..2 {
        replay.record(&Recorded::of(&module), Metrics::new())?; // The base is looked at: it must stay as it is.
    }
    let taken = taken(|| replay.record(&Recorded::of(&module), Metrics::new()).map(drop))?;
    assert!(taken < 1 << 20, "{taken} bytes for an adapter of 40");
    assert_eq!(Recorded::of(&module).parameters()?.len(), 2);
    Ok(())
}

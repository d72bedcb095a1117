//! A model on a device hands its arrays over in pieces: each value is copied once, to where it is wanted, and no array is held whole.
//!
//! A file of its own: what any other test has allocated would count too.

mod common;

use std::cell::{Cell, RefCell};

use common::arrays::file;
use peak_alloc::PeakAlloc;
use training_replay::{
    BackgroundRecorder, Dtype, Element, Error, Metrics, Model, Orientation, Parameter, Replay, Result, StepRing,
    Training, Visitor, Weights,
    half::{bf16, f16},
};

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// Memory is counted for the whole process, so one test at a time.
static ALONE: std::sync::Mutex<()> = std::sync::Mutex::new(());

/// Arrays that are nowhere but on a device, whose values a function of their index is; it counts what is copied from there.
#[derive(Default)]
struct Device {
    arrays: Vec<(&'static str, Vec<usize>, Dtype)>,
    copied: Cell<usize>,
    largest: Cell<usize>,
    fails_at: Option<usize>,
    starts: RefCell<Vec<usize>>,
}

impl Device {
    fn of(arrays: Vec<(&'static str, Vec<usize>, Dtype)>) -> Self {
        Self { arrays, ..Self::default() }
    }

    /// Copies values to the host.
    fn copy<T>(&self, start: usize, to: &mut [T], value: impl Fn(usize) -> T) -> Result<()> {
        if self.fails_at.is_some_and(|at| (start..start + to.len()).contains(&at)) {
            return Err(Error::model("the device is gone"));
        }
        self.copied.set(self.copied.get() + size_of_val(to));
        self.largest.set(self.largest.get().max(size_of_val(to)));
        self.starts.borrow_mut().push(start);
        to.iter_mut().enumerate().for_each(|(i, place)| *place = value(start + i));
        Ok(())
    }

    fn hand_over<T: Element>(&self, visitor: &mut Visitor<'_>, at: usize, value: impl Fn(usize) -> T) -> Result<()> {
        let (name, shape, _) = &self.arrays[at];
        let array = visitor.in_pieces("device", *name, shape.clone());
        let array = if shape.len() == 2 { array.oriented(Orientation::OutputsInputs) } else { array };
        array.fill(|start, piece: &mut [T]| self.copy(start, piece, &value))
    }

    fn bytes(&self) -> usize {
        self.arrays.iter().map(|(_, shape, dtype)| shape.iter().product::<usize>() * dtype.bytes()).sum()
    }

    fn forget(&self) {
        self.copied.set(0);
        self.largest.set(0);
    }
}

impl Model for Device {
    fn parameters(&self) -> Result<Vec<Parameter<'_>>> {
        Ok(Weights::of(self)?.into_iter().collect())
    }

    fn visit(&self, visitor: &mut Visitor<'_>) -> Result<()> {
        for (at, (name, _, dtype)) in self.arrays.iter().enumerate() {
            if !visitor.wants("device", name) {
                continue;
            }
            match dtype {
                Dtype::F32 => self.hand_over(visitor, at, |i| i as f32 * 0.5),
                Dtype::F64 => self.hand_over(visitor, at, |i| f64::from_bits(0x7ff8_0000_0000_0000 | i as u64)),
                Dtype::F16 => self.hand_over(visitor, at, |i| f16::from_bits(i as u16)),
                Dtype::Bf16 => self.hand_over(visitor, at, |i| bf16::from_bits(i as u16)),
                Dtype::I8 => self.hand_over(visitor, at, |i| i as i8),
                Dtype::I16 => self.hand_over(visitor, at, |i| i as i16),
                Dtype::I32 => self.hand_over(visitor, at, |i| -(i as i32)),
                Dtype::I64 => self.hand_over(visitor, at, |i| i64::MIN + i as i64),
                Dtype::U8 => self.hand_over(visitor, at, |i| i as u8),
                Dtype::U16 => self.hand_over(visitor, at, |i| i as u16),
                Dtype::U32 => self.hand_over(visitor, at, |i| u32::MAX - i as u32),
                Dtype::U64 => self.hand_over(visitor, at, |i| u64::MAX - i as u64),
                Dtype::Bool => self.hand_over(visitor, at, |i| i % 3 == 0),
                dtype => Err(Error::other(format!("a device without values of {dtype}"))),
            }?;
        }
        Ok(())
    }
}

/// Arrays of every type, of none, one and many values, and more than are copied at once.
fn every_type() -> Vec<(&'static str, Vec<usize>, Dtype)> {
    vec![
        ("f32", vec![300, 400], Dtype::F32),
        ("f64", vec![7], Dtype::F64),
        ("f16", vec![70_001], Dtype::F16),
        ("bf16", vec![2, 2], Dtype::Bf16),
        ("i8", vec![1_000_003], Dtype::I8),
        ("i16", vec![3, 5, 7], Dtype::I16),
        ("i32", vec![], Dtype::I32),
        ("i64", vec![200_000], Dtype::I64),
        ("u8", vec![1], Dtype::U8),
        ("u16", vec![0], Dtype::U16),
        ("u32", vec![1_500_000], Dtype::U32),
        ("u64", vec![9, 0, 4], Dtype::U64),
        ("bool", vec![1_000], Dtype::Bool),
    ]
}

fn assert_same(found: &Weights, device: &Device) {
    let expected = Weights::of(device).unwrap();
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected.iter()) {
        assert_eq!(
            (found.name(), found.shape(), found.orientation()),
            (expected.name(), expected.shape(), expected.orientation())
        );
        assert!(found.values().same_bits(expected.values()), "{}", found.name());
    }
}

#[test]
fn every_value_of_every_type_is_copied_once_and_comes_back() {
    let _alone = ALONE.lock().unwrap();
    let device = Device::of(every_type());
    let small = ["f32", "f64", "u8", "u16", "i32"]; // Together they fit the recorder's buffer.
    let few = every_type().into_iter().filter(|(name, ..)| small.contains(name)).collect();
    for device in [device, Device::of(few)] {
        let mut replay = Replay::options().in_memory();
        for epoch in 0..3 {
            device.forget();
            replay.record(&device, Metrics::new()).unwrap();
            assert_eq!(device.copied.get(), device.bytes(), "epoch {epoch}: each once, the first one too");
        }
        assert_same(&replay.weights(2).unwrap(), &device);
        assert!(replay.check_integrity().unwrap().is_empty());
        let array = replay.parameter(1, "device", "f32").unwrap();
        assert_eq!(array.values().to_f32()[7], 3.5);
    }
}

#[test]
fn recording_takes_the_memory_of_a_piece_and_not_of_an_array() {
    let _alone = ALONE.lock().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let device = Device::of(vec![("large", vec![16_000_000], Dtype::F32), ("small", vec![10], Dtype::F32)]);
    let mut replay = Replay::options().create(file(&folder)).unwrap();
    for _ in 0..2 {
        let before = MEMORY.current_usage();
        MEMORY.reset_peak_usage();
        replay.record(&device, Metrics::new()).unwrap();
        let taken = MEMORY.peak_usage() - before;
        assert!(taken < 6 << 20, "{taken} bytes for a model of {}", device.bytes());
    }
    assert!(device.largest.get() <= 4 << 20);
    assert!(device.starts.borrow().is_sorted_by(|one, next| one < next || *next == 0), "in order");
}

#[test]
fn a_copy_for_the_background_a_ring_or_weights_is_one_copy_too() {
    let _alone = ALONE.lock().unwrap();
    let device = Device::of(every_type());
    Weights::of(&device).unwrap();
    assert_eq!(device.copied.get(), device.bytes());

    let mut recorder = BackgroundRecorder::new(Replay::options().in_memory(), 2).unwrap();
    let mut ring = StepRing::new(Replay::options().in_memory(), 2).unwrap();
    for epoch in 0..5 {
        device.forget();
        recorder.record(&device, Metrics::new()).unwrap();
        assert_eq!(device.copied.get(), device.bytes(), "epoch {epoch}");
        device.forget();
        ring.record(&device, Metrics::new()).unwrap();
        assert_eq!(device.copied.get(), device.bytes(), "epoch {epoch}");
    }
    assert_same(&recorder.into_replay().unwrap().weights(4).unwrap(), &device);
    assert_same(&ring.into_replay().unwrap().weights(4).unwrap(), &device);
}

#[test]
fn only_what_is_wanted_is_copied_and_a_state_of_training_once() {
    let _alone = ALONE.lock().unwrap();
    let device = Device::of(every_type());
    let mut replay = Replay::options().only_parameters(["*/bf16"]).in_memory();
    for _ in 0..3 {
        device.forget();
        replay.record(&device, Metrics::new()).unwrap();
    }
    assert_eq!(device.copied.get(), 8);

    let mut replay = Replay::options().in_memory();
    let model = Weights::from_iter([Parameter::new("layer", "bias", [1], vec![0.5_f32])]);
    device.forget();
    replay.record(&Training::new(&model, &device), Metrics::new()).unwrap();
    assert_eq!(device.copied.get(), device.bytes());
    assert_same(replay.training().state(0).unwrap().arrays(), &device);
}

#[cfg(feature = "compression")]
#[test]
fn compressed_snapshots_hold_the_same() {
    let _alone = ALONE.lock().unwrap();
    let device = Device::of(every_type());
    let mut replay = Replay::options().compress(true).in_memory();
    for _ in 0..2 {
        device.forget();
        replay.record(&device, Metrics::new()).unwrap();
        assert_eq!(device.copied.get(), device.bytes());
    }
    assert_same(&replay.weights(1).unwrap(), &device);
}

#[test]
fn a_device_that_fails_in_the_middle_is_an_error_and_the_recording_as_it_was() {
    let _alone = ALONE.lock().unwrap();
    let mut replay = Replay::options().in_memory();
    let device = Device::of(every_type());
    replay.record(&device, Metrics::new()).unwrap();
    let broken = Device { fails_at: Some(1_400_000), ..Device::of(every_type()) };
    let message = replay.record(&broken, Metrics::new()).unwrap_err().to_string();
    assert_eq!(message, "the model failed: the device is gone");
    assert_eq!(replay.record(&device, Metrics::new()).unwrap(), 1);
    assert!(replay.check_integrity().unwrap().is_empty());
}

#[test]
fn arrays_of_another_shape_or_type_or_without_end_are_errors() {
    let _alone = ALONE.lock().unwrap();
    let mut replay = Replay::options().in_memory();
    replay.record(&Device::of(vec![("a", vec![2, 3], Dtype::F32)]), Metrics::new()).unwrap();
    for (shape, kind, what) in [
        (vec![3, 2], Dtype::F32, "[3, 2] f32"),
        (vec![2, 3], Dtype::F64, "[2, 3] f64"),
        (vec![usize::MAX, 3], Dtype::F32, "memory can address"),
        (vec![1 << 60], Dtype::U8, "must be"),
    ] {
        let device = Device::of(vec![("a", shape, kind)]);
        let message = replay.record(&device, Metrics::new()).unwrap_err().to_string();
        assert!(message.contains(what), "{message}");
        assert_eq!(device.copied.get(), 0, "nothing is copied of what is not recorded");
    }
    assert!(Weights::of(&Device::of(vec![("a", vec![1 << 60], Dtype::U8)])).is_err());
    assert_eq!(replay.epochs().len(), 1);
}

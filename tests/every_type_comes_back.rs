//! Arrays of every type, in whatever order a model hands them over, come back bit for bit, together and each alone.

mod common;

use std::fs;

use common::arrays::settings;
use training_replay::{
    Dtype, Error, Metrics, Model, Orientation, Parameter, Replay, ReplayOptions, Result, Values, Visitor, Weights,
    half::{bf16, f16},
};

/// One array of every type, with what is odd about it: NaN with a payload, -0, the ends of the range.
fn every_type() -> Vec<Parameter<'static>> {
    let values: Vec<Values<'static>> = vec![
        vec![f32::from_bits(0x7fa0_1234), -0.0, f32::MIN_POSITIVE / 2.0, f32::INFINITY].into(),
        vec![f64::from_bits(0x7ff4_0000_0000_1234), -0.0, f64::MAX, 1e-320].into(),
        vec![f16::from_bits(0x7d01), f16::NEG_ZERO, f16::MAX, f16::from_bits(1)].into(),
        vec![bf16::from_bits(0x7fa1), bf16::NEG_ZERO, bf16::MAX, bf16::from_bits(1)].into(),
        vec![i8::MIN, -1, 0, i8::MAX].into(),
        vec![i16::MIN, -1, 0, i16::MAX].into(),
        vec![i32::MIN, -1, 0, i32::MAX].into(),
        vec![i64::MIN, -1, (1 << 53) + 1, i64::MAX].into(),
        vec![0_u8, 1, 254, u8::MAX].into(),
        vec![0_u16, 1, 2, u16::MAX].into(),
        vec![0_u32, 1, 2, u32::MAX].into(),
        vec![0_u64, 1, (1 << 53) + 1, u64::MAX].into(),
        vec![true, false, false, true].into(),
    ];
    let named = |(i, values): (usize, Values<'static>)| {
        Parameter::new(format!("layer {i}"), values.dtype().to_string(), [2, 2], values)
    };
    let empty = Parameter::new("layer 2", "nothing", [3, 0], Vec::<bf16>::new());
    let scalar = Parameter::new("layer 2", "a number", [], vec![7_i64]);
    values.into_iter().enumerate().map(named).chain([empty, scalar]).collect()
}

/// A model that hands its parameters over one at a time, from a buffer, in an order of its own.
struct OnDevice(Vec<Parameter<'static>>);

impl Model for OnDevice {
    fn parameters(&self) -> Result<Vec<Parameter<'_>>> {
        panic!("recording visits them one at a time")
    }

    fn visit(&self, visitor: &mut Visitor<'_>) -> Result<()> {
        self.0.iter().try_for_each(|parameter| visitor.take(parameter.clone()))
    }
}

fn assert_same_bits(found: &Weights, expected: &[Parameter<'_>]) {
    assert_eq!(found.len(), expected.len());
    for parameter in expected {
        let found = found.require(parameter.layer(), parameter.name(), parameter.shape()).unwrap();
        assert!(found.values().same_bits(parameter.values()), "{}/{}", parameter.layer(), parameter.name());
        assert_eq!(found.orientation(), parameter.orientation());
    }
}

/// The same parameters in another order each time.
fn shuffled(mut parameters: Vec<Parameter<'static>>, by: usize) -> Vec<Parameter<'static>> {
    let count = parameters.len();
    parameters.rotate_left(by % count);
    if by % 2 == 1 {
        parameters.reverse();
    }
    parameters
}

#[test]
fn arrays_of_every_type_come_back_bit_for_bit_in_any_order() {
    settings().into_iter().for_each(|(_, options)| come_back(options));
}

fn come_back(options: ReplayOptions) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.replay");
    let mut replay = options.create(&path).unwrap();
    for epoch in 0..6 {
        replay.record(&OnDevice(shuffled(every_type(), epoch)), Metrics::new()).unwrap();
    }
    drop(replay);
    let mut replay = Replay::append(&path).unwrap();
    replay.record(&OnDevice(shuffled(every_type(), 7)), Metrics::new()).unwrap();
    replay.finish().unwrap();
    let replay = Replay::open(&path).unwrap();
    for epoch in replay.epochs() {
        assert_same_bits(&replay.weights(epoch).unwrap(), &every_type());
        for parameter in every_type() {
            let alone = replay.parameter(epoch, parameter.layer(), parameter.name()).unwrap();
            assert!(alone.values().same_bits(parameter.values()) && alone.shape() == parameter.shape());
        }
    }
    assert!(replay.check_integrity().unwrap().is_empty());
}

#[test]
fn a_half_takes_two_bytes() {
    let size = |values: Values<'static>| {
        let parameter = Parameter::new("layer", "kernel", [1000, 1000], values);
        let mut replay = Replay::options().in_memory();
        replay.record(&Weights::from_iter([parameter]), Metrics::new()).unwrap();
        bytes_of(&replay).len()
    };
    let bytes = size(vec![bf16::ONE; 1_000_000].into());
    assert!((2_000_000..2_001_000).contains(&bytes), "{bytes}");
    assert!(size(vec![true; 1_000_000].into()) < 1_001_000);
}

fn bytes_of(replay: &Replay) -> Vec<u8> {
    let mut bytes = Vec::new();
    replay.write_to(&mut bytes).unwrap();
    bytes
}

/// More than the recorder's buffer holds, in arrays that are larger and smaller than it.
fn large() -> Vec<Parameter<'static>> {
    let values =
        |seed: u32, count: u32| -> Vec<u32> { (0..count).map(|i| (i ^ seed).wrapping_mul(2_654_435_761)).collect() };
    let lengths = [3, 300_000, 0, 1, 700_001, 262_144, 16, 90_000];
    let parameter =
        |(i, count): (usize, u32)| Parameter::new("layer", i.to_string(), [count as usize], values(i as u32, count));
    lengths.into_iter().enumerate().map(parameter).collect()
}

#[test]
fn large_arrays_come_back_in_any_order_too_and_as_the_same_bytes() {
    let mut in_order = Replay::options().in_memory();
    let mut in_any = Replay::options().in_memory();
    for epoch in 0..5 {
        in_order.record(&OnDevice(large()), Metrics::new()).unwrap();
        let first = if epoch == 0 { large() } else { shuffled(large(), epoch) };
        in_any.record(&OnDevice(first), Metrics::new()).unwrap();
        assert_same_bits(&in_any.weights(epoch as u64).unwrap(), &large());
    }
    let [in_order, in_any] = [in_order, in_any].map(|replay| bytes_of(&replay));
    // But for the salt, which is in the preamble and in every header.
    let differing = in_order.chunks(64).zip(in_any.chunks(64)).filter(|(one, other)| one != other).count();
    assert_eq!((in_order.len(), differing), (in_any.len(), 1 + 6));
}

#[test]
fn one_array_is_read_though_another_of_its_epoch_is_damaged() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.replay");
    let mut replay = Replay::options().create(&path).unwrap();
    replay.record(&OnDevice(large()), Metrics::new()).unwrap();
    replay.record(&OnDevice(large()), Metrics::new()).unwrap();
    drop(replay);
    let mut bytes = fs::read(&path).unwrap();
    let second = large()[1].values().to_f64()[7] as u32;
    let at = bytes.windows(4).position(|window| window == second.to_le_bytes()).unwrap();
    bytes[at] ^= 1;
    let replay = Replay::from_bytes(bytes).unwrap();
    assert!(matches!(replay.weights(0), Err(Error::Corrupted { .. })));
    let message = replay.parameter(0, "layer", "1").unwrap_err().to_string();
    assert!(message.contains("layer/1 of epoch 0") && message.contains("checksum"), "{message}");
    for name in ["0", "2", "3", "4", "5", "6", "7"] {
        let index: usize = name.parse().unwrap();
        assert!(replay.parameter(0, "layer", name).unwrap().values().same_bits(large()[index].values()));
    }
    assert_same_bits(&replay.weights(1).unwrap(), &large());
}

/// The checksums of single arrays lie in the meta; damage there once cost every array of the epoch when it was asked for alone,
/// though all of them together read.
#[test]
fn one_array_is_read_though_what_lies_beside_the_weights_is_damaged() {
    let mut replay = Replay::options().in_memory();
    for loss in [0.375, 0.75] {
        replay.record(&OnDevice(every_type()), [("loss", loss)]).unwrap();
    }
    let mut bytes = bytes_of(&replay);
    let at = bytes.windows(8).position(|window| window == 0.375_f64.to_le_bytes()).unwrap();
    bytes[at] ^= 1;
    let replay = Replay::from_bytes(bytes).unwrap();
    assert!(matches!(replay.metrics(0), Err(Error::Corrupted { .. })));
    for parameter in every_type() {
        let alone = replay.parameter(0, parameter.layer(), parameter.name()).unwrap();
        assert!(alone.values().same_bits(parameter.values()), "{}", parameter.layer());
    }
}

#[test]
fn a_parameter_that_was_not_recorded_is_an_error_that_lists_the_recorded_ones() {
    let mut replay = Replay::options().in_memory();
    let message = |replay: &Replay| replay.parameter(0, "hidden", "kernel").unwrap_err().to_string();
    assert!(message(&replay).contains("description of its parameters"), "{}", message(&replay));
    replay.record(&OnDevice(large()[..2].to_vec()), Metrics::new()).unwrap();
    assert_eq!(
        message(&replay),
        r#"parameter hidden/kernel is none that was recorded; it must be one of ["layer/0", "layer/1"]"#
    );
    assert!(matches!(replay.parameter(9, "layer", "0"), Err(Error::UnknownEpoch { .. })));
}

#[test]
fn a_parameter_that_changes_its_type_is_refused_and_nothing_is_lost() {
    let mut replay = Replay::options().in_memory();
    replay.record(&OnDevice(every_type()), Metrics::new()).unwrap();
    let mut other = every_type();
    other[3] = Parameter::new("layer 3", "bf16", [2, 2], vec![0.0_f32; 4]);
    let message = replay.record(&OnDevice(other), Metrics::new()).unwrap_err().to_string();
    assert!(message.contains("[2, 2] f32") && message.contains("[2, 2] bf16 as recorded before"), "{message}");
    assert_eq!(replay.record(&OnDevice(every_type()), Metrics::new()).unwrap(), 1);
    assert_same_bits(&replay.weights(1).unwrap(), &every_type());
}

/// A model that hides the error that it was given for a parameter.
struct Careless(Vec<Parameter<'static>>);

impl Model for Careless {
    fn parameters(&self) -> Result<Vec<Parameter<'_>>> {
        Ok(self.0.iter().map(Parameter::borrowed).collect())
    }

    fn visit(&self, visitor: &mut Visitor<'_>) -> Result<()> {
        self.0.iter().for_each(|parameter| drop(visitor.take(parameter.borrowed())));
        Ok(())
    }
}

#[test]
fn a_model_that_hides_an_error_does_not_record_half_of_itself() {
    let mut replay = Replay::options().in_memory();
    replay.record(&Careless(every_type()), Metrics::new()).unwrap();
    let mut other = every_type();
    other[3] = Parameter::new("layer 3", "bf16", [2, 2], vec![0.0_f32; 4]);
    let message = replay.record(&Careless(other), Metrics::new()).unwrap_err().to_string();
    assert!(message.contains("visit"), "{message}");
    assert_eq!(replay.epochs().collect::<Vec<_>>(), [0]);
}

#[test]
fn what_rows_and_columns_stand_for_is_recorded_and_not_exchanged_in_silence() {
    let kernel = |orientation: Option<Orientation>| {
        let plain = Parameter::new("output", "weight", [2, 2], vec![1.0_f32, 2.0, 3.0, 4.0]);
        Weights::from_iter([orientation.into_iter().fold(plain, Parameter::oriented)])
    };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.replay");
    let mut replay = Replay::options().create(&path).unwrap();
    replay.record(&kernel(Some(Orientation::OutputsInputs)), Metrics::new()).unwrap();
    drop(replay);
    let mut replay = Replay::append(&path).unwrap();
    replay.record(&kernel(None), Metrics::new()).unwrap(); // says nothing against it
    let error = replay.record(&kernel(Some(Orientation::InputsOutputs)), Metrics::new()).unwrap_err().to_string();
    assert!(error.contains("of (inputs, outputs)") && error.contains("of (outputs, inputs)"), "{error}");
    for epoch in 0..2 {
        let weight = replay.parameter(epoch, "output", "weight").unwrap();
        assert_eq!(weight.orientation(), Some(Orientation::OutputsInputs));
        assert_eq!(weight.transposed("kernel").unwrap().values().to_f32(), [1.0, 3.0, 2.0, 4.0].as_slice());
    }
}

#[test]
fn differences_of_any_type_are_exact() {
    let weights = |by: i64| {
        Weights::from_iter([
            Parameter::new("a", "counter", [1], vec![(1_i64 << 60) + by]),
            Parameter::new("a", "mask", [1], vec![by > 0]),
            Parameter::new("a", "half", [1], vec![bf16::from_f32(0.5 + by as f32)]),
            Parameter::new("a", "byte", [1], vec![by as u8]),
        ])
    };
    let update = weights(1).minus(&weights(0)).unwrap();
    let all: Vec<f64> = update.iter().map(|parameter| parameter.values().to_f64()[0]).collect();
    assert_eq!(all, [1.0, 1.0, 1.0, 1.0]);
    assert_eq!(weights(0).minus(&weights(1)).unwrap().get("a", "byte").unwrap().values().to_f64()[0], -1.0);
    assert_eq!(Values::from(vec![7_u8]).dtype(), Dtype::U8);
}

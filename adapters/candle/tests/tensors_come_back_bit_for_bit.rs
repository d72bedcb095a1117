//! Every tensor that candle can hold and a recording can, as it was, NaN payloads included; of others an error.

use std::collections::HashMap;

use candle_core::{DType, Device, Tensor, Var};
use candle_nn::VarMap;
use training_replay::{
    Base, Dtype, Error, Metrics, Model, Orientation, Parameter, Replay, Result, Values, Weights,
    half::{bf16, f16},
};
use training_replay_candle::{NamedTensors, Recorded, load_into};

const CPU: Device = Device::Cpu;

fn tensor<T: candle_core::WithDType>(values: Vec<T>) -> Tensor {
    let count = values.len();
    Tensor::from_vec(values, count, &CPU).unwrap()
}

/// One of every type, with values that a detour through another type would change.
fn all_types() -> Vec<(String, Tensor)> {
    let f32s = [0x7fc0_0001, 0xffa0_0000, 0x0000_0001, 0x8000_0000, 0x7f80_0000].map(f32::from_bits);
    let f64s = [0x7ff8_0000_0000_0001, 0x8000_0000_0000_0001, 0x3fb9_9999_9999_999a].map(f64::from_bits);
    let named = |(name, tensor): (&str, Tensor)| (format!("types.{name}"), tensor);
    [
        ("f32", tensor(f32s.to_vec())),
        ("f64", tensor(f64s.to_vec())),
        ("f16", tensor([0x7e01, 0xfc01, 0x0001].map(f16::from_bits).to_vec())),
        ("bf16", tensor([0x7fc1, 0xff81, 0x0001].map(bf16::from_bits).to_vec())),
        ("u8", tensor(vec![0_u8, 255])),
        ("u32", tensor(vec![u32::MAX, 16_777_217])),
        ("i16", tensor(vec![i16::MIN, i16::MAX])),
        ("i32", tensor(vec![i32::MIN, 16_777_217])),
        ("i64", tensor(vec![i64::MIN, i64::MAX, (1 << 53) + 1])),
        ("empty", Tensor::zeros((0, 3), DType::F32, &CPU).unwrap()),
        ("scalar", Tensor::new(0.5_f32, &CPU).unwrap()),
    ]
    .map(named)
    .into()
}

fn varmap(tensors: &[(String, Tensor)]) -> VarMap {
    let varmap = VarMap::new();
    let vars = tensors.iter().map(|(name, tensor)| (name.clone(), Var::from_tensor(tensor).unwrap()));
    varmap.data().lock().unwrap().extend(vars);
    varmap
}

fn assert_same_bits(one: &Weights, other: &Weights) {
    assert_eq!(one.len(), other.len());
    for (one, other) in one.iter().zip(other.iter()) {
        assert_eq!((one.layer(), one.name(), one.shape()), (other.layer(), other.name(), other.shape()));
        assert!(one.values().same_bits(other.values()), "{}", one.name());
    }
}

#[test]
fn every_type_comes_back_from_a_file_into_a_map() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("types.replay");
    let tensors = all_types();
    let mut replay = Replay::options().create(&path).unwrap();
    replay.record(&Recorded::of(&varmap(&tensors)), Metrics::new()).unwrap();
    replay.finish().unwrap();

    let replay = Replay::open(&path).unwrap();
    let zeros: Vec<_> = tensors.iter().map(|(name, tensor)| (name.clone(), tensor.zeros_like().unwrap())).collect();
    let map = varmap(&zeros);
    load_into(&replay, 0, &map).unwrap();
    assert_same_bits(&Weights::of(&Recorded::of(&map)).unwrap(), &Weights::of(&Recorded::of(&tensors)).unwrap());
    let bf16s = replay.parameter(0, "types", "bf16").unwrap();
    assert_eq!(bf16s.values().dtype(), Dtype::Bf16);
    assert!(bf16s.values().same_bits(&Values::from([0x7fc1, 0xff81, 0x0001].map(bf16::from_bits).to_vec())));
}

#[test]
fn a_type_that_recordings_do_not_have_is_an_error_that_names_tensor_and_type() {
    let small = Tensor::ones(2, DType::F32, &CPU).unwrap().to_dtype(DType::F8E4M3).unwrap();
    let tensors = [("head.scale".to_string(), small)];
    let error = Replay::options().in_memory().record(&Recorded::of(&tensors), Metrics::new()).unwrap_err();
    let message = error.to_string();
    assert!(message.contains("\"head.scale\"") && message.contains("f8e4m3"), "{message}");
}

#[test]
fn tensors_that_are_not_contiguous_are_recorded_in_their_own_order() {
    let all = Tensor::arange(0_f32, 24.0, &CPU).unwrap().reshape((2, 3, 4)).unwrap();
    let views = [
        ("a.transposed".to_string(), all.transpose(0, 2).unwrap()),
        ("b.narrowed".to_string(), all.narrow(1, 1, 2).unwrap()),
        ("c.part".to_string(), all.narrow(0, 1, 1).unwrap()), // contiguous, and not from the beginning
        ("d.repeated".to_string(), all.narrow(2, 0, 1).unwrap().broadcast_as((2, 3, 5)).unwrap()),
    ];
    let weights = Weights::of(&Recorded::of(&views)).unwrap();
    for (parameter, (_, view)) in weights.iter().zip(&views) {
        let expected: Vec<f32> = view.flatten_all().unwrap().to_vec1().unwrap();
        assert_eq!(parameter.shape(), view.dims());
        assert_eq!(parameter.values().to_f32(), expected.as_slice(), "{}", parameter.name());
    }
}

/// 40 names in four maps with hashers of their own: their orders differ.
#[test]
fn the_order_is_that_of_the_names_whatever_the_map_says() {
    let names = || (0..40).map(|index| format!("block.{index}.weight"));
    let orders = [0; 4].map(|_| {
        let map: HashMap<_, _> = names().map(|name| (name, Tensor::new(1_f32, &CPU).unwrap())).collect();
        let weights = Weights::of(&Recorded::of(&map)).unwrap();
        weights.iter().map(|parameter| parameter.layer().to_owned()).collect::<Vec<_>>()
    });
    let mut sorted: Vec<_> = names().map(|name| name.trim_end_matches(".weight").to_owned()).collect();
    sorted.sort();
    assert!(orders.iter().all(|order| *order == sorted), "{orders:?}");
}

#[test]
fn names_of_any_kind_are_recorded_and_loaded_again() {
    let names = ["scale", ".weight", "a.b.c", "x.", "a/b.w", "..", "ü \"\n.weight", ""];
    let tensors: Vec<_> = (0_i64..).zip(names).map(|(i, name)| (name.to_string(), tensor(vec![i]))).collect();
    let mut replay = Replay::options().in_memory();
    replay.record(&Recorded::of(&tensors), Metrics::new()).unwrap();
    let zeros: Vec<_> = names.iter().map(|name| (name.to_string(), tensor(vec![0_i64]))).collect();
    let map = varmap(&zeros);
    load_into(&replay, 0, &map).unwrap();
    for (name, found) in map.named_tensors() {
        let (_, expected) = tensors.iter().find(|(known, _)| *known == name).unwrap();
        assert_eq!(found.to_vec1::<i64>().unwrap(), expected.to_vec1::<i64>().unwrap(), "{name:?}");
    }
}

#[test]
fn two_tensors_of_one_name_are_an_error_that_says_it() {
    let one = [("a.b".to_string(), tensor(vec![0_u8]))];
    let message = Recorded::of(&one).and(&one).parameters().unwrap_err().to_string();
    assert_eq!(message, r#"the name of a tensor is "a.b" twice; it must be the only one"#);
    let message = Recorded::of(&one).oriented("a.c", Orientation::InputsOutputs).parameters().unwrap_err().to_string();
    assert!(message.contains("\"a.c\""), "{message}");
}

/// A recorder of a large model would need its memory twice.
#[test]
fn arrays_are_handed_over_one_at_a_time_from_where_they_lie() {
    let values = tensor(vec![0.5_f32; 100]);
    let address = match &*values.storage_and_layout().0 {
        candle_core::Storage::Cpu(candle_core::CpuStorage::F32(values)) => values.as_ptr() as usize,
        _ => unreachable!(),
    };
    let recorded = Recorded::of(&[("a.b".to_string(), values)]);
    let mut seen = 0;
    let mut each = |parameter: training_replay::Parameter<'_>| -> Result<()> {
        seen = parameter.values().to_f32().as_ptr() as usize;
        Ok(())
    };
    recorded.visit(&mut training_replay::Visitor::new(&mut each)).unwrap();
    assert_eq!(seen, address);
}

#[test]
fn what_training_changes_is_recorded_by_what_was_made_before() {
    let map = varmap(&[("a.b".to_string(), tensor(vec![0.5_f32]))]);
    let recorded = Recorded::of(&map);
    let mut replay = Replay::options().in_memory();
    replay.record(&recorded, Metrics::new()).unwrap();
    map.all_vars()[0].set(&tensor(vec![0.25_f32])).unwrap();
    replay.record(&recorded, Metrics::new()).unwrap();
    let value = |epoch| replay.parameter(epoch, "a", "b").unwrap().values().to_f32()[0];
    assert_eq!([value(0), value(1)], [0.5, 0.25]);
}

fn loaded(recorded: &[(String, Tensor)], wanted: &[(String, Tensor)]) -> (Result<()>, VarMap) {
    let mut replay = Replay::options().in_memory();
    replay.record(&Recorded::of(recorded), Metrics::new()).unwrap();
    let map = varmap(wanted);
    (load_into(&replay, 0, &map), map)
}

#[test]
fn loading_into_another_map_is_an_error_that_names_what_differs_and_sets_nothing() {
    let named = |name: &str, tensor: Tensor| (name.to_string(), tensor);
    let recorded = [named("a.w", tensor(vec![1_f32])), named("b.w", tensor(vec![1_f32]))];
    let zero = || named("a.w", tensor(vec![0_f32]));
    let cases = [
        ([zero(), named("c.w", tensor(vec![0_f32]))], [r#"["c.w"] were not recorded"#, r#"["b.w"] are none"#]),
        ([zero(), named("b.w", tensor(vec![0_f64]))], ["\"b.w\"", "f64"]),
        ([zero(), named("b.w", tensor(vec![0_f32, 0.0]))], ["\"b.w\"", "[2]"]),
    ];
    for (wanted, parts) in cases {
        let (result, map) = loaded(&recorded, &wanted);
        let message = result.unwrap_err().to_string();
        assert!(parts.iter().all(|part| message.contains(part)), "{message}");
        let unchanged = &map.data().lock().unwrap()["a.w"];
        assert_eq!(unchanged.to_vec1::<f32>().unwrap(), [0.0], "nothing is set");
    }
    let (result, _) = loaded(&recorded, &recorded);
    result.unwrap();
    let replay = Replay::options().in_memory();
    assert!(load_into(&replay, 0, &varmap(&recorded)).is_err(), "nothing was recorded");
    let map = varmap(&recorded);
    let mut replay = Replay::options().in_memory();
    replay.record(&Recorded::of(&recorded), Metrics::new()).unwrap();
    assert!(matches!(load_into(&replay, 7, &map).unwrap_err(), Error::UnknownEpoch { .. }));
}

/// What is loaded gets into the variable and not into a copy of it.
#[test]
fn loading_into_a_variable_that_was_made_of_a_transposed_tensor_sets_it() {
    let kernel = Tensor::new(&[[1_f32, 2.0], [3.0, 4.0]], &CPU).unwrap();
    let mut replay = Replay::options().in_memory();
    replay.record(&Recorded::of(&[("a.w".to_string(), kernel.clone())]), Metrics::new()).unwrap();
    let map = VarMap::new();
    let variable = Var::from_tensor(&kernel.zeros_like().unwrap().t().unwrap()).unwrap();
    map.data().lock().unwrap().insert("a.w".into(), variable.clone());
    load_into(&replay, 0, &map).unwrap();
    assert_eq!(variable.to_vec2::<f32>().unwrap(), [[1.0, 2.0], [3.0, 4.0]]);
}

/// Longer than what is loaded at a time, of no values, and without lengths.
#[test]
fn tensors_of_any_length_are_loaded() {
    let counted = |count: u32| Tensor::arange(0, count, &CPU).unwrap();
    let tensors = [
        ("a.none".to_string(), Tensor::zeros((0, 3), DType::U32, &CPU).unwrap()),
        ("a.scalar".to_string(), Tensor::new(7_u32, &CPU).unwrap()),
        ("b.long".to_string(), counted(300_000).reshape((3, 100, 1_000)).unwrap()),
        ("b.longest".to_string(), counted(5_000_000)),
    ];
    let zeros: Vec<_> = tensors.iter().map(|(name, tensor)| (name.clone(), tensor.zeros_like().unwrap())).collect();
    let (result, map) = loaded(&tensors, &zeros);
    result.unwrap();
    for (name, tensor) in &tensors {
        let values = |tensor: &Tensor| tensor.flatten_all().unwrap().to_vec1::<u32>().unwrap();
        assert!(values(&map.data().lock().unwrap()[name]) == values(tensor), "{name}");
    }
}

/// As other recorders may have named them.
#[test]
fn two_recorded_arrays_of_one_path_are_an_error() {
    let arrays = [("a.b", "c"), ("a", "b.c")].map(|(layer, name)| Parameter::new(layer, name, [1], vec![1_f32]));
    let mut replay = Replay::options().in_memory();
    replay.record(&Weights::from_iter(arrays), Metrics::new()).unwrap();
    let map = varmap(&[("a.b.c".to_string(), tensor(vec![0_f32]))]);
    let message = load_into(&replay, 0, &map).unwrap_err().to_string();
    assert!(message.contains("two of \"a.b.c\""), "{message}");
}

/// A frozen model with adapters, which alone are recorded and set.
#[test]
fn adapters_of_a_frozen_map_are_recorded_alone_and_loaded_over_it() {
    let map = |adapter: f32, frozen: f32| {
        varmap(&[
            ("block.0.weight".to_string(), tensor(vec![frozen; 4]).reshape((2, 2)).unwrap()),
            ("block.0.lora_A".to_string(), tensor(vec![adapter; 2])),
            ("block.1.weight".to_string(), tensor(vec![bf16::from_f32(frozen); 3])),
            ("block.1.lora_A".to_string(), tensor(vec![-adapter; 2])),
        ])
    };
    let mut replay = Replay::options().only_parameters(["*.lora_A"]).in_memory();
    for step in 0..13 {
        replay.record(&Recorded::of(&map(step as f32, 0.5)), Metrics::new()).unwrap();
    }
    assert_eq!(replay.recorded_weights().parameters().count(), 2);
    assert!(replay.record(&Recorded::of(&map(13.0, 0.5)), Metrics::new()).is_ok());

    let fresh = map(0.0, 0.5);
    load_into(&replay, 12, &fresh).unwrap();
    let weights = |map: &VarMap| Weights::of(&Recorded::of(map)).unwrap();
    assert_same_bits(&weights(&fresh), &weights(&map(12.0, 0.5)));
    let other = map(0.0, 0.25);
    let message = load_into(&replay, 12, &other).unwrap_err().to_string();
    assert!(message.contains("block.0/weight of the base") && message.contains("checksum"), "{message}");
    assert_same_bits(&weights(&other), &weights(&map(0.0, 0.25)));
    let few = varmap(&[("block.0.lora_A".to_string(), tensor(vec![0_f32; 2]))]);
    assert!(load_into(&replay, 12, &few).unwrap_err().to_string().contains("without \"block.0.weight\""));

    let replay = Base::of(&Recorded::of(&fresh)).unwrap().complete(replay).unwrap();
    assert_same_bits(&replay.weights(12).unwrap(), &weights(&fresh));
}

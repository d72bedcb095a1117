//! The reader in `examples/python`, which is numpy and a few hundred lines: it finds what this crate finds in files of every
//! kind, reads one array without the others, and survives whatever the bytes are.

mod common;

use std::{
    fs,
    path::{Path, PathBuf},
};

use common::{
    bytes::{records, reseal},
    hostile::{mutated, recordings},
    process::{self, Page, given, role},
    python,
    scale::{report, scaled},
};
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use training_replay::{
    Activation, BatchNormalization, Dataset, Dense, Dropout, Error, Forward, LayerNormalization, Loss, Matrix, Metrics,
    Orientation, Parameter, Replay, ReplayOptions, Sequential, Values, Weights, datasets,
    half::{bf16, f16},
};

/// One array of every type, with what is odd about it; one without values, one of a single number, one without a layer.
fn every_type(epoch: u64) -> Weights {
    let by = epoch as u8;
    let values: Vec<Values<'static>> = vec![
        vec![f32::from_bits(0x7fa0_1234), -0.0, f32::MIN_POSITIVE / 2.0, f32::from(by)].into(),
        vec![f64::from_bits(0x7ff4_0000_0000_1234), -0.0, f64::MAX, 1e-320].into(),
        vec![f16::from_bits(0x7d01), f16::NEG_ZERO, f16::MAX, f16::from_bits(1)].into(),
        vec![bf16::from_bits(0x7fa1), bf16::NEG_ZERO, bf16::MAX, bf16::from_bits(1)].into(),
        vec![i8::MIN, -1, 0, i8::MAX].into(),
        vec![i16::MIN, -1, 0, i16::MAX].into(),
        vec![i32::MIN, -1, 0, i32::MAX].into(),
        vec![i64::MIN, -1, (1 << 53) + 1, i64::MAX].into(),
        vec![by, 1, 254, u8::MAX].into(),
        vec![0_u16, 1, 2, u16::MAX].into(),
        vec![0_u32, 1, 2, u32::MAX].into(),
        vec![0_u64, 1, (1 << 53) + 1, u64::MAX].into(),
        vec![true, false, false, by % 2 == 1].into(),
    ];
    let named = |(i, values): (usize, Values<'static>)| {
        let parameter = Parameter::new(format!("layer \u{e9}{i}"), values.dtype().to_string(), [2, 2], values);
        if i % 2 == 0 { parameter.oriented(Orientation::OutputsInputs) } else { parameter }
    };
    let empty = Parameter::new("layer 2", "nothing", [3, 0], Vec::<bf16>::new());
    let number = Parameter::new("", "a number", [], vec![7_i64]);
    values.into_iter().enumerate().map(named).chain([empty, number]).collect()
}

fn named() -> Dataset {
    let inputs = Matrix::from_row_slice(3, 2, &[-1.0, 0.25, 0.0, 0.5, 1.0, -0.75]);
    let data = Dataset::new(inputs, Matrix::from_row_slice(3, 1, &[1.0, 0.0, 1.0])).unwrap();
    data.with_class_names(["no", "yes"]).unwrap().with_feature_names(["x", "\u{3c3}\n"]).unwrap()
}

/// A recording of format 1.1 of every type, finished twice, with notes from both times.
fn record(path: &Path) {
    record_by(Replay::options().loss(Loss::MeanSquaredError), path);
}

fn record_by(options: ReplayOptions, path: &Path) {
    let options = options.dataset(&named()).named_dataset("a/b validation", &datasets::moons(4, 0.1, 1));
    let mut replay = options.metadata("seed", "42").metadata("who", "gr\u{f6}\u{df}er").create(path).unwrap();
    replay.record(&every_type(0), Metrics::new()).unwrap();
    replay.record_at((1, 2), &every_type(7), [("loss", 0.75)]).unwrap();
    replay.record(&every_type(1), [("loss", f64::NAN), ("accuracy", 0.5)]).unwrap();
    replay.finish().unwrap();
    let mut replay = Replay::options().metadata("seed", "43").append(path).unwrap();
    replay.record_at(5, &every_type(5), [("loss", -0.0)]).unwrap();
    replay.finish().unwrap();
}

fn recorded() -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.replay");
    record(&path);
    fs::read(path).unwrap()
}

#[test]
fn arrays_of_every_type_are_read_bit_for_bit() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a run.replay");
    record(&path);
    python::agrees(&[path]);
}

#[test]
fn names_notes_data_and_curves_are_read_and_half_precision_has_its_values() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.replay");
    record(&path);
    let script = r#"
import numpy as np
from read_replay import BF16, DataSet, Recording, float32
run = Recording(sys.argv[2])
assert run.notes == {"seed": "43", "who": "größer"}, run.notes
assert run.all_notes == [("seed", "42"), ("who", "größer"), ("seed", "43")]
assert (run.loss.id, run.loss.name) == (2, "mean squared error")
assert run.data_sets == dict.fromkeys(["training", "a/b validation"], DataSet(["no", "yes"], ["x", "σ\n"], None))
assert list(run.data) == [f"{name}/{what}" for name in run.data_sets for what in ("inputs", "targets")]
assert run.data["a/b validation/inputs"].shape == (4, 2) and run.data["training/inputs"][2].tolist() == [1, -0.75]
assert (run.epochs, run.steps, run.metric_names) == ([0, 1, 5], [(1, 2)], ["loss", "accuracy"])
epochs, losses = run.curve("loss")
assert epochs.tolist() == [1, 5] and np.isnan(losses[0]) and np.signbit(losses[1])
assert [column.tolist() for column in run.curve("loss", steps=True)] == [[[1, 2]], [0.75]]
half = run.parameter(5, "layer é3/bf16")
assert half.dtype == BF16 and half["bf16"].tolist() == [[0x7fa1, 0x8000], [0x7f7f, 1]]
assert float32(half)[1].tolist() == [3.3895313892515355e+38, 9.183549615799121e-41]
assert run.orientations["layer é0/f32"] == ("outputs", "inputs") and run.orientations["a number"] is None
try:
    half + half
except TypeError:
    pass
else:
    raise AssertionError("bits were added as if they were numbers")
try:
    import ml_dtypes
    assert half.view(ml_dtypes.bfloat16).astype("f4")[1].tolist() == float32(half)[1].tolist()
except ImportError:
    print("SKIPPED: there is no ml_dtypes to compare bf16 with")
for ask in (lambda: run.weights(9), lambda: run.curve("los"), lambda: run.parameter(0, "x"), lambda: run.data["x"]):
    try:
        ask()
    except LookupError as why:
        continue
    raise AssertionError("what was not recorded was found")
"#;
    if let Some(said) = python::run(script, &[&path], "numpy") {
        said.lines().for_each(report);
    }
}

#[test]
fn parameters_that_would_be_called_the_same_are_distinguished() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.replay");
    let parameter =
        |(layer, name): (&'static str, &'static str)| Parameter::new(layer, name, [1], vec![layer.len() as u8]);
    let names = [("a/b", "c"), ("a", "b/c"), ("x", ""), ("", "x"), ("..", "y")];
    let weights: Weights = names.into_iter().map(parameter).collect();
    Replay::options().create(&path).unwrap().record(&weights, Metrics::new()).unwrap();
    let script = r#"
from read_replay import Recording
run = Recording(sys.argv[2])
found = {key: values.tolist() for key, values in run.weights(0).items()}
assert found == {("a/b", "c"): [3], ("a", "b/c"): [1], ("x", ""): [1], ("", "x"): [0], "../y": [2]}, found
assert run.parameter(0, ("a", "b/c")).tolist() == [1]
"#;
    python::run(script, &[&path], "numpy");
}

#[test]
fn damage_is_listed_where_it_is_and_costs_what_it_hit() {
    let folder = tempfile::tempdir().unwrap();
    let mut paths = Vec::new();
    let whole = recorded();
    let mut write = |bytes: &[u8]| {
        paths.push(folder.path().join(paths.len().to_string()));
        fs::write(paths.last().unwrap(), bytes).unwrap();
    };
    for bit in (0..8 * whole.len()).step_by(scaled(211, 7)) {
        let mut flipped = whole.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        write(&flipped);
    }
    (0..whole.len()).step_by(scaled(97, 7)).for_each(|length| write(&whole[..length]));
    python::agrees(&paths);
}

#[test]
fn one_array_is_checked_alone_and_the_damaged_one_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.replay");
    let mut bytes = recorded();
    let at = bytes.windows(4).rposition(|window| window == [5, 1, 254, 255]).unwrap();
    bytes[at + 1] ^= 1;
    fs::write(&path, bytes).unwrap();
    let script = r#"
from read_replay import Damaged, Recording
run = Recording(sys.argv[2])
assert run.damage == []
(damage,) = run.check()
assert damage.start < int(sys.argv[3]) < damage.end and "epoch 5" in damage.what and damage.what.endswith("(layer é8/u8)"), damage
for name in run.tensors:
    try:
        run.parameter(5, name)
        assert name != "layer é8/u8"
    except Damaged as why:
        assert name == "layer é8/u8" and "layer é8/u8 of epoch 5" in str(why), why
run.weights(1)
try:
    run.weights(5)
except Damaged as why:
    assert "epoch 5" in str(why)
else:
    raise AssertionError("damaged weights were handed out")
"#;
    python::run(script, &[&path, at.to_string().as_ref()], "numpy");
}

/// Records without an end.
#[test]
#[ignore = "a role that another test starts as a process of its own"]
fn recorder() {
    let Some((path, _)) = given() else { return };
    let mut replay = Replay::options().create(&path).unwrap();
    for epoch in 0.. {
        replay.record(&every_type(epoch), [("loss", epoch as f64)]).unwrap();
        process::say(&epoch.to_string());
    }
}

#[test]
fn what_a_killed_recorder_leaves_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.replay");
    let mut recorder = Page::start(role("recorder", &path, 0));
    while fs::metadata(&path).map_or(0, |file| file.len()) < 100_000 {
        assert!(recorder.is_running());
    }
    assert!(!recorder.kill().is_empty());
    python::agrees(&[path]);
}

#[test]
fn what_is_empty_or_no_recording_is_distinguished() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| -> PathBuf {
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        path
    };
    let whole = recorded();
    let first_epoch = records(&whole)[5].bytes.start;
    let mut newer = whole.clone();
    newer[8] = 2;
    reseal(&mut newer);
    let paths = [
        write("without an epoch", &whole[..first_epoch]),
        write("without data", &whole[..records(&whole)[3].bytes.start]),
        write("of no bytes", b""),
        write("a line of text", b"epoch,loss\n"),
        write("newer", &newer),
        folder.path().to_owned(),
        folder.path().join("missing"),
    ];
    assert!(Replay::open(&paths[0]).is_ok_and(|replay| replay.epochs().len() == 0));
    python::agrees(&paths[..5]);
    let script = r#"
from read_replay import Recording
def why(path):
    try:
        return str(Recording(path)).split(" ")[0] and "read"
    except (ValueError, OSError) as error:
        return str(error)
whys = [why(path) for path in sys.argv[2:]]
expected = ["read", "never started", "never started", "no recording", "format 2", "no file", "No such file"]
assert all(part in why for part, why in zip(expected, whys)), whys
"#;
    python::run(script, &paths.each_ref().map(PathBuf::as_path), "numpy");
}

#[test]
fn hostile_bytes_are_answered_or_refused_in_bounded_memory_and_time() {
    let folder = tempfile::tempdir().unwrap();
    let mut paths = Vec::new();
    for seed in 0..scaled(300, 20_000) {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut instructions = vec![0; 6 * rng.random_range(1..8)];
        rng.fill_bytes(&mut instructions);
        let base = match seed % 4 {
            0 => recordings()[0].clone(),
            1 => recordings()[2].clone(), // refers to a file of data
            2 => recordings()[3].clone(), // of some parameters
            _ => recorded(),
        };
        paths.push(folder.path().join(seed.to_string()));
        fs::write(paths.last().unwrap(), mutated(base, &instructions)).unwrap();
    }
    paths.push(folder.path().join("headers"));
    fs::write(paths.last().unwrap(), [&recorded()[..64], &b"TREC".repeat(1 << 18)].concat()).unwrap();
    let script = r#"
import numpy as np
from read_replay import Recording
try:
    import resource
    resource.setrlimit(resource.RLIMIT_CPU, (300, 300))
    resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
except ImportError:
    pass
def answered(ask, *arguments):
    try:
        return ask(*arguments)
    except (ValueError, LookupError, OSError):
        return None
read = 0
for path in sys.argv[2:]:
    run = answered(Recording, path)
    if run is None:
        continue
    read += 1
    answered(run.check), answered(lambda: run.network), answered(run.metrics, (3, 1 << 40))
    [answered(run.data.__getitem__, key) for key in run.data]
    [run.curve(name) for name in run.metric_names]
    for at in list(run.records) + [(0, 0), (2**63, 7)]:
        answered(run.metrics, at), answered(run.weights, at), answered(run.probe_outputs, at), answered(run.training_state, at)
        [answered(run.parameter, at, name) for name in run.tensors]
        with np.errstate(all="ignore"):
            answered(run.forward, at, np.ones((2, 2))) if run.description else None
print(read)
"#;
    let arguments: Vec<&Path> = paths.iter().map(PathBuf::as_path).collect();
    if let Some(read) = python::run(script, &arguments, "numpy") {
        assert!(read.trim().parse::<usize>().unwrap() > paths.len() / 10);
        report(format_args!("{} hostile files, of which the Python reader reads {}", paths.len(), read.trim()));
    }
}

#[test]
fn a_curve_and_an_array_of_a_large_recording_take_neither_its_memory() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.replay");
    let mut replay = Replay::options().create(&path).unwrap();
    let large = Parameter::new("large", "kernel", [1 << 18], vec![0.5_f32; 1 << 18]);
    let small = Parameter::new("small", "bias", [2], vec![1.0_f32, 2.0]);
    let weights = Weights::from_iter([large, small]);
    for epoch in 0..128 {
        replay.record(&weights, [("loss", f64::from(epoch))]).unwrap();
    }
    replay.finish().unwrap();
    let script = r#"
import resource, tracemalloc
import numpy as np
from read_replay import Recording
unit = 1 if sys.platform == "darwin" else 1024
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
tracemalloc.start()
run = Recording(sys.argv[2])
assert len(run.curve("loss")[0]) == 128
assert run.parameter(64, "small/bias").tolist() == [1, 2]
grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit - before
assert tracemalloc.get_traced_memory()[1] < 3 << 20, tracemalloc.get_traced_memory()
assert grown < 16 << 20, grown
"#;
    python::run(script, &[&path], "numpy, resource");
}

/// A network of every layer and every activation.
fn network() -> Sequential {
    let c = 0.3;
    let activations = [
        Activation::Linear,
        Activation::Sigmoid,
        Activation::HardSigmoid,
        Activation::HardSigmoidKeras2,
        Activation::Tanh,
        Activation::Relu,
        Activation::LeakyRelu { slope: c },
        Activation::Elu { alpha: c },
        Activation::Selu,
        Activation::Softplus,
        Activation::Softsign,
        Activation::Softmax,
    ];
    let dense = activations.map(|activation| Dense::new(6).activation(activation));
    let builder = Sequential::builder(2).layers(dense).layer(Dropout::new(0.5)).layer(BatchNormalization::new());
    let builder = builder.layer(Activation::Tanh).layer(LayerNormalization::new()).layer(Dense::new(3).without_bias());
    let network = builder.build(3).unwrap();
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let moved = Weights::of(&network).unwrap().into_iter().map(|p| {
        let values: Vec<f32> = (0..p.values().len()).map(|_| rng.random_range(0.5..1.5)).collect();
        Parameter::new(p.layer().to_owned(), p.name().to_owned(), p.shape(), values)
    });
    network.with_weights(&moved.collect()).unwrap()
}

#[test]
fn a_built_in_network_runs_in_numpy() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.replay");
    let (model, data) = (network(), datasets::moons(50, 0.1, 7));
    let data = Dataset::new(data.inputs().clone(), Matrix::zeros(50, 3)).unwrap();
    Replay::options().dataset(&data).create(&path).unwrap().record(&model, Metrics::new()).unwrap();
    let expected = model.predict(data.inputs()).unwrap();
    let script = r#"
import numpy as np
from read_replay import Recording
run = Recording(sys.argv[2])
assert run.network.inputs == 2 and len(run.network.layers) == 17 and not run.network.logits
assert np.allclose(run.forward(0, run.probe), run.probe_outputs(0), rtol=1e-5, atol=1e-5)
for row in run.forward(0, run.data["training/inputs"]):
    print(*row)
"#;
    let Some(said) = python::run(script, &[&path], "numpy") else { return };
    let found: Vec<f32> = said.split_whitespace().map(|value| value.parse().unwrap()).collect();
    common::assert_close("outputs of the network in numpy", &found, &common::rows(&expected, 0..50), 2e-5);
}

#[test]
fn what_was_left_out_is_listed_and_taken_from_a_base_that_is_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let [some, whole, types] = ["some", "whole", "types"].map(|name| folder.path().join(name));
    let (model, data) = (network(), datasets::moons(50, 0.1, 7));
    let data = Dataset::new(data.inputs().clone(), Matrix::zeros(50, 3)).unwrap();
    let record = |options: ReplayOptions, path: &Path| {
        options.dataset(&data).create(path).unwrap().record(&model, Metrics::new()).unwrap();
    };
    record(Replay::options().only_parameters(["dense_3.*", "*/gamma"]), &some);
    record(Replay::options(), &whole);
    let odd = Replay::options()
        .only_parameters(["*/f32", "*/bool"])
        .create(&types)
        .unwrap()
        .record(&every_type(0), Metrics::new());
    odd.unwrap();
    let script = r#"
import numpy as np
from read_replay import Recording
some, whole, types = map(Recording, sys.argv[2:])
assert [key for key in some.tensors if key not in ("dense_3/kernel", "dense_3/bias")] == [key for key in whole.tensors if "gamma" in key]
assert sorted([*some.tensors, *some.left_out]) == sorted(whole.tensors) and len(some.left_out) > 20
assert [*some.weights(0)] == [*some.tensors]
base = whole.weights(0)
assert [*some.weights(0, base)] == [*base] and all(np.array_equal(array, base[key]) for key, array in some.weights(0, base).items())
assert np.allclose(some.forward(0, some.probe, base), some.probe_outputs(0), rtol=1e-5, atol=1e-5)
first = next(iter(some.left_out))
def refused(error, text, ask):
    try:
        ask()
    except error as why:
        assert text in str(why), why
    else:
        raise AssertionError(f"not refused: {text}")
refused(LookupError, "give a base", lambda: some.forward(0, some.probe))
refused(LookupError, "left out", lambda: some.parameter(0, first))
refused(LookupError, "the base holds no", lambda: some.weights(0, {}))
refused(ValueError, "checksum", lambda: some.weights(0, base | {first: base[first] + 1}))
refused(ValueError, "float64", lambda: some.weights(0, base | {first: base[first].astype("f8")}))
refused(ValueError, first, lambda: some.weights(0, base | {first: base[first][None]}))
assert types.orientations["layer é2/f16"] == ("outputs", "inputs") and types.left_out["a number"].tensor.shape == ()
assert types.left_out["layer 2/nothing"].checksum == 0 and types.left_out["a number"].place == 14
"#;
    python::run(script, &[&some, &whole, &types], "numpy");
}

#[test]
fn labels_and_a_loss_of_ones_own_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.replay");
    let labels = Dataset::from_class_labels(Matrix::zeros(3, 2), &[6, 0, 3], 1, 7).unwrap();
    let others = Dataset::from_class_labels(Matrix::zeros(2, 2), &[6, 5], 1, 7).unwrap();
    let options = Replay::options().dataset(&labels).named_dataset("a/b validation", &others);
    let mut replay = options.own_loss("focal").create(&path).unwrap();
    let bias = Weights::from_iter([Parameter::new("output", "bias", [7], vec![0.5_f32; 7])]);
    replay.record(&bias, Metrics::new()).unwrap();
    drop(replay);
    let script = r#"
import numpy as np
from read_replay import Recording
run = Recording(sys.argv[2])
labels = run.data["training/targets"]
assert labels.dtype == np.uint32 and labels.ravel().tolist() == [6, 0, 3], labels
assert run.data_sets["training"].class_count == 7 and run.data["a/b validation/targets"].ravel().tolist() == [6, 5]
assert run.check() == [] and run.epochs == [0]
assert run.loss.name == "focal", run.loss
"#;
    python::run(script, &[&path], "numpy");
}

#[test]
fn data_in_another_file_are_read_or_refused_as_this_crate_does_whatever_bit_of_it_is_flipped() {
    let folder = tempfile::tempdir().unwrap();
    let [path, file] = ["a.replay", "x.dataset"].map(|name| folder.path().join(name));
    let options = Replay::options().dataset(&named()).named_dataset("validation", &named());
    let model = Sequential::builder(2).layer(Dense::new(1)).build(1).unwrap();
    options.share_data(&file).create(&path).unwrap().record(&model, Metrics::new()).unwrap();
    let (recording, whole) = (fs::read(&path).unwrap(), fs::read(&file).unwrap());
    let mut paths = Vec::new();
    for at in (0..whole.len()).step_by(5).chain([whole.len(), usize::MAX]) {
        let place = folder.path().join(format!("copy {at}"));
        fs::create_dir(&place).unwrap();
        let mut bytes = whole.clone();
        if let Some(byte) = bytes.get_mut(at) {
            *byte ^= 1 << (at % 8);
        }
        if at < usize::MAX {
            fs::write(place.join("x.dataset"), bytes).unwrap();
        }
        fs::write(place.join("a.replay"), &recording).unwrap();
        paths.push(place.join("a.replay"));
    }
    fs::remove_file(&file).unwrap(); // that is what they refer to, too
    let script = r#"
from read_replay import Damaged, Recording
for path in sys.argv[1 + 1:]:
    run = Recording(path)
    print("all whole" if run.check() == [] else "listed")
    for name in ("training", "validation"):
        try:
            print(float(run.data[f"{name}/inputs"].sum()), float(run.data[f"{name}/targets"].sum()))
        except FileNotFoundError as why:
            assert "x.dataset" in str(why) and "checksums" in str(why), why
            print("gone")
        except Damaged as why:
            print("damaged")
"#;
    let arguments: Vec<&Path> = paths.iter().map(PathBuf::as_path).collect();
    let Some(found) = python::run(script, &arguments, "numpy") else { return };
    let mut found = found.lines();
    let (mut whole, mut damaged) = (0, 0);
    for path in &paths {
        let replay = Replay::open(path).unwrap();
        let listed = if replay.check_integrity().unwrap().is_empty() { "all whole" } else { "listed" };
        assert_eq!(found.next(), Some(listed), "{}", path.display());
        for name in ["training", "validation"] {
            let run = replay.run().unwrap().on(name).unwrap();
            let expected = match run.dataset() {
                Ok(data) => {
                    whole += 1;
                    format!("{:?} {:?}", data.inputs().sum(), data.targets().numbers().unwrap().sum())
                }
                Err(Error::Io { .. }) => "gone".into(),
                Err(_) => {
                    damaged += 1;
                    "damaged".into()
                }
            };
            assert_eq!(found.next(), Some(expected.as_str()), "{}", path.display());
        }
    }
    assert!(found.next().is_none() && whole > 10 && damaged > 100, "{whole} whole, {damaged} damaged");
}

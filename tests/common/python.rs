//! The reader in Python, held against this crate: what it finds in files must be what this crate does.

use std::{
    io,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use training_replay::{
    Error, Matrix, Metrics, Moment, NoteValue, Orientation, Parameter, Replay, Targets, Values, to_row_major,
};

use super::scale::report;

/// Prints all that the reader finds in recordings, arrays as their bits.
const DUMP: &str = r#"
import numpy as np
from read_replay import BF16, Damaged, Recording
def show(name, a):
    print(name.encode().hex(), "bf16" if a.dtype == BF16 else a.dtype.name, list(a.shape), a.tobytes().hex())
def ranges(damage):
    return sorted([d.start, d.end] for d in damage)
def snapshot(run, at):
    print(*at)
    try:
        bits = sorted([name.encode().hex(), np.float64(value).tobytes().hex()] for name, value in run.metrics(at).items())
        print("metrics", " ".join(f"{name}={value}" for name, value in bits))
    except Damaged:
        print("metrics damaged")
    try:
        weights = run.weights(at)
        for (name, values), turned in zip(weights.items(), run.orientations.values()):
            show(name, values)
            print(turned and turned[0])
    except Damaged:
        print("weights damaged")
    for name in run.tensors if run.readable else []:
        try:
            show("alone", run.parameter(at, name))
        except Damaged:
            print("alone damaged")
    try:
        outputs = run.probe_outputs(at)
        if outputs is not None:
            show("outputs", outputs)
    except Damaged:
        print("outputs damaged")
    try:
        state = run.training_state(at)
        print("state", None if state.description is None else state.description[0] + " " + state.description[1].hex())
        for name, values in state.arrays.items():
            show(name if isinstance(name, str) else "/".join(filter(None, name)), values)
    except Damaged:
        print("state damaged")
    except LookupError:
        pass
def typed(value):
    if isinstance(value, (list, np.ndarray)):
        return "[" + ",".join(map(typed, value)) + "]"
    if isinstance(value, (bool, str)):
        return value.encode().hex() if isinstance(value, str) else str(value)
    if isinstance(value, int):
        return f"i{value}"
    return ("f" if isinstance(value, np.float32) else "d") + np.asarray(value).tobytes().hex()
def dump(path):
    run = Recording(path)
    print("loss", run.loss.id if run.loss and run.loss.name else None)
    print("notes", " ".join(f"{key.encode().hex()}={text.encode().hex()}" for key, text in run.note_texts))
    print("values", " ".join(f"{key.encode().hex()}={typed(value)}" for key, value in run.all_notes))
    print("description", None if run.description is None else run.description[0] + " " + run.description[1].hex())
    print("parent", run.parent and " ".join(map(str, [run.parent.path and run.parent.path.encode().hex(), *run.parent[2:]])))
    try:
        everything = ranges(run.check())
    except (Damaged, OSError):
        everything = "nothing"
    print("finished" if run.finished else "unfinished", run.torn_bytes, ranges(run.damage), everything)
    print("shared", run.shared is not None)
    try:
        matrices = [("inputs", run.data["training/inputs"]), ("targets", run.data["training/targets"])]
        for name, values in matrices:
            show(name, values)
    except (Damaged, LookupError, OSError):
        print("no data")
    if run.probe is not None:
        show("probe", run.probe)
    run.readable = any(run._agrees(r.start, r.data_len, r.data_crc) for r in run.records.values())
    for at in run.records:
        snapshot(run, at)
for path in sys.argv[2:]:
    try:
        dump(path)
    except ValueError as why:
        assert path.split("/")[-1] in str(why), why
        print("refused")
"#;

/// Runs a script beside the reader, with these arguments; none, said aloud, where there is no Python with these modules.
pub fn run(script: &str, arguments: &[&Path], modules: &str) -> Option<String> {
    if !python(&["-c".as_ref(), format!("import {modules}").as_ref()]).is_ok_and(|output| output.status.success()) {
        report(format_args!("SKIPPED: the Python reader was not tested, for there is no python3 with {modules} here"));
        return None;
    }
    let reader = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/python");
    let script = format!("import sys\nsys.path.insert(0, sys.argv[1])\n{script}");
    let before: [&Path; 3] = ["-c".as_ref(), script.as_ref(), &reader];
    let output = python(&[&before[..], arguments].concat()).unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(String::from_utf8(output.stdout).unwrap())
}

fn python(arguments: &[&Path]) -> io::Result<Output> {
    Command::new("python3").args(arguments).env("PYTHONDONTWRITEBYTECODE", "1").output()
}

/// Fails unless the reader finds in these files what this crate does. False where there is no Python to ask.
pub fn agrees(paths: &[PathBuf]) -> bool {
    agrees_with(paths, "numpy")
}

/// The same where it takes more than numpy to read them.
pub fn agrees_with(paths: &[PathBuf], modules: &str) -> bool {
    let arguments: Vec<&Path> = paths.iter().map(PathBuf::as_path).collect();
    let Some(found) = run(DUMP, &arguments, modules) else { return false };
    let mut found = found.lines();
    for path in paths {
        for expected in dump(path) {
            assert_eq!(found.next(), Some(expected.as_str()), "in {}", path.display());
        }
    }
    assert_eq!(found.next(), None);
    true
}

/// What [`DUMP`] should print of a file.
fn dump(path: &Path) -> Vec<String> {
    let Ok(replay) = Replay::open(path) else { return vec!["refused".into()] };
    let mut lines = head(&replay);
    match replay.dataset() {
        Ok(data) => lines.extend([rows("inputs", data.inputs()), targets(data.targets())]),
        Err(_) => lines.push("no data".into()),
    }
    lines.extend(replay.probe().inputs().map(|inputs| rows("probe", inputs)));
    let mut moments: Vec<Moment> = replay.steps().iter().chain(replay.epochs().map(Moment::from)).collect();
    moments.sort_unstable();
    moments.into_iter().for_each(|moment| lines.extend(snapshot(&replay, moment)));
    lines
}

fn targets(targets: Targets<'_>) -> String {
    match targets {
        Targets::Labels(labels) => {
            let bytes: Vec<u8> = labels.indices().iter().flat_map(|index| index.to_le_bytes()).collect();
            format!("{} uint32 {:?} {}", hex("targets"), [labels.samples(), labels.positions()], hex(bytes))
        }
        numbers => rows("targets", numbers.numbers().unwrap()),
    }
}

fn head(replay: &Replay) -> Vec<String> {
    let ranges = |damage: &[training_replay::Damage]| {
        let mut ranges: Vec<_> = damage.iter().map(|damage| [damage.bytes.start, damage.bytes.end]).collect();
        ranges.sort_unstable();
        format!("{ranges:?}")
    };
    let loss = replay.loss().map_or("None".into(), |loss| (loss as u8).to_string());
    let notes: Vec<_> = replay.metadata().map(|(key, value)| format!("{}={}", hex(key), hex(value))).collect();
    let values: Vec<_> =
        replay.metadata().typed().map(|(key, value)| format!("{}={}", hex(key), typed(&value))).collect();
    let description = replay.description().map_or("None".into(), |own| format!("{} {}", own.kind(), hex(own.bytes())));
    let parent = replay.training().parent().map_or("None".into(), |parent| {
        let path = parent.path().map_or("None".into(), |path| hex(path.to_str().unwrap()));
        let (epoch, step) = (parent.moment().epoch(), parent.moment().step().unwrap_or(0));
        format!("{path} {epoch} {step} {}", parent.checksum())
    });
    let finished = if replay.is_finished() { "finished" } else { "unfinished" };
    let all = replay.check_integrity().map_or("nothing".into(), |all| ranges(&all));
    let shared = if replay.shared_data().is_some() { "True" } else { "False" };
    vec![
        format!("loss {loss}"),
        format!("notes {}", notes.join(" ")),
        format!("values {}", values.join(" ")),
        format!("description {description}"),
        format!("parent {parent}"),
        format!("{finished} {} {} {}", replay.torn_bytes(), ranges(replay.damage()), all),
        format!("shared {shared}"),
    ]
}

/// A note's value, bit for bit.
fn typed(value: &NoteValue) -> String {
    fn list<T>(items: &[T], one: impl Fn(&T) -> String) -> String {
        format!("[{}]", items.iter().map(one).collect::<Vec<_>>().join(","))
    }
    let bool = |value: &bool| if *value { "True".to_owned() } else { "False".to_owned() };
    let (single, double) = (
        |value: &f32| format!("f{}", hex(value.to_le_bytes())),
        |value: &f64| format!("d{}", hex(value.to_le_bytes())),
    );
    match value {
        NoteValue::Text(text) => hex(text),
        NoteValue::Bool(value) => bool(value),
        NoteValue::Integer(value) => format!("i{value}"),
        NoteValue::F32(value) => single(value),
        NoteValue::F64(value) => double(value),
        NoteValue::Texts(items) => list(items, |item| hex(item)),
        NoteValue::Bools(items) => list(items, bool),
        NoteValue::Integers(items) => list(items, |item| format!("i{item}")),
        NoteValue::F32s(items) => list(items, single),
        NoteValue::F64s(items) => list(items, double),
        _ => unreachable!("a type that the test does not know"),
    }
}

fn snapshot(replay: &Replay, moment: Moment) -> Vec<String> {
    let mut lines = vec![format!("{} {}", moment.epoch(), moment.step().unwrap_or(0))];
    lines
        .push(replay.metrics(moment).map_or("metrics damaged".into(), |metrics| format!("metrics {}", bits(&metrics))));
    match replay.weights(moment) {
        Err(_) => lines.push("weights damaged".into()),
        Ok(weights) => lines.extend(weights.iter().flat_map(|p| {
            let turned = match p.orientation() {
                Some(Orientation::InputsOutputs) => "inputs",
                Some(Orientation::OutputsInputs) => "outputs",
                None => "None",
            };
            [array(&full_name(p), p.values(), p.shape()), turned.into()]
        })),
    }
    for name in names(replay) {
        let alone = replay.parameter(moment, &name[0], &name[1]);
        lines.push(alone.map_or("alone damaged".into(), |p| array("alone", p.values(), p.shape())));
    }
    match replay.probe().outputs(moment) {
        Err(_) => lines.push("outputs damaged".into()),
        Ok(outputs) => lines.extend(outputs.map(|outputs| rows("outputs", &outputs))),
    }
    match replay.training().state(moment) {
        Err(Error::Missing { .. }) => {}
        Err(_) => lines.push("state damaged".into()),
        Ok(state) => {
            let description = state.recorded_description();
            let described = description.map_or("None".into(), |own| format!("{} {}", own.kind(), hex(own.bytes())));
            lines.push(format!("state {described}"));
            lines.extend(state.arrays().iter().map(|p| array(&full_name(p), p.values(), p.shape())));
        }
    }
    lines
}

fn full_name(parameter: &Parameter<'_>) -> String {
    let parts = [parameter.layer(), parameter.name()].into_iter().filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join("/")
}

/// The layer and name of every parameter, by the first snapshot that can be read.
fn names(replay: &Replay) -> Vec<[String; 2]> {
    let mut moments = replay.epochs().map(Moment::from).chain(replay.steps().iter());
    let weights = moments.find_map(|moment| replay.weights(moment).ok()).unwrap_or_default();
    weights.iter().map(|p| [p.layer().to_owned(), p.name().to_owned()]).collect()
}

fn bits(metrics: &Metrics) -> String {
    let mut bits: Vec<_> =
        metrics.iter().map(|(name, value)| format!("{}={}", hex(name), hex(value.to_le_bytes()))).collect();
    bits.sort_unstable();
    bits.join(" ")
}

fn hex(bytes: impl AsRef<[u8]>) -> String {
    bytes.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn rows(name: &str, matrix: &Matrix) -> String {
    array(name, &Values::from(to_row_major(matrix)), &[matrix.nrows(), matrix.ncols()])
}

/// An array as [`DUMP`] prints it: by the name that numpy has for its type.
fn array(name: &str, values: &Values<'_>, shape: &[usize]) -> String {
    macro_rules! bytes {
        ($values:expr) => {
            $values.iter().flat_map(|value| value.to_le_bytes()).collect::<Vec<u8>>()
        };
    }
    let (dtype, bytes) = match values {
        Values::F32(values) => ("float32", bytes!(values)),
        Values::F64(values) => ("float64", bytes!(values)),
        Values::F16(values) => ("float16", bytes!(values)),
        Values::Bf16(values) => ("bf16", bytes!(values)),
        Values::I8(values) => ("int8", bytes!(values)),
        Values::I16(values) => ("int16", bytes!(values)),
        Values::I32(values) => ("int32", bytes!(values)),
        Values::I64(values) => ("int64", bytes!(values)),
        Values::U8(values) => ("uint8", bytes!(values)),
        Values::U16(values) => ("uint16", bytes!(values)),
        Values::U32(values) => ("uint32", bytes!(values)),
        Values::U64(values) => ("uint64", bytes!(values)),
        Values::Bool(values) => ("bool", values.iter().map(|&value| u8::from(value)).collect()),
        _ => unreachable!("a type that the test does not know"),
    };
    format!("{} {dtype} {shape:?} {}", hex(name), hex(bytes))
}

//! What is exported is read by the tools themselves, bit for bit: polars, DuckDB, pyarrow, safetensors and TensorBoard in Python.
//!
//! `.ci/run` installs their packages; a test without its package says so and passes.
#![cfg(all(feature = "serde", feature = "parquet", feature = "safetensors"))]

mod common;

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

use common::scale::report;
use serde_json::{Value, json};
use training_replay::{
    Activation, Dense, Loss, Metrics, Optimizer, Parameter, Replay, Sequential, Trainer, Values, Weights,
    analysis::{LayerFilter, Quantity, SampleOutcomes},
    datasets,
    export::{SCHEMA_VERSION, Safetensors, Table, Tables, TensorBoard},
    half::{bf16, f16},
};

const LOSS: Loss = Loss::BinaryCrossEntropy;

/// Names that have been trouble elsewhere; all of them can be folders.
const NAMES: [&str; 9] = ["seed=1", "1", "2026-11-27", "a/../b", "größe ✓", "\"q\", 'x'\nnext", "..", "NaN", "100%20%"];

fn python(arguments: &[&str]) -> std::io::Result<Output> {
    Command::new("python3").args(arguments).env("PYTHONDONTWRITEBYTECODE", "1").output()
}

/// What a tool reads in a folder, line by line in order; nothing where it is not installed.
fn read_by(tool: &str, folder: &Path) -> Option<Vec<Value>> {
    let package = tool.split('-').next().unwrap();
    if !python(&["-c", &format!("import {package}")]).is_ok_and(|output| output.status.success()) {
        report(format!("SKIPPED: what {tool} reads was not tested, because there is no python3 with {package} here"));
        return None;
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/python/read_exports.py");
    let output = python(&[script.to_str().unwrap(), tool, folder.to_str().unwrap()]).unwrap();
    assert!(output.status.success(), "{tool}: {}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    Some(text.lines().map(|line| serde_json::from_str(line).unwrap()).collect())
}

fn expect(tool: &str, folder: &Path, expected: &[Value]) {
    let Some(found) = read_by(tool, folder) else { return };
    let sorted = |values: &[Value]| {
        let mut lines: Vec<String> = values.iter().map(Value::to_string).collect();
        lines.sort();
        lines
    };
    let (found, expected) = (sorted(&found), sorted(expected));
    let differs = found.iter().zip(&expected).find(|(found, expected)| found != expected);
    assert_eq!((differs, found.len()), (None, expected.len()), "{tool}");
}

fn single(value: f32) -> String {
    if value.is_nan() { "nan".into() } else { format!("{:08x}", value.to_bits()) }
}

fn double(value: f64) -> String {
    if value.is_nan() { "nan".into() } else { format!("{:016x}", value.to_bits()) }
}

/// A run with metrics of every kind of number and name, and a last epoch that is NaN.
fn recorded(seed: u64) -> Replay {
    let data = datasets::moons(20, 0.1, 7);
    let layers =
        [Dense::new(3).name("h").activation(Activation::Tanh), Dense::new(1).name("o").activation(Activation::Sigmoid)];
    let mut model = Sequential::builder(2).layers(layers).build(seed).unwrap();
    let mut trainer = Trainer::new(LOSS, Optimizer::adam(0.05));
    let mut replay = Replay::options().dataset(&data).loss(LOSS).in_memory();
    replay.record(&model, [("a,\"b\"\n/ü", 0.1), ("..", f64::NAN), ("", -0.0), ("∞", f64::INFINITY)]).unwrap();
    replay.record_at((1, 2), &model, [("step", 5e-324), ("−∞", f64::NEG_INFINITY), ("max", f64::MAX)]).unwrap();
    let metrics = trainer.epoch(&mut model, &data).unwrap();
    replay.record(&model, metrics).unwrap();
    let lost: Weights = Weights::of(&model)
        .unwrap()
        .into_iter()
        .map(|p| Parameter::new(p.layer().to_owned(), p.name().to_owned(), p.shape(), vec![f32::NAN; p.values().len()]))
        .collect();
    use training_replay::Forward;
    replay.record(&model.with_weights(&lost).unwrap(), Metrics::new()).unwrap();
    replay
}

fn expected(name: &str, replay: &Replay) -> Vec<Value> {
    let moments = replay.steps().iter().chain(replay.epochs().map(Into::into));
    let mut lines = Vec::new();
    for at in moments {
        let of = |(metric, value): (&str, f64)| json!(["metrics", name, at.epoch(), at.step(), metric, double(value)]);
        lines.extend(replay.metrics(at).unwrap().iter().map(of));
    }
    let run = replay.run().unwrap();
    let history = run.sample_history(LOSS).unwrap();
    let SampleOutcomes::Classification { probabilities, correct } = &history.outcomes else { panic!("classes") };
    for (column, &epoch) in history.epochs.iter().enumerate() {
        let predicted = run.at(epoch).unwrap().predicted_classes().unwrap();
        for (sample, predicted) in predicted.into_iter().enumerate() {
            let at = (sample, column);
            let numbers = [probabilities[at], history.losses[at]].map(single);
            lines.push(json!(["samples", name, epoch, sample, predicted, correct[at], numbers[0], numbers[1]]));
        }
    }
    lines
}

#[test]
fn polars_and_duckdb_read_every_format_bit_for_bit_and_runs_of_any_name() {
    let folder = tempfile::tempdir().unwrap();
    let mut all = Vec::new();
    fs::create_dir(folder.path().join("single")).unwrap();
    for (seed, name) in NAMES.into_iter().enumerate() {
        let replay = recorded(seed as u64);
        let tables = Tables::of(&replay.run().unwrap()).named(name).tables([Table::Metrics, Table::Samples]);
        tables.write_csv(folder.path()).unwrap();
        tables.write_json_lines(folder.path()).unwrap();
        tables.write_parquet(folder.path()).unwrap();
        for table in [Table::Metrics, Table::Samples] {
            let file =
                |ending| fs::File::create(folder.path().join(format!("single/{table}-{seed}.{ending}"))).unwrap();
            tables.write_csv_to(table, file("csv")).unwrap();
            tables.write_json_lines_to(table, file("jsonl")).unwrap();
            tables.write_parquet_to(table, file("parquet")).unwrap();
        }
        all.extend(expected(name, &replay));
    }
    for tool in ["duckdb-parquet", "duckdb-csv", "duckdb-jsonl", "polars-parquet", "polars-csv", "polars-jsonl"] {
        expect(tool, folder.path(), &all);
    }
}

#[test]
fn pyarrow_reads_what_every_column_is() {
    let folder = tempfile::tempdir().unwrap();
    let replay = recorded(1);
    Tables::of(&replay.run().unwrap()).named("a").write_parquet(folder.path()).unwrap();
    let mut lines = Vec::new();
    for table in [Table::Metrics, Table::Samples] {
        lines.push(json!([table.name(), table.name(), table.doc(), SCHEMA_VERSION.to_string()]));
        for column in &table.columns()[1..] {
            let kind = match column.kind().to_string().as_str() {
                "i64" => "int64",
                "f64" => "double",
                "f32" => "float",
                "text" => "string",
                other => &other.to_owned(),
            };
            lines.push(json!([table.name(), column.name(), kind, column.may_be_null(), column.unit(), column.doc()]));
        }
    }
    expect("pyarrow", folder.path(), &lines);
}

/// One array of every type, with what is odd in each.
fn every_type() -> Weights {
    let parameter = |name: &'static str, values: Values<'static>| Parameter::new("l/ü.\"", name, [2], values);
    Weights::from_iter([
        parameter("f32", vec![f32::NAN, -0.0].into()),
        parameter("f64", vec![f64::MIN_POSITIVE / 4.0, f64::NEG_INFINITY].into()),
        parameter("f16", vec![f16::from_f32(0.1), f16::NAN].into()),
        parameter("bf16", vec![bf16::from_f32(0.1), bf16::INFINITY].into()),
        parameter("i8", vec![i8::MIN, 1].into()),
        parameter("i16", vec![i16::MIN, 1].into()),
        parameter("i32", vec![i32::MIN, 1].into()),
        parameter("i64", vec![i64::MIN, 1].into()),
        parameter("u8", vec![u8::MAX, 1].into()),
        parameter("u16", vec![u16::MAX, 1].into()),
        parameter("u32", vec![u32::MAX, 1].into()),
        parameter("u64", vec![u64::MAX, 1].into()),
        parameter("bool", vec![true, false].into()),
        Parameter::new("", "empty", [0, 3], Vec::<f32>::new()),
        Parameter::new("", "scalar", [], vec![2.5_f64]),
    ])
}

#[test]
fn safetensors_in_python_reads_weights_of_every_type_bit_for_bit() {
    let folder = tempfile::tempdir().unwrap();
    let (weights, mut replay) = (every_type(), Replay::options().in_memory());
    replay.record(&weights, Metrics::new()).unwrap();
    replay.record_at(7, &weights, Metrics::new()).unwrap();
    let exported = Safetensors::of(&replay).named("seed=1").write(folder.path()).unwrap();
    assert_eq!(exported.files.len(), 2);
    let mut lines = Vec::new();
    for epoch in ["0", "7"] {
        lines.push(json!([[["epoch", epoch], ["run", "seed=1"]]]));
        for parameter in weights.iter() {
            let name = if parameter.layer().is_empty() {
                parameter.name().into()
            } else {
                format!("l/ü.\".{}", parameter.name())
            };
            let dtype = parameter.values().dtype().to_string().to_uppercase();
            lines.push(json!([name, dtype, parameter.shape(), hex(parameter.values())]));
        }
    }
    expect("safetensors", folder.path(), &lines);
}

fn hex(values: &Values<'_>) -> String {
    let bytes: Vec<u8> = match values {
        Values::F32(all) => all.iter().flat_map(|v| v.to_le_bytes()).collect(),
        Values::F64(all) => all.iter().flat_map(|v| v.to_le_bytes()).collect(),
        Values::F16(all) => all.iter().flat_map(|v| v.to_le_bytes()).collect(),
        Values::Bf16(all) => all.iter().flat_map(|v| v.to_le_bytes()).collect(),
        Values::I8(all) => all.iter().flat_map(|v| v.to_le_bytes()).collect(),
        Values::I16(all) => all.iter().flat_map(|v| v.to_le_bytes()).collect(),
        Values::I32(all) => all.iter().flat_map(|v| v.to_le_bytes()).collect(),
        Values::I64(all) => all.iter().flat_map(|v| v.to_le_bytes()).collect(),
        Values::U8(all) => all.to_vec(),
        Values::U16(all) => all.iter().flat_map(|v| v.to_le_bytes()).collect(),
        Values::U32(all) => all.iter().flat_map(|v| v.to_le_bytes()).collect(),
        Values::U64(all) => all.iter().flat_map(|v| v.to_le_bytes()).collect(),
        Values::Bool(all) => all.iter().map(|&v| u8::from(v)).collect(),
        other => panic!("{other:?}"),
    };
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn two_parameters_of_one_name_are_an_error_and_the_file_stays() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.safetensors");
    fs::write(&path, "before").unwrap();
    let parameter = |layer: &'static str, name: &'static str| Parameter::new(layer, name, [1], vec![1.0_f32]);
    for (pair, part) in [
        ([parameter("a.b", "c"), parameter("a", "b.c")], r#""a.b.c" of both a.b/c and a/b.c"#),
        ([parameter("", "__metadata__"), parameter("a", "b")], "keeps for itself"),
    ] {
        let mut replay = Replay::options().in_memory();
        replay.record(&Weights::from_iter(pair), Metrics::new()).unwrap();
        let message = Safetensors::of(&replay).write_epoch(0, &path).unwrap_err().to_string();
        assert!(message.contains(part), "{message}");
        assert_eq!(fs::read(&path).unwrap(), b"before");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}

#[test]
fn tensorboard_reads_scalars_as_the_nearest_f32_and_histograms_count_for_count() {
    let folder = tempfile::tempdir().unwrap();
    let replay = recorded(3);
    let exported = TensorBoard::of(&replay).named("..seed 1").write(folder.path()).unwrap();
    assert_eq!(exported.caveats.len(), 5, "four parameters that are NaN, and steps: {exported}");
    let mut lines = Vec::new();
    for epoch in replay.epochs() {
        for (name, value) in replay.metrics(epoch).unwrap().iter() {
            lines.push(json!(["scalar", name, epoch, epoch as f64, single(value as f32)]));
        }
        let rows = replay.at(epoch).unwrap().distributions(Quantity::weights(), &LayerFilter::default()).unwrap();
        for row in rows.iter().filter(|row| row.distribution.count > 0) {
            let histogram = row.distribution.histogram(30).unwrap();
            let counts: Vec<f64> = [0].iter().chain(&histogram.counts).map(|&count| count as f64).collect();
            let limits: Vec<String> = histogram.edges.iter().map(|&edge| double(edge)).collect();
            let (tag, count) = (format!("{}/{}", row.layer, row.name), row.distribution.count as f64);
            lines.push(json!(["histogram", tag, epoch, count, counts, limits]));
        }
    }
    expect("tensorboard", folder.path(), &lines);
}

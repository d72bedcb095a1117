//! The queries of `examples/query`, run by DuckDB and Spark over exported tables of several runs: their answers are this crate's own.
//! What DataFusion answers is tested beside it, in the package `examples/query`.

mod common;

use std::{collections::BTreeMap, fs, path::Path, process::Command};

use common::scale::report;
use training_replay::{
    Activation, Dataset, Dense, Loss, Matrix, Metrics, Optimizer, Replay, Result, Runs, Sequential, Trainer, Weights,
    analysis::MilestoneOptions,
    datasets,
    export::{Column, Exported, Table, Tables},
};

const LOSS: Loss = Loss::BinaryCrossEntropy;

fn trained(data: &Dataset, seed: u64) -> Result<Replay> {
    let layers = [Dense::new(8).activation(Activation::Tanh), Dense::new(1).activation(Activation::Sigmoid)];
    let mut model = Sequential::builder(2).layers(layers).build(seed)?;
    let mut trainer = Trainer::new(LOSS, Optimizer::adam(0.1)).seed(seed).batch_size(8);
    let mut replay = Replay::options().dataset(data).loss(LOSS).in_memory();
    replay.record(&model, Metrics::new())?;
    // Half of them have no time to learn.
    for _ in 0..if seed.is_multiple_of(2) { 150 } else { 2 } {
        let metrics = trainer.epoch(&mut model, data)?;
        replay.record(&model, metrics)?;
    }
    Ok(replay)
}

/// Seeds under names that want to be something else: a number, a date, nothing, a path, an escape.
fn runs(data: &Dataset) -> Runs {
    let names = ["007", "2026-11-01", "NULL", "seed 4", "\u{e9}, \"5\"", "a=b", "50%2F50", "../it's"];
    names.into_iter().zip(1..).map(|(name, seed)| (name.to_owned(), trained(data, seed).unwrap())).collect()
}

/// How tables are written.
type Write = fn(&Tables<'_, Sequential>, &Path) -> Result<Exported>;

/// The programs that ask, the package of Python that each needs, and how the tables that it reads are written.
fn engines() -> Vec<(&'static str, &'static str, Write)> {
    vec![
        ("duckdb_tables.py", "duckdb", |tables, folder| tables.write_csv(folder)),
        #[cfg(feature = "parquet")]
        ("duckdb_tables.py", "duckdb", |tables, folder| tables.write_parquet(folder)),
        #[cfg(feature = "parquet")]
        ("spark.py", "pyspark", |tables, folder| tables.write_parquet(folder)),
    ]
}

/// Whether Python has a package; without it what was skipped is named aloud.
fn is_there(package: &str, script: &str, query: &str) -> bool {
    let import = format!("import {package}");
    let found = Command::new("python3").args(["-c", &import]).output().is_ok_and(|output| output.status.success());
    if !found {
        report(format_args!("SKIPPED: {script} was not asked {query}, for there is no python3 with {package} here"));
    }
    found
}

/// The rows that a script answers a query with, over the tables in a folder.
fn answer(script: &str, folder: &Path, query: &Path) -> Vec<String> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/query").join(script);
    let mut command = Command::new("python3");
    let output = command.arg(script).arg(folder).arg(query).env("PYTHONIOENCODING", "utf-8").output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().lines().skip(1).map(str::to_owned).collect()
}

/// Holds the rows of a query's answer against those expected, in each engine that is there.
fn assert_answers(runs: &Runs, query: &str, expected: &[String]) {
    let queries = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/query");
    for (script, package, write) in engines() {
        if !is_there(package, script, query) {
            continue;
        }
        let folder = tempfile::tempdir().unwrap();
        for (name, replay) in runs.iter() {
            write(&Tables::of(&replay.run().unwrap()).named(name), folder.path()).unwrap();
        }
        assert_eq!(answer(script, folder.path(), &queries.join(query)), expected, "{script}");
    }
}

#[test]
fn the_runs_that_never_learned_are_those_without_the_milestone() {
    let runs = runs(&datasets::moons(40, 0.05, 3));
    let mut expected = Vec::new();
    for (name, replay) in runs.iter() {
        let history = replay.run().unwrap().sample_history(LOSS).unwrap();
        let errors = |column: usize| history.correct().unwrap().column(column).iter().filter(|&&right| !right).count();
        let fewest = (0..history.epochs.len()).map(errors).min().unwrap();
        let came = replay.run().unwrap().milestones(&MilestoneOptions::default()).unwrap().all_correct();
        assert_eq!(came.is_none(), fewest > 0);
        if came.is_none() {
            expected.push((std::cmp::Reverse(fewest), name, (40 - fewest) as f64 / 40.0));
        }
    }
    expected.sort_by(|one, other| (one.0, one.1).cmp(&(other.0, other.1)));
    assert!(!expected.is_empty() && expected.len() < runs.len(), "the test shows both");
    let quoted = |name: &str| {
        if name.contains([',', '"']) { format!("\"{}\"", name.replace('"', "\"\"")) } else { name.to_owned() }
    };
    let expected: Vec<_> =
        expected.iter().map(|(fewest, name, best)| format!("{},{},{best}", quoted(name), fewest.0)).collect();
    assert_answers(&runs, "never_learned.sql", &expected);
}

#[test]
fn the_samples_that_are_forgotten_most_are_those_of_the_sample_histories() {
    let runs = runs(&datasets::moons(40, 0.05, 3));
    let mut counts: BTreeMap<usize, (usize, usize)> = BTreeMap::new();
    for (_, replay) in runs.iter() {
        let history = replay.run().unwrap().sample_history(LOSS).unwrap();
        for sample in 0..40 {
            let times = history.forgotten(sample).unwrap();
            let (all, in_runs) = counts.entry(sample).or_default();
            (*all, *in_runs) = (*all + times, *in_runs + usize::from(times > 0));
        }
    }
    let mut expected: Vec<_> = counts.into_iter().filter(|(_, (times, _))| *times > 0).collect();
    expected.sort_by_key(|&(sample, (times, _))| (std::cmp::Reverse(times), sample));
    assert!(expected.len() > 3, "there is something to forget");
    let expected: Vec<_> =
        expected.iter().take(20).map(|(sample, (times, runs))| format!("{sample},{times},{runs}")).collect();
    assert_answers(&runs, "most_forgotten.sql", &expected);
}

/// Regression has no errors, a model of somebody else's no samples: in CSV such a column, such a table looks like text or nothing.
#[test]
fn tables_in_csv_have_the_types_of_the_columns_whatever_is_empty_in_them() {
    let script = "duckdb_tables.py";
    if !is_there("duckdb", script, "about types") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let numbers = Dataset::new(Matrix::from_element(4, 2, 0.5), Matrix::from_element(4, 1, 7.5)).unwrap();
    let model = Sequential::builder(2).layer(Dense::new(1)).build(1).unwrap();
    let mut regression = Replay::options().dataset(&numbers).loss(Loss::MeanSquaredError).in_memory();
    regression.record(&model, Metrics::new()).unwrap();
    Tables::of(&regression.run().unwrap()).named("a").write_csv(folder.path()).unwrap();
    let mut foreign = Replay::options().in_memory();
    foreign.record(&Weights::of(&model).unwrap(), Metrics::new()).unwrap();
    Tables::of_replay(&foreign).unwrap().named("b").write_csv(folder.path()).unwrap();
    let query = folder.path().join("types.sql");
    for table in Table::ALL {
        fs::write(&query, format!("DESCRIBE {table};")).unwrap();
        let expected = table.columns().iter().filter(|column| column.name() != "run").map(duckdb_type);
        let found = answer(script, folder.path(), &query);
        let found: Vec<String> = found.iter().map(|row| row.split(',').take(2).collect::<Vec<_>>().join(" ")).collect();
        assert_eq!(found, expected.chain(["run VARCHAR".to_owned()]).collect::<Vec<_>>(), "{table}");
    }
    for query in ["never_learned.sql", "most_forgotten.sql"] {
        let query = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/query").join(query);
        assert!(answer(script, folder.path(), &query).is_empty());
    }
}

/// A column and what it is in DuckDB; lists are a text in CSV.
fn duckdb_type(column: &Column) -> String {
    let kind = match column.kind().to_string().as_str() {
        "i64" => "BIGINT",
        "f64" => "DOUBLE",
        "f32" => "FLOAT",
        "bool" => "BOOLEAN",
        _ => "VARCHAR",
    };
    format!("{} {kind}", column.name())
}

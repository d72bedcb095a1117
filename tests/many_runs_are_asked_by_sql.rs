//! The queries of `examples/query`, run by DuckDB and Spark over exported tables of several runs: their answers are this crate's own.
//! What DataFusion answers is tested beside it, in the package `examples/query`.

mod common;

use std::{collections::BTreeMap, path::Path, process::Command};

use common::scale::report;
use training_replay::{
    Activation, Dataset, Dense, Loss, Metrics, Optimizer, Replay, Result, Runs, Sequential, Trainer,
    analysis::MilestoneOptions,
    datasets,
    export::{Exported, Tables},
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

/// Holds the rows of a query's answer against those expected, in each engine that is there; the others are named aloud.
fn assert_answers(runs: &Runs, query: &str, expected: &[String]) {
    let queries = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/query");
    for (script, package, write) in engines() {
        let import = format!("import {package}");
        if !Command::new("python3").args(["-c", &import]).output().is_ok_and(|output| output.status.success()) {
            report(format_args!(
                "SKIPPED: {script} was not asked {query}, for there is no python3 with {package} here"
            ));
            continue;
        }
        let folder = tempfile::tempdir().unwrap();
        for (name, replay) in runs.iter() {
            write(&Tables::of(&replay.run().unwrap()).named(name), folder.path()).unwrap();
        }
        let mut command = Command::new("python3");
        let command = command.arg(queries.join(script)).arg(folder.path()).arg(queries.join(query));
        let output = command.env("PYTHONIOENCODING", "utf-8").output().unwrap();
        assert!(output.status.success(), "{script}: {}", String::from_utf8_lossy(&output.stderr));
        let rows = String::from_utf8(output.stdout).unwrap();
        assert_eq!(rows.lines().skip(1).collect::<Vec<_>>(), expected, "{script}");
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

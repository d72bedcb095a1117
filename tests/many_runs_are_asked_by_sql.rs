//! The queries of `examples/query`, run by DuckDB over tables of several runs: their answers are this crate's own.

mod common;

use std::{collections::BTreeMap, fmt::Write, fs, path::Path, process::Command};

use common::scale::report;
use training_replay::{
    Activation, Dataset, Dense, Loss, Metrics, Optimizer, Replay, Result, Runs, Sequential, Trainer,
    analysis::MilestoneOptions, datasets,
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

/// Six seeds under names that want to be something else: a number, a date, nothing.
fn runs(data: &Dataset) -> Runs {
    let names = ["007", "2026-11-01", "NULL", "seed 4", "\u{e9}, \"5\"", "a=b"];
    names.into_iter().zip(1..).map(|(name, seed)| (name.to_owned(), trained(data, seed).unwrap())).collect()
}

/// Writes one table of a run into the folder that Hive calls it by.
fn write(folder: &Path, table: &str, run: &str, text: &str) {
    let encoded: String = run.bytes().fold(String::new(), |mut name, byte| {
        let plain = byte.is_ascii_alphanumeric() || byte == b'-';
        if plain {
            name.push(byte.into());
        } else {
            write!(name, "%{byte:02X}").unwrap();
        }
        name
    });
    let folder = folder.join(table).join(format!("run={encoded}"));
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("part-0.csv"), text).unwrap();
}

fn write_tables(runs: &Runs, folder: &Path) {
    for (name, replay) in runs.iter() {
        let history = replay.run().unwrap().sample_history(LOSS).unwrap();
        let (correct, mut epochs, mut samples) =
            (history.correct().unwrap(), "epoch,errors,accuracy\n".to_owned(), "epoch,sample,correct\n".to_owned());
        for (column, epoch) in correct.column_iter().zip(&history.epochs) {
            let right = column.iter().filter(|&&right| right).count();
            let accuracy = right as f64 / column.len() as f64;
            writeln!(epochs, "{epoch},{},{accuracy}", column.len() - right).unwrap();
            column.iter().enumerate().for_each(|(i, right)| writeln!(samples, "{epoch},{i},{right}").unwrap());
        }
        write(folder, "epochs", name, &epochs);
        write(folder, "samples", name, &samples);
    }
}

/// The rows of each query's answer; none, said aloud, where there is no DuckDB.
fn asked(folder: &Path, query: &str) -> Option<Vec<String>> {
    if !Command::new("python3").args(["-c", "import duckdb"]).output().is_ok_and(|output| output.status.success()) {
        report("SKIPPED: the queries were not run, for there is no python3 with duckdb here");
        return None;
    }
    let queries = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/query");
    let mut command = Command::new("python3");
    let command = command.arg(queries.join("duckdb_tables.py")).arg(folder).arg(queries.join(query));
    let output = command.env("PYTHONIOENCODING", "utf-8").output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(String::from_utf8(output.stdout).unwrap().lines().skip(1).map(str::to_owned).collect())
}

#[test]
fn the_runs_that_never_learned_are_those_without_the_milestone() {
    let (folder, data) = (tempfile::tempdir().unwrap(), datasets::moons(40, 0.05, 3));
    let runs = runs(&data);
    write_tables(&runs, folder.path());
    let Some(rows) = asked(folder.path(), "never_learned.sql") else { return };
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
    assert_eq!(rows, expected);
}

#[test]
fn the_samples_that_are_forgotten_most_are_those_of_the_sample_histories() {
    let (folder, data) = (tempfile::tempdir().unwrap(), datasets::moons(40, 0.05, 3));
    let runs = runs(&data);
    write_tables(&runs, folder.path());
    let Some(rows) = asked(folder.path(), "most_forgotten.sql") else { return };
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
    assert_eq!(rows, expected);
}

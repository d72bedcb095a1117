//! What DataFusion answers over exported tables is what training-replay finds in the recordings.

use std::{
    cmp::Reverse,
    collections::BTreeMap,
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use training_replay::{
    Activation, Dataset, Dense, Loss, Metrics, Optimizer, Parameter, Replay, Result, Runs, Sequential, Trainer,
    Weights,
    analysis::MilestoneOptions,
    datasets,
    export::{Table, Tables},
};

const LOSS: Loss = Loss::BinaryCrossEntropy;
const SAMPLES: usize = 40;

/// Names that want to be something else: a number, a date, nothing, a path, an escape, a line.
const NAMES: [&str; 8] = ["007", "2026-11-01", "NULL", "seed 4", "\u{e9}, \"5\"", "a=b", "50%2F50", "../it's\nso"];

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

/// Runs of several seeds, and a folder of their tables.
fn exported() -> (Runs, tempfile::TempDir) {
    let (data, folder) = (datasets::moons(SAMPLES, 0.05, 3), tempfile::tempdir().unwrap());
    let runs: Runs =
        NAMES.into_iter().zip(1..).map(|(name, seed)| (name.into(), trained(&data, seed).unwrap())).collect();
    for (name, replay) in runs.iter() {
        Tables::of(&replay.run().unwrap()).named(name).tables(Table::ALL).write_parquet(folder.path()).unwrap();
    }
    (runs, folder)
}

/// A folder of tables of a run that has a weight and no data.
fn small(folder: &Path, name: &str) {
    let weights = Weights::from_iter([Parameter::new("line", "slope", [1], vec![0.5_f64])]);
    let mut replay = Replay::options().in_memory();
    replay.record(&weights, [("loss", 0.25)]).unwrap();
    let tables = Tables::of_replay(&replay).unwrap().named(name).tables([Table::Runs, Table::Metrics]);
    tables.write_parquet(folder).unwrap();
}

fn ask(arguments: impl IntoIterator<Item = impl Into<OsString>>) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_training-replay-query"));
    command.args(arguments.into_iter().map(Into::into)).output().unwrap()
}

/// A file of `examples/query`.
fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// The queries as files, since files is what the program takes.
fn written(folder: &Path, queries: &[String]) -> Vec<PathBuf> {
    let file = |(i, query): (usize, &String)| {
        let file = folder.join(format!("query {i}.sql"));
        fs::write(&file, query).unwrap();
        file
    };
    queries.iter().enumerate().map(file).collect()
}

/// All rows of the answers, the headers among them.
fn rows(output: Output) -> Vec<Vec<String>> {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let rows = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(&*output.stdout).into_records();
    rows.map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect()
}

/// The rows of the answers to some queries.
fn answers(tables: &Path, queries: &[String]) -> Vec<Vec<String>> {
    let folder = tempfile::tempdir().unwrap();
    let queries = written(folder.path(), queries);
    rows(ask([tables.to_owned()].into_iter().chain(queries)))
}

/// What the program says when it fails.
fn error(arguments: impl IntoIterator<Item = impl Into<OsString>>) -> String {
    let output = ask(arguments);
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.is_empty(), "{}", String::from_utf8_lossy(&output.stdout));
    String::from_utf8(output.stderr).unwrap()
}

/// What it says when it fails at one query over the tables of one run.
fn error_of(query: &str) -> String {
    let (tables, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    small(tables.path(), "a");
    let queries = written(folder.path(), &[query.to_owned()]);
    error([tables.path().to_owned()].into_iter().chain(queries))
}

#[test]
fn the_runs_that_never_learned_are_those_without_the_milestone() {
    let (runs, folder) = exported();
    let mut expected = Vec::new();
    for (name, replay) in runs.iter() {
        let run = replay.run().unwrap();
        let history = run.sample_history(LOSS).unwrap();
        let errors = |epoch: usize| history.correct().unwrap().column(epoch).iter().filter(|&&right| !right).count();
        let fewest = (0..history.epochs.len()).map(errors).min().unwrap();
        let came = run.milestones(&MilestoneOptions::default()).unwrap().all_correct();
        assert_eq!(came.is_none(), fewest > 0);
        if came.is_none() {
            expected.push((Reverse(fewest), name.to_owned(), (SAMPLES - fewest) as f64 / SAMPLES as f64));
        }
    }
    expected.sort_by(|one, other| (one.0, &one.1).cmp(&(other.0, &other.1)));
    assert!(!expected.is_empty() && expected.len() < runs.len(), "the test shows both");
    let rows = rows(ask([folder.path(), &script("never_learned.sql")]));
    assert_eq!(rows[0], ["run", "fewest_errors", "best_accuracy"]);
    let rows = rows[1..].iter().map(|row| (Reverse(row[1].parse().unwrap()), row[0].clone(), row[2].parse().unwrap()));
    assert_eq!(rows.collect::<Vec<_>>(), expected);
}

#[test]
fn the_samples_that_are_forgotten_most_are_those_of_the_sample_histories() {
    let (runs, folder) = exported();
    let mut counts: BTreeMap<usize, (usize, usize)> = BTreeMap::new();
    for (_, replay) in runs.iter() {
        let history = replay.run().unwrap().sample_history(LOSS).unwrap();
        for sample in 0..SAMPLES {
            let times = history.forgotten(sample).unwrap();
            let (all, in_runs) = counts.entry(sample).or_default();
            (*all, *in_runs) = (*all + times, *in_runs + usize::from(times > 0));
        }
    }
    let mut expected: Vec<_> = counts.into_iter().filter(|(_, (times, _))| *times > 0).collect();
    expected.sort_by_key(|&(sample, (times, _))| (Reverse(times), sample));
    assert!(expected.len() > 3, "there is something to forget");
    let expected = expected.into_iter().take(20).map(|(sample, (times, runs))| [sample, times, runs]);
    let rows = rows(ask([folder.path(), &script("most_forgotten.sql")]));
    assert_eq!(rows[0], ["sample", "times_forgotten", "runs"]);
    let rows = rows[1..].iter().map(|row| [0, 1, 2].map(|column: usize| row[column].parse().unwrap()));
    assert_eq!(rows.collect::<Vec<[usize; 3]>>(), expected.collect::<Vec<_>>());
}

#[test]
fn every_table_of_the_export_can_be_asked_and_has_all_runs() {
    let (runs, folder) = exported();
    let queries: Vec<_> =
        Table::ALL.iter().map(|table| format!("SELECT COUNT(DISTINCT run) AS {table} FROM {table}")).collect();
    let mut tables: Vec<_> = answers(folder.path(), &queries);
    // Nobody noted anything.
    tables.retain(|row| row[0] != "notes" && row[0] != "0");
    let count = runs.len().to_string();
    let expected = Table::ALL
        .iter()
        .filter(|table| **table != Table::Notes)
        .flat_map(|table| [table.name().to_owned(), count.clone()]);
    assert_eq!(tables.concat(), expected.collect::<Vec<_>>());
}

/// DataFusion 55 looks for `run = 'a=b'` in the folder `run=a=b` alone, and so found nothing of what is in `run=a%3Db`.
#[test]
fn a_run_of_any_name_is_found_by_it_and_called_by_it() {
    let folder = tempfile::tempdir().unwrap();
    let signs = (' '..='~').filter(|sign| !sign.is_ascii_alphanumeric()).map(|sign| format!("a{sign}b{sign}"));
    let mut names: Vec<String> = signs.chain(NAMES.map(str::to_owned)).collect();
    names.extend(["%", "%2", "..", "1e3", "-0", "true", "\u{1F600}\u{301}", "'; DROP TABLE runs"].map(str::to_owned));
    for name in &names {
        small(folder.path(), name);
    }
    let asked = |name: &String| format!("SELECT run, value FROM metrics WHERE run = '{}'", name.replace('\'', "''"));
    let rows = answers(folder.path(), &names.iter().map(asked).collect::<Vec<_>>());
    let expected =
        names.iter().flat_map(|name| [["run".to_owned(), "value".to_owned()], [name.clone(), "0.25".to_owned()]]);
    assert_eq!(rows, expected.collect::<Vec<_>>());
    names.sort();
    let mut rows = answers(folder.path(), &["SELECT run FROM runs ORDER BY run".to_owned()]);
    assert_eq!(rows.split_off(1).concat(), names);
}

#[test]
fn missing_values_are_empty_empty_texts_quoted_and_lists_written_out() {
    let folder = tempfile::tempdir().unwrap();
    small(folder.path(), "a");
    let query = "SELECT NULL AS missing, '' AS empty, metrics, 'a,\"b' AS \"x,y\" FROM runs";
    let file = written(folder.path(), &[query.to_owned()]).remove(0);
    let output = ask([folder.path(), &file]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(text, "missing,empty,metrics,\"x,y\"\n,\"\",[loss],\"a,\"\"b\"\n");
}

#[test]
fn the_folder_may_be_called_like_a_pattern_or_an_address() {
    let folder = tempfile::tempdir().unwrap();
    let tables = folder.path().join("file:, [1] *? %20 \u{e9}#x");
    small(&tables, "a");
    assert_eq!(answers(&tables, &["SELECT run FROM runs".to_owned()]), [["run"], ["a"]]);
}

#[test]
fn a_folder_that_holds_no_tables_is_an_error_that_names_it() {
    let folder = tempfile::tempdir().unwrap();
    let query = script("never_learned.sql");
    let nowhere = folder.path().join("nowhere");
    assert!(error([&nowhere, &query]).contains("nowhere: No such file"));
    let empty = error([folder.path(), &query]);
    assert!(empty.contains("there is none of the tables that training-replay exports, runs, notes"), "{empty}");
    fs::create_dir(folder.path().join("epochs")).unwrap();
    let empty = error([folder.path(), &query]);
    assert!(empty.contains("epochs: there are no runs here, run=NAME/part-0.parquet"), "{empty}");
}

/// An engine reads what files there are: the run would be missing in its answers, and nobody would know.
#[test]
fn a_run_without_a_whole_file_is_an_error_that_names_it() {
    let folder = tempfile::tempdir().unwrap();
    let (query, run) = (script("never_learned.sql"), folder.path().join("metrics/run=b"));
    small(folder.path(), "a");
    small(folder.path(), "b");
    let file = run.join("part-0.parquet");
    let whole = fs::read(&file).unwrap();
    fs::remove_file(&file).unwrap();
    assert!(error([folder.path(), &query]).contains("run=b: there is no Parquet file"));
    fs::write(&file, "").unwrap();
    assert!(error([folder.path(), &query]).contains("part-0.parquet: the file is empty"));
    for torn in [&whole[..whole.len() / 2], b"PAR1, says the text"] {
        fs::write(&file, torn).unwrap();
        let said = error([folder.path(), &query]);
        assert!(said.contains("run=b/part-0.parquet: Parquet error: "), "{said}");
    }
}

#[test]
fn a_query_that_cannot_be_answered_is_an_error_that_names_it_and_what_there_is() {
    let missing = error_of("SELECT * FROM samples");
    assert!(missing.contains("query 0.sql: ") && missing.contains("samples' not found"), "{missing}");
    assert!(missing.contains("has runs of 1 runs, metrics of 1 runs; not there: notes, epochs, samples"), "{missing}");
    for query in ["SELECT losses FROM metrics", "SELEC", "", "SELECT 1; SELECT 2"] {
        let said = error_of(query);
        assert!(said.contains("query 0.sql: "), "{query}: {said}");
    }
    let folder = tempfile::tempdir().unwrap();
    small(folder.path(), "a");
    assert!(error([folder.path(), Path::new("nowhere.sql")]).contains("nowhere.sql: No such file"));
    assert!(error([folder.path()]).contains("give a folder of tables and then files of SQL"));
}

#[test]
fn a_query_that_writes_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("out.parquet");
    let copy = format!("COPY (SELECT 1) TO '{}'", file.display());
    for query in [&copy, "DROP TABLE runs", "CREATE TABLE t AS SELECT 1", "SET datafusion.execution.batch_size = 1"] {
        assert!(error_of(query).contains("not supported"), "{query}");
    }
    assert!(!file.exists());
}

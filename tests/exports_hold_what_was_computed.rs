//! Tables hold what the questions answer, in every row; what is not known is null and said; files appear when they are whole.

mod common;
mod house;

use std::{
    env, fs,
    ops::Range,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use training_replay::{
    Activation, Backward, Dataset, Dense, Error, Forward, Loss, Matrix, Metrics, Model, Optimizer, Parameter, Replay,
    Result, Sequential, Targets, Trainer, Weights,
    analysis::{Caveat, MilestoneOptions, SampleOutcomes},
    datasets,
    export::{Column, Table, Tables, TensorBoard},
};

const LOSS: Loss = Loss::BinaryCrossEntropy;

fn record_to(mut replay: Replay, epochs: usize) -> Replay {
    let data = datasets::moons(30, 0.1, 7);
    let layers = [
        Dense::new(3).name("hidden").activation(Activation::Tanh),
        Dense::new(1).name("output").activation(Activation::Sigmoid),
    ];
    let mut model = Sequential::builder(2).layers(layers).build(1).unwrap();
    let mut trainer = Trainer::new(LOSS, Optimizer::adam(0.05));
    replay.record(&model, Metrics::new()).unwrap();
    for _ in 1..epochs {
        let metrics = trainer.epoch(&mut model, &data).unwrap();
        replay.record(&model, metrics).unwrap();
    }
    replay
}

fn recorded(epochs: usize) -> Replay {
    let options = Replay::options().dataset(&datasets::moons(30, 0.1, 7)).loss(LOSS).metadata("seed", "1");
    record_to(options.in_memory(), epochs)
}

/// The rows of a table as CSV, split at their commas: of tables without any within values.
fn rows(tables: &Tables<'_, Sequential>, table: Table) -> Vec<Vec<String>> {
    let mut text = Vec::new();
    tables.write_csv_to(table, &mut text).unwrap();
    let text = String::from_utf8(text).unwrap();
    let mut lines = text.split_terminator("\r\n").map(|line| line.split(',').map(str::to_owned).collect::<Vec<_>>());
    let names: Vec<_> = table.columns().iter().map(|column| column.name().to_owned()).collect();
    assert_eq!(lines.next().unwrap(), names);
    lines.collect()
}

fn cell<'a>(table: Table, row: &'a [String], column: &str) -> &'a str {
    &row[table.columns().iter().position(|known| known.name() == column).unwrap()]
}

#[test]
fn a_row_of_a_sample_is_what_the_history_of_the_samples_says() {
    let replay = recorded(4);
    let run = replay.run().unwrap();
    let history = run.sample_history(LOSS).unwrap();
    let SampleOutcomes::Classification { probabilities, correct } = &history.outcomes else { panic!("classes") };
    let rows = rows(&Tables::of(&run).named("a"), Table::Samples);
    assert_eq!(rows.len(), 4 * 30);
    let classes = replay.dataset().unwrap().classes().unwrap();
    for (at, row) in rows.iter().enumerate() {
        let (epoch, sample) = (at / 30, at % 30);
        let of = |column| cell(Table::Samples, row, column);
        assert_eq!((of("run"), of("data_set")), ("a", "training"));
        assert_eq!((of("epoch"), of("sample")), (&*epoch.to_string(), &*sample.to_string()));
        assert_eq!(of("class"), classes[sample].to_string());
        assert_eq!(of("loss").parse::<f32>().unwrap().to_bits(), history.losses[(sample, epoch)].to_bits());
        assert_eq!(of("probability").parse::<f32>().unwrap().to_bits(), probabilities[(sample, epoch)].to_bits());
        assert_eq!(of("correct"), correct[(sample, epoch)].to_string());
        assert_eq!(of("correct") == "true", of("predicted") == of("class"));
        assert_eq!(of("residual"), "");
    }
}

#[test]
fn epochs_layers_and_milestones_are_those_of_the_questions() {
    let replay = recorded(4);
    let run = replay.run().unwrap();
    let tables = Tables::of(&run).named("a");
    let epochs = rows(&tables, Table::Epochs);
    for (epoch, row) in epochs.iter().enumerate() {
        let evaluation = replay.at(epoch as u64).unwrap().evaluate(LOSS).unwrap();
        assert_eq!(cell(Table::Epochs, row, "loss").parse::<f64>().unwrap(), evaluation.loss);
        assert_eq!(cell(Table::Epochs, row, "accuracy").parse::<f64>().ok(), evaluation.accuracy);
    }
    assert_eq!(epochs.len(), 4);
    let milestones = run.milestones(&MilestoneOptions::default()).unwrap();
    let mut text = Vec::new();
    tables.write_csv_to(Table::Milestones, &mut text).unwrap();
    assert_eq!(String::from_utf8(text).unwrap().lines().count(), milestones.rows.len() + 1);
    let mut text = Vec::new();
    tables.write_csv_to(Table::Layers, &mut text).unwrap();
    let text = String::from_utf8(text).unwrap();
    assert_eq!(text.lines().count(), 1 + 4 * 4, "two parameters of two layers at four epochs");
    let std = replay.recorded_weights().std().unwrap()[0].points[3].1;
    let row = text.lines().nth(13).unwrap();
    assert!(row.starts_with(r#"a,3,hidden,kernel,f32,"[2,3]",6,0,"#) && row.contains(&format!(",{std:?},")), "{row}");
    let activations = rows(&tables, Table::Activations);
    assert_eq!((activations.len(), cell(Table::Activations, &activations[0], "units")), (4, "3"));
}

#[test]
fn any_number_of_threads_and_one_table_or_all_write_the_same_bytes() {
    let replay = recorded(7);
    let bytes = |threads, all: bool| {
        let folder = tempfile::tempdir().unwrap();
        let tables = Tables::of(&replay.run().unwrap().threads(threads)).named("a");
        let tables = if all { tables } else { tables.tables([Table::Samples]) };
        let exported = tables.write_csv(folder.path()).unwrap();
        assert_eq!(exported.files.len(), if all { Table::ALL.len() } else { 1 });
        fs::read(folder.path().join("samples/run=a/part-0.csv")).unwrap()
    };
    let one = bytes(1, true);
    assert_eq!(String::from_utf8_lossy(&one).lines().count(), 1 + 7 * 30);
    assert!(one == bytes(2, true) && one == bytes(5, false));
}

#[test]
fn progress_is_counted_once_an_epoch() {
    let (replay, mut seen) = (recorded(3), Vec::new());
    let tables = Tables::of(&replay.run().unwrap()).named("a").progress(|done, all| seen.push((done, all)));
    tables.write_csv_to(Table::Epochs, Vec::new()).unwrap();
    drop(tables);
    assert_eq!(seen, [(1, 3), (2, 3), (3, 3)]);
}

#[test]
fn what_cannot_be_looked_at_is_null_and_listed() {
    let mut replay = Replay::options().in_memory(); // neither data nor a loss
    let model = Sequential::builder(2).layer(Dense::new(1).name("a")).build(1).unwrap();
    replay.record(&model, [("loss", f64::NAN)]).unwrap();
    let tables = Tables::of(&replay.run().unwrap()).named("a");
    let epochs = rows(&tables, Table::Epochs);
    assert_eq!(epochs, [["a", "", "0", "", "", "", "", "", "0"]]);
    assert!(rows(&tables, Table::Samples).is_empty());
    assert_eq!(rows(&tables, Table::Metrics), [["a", "0", "", "loss", "NaN"]]);
    let mut text = Vec::new();
    let exported = tables.write_csv_to(Table::Runs, &mut text).unwrap();
    assert!(String::from_utf8(text).unwrap().contains("samples, activations, gradients and milestones were left out"));
    assert!(exported.to_string().contains("`ReplayOptions::dataset`"));
    drop(tables);
    // With data, but still without a loss.
    let replay = replay.with_dataset(&datasets::moons(10, 0.1, 7)).unwrap();
    let tables = Tables::of(&replay.run().unwrap()).named("a");
    let samples = rows(&tables, Table::Samples);
    assert_eq!(
        (samples.len(), cell(Table::Samples, &samples[0], "loss"), cell(Table::Samples, &samples[0], "data_set")),
        (10, "", "")
    );
    assert_ne!(cell(Table::Samples, &samples[0], "class"), "");
    assert_eq!(cell(Table::Samples, &samples[0], "probability"), "", "values are no probabilities");
    let exported = tables.loss(Loss::MeanSquaredError).write_csv_to(Table::Samples, Vec::new()).unwrap();
    assert_eq!(exported.rows, [(Table::Samples, 10)]);
}

#[test]
fn in_regression_there_are_residuals_and_no_classes() {
    let x = Matrix::from_fn(5, 1, |i, _| i as f32);
    let data = Dataset::new(x.clone(), x.map(|x| 0.3 * x)).unwrap();
    let mut replay = Replay::options().dataset(&data).loss(Loss::MeanSquaredError).in_memory();
    replay.record(&Sequential::builder(1).layer(Dense::new(1)).build(1).unwrap(), Metrics::new()).unwrap();
    let rows = rows(&Tables::of(&replay.run().unwrap()).named("a"), Table::Samples);
    for row in &rows {
        let of = |column| cell(Table::Samples, row, column);
        assert_eq!([of("class"), of("predicted"), of("correct"), of("probability")], [""; 4]);
        let number = |column| of(column).parse::<f32>().unwrap();
        assert_eq!(number("residual"), number("output") - number("target"));
        assert!((number("loss") - number("residual").powi(2)).abs() < 1e-6);
    }
    assert_eq!(rows.len(), 5);
}

#[test]
fn a_run_of_no_epochs_is_exported_as_empty_tables() {
    let replay = Replay::options().in_memory();
    let folder = tempfile::tempdir().unwrap();
    let exported = Tables::of_replay(&replay).unwrap().named("a").write_csv(folder.path()).unwrap();
    let counts: Vec<u64> = exported.rows.iter().map(|(_, rows)| *rows).collect();
    assert_eq!(counts, [1, 0, 0, 0, 0, 0, 0, 0]);
    assert!(exported.files.iter().all(|file| file.is_file()));
}

/// The recording with a flipped bit in the kernel of an epoch.
fn damaged(epoch: u64) -> Replay {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.replay");
    let options = Replay::options().dataset(&datasets::moons(30, 0.1, 7)).loss(LOSS);
    record_to(options.create(&path).unwrap(), 6).finish().unwrap();
    let (replay, mut bytes) = (Replay::open(&path).unwrap(), fs::read(&path).unwrap());
    let kernel = replay.weights(epoch).unwrap().get("hidden", "kernel").unwrap().values().to_f32().into_owned();
    let kernel: Vec<u8> = kernel.iter().flat_map(|weight| weight.to_le_bytes()).collect();
    let at = bytes.windows(kernel.len()).position(|window| window == kernel).unwrap();
    bytes[at] ^= 1;
    Replay::from_bytes(bytes).unwrap()
}

#[test]
fn a_damaged_epoch_is_left_out_and_said_and_the_one_behind_it_stays() {
    let replay = damaged(3);
    let tables = Tables::of(&replay.run().unwrap()).named("a");
    let epochs: Vec<String> =
        rows(&tables, Table::Epochs).iter().map(|row| cell(Table::Epochs, row, "epoch").to_owned()).collect();
    assert_eq!(epochs, ["0", "1", "2", "4", "5"]);
    let exported = tables.write_csv_to(Table::Layers, Vec::new()).unwrap();
    assert_eq!(exported.rows, [(Table::Layers, 5 * 4)]);
    assert!(exported.caveats.iter().any(|caveat| matches!(caveat, Caveat::Skipped { epoch: 3, .. })));
    assert!(exported.to_string().contains("the updates of epoch 4"), "{exported}");
    let folder = tempfile::tempdir().unwrap();
    let exported = TensorBoard::of(&replay).named("a").write(folder.path()).unwrap();
    assert!(exported.caveats.iter().any(|caveat| matches!(caveat, Caveat::Skipped { epoch: 3, .. })));
}

#[test]
fn a_parameter_without_a_histogram_is_said_once_and_the_others_are_written() {
    let mut replay = Replay::options().in_memory();
    for epoch in 0..5 {
        let far_apart = Parameter::new("a", "far apart", [2], vec![-1e308, 1e308]);
        let (none, one) =
            (Parameter::new("a", "none", [0], Vec::<f32>::new()), Parameter::new("b", "one", [1], vec![1.0]));
        replay.record(&Weights::from_iter([far_apart, none, one]), [("loss", f64::from(epoch))]).unwrap();
    }
    let folder = tempfile::tempdir().unwrap();
    let exported = TensorBoard::of(&replay).named("a").write(folder.path()).unwrap();
    let caveats: Vec<String> = exported.caveats.iter().map(ToString::to_string).collect();
    assert_eq!(caveats.len(), 2, "{caveats:?}");
    for (caveat, tag) in caveats.iter().zip(["a/far apart", "a/none"]) {
        assert!(caveat.starts_with(&format!("histograms of {tag} at epoch 0 and others like it")), "{caveat}");
    }
    let events = fs::read(&exported.files[0]).unwrap();
    let count = |tag: &[u8]| events.windows(tag.len()).filter(|bytes| *bytes == tag).count();
    assert_eq!([b"b/one", b"a/far", b"a/non"].map(|tag| count(tag)), [5, 0, 0]);
}

fn listing(folder: &Path) -> Vec<PathBuf> {
    let mut all: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    all.sort();
    all
}

#[test]
fn an_export_that_fails_leaves_the_files_of_the_one_before_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let replay = recorded(3);
    let tables = |replay| Tables::of_replay(replay).unwrap().named("a").tables([Table::Samples, Table::Epochs]);
    tables(&replay).write_csv(folder.path()).unwrap();
    let file = folder.path().join("samples/run=a/part-0.csv");
    let before = fs::read(&file).unwrap();
    // Targets that are none of the loss are an error in the middle of the export.
    let wrong = Dataset::new(Matrix::zeros(4, 2), Matrix::from_element(4, 1, 7.0)).unwrap();
    let other = record_to(Replay::options().in_memory(), 2).with_dataset(&wrong).unwrap();
    assert!(tables(&other).loss(LOSS).write_csv(folder.path()).is_err());
    assert_eq!(fs::read(&file).unwrap(), before);
    assert_eq!(listing(file.parent().unwrap()), std::slice::from_ref(&file), "no half file");
    tables(&recorded(2)).write_csv(folder.path()).unwrap();
    assert!(fs::read(&file).unwrap().len() < before.len(), "a later export replaces it");
    assert_eq!(listing(file.parent().unwrap()), [file]);
}

#[test]
fn names_of_any_letters_are_written_and_those_of_no_folder_refused_before_anything_is() {
    let weights = |name: &str| Weights::from_iter([Parameter::new(name.to_owned(), "w", [1], vec![1.0_f32])]);
    let hostile = ["ünïcödé", "a/b", "a,b", "\"q\"", "line\nbreak", "..", "", &"x".repeat(5_000), " edge ", "\u{1}"];
    for name in hostile {
        let mut replay = Replay::options().in_memory();
        let metric = if name.len() < 4_096 { name } else { "m" }; // A recording takes no longer one.
        replay.record(&weights(name), [(metric, 0.5)]).unwrap();
        let mut text = Vec::new();
        let tables = Tables::of_replay(&replay).unwrap().named(name);
        tables.write_csv_to(Table::Metrics, &mut text).unwrap();
        let quoted = |name: &str| format!("\"{}\"", name.replace('"', "\"\""));
        let text = String::from_utf8(text).unwrap();
        let plain = format!("run,epoch,step,name,value\r\n{name},0,,{metric},0.5\r\n");
        let rows = format!("\r\n{},0,,{},0.5\r\n", quoted(name), quoted(metric));
        assert!(text == plain || text.contains(&rows), "{text}");
        let folder = tempfile::tempdir().unwrap();
        let written = tables.write_csv(folder.path());
        assert_eq!(written.is_ok(), !name.is_empty() && name.len() < 5_000, "{name}");
        if let Err(error) = written {
            assert!(matches!(error, Error::Invalid { .. }) && error.to_string().contains("`named`"));
            assert!(listing(folder.path()).is_empty(), "{error}");
        }
        let board = TensorBoard::of(&replay).named(name).write(folder.path());
        assert!(
            board.is_err()
                || board.unwrap().files[0].canonicalize().unwrap().starts_with(folder.path().canonicalize().unwrap())
        );
    }
    let unnamed = Replay::options().in_memory();
    assert!(matches!(Tables::of_replay(&unnamed).unwrap().write_csv("."), Err(Error::Missing { .. })));
}

#[test]
fn an_epoch_that_no_table_holds_is_refused() {
    let mut replay = Replay::options().in_memory();
    let weights = Weights::from_iter([Parameter::new("a", "w", [1], vec![1.0_f32])]);
    replay.record_at(u64::MAX, &weights, Metrics::new()).unwrap();
    let message = Tables::of_replay(&replay).unwrap().named("a").write_csv_to(Table::Runs, Vec::new()).unwrap_err();
    assert!(message.to_string().contains("at most 9223372036854775807"), "{message}");
}

/// The page's part of the columns, as the code has them.
fn columns() -> String {
    let row = |column: &Column| {
        let (null, name) = (if column.may_be_null() { "maybe" } else { "" }, column.name());
        format!("| `{name}` | {} | {} | {null} | {} |\n", column.kind(), column.unit(), column.doc())
    };
    let section = |table: Table| {
        let rows: String = table.columns().iter().map(row).collect();
        let head = "| column | type | unit | null | |\n|---|---|---|---|---|";
        format!("## `{table}`\n\n{}\n\n{head}\n{rows}\n", table.doc())
    };
    Table::ALL.into_iter().map(section).collect()
}

#[test]
fn the_page_lists_the_columns_that_are_written() {
    let path = house::root().join("docs/tables.md");
    let page = fs::read_to_string(&path).unwrap();
    let (begin, end) = ("exports_hold_what_was_computed columns -->\n", "<!-- end of columns -->");
    let (before, rest) = page.split_once(begin).unwrap();
    let (found, after) = rest.split_once(end).unwrap();
    if env::var_os("UPDATE").is_some() {
        fs::write(&path, format!("{before}{begin}\n{}{end}{after}", columns())).unwrap();
        return;
    }
    assert!(found.trim() == columns().trim(), "docs/tables.md has other columns (UPDATE=1 writes them anew)");
    let have_docs =
        |table: Table| table.columns().iter().all(|column| column.doc().ends_with('.') && column.doc().len() > 8);
    assert!(Table::ALL.into_iter().all(have_docs));
}

/// A network that counts how often its gradients are asked for.
#[derive(Clone)]
struct Counting(Sequential, Arc<AtomicUsize>);

impl Model for Counting {
    fn parameters(&self) -> Result<Vec<Parameter<'_>>> {
        self.0.parameters()
    }
}

impl Forward for Counting {
    fn layers(&self) -> Vec<String> {
        self.0.layers()
    }

    fn with_weights(&self, weights: &Weights) -> Result<Self> {
        Ok(Self(self.0.with_weights(weights)?, Arc::clone(&self.1)))
    }

    fn forward(&self, inputs: &Matrix, layers: Range<usize>) -> Result<Matrix> {
        self.0.forward(inputs, layers)
    }

    fn as_backward(&self) -> Option<&dyn Backward> {
        Some(self)
    }
}

impl Backward for Counting {
    fn gradients(&self, inputs: &Matrix, targets: Targets<'_>, loss: Loss) -> Result<Weights> {
        self.1.fetch_add(1, Ordering::Relaxed);
        self.0.gradients(inputs, targets, loss)
    }
}

#[test]
fn gradients_are_computed_once_for_all_tables_of_an_epoch_and_not_where_none_needs_them() {
    let replay = recorded(4);
    let model = Counting(replay.at(0).unwrap().model().clone(), Arc::default());
    let run = replay.run_with(&model);
    let asked = |tables: &[Table]| {
        let folder = tempfile::tempdir().unwrap();
        let before = model.1.load(Ordering::Relaxed);
        Tables::of(&run).named("a").tables(tables.iter().copied()).write_csv(folder.path()).unwrap();
        let layers = fs::read_to_string(folder.path().join("layers/run=a/part-0.csv")).unwrap_or_default();
        (model.1.load(Ordering::Relaxed) - before, layers)
    };
    let (alone, expected) = asked(&[Table::Layers]);
    assert_eq!((alone, asked(&Table::ALL)), (4, (4, expected)));
    assert_eq!(asked(&[Table::Samples, Table::Metrics]).0, 0);
}

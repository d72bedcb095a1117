//! What the command says of single samples: how their training went, and at which layer they are decided.
#![cfg(feature = "cli")]

mod common;

use std::{fs, path::Path};

use common::{
    command::{Ran, call},
    recordings::{damaged, folder, foreign, model, options, steps_only},
};
use serde_json::{Value, json};
use training_replay::{
    Activation, Dataset, Dense, Forward, Loss, Matrix, Metrics, Parameter, Replay, Sequential, Weights,
    analysis::{DataMap, PredictionDepth},
};

fn map_of(path: &Path, epochs: impl IntoIterator<Item = u64>) -> DataMap {
    let replay = Replay::open(path).unwrap();
    let run = replay.run().unwrap().epochs(epochs);
    run.sample_history(Loss::BinaryCrossEntropy).unwrap().data_map().unwrap()
}

/// The cells of CSV, which has no quotes here.
fn cells(ran: &Ran) -> Vec<Vec<String>> {
    assert_eq!((ran.status, ran.err.as_str()), (0, ""), "{ran:?}");
    ran.out.lines().map(|line| line.split(',').map(str::to_owned).collect()).collect()
}

fn samples_of(ran: &Ran) -> Vec<Value> {
    ran.json()["files"][0]["samples"].as_array().unwrap().clone()
}

fn rows_of(samples: &[Value]) -> Vec<usize> {
    samples.iter().map(|sample| sample["sample"].as_u64().unwrap() as usize).collect()
}

/// A recording of one epoch of a network.
fn recorded(folder: &Path, name: &str, network: &Sequential, data: &Dataset) {
    let replay = Replay::options().dataset(data).loss(Loss::BinaryCrossEntropy);
    let mut replay = replay.create(folder.join(name)).unwrap();
    replay.record(network, Metrics::new()).unwrap();
    replay.finish().unwrap();
}

/// A network of which every weight is NaN.
fn diverged() -> Sequential {
    let network = model(1);
    let nan = |it: Parameter<'static>| {
        let values = vec![f32::NAN; it.values().len()];
        Parameter::new(it.layer().to_owned(), it.name().to_owned(), it.shape().to_vec(), values)
    };
    let weights = Weights::of(&network).unwrap().into_iter().map(nan).collect();
    network.with_weights(&weights).unwrap()
}

#[test]
fn the_table_of_all_samples_is_the_map_of_the_library_without_epoch_0() {
    let folder = folder();
    let map = map_of(&folder.path().join("run.replay"), 1..=20);
    let classes = common::recordings::data().classes().unwrap();
    let suspected = map.suspected_labels(0.5);
    assert!(!suspected.is_empty() && suspected.len() < 60);
    let table = cells(&call(folder.path(), "samples --csv run.replay"));
    assert_eq!(table[0][0..4], ["sample", "position", "class", "confidence"]);
    assert_eq!(table.len(), 61);
    for (row, (found, own)) in table[1..].iter().zip(&map.samples).enumerate() {
        assert_eq!(found[..3], [row.to_string(), String::new(), format!("class {}", classes[row])]);
        let numbers: Vec<f64> = found[3..6].iter().map(|cell| cell.parse().unwrap()).collect();
        assert_eq!(numbers, [own.confidence, own.variability, own.correctness], "sample {row}");
        let epoch = |epoch: Option<u64>| epoch.map_or_else(String::new, |epoch| epoch.to_string());
        assert_eq!(found[6..8], [epoch(own.first_correct), epoch(own.learned_at)], "sample {row}");
        assert_eq!(found[8..], [own.forgotten.to_string(), suspected.contains(&row).to_string()], "sample {row}");
    }
    let json = call(folder.path(), "samples --json --epochs 0,5 run.replay").json()["files"][0].clone();
    assert_eq!(json["epochs"], json!([0, 5]), "epoch 0 is named");
    recorded(folder.path(), "one.replay", &model(1), &common::recordings::data());
    let json = call(folder.path(), "samples --json one.replay").json()["files"][0].clone();
    assert_eq!(json["epochs"], json!([0]), "there is no other");
}

#[test]
fn suspects_and_the_hardest_come_as_the_library_orders_them() {
    let folder = folder();
    let map = map_of(&folder.path().join("run.replay"), 1..=20);
    let both = samples_of(&call(folder.path(), "samples --json run.replay"));
    let [suspected, hardest] = ["suspected", "hardest"]
        .map(|name| -> Vec<Value> { both.iter().filter(|sample| sample["list"] == name).cloned().collect() });
    let first: Vec<usize> = map.suspected_labels(0.5).into_iter().take(5).collect();
    assert_eq!((rows_of(&suspected), rows_of(&hardest)), (first, map.hardest(5)));
    assert_eq!(hardest[0]["confidence"].as_f64(), Some(map.samples[map.hardest(1)[0]].confidence));
    let some = samples_of(&call(folder.path(), "samples --json --suspects --share 0.1 --count 3 run.replay"));
    assert_eq!(rows_of(&some), map.suspected_labels(0.1)[..3]);
    assert_ne!(map.suspected_labels(0.1).len(), map.suspected_labels(0.5).len());
    let all = samples_of(&call(folder.path(), "samples --json --hardest --count 99999 run.replay"));
    assert_eq!(rows_of(&all), map.hardest(60), "no more than there are");
    let of_csv = cells(&call(folder.path(), "samples --csv --hardest run.replay"));
    assert_eq!(of_csv[1..].iter().map(|row| row[0].parse().unwrap()).collect::<Vec<usize>>(), map.hardest(60));
    let named = samples_of(&call(folder.path(), "samples --json --sample 17,3 run.replay"));
    assert_eq!(rows_of(&named), [17, 3]);
    let text = call(folder.path(), "samples run.replay").out;
    let count = map.suspected_labels(0.5).len();
    assert!(text.starts_with("60 samples over 20 epochs: ") && text.contains(&format!("; {count} suspected label")));
}

#[test]
fn depths_are_the_librarys_of_the_samples_themselves_and_of_others() {
    let folder = folder();
    let replay = Replay::open(folder.path().join("run.replay")).unwrap();
    let depth = PredictionDepth::of(&replay.at(20).unwrap(), 7).unwrap();
    let table = cells(&call(folder.path(), "depth --csv --neighbors 7 run.replay"));
    assert_eq!(
        (&table[0][..], table.len()),
        (&["sample", "class", "predicted", "depth", "probe"].map(String::from)[..], 61)
    );
    for (sample, row) in table[1..].iter().enumerate() {
        let class = |class: usize| format!("class {class}");
        let place = depth.depths[sample].map_or_else(String::new, |depth| depth.to_string());
        let probe = depth.depths[sample].map_or_else(String::new, |place| depth.probes[place].clone());
        let predicted = class(depth.predicted[sample].unwrap());
        assert_eq!(row[..], [sample.to_string(), class(depth.classes[sample]), predicted, place, probe]);
    }
    let json = call(folder.path(), "depth --json --neighbors 7 --count 3 run.replay").json()["files"][0].clone();
    let numbers = |field: &str| -> Vec<f64> {
        json["probes"].as_array().unwrap().iter().map(|probe| probe[field].as_f64().unwrap()).collect()
    };
    let whole = |counts: Vec<usize>| counts.into_iter().map(|count| count as f64).collect::<Vec<_>>();
    assert_eq!(numbers("decided"), whole(depth.counts()));
    assert_eq!(numbers("predicted_rightly"), whole(depth.correct_counts()));
    assert_eq!(numbers("accuracy"), depth.accuracies());
    assert_eq!(json["without_depth"], depth.depths.iter().filter(|depth| depth.is_none()).count());
    assert_eq!(rows_of(json["samples"].as_array().unwrap()), depth.deepest(3));

    let validation = replay.run().unwrap().on("validation").unwrap();
    let others = PredictionDepth::of_others(&replay.at(3).unwrap(), validation.dataset().unwrap(), 5).unwrap();
    let ran = call(folder.path(), "depth --json --on validation --epoch 3 --neighbors 5 --sample 19 run.replay");
    let json = ran.json()["files"][0].clone();
    let probe = json["probes"].as_array().unwrap().iter().map(|probe| probe["decided"].as_u64().unwrap() as usize);
    assert_eq!(probe.collect::<Vec<_>>(), others.counts());
    assert_eq!((&json["all"], &json["references"], &json["epoch"]), (&json!(20), &json!(60), &json!(3)));
    let votes: Vec<String> = others.votes.iter().map(|votes| format!("class {}", votes[19])).collect();
    assert_eq!((&json["samples"][0]["sample"], &json["samples"][0]["votes"]), (&json!(19), &json!(votes)));
}

#[test]
fn the_text_of_depths_counts_every_sample_once() {
    let folder = folder();
    let text = call(folder.path(), "depth --neighbors 7 --epoch 3 run.replay").out;
    let depth = Replay::open(folder.path().join("run.replay")).unwrap();
    let depth = PredictionDepth::of(&depth.at(3).unwrap(), 7).unwrap();
    assert!(text.starts_with("epoch 3, 60 samples, by 7 neighbors among 60 training samples\n"), "{text}");
    let none = depth.depths.iter().filter(|depth| depth.is_none()).count();
    let counts = depth.counts().into_iter().chain((none > 0).then_some(none)).collect::<Vec<_>>();
    let rows: Vec<&str> = text.lines().skip(2).take(counts.len()).collect();
    for (row, count) in rows.iter().zip(&counts) {
        let words: Vec<&str> = row.trim_start_matches("none of them").split_whitespace().collect();
        let at = usize::from(!row.starts_with("none of them"));
        assert_eq!(words[at], count.to_string(), "{text}");
    }
    assert_eq!(counts.iter().sum::<usize>(), 60);
}

/// What is asked, and a part of the only line that says why there is no answer.
const REFUSED: [(&str, &str); 25] = [
    ("samples --sample 60 run.replay", "the sample is 60; it must be below 60, the number of samples"),
    ("samples --epochs 99 run.replay", "epoch 99 was not recorded; 21 from 0 to 20 were"),
    ("samples --on nobody run.replay", "no data set \"nobody\""),
    ("samples --threshold NaN run.replay", "the threshold of class 1 is NaN"),
    ("samples --loss categorical_crossentropy run.replay", "the number of outputs is 1; it must be 2 or more"),
    ("samples no_loss.replay", "no loss was noted, which the history of the samples needs: --loss gives it"),
    ("samples bare.replay", "the recording holds no data set; give one by --data FILE.csv"),
    ("samples numbers.replay", "it must be classes, for samples to be correct or misclassified"),
    ("samples foreign.replay", "no description of its model"),
    ("samples steps.replay", "it has no epoch that can be asked about"),
    ("samples --data no.csv --label class run.replay", "no.csv: "),
    ("depth --neighbors 0 run.replay", "the number of neighbors is 0; it must be from 1 to 59"),
    ("depth --neighbors 60 run.replay", "the number of neighbors is 60; it must be from 1 to 59"),
    ("depth --sample 60 run.replay", "the sample is 60; it must be below 60, the number of samples"),
    ("depth --on validation --sample 20 run.replay", "it must be below 20"),
    ("depth --epoch 99 run.replay", "epoch 99 was not recorded"),
    ("depth --epoch 0-3 run.replay", "one epoch is asked for, and 4 are in the range"),
    ("depth --on nobody run.replay", "no data set \"nobody\""),
    ("depth --threshold NaN run.replay", "the threshold of class 1 is NaN"),
    ("depth bare.replay", "the recording holds no data set; give one by --data FILE.csv"),
    ("depth --neighbors 2 numbers.replay", "to name a class"),
    ("depth foreign.replay", "no description of its model"),
    ("depth steps.replay", "it has no epoch that can be asked about"),
    ("depth --epoch 5 damaged.replay", "corrupted"),
    ("depth --neighbors 1 one.replay", "the number of neighbors is 1; it must be"),
];

/// A folder with a recording of each kind that has no answer.
fn workshop() -> tempfile::TempDir {
    let folder = folder();
    let at = |name: &str| folder.path().join(name);
    foreign(folder.path());
    steps_only(folder.path());
    damaged(folder.path());
    let mut bare = Replay::options().loss(Loss::BinaryCrossEntropy).create(at("bare.replay")).unwrap();
    bare.record(&model(1), Metrics::new()).unwrap();
    bare.finish().unwrap();
    let mut no_loss = Replay::options().dataset(&common::recordings::data()).create(at("no_loss.replay")).unwrap();
    no_loss.record(&model(1), Metrics::new()).unwrap();
    no_loss.finish().unwrap();
    let numbers = Dataset::new(Matrix::zeros(4, 2), Matrix::from_column_slice(4, 1, &[0.5, 7.0, -3.0, 2.0])).unwrap();
    let network = Sequential::builder(2).layer(Dense::new(1)).build(1).unwrap();
    let mut regression =
        Replay::options().dataset(&numbers).loss(Loss::MeanSquaredError).create(at("numbers.replay")).unwrap();
    regression.record(&network, Metrics::new()).unwrap();
    regression.finish().unwrap();
    let one = Dataset::new(Matrix::zeros(1, 2), Matrix::from_column_slice(1, 1, &[0.0])).unwrap();
    recorded(folder.path(), "one.replay", &model(1), &one);
    folder
}

#[test]
fn what_has_no_answer_is_one_line_that_says_why_and_exits_with_2() {
    let folder = workshop();
    for (line, reason) in REFUSED {
        for form in ["", " --json", " --csv"] {
            let ran = call(folder.path(), &format!("{line}{form}"));
            assert_eq!(ran.status, 2, "{line}{form}: {ran:?}");
            assert!(ran.error().contains(reason), "{line}{form}: {}", ran.error());
            let is_silent = ran.out.is_empty() || form == " --json" && ran.json()["files"][0]["status"] == 2;
            assert!(is_silent, "{line}{form}: {}", ran.out);
        }
    }
    for line in [
        "samples --share NaN run.replay",
        "samples --share 1 run.replay",
        "samples --share=-0.1 run.replay",
        "samples --count 0 run.replay",
        "samples --count 1.5 run.replay",
        "samples --sample -1 run.replay",
        "samples --suspects --hardest run.replay",
        "samples --sample 1 --count 3 run.replay",
        "depth --count 0 run.replay",
        "depth --neighbors NaN run.replay",
        "depth --sample x run.replay",
        "depth --epoch middle run.replay",
        "influence --count 0 run.replay",
    ] {
        let ran = call(folder.path(), line);
        assert_eq!((ran.status, ran.out.as_str()), (2, ""), "{line}: {ran:?}");
        assert!(ran.err.starts_with("error: "), "{line}: {}", ran.err);
    }
}

#[test]
fn one_sample_and_one_class_have_an_answer() {
    let folder = workshop();
    let ran = call(folder.path(), "samples one.replay");
    assert!(ran.status == 0 && ran.out.starts_with("1 sample over 1 epoch: "), "{ran:?}");
    let zeros = Dataset::new(common::recordings::data().inputs().clone(), Matrix::zeros(60, 1)).unwrap();
    recorded(folder.path(), "zeros.replay", &model(1), &zeros);
    let json = call(folder.path(), "samples --json zeros.replay").json()["files"][0].clone();
    let judged = ["always_correct", "never_correct"].map(|field| json[field].as_u64().unwrap());
    assert_eq!(judged.iter().sum::<u64>(), 60, "of one epoch");
    let ran = call(folder.path(), "depth --neighbors 3 zeros.replay");
    assert!(ran.status == 0 && ran.out.contains("class 0"), "{ran:?}");
}

/// A diverged network predicts nothing: it takes no sample for another class.
#[test]
fn of_outputs_that_are_nan_no_label_is_suspected_and_the_samples_are_counted() {
    let folder = folder();
    let replay = options().create(folder.path().join("nan.replay")).unwrap();
    let mut replay = common::recordings::train(replay, 1, 3);
    replay.record(&diverged(), Metrics::new()).unwrap();
    replay.finish().unwrap();
    let json = call(folder.path(), "samples --json nan.replay").json()["files"][0].clone();
    assert_eq!((&json["suspected"], &json["samples"], &json["never_correct"]), (&json!(0), &json!([]), &json!(0)));
    let reason =
        "60 samples without a confidence: an output is NaN at one of the epochs, and --epochs can leave it out";
    assert_eq!(json["caveats"], json!([reason]));
    let text = call(folder.path(), "samples nan.replay").out;
    assert!(text.lines().any(|line| line == reason), "{text}");
    let before = call(folder.path(), "samples --json --epochs 1-3 nan.replay").json()["files"][0].clone();
    assert_eq!(before["caveats"], json!([]));
    let csv = call(folder.path(), "samples --csv nan.replay");
    assert!(csv.status == 0 && csv.err == format!("nan.replay: {reason}\n"), "{csv:?}");
    assert!(csv.out.lines().nth(1).unwrap().starts_with("0,,class 0,NaN,NaN,") || csv.out.contains(",NaN,NaN,"));
    let ran = call(folder.path(), "depth nan.replay");
    assert!(ran.status == 2 && ran.error().contains("the values of probe \"hidden\""), "{ran:?}");
}

#[test]
fn of_several_positions_each_has_a_row_and_a_sample_has_all_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let labels: Vec<u32> = (0..24).map(|at| at % 2).collect();
    let words = Dataset::from_class_labels(Matrix::from_fn(8, 2, |i, j| (i + j) as f32), &labels, 3, 2).unwrap();
    let words = words.with_class_names(["noun", "verb"]).unwrap();
    let six = Sequential::builder(2).layer(Dense::new(6)).logits().build(1).unwrap();
    let replay = Replay::options().dataset(&words).loss(Loss::CategoricalCrossEntropy);
    let mut replay = replay.create(folder.path().join("words.replay")).unwrap();
    replay.record(&six, Metrics::new()).unwrap();
    replay.finish().unwrap();
    let table = cells(&call(folder.path(), "samples --csv words.replay"));
    assert_eq!((table.len(), &table[4][..3]), (25, &["1", "0", "verb"].map(String::from)[..]));
    let named = samples_of(&call(folder.path(), "samples --json --sample 7 words.replay"));
    let places: Vec<u64> = named.iter().map(|row| row["position"].as_u64().unwrap()).collect();
    assert_eq!((rows_of(&named), places), (vec![7; 3], vec![0, 1, 2]));
    let ran = call(folder.path(), "samples --sample 8 words.replay");
    assert!(ran.error().contains("it must be below 8, the number of samples"), "{ran:?}");
    assert!(call(folder.path(), "samples words.replay").out.starts_with("24 positions over 1 epoch: "));
    let ran = call(folder.path(), "depth --neighbors 3 words.replay");
    assert!(ran.error().contains("the number of positions of a sample is 3"), "{ran:?}");
}

#[test]
fn tables_of_several_files_have_one_head_and_one_that_cannot_be_read_leaves_the_others() {
    let folder = folder();
    for question in ["samples --count 2", "depth --sample 0,1"] {
        let ran = call(folder.path(), &format!("{question} --csv missing.replay run.replay other.replay"));
        assert_eq!(ran.status, 2);
        assert!(ran.error().starts_with("missing.replay: "), "{}", ran.error());
        let first: Vec<&str> = ran.out.lines().map(|line| line.split(',').next().unwrap()).collect();
        assert_eq!(first, ["file", "run.replay", "run.replay", "other.replay", "other.replay"], "{question}");
    }
}

#[test]
fn damaged_epochs_are_left_out_aloud() {
    let folder = folder();
    damaged(folder.path());
    let text = call(folder.path(), "samples damaged.replay");
    assert!(text.status == 0 && text.out.contains("\nepoch 5 was skipped: "), "{text:?}");
    let csv = call(folder.path(), "samples --csv damaged.replay");
    assert!(csv.err.contains("damaged.replay: epoch 5 was skipped: "), "{csv:?}");
}

#[test]
fn names_of_classes_and_layers_move_no_cursor() {
    let folder = tempfile::tempdir().unwrap();
    let hostile = ["a\n\u{1b}[2J", "\u{202e}b"];
    let data = common::recordings::data().with_class_names(hostile).unwrap();
    let hidden = Dense::new(2).name("h\u{1b}[31m").activation(Activation::Tanh);
    let output = Dense::new(1).name("output").activation(Activation::Sigmoid);
    let network = Sequential::builder(2).layers([hidden, output]).build(1).unwrap();
    recorded(folder.path(), "hostile.replay", &network, &data);
    for question in ["samples --count 60", "depth --count 60"] {
        let text = call(folder.path(), &format!("{question} hostile.replay")).out;
        assert!(text.contains("\\u{202e}b") && !text.contains('\u{1b}') && !text.contains('\u{202e}'), "{text}");
    }
    fs::write(folder.path().join("a.csv"), call(folder.path(), "samples --csv hostile.replay").out).unwrap();
    let table = csv::Reader::from_path(folder.path().join("a.csv")).unwrap().into_records();
    let names: Vec<String> = table.map(|row| row.unwrap()[2].to_owned()).collect();
    assert!(names.len() == 60 && names.iter().all(|name| hostile.contains(&name.as_str())), "as they are");
}

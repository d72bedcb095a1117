//! Data that a page edits, and runs that are trained on them.

mod common;

use common::{ask, opened};
use serde_json::{Value, json};
use training_replay::{
    Dataset, Dense, Loss, Matrix, Metrics, Replay, Sequential, Trainer, analysis::VerifyOptions, datasets, to_row_major,
};
use training_replay_web::Session;

fn bytes(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

/// The arrays of an answer by name.
fn arrays(answer: &Value, bytes: &[u8]) -> Vec<(String, Vec<f32>)> {
    let (numbers, _) = bytes.as_chunks();
    let mut left = numbers.iter().copied().map(f32::from_le_bytes);
    let named = answer["arrays"].as_array().unwrap_or_else(|| panic!("{answer}")).iter().map(|array| {
        let count = array["shape"][0].as_u64().unwrap() * array["shape"][1].as_u64().unwrap();
        (array["name"].as_str().unwrap().to_owned(), left.by_ref().take(count as usize).collect())
    });
    named.collect()
}

/// A session that has a recording on these data open as 1.
fn on(data: &Dataset, loss: Loss) -> Session {
    let mut model = Sequential::builder(data.features());
    if data.outputs() > 1 && loss != Loss::MeanSquaredError {
        model = model.layer(Dense::new(data.outputs()).activation(training_replay::Activation::Softmax));
    } else {
        model = model.layer(Dense::new(data.outputs()).activation(training_replay::Activation::Sigmoid));
    }
    let model = model.build(1).unwrap();
    let trainer = Trainer::new(loss, "SGD(lr 0.1)".parse().unwrap());
    let mut replay = Replay::options().dataset(data).loss(loss).in_memory();
    replay.record(&trainer.training(&model), Metrics::new()).unwrap();
    let mut recorded = Vec::new();
    replay.write_to(&mut recorded).unwrap();
    let mut session = Session::default();
    ask(&mut session, &json!({ "ask": "open" }), &recorded);
    session
}

fn train(samples: u64) -> Value {
    json!({ "ask": "train", "handle": 1, "epoch": 0, "salt": 3, "samples": samples })
}

fn message(session: &mut Session, request: &Value, bytes: &[u8]) -> String {
    let (answer, _) = ask(session, request, bytes);
    answer["error"]["message"].as_str().unwrap_or_else(|| panic!("{request}: {answer}")).to_owned()
}

#[test]
fn the_data_of_a_run_come_with_their_classes_and_go_back_as_they_were() {
    let mut session = opened();
    let (answer, values) = ask(&mut session, &json!({ "ask": "data", "handle": 1 }), &[]);
    let found = arrays(&answer, &values);
    let data = datasets::parabola(50, 13);
    let classes: Vec<f32> = data.classes().unwrap().into_iter().map(|class| class as f32).collect();
    assert_eq!(found[0], ("inputs".into(), to_row_major(data.inputs())));
    assert_eq!(found[2], ("classes".into(), classes));
    assert_eq!(found[3], ("class_targets".into(), vec![0.0, 1.0]));
    let (answer, _) = ask(&mut session, &train(100), &values[..4 * 300]);
    assert_eq!(answer["answer"]["handle"], 2, "{answer}");
    let (_, file) = ask(&mut session, &json!({ "ask": "download", "handle": 2 }), &[]);
    assert_eq!(Replay::from_bytes(file).unwrap().dataset().unwrap(), &data);
}

#[test]
fn a_run_on_other_data_records_them_and_is_what_a_native_program_trains() {
    let mut session = opened();
    let inputs = [0.5, 0.25, -0.5, 0.25, 0.0, -0.5, 1.0, 0.5, -1.0, 1.0];
    let targets = [1.0, 0.0, 1.0, 1.0, 0.0];
    let (answer, _) = ask(&mut session, &train(5), &bytes(&[&inputs[..], &targets].concat()));
    assert_eq!(answer["answer"]["data"]["samples"], 5, "{answer}");
    ask(&mut session, &json!({ "ask": "step", "handle": 2, "epochs": 3 }), &[]);
    let (_, file) = ask(&mut session, &json!({ "ask": "download", "handle": 2 }), &[]);
    let run = Replay::from_bytes(file).unwrap();
    let data = Dataset::new(Matrix::from_row_slice(5, 2, &inputs), Matrix::from_row_slice(5, 1, &targets)).unwrap();
    assert_eq!(run.dataset().unwrap(), &data);
    let parent = Replay::from_bytes(common::recording()).unwrap();
    let mut fork = parent.run().unwrap().fork(0).unwrap();
    (0..3).for_each(|_| drop(fork.trainer.epoch(&mut fork.model, &data).unwrap()));
    assert_eq!(run.at(3).unwrap().model(), &fork.model);
    let verification = run.run().unwrap().verify(&VerifyOptions::default().train_again()).unwrap();
    assert!(verification.holds() && verification.trained.len() == 3, "{verification}");
    assert_eq!(run.training().parent().unwrap().moment(), 0.into());
}

#[test]
fn data_that_are_none_are_refused_with_the_reason() {
    let mut session = opened();
    for (samples, values, words) in [
        (2, vec![0.0; 5], "the number of bytes of the data is 20"),
        (0, vec![], "inputs is empty"),
        (2, vec![0.0, 0.0, 0.0, f32::NAN, 0.0, 1.0], "inputs, row 1, column 1, is NaN"),
        (2, vec![0.0, f32::INFINITY, 0.0, 0.0, 0.0, 1.0], "inputs, row 0, column 1, is inf"),
        (2, vec![0.0, 0.0, 0.0, 0.0, 0.0, 2.0], "the target of sample 1 is 2; it must be 0 or 1"),
        (2, vec![0.0, 0.0, 0.0, 0.0, 0.0, f32::NAN], "NaN"),
        (100_001, vec![], "at most 100000"),
        (u64::MAX, vec![], "at most 100000"),
    ] {
        let found = message(&mut session, &train(samples), &bytes(&values));
        assert!(found.contains(words), "{found}");
    }
    let found = message(&mut session, &train(1), &[0; 13]);
    assert!(found.contains("the number of bytes of the data is 13"), "{found}");
    let without = json!({ "ask": "train", "handle": 1, "epoch": 0 });
    assert!(message(&mut session, &without, &[0; 12]).contains("`samples`"));
    let (answer, _) = ask(&mut session, &json!({ "ask": "describe", "handle": 2 }), &[]);
    assert_eq!(answer["error"]["kind"], "missing", "none was begun");
}

#[test]
fn labels_rows_and_signs_keep_their_kind() {
    let inputs = Matrix::from_row_slice(3, 2, &[0.0, 1.0, 2.0, 3.0, 4.0, 5.0]);
    let labels = Dataset::from_class_labels(inputs.clone(), &[2, 0, 0], 1, 4).unwrap();
    let rows = Dataset::from_labels_with_classes(inputs.clone(), &["a", "c", "c"], &["a", "b", "c"]).unwrap();
    let signs = Dataset::new(inputs, Matrix::from_row_slice(3, 1, &[-1.0, -1.0, -1.0])).unwrap();
    let unit = |at: usize| (0..3).map(move |column| f32::from(column == at));
    let cases = [
        (&labels, Loss::CategoricalCrossEntropy, vec![0.0, 1.0, 2.0, 3.0]),
        (&rows, Loss::CategoricalCrossEntropy, (0..3).flat_map(unit).collect()),
        (&signs, Loss::MeanSquaredError, vec![-1.0, 1.0]),
    ];
    for (data, loss, class_targets) in cases {
        let mut session = on(data, loss);
        let (answer, values) = ask(&mut session, &json!({ "ask": "data", "handle": 1 }), &[]);
        let found = arrays(&answer, &values);
        assert_eq!(found[3], ("class_targets".into(), class_targets.clone()));
        // All of them in the last class.
        let width = found[1].1.len() / 3;
        let last = &class_targets[class_targets.len() - width..];
        let edited = [&found[0].1[..], last, last, last].concat();
        let (answer, _) = ask(&mut session, &train(3), &bytes(&edited));
        assert_eq!(answer["answer"]["handle"], 2, "{answer}");
        let (_, file) = ask(&mut session, &json!({ "ask": "download", "handle": 2 }), &[]);
        let replay = Replay::from_bytes(file).unwrap();
        let again = replay.dataset().unwrap();
        assert_eq!(again.classes().unwrap(), [class_targets.len() / width - 1; 3]);
        assert_eq!((again.outputs(), again.class_names()), (data.outputs(), data.class_names()));
    }
    let mut session = on(&labels, Loss::CategoricalCrossEntropy);
    for stray in [4.0, 0.5, -1.0, f32::NAN] {
        let found = message(&mut session, &train(1), &bytes(&[0.0, 0.0, stray]));
        assert!(found.contains("the index of a class, below 4"), "{found}");
    }
    let mut session = on(&rows, Loss::CategoricalCrossEntropy);
    let found = message(&mut session, &train(1), &bytes(&[0.0, 0.0, 1.0, 1.0, 0.0]));
    assert!(found.contains("target row 0"), "{found}");
}

#[test]
fn targets_that_are_numbers_go_as_they_are_and_have_no_classes() {
    let inputs = Matrix::from_row_slice(2, 2, &[0.0, 1.0, 2.0, 3.0]);
    let data = Dataset::new(inputs, Matrix::from_row_slice(2, 1, &[0.3, 7.5])).unwrap();
    let mut session = on(&data, Loss::MeanSquaredError);
    let (answer, values) = ask(&mut session, &json!({ "ask": "data", "handle": 1 }), &[]);
    assert_eq!(arrays(&answer, &values).len(), 2);
    assert!(answer["answer"]["no_classes"].as_str().unwrap().contains("to name a class"), "{answer}");
    let (answer, _) = ask(&mut session, &train(2), &bytes(&[9.0, 1.0, 2.0, 3.0, 0.3, 7.5]));
    assert_eq!(answer["answer"]["handle"], 2, "{answer}");
    let generate = json!({ "ask": "generate", "handle": 1, "name": "moons", "samples": 9, "noise": 0.0, "seed": 1 });
    assert!(message(&mut session, &generate, &[]).contains("to name a class"));
}

#[test]
fn built_in_data_are_those_of_the_crate_and_of_the_size_that_was_asked_for() {
    let mut session = opened();
    for name in ["parabola", "moons", "circles", "ball", "hypercube"] {
        for samples in [2, 7, 40] {
            let request =
                json!({ "ask": "generate", "handle": 1, "name": name, "samples": samples, "noise": 0.2, "seed": 9 });
            let (answer, values) = ask(&mut session, &request, &[]);
            let found = arrays(&answer, &values);
            assert_eq!(
                [found[0].1.len(), found[1].1.len(), found[2].1.len()],
                [2 * samples, samples, samples],
                "{name}"
            );
            assert_eq!(found[1].1, found[2].1, "targets of 0 and 1 are the classes");
        }
    }
    let request = json!({ "ask": "generate", "handle": 1, "name": "moons", "samples": 40, "noise": 0.2, "seed": 9 });
    let (answer, values) = ask(&mut session, &request, &[]);
    assert_eq!(arrays(&answer, &values)[0].1, to_row_major(datasets::moons(40, 0.2, 9).inputs()));
    for (field, value, words) in [
        ("name", json!("spirals"), "parabola, moons, circles, ball or hypercube"),
        ("samples", json!(1), "2 or more"),
        ("samples", json!(1_000_000), "at most 100000"),
        ("noise", json!(-0.1), "0 or more"),
        ("noise", json!(null), "`noise`"),
        ("noise", json!(1e300), "inputs with noise"),
        ("seed", json!(-1), "`seed`"),
    ] {
        let mut wrong = request.clone();
        wrong[field] = value;
        let found = message(&mut session, &wrong, &[]);
        assert!(found.contains(words), "{found}");
    }
}

#[test]
fn noise_is_that_of_the_crate() {
    let mut session = opened();
    let (_, values) = ask(&mut session, &json!({ "ask": "data", "handle": 1 }), &[]);
    let noise =
        |deviation: Value| json!({ "ask": "noise", "handle": 1, "samples": 100, "deviation": deviation, "seed": 5 });
    let (answer, noisy) = ask(&mut session, &noise(json!(0.3)), &values[..4 * 300]);
    let expected = datasets::parabola(50, 13).with_noise(0.3, 5).unwrap();
    assert_eq!(arrays(&answer, &noisy)[0].1, to_row_major(expected.inputs()));
    for deviation in [json!(-1), json!(null), json!(1e300)] {
        message(&mut session, &noise(deviation), &values[..4 * 300]);
    }
}

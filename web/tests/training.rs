//! Runs that a session trains: by epochs and by batches, and what is recorded of them.

mod common;

use common::{ask, opened, recording};
use serde_json::{Value, json};
use training_replay::{
    Activation, Dataset, Dense, Loss, Matrix, Metrics, Moment, Optimizer, Replay, Result, Sequential, Trainer,
    analysis::VerifyOptions, datasets,
};
use training_replay_web::Session;

fn fails(session: &mut Session, request: &Value, words: &str) {
    let (answer, _) = ask(session, request, &[]);
    let message = answer["error"]["message"].as_str().unwrap_or_default();
    assert!(message.contains(words), "{request}: {answer}");
}

/// A session in which run 2 goes on from epoch 1 of run 1, in batches of 32: four to an epoch.
fn begun(settings: &Value) -> Session {
    let mut session = opened();
    let mut request = json!({ "ask": "train", "handle": 1, "epoch": 1, "salt": 7 });
    request.as_object_mut().unwrap().extend(settings.as_object().unwrap().clone());
    let (answer, _) = ask(&mut session, &request, &[]);
    assert_eq!(answer["answer"]["epochs"], json!([1]), "{answer}");
    session
}

fn step(session: &mut Session, pieces: &Value) -> Value {
    let mut request = json!({ "ask": "step", "handle": 2 });
    request.as_object_mut().unwrap().extend(pieces.as_object().unwrap().clone());
    let (answer, _) = ask(session, &request, &[]);
    assert!(answer["error"].is_null(), "{answer}");
    answer["answer"].clone()
}

fn downloaded(session: &mut Session) -> Replay {
    let (_, bytes) = ask(session, &json!({ "ask": "download", "handle": 2 }), &[]);
    Replay::from_bytes(bytes).unwrap()
}

#[test]
fn batches_and_epochs_in_any_order_are_the_run_that_was_recorded() {
    let parent = Replay::from_bytes(recording()).unwrap();
    for batches in 1..=8 {
        let mut session = begun(&json!({}));
        for _ in 0..batches {
            step(&mut session, &json!({ "batches": 1 }));
        }
        step(&mut session, &json!({ "epochs": 2 - batches / 4 }));
        let run = downloaded(&mut session);
        assert_eq!(run.epochs().collect::<Vec<_>>(), [1, 2, 3]);
        for epoch in 1..=3 {
            assert_eq!(run.weights(epoch).unwrap(), parent.weights(epoch).unwrap(), "{batches}: epoch {epoch}");
        }
        assert_eq!(run.metrics(3).unwrap(), parent.metrics(3).unwrap());
        let expected = if batches == 4 { 4 } else { (batches as usize).div_ceil(4) * 4 };
        assert_eq!(run.steps().len(), expected, "an epoch that was begun batch by batch is recorded so");
        let verification = run.run().unwrap().verify(&VerifyOptions::default().train_again()).unwrap();
        assert!(verification.holds() && verification.trained.len() == 2, "{verification}");
    }
}

#[test]
fn an_epoch_that_is_half_done_is_none_and_goes_on_natively() {
    let mut session = begun(&json!({}));
    let answer = step(&mut session, &json!({ "batches": 3 }));
    assert_eq!((&answer["epochs"], &answer["within"]), (&json!([]), &json!([2, 3])));
    let run = downloaded(&mut session);
    assert_eq!(run.epochs().collect::<Vec<_>>(), [1]);
    assert_eq!(run.steps().iter().collect::<Vec<_>>(), [(2, 1), (2, 2), (2, 3)].map(Moment::from));
    let mut fork = run.run().unwrap().fork((2, 3)).unwrap();
    fork.trainer.epoch(&mut fork.model, run.dataset().unwrap()).unwrap();
    let parent = Replay::from_bytes(recording()).unwrap();
    assert_eq!(&fork.model, parent.at(2).unwrap().model());
    let answer = step(&mut session, &json!({ "batches": 1 }));
    assert_eq!((&answer["epochs"][0][0], &answer["within"]), (&json!(2), &Value::Null));
}

#[test]
fn the_batches_of_an_epoch_are_looked_at_as_points_and_are_no_epochs_of_a_recording() {
    let mut session = begun(&json!({}));
    fails(&mut session, &json!({ "ask": "batches", "handle": 2, "epoch": 2 }), "no batch of epoch 2 was recorded");
    step(&mut session, &json!({ "batches": 3 }));
    let (answer, _) = ask(&mut session, &json!({ "ask": "batches", "handle": 2, "epoch": 2 }), &[]);
    assert_eq!((&answer["answer"]["handle"], &answer["answer"]["epochs"]), (&json!(3), &json!([0, 1, 2, 3])));
    let run = downloaded(&mut session);
    for (point, moment) in [(0, Moment::from(1)), (1, (2, 1).into()), (3, (2, 3).into())] {
        let (_, values) = ask(&mut session, &json!({ "ask": "weights", "handle": 3, "epoch": point }), &[]);
        let weights = run.weights(moment).unwrap();
        let expected: Vec<u8> =
            weights.iter().flat_map(|it| it.values().to_f32().into_owned()).flat_map(f32::to_le_bytes).collect();
        assert_eq!(values, expected, "point {point}");
    }
    for question in ["download", "verify"] {
        fails(&mut session, &json!({ "ask": question, "handle": 3 }), "a view of batches");
    }
    fails(&mut session, &json!({ "ask": "train", "handle": 3, "epoch": 1 }), "a view of batches");
    fails(&mut session, &json!({ "ask": "step", "handle": 3, "batches": 1 }), "one that `train` has begun");
    let (answer, html) =
        ask(&mut session, &json!({ "ask": "html", "title": "", "runs": [{ "handle": 3, "name": "batches" }] }), &[]);
    assert!(answer["error"].is_null() && !html.is_empty(), "{answer}");
    ask(&mut session, &json!({ "ask": "close", "handle": 2 }), &[]);
    let (answer, _) = ask(&mut session, &json!({ "ask": "describe", "handle": 3 }), &[]);
    assert_eq!(answer["answer"]["epochs"], json!([0, 1, 2, 3]), "the view stays");
}

#[test]
fn data_sets_beside_that_of_training_go_on_with_a_run() {
    let data = datasets::parabola(20, 13);
    let validation = datasets::parabola(10, 14);
    let layers = [Dense::new(2).name("hidden"), Dense::new(1).activation(Activation::Sigmoid)];
    let mut model = Sequential::builder(2).layers(layers).build(1).unwrap();
    let mut trainer = Trainer::new(Loss::BinaryCrossEntropy, Optimizer::sgd(0.1));
    let options = Replay::options().dataset(&data).named_dataset("validation", &validation);
    let mut parent = options.loss(Loss::BinaryCrossEntropy).in_memory();
    parent.record(&trainer.training(&model), Metrics::new()).unwrap();
    let metrics = trainer.epoch(&mut model, &data).unwrap();
    parent.record(&trainer.training(&model), metrics).unwrap();
    let mut bytes = Vec::new();
    parent.write_to(&mut bytes).unwrap();
    let mut session = Session::default();
    ask(&mut session, &json!({ "ask": "open" }), &bytes);
    let (answer, _) = ask(&mut session, &json!({ "ask": "train", "handle": 1, "epoch": 1, "salt": 7 }), &[]);
    assert!(answer["error"].is_null(), "{answer}");
    let run = downloaded(&mut session);
    assert_eq!(run.run().unwrap().on("validation").unwrap().dataset().unwrap(), &validation);
    assert_eq!(run.dataset().unwrap(), &data);
}

#[test]
fn of_very_many_batches_the_last_are_looked_at() {
    let mut session = begun(&json!({ "batch_size": 1 }));
    step(&mut session, &json!({ "batches": 550 })); // five epochs of 100, and a half
    let (answer, _) = ask(&mut session, &json!({ "ask": "describe", "handle": 2 }), &[]);
    let expected = json!([[2, 100], [3, 100], [4, 100], [5, 100], [6, 100], [7, 50]]);
    assert_eq!((&answer["answer"]["batches"], &answer["answer"]["epochs"]), (&expected, &json!([1, 2, 3, 4, 5, 6])));
    let (answer, _) = ask(&mut session, &json!({ "ask": "batches", "handle": 2, "epoch": 7 }), &[]);
    assert_eq!(answer["answer"]["epochs"].as_array().unwrap().len(), 51);
}

#[test]
fn another_optimizer_keeps_what_else_was_recorded_of_the_trainer() {
    let mut session = begun(&json!({ "optimizer": "SGD(lr 0.1)" })); // the recorded one
    step(&mut session, &json!({ "epochs": 2 }));
    let parent = Replay::from_bytes(recording()).unwrap();
    assert_eq!(downloaded(&mut session).weights(3).unwrap(), parent.weights(3).unwrap(), "orders and batches stay");
}

/// What fails in the middle may have trained what it could not record.
#[test]
fn a_run_whose_training_failed_does_not_go_on() {
    let mut session = begun(&json!({ "learning_rate": -1.0 }));
    fails(&mut session, &json!({ "ask": "step", "handle": 2, "epochs": 1 }), "-1");
    fails(&mut session, &json!({ "ask": "step", "handle": 2, "batches": 1 }), "one whose training did not fail");
    assert_eq!(downloaded(&mut session).epochs().collect::<Vec<_>>(), [1]);
}

#[test]
fn how_far_it_goes_is_one_number_that_is_not_too_large() {
    let mut session = begun(&json!({}));
    let either = "either `epochs` or `batches`";
    fails(&mut session, &json!({ "ask": "step", "handle": 2 }), either);
    fails(&mut session, &json!({ "ask": "step", "handle": 2, "epochs": 1, "batches": 1 }), either);
    fails(&mut session, &json!({ "ask": "step", "handle": 2, "batches": 10_001 }), "at most 10000");
    fails(&mut session, &json!({ "ask": "step", "handle": 2, "epochs": -1 }), "`epochs`");
    assert_eq!(step(&mut session, &json!({ "epochs": 0 })), json!({ "epochs": [], "within": null }));
}

/// Natively there is a clock; that a module without one says so, `core.test.mjs` shows.
#[test]
fn a_budget_of_time_is_that_of_the_crate() {
    let mut session = begun(&json!({ "time_budget": 1.0 }));
    step(&mut session, &json!({ "epochs": 2 }));
    let mut session = opened();
    fails(&mut session, &json!({ "ask": "train", "handle": 1, "epoch": 1, "time_budget": 2.0 }), "`time_budget`");
}

#[test]
fn a_recording_without_a_loss_or_a_state_has_its_reason() -> Result<()> {
    let data = Dataset::new(Matrix::zeros(4, 2), Matrix::zeros(4, 1))?;
    let model = Sequential::builder(2).layer(Dense::new(1)).build(1)?;
    let mut replay = Replay::options().dataset(&data).loss(Loss::MeanSquaredError).in_memory();
    replay.record(&model, Metrics::new())?;
    let mut bytes = Vec::new();
    replay.write_to(&mut bytes)?;
    let mut session = Session::default();
    ask(&mut session, &json!({ "ask": "open" }), &bytes);
    fails(&mut session, &json!({ "ask": "train", "handle": 1, "epoch": 0 }), "state of training");
    let mut request = json!({ "ask": "train", "handle": 1, "epoch": 0, "optimizer": "SGD(lr 0.1)" });
    fails(&mut session, &request, "an optimizer and a batch size begin a new training");
    request["batch_size"] = json!(3);
    let (answer, _) = ask(&mut session, &request, &[]);
    assert_eq!(answer["answer"]["handle"], 2, "{answer}");
    step(&mut session, &json!({ "epochs": 1 }));
    let mut same = model.clone();
    Trainer::new(Loss::MeanSquaredError, Optimizer::sgd(0.1)).batch_size(3).epoch(&mut same, &data)?;
    assert_eq!(downloaded(&mut session).at(1)?.model(), &same);
    Ok(())
}

#[test]
fn what_a_run_was_trained_with_is_said_in_words() {
    let mut session = opened();
    let (answer, _) = ask(&mut session, &json!({ "ask": "describe", "handle": 1 }), &[]);
    let words = "binary_crossentropy by sgd(learning_rate 0.1), batches of 32, shuffled by seed 0";
    assert_eq!((&answer["answer"]["training"], &answer["answer"]["parameters"]), (&json!(words), &json!(9)));
}

#[test]
fn a_run_is_trained_as_far_as_a_page_can_hand_out_and_is_handed_out() -> Result<()> {
    let data = Dataset::new(Matrix::zeros(1, 4_000), Matrix::zeros(1, 2_000))?;
    let model = Sequential::builder(4_000).layer(Dense::new(2_000)).build(1)?;
    let mut replay = Replay::options().dataset(&data).loss(Loss::MeanSquaredError).in_memory();
    let trainer = Trainer::new(Loss::MeanSquaredError, Optimizer::momentum(0.1, 0.5));
    replay.record(&trainer.training(&model), Metrics::new())?; // 32 MB, and as much of its memory
    let mut bytes = Vec::new();
    replay.write_to(&mut bytes)?;
    let mut session = Session::default();
    ask(&mut session, &json!({ "ask": "open" }), &bytes);
    ask(&mut session, &json!({ "ask": "train", "handle": 1, "epoch": 0, "salt": 7 }), &[]);
    step(&mut session, &json!({ "epochs": 3 }));
    fails(&mut session, &json!({ "ask": "step", "handle": 2, "epochs": 1 }), "at most 256 MiB");
    assert_eq!(downloaded(&mut session).epochs().last(), Some(3));
    ask(&mut session, &json!({ "ask": "train", "handle": 1, "epoch": 0, "salt": 7 }), &[]);
    let batch = json!({ "ask": "step", "handle": 3, "batches": 1 });
    let (answer, _) = ask(&mut session, &batch, &[]);
    assert_eq!(answer["answer"]["epochs"][0][0], 1, "its only batch is the end of the epoch, a record each: {answer}");
    fails(&mut session, &batch, "at most 256 MiB");
    Ok(())
}

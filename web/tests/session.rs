//! What a session answers, asked natively.

mod common;

use common::{ask, opened, recording};
use serde_json::json;
use training_replay::{Metrics, Parameter, Replay, Weights};
use training_replay_web::Session;

#[test]
fn a_space_is_that_of_the_crate() {
    let request = json!({ "ask": "space", "handle": 1, "epoch": 2, "layer": "hidden", "points": 9, "lines": 3, "principal": false });
    let (answer, values) = ask(&mut opened(), &request, &[]);
    let replay = Replay::from_bytes(recording()).unwrap();
    let activations = replay.at(2).unwrap().activations().unwrap();
    let row: Vec<u8> =
        activations.last_chunk::<2>().unwrap()[0].values.row(0).iter().flat_map(|a| a.to_le_bytes()).collect();
    assert_eq!((&answer["arrays"][0], &values[..8]), (&json!({ "name": "samples", "shape": [100, 2] }), &row[..]));
}

#[test]
fn a_run_goes_on_as_it_would_have_and_is_a_recording_of_its_own() {
    let mut session = opened();
    let (answer, _) = ask(&mut session, &json!({ "ask": "train", "handle": 1, "epoch": 1 }), &[]);
    assert_eq!(answer["answer"]["handle"], 2, "{answer}");
    ask(&mut session, &json!({ "ask": "step", "handle": 2, "epochs": 2 }), &[]);
    let (_, bytes) = ask(&mut session, &json!({ "ask": "download", "handle": 2 }), &[]);
    let (fork, parent) = (Replay::from_bytes(bytes).unwrap(), Replay::from_bytes(recording()).unwrap());
    assert_eq!(fork.weights(3).unwrap(), parent.weights(3).unwrap());
}

#[test]
fn what_is_no_number_stands_by_its_name_and_what_is_missing_has_a_reason() {
    let mut replay = Replay::options().in_memory();
    let line = Parameter::new("line", "kernel", [1, 1], vec![1.0]);
    let metrics = Metrics::from([("loss", f64::NAN), ("gap", f64::INFINITY)]);
    replay.record(&Weights::from_iter([line]), metrics).unwrap();
    let mut session = Session::default();
    let mut bytes = Vec::new();
    replay.write_to(&mut bytes).unwrap();
    let (answer, _) = ask(&mut session, &json!({ "ask": "open" }), &bytes);
    let found = &answer["answer"];
    assert!(found["layers"].is_null() && found["no_layers"].as_str().unwrap().contains("model"), "{answer}");
    assert!(found["data"].is_null() && found["no_data"].is_string(), "{answer}");
    let (answer, _) = ask(&mut session, &json!({ "ask": "curves", "handle": 1 }), &[]);
    assert_eq!(answer["answer"]["curves"], json!([["loss", [[0, "NaN"]]], ["gap", [[0, "Infinity"]]]]));
}

#[test]
fn what_is_wrong_is_said() {
    for (request, kind) in [
        (json!({ "ask": "weights", "handle": 1, "epoch": 9 }), "unknown"),
        (json!({ "ask": "weights", "handle": 2, "epoch": 0 }), "missing"),
        (json!({ "ask": "nothing" }), "invalid"),
        (json!({ "ask": "step", "handle": 1, "epochs": 1 }), "invalid"),
    ] {
        let (answer, _) = ask(&mut opened(), &request, &[]);
        assert_eq!(answer["error"]["kind"], kind, "{request}: {answer}");
    }
}

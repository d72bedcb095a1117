//! What the tests of a session share.

use serde_json::{Value, json};
use training_replay::{Activation, Dense, Loss, Metrics, Optimizer, Replay, Sequential, Trainer, datasets};
use training_replay_web::Session;

/// A recording of four epochs of 100 samples, the first before training.
pub fn recording() -> Vec<u8> {
    let data = datasets::parabola(50, 13);
    let layers =
        [Dense::new(2).name("hidden").activation(Activation::Tanh), Dense::new(1).activation(Activation::Sigmoid)];
    let mut model = Sequential::builder(2).layers(layers).build(1).unwrap();
    let mut trainer = Trainer::new(Loss::BinaryCrossEntropy, Optimizer::sgd(0.1));
    let mut replay = Replay::options().dataset(&data).loss(Loss::BinaryCrossEntropy).in_memory();
    replay.record(&trainer.training(&model), Metrics::new()).unwrap();
    for _ in 0..3 {
        let metrics = trainer.epoch(&mut model, &data).unwrap();
        replay.record(&trainer.training(&model), metrics).unwrap();
    }
    let mut bytes = Vec::new();
    replay.write_to(&mut bytes).unwrap();
    bytes
}

/// The JSON of an answer, and what is behind it.
pub fn ask(session: &mut Session, request: &Value, bytes: &[u8]) -> (Value, Vec<u8>) {
    let answer = session.answer(&[request.to_string().as_bytes(), b"\n", bytes].concat());
    let end = 4 + u32::from_le_bytes(*answer.first_chunk().unwrap()) as usize;
    (serde_json::from_slice(&answer[4..end]).unwrap(), answer[end.next_multiple_of(4)..].to_vec())
}

/// A session that has it open as 1.
pub fn opened() -> Session {
    let mut session = Session::default();
    let (answer, _) = ask(&mut session, &json!({ "ask": "open" }), &recording());
    assert_eq!((&answer["answer"]["handle"], &answer["answer"]["epochs"]), (&json!(1), &json!([0, 1, 2, 3])));
    session
}

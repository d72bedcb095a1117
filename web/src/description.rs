//! What a recording holds, for a page that has just opened it.

use serde_json::{Value, json};
use training_replay::{Error, Forward, Replay, Result};

use crate::{reply::Reply, training::WITHOUT_STATE};

/// The epochs, the network, the data set, the loss and the metrics of a recording, as far as it has them.
pub(crate) fn describe(handle: u32, replay: &Replay) -> Result<Reply> {
    let reply = Reply::default()
        .with("handle", handle)?
        .with("epochs", replay.epochs().collect::<Vec<_>>())?
        .with("batches", batches(replay))?
        .with("metrics", replay.metric_names().collect::<Vec<_>>())?
        .with("loss", replay.loss().map(|loss| loss.to_string()))?
        .with("parameters", parameters(replay))?
        .with("finished", replay.is_finished())?
        .with("torn_bytes", replay.torn_bytes())?
        .with("damage", replay.damage().iter().map(|damage| format!("{damage:?}")).collect::<Vec<_>>())?;
    let reply = reply.or_why("layers", layers(replay))?.or_why("training", training(replay))?;
    let data = match replay.dataset() {
        Ok(data) => data,
        Err(error) => return reply.or_why("data", Err::<Value, _>(error)),
    };
    let shape = json!({
        "samples": data.samples(), "features": data.features(),
        "class_names": data.class_names(), "feature_names": data.feature_names(),
    });
    Ok(reply.with("data", shape)?.array("inputs", data.inputs()))
}

/// The layers of a built-in network by name; none of a recording without epochs.
fn layers(replay: &Replay) -> Result<Vec<String>> {
    let Some(last) = replay.epochs().last() else { return Ok(Vec::new()) };
    Ok(replay.at(last)?.model().layers())
}

/// How many numbers the network has.
fn parameters(replay: &Replay) -> u64 {
    let size = |shape: &[u64]| shape.iter().copied().fold(1, u64::saturating_mul);
    replay.recorded_weights().parameters().map(|it| size(it.shape())).fold(0, u64::saturating_add)
}

/// How it was trained, in words, as it was recorded last.
fn training(replay: &Replay) -> Result<String> {
    let missing = || Error::Missing { missing: "no state of training was recorded".into(), hint: WITHOUT_STATE.into() };
    let last = replay.training().moments().last().ok_or_else(missing)?;
    Ok(replay.run()?.fork(last)?.trainer.to_string())
}

/// The epochs of which batches were recorded, and how many of each.
fn batches(replay: &Replay) -> Vec<(u64, usize)> {
    let mut counted: Vec<(u64, usize)> = Vec::new();
    for step in replay.steps().iter() {
        match counted.last_mut() {
            Some((epoch, count)) if *epoch == step.epoch() => *count += 1,
            _ => counted.push((step.epoch(), 1)),
        }
    }
    counted
}

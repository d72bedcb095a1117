//! What the examples share: recording a run, and ending with a message.
#![allow(dead_code)] // Each of them uses a part of it. All need the feature `plot` of training-replay.

pub mod article;
pub mod lesson;
pub mod pictures;
pub mod start;
pub mod story;

use std::{path::PathBuf, process::ExitCode};

use training_replay::{Dataset, Error, Metrics, Replay, Result, Sequential, Trainer, nn::Layer};

/// Prints the error, if that is what an example ends with.
pub fn exit(result: Result<()>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// The folder that an example writes its recordings to.
pub fn folder(example: &str) -> Result<PathBuf> {
    let folder = PathBuf::from("out").join(example);
    std::fs::create_dir_all(&folder).map_err(|source| Error::Io { context: "creating the folder".into(), source })?;
    Ok(folder)
}

/// A network of these layers.
pub fn network<L: Into<Layer>>(inputs: usize, layers: impl IntoIterator<Item = L>, seed: u64) -> Result<Sequential> {
    Sequential::builder(inputs).layers(layers).build(seed)
}

/// Trains a model and records it: before training, and after every epoch.
pub fn record(
    mut replay: Replay,
    mut model: Sequential,
    mut trainer: Trainer,
    data: &Dataset,
    epochs: u64,
) -> Result<Replay> {
    replay.record(&model, Metrics::new())?;
    for _ in 0..epochs {
        let metrics = trainer.epoch(&mut model, data)?;
        replay.record(&model, metrics)?;
    }
    Ok(replay)
}

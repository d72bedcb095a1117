//! What the examples share: recording a run, and ending with a message.
#![allow(dead_code)] // Each of them uses a part of it.

use std::{
    io::{self, IsTerminal},
    path::PathBuf,
    process::ExitCode,
    time::Instant,
};

use training_replay::{Dataset, Dense, Error, Metrics, Replay, Result, Sequential, Trainer, nn::Layer};

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
    layers.into_iter().fold(Sequential::builder(inputs), |network, layer| network.layer(layer)).build(seed)
}

/// A layer that draws its kernel as `Dense` does, with a name.
pub fn dense(units: usize, name: &str) -> Dense {
    Dense::new(units).name(name)
}

/// Trains a model and records it: before training, and after every epoch.
pub fn record(
    mut replay: Replay,
    mut model: Sequential,
    mut trainer: Trainer,
    data: &Dataset,
    epochs: u64,
) -> Result<Replay> {
    let started = Instant::now();
    replay.record(&model, Metrics::new())?;
    for epoch in 1..=epochs {
        let metrics = trainer.epoch(&mut model, data)?;
        replay.record(&model, metrics)?;
        if io::stderr().is_terminal() {
            eprint!("\repoch {epoch} of {epochs} ");
        }
    }
    let progress = if io::stderr().is_terminal() { "\r" } else { "" };
    eprintln!("{progress}{} snapshots in {:.2} s", replay.epochs().len(), started.elapsed().as_secs_f64());
    Ok(replay)
}

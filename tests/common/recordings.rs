//! A folder of recordings for the command: whole, killed, damaged, and of all kinds.
#![allow(dead_code)] // Every test binary uses a part of it.

use std::{
    fs,
    path::{Path, PathBuf},
};

use training_replay::{
    Activation, Dataset, Dense, Initializer, Loss, Metrics, Optimizer, Parameter, Replay, ReplayOptions, Sequential,
    Trainer, Weights, datasets,
};

pub fn data() -> Dataset {
    datasets::moons(60, 0.1, 7)
}

/// The settings of a run on these data.
pub fn options() -> ReplayOptions {
    let validation = datasets::moons(20, 0.1, 8);
    Replay::options()
        .dataset(&data())
        .named_dataset("validation", &validation)
        .loss(Loss::BinaryCrossEntropy)
        .metadata("seed", 1)
        .metadata("optimizer", "adam")
        .metadata("learning_rate", 0.05_f32)
}

pub fn model(seed: u64) -> Sequential {
    let hidden =
        Dense::new(2).name("hidden").activation(Activation::Tanh).kernel_initializer(Initializer::GlorotNormal);
    let output = Dense::new(1).name("output").activation(Activation::Sigmoid);
    Sequential::builder(2).layers([hidden, output]).build(seed).unwrap()
}

pub fn trainer() -> Trainer {
    Trainer::new(Loss::BinaryCrossEntropy, Optimizer::adam(0.05)).batch_size(16).seed(1)
}

/// Trains, and records epochs 0 to `epochs`, without an end.
pub fn train(mut replay: Replay, seed: u64, epochs: u64) -> Replay {
    let (mut model, mut trainer) = (model(seed), trainer());
    replay.record(&model, Metrics::new()).unwrap();
    for _ in 0..epochs {
        let metrics = trainer.epoch(&mut model, &data()).unwrap();
        replay.record(&model, metrics).unwrap();
    }
    replay
}

/// A folder with `run.replay`, of epochs 0 to 20, finished, and `other.replay` of another seed.
pub fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, seed) in [("run.replay", 1), ("other.replay", 2)] {
        let mut replay = train(options().create(folder.path().join(name)).unwrap(), seed, 20);
        replay.finish().unwrap();
    }
    folder
}

/// A recording whose recorder was killed while it wrote epoch 11.
pub fn killed(folder: &Path) -> PathBuf {
    let path = folder.join("killed.replay");
    drop(train(options().create(&path).unwrap(), 1, 11));
    let bytes = fs::read(&path).unwrap();
    fs::write(&path, &bytes[..bytes.len() - 100]).unwrap();
    path
}

/// A recording with a flipped bit in the weights of epoch 5, one in the header of epoch 7, and one in the data set.
pub fn damaged(folder: &Path) -> PathBuf {
    let path = folder.join("damaged.replay");
    let mut replay = train(options().create(&path).unwrap(), 1, 10);
    replay.finish().unwrap();
    let mut bytes = fs::read(&path).unwrap();
    let records = records(&bytes);
    let epochs: Vec<usize> = records.iter().copied().filter(|&at| bytes[at + 4] == 3).collect();
    let data = data_of(&bytes, epochs[5]);
    bytes[data] ^= 1;
    bytes[epochs[7] + 16] ^= 1;
    fs::write(&path, bytes).unwrap();
    path
}

/// Where records begin, as `docs/format.md` says.
pub fn records(bytes: &[u8]) -> Vec<usize> {
    let mut found = vec![64];
    while let Some(next) = found.last().map(|&at| end_of(bytes, at)).filter(|&next| next < bytes.len()) {
        found.push(next);
    }
    found
}

fn length(bytes: &[u8], at: usize) -> usize {
    u64::from_le_bytes(bytes[at..at + 8].try_into().unwrap()) as usize
}

/// Where the data of the record at `at` begin.
pub fn data_of(bytes: &[u8], at: usize) -> usize {
    (at + 64 + length(bytes, at + 24)).next_multiple_of(64)
}

fn end_of(bytes: &[u8], at: usize) -> usize {
    (data_of(bytes, at) + length(bytes, at + 32)).next_multiple_of(64)
}

/// A recording of steps within an epoch that never came to its end.
pub fn steps_only(folder: &Path) -> PathBuf {
    let path = folder.join("steps.replay");
    let mut replay = options().create(&path).unwrap();
    for step in 1..=3 {
        replay.record_at((1, step), &model(1), [("loss", 0.5 / f64::from(step))]).unwrap();
    }
    path
}

/// A recording of six epochs with the state of their training, and one that was forked from epoch 3 of it.
pub fn forked(folder: &Path) -> [PathBuf; 2] {
    let [path, fork_path] = ["states.replay", "fork.replay"].map(|name| folder.join(name));
    let (mut model, mut trainer) = (model(1), trainer());
    let mut replay = options().create(&path).unwrap();
    replay.record(&trainer.training(&model), Metrics::new()).unwrap();
    for _ in 0..6 {
        let metrics = trainer.epoch(&mut model, &data()).unwrap();
        replay.record(&trainer.training(&model), metrics).unwrap();
    }
    replay.finish().unwrap();
    let mut fork = replay.run().unwrap().fork(3).unwrap();
    fork.trainer.set_learning_rate(0.01);
    let mut other = fork.options.metadata("learning_rate", "0.01").create(&fork_path).unwrap();
    for _ in 4..=6 {
        let metrics = fork.trainer.epoch(&mut fork.model, &data()).unwrap();
        other.record(&fork.trainer.training(&fork.model), metrics).unwrap();
    }
    other.finish().unwrap();
    [path, fork_path]
}

/// A recording of three epochs whose data lie in `moons.dataset`.
pub fn shared(folder: &Path) -> PathBuf {
    let path = folder.join("shared.replay");
    let options = options().share_data(folder.join("moons.dataset"));
    train(options.create(&path).unwrap(), 1, 2).finish().unwrap();
    path
}

/// Epochs with steps within them.
pub fn with_steps(folder: &Path) -> PathBuf {
    let path = folder.join("with_steps.replay");
    let mut replay = options().create(&path).unwrap();
    replay.record(&model(1), Metrics::new()).unwrap();
    for epoch in 1..=4 {
        for step in 1..=3 {
            replay.record_at((epoch, step), &model(epoch), [("loss", 0.5 / f64::from(step))]).unwrap();
        }
        replay.record(&model(epoch), [("loss", 0.1)]).unwrap();
    }
    replay.finish().unwrap();
    path
}

/// A recording of somebody else's model, without a description or data, of both widths of numbers.
pub fn foreign(folder: &Path) -> PathBuf {
    let path = folder.join("foreign.replay");
    let mut replay = Replay::options().metadata("framework", "another").create(&path).unwrap();
    for epoch in 0..4_u8 {
        let kernel = Parameter::new("conv", "kernel", [2, 3], vec![f32::from(epoch); 6]);
        let scale = Parameter::new("norm", "scale", [3], vec![0.5 * f64::from(epoch); 3]);
        replay.record(&Weights::from_iter([kernel, scale]), [("error", 1.0 / (1.0 + f64::from(epoch)))]).unwrap();
    }
    replay.finish().unwrap();
    path
}

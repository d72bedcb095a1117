//! What a native program answers: the recordings of the article, and answers to requests, for the tests of the module.
//!
//! `answers record FOLDER` writes the recordings, `answers player MODULE FILE RECORDINGS...` the player with a module. `answers ask`
//! reads requests from the standard input, each behind its length in four bytes, the lowest first, and writes each answer to the
//! standard output in the same way, with the seconds that it took before it, as `f64`.

use std::{
    error::Error,
    fs,
    io::{self, Read, Write},
    path::Path,
    time::Instant,
};

use training_replay::{
    Activation, Dataset, Dense, Forward, Initializer, Loss, Matrix, Metrics, Optimizer, Parameter, Replay, Sequential,
    Trainer, Weights, datasets, plot::Player,
};
use training_replay_web::Session;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["record", folder] => record(Path::new(folder)),
        ["player", module, file, ref recordings @ ..] => write_player(module, file, recordings),
        ["ask"] => ask(),
        _ => Err("`record FOLDER`, `player MODULE FILE RECORDINGS...` or `ask`".into()),
    }
}

/// With a module, gzipped.
fn write_player(module: &str, file: &str, recordings: &[&str]) -> Result<(), Box<dyn Error>> {
    let mut player = Player::new("training-replay").module(fs::read(module)?)?;
    for path in recordings.iter().map(Path::new) {
        player.recording(path.file_stem().unwrap_or_default().to_string_lossy(), &Replay::open(path)?)?;
    }
    Ok(player.save(file)?)
}

/// A network with two hidden layers, and the three networks of "Hyper-parameters in Action! Part I — Activation Functions", with the state of their training.
fn record(folder: &Path) -> Result<(), Box<dyn Error>> {
    let data = datasets::parabola(1_000, 13).with_class_names(["negative", "positive"])?;
    for activation in [Activation::Sigmoid, Activation::Tanh, Activation::Relu] {
        let hidden = Dense::new(2).name("hidden").activation(activation).kernel_initializer(Initializer::GlorotNormal);
        let output = Dense::new(1).name("output").activation(Activation::Sigmoid);
        let mut model = Sequential::builder(2).layer(hidden).layer(output).build(42)?;
        let mut trainer = Trainer::new(Loss::BinaryCrossEntropy, Optimizer::sgd(0.05)).batch_size(16).seed(42);
        let options = Replay::options().dataset(&data).loss(Loss::BinaryCrossEntropy).salt(13);
        let mut replay = options.overwrite(true).create(folder.join(format!("{activation}.replay")))?;
        replay.record(&trainer.training(&model), Metrics::new())?;
        for _ in 0..150 {
            let metrics = trainer.epoch(&mut model, &data)?;
            replay.record(&trainer.training(&model), metrics)?;
        }
        replay.finish()?;
    }
    record_deep(folder, &data)?;
    record_line(folder)?;
    record_wide(folder)?;
    STRAYED.iter().try_for_each(|activation| record_strays(folder, activation.parse()?))
}

/// A regression: targets are numbers.
fn record_line(folder: &Path) -> Result<(), Box<dyn Error>> {
    let inputs = datasets::moons(40, 0.1, 7).inputs().clone();
    let targets = Matrix::from_fn(40, 1, |row, _| 0.5 * inputs[(row, 0)] - inputs[(row, 1)]);
    let layers = [Dense::new(2).name("hidden").activation(Activation::Tanh), Dense::new(1).name("output")];
    let model = Sequential::builder(2).layers(layers).build(42)?;
    record_some(folder, "line", model, &Dataset::new(inputs, targets)?, Loss::MeanSquaredError)
}

/// Three inputs.
fn record_wide(folder: &Path) -> Result<(), Box<dyn Error>> {
    let hidden = Dense::new(2).name("hidden").activation(Activation::Tanh);
    let output = Dense::new(1).name("output").activation(Activation::Sigmoid);
    let model = Sequential::builder(3).layer(hidden).layer(output).build(42)?;
    record_some(folder, "wide", model, &datasets::ball(3, 40, 7), Loss::BinaryCrossEntropy)
}

/// Some epochs, the first before training.
fn record_some(
    folder: &Path,
    name: &str,
    mut model: Sequential,
    data: &Dataset,
    loss: Loss,
) -> Result<(), Box<dyn Error>> {
    let mut trainer = Trainer::new(loss, Optimizer::sgd(0.05)).seed(42);
    let options = Replay::options().dataset(data).loss(loss).salt(13);
    let mut replay = options.overwrite(true).create(folder.join(format!("{name}.replay")))?;
    replay.record(&trainer.training(&model), Metrics::new())?;
    for _ in 0..5 {
        let metrics = trainer.epoch(&mut model, data)?;
        replay.record(&trainer.training(&model), metrics)?;
    }
    Ok(replay.finish()?)
}

/// A network with two hidden layers, one of which is seen on a plane.
fn record_deep(folder: &Path, data: &Dataset) -> Result<(), Box<dyn Error>> {
    let hidden = |units: usize, name| Dense::new(units).name(name).activation(Activation::Tanh);
    let output = Dense::new(1).name("output").activation(Activation::Sigmoid);
    let layers = [hidden(3, "wide"), hidden(2, "narrow"), output];
    let mut model = Sequential::builder(2).layers(layers).build(42)?;
    let mut trainer = Trainer::new(Loss::BinaryCrossEntropy, Optimizer::sgd(0.05)).seed(42);
    let options = Replay::options().dataset(data).loss(Loss::BinaryCrossEntropy).salt(13);
    let mut replay = options.overwrite(true).create(folder.join("deep.replay"))?;
    for _ in 0..5 {
        let metrics = trainer.epoch(&mut model, data)?;
        replay.record(&trainer.training(&model), metrics)?;
    }
    Ok(replay.finish()?)
}

/// Of each a network has weights that are not finite, or nearly.
const STRAYED: [&str; 9] =
    ["sigmoid", "hard_sigmoid", "tanh", "relu", "elu", "selu", "softplus", "softsign", "softmax"];

/// Another stray weight at each epoch, with either sign.
fn record_strays(folder: &Path, activation: Activation) -> Result<(), Box<dyn Error>> {
    const STRAYS: [f32; 8] = [f32::NAN, f32::INFINITY, f32::MAX, 1e30, 88.0, f32::MIN_POSITIVE, 1e-45, 0.0];
    let hidden = Dense::new(2).name("hidden").activation(activation);
    let output = Dense::new(1).name("output").activation(Activation::Sigmoid);
    let model = Sequential::builder(2).layer(hidden).layer(output).build(42)?;
    let options = Replay::options().dataset(&datasets::moons(40, 0.1, 7)).loss(Loss::BinaryCrossEntropy).salt(13);
    let path = folder.join(format!("strays-{}.replay", activation.name()));
    let mut replay = options.overwrite(true).create(path)?;
    for stray in STRAYS {
        let weights = Weights::from_iter([
            Parameter::new("hidden", "kernel", [2, 2], vec![stray, 0.5, -1.0, -stray]),
            Parameter::new("hidden", "bias", [2], vec![0.1_f32, -0.2]),
            Parameter::new("output", "kernel", [2, 1], vec![1.0_f32, -1.0]),
            Parameter::new("output", "bias", [1], vec![0.0_f32]),
        ]);
        replay.record(&model.with_weights(&weights)?, Metrics::new())?;
    }
    Ok(replay.finish()?)
}

fn ask() -> Result<(), Box<dyn Error>> {
    let (mut session, mut input, mut output) = (Session::default(), io::stdin().lock(), io::stdout().lock());
    let mut length = [0; 4];
    while input.read_exact(&mut length).is_ok() {
        let mut request = vec![0; u32::from_le_bytes(length) as usize];
        input.read_exact(&mut request)?;
        let began = Instant::now();
        let answer = session.answer(&request);
        let took = began.elapsed().as_secs_f64();
        output.write_all(&took.to_le_bytes())?;
        output.write_all(&(answer.len() as u32).to_le_bytes())?;
        output.write_all(&answer)?;
        output.flush()?;
    }
    Ok(())
}

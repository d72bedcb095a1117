//! Follows a recording that another process writes: prints its live curve, and ends when the recording is finished.
//!
//! ```text
//! cargo run --example watch                          # starts a process that trains, and watches it
//! cargo run --example watch -- run.replay            # watches the loss of any recording
//! cargo run --example watch -- run.replay accuracy   # or another metric
//! ```

use std::{
    env, fs,
    io::{self, Write},
    path::Path,
    process::{self, Command},
    thread,
    time::{Duration, Instant},
};

use training_replay::{
    Activation, Dense, Error, Loss, Metrics, Optimizer, Replay, Result, Sequential, Trainer, datasets,
};

/// How often the recording is looked at.
const INTERVAL: Duration = Duration::from_millis(20);
const FOREVER: Duration = Duration::MAX;

fn main() -> Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => demonstrate(),
        ["--train", path] => train(path.as_ref()),
        [path] => watch(path.as_ref(), "loss", FOREVER, io::stdout()),
        [path, metric] => watch(path.as_ref(), metric, FOREVER, io::stdout()),
        _ => Err(Error::other("usage: watch [FILE [METRIC]]")),
    }
}

/// Watches a process of its own that trains for two seconds.
fn demonstrate() -> Result<()> {
    let path = env::temp_dir().join(format!("watch-{}.replay", process::id()));
    let failed = |source| Error::Io { context: "starting a process that trains".into(), source };
    let program = env::current_exe().map_err(failed)?;
    let mut trainer = Command::new(program).arg("--train").arg(&path).spawn().map_err(failed)?;
    let watched = watch(&path, "loss", Duration::from_secs(10), io::stdout());
    drop(trainer.kill()); // It has ended already, unless something went wrong.
    drop(trainer.wait());
    drop(fs::remove_file(&path));
    watched
}

fn train(path: &Path) -> Result<()> {
    let data = datasets::parabola(500, 13);
    let mut model = Sequential::builder(2)
        .layer(Dense::new(2).name("hidden").activation(Activation::Tanh))
        .layer(Dense::new(1).name("output").activation(Activation::Sigmoid))
        .build(42)?;
    let mut trainer = Trainer::new(Loss::BinaryCrossEntropy, Optimizer::sgd(0.1)).batch_size(16);
    let mut replay = Replay::options().dataset(&data).create(path)?;
    replay.record(&model, Metrics::new())?;
    for _ in 0..40 {
        let metrics = trainer.epoch(&mut model, &data)?;
        replay.record(&model, metrics)?;
        thread::sleep(Duration::from_millis(50)); // so that there is something to watch
    }
    replay.finish()
}

/// Prints a metric at every epoch that is recorded from now on or was before, until the recording is finished or
/// nothing new has come for as long as `patience`.
///
/// # Errors
///
/// If the recording cannot be read, or `out` not be written to.
pub fn watch(path: &Path, metric: &str, patience: Duration, mut out: impl Write) -> Result<()> {
    let mut replay = wait_for(path, patience)?;
    let (mut shown, mut news) = (0, Instant::now());
    loop {
        let finished = replay.is_finished();
        let curve = replay.curve(metric).unwrap_or_default();
        for &(epoch, value) in &curve[shown..] {
            let line = format!("epoch {epoch:4}  {metric} {value:.4}  {}", bar(value, curve[0].1));
            writeln!(out, "{line}").map_err(|source| Error::Io { context: "printing".into(), source })?;
        }
        if finished {
            return Ok(());
        }
        if curve.len() > shown {
            news = Instant::now();
        }
        if news.elapsed() > patience {
            return Err(Error::other("nothing new was recorded: has the recorder been stopped?"));
        }
        shown = curve.len();
        thread::sleep(INTERVAL);
        replay.refresh()?;
    }
}

/// The recording, as soon as it has begun.
fn wait_for(path: &Path, patience: Duration) -> Result<Replay> {
    let began = Instant::now();
    loop {
        match Replay::open(path) {
            Err(Error::NotStarted { .. }) if began.elapsed() < patience => {}
            Err(Error::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound && began.elapsed() < patience => {
            }
            opened => return opened,
        }
        thread::sleep(INTERVAL);
    }
}

/// A bar of 40 characters for the value that the curve began with.
fn bar(value: f64, first: f64) -> String {
    "#".repeat((40.0 * value / first).round().clamp(0.0, 60.0) as usize)
}

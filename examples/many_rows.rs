//! A long run exported: every sample at every epoch as a row of a Parquet file, in memory that does not grow with them.
//!
//! ```text
//! cargo run --release --features parquet --example many_rows                 # 1,000 samples, 30 epochs
//! cargo run --release --features parquet --example many_rows -- 10000 3000   # 30 million rows
//! ```

use std::{env, fs, time::Instant};

use indicatif::ProgressBar;
use training_replay::{
    Activation, Dense, Error, Loss, Metrics, Optimizer, Replay, Result, Sequential, Trainer, datasets,
    export::{Table, Tables},
};

fn main() -> Result<()> {
    let number = |at, usual| env::args().nth(at).map_or(Ok(usual), |text| text.parse().map_err(Error::other));
    let (samples, epochs): (usize, usize) = (number(1, 1_000)?, number(2, 30)?);
    let folder = env::temp_dir().join("many_rows");
    fs::create_dir_all(&folder).map_err(Error::other)?;
    let path = folder.join("run.replay");
    record(&path, samples, epochs)?;

    let (replay, start) = (Replay::open(&path)?, Instant::now());
    let bar = ProgressBar::no_length(); // shown on a terminal only
    let progress = |done: usize, all: usize| {
        bar.set_length(all as u64);
        bar.set_position(done as u64);
    };
    let exported = Tables::of(&replay.run()?).tables([Table::Samples]).progress(progress).write_parquet(&folder)?;
    bar.finish_and_clear();
    let seconds = start.elapsed().as_secs_f64();
    let rows: u64 = exported.rows.iter().map(|(_, rows)| rows).sum();
    let bytes = fs::metadata(&exported.files[0]).map_err(Error::other)?.len();
    println!("{rows} rows in {seconds:.1} s, {:.0} rows a second", rows as f64 / seconds);
    println!("{:.1} MB in {}", bytes as f64 / 1e6, exported.files[0].display());
    if let Some(peak) = peak_memory() {
        println!("most memory of the process, recording and training included: {peak}");
    }
    fs::remove_dir_all(&folder).map_err(Error::other)
}

fn record(path: &std::path::Path, samples: usize, epochs: usize) -> Result<()> {
    let (data, loss) = (datasets::moons(samples, 0.2, 7), Loss::BinaryCrossEntropy);
    let layers =
        [Dense::new(4).name("hidden").activation(Activation::Tanh), Dense::new(1).activation(Activation::Sigmoid)];
    let mut model = Sequential::builder(2).layers(layers).build(1)?;
    let mut trainer = Trainer::new(loss, Optimizer::adam(0.01)).batch_size(1_000);
    let mut replay = Replay::options().dataset(&data).loss(loss).overwrite(true).create(path)?;
    replay.record(&model, Metrics::new())?;
    for _ in 1..epochs {
        let metrics = trainer.epoch(&mut model, &data)?;
        replay.record(&model, metrics)?;
    }
    replay.finish()
}

/// What Linux says of the process.
fn peak_memory() -> Option<String> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    Some(status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?.trim().to_owned())
}

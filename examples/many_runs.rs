//! A thousand runs of the article, asked for their milestones: how long it takes beside so many single runs, and how much memory.
//!
//! ```text
//! sh -c 'ulimit -n 256; cargo run --release --example many_runs -- 1000'
//! ```
//!
//! Eight seeds are trained, and their files copied under other names. Without a number there are 40 runs.

use std::{env, fs, num::NonZero, path::Path, process::ExitCode, thread, time::Instant};

use training_replay::{
    Activation, Dense, Error, Loss, Metrics, Optimizer, Replay, Result, Runs, Sequential, Trainer,
    analysis::MilestoneOptions, datasets,
};

/// As many are trained.
const SEEDS: usize = 8;

fn main() -> ExitCode {
    let count =
        env::args().nth(1).map_or(Ok(40), |count| count.parse().map_err(|_| Error::other("give a number of runs")));
    match count.and_then(|count: usize| ask(count.max(SEEDS))) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn ask(count: usize) -> Result<()> {
    let folder = Path::new("out/many_runs").join(count.to_string());
    fs::create_dir_all(&folder).map_err(Error::other)?;
    let path = |number: usize| folder.join(format!("{number:05}.replay"));
    for number in 0..count {
        if number < SEEDS {
            record(&path(number), number as u64)?;
        } else {
            fs::copy(path(number % SEEDS), path(number)).map_err(Error::other)?;
        }
    }
    let options = MilestoneOptions::default();
    let begun = Instant::now();
    for number in 0..SEEDS {
        Replay::open(path(number))?.run()?.threads(1).milestones(&options)?;
    }
    let single = begun.elapsed().as_secs_f64() / SEEDS as f64;
    let begun = Instant::now();
    let runs = Runs::open_folder(&folder)?;
    let opened = begun.elapsed().as_secs_f64();
    let all_correct = runs.milestones(&options)?.iter().filter(|milestones| milestones.all_correct().is_some()).count();
    let (asked, cores) = (begun.elapsed().as_secs_f64(), thread::available_parallelism().map_or(1, NonZero::get));
    println!("{count} runs, of which {all_correct} came to have every sample right");
    println!("a single run, opened and asked on one core: {:.2} ms", 1e3 * single);
    println!("all of them, opened in {opened:.2} s, opened and asked on {cores} cores: {asked:.2} s");
    println!(
        "that is {:.2} times the single runs' cost over the cores",
        asked * cores as f64 / (single * count as f64)
    );
    println!("peak memory: {}", peak_memory());
    Ok(())
}

/// As Linux counts it.
fn peak_memory() -> String {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.map_or("not known on this system".into(), |line| line.trim().to_owned())
}

/// The article's network on its two lines, 150 epochs.
fn record(path: &Path, seed: u64) -> Result<()> {
    let data = datasets::parabola(1_000, 13);
    let layers = [Dense::new(2).activation(Activation::Sigmoid), Dense::new(1).activation(Activation::Sigmoid)];
    let mut model = Sequential::builder(2).layers(layers).build(seed)?;
    let mut trainer = Trainer::new(Loss::BinaryCrossEntropy, Optimizer::sgd(0.05)).batch_size(16).seed(seed);
    let options = Replay::options().dataset(&data).loss(Loss::BinaryCrossEntropy).overwrite(true);
    let mut replay = options.create(path)?;
    replay.record(&model, Metrics::new())?;
    for _ in 0..150 {
        let metrics = trainer.epoch(&mut model, &data)?;
        replay.record(&model, metrics)?;
    }
    replay.finish()
}

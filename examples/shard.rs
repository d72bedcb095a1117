//! Recomputes one shard of many runs, for a cluster's scheduler: all pairs of run and epoch lie in one line, each shard takes its
//! part of it and writes a file of its own.
//!
//! ```text
//! cargo run --release --example shard -- --runs recordings --shard 3/16 --into tables
//! ```
//!
//! Shards are counted from 0. How long the files are decides where they are cut, so that a shard opens its own runs only; let
//! the runs be finished before. A shard that is run again writes the same file, and one that fails leaves none. Without
//! arguments four runs are recorded, and recomputed in three shards.

use std::{
    collections::BTreeSet,
    env,
    fmt::Write,
    fs, io,
    path::{Path, PathBuf},
    process::ExitCode,
    time::Instant,
};

use training_replay::{
    Activation, Dense, Error, Loss, Metrics, Optimizer, Replay, Result, Sequential, Trainer, datasets,
};

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let done = match arguments.as_slice() {
        [] => demonstrate(),
        arguments => Shard::parse(arguments).and_then(|shard| shard.run()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn failed(doing: &str, path: &Path) -> impl FnOnce(io::Error) -> Error {
    let context = format!("{doing} {}", path.display());
    move |source| Error::Io { context, source }
}

/// What one process of many does.
struct Shard {
    runs: PathBuf,
    number: u64,
    of: u64,
    into: PathBuf,
}

impl Shard {
    fn parse(arguments: &[String]) -> Result<Self> {
        let usage = || Error::other("usage: --runs FOLDER --shard I/N --into FOLDER, with I from 0 to N - 1");
        let value = |name: &str| {
            let found = arguments.chunks_exact(2).find(|pair| pair[0] == name);
            found.map(|pair| pair[1].as_str()).ok_or_else(usage)
        };
        let numbers = value("--shard")?.split_once('/').ok_or_else(usage)?;
        let [number, of] = [numbers.0, numbers.1].map(|number| number.parse::<u64>().map_err(|_| usage()));
        let shard = Self { runs: value("--runs")?.into(), number: number?, of: of?, into: value("--into")?.into() };
        if shard.number < shard.of && arguments.len() == 6 { Ok(shard) } else { Err(usage()) }
    }

    /// Writes the rows of this shard under a name of their own, when all of them are there.
    fn run(&self) -> Result<()> {
        let (begun, name) = (Instant::now(), format!("part-{}-of-{}.csv", self.number, self.of));
        let (table, rows) = self.table()?;
        fs::create_dir_all(&self.into).map_err(failed("creating", &self.into))?;
        let (new, path) = (self.into.join(format!("{name}.new")), self.into.join(&name));
        fs::write(&new, table).map_err(failed("writing", &new))?;
        fs::rename(&new, &path).map_err(failed("renaming", &new))?;
        println!("{}: {rows} epochs in {:.2} s", path.display(), begun.elapsed().as_secs_f64());
        Ok(())
    }

    fn table(&self) -> Result<(String, usize)> {
        let (mut table, mut rows) = ("run,epoch,loss,accuracy\n".to_owned(), 0);
        for (path, epochs) in self.work()? {
            let replay = Replay::open(&path)?;
            let loss = replay.loss().ok_or_else(|| Error::other(format!("{} names no loss", path.display())))?;
            let run = replay.run()?.epochs(epochs);
            let found = run.map(|snapshot| Ok((snapshot.epoch(), snapshot.evaluate(loss)?)))?;
            let name = path.strip_prefix(&self.runs).unwrap_or(&path).with_extension("");
            let name = name.to_string_lossy().replace('"', "\"\"");
            for (epoch, found) in &found {
                let accuracy = found.accuracy.map(|share| share.to_string()).unwrap_or_default();
                writeln!(table, "\"{name}\",{epoch},{},{accuracy}", found.loss).map_err(Error::other)?;
            }
            rows += found.len();
        }
        Ok((table, rows))
    }

    /// The runs that lie in this shard, and which of their epochs.
    fn work(&self) -> Result<Vec<(PathBuf, Vec<u64>)>> {
        let files = recordings(&self.runs)?;
        let all: u128 = files.iter().map(|(_, length)| u128::from(*length)).sum();
        let cut = |number: u64| all * u128::from(number) / u128::from(self.of);
        let (own, mut start, mut work) = (cut(self.number)..cut(self.number + 1), 0, Vec::new());
        for (path, length) in files {
            let length = u128::from(length);
            if start < own.end && start + length > own.start {
                let replay = Replay::open(&path)?;
                let count = replay.epochs().len() as u128;
                let lies_here = |(at, _): &(u128, u64)| own.contains(&(start + length * at / count));
                let epochs: Vec<u64> = (0..).zip(replay.epochs()).filter(lies_here).map(|(_, epoch)| epoch).collect();
                work.extend((!epochs.is_empty()).then_some((path, epochs)));
            }
            start += length;
        }
        Ok(work)
    }
}

/// The recordings in a folder and the folders in it, in the order of their paths, and how long they are.
fn recordings(folder: &Path) -> Result<Vec<(PathBuf, u64)>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed("reading", folder))? {
        let path = entry.map_err(failed("reading", folder))?.path();
        let file = fs::metadata(&path).map_err(failed("reading", &path))?;
        if file.is_dir() {
            found.extend(recordings(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "replay") {
            found.push((path, file.len()));
        }
    }
    found.sort();
    Ok(found)
}

/// Records four runs, recomputes them in three shards, and looks whether these are all epochs, each once.
fn demonstrate() -> Result<()> {
    let folder = PathBuf::from("out/shard");
    let (runs, into) = (folder.join("runs"), folder.join("tables"));
    fs::create_dir_all(&runs).map_err(failed("creating", &runs))?;
    for seed in 1..=4 {
        record(&runs.join(format!("seed-{seed}.replay")), seed, 10 * seed)?;
    }
    let shards = |number| Shard { runs: runs.clone(), number, of: 3, into: into.clone() };
    let mut lines = BTreeSet::new();
    let mut rows = 0;
    for shard in (0..3).map(shards) {
        shard.run()?;
        let (table, count) = shard.table()?;
        lines.extend(table.lines().skip(1).map(str::to_owned));
        rows += count;
    }
    assert_eq!((lines.len(), rows), (104, 104), "every epoch is in one shard");
    println!("{rows} epochs of 4 runs, each in one shard");
    Ok(())
}

fn record(path: &Path, seed: u64, epochs: u64) -> Result<()> {
    let data = datasets::parabola(200, 13);
    let layers = [Dense::new(2).activation(Activation::Tanh), Dense::new(1).activation(Activation::Sigmoid)];
    let mut model = Sequential::builder(2).layers(layers).build(seed)?;
    let mut trainer = Trainer::new(Loss::BinaryCrossEntropy, Optimizer::adam(0.05)).seed(seed);
    let options = Replay::options().dataset(&data).loss(Loss::BinaryCrossEntropy).overwrite(true);
    let mut replay = options.create(path)?;
    replay.record(&model, Metrics::new())?;
    for _ in 0..epochs {
        let metrics = trainer.epoch(&mut model, &data)?;
        replay.record(&model, metrics)?;
    }
    replay.finish()
}

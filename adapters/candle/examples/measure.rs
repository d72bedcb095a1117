//! Recording and restoring a network of 100 million weights, beside candle's own saving and loading: times, memory, and how
//! many bytes are read for a single array.
//!
//! ```text
//! cargo run --release --example measure                # 100 million weights, medians of 7: about a minute, 4 GB of disk
//! cargo run --release --example measure -- 1000000 3   # so many weights, medians of so many
//! ```

use std::{
    error::Error,
    fs,
    path::Path,
    time::{Duration, Instant},
};

use candle_core::{DType, Device};
use candle_nn::{Linear, Module, VarBuilder, VarMap};
use peak_alloc::PeakAlloc;
use training_replay::{Metrics, Replay};
use training_replay_candle::{Recorded, Replayed, load_into};

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

const LAYERS: usize = 24;

/// What was measured.
#[derive(Debug)]
pub(crate) struct Measured {
    /// Times that candle needs, of which ours are shares: saving, loading into a map, loading into a new network.
    candle: [Duration; 3],
    /// Of recording, of restoring a network, of loading into a map.
    ours: [Duration; 3],
    /// Bytes that recording took beside the network, and those of the largest array.
    memory: [usize; 2],
    /// Bytes that reading one array read, and those it has.
    one_array: [u64; 2],
}

fn main() -> Result<(), Box<dyn Error>> {
    let number = |index: usize, otherwise| std::env::args().nth(index).map_or(Ok(otherwise), |text| text.parse());
    let (weights, repetitions) = (number(1, 100_000_000)?, number(2, 7)?);
    let folder = std::env::temp_dir().join(format!("training-replay-candle-{}", std::process::id()));
    fs::create_dir_all(&folder)?;
    let measured = measure(&folder, weights, repetitions);
    fs::remove_dir_all(&folder)?;
    print(&measured?);
    Ok(())
}

/// Measures each in turn, so many times.
pub(crate) fn measure(folder: &Path, weights: usize, repetitions: usize) -> Result<Measured, Box<dyn Error>> {
    let width = ((weights / LAYERS) as f64).sqrt() as usize;
    let mut varmap = VarMap::new();
    network(width, VarBuilder::from_varmap(&varmap, DType::F32, &Device::Cpu))?;
    let (file, path) = (folder.join("weights.safetensors"), folder.join("run.replay"));
    let model = Replayed::new(width, move |vb| network(width, vb)).layer("first", |all, x| all[0].forward(x), None);
    let mut replay = Replay::options().create(&path)?;
    let recorded = Recorded::of(&varmap);
    let (mut times, mut memory) = (<[Vec<Duration>; 6]>::default(), 0);
    for epoch in 0..repetitions as u64 {
        times[0].push(time(|| varmap.save(&file))?);
        let before = MEMORY.current_usage();
        MEMORY.reset_peak_usage();
        times[2].push(time(|| replay.record(&recorded, Metrics::new()))?);
        memory = memory.max(MEMORY.peak_usage() - before);
        times[1].push(time(|| varmap.load(&file))?);
        times[3].push(time(|| replay.run_with(&model).at(epoch))?);
        times[4].push(time(|| load_into(&replay, epoch, &varmap))?);
        times[5].push(time(|| loaded(&file, width))?);
    }
    let before = bytes_read()?;
    let one = replay.parameter(0, "layer0", "weight")?;
    let one_array = [bytes_read()? - before, one.values().len() as u64 * 4];
    let [save, load, record, restore, into, new] = times.map(median);
    Ok(Measured {
        candle: [save, load, new],
        ours: [record, restore, into],
        memory: [memory, width * width * 4],
        one_array,
    })
}

fn network(width: usize, vb: VarBuilder) -> candle_core::Result<Vec<Linear>> {
    (0..LAYERS).map(|layer| candle_nn::linear(width, width, vb.pp(format!("layer{layer}")))).collect()
}

/// A new network of the file, as safetensors are read without a map of the file into memory, which is unsafe.
fn loaded(file: &Path, width: usize) -> candle_core::Result<Vec<Linear>> {
    let tensors = candle_core::safetensors::load(file, &Device::Cpu)?;
    network(width, VarBuilder::from_tensors(tensors, DType::F32, &Device::Cpu))
}

/// How long something takes, without the end of what it returns.
fn time<T, E: Into<Box<dyn Error>>>(what: impl FnOnce() -> Result<T, E>) -> Result<Duration, Box<dyn Error>> {
    let start = Instant::now();
    let _returned = what().map_err(Into::into)?;
    Ok(start.elapsed())
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

/// What this process asked the system to read so far; 0 where it does not say.
fn bytes_read() -> Result<u64, Box<dyn Error>> {
    let Ok(counts) = fs::read_to_string("/proc/self/io") else { return Ok(0) };
    let line = counts.lines().find_map(|line| line.strip_prefix("rchar: "));
    Ok(line.ok_or("/proc/self/io without rchar")?.parse()?)
}

fn print(measured: &Measured) {
    let Measured { candle: [save, load, new], ours: [record, restore, into], memory, one_array } = measured;
    let row = |what: &str, ours: &Duration, theirs: &Duration, their: &str| {
        let share = ours.as_secs_f64() / theirs.as_secs_f64();
        println!("{what:<28} {:>6} ms   {their:<17} {:>6} ms   {share:.2}", ours.as_millis(), theirs.as_millis());
    };
    row("record", record, save, "VarMap::save");
    row("load_into", into, load, "VarMap::load");
    row("run_with(&model).at(epoch)", restore, new, "safetensors::load");
    println!("memory that record takes: {} bytes; the largest array: {} bytes", memory[0], memory[1]);
    println!("bytes read for one array: {}; it has {} bytes", one_array[0], one_array[1]);
}

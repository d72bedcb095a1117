//! What a loop waits for when it records every step of 10 million parameters: at once, and in the background, beside the time
//! that a copy of the bytes takes.
//!
//! ```text
//! cargo bench --bench background
//! ```
//!
//! A step takes 100 ms, in which the loop waits as for a device. The three take turns, and what is printed are medians.

mod common;

use std::{
    hint::black_box,
    thread,
    time::{Duration, Instant},
};

use common::size;
use training_replay::{BackgroundRecorder, Durability, Metrics, Parameter, Replay, Result, Weights};

/// Arrays of a million values each.
fn weights(arrays: usize) -> Weights {
    let values = |array: usize| (0..1_000_000).map(|i| (array * 31 + i) as f32).collect::<Vec<_>>();
    (0..arrays).map(|array| Parameter::new("layer", array.to_string(), [1_000_000], values(array))).collect()
}

/// How long it takes, in milliseconds.
fn time(work: impl FnOnce() -> Result<()>) -> Result<f64> {
    let began = Instant::now();
    work()?;
    Ok(began.elapsed().as_secs_f64() * 1e3)
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

fn main() -> Result<()> {
    let (arrays, steps, step) = size((10, 20, 100), (1, 3, 1));
    let folder = tempfile::tempdir().expect("a folder");
    let options = || Replay::options().durability(Durability::Never);
    let mut at_once = options().create(folder.path().join("at once.replay"))?;
    let in_background = options().create(folder.path().join("in the background.replay"))?;
    let mut in_background = BackgroundRecorder::new(in_background, 2)?;
    let model = weights(arrays);
    let mut copies: Vec<Vec<f32>> = model.iter().map(|parameter| parameter.values().to_f32().into_owned()).collect();
    let copy = |copies: &mut [Vec<f32>]| {
        for (copy, parameter) in copies.iter_mut().zip(model.iter()) {
            copy.copy_from_slice(black_box(&parameter.values().to_f32()));
        }
    };
    let mut times = [const { Vec::new() }; 3];
    for _ in 0..steps {
        thread::sleep(Duration::from_millis(step));
        times[0].push(time(|| {
            copy(black_box(&mut copies));
            Ok(())
        })?);
        times[1].push(time(|| at_once.record(&model, Metrics::new()).map(drop))?);
        thread::sleep(Duration::from_millis(step));
        times[2].push(time(|| in_background.record(&model, Metrics::new()).map(drop))?);
    }
    in_background.finish()?;
    // The first ones take new memory.
    let [copied, recorded, handed_over] = times.map(|times| median(times[times.len().min(3) - 1..].to_vec()));
    println!("a copy {copied:.2} ms; recorded at once {recorded:.2} ms, {:.2} copies", recorded / copied);
    println!("in the background {handed_over:.2} ms: a copy and {:.2} ms", handed_over - copied);
    Ok(())
}

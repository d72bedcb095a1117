//! What compression saves and costs: room, and the speed of recording and reading, of the weights of a 784-512-256-10 network from
//! epoch to epoch and from step to step, as `f32` and rounded to `bf16`.
//!
//! ```text
//! cargo bench --features compression --bench compress
//! ```
//!
//! Speeds are of the time that a core was at work for this thread, on the bytes that are not compressed.

mod common;

use std::{fs, time::Instant};

use common::size;
use training_replay::{
    Activation, Dataset, Dense, Durability, Loss, Matrix, Metrics, Optimizer, Parameter, Replay, Result, Sequential,
    Trainer, Weights, half::bf16,
};

/// Handwritten digits of 8 x 8 pixels, drawn so many times on 28 x 28, each time at another place.
fn digits(copies: usize) -> Result<Dataset> {
    let digits = smartcore::dataset::digits::load_dataset();
    let pixel = |sample: usize, x: f32, y: f32| {
        let at = |column: i32, row: i32| {
            let inside = (0..8).contains(&column) && (0..8).contains(&row);
            if inside { digits.data[sample * 64 + (row * 8 + column) as usize] / 16.0 } else { 0.0 }
        };
        let ((left, top), (u, v)) = ((x.floor() as i32, y.floor() as i32), (x - x.floor(), y - y.floor()));
        let row = |row: i32| at(left, row) * (1.0 - u) + at(left + 1, row) * u;
        ((row(top) * (1.0 - v) + row(top + 1) * v) * 255.0).round() / 255.0
    };
    let samples = digits.num_samples;
    let pixels = Matrix::from_fn(copies * samples, 784, |row, column| {
        let (copy, sample) = (row / samples, row % samples);
        let (right, down) = ((sample * 7 + copy * 3) % 5, (sample * 11 + copy * 5) % 5);
        let place = |at: usize, moved: usize| (at as f32 - moved as f32) / 3.0;
        pixel(sample, place(column % 28, right), place(column / 28, down))
    });
    let labels: Vec<u32> = (0..copies * samples).map(|row| digits.target[row % samples] as u32).collect();
    Dataset::from_labels(pixels, &labels)
}

fn rounded(weights: &Weights) -> Weights {
    let half = |p: &Parameter<'static>| {
        let values: Vec<bf16> = p.values().to_f32().iter().map(|&value| bf16::from_f32(value)).collect();
        Parameter::new(p.layer().to_owned(), p.name().to_owned(), p.shape(), values)
    };
    weights.iter().map(half).collect()
}

/// The weights after so many epochs, and after so many steps of the fourth.
fn trained(data: &Dataset, optimizer: Optimizer, epochs: u64, steps: usize) -> Result<[Vec<Weights>; 2]> {
    let layers = [(512, Activation::Relu), (256, Activation::Relu), (10, Activation::Softmax)];
    let layers = layers.map(|(units, activation)| Dense::new(units).activation(activation));
    let mut model = Sequential::builder(784).layers(layers).build(7)?;
    let mut trainer = Trainer::new(Loss::CategoricalCrossEntropy, optimizer).batch_size(64).seed(3);
    let mut found = [vec![Weights::of(&model)?], Vec::new()];
    for epoch in 1..=epochs {
        trainer.epoch_with(&mut model, data, |step| {
            if epoch == 4.min(epochs) && found[1].len() < steps {
                found[1].push(Weights::of(step.model())?);
            }
            Ok(())
        })?;
        found[0].push(Weights::of(&model)?);
    }
    Ok(found)
}

/// The time that a core was at work for this thread, in seconds; that on the clock where the system does not say.
fn busy(began: Instant) -> f64 {
    let scheduled = fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanoseconds = scheduled.and_then(|text| text.split(' ').next()?.parse::<f64>().ok());
    nanoseconds.map_or(began.elapsed().as_secs_f64(), |nanoseconds| nanoseconds / 1e9)
}

/// The shortest of some times.
fn shortest(mut work: impl FnMut() -> Result<()>) -> Result<f64> {
    let began = Instant::now();
    let mut best = f64::INFINITY;
    for _ in 0..7 {
        let before = busy(began);
        work()?;
        best = best.min(busy(began) - before);
    }
    Ok(best)
}

fn measure(name: &str, snapshots: &[Weights]) -> Result<()> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("bench.replay");
    let values =
        |weights: &Weights| weights.iter().map(|p| p.values().len() * p.values().dtype().bytes()).sum::<usize>();
    let bytes = snapshots.iter().map(values).sum::<usize>() as f64;
    let options = || Replay::options().compress(true).durability(Durability::Never).overwrite(true);
    let writing = shortest(|| {
        let mut replay = options().create(&path)?;
        snapshots.iter().try_for_each(|weights| replay.record(weights, Metrics::new()).map(drop))
    })?;
    let (replay, mut weights) = (Replay::open(&path)?, Weights::default());
    let reading =
        shortest(|| replay.epochs().try_for_each(|epoch| replay.recorded_weights().read_into(epoch, &mut weights)))?;
    let room = fs::metadata(&path).expect("it was written").len() as f64;
    let [ratio, write, read] = [bytes / room, bytes / writing / 1e9, bytes / reading / 1e9];
    println!("{name}: {ratio:.2} times smaller; written at {write:.2} GB/s, read at {read:.2} GB/s");
    Ok(())
}

fn main() -> Result<()> {
    let (epochs, steps, copies) = size((36, 37, 4), (1, 2, 1));
    let data = digits(copies)?;
    let optimizers = [
        ("SGD 0.1", Optimizer::sgd(0.1)),
        ("momentum 0.01, 0.9", Optimizer::momentum(0.01, 0.9)),
        ("Adam 0.001", Optimizer::adam(0.001)),
        ("Adam 0.0001", Optimizer::adam(0.0001)),
    ];
    for (name, optimizer) in optimizers.into_iter().take(size(4, 1)) {
        let [of_epochs, of_steps] = trained(&data, optimizer, epochs, steps)?;
        for (of, snapshots) in [("epochs", of_epochs), ("steps", of_steps)] {
            measure(&format!("{name}, {of}, f32"), &snapshots)?;
            measure(&format!("{name}, {of}, bf16"), &snapshots.iter().map(rounded).collect::<Vec<_>>())?;
        }
    }
    Ok(())
}

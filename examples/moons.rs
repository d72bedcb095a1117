//! deepreplay's moons: 2-4-2-1, tanh, `glorot_normal`, SGD 0.01, batches of 16, 200 epochs on 2,000 points.
//!
//! What is asked afterwards: the milestones as rows, how far each layer's weights have moved, how much of the tanh the data
//! cover, and when the samples were learned; a picture of the end, an animation, and a page.
//!
//! ```text
//! cargo run --release --features plot --example moons
//! ```

mod common;

use common::{article::frame, pictures::Album};
use training_replay::{
    Activation, Dense, Forward, Initializer, Loss, Optimizer, Parameter, Replay, Result, Sequential, Trainer, Weights,
    analysis::{Baseline, Grid, LayerFilter, MilestoneOptions, Polyline, Quantity, SampleHistory, View},
    datasets,
    plot::{Page, RunPlots},
};

const LOSS: Loss = Loss::BinaryCrossEntropy;
const EPOCHS: u64 = 200;
/// The initial weights of deepreplay's moons, which Keras drew for seed 42 in every layer: both hidden kernels hold the
/// same eight numbers (`glorot_normal`), the output's two are from `normal` with deviation 0.05; biases are zero.
const KERAS_HIDDEN_KERNEL: [f32; 8] = [
    -0.184_289_26,
    -0.090_414_844,
    -0.443_915_07,
    0.016_133_577,
    -0.307_474_5,
    -0.001_618_790_4,
    -0.639_681_7,
    0.435_723_42,
];
const KERAS_OUTPUT_KERNEL: [f32; 2] = [-0.014_038_754, -0.006_887_605];
/// The epochs of the tables.
const MOMENTS: [u64; 5] = [0, 25, 50, 100, 200];

fn main() -> std::process::ExitCode {
    common::exit(run())
}

fn run() -> Result<()> {
    let data = datasets::moons(2_000, 0.03, 27);
    let model = network()?;
    let trainer = Trainer::new(LOSS, Optimizer::sgd(0.01)).batch_size(16).seed(42);

    let path = common::folder("moons")?.join("moons.replay");
    let recording = Replay::options().dataset(&data).loss(LOSS).overwrite(true).create(&path)?;
    common::record(recording, model, trainer, &data, EPOCHS)?.finish()?;

    let replay = Replay::open(&path)?;
    println!("The milestones of {}:\n\n{}", path.display(), replay.run()?.milestones(&MilestoneOptions::default())?);
    print_distances(&replay)?;
    print_boundary(&replay)?;
    print_learning(&replay.run()?.sample_history(LOSS)?)?;
    draw(&replay)
}

/// As Keras drew it: from most other initial weights this network stands on a straight cut for all epochs.
fn network() -> Result<Sequential> {
    let hidden = [("first", 4), ("hidden", 2)].map(|(name, units)| {
        Dense::new(units).name(name).activation(Activation::Tanh).kernel_initializer(Initializer::GlorotNormal)
    });
    let output = Dense::new(1).name("output").activation(Activation::Sigmoid).kernel_initializer(Initializer::normal());
    common::network(2, hidden.into_iter().chain([output]), 42)?.with_weights(&Weights::from_iter([
        Parameter::new("first", "kernel", [2, 4], KERAS_HIDDEN_KERNEL.to_vec()),
        Parameter::new("first", "bias", [4], vec![0.0_f32; 4]),
        Parameter::new("hidden", "kernel", [4, 2], KERAS_HIDDEN_KERNEL.to_vec()),
        Parameter::new("hidden", "bias", [2], vec![0.0_f32; 2]),
        Parameter::new("output", "kernel", [2, 1], KERAS_OUTPUT_KERNEL.to_vec()),
        Parameter::new("output", "bias", [1], vec![0.0_f32]),
    ]))
}

fn draw(replay: &Replay) -> Result<()> {
    let plots = RunPlots::options().name_classes(["upper moon", "lower moon"]).of(replay.run()?)?;
    let mut album = Album::new(&common::folder("moons")?);
    album.save("moons.png", &plots.figure(EPOCHS)?)?;
    album.animate("moons.gif", &plots, |epoch| frame("moons", &plots, epoch))?;
    let mut page = Page::new("Moons");
    album.page(page.run("2-4-2-1, tanh", &plots)?)?;
    album.print();
    Ok(())
}

/// How far the weights have come from where they began.
fn print_distances(replay: &Replay) -> Result<()> {
    let ways = replay.run()?.epochs(MOMENTS).statistic(
        Quantity::weights().since(Baseline::Start),
        &LayerFilter::default(),
        |way| way.max.max(-way.min),
    )?;
    println!("The way of the weight that has moved furthest, at epoch\n");
    println!("{:<16}{}", "", MOMENTS.map(|epoch| format!("{epoch:>8}")).concat());
    for curve in ways {
        let numbers: String = curve.points.iter().map(|(_, way)| format!("{way:>8.3}")).collect();
        println!("{:<16}{numbers}", format!("{} {}", curve.layer, curve.name));
    }
    Ok(())
}

/// How far the line between the classes is from a straight cut.
fn print_boundary(replay: &Replay) -> Result<()> {
    let grid = Grid::covering(replay.dataset()?, 0.1);
    println!("\nThe line between the classes, and how much longer it is than the way from end to end:\n");
    for epoch in MOMENTS {
        let boundary = replay.at(epoch)?.decision_boundary(View::inputs(), &grid)?.boundary;
        let bends: Vec<String> = boundary.iter().map(|line| format!("{:.3} times", bend(line))).collect();
        println!("epoch {epoch:>4}: {}", if bends.is_empty() { "none".into() } else { bends.join(", ") });
    }
    Ok(())
}

/// The length of a line over the distance of its ends.
fn bend(line: &Polyline) -> f32 {
    let last = line.nrows() - 1;
    let length: f32 = (0..last).map(|i| (line.row(i + 1) - line.row(i)).norm()).sum();
    length / (line.row(last) - line.row(0)).norm()
}

/// Which samples were hard.
fn print_learning(sample_history: &SampleHistory) -> Result<()> {
    let mut forgotten = vec![];
    for sample in 0..sample_history.samples() {
        forgotten.push((sample_history.forgotten(sample)?, sample, sample_history.learned_at(sample)?));
    }
    forgotten.sort_by_key(|&(times, sample, _)| (std::cmp::Reverse(times), sample));
    println!(
        "\n{} samples were never right. Those that were forgotten most often:\n",
        sample_history.never_learned()?.len()
    );
    for (times, sample, learned) in forgotten.into_iter().take(5) {
        let learned = learned.map_or("is wrong at the end".into(), |epoch| format!("right from epoch {epoch} on"));
        println!("sample {sample:>4}: forgotten {times} times, {learned}");
    }
    Ok(())
}

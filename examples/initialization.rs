//! "Training is very sensitive to the initialization", says the article at its end. How sensitive? Its network, 2-2-1, with
//! sigmoid, tanh and ReLU, from 20 seeds each: how often each of them learns, and how often ReLU really is first.
//!
//! ```text
//! cargo run --release --features plot --example initialization
//! ```

mod common;

use common::pictures::Album;
use training_replay::{
    Activation, Dataset, Dense, Initializer, Loss, Optimizer, Replay, Result, Runs, Trainer,
    analysis::{EpochsToTarget, HeadToHead, MilestoneOptions, QuantileBand},
    datasets,
    plot::{Figure, Panel},
};

const LOSS: Loss = Loss::BinaryCrossEntropy;
const EPOCHS: u64 = 150;
const SEEDS: u64 = 20;

fn main() -> std::process::ExitCode {
    common::exit(run())
}

fn run() -> Result<()> {
    let data = datasets::parabola(1_000, 13);
    println!("{SEEDS} seeds for each activation; SGD 0.05, batches of 16, {EPOCHS} epochs.\n");
    println!(
        "{:<8} {:>8} {:>30} {:>14}   loss at epoch {EPOCHS}",
        "", "learn it", "all samples right by epoch", "half of them"
    );
    println!("{:<8} {:>8} {:>10}{:>10}{:>10} {:>14}   middle of the runs", "", "", 50, 75, 100, "by epoch");
    let (mut learned, mut bands) = (Vec::new(), Vec::new());
    for (name, activation) in [("sigmoid", Activation::Sigmoid), ("tanh", Activation::Tanh), ("relu", Activation::Relu)]
    {
        let runs = train(activation, &data)?;
        let reached = runs.epochs_to_target(&MilestoneOptions::default(), |milestones| milestones.all_correct())?;
        print(name, &runs, &reached)?;
        learned.push((name, reached));
        bands.push((name, runs.band("loss", 0.8)?, runs.band("accuracy", 0.8)?));
    }
    print_winners(&learned)?;
    draw(&bands)
}

/// The middle of the runs, and between what eight of ten lie.
fn draw(bands: &[(&str, QuantileBand, QuantileBand)]) -> Result<()> {
    let losses: Vec<_> = bands.iter().map(|(name, loss, _)| (*name, loss)).collect();
    let accuracies: Vec<_> = bands.iter().map(|(name, _, accuracy)| (*name, accuracy)).collect();
    let panels = [Panel::bands("loss", &losses), Panel::bands("accuracy", &accuracies)];
    let figure = Figure::new().title(format!("{SEEDS} seeds of each: the median, and eight of ten")).row(panels);
    let mut album = Album::new(&common::folder("initialization")?);
    album.save("initialization.png", &figure.size(1_440, 600))?;
    album.print();
    Ok(())
}

/// One run for each seed, which draws the initial weights and the order of the samples.
fn train(activation: Activation, data: &Dataset) -> Result<Runs> {
    let run = |seed: u64| {
        let hidden = Dense::new(2).name("hidden").activation(activation).kernel_initializer(Initializer::GlorotNormal);
        let output =
            Dense::new(1).name("output").activation(Activation::Sigmoid).kernel_initializer(Initializer::normal());
        let model = common::network(2, [hidden, output], seed)?;
        let trainer = Trainer::new(LOSS, Optimizer::sgd(0.05)).batch_size(16).seed(seed);
        let recording = Replay::options().dataset(data).loss(LOSS).in_memory();
        Ok((format!("seed {seed}"), common::record(recording, model, trainer, data, EPOCHS)?))
    };
    (1..=SEEDS).map(run).collect()
}

fn print(name: &str, runs: &Runs, reached: &EpochsToTarget) -> Result<()> {
    let losses = runs.band("loss", 0.8)?;
    let last = losses.epochs.len() - 1;
    let by: String = [50, 75, 100].iter().map(|&epoch| format!("{:>8.0} %", 100.0 * reached.share_by(epoch))).collect();
    let half = reached.median().map_or("never".into(), |epoch| epoch.to_string());
    println!(
        "{name:<8} {:>6.0} % {by:>30} {half:>14}   {:.4} ({:.4} to {:.4})",
        100.0 * reached.share(),
        losses.median[last],
        losses.low[last],
        losses.high[last],
    );
    Ok(())
}

/// Who had all samples right first, seed by seed.
fn print_winners(learned: &[(&str, EpochsToTarget)]) -> Result<()> {
    let heads = HeadToHead::of(&learned.iter().map(|(_, reached)| reached).collect::<Vec<_>>())?;
    let wins: Vec<String> = learned.iter().zip(&heads.wins).map(|((name, _), wins)| format!("{name} {wins}")).collect();
    println!("\nFirst of the three: {}; tied {}, nobody {}.", wins.join(", "), heads.tied, heads.nobody);
    for (a, b) in [(2, 1), (2, 0), (1, 0)] {
        let ((a, first), (b, second)) = (&learned[a], &learned[b]);
        let heads = HeadToHead::of(&[first, second])?;
        println!("{a} before {b} in {} of {}.", heads.wins[0], heads.runs());
    }
    Ok(())
}

//! "Hyper-parameters in Action! Part II — Weight Initializers": networks 10-5x100-1 that were never trained, on deepreplay's
//! ball, with three pairs of activation and initialiser; how weights, z-values, activations and gradients are distributed in
//! their layers.
//!
//! ```text
//! cargo run --release --example weight_initializers
//! ```

mod common;

use training_replay::{
    Activation, Dataset, Dense, Initializer, Loss, Metrics, Replay, Result,
    analysis::{Criteria, Distribution, MilestoneKind, Quantity, Selection},
    datasets,
};

const LOSS: Loss = Loss::BinaryCrossEntropy;

fn main() -> std::process::ExitCode {
    common::exit(run())
}

fn run() -> Result<()> {
    let data = datasets::ball(10, 1_000, 13);
    let pairs = [
        (Activation::Sigmoid, Initializer::Normal { std: 0.01 }, "normal, deviation 0.01"),
        (Activation::Tanh, Initializer::GlorotUniform, "glorot_uniform"),
        (Activation::Relu, Initializer::HeUniform, "he_uniform"),
    ];
    for (activation, initializer, name) in pairs {
        println!("{activation}, {name}\n");
        print_layers(&record(activation, initializer, &data)?)?;
    }
    Ok(())
}

/// A network as its initialiser leaves it: epoch 0 alone.
fn record(activation: Activation, initializer: Initializer, data: &Dataset) -> Result<Replay> {
    let hidden = (1..=5).map(|i| Dense::new(100).name(format!("h{i}")).activation(activation));
    let layers = hidden.chain([Dense::new(1).name("o").activation(Activation::Sigmoid)]);
    let model = common::network(10, layers.map(|layer| layer.initializer(initializer)), 13)?;
    let mut replay = Replay::options().dataset(data).loss(LOSS).in_memory();
    replay.record(&model, Metrics::new())?;
    Ok(replay)
}

fn print_layers(replay: &Replay) -> Result<()> {
    let kernels = |quantity| -> Result<Vec<Distribution>> {
        let rows = replay.at(0)?.distributions(quantity, &Selection::default())?;
        Ok(rows.into_iter().filter(|row| row.name != "bias").map(|row| row.distribution).collect())
    };
    let (weights, gradients) = (kernels(Quantity::weights())?, kernels(Quantity::gradients(LOSS))?);
    let (z, activations) = (kernels(Quantity::pre_activations())?, kernels(Quantity::activations())?);
    println!("{:>12} {:>10} {:>22} {:>17} {:>12}", "deviation of", "weights", "z-values", "activations", "gradients");
    for (layer, name) in ["h1", "h2", "h3", "h4", "h5", "o"].into_iter().enumerate() {
        println!(
            "{name:>12} {:>10.4} {:>10.4} {} {:>10.4} {:>5.0} % {:>12.2e}",
            weights[layer].std,
            z[layer].std,
            violin(&z[layer])?,
            activations[layer].std,
            100.0 * activations[layer].zeros,
            gradients[layer].std,
        );
    }
    let vanishing = replay.milestones(&Criteria::default())?;
    let layers: Vec<String> = vanishing.of_kind(MilestoneKind::Vanishing).map(|row| row.subject.to_string()).collect();
    println!(
        "{}\n",
        if layers.is_empty() { "no gradient vanishes".into() } else { format!("vanishing in {}", layers.join(", ")) }
    );
    Ok(())
}

/// The density between the extremes, as a line of blocks.
fn violin(distribution: &Distribution) -> Result<String> {
    const BLOCKS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let Some(density) = distribution.density(11)? else { return Ok(" ".repeat(11)) };
    let peak = density.density.iter().copied().fold(0.0, f64::max);
    Ok(density.density.iter().map(|d| BLOCKS[(d / peak * 7.0).round() as usize]).collect())
}

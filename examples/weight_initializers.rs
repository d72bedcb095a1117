//! "Hyper-parameters in Action! Part II — Weight Initializers": networks 10-5x100-1 that were never trained, on deepreplay's
//! ball, with three pairs of activation and initializer; how weights, z-values, activations and gradients are distributed in
//! their layers, in numbers, as violins, and on a page with a lesson beside them, whose numbers are found in the recordings.
//!
//! ```text
//! cargo run --release --features plot --example weight_initializers
//! ```

mod common;

use common::{
    lesson::lesson,
    pictures::Album,
    start::{Start, facts},
};
use training_replay::{
    Activation, Dataset, Dense, Initializer, Loss, Metrics, Replay, Result,
    analysis::{Distribution, LayerFilter, MilestoneKind, MilestoneOptions, Quantity},
    datasets,
    plot::{Figure, Page, Panel, RunPlots},
};

const LOSS: Loss = Loss::BinaryCrossEntropy;
/// The text of the lesson; a translation takes its place.
const LESSON: &str = include_str!("common/lessons/weight_initializers.en.txt");

fn main() -> std::process::ExitCode {
    common::exit(run())
}

fn run() -> Result<()> {
    let data = datasets::ball(10, 1_000, 13);
    let pairs = [
        (Activation::Sigmoid, Initializer::Normal { std: 0.01 }, "normal, deviation 0.01", "normal"),
        (Activation::Tanh, Initializer::GlorotUniform, "glorot_uniform", "glorot"),
        (Activation::Relu, Initializer::HeUniform, "he_uniform", "relu"),
    ];
    let mut album = Album::new(&common::folder("weight_initializers")?);
    let mut page = Page::new("Weight initializers: networks that were never trained");
    let mut starts = Vec::new();
    for (activation, initializer, name, key) in pairs {
        println!("{activation}, {name}\n");
        let replay = record(activation, initializer, &data)?;
        print_layers(&replay)?;
        let title = format!("{activation}, {name}");
        album.save(&format!("{activation}.png"), &violins(&replay)?.title(&title))?;
        starts.push((key, Start::of(&title, &replay)?));
        page.run(title, &RunPlots::options().name_classes(["inner", "outer"]).of(replay.run()?)?)?;
    }
    page.lesson(&lesson(LESSON, &facts(&starts)?)?)?;
    album.page(&page)?;
    album.print();
    Ok(())
}

/// Those of weights, z-values, activations and gradients, layer by layer.
fn violins(replay: &Replay) -> Result<Figure> {
    let panel = |quantity: Quantity| -> Result<Panel> {
        let mut rows = replay.at(0)?.distributions(quantity, &LayerFilter::default())?;
        rows.retain(|row| row.name != "bias");
        Ok(Panel::violins(quantity.name(), &rows)?.titled(quantity.name()))
    };
    let above = [panel(Quantity::weights())?, panel(Quantity::pre_activations())?];
    let below = [panel(Quantity::activations())?, panel(Quantity::gradients(LOSS))?];
    Ok(Figure::new().row(above).row(below))
}

/// A network as its initializer leaves it: epoch 0 alone.
fn record(activation: Activation, initializer: Initializer, data: &Dataset) -> Result<Replay> {
    let hidden = (1..=5).map(|i| Dense::new(100).name(format!("h{i}")).activation(activation));
    let layers = hidden.chain([Dense::new(1).name("o").activation(Activation::Sigmoid)]);
    let model = common::network(10, layers.map(|layer| layer.kernel_initializer(initializer)), 13)?;
    let mut replay = Replay::options().dataset(data).loss(LOSS).in_memory();
    replay.record(&model, Metrics::new())?;
    Ok(replay)
}

fn print_layers(replay: &Replay) -> Result<()> {
    let kernels = |quantity| -> Result<Vec<Distribution>> {
        let rows = replay.at(0)?.distributions(quantity, &LayerFilter::default())?;
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
            blocks(&z[layer])?,
            activations[layer].std,
            100.0 * activations[layer].zeros,
            gradients[layer].std,
        );
    }
    let vanishing = replay.run()?.milestones(&MilestoneOptions::default())?;
    let layers: Vec<String> = vanishing.of_kind(MilestoneKind::Vanishing).map(|row| row.subject.to_string()).collect();
    println!(
        "{}\n",
        if layers.is_empty() { "no gradient vanishes".into() } else { format!("vanishing in {}", layers.join(", ")) }
    );
    Ok(())
}

/// The density between the extremes, as a line of blocks.
fn blocks(distribution: &Distribution) -> Result<String> {
    const BLOCKS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let Some(density) = distribution.density(11)? else { return Ok(" ".repeat(11)) };
    let peak = density.density.iter().copied().fold(0.0, f64::max);
    Ok(density.density.iter().map(|d| BLOCKS[(d / peak * 7.0).round() as usize]).collect())
}

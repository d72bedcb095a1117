//! deepreplay's circles with the network 2-5-3-1: ReLU, `he_normal`, SGD 0.02, batches of 16, 200 epochs on 2,000 points.
//!
//! deepreplay squeezes a further layer of two units in before the output, because it can draw no wider one. Here the layer
//! of three units is looked at on the plane that shows most of it over all epochs: in numbers, in a picture of the end, in an
//! animation, and on a page.
//!
//! ```text
//! cargo run --release --features plot --example circles
//! ```

mod common;

use common::pictures::Album;
use training_replay::{
    Activation, Dense, Initializer, Loss, Optimizer, Replay, Result, Trainer,
    analysis::{Grid, MilestoneKind, MilestoneOptions, View},
    datasets,
    plot::{Page, RunPlots},
};

const LOSS: Loss = Loss::BinaryCrossEntropy;
const EPOCHS: u64 = 200;

fn main() -> std::process::ExitCode {
    common::exit(run())
}

fn run() -> Result<()> {
    let data = datasets::circles(2_000, 0.03, 0.8, 27);
    let hidden = [("first", 5), ("hidden", 3)].map(|(name, units)| {
        Dense::new(units).name(name).activation(Activation::Relu).kernel_initializer(Initializer::HeNormal)
    });
    let output = Dense::new(1).name("output").activation(Activation::Sigmoid).kernel_initializer(Initializer::normal());
    let model = common::network(2, hidden.into_iter().chain([output]), 42)?;
    let trainer = Trainer::new(LOSS, Optimizer::sgd(0.02)).batch_size(16).seed(42);

    let path = common::folder("circles")?.join("circles.replay");
    let recording = Replay::options().dataset(&data).loss(LOSS).overwrite(true).create(&path)?;
    common::record(recording, model, trainer, &data, EPOCHS)?.finish()?;

    let replay = Replay::open(&path)?;
    let milestones = replay.run()?.milestones(&MilestoneOptions::default())?;
    println!("The milestones of {}:\n\n{milestones}", path.display());
    let dead = milestones.of_kind(MilestoneKind::Dead).count();
    println!("{dead} times a ReLU unit was dead for a while, {} to the end.", milestones.dead_units().count());
    print_hidden_space(&replay)?;
    draw(&replay)
}

/// The plots find the plane by themselves.
fn draw(replay: &Replay) -> Result<()> {
    let plots = RunPlots::options().layer("hidden").name_classes(["outer circle", "inner circle"]).of(replay.run()?)?;
    let mut album = Album::new(&common::folder("circles")?);
    album.save("circles.png", &plots.figure(EPOCHS)?)?;
    album.animate("circles.gif", &plots, |epoch| Ok(plots.figure(epoch)?.title(format!("circles, epoch {epoch}"))))?;
    let mut page = Page::new("Circles");
    album.page(page.run("2-5-3-1, ReLU", &plots)?)?;
    album.print();
    Ok(())
}

/// The layer of three units, on one plane for all epochs.
fn print_hidden_space(replay: &Replay) -> Result<()> {
    let principal = replay.run()?.principal_plane("hidden")?;
    let shares = principal.explained_variance_ratio.map(|share| format!("{:.1} %", 100.0 * share));
    println!("\nThe plane for the hidden layer shows {} and {} of its variance over all epochs.", shares[0], shares[1]);
    println!("Of the single epochs it shows, and the samples reach there\n");
    let grid = Grid::covering(replay.dataset()?, 0.1);
    for epoch in [0, 25, 50, 100, 150, 200] {
        let snapshot = replay.at(epoch)?;
        let space = snapshot.feature_space(View::of("hidden").on(&principal.plane), &grid)?;
        let reach = |axis: usize| space.samples.column(axis).max() - space.samples.column(axis).min();
        let (lines, accuracy) = (space.boundary.len(), snapshot.evaluate(LOSS)?.accuracy.unwrap_or(f64::NAN));
        println!(
            "epoch {epoch:>4}: {:>5.1} %, {:>5.2} x {:>5.2}; {lines} lines between the classes, {:>5.1} % right",
            100.0 * space.explained_variance_ratio,
            reach(0),
            reach(1),
            100.0 * accuracy,
        );
    }
    Ok(())
}

//! Where training goes in the space of the weights, what lies between two seeds, and how sharp the loss is: 1,797 handwritten digits of 8 x 8 pixels (UCI, as
//! the crate `smartcore` ships them) through a layer of 16 units, twice.
//!
//! ```text
//! cargo run --release --example landscape
//! ```

use training_replay::{
    Activation, Dataset, Dense, Loss, Matrix, Metrics, Optimizer, Replay, Result, Runs, Sequential, Trainer,
    analysis::{SharpnessOptions, WeightPath},
};

const LOSS: Loss = Loss::CategoricalCrossEntropy;
const EPOCHS: u64 = 30;

fn main() -> Result<()> {
    let (training, validation) = digits()?;
    let mut runs = Runs::new();
    for seed in [1, 2] {
        runs.push(format!("seed {seed}"), train(seed, &training, &validation)?);
    }
    println!("{:>8} {:>12} {:>22} {:>30}", "", "first two", "", "speed at epoch");
    println!("{:>8} {:>12} {:>22} {:>10}{:>10}{:>10}", "run", "directions", "from start to end", 1, 10, EPOCHS);
    for (name, replay) in runs.iter() {
        let path = replay.run()?.weight_path()?;
        let share: f64 = path.explained_variance_ratio.iter().take(2).sum();
        let speed = |epoch: u64| path.speeds[epoch as usize].map_or(String::new(), |speed| format!("{speed:.3}"));
        let end = path.distances[EPOCHS as usize];
        print!("{name:>8} {:>12} {end:>22.2}", format!("{:.1} %", 100.0 * share));
        println!(" {:>10}{:>10}{:>10}", speed(1), speed(10), speed(EPOCHS));
    }
    print_surface(&runs)?;
    print_barriers(&runs)?;
    print_sharpness(&runs)?;
    #[cfg(feature = "plot")]
    pictures::save(&runs)?;
    Ok(())
}

/// The two runs in one plane, and the loss on it.
fn print_surface(runs: &Runs) -> Result<()> {
    let paths = runs.weight_paths()?;
    let Some((_, replay)) = runs.iter().next() else { return Ok(()) };
    let grid = WeightPath::grid_of(&paths, 0.1).points(25);
    let surface = replay.run()?.on("validation")?.loss_surface(paths[0].plane()?, &grid, LOSS)?;
    let share: f64 = paths[0].explained_variance_ratio.iter().take(2).sum();
    let (low, high) = (surface.losses.min(), surface.losses.max());
    println!(
        "\nOn the plane of both runs ({:.1} % of the variance) the loss is from {low:.2} to {high:.2}.",
        100.0 * share
    );
    Ok(())
}

/// Along the straight line between the two runs, epoch by epoch.
fn print_barriers(runs: &Runs) -> Result<()> {
    let replays: Vec<&Replay> = runs.iter().map(|(_, replay)| replay).collect();
    let run = replays[0].run()?.on("validation")?;
    println!("\n{:>8} {:>18} {:>18} {:>10}", "epoch", "loss of seed 1", "loss of seed 2", "barrier");
    for epoch in [0, 1, 10, EPOCHS] {
        let ends = [replays[0].weights(epoch)?, replays[1].weights(epoch)?];
        let line = run.loss_line(ends.each_ref(), 25, LOSS)?;
        println!("{epoch:>8} {:>18.3} {:>18.3} {:>10.3}", line.losses[0], line.losses[24], line.barrier);
    }
    Ok(())
}

/// How sharp the loss is as the first run goes on, and how many directions its layer makes use of.
///
/// Its units are rectifiers, whose slopes jump: gradients on either side of a weight differ by the jumps between them as well. The
/// residuals say so, and no epoch counts as converged.
fn print_sharpness(runs: &Runs) -> Result<()> {
    let Some((_, replay)) = runs.iter().next() else { return Ok(()) };
    let run = replay.run()?.on("validation")?.epochs([0, 1, 10, EPOCHS]);
    let history = run.sharpness(LOSS, &SharpnessOptions::default())?;
    let spectra = run.activation_spectra()?;
    let layer = &spectra.spectra[0][0].layer;
    println!("\n{:>8} {:>26} {:>22} {:>30}", "epoch", "largest eigenvalue", "trace", "effective rank of 16 units");
    for ((epoch, spectrum), sharpness) in spectra.of(layer, "activations")?.into_iter().zip(&history.sharpness) {
        let largest = format!("{:.3} ± {:.0e}", sharpness.largest, sharpness.largest_residual);
        let trace = format!("{:.1} ± {:.1}", sharpness.trace, sharpness.trace_error);
        println!("{epoch:>8} {largest:>26} {trace:>22} {:>30.2}", spectrum.effective_rank());
    }
    println!("epochs at which the search did not converge: {:?}", history.not_converged());
    Ok(())
}

/// With the feature `plot`.
#[cfg(feature = "plot")]
mod pictures {
    use training_replay::{
        Result, Runs,
        analysis::WeightPath,
        plot::{Animation, Figure, Panel},
    };

    /// Both runs over the loss on their plane, as a picture and as an animation.
    pub(super) fn save(runs: &Runs) -> Result<()> {
        let paths = runs.weight_paths()?;
        let Some((_, replay)) = runs.iter().next() else { return Ok(()) };
        let grid = WeightPath::grid_of(&paths, 0.15).points(60);
        let surface = replay.run()?.on("validation")?.loss_surface(paths[0].plane()?, &grid, super::LOSS)?;
        let ground = Panel::loss_surface(&surface)?;
        let until = |epoch: u64| {
            let names = runs.iter().map(|(name, _)| name);
            let panel = ground.clone().titled(format!("Validation loss, epoch {epoch}"));
            let draw = |panel: Panel, (name, path): (&str, &WeightPath)| panel.weight_path_until(name, path, epoch);
            Ok(Figure::of(names.zip(&paths).try_fold(panel, draw)?).size(900, 640))
        };
        let folder = std::env::temp_dir();
        until(super::EPOCHS)?.save(folder.join("landscape.png"))?;
        Animation::of(&paths[0].epochs).save(folder.join("landscape.gif"), until)?;
        println!("\nlandscape.png and landscape.gif are in {}", folder.display());
        Ok(())
    }
}

fn train(seed: u64, training: &Dataset, validation: &Dataset) -> Result<Replay> {
    let layers = [Dense::new(16).activation(Activation::Relu), Dense::new(10).activation(Activation::Softmax)];
    let mut model = Sequential::builder(64).layers(layers).build(seed)?;
    let mut trainer = Trainer::new(LOSS, Optimizer::adam(0.003)).seed(seed);
    let mut replay = Replay::options().dataset(training).named_dataset("validation", validation).loss(LOSS).in_memory();
    replay.record(&model, Metrics::new())?;
    for _ in 0..EPOCHS {
        let metrics = trainer.epoch(&mut model, training)?;
        replay.record(&model, metrics)?;
    }
    Ok(replay)
}

/// A fifth of the digits is for validation. Pixels from 0 to 16 become numbers from 0 to 1.
fn digits() -> Result<(Dataset, Dataset)> {
    let digits = smartcore::dataset::digits::load_dataset();
    let pixels = Matrix::from_row_slice(digits.num_samples, digits.num_features, &digits.data) / 16.0;
    let labels: Vec<u32> = digits.target.iter().map(|&label| label as u32).collect();
    Dataset::from_labels(pixels, &labels)?.split(0.2, 7)
}

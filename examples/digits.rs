//! Ten classes of real data: 1,797 handwritten digits of 8 x 8 pixels (UCI, "Optical Recognition of Handwritten Digits", as
//! the crate `smartcore` ships them), through a layer of two units so that one can see where each digit has its place.
//!
//! A network with batch normalization and dropout, a learning rate that is halved every 30 epochs, and a validation set
//! whose losses are logged, and verified when it is replayed; a picture of the end, and a page.
//!
//! ```text
//! cargo run --release --features plot --example digits
//! ```

mod common;

use common::pictures::Album;
use training_replay::{
    Activation, BatchNormalization, Dataset, Dense, Dropout, Error, Loss, Matrix, Metrics, Optimizer, Replay, Result,
    Sequential, Trainer,
    analysis::{Grid, SampleHistory, VerifyOptions, View, evaluate},
    nn::Layer,
    plot::{Page, RunPlots},
};

const LOSS: Loss = Loss::CategoricalCrossEntropy;
const EPOCHS: u64 = 120;

fn main() -> std::process::ExitCode {
    common::exit(run())
}

fn run() -> Result<()> {
    let (training, validation) = digits()?;
    let path = common::folder("digits")?.join("digits.replay");
    let recording = Replay::options().dataset(&training).loss(LOSS).overwrite(true).create(&path)?;
    record(recording, network()?, &training, &validation)?.finish()?;

    let replay = Replay::open(&path)?;
    println!("{}: {} samples, {} to validate\n", path.display(), training.samples(), validation.samples());
    print_curves(&replay)?;
    print_places(&replay)?;
    print_hidden_layers(&replay)?;
    print_hard_ones(&replay.run()?.sample_history(LOSS)?)?;
    draw(&replay)?;
    verify(replay, &validation)
}

/// Every fifth digit is for validation. Pixels from 0 to 16 become numbers from 0 to 1.
fn digits() -> Result<(Dataset, Dataset)> {
    let digits = smartcore::dataset::digits::load_dataset();
    let pixels = Matrix::from_row_slice(digits.num_samples, digits.num_features, &digits.data) / 16.0;
    let part = |chosen: fn(usize) -> bool| {
        let rows: Vec<usize> = (0..digits.num_samples).filter(|&row| chosen(row)).collect();
        let labels: Vec<u32> = rows.iter().map(|&row| digits.target[row] as u32).collect();
        Dataset::from_labels(pixels.select_rows(&rows), &labels)
    };
    Ok((part(|row| row % 5 != 0)?, part(|row| row % 5 == 0)?))
}

fn network() -> Result<Sequential> {
    let layers: [Layer; 7] = [
        Dense::new(48).name("wide").into(),
        BatchNormalization::new().name("normal").momentum(0.9).into(),
        Activation::Relu.into(),
        Dropout::new(0.1).into(),
        Dense::new(2).name("plane").activation(Activation::Tanh).into(),
        Dense::new(32).name("behind").activation(Activation::Tanh).into(),
        Dense::new(10).name("digit").activation(Activation::Softmax).into(),
    ];
    common::network(64, layers, 7)
}

/// Logs the learning rate, and what the network makes of the validation set at the end of each epoch.
fn record(mut replay: Replay, mut model: Sequential, training: &Dataset, validation: &Dataset) -> Result<Replay> {
    let mut trainer = Trainer::new(LOSS, Optimizer::adam(0.01)).seed(7);
    replay.record(&model, Metrics::new())?;
    for epoch in 0..EPOCHS {
        trainer.set_learning_rate(0.01 * 0.5_f32.powi((epoch / 30) as i32));
        let mut metrics = trainer.epoch(&mut model, training)?;
        let unseen = Metrics::from(evaluate(&model, validation, LOSS)?);
        metrics.extend(unseen.into_iter().map(|(name, value)| (format!("val_{name}"), value)));
        replay.record(&model, metrics)?;
    }
    Ok(replay)
}

fn print_curves(replay: &Replay) -> Result<()> {
    println!(
        "{:>9} {:>14} {:>18} {:>10} {:>12}",
        "epoch", "learning rate", "training, logged", "at its end", "validation"
    );
    for epoch in [1, 10, 30, 60, 90, 120] {
        let logged = replay.metrics(epoch)?;
        let number = |name: &str| logged.get(name).unwrap_or(f64::NAN);
        let at_end = replay.at(epoch)?.evaluate(LOSS)?.accuracy.unwrap_or(f64::NAN);
        let shares =
            [number("accuracy"), at_end, number("val_accuracy")].map(|share| format!("{:.1} %", 100.0 * share));
        println!("{epoch:>9} {:>14.5} {:>18} {:>10} {:>12}", number("learning_rate"), shares[0], shares[1], shares[2]);
    }
    Ok(())
}

/// Where each digit has its place among all that two tanh can be.
fn print_places(replay: &Replay) -> Result<()> {
    let snapshot = replay.at(EPOCHS)?;
    let map = snapshot.decision_boundary("plane", &Grid::default().points(40))?;
    let predicted = map.predicted_classes()?;
    println!(
        "\nThe digit that is predicted at each place of the layer of two units, with {} lines:\n",
        map.boundary.len()
    );
    for row in (0..40).rev().step_by(2) {
        let symbols =
            predicted[row * 40..(row + 1) * 40].iter().map(|class| class.map_or("?".into(), |class| class.to_string()));
        println!("    {}", symbols.collect::<String>());
    }
    Ok(())
}

/// What a plane shows of the layer of 48 units.
fn print_hidden_layers(replay: &Replay) -> Result<()> {
    let relu = "activation_1";
    let principal = replay.run()?.principal_plane(relu)?;
    let space = replay.at(EPOCHS)?.feature_space(View::of(relu).on(&principal.plane), &Grid::default())?;
    println!(
        "\nOf the 48 units before it one plane shows {:.0} % over all epochs, and {:.0} % of the last one.",
        100.0 * principal.total_explained_variance_ratio(),
        100.0 * space.explained_variance_ratio
    );
    Ok(())
}

fn print_hard_ones(sample_history: &SampleHistory) -> Result<()> {
    let samples = 0..sample_history.samples();
    let forgotten = samples.map(|sample| sample_history.forgotten(sample)).collect::<Result<Vec<usize>>>()?;
    let never = forgotten.iter().filter(|&&times| times == 0).count();
    println!("\n{never} digits were never forgotten, {} never learned.", sample_history.never_learned()?.len());
    let flips = sample_history.flips(60, EPOCHS)?;
    println!("From epoch 60 to {EPOCHS}, {} became right and {} wrong.", flips.learned.len(), flips.forgotten.len());
    Ok(())
}

/// Every fourth epoch is enough for a page.
fn draw(replay: &Replay) -> Result<()> {
    let digits = (0..10).map(|digit| digit.to_string());
    let plots =
        RunPlots::options().layer("plane").name_classes(digits).of(replay.run()?.epochs((0..=EPOCHS).step_by(4)))?;
    let mut album = Album::new(&common::folder("digits")?);
    album.save("digits.png", &plots.figure(EPOCHS)?)?;
    let mut page = Page::new("Handwritten digits through two units");
    album.page(page.run("64-48-2-32-10", &plots)?)?;
    album.print();
    Ok(())
}

/// The recording on the other data gives the numbers that were logged.
fn verify(replay: Replay, validation: &Dataset) -> Result<()> {
    let options = VerifyOptions::default().names("val_loss", "val_accuracy").at_end().tolerance(1e-6);
    let verification = replay.with_dataset(validation)?.run()?.verify(&options)?;
    println!(
        "\n{} logged numbers of the validation set, recomputed: {:.0} % agree.",
        verification.checks.len(),
        100.0 * verification.share()
    );
    if verification.holds() {
        Ok(())
    } else {
        Err(Error::other("the recording is not of this network, or not of these data"))
    }
}

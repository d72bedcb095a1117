//! A run that failed, and how it is found out why: 569 tumors of 30 measurements (UCI, "Breast Cancer Wisconsin (Diagnostic)", as
//! the crate `smartcore` ships them), given to a network as they are in the table. A diagnosis says what is wrong; the cause is
//! removed, and the run passes.
//!
//! With `gallery` behind it, it prints which of twelve kinds of fault are found in runs that have them, ten of each, and what
//! is found in sixty healthy ones.
//!
//! ```text
//! cargo run --release --features plot --example diagnose
//! cargo run --release --features plot --example diagnose -- gallery
//! ```

mod common;
#[path = "common/gallery.rs"]
mod gallery;

use common::pictures::Album;
use gallery::{Fault, Task, diagnose, faulty, healthy};
use training_replay::{
    Activation, Dataset, Dense, Loss, Matrix, Metrics, Optimizer, Replay, Result, Sequential, Standardization, Trainer,
    analysis::{DiagnosisOptions, Judgement, MilestoneOptions, evaluate},
    plot::{Axis, ColorRole, Figure, Mark, Panel},
};

const LOSS: Loss = Loss::BinaryCrossEntropy;
const EPOCHS: u64 = 30;

fn main() -> std::process::ExitCode {
    let wants_gallery = std::env::args().any(|argument| argument == "gallery");
    common::exit(if wants_gallery { print_gallery() } else { story() })
}

/// What happened, why, and what helped.
fn story() -> Result<()> {
    let (training, validation) = tumors()?.split(0.25, 7)?;
    let raw = train(&training, &validation)?;
    println!("As the table is:\n\n{}", diagnosis(&raw)?);
    print_features(&raw, &training)?;

    let scale = Standardization::of(&training);
    let standardized = train(&scale.apply(&training)?, &scale.apply(&validation)?)?;
    println!("\nStandardized:\n\n{}", diagnosis(&standardized)?);
    draw(&raw, &standardized)
}

/// Malignant ones are 0, benign ones 1.
fn tumors() -> Result<Dataset> {
    let table = smartcore::dataset::breast_cancer::load_dataset();
    let inputs = Matrix::from_row_slice(table.num_samples, table.num_features, &table.data);
    Dataset::from_labels(inputs, &table.target)?
        .with_class_names(["malignant", "benign"])?
        .with_feature_names(table.feature_names)
}

fn train(training: &Dataset, validation: &Dataset) -> Result<Replay> {
    let layers = [
        Dense::new(16).name("hidden").activation(Activation::Relu),
        Dense::new(1).name("output").activation(Activation::Sigmoid),
    ];
    let mut model = Sequential::builder(training.features()).layers(layers).build(1)?;
    let mut trainer = Trainer::new(LOSS, Optimizer::sgd(0.01)).seed(1);
    let options = Replay::options().dataset(training).named_dataset("validation", validation).loss(LOSS);
    let mut replay = options.in_memory();
    replay.record(&model, Metrics::new())?;
    for _ in 0..EPOCHS {
        let mut metrics = trainer.epoch(&mut model, training)?;
        metrics.extend([("val_loss", evaluate(&model, validation, LOSS)?.loss)]);
        replay.record(&model, metrics)?;
    }
    Ok(replay)
}

fn diagnosis(replay: &Replay) -> Result<String> {
    let accuracy = replay.run()?.on("validation")?.at(EPOCHS)?.confusion()?.accuracy();
    let found = replay.run()?.diagnose(&DiagnosisOptions::default())?;
    Ok(format!("{:.1} % of the validation samples are classified correctly.\n{found}", 100.0 * accuracy))
}

/// Who spreads most, and what the units do.
fn print_features(replay: &Replay, data: &Dataset) -> Result<()> {
    let spread = |feature: usize| {
        let column: Vec<f32> = data.inputs().column(feature).iter().copied().collect();
        training_replay::analysis::Distribution::of(&column).std
    };
    let mut features: Vec<usize> = (0..data.features()).collect();
    features.sort_by(|&one, &other| spread(other).total_cmp(&spread(one)));
    println!("\nThe largest and the smallest standard deviations of the features:\n");
    for &feature in features.iter().take(2).chain(features.iter().rev().take(2)) {
        println!("{:>24} {:>10.4}", data.feature_names()[feature], spread(feature));
    }
    let milestones = replay.run()?.milestones(&MilestoneOptions::default())?;
    println!("\n{} of 16 units are dead at the end.", milestones.dead_units().count());
    Ok(())
}

/// The loss of both runs, and what the diagnosis of the first one says.
fn draw(raw: &Replay, standardized: &Replay) -> Result<()> {
    let limits = 0.0..=EPOCHS as f64;
    let mut losses =
        Panel::new("Loss over the data", Axis::new("epoch", limits).whole(), Axis::new("loss", 0.01..=100.0));
    for (index, (name, replay)) in [("as the table is", raw), ("standardized", standardized)].into_iter().enumerate() {
        let curve = replay.run()?.map(|at| Ok([at.epoch() as f64, at.evaluate(LOSS)?.loss]))?;
        losses = losses.mark(Mark::line(curve, ColorRole::Series(index))).legend(name, ColorRole::Series(index));
    }
    let found = raw.run()?.diagnose(&DiagnosisOptions::default())?;
    let mut album = Album::new(&common::folder("diagnose")?);
    album.save(
        "failed_run.png",
        &Figure::new().size(900, 380).row([losses.log_y(), Panel::findings(&found, 0..=EPOCHS)]),
    )?;
    album.print();
    Ok(())
}

/// What is found of each fault, and of nothing.
fn print_gallery() -> Result<()> {
    println!("{:<34}{:<20}{:>10}{:>11}", "fault", "found as", "seeds 0-4", "30-34");
    for fault in Fault::ALL {
        let [chosen, kept] = [found(fault, 0..5)?, found(fault, 30..35)?];
        println!("{fault:<34}{:<20}{chosen:>5} of 5{kept:>6} of 5", fault.kind());
    }
    let (mut runs, mut failed, mut hinted) = (0, 0, 0);
    for (task, seed) in Task::ALL.into_iter().flat_map(|task| (30..40).map(move |seed| (task, seed))) {
        let diagnosis = diagnose(&healthy(task, seed)?)?;
        runs += 1;
        failed += usize::from(diagnosis.judgement() == Judgement::Failed);
        hinted += usize::from(diagnosis.findings.iter().any(|finding| finding.hint));
    }
    println!("\nOf {runs} healthy runs {failed} fail, and {hinted} have a hint.");
    Ok(())
}

fn found(fault: Fault, seeds: std::ops::Range<u64>) -> Result<usize> {
    let is_found = |seed| Ok(diagnose(&faulty(fault, seed)?)?.of_kind(fault.kind()).count() > 0);
    let found = seeds.map(is_found).collect::<Result<Vec<bool>>>()?;
    Ok(found.into_iter().filter(|&found| found).count())
}

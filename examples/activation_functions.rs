//! The experiment of "Hyper-parameters in Action! Part I — Activation Functions": three networks that differ in
//! nothing but the hidden activation, trained on two parabolas, recorded, reopened and replayed: the article's figures, an
//! animation of each network, and a page on which the three run side by side, with the article's story beside them: a lesson
//! whose every number and epoch is found in the recordings.
//!
//! ```text
//! cargo run --release --features plot --example activation_functions             # from the article's initial weights
//! cargo run --release --features plot --example activation_functions -- --seed 7 # from weights of one's own
//! ```

mod common;

use std::path::Path;

use common::{
    article::{Article, END, HIDDEN, frame},
    lesson::lesson,
    pictures::Album,
    story::{Ending, Story, facts},
};
use training_replay::{
    Activation, Dataset, Dense, Error, Forward, Initializer, Loss, Optimizer, Parameter, Replay, Result, Sequential,
    Trainer, Weights,
    analysis::{MilestoneOptions, Plateau, plateaus},
    datasets,
    plot::{Page, RunPlots},
};

const EPOCHS: u64 = END;
const LOSS: Loss = Loss::BinaryCrossEntropy;
/// The text of the lesson; a translation takes its place.
const LESSON: &str = include_str!("common/lessons/activation_functions.en.txt");
/// The seeds of the networks that the lesson compares these with: 1 and on to this one.
const OTHERS: u64 = 20;
/// The epochs whose losses are printed.
const MOMENTS: [u64; 6] = [0, 10, 40, 65, 100, 150];
/// A plateau: the loss moves by less than this an epoch, for so many epochs.
const FLAT: (f64, u64) = (2e-3, 10);

/// The initial weights that Keras 2.2.0 on TensorFlow 1.5.0 drew for seed 42 (`glorot_normal` for the hidden kernel,
/// `normal` with deviation 0.05 for the output's; both biases are zero): epoch 0 of a recording made with deepreplay.
const KERAS_HIDDEN_KERNEL: [f32; 4] = [-0.225_707_34, -0.110_735_11, -0.543_682_7, 0.019_759_515];
const KERAS_OUTPUT_KERNEL: [f32; 2] = [-0.014_038_754, -0.006_887_605];

fn main() -> std::process::ExitCode {
    common::exit(seed().and_then(run))
}

fn run(seed: Option<u64>) -> Result<()> {
    let data = datasets::parabola(1_000, 13).with_class_names(["negative", "positive"])?;
    let folder = common::folder("activation_functions")?;
    match seed {
        Some(seed) => println!("Initial weights drawn for seed {seed}, the same for every network."),
        None => println!("Initial weights as Keras drew them for seed 42, the same for every network."),
    }
    println!("Two parabolas of 1,000 points each; SGD 0.05, batches of 16, {EPOCHS} epochs.\n");

    for (name, activation) in HIDDEN {
        let path = folder.join(format!("{}.replay", name.to_lowercase()));
        let replay = Replay::options().dataset(&data).loss(LOSS).overwrite(true).create(&path)?;
        train(network(activation, seed)?, &data, seed, replay)?.finish()?;
    }
    let replay = Replay::options().dataset(&data).loss(LOSS).in_memory();
    let straight = train(without_hidden_layer(seed)?, &data, seed, replay)?;

    print_summary(&folder, &straight)?;
    let runs = HIDDEN.iter().map(|(name, _)| Replay::open(folder.join(format!("{}.replay", name.to_lowercase()))));
    draw(&folder, &data, &straight, &runs.collect::<Result<Vec<_>>>()?, seed)
}

/// What the article says, in numbers.
fn print_summary(folder: &Path, straight: &Replay) -> Result<()> {
    println!("\nEvery sample right from this epoch on, and the loss over all 2,000 samples:\n");
    println!("{:<10} {:>9} {:>9} {:>5}   {}  accuracy", "", "negatives", "positives", "all", losses_heading());
    let mut summaries = Vec::new();
    for (name, _) in HIDDEN {
        summaries.push(Summary::of(name, &Replay::open(folder.join(format!("{}.replay", name.to_lowercase())))?)?);
    }
    summaries.push(Summary::of("no hidden", straight)?);
    summaries.iter().for_each(Summary::print);
    println!("\nPlateaus, where the loss moves by less than {} an epoch for {} epochs or more:\n", FLAT.0, FLAT.1);
    summaries.iter().for_each(Summary::print_plateaus);
    let sigmoid = Replay::open(folder.join("sigmoid.replay"))?;
    println!(
        "\nThe milestones of the sigmoid network:\n\n{}",
        sigmoid.run()?.milestones(&MilestoneOptions::default())?
    );
    println!("The recordings are {}.", listed(folder));
    Ok(())
}

/// The article's figures 1 to 10, an animation of each network, and the page.
fn draw(folder: &Path, data: &Dataset, straight: &Replay, replays: &[Replay], seed: Option<u64>) -> Result<()> {
    let plots = |replay| RunPlots::of(Replay::run(replay)?);
    let runs = replays.iter().map(plots).collect::<Result<Vec<_>>>()?;
    let article = Article { data, straight: plots(straight)?, runs };
    let mut album = Album::new(folder);
    for (name, figure) in article.figures()? {
        album.save(&name, &figure)?;
    }
    let mut page = Page::new("Hyper-parameters in action: activation functions");
    for ((name, _), plots) in HIDDEN.iter().zip(&article.runs) {
        album.animate(&format!("{}.gif", name.to_lowercase()), plots, |epoch| frame(name, plots, epoch))?;
        page.run(*name, plots)?;
    }
    let stories = HIDDEN.iter().zip(replays).map(|((name, _), replay)| Story::of(name, replay));
    let stories = stories.collect::<Result<Vec<_>>>()?;
    let facts = facts(&stories, &Story::of("no hidden layer", straight)?, &endings(data, seed)?, seed.is_none());
    page.lesson(&lesson(LESSON, &facts)?)?;
    album.page(&page)?;
    album.print();
    Ok(())
}

/// How networks end that are trained in the same way, from weights of other seeds.
fn endings(data: &Dataset, seed: Option<u64>) -> Result<Vec<Ending>> {
    let mut endings = Vec::new();
    for other in (1..=OTHERS).filter(|&other| Some(other) != seed) {
        for (_, activation) in HIDDEN {
            let replay = Replay::options().dataset(data).loss(LOSS).in_memory();
            endings.push(Ending::of(activation, &train(network(activation, Some(other))?, data, seed, replay)?)?);
        }
    }
    Ok(endings)
}

/// The article's network, 2-2-1.
fn network(hidden: Activation, seed: Option<u64>) -> Result<Sequential> {
    let model = Sequential::builder(2)
        .layer(Dense::new(2).name("hidden").activation(hidden).kernel_initializer(Initializer::GlorotNormal))
        .layer(output())
        .build(seed.unwrap_or(42))?;
    if seed.is_some() {
        return Ok(model);
    }
    model.with_weights(&Weights::from_iter([
        Parameter::new("hidden", "kernel", [2, 2], KERAS_HIDDEN_KERNEL.to_vec()),
        Parameter::new("hidden", "bias", [2], vec![0.0_f32; 2]),
        Parameter::new("output", "kernel", [2, 1], KERAS_OUTPUT_KERNEL.to_vec()),
        Parameter::new("output", "bias", [1], vec![0.0_f32]),
    ]))
}

/// The same without the hidden layer: it can only cut the plane in two by a straight line.
fn without_hidden_layer(seed: Option<u64>) -> Result<Sequential> {
    Sequential::builder(2).layer(output()).build(seed.unwrap_or(42))
}

fn output() -> Dense {
    Dense::new(1).name("output").activation(Activation::Sigmoid).kernel_initializer(Initializer::Normal { std: 0.05 })
}

fn train(model: Sequential, data: &Dataset, seed: Option<u64>, replay: Replay) -> Result<Replay> {
    let trainer = Trainer::new(LOSS, Optimizer::sgd(0.05)).batch_size(16).seed(seed.unwrap_or(42));
    common::record(replay, model, trainer, data, EPOCHS)
}

/// What the article says of one network, recomputed from its recording.
struct Summary {
    name: &'static str,
    /// The first epoch from which on all negatives, all positives, all samples are right.
    right_from: [Option<u64>; 3],
    /// Over the whole data set, by epoch.
    losses: Vec<(u64, f64)>,
    accuracy: f64,
}

impl Summary {
    fn of(name: &'static str, replay: &Replay) -> Result<Self> {
        let milestones = replay.run()?.milestones(&MilestoneOptions::default())?;
        let metrics = replay.run()?.map(|snapshot| Ok((snapshot.epoch(), snapshot.evaluate(LOSS)?)))?;
        Ok(Self {
            name,
            right_from: [milestones.class_correct(0), milestones.class_correct(1), milestones.all_correct()],
            losses: metrics.iter().map(|(epoch, at)| (*epoch, at.loss)).collect(),
            accuracy: metrics.last().and_then(|(_, at)| at.accuracy).unwrap_or(f64::NAN),
        })
    }

    fn print(&self) {
        let [negatives, positives, all] = self.right_from.map(|from| from.map_or("never".into(), |e| e.to_string()));
        let at = |moment: &u64| self.losses.iter().find(|(epoch, _)| epoch == moment);
        let losses: String = MOMENTS.iter().filter_map(at).map(|(_, loss)| format!("{loss:>7.4}")).collect();
        let accuracy = 100.0 * self.accuracy;
        println!("{:<10} {negatives:>9} {positives:>9} {all:>5}   {losses}  {accuracy:>6.2} %", self.name);
    }

    fn print_plateaus(&self) {
        let found = plateaus(&self.losses, FLAT.0, FLAT.1);
        let plateaus: Vec<String> = found.iter().map(describe).collect();
        println!("{:<10} {}", self.name, if plateaus.is_empty() { "none".into() } else { plateaus.join("; ") });
    }
}

fn describe(plateau: &Plateau) -> String {
    let Plateau { first, last, level, .. } = plateau;
    if *last == EPOCHS {
        format!("settles from epoch {first} on, around {level:.3}")
    } else {
        format!("stands from epoch {first} to {last}, around {level:.3}")
    }
}

fn losses_heading() -> String {
    MOMENTS.iter().map(|epoch| format!("{epoch:>7}")).collect()
}

fn listed(folder: &Path) -> String {
    ["sigmoid", "tanh", "relu"]
        .map(|name| folder.join(format!("{}.replay", name.to_lowercase())).display().to_string())
        .join(", ")
}

/// The number behind `--seed`, if that is what the arguments say.
fn seed() -> Result<Option<u64>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => return Ok(None),
        ["--seed", number] => number.parse().ok(),
        _ => None,
    };
    number.map(Some).ok_or_else(|| Error::Invalid {
        what: "the command line".into(),
        expected: "empty or `--seed N`, N a whole number".into(),
        found: format!("`{}`", arguments.join(" ")),
    })
}

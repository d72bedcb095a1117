//! Beside the data and the answer a question takes what one epoch needs, however many there are.
//!
//! A file of its own: what any other test has allocated would count too.

#![cfg(feature = "plot")]

mod common;

use std::path::Path;

use common::process::{self, given, role};
use peak_alloc::PeakAlloc;
use training_replay::{
    Activation, Dataset, Dense, Loss, Matrix, Metrics, Replay, Sequential,
    analysis::{
        Baseline, DiagnosisOptions, Distribution, InfluenceOptions, LayerFilter, MilestoneOptions, Quantity,
        VerifyOptions,
    },
    plot::{Page, RunPlots},
};

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

const LOSS: Loss = Loss::BinaryCrossEntropy;

/// The weights of an epoch, in bytes: 9.6 MB.
const EPOCH: f64 = 4.0 * (40.0 * 1_200.0 + 1_200.0 * 1_900.0 + 1_900.0 + 3_101.0);

fn data() -> Dataset {
    let inputs = Matrix::from_fn(6, 40, |i, j| ((i * 7 + j * 3) % 11) as f32 / 5.5 - 1.0);
    Dataset::new(inputs, Matrix::from_fn(6, 1, |i, _| (i % 2) as f32)).unwrap()
}

fn model(seed: u64) -> Sequential {
    let hidden = |name: &str, units| Dense::new(units).name(name).activation(Activation::Tanh);
    let output = Dense::new(1).name("output").activation(Activation::Sigmoid);
    Sequential::builder(40).layer(hidden("a", 1_200)).layer(hidden("b", 1_900)).layer(output).build(seed).unwrap()
}

/// How much memory an answer took at its peak, in epochs.
fn peak<T>(ask: impl FnOnce() -> T) -> f64 {
    let before = MEMORY.current_usage();
    MEMORY.reset_peak_usage();
    drop(ask());
    (MEMORY.peak_usage() - before) as f64 / EPOCH
}

/// How many there are.
const QUESTIONS: usize = 14;

/// A question about so many epochs.
type Question<'q> = &'q dyn Fn(u64);

/// Two processes ask half of the questions each, since the memory of a process is counted as a whole.
#[test]
fn no_question_takes_more_for_more_epochs() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.replay");
    let mut replay = Replay::options().dataset(&data()).loss(LOSS).create(&path).unwrap();
    for seed in 0..5 {
        replay.record(&model(seed), Metrics::from_iter([("loss", 0.7), ("accuracy", 0.5)])).unwrap();
    }
    replay.finish().unwrap();
    let askers = [0, 1].map(|half| process::Page::start(role("asker", &path, half)));
    let asked: usize = askers.into_iter().map(|asker| asker.wait().len()).sum();
    assert_eq!(asked, QUESTIONS);
}

#[test]
#[ignore = "a role that another test starts as a process of its own"]
fn asker() {
    let Some((path, half)) = given() else { return };
    ask(&path, half);
}

/// Asks every second question of a run.
fn ask(path: &Path, half: usize) {
    let replay = Replay::open(path).unwrap();
    replay.dataset().unwrap();
    let run = |epochs| replay.run().unwrap().epochs(0..epochs).threads(1);
    let all = LayerFilter::default();
    let largest = |values: &Distribution| values.max;
    let steps = Quantity::weights().since(Baseline::EpochBefore);
    let gradient_steps = Quantity::gradients(LOSS).since(Baseline::Start);
    let page = |epochs| {
        let mut page = Page::new("wide");
        page.run("run", &RunPlots::of(run(epochs)).unwrap()).unwrap();
    };
    let by_rate = InfluenceOptions::default().learning_rates((0..5).map(|epoch| (epoch, 0.1)));
    let projected = by_rate.clone().projection(512, 1);
    let questions: [(&str, f64, Question<'_>); QUESTIONS] = [
        ("milestones", 6.25, &|epochs| drop(run(epochs).milestones(&MilestoneOptions::default()).unwrap())),
        ("diagnosis", 6.25, &|epochs| drop(run(epochs).diagnose(&DiagnosisOptions::default()).unwrap())),
        ("history", 6.25, &|epochs| drop(run(epochs).sample_history(LOSS).unwrap())),
        ("verify", 6.25, &|epochs| drop(run(epochs).verify(&VerifyOptions::default()).unwrap())),
        ("weights", 6.25, &|epochs| drop(run(epochs).statistic(Quantity::weights(), &all, largest).unwrap())),
        ("gradients", 6.25, &|epochs| drop(run(epochs).statistic(Quantity::gradients(LOSS), &all, largest).unwrap())),
        ("changes", 6.25, &|epochs| drop(run(epochs).statistic(steps, &all, largest).unwrap())),
        ("of gradients", 7.25, &|epochs| drop(run(epochs).statistic(gradient_steps, &all, largest).unwrap())),
        ("plane", 8.0, &|epochs| drop(run(epochs).principal_plane("a").unwrap())),
        ("deviations", 6.25, &|_| drop(replay.recorded_weights().std().unwrap())),
        ("diff", 2.25, &|_| drop(replay.recorded_weights().diff(&replay, 0.0).unwrap())),
        ("self-influence", 9.0, &|epochs| drop(run(epochs).self_influence(&by_rate).unwrap())),
        ("influence", 11.0, &|epochs| drop(run(epochs).influence(replay.dataset().unwrap(), &projected).unwrap())),
        ("page", 7.25, &|epochs| page(epochs.min(3))),
    ];
    for (what, most, ask) in questions.into_iter().skip(half).step_by(2) {
        let (few, many) = (peak(|| ask(2)), peak(|| ask(5)));
        process::say(&format!("{what}: {few:.2} {many:.2} epochs, {:.0} MB", many * EPOCH / 1e6));
        assert!(many <= most, "{what}: {many} epochs of memory");
        assert!(many <= few + 0.1, "{what}: {few} for two epochs, {many} for five");
    }
}

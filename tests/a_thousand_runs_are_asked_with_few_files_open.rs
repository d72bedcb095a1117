//! Many runs are opened and asked, in 100 kB of memory for each, by a process that may have 256 files open.

#![cfg(unix)]

mod common;

use std::{
    fs,
    process::{Command, Stdio},
};

use common::{
    process::given,
    scale::{report, scaled},
};
use peak_alloc::PeakAlloc;
use training_replay::{
    Activation, Dense, Loss, Metrics, Replay, Runs, Sequential, Weights, analysis::MilestoneOptions, datasets,
};

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// A run as long as the article's, on fewer samples: what is kept of a run hangs on its epochs, what is computed on its samples.
fn record(path: &std::path::Path) {
    let data = datasets::parabola(100, 13);
    let layers = [Dense::new(2).activation(Activation::Sigmoid), Dense::new(1).activation(Activation::Sigmoid)];
    let model = Sequential::builder(2).layers(layers).build(1).unwrap();
    let weights = Weights::of(&model).unwrap();
    let mut replay = Replay::options().dataset(&data).loss(Loss::BinaryCrossEntropy).create(path).unwrap();
    for epoch in 0..=150 {
        let factor = 1.0 + epoch as f32 / 50.0;
        let grown = weights.iter().map(|parameter| {
            let values: Vec<f32> = parameter.values().to_f32().iter().map(|value| value * factor).collect();
            training_replay::Parameter::new(
                parameter.layer().to_owned(),
                parameter.name().to_owned(),
                parameter.shape(),
                values,
            )
        });
        let model = training_replay::Forward::with_weights(&model, &grown.collect()).unwrap();
        let metrics = if epoch == 0 { Metrics::new() } else { Metrics::from([("loss", 0.5), ("accuracy", 0.5)]) };
        replay.record(&model, metrics).unwrap();
    }
    replay.finish().unwrap();
}

#[test]
#[ignore = "a role that the other test starts as a process of its own"]
fn asker() {
    let Some((folder, count)) = given() else { return };
    let open = || fs::read_dir("/proc/self/fd").map_or(0, Iterator::count);
    let before = open();
    let runs = Runs::open_folder(&folder).unwrap();
    assert_eq!((runs.len(), runs.failed().len()), (count, 0));
    let milestones = runs.milestones(&MilestoneOptions::default()).unwrap();
    assert!(milestones.iter().all(|found| *found == milestones[0]), "copies answer alike");
    assert_eq!(
        milestones[0],
        runs.iter().nth(7).unwrap().1.run().unwrap().milestones(&MilestoneOptions::default()).unwrap()
    );
    assert!(open() <= before + 64, "{} files are open", open());
    println!("\n>{}", MEMORY.peak_usage());
}

#[test]
fn any_number_of_runs_is_opened_and_asked_in_100_kb_each_with_256_files() {
    let folder = tempfile::tempdir().unwrap();
    let first = folder.path().join("0.replay");
    record(&first);
    let count: usize = scaled(300, 1_000);
    for run in 1..count {
        fs::copy(&first, folder.path().join(format!("{run}.replay"))).unwrap();
    }
    let mut command = Command::new("sh");
    command.args(["-c", "ulimit -n 256 && exec \"$0\" asker --exact --ignored --nocapture --test-threads=1"]);
    command.arg(std::env::current_exe().unwrap()).env("ROLE_FILE", folder.path()).env("ROLE_SIZE", count.to_string());
    let output = command.stdin(Stdio::null()).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    let peak: usize = said.lines().find_map(|line| line.strip_prefix('>')).unwrap().parse().unwrap();
    report(format_args!("{count} runs take {} kB of memory", peak / 1_000));
    assert!(peak < 100_000 * count, "{peak} bytes");
}

/// Samples of the data that runs share: 12 bytes each in memory.
const SAMPLES: usize = 100_000;

#[test]
#[ignore = "a role that the other test starts as a process of its own"]
fn asker_of_shared_data() {
    let Some((folder, count)) = given() else { return };
    let open = || fs::read_dir("/proc/self/fd").map_or(0, Iterator::count);
    let before = open();
    let runs = Runs::open_folder(&folder).unwrap();
    assert_eq!((runs.len(), runs.failed().len()), (count, 0));
    assert!(runs.iter().all(|(_, run)| run.dataset().unwrap().samples() == SAMPLES));
    assert!(open() <= before + 64, "{} files are open", open());
    println!("\n>{}", MEMORY.peak_usage());
}

#[test]
fn data_that_runs_share_are_in_memory_once() {
    let folder = tempfile::tempdir().unwrap();
    let first = folder.path().join("0.replay");
    let data = datasets::moons(SAMPLES, 0.1, 1);
    let model = Sequential::builder(2).layer(Dense::new(1)).build(1).unwrap();
    let options = Replay::options().dataset(&data).share_data(folder.path().join("moons.dataset"));
    options.create(&first).unwrap().record(&model, Metrics::new()).unwrap();
    let count: usize = scaled(300, 1_000);
    for run in 1..count {
        fs::copy(&first, folder.path().join(format!("{run}.replay"))).unwrap();
    }
    let said = common::process::Page::start(common::process::role("asker_of_shared_data", folder.path(), count)).wait();
    let peak: usize = said.last().unwrap().parse().unwrap();
    report(format_args!("{count} runs that share {} kB of data: {} kB at most", SAMPLES * 12 / 1_000, peak / 1_000));
    assert!(peak < count * 20_000 + SAMPLES * 12 * 4, "{peak} bytes");
}

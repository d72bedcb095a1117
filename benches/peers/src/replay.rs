//! Questions about the 151 epochs of a recorded training, each asked of every epoch.

use std::{
    fs::{create_dir_all, read_to_string},
    hint::black_box,
    path::{Path, PathBuf},
    process::Command,
};

use training_replay::{
    Loss, Replay, Sequential, Snapshot,
    analysis::{FeatureSpace, Grid},
};

use crate::{
    job::{Job, Made, Result, boxed},
    train::Course,
};

/// The argument with which a child of this process is asked to do [`print_peak`].
pub const PEAK: &str = "peak";

pub const EPOCHS: u64 = 151;
pub const LOSS: Loss = Loss::BinaryCrossEntropy;

pub fn make(name: &str, folder: &Path) -> Made {
    let path = folder.join("article.replay");
    let known = ["feature_space", "feature_space_whole", "feature_space_peak", "probabilities", "losses", "gradients"];
    known.contains(&name).then(|| recorded(&path).and_then(|()| asking(name, path)))
}

fn asking(name: &str, path: PathBuf) -> Result<Box<dyn Job>> {
    match name {
        "feature_space" => boxed(feature_spaces(&path)),
        "feature_space_whole" => boxed(whole_feature_spaces(&path)),
        "feature_space_peak" => boxed(Ok(Peak(path))),
        "probabilities" => boxed(Asking::new(&path, |snapshot| snapshot.outputs())),
        "losses" => boxed(Asking::new(&path, |snapshot| snapshot.losses(LOSS))),
        _ => boxed(Asking::new(&path, |snapshot| snapshot.gradients(LOSS))),
    }
}

/// Trains and records.
pub fn recorded(path: &Path) -> Result<()> {
    path.parent().map_or(Ok(()), create_dir_all)?;
    let course = Course::small()?;
    let (mut model, mut trainer) = (course.model.clone(), course.trainer());
    let mut replay = course.begin(path)?;
    for _ in 1..EPOCHS {
        let metrics = trainer.epoch(&mut model, &course.data)?;
        replay.record(&model, metrics)?;
    }
    Ok(replay.finish()?)
}

/// One question, asked of every epoch.
struct Asking<F> {
    replay: Replay,
    ask: F,
}

impl<T, F: FnMut(&Snapshot<'_, Sequential>) -> training_replay::Result<T>> Asking<F> {
    fn new(path: &Path, ask: F) -> Result<Self> {
        Ok(Self { replay: Replay::open(path)?, ask })
    }
}

impl<T, F: FnMut(&Snapshot<'_, Sequential>) -> training_replay::Result<T>> Job for Asking<F> {
    fn run(&mut self) -> Result<()> {
        for epoch in 0..EPOCHS {
            black_box((self.ask)(&self.replay.at(epoch)?)?);
        }
        Ok(())
    }
}

/// How the hidden layer bends a million points, some of them after the other.
fn feature_spaces(path: &Path) -> Result<impl Job + use<>> {
    let (mut space, grid) = (FeatureSpace::default(), Grid::default().points(1_000));
    Asking::new(path, move |snapshot| {
        space.update_with(snapshot.model(), "hidden", snapshot.dataset()?, &grid, |patch| {
            black_box(patch);
            Ok(())
        })
    })
}

/// The same, all of an epoch's in memory.
fn whole_feature_spaces(path: &Path) -> Result<impl Job + use<>> {
    let (mut space, grid) = (FeatureSpace::default(), Grid::default().points(1_000));
    Asking::new(path, move |snapshot| {
        space.update(snapshot.model(), "hidden", snapshot.dataset()?, &grid)?;
        black_box(&space);
        Ok(())
    })
}

/// Measures not the time but the memory of a process that does nothing else, in bytes.
struct Peak(PathBuf);

impl Job for Peak {
    fn run(&mut self) -> Result<()> {
        self.measure(1).map(drop)
    }

    fn measure(&mut self, _times: u32) -> Result<u64> {
        let output = Command::new(std::env::current_exe()?).arg(PEAK).arg(&self.0).output()?;
        match output.status.success() {
            true => Ok(String::from_utf8(output.stdout)?.trim().parse()?),
            false => Err(String::from_utf8_lossy(&output.stderr).into()),
        }
    }
}

/// Computes the feature spaces, and prints the most memory that this process ever had, in bytes.
pub fn print_peak(recording: &Path) -> Result<()> {
    whole_feature_spaces(recording)?.run()?;
    let status = read_to_string("/proc/self/status")?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("no VmHWM in the status")?;
    let kibibytes: u64 = peak.trim().trim_end_matches(" kB").parse()?;
    println!("{}", kibibytes * 1024);
    Ok(())
}

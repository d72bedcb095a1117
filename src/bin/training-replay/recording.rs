//! A recording that was named on the command line: opened to read, never changed.

use std::{
    collections::HashSet,
    fs::File,
    io::Read,
    path::{Path, PathBuf},
};

use clap::Args;
use training_replay::{Error, Moment, Replay, Sequential, Weights};

use crate::{
    trouble::{Answer, Trouble},
    words::{counted, path_shown, shown},
};

/// The recordings that a subcommand is about.
#[derive(Args, Debug)]
pub struct Files {
    /// The recordings
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
}

/// Opens a recording.
pub fn open(path: &Path) -> Answer<Replay> {
    expect_file(path)?;
    Replay::open(path).map_err(Trouble::with(path))
}

/// Fails for `-`: a recording is read here and there, which a pipe cannot be.
pub fn expect_file(path: &Path) -> Answer<()> {
    if path.as_os_str() == "-" {
        let what = "the standard input is no recording, which is read here and there; \
                    save it to a file first (./- is a file of this name)";
        return Err(Trouble::of(path, what));
    }
    if path.is_dir() {
        return Err(Trouble::of(path, "it is a folder; `training-replay runs` lists the recordings in it"));
    }
    Ok(())
}

/// The version of the format that a file is written in, and its size.
pub fn format_of(path: &Path) -> Answer<(u16, u16, u64)> {
    let failed = Trouble::io(path);
    let mut file = File::open(path).map_err(&failed)?;
    let mut preamble = [0; 12];
    file.read_exact(&mut preamble).map_err(&failed)?;
    let [.., major, major_high, minor, minor_high] = preamble;
    let size = file.metadata().map_err(&failed)?.len();
    Ok((u16::from_le_bytes([major, major_high]), u16::from_le_bytes([minor, minor_high]), size))
}

/// Everything that was recorded, epochs and steps, in the order of time.
pub fn moments(replay: &Replay) -> Vec<Moment> {
    let mut moments: Vec<Moment> = replay.epochs().map(Moment::from).chain(replay.steps().iter()).collect();
    moments.sort_unstable();
    moments
}

/// Fails for a recording without epochs.
pub fn expect_epochs(path: &Path, replay: &Replay) -> Answer<()> {
    if replay.epochs().len() > 0 {
        return Ok(());
    }
    let steps = replay.steps().len();
    let what = match steps {
        0 => "it has no epoch that can be asked about".to_owned(),
        steps => format!(
            "it has no epoch that can be asked about, only {steps} steps: `curve --steps` shows what they logged"
        ),
    };
    Err(Trouble::of(path, what))
}

/// What runs are called: by the names that were given, or by their files, as long as that parts them.
pub fn names_of(files: &[PathBuf], names: &[String]) -> Answer<Vec<String>> {
    if !names.is_empty() && names.len() != files.len() {
        let what = format!("{} for {}", counted(names.len() as u64, "name"), counted(files.len() as u64, "run"));
        return Err(Trouble::usage(format!("there are {what}; give one for each, in their order")));
    }
    if !names.is_empty() {
        return Ok(names.to_vec());
    }
    let stem = |path: &PathBuf| path.file_stem().map_or_else(|| path_shown(path), |stem| stem.display().to_string());
    let mut stems: Vec<String> = files.iter().map(stem).collect();
    stems.sort_unstable();
    stems.dedup();
    let parts = stems.len() == files.len();
    Ok(files.iter().map(|path| if parts { stem(path) } else { path_shown(path) }).collect())
}

/// Fails if two runs are called the same: the files of the one would take the place of the other's.
pub fn expect_different(names: &[String]) -> Answer<()> {
    let mut seen = HashSet::new();
    match names.iter().find(|&name| !seen.insert(name)) {
        Some(twice) => {
            let what = format!("two runs are called \"{}\", and their files would be the same ones", shown(twice));
            Err(Trouble::usage(format!("{what}; `--name` gives each another name")))
        }
        None => Ok(()),
    }
}

/// What the loss of a recording is called, also where it is the model's own.
pub fn loss_name(replay: &Replay) -> Option<String> {
    let no_model = |_: &Weights| Err::<Sequential, _>(Error::other("a name needs no model"));
    replay.run_from(&no_model).loss_name().map(str::to_owned)
}

//! `training-replay pack`: the same recording, whole and with its end.

use std::{
    fs::File,
    io::{BufWriter, Write},
    path::{Path, PathBuf},
};

use clap::Args;
use serde_json::json;
use training_replay::{Replay, SharedData};

use crate::{
    out::Out,
    recording,
    target::TargetArgs,
    trouble::{Answer, Status, Trouble},
    words::{counted, path_shown, size},
};

pub const EXAMPLES: &str = "\
Examples:
  training-replay pack killed.replay -o whole.replay
  training-replay pack run.replay -o archive.replay && rm run.replay";

/// Copies a recording into a new file, without a torn end and marked as finished
///
/// Every record is the same, byte for byte. Data sets that lie in a file of their own are put into the copy, which needs no other
/// file then. A damaged recording is refused: `repair` takes what is whole.
#[derive(Args, Debug)]
pub struct Pack {
    /// The recording
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    target: TargetArgs,
    /// Write JSON
    #[arg(long)]
    json: bool,
}

impl Pack {
    pub fn run(&self) -> Answer<Status> {
        let path = &self.file;
        let replay = recording::open(path)?;
        let target = self.target.begin_copy(path, &replay)?;
        if let Some(damage) = replay.check_integrity().map_err(Trouble::with(path))?.first() {
            if damage.path.is_some() && damage.bytes.end == 0 {
                SharedData::of(&replay).map(|shared| shared.path()).transpose().map_err(Trouble::with(path))?;
            }
            let what = match &damage.path {
                None => format!("it is damaged ({}); `training-replay repair` copies what is whole", damage.reason),
                Some(file) => format!("its data in {} are damaged ({})", path_shown(file), damage.reason),
            };
            return Err(Trouble::of(path, what));
        }
        copy(&replay, target.path()).map_err(|error| Trouble::io(target.path())(error))?;
        let mut epochs = replay.epochs().len();
        if !replay.is_finished() {
            epochs = end(target.path())?;
        }
        let bytes = target.finish()?;
        self.say(&replay, epochs, bytes)
    }

    fn say(&self, replay: &Replay, epochs: usize, bytes: u64) -> Answer<Status> {
        let mut out = Out::new();
        let torn = replay.torn_bytes();
        let shared =
            SharedData::of(replay).map(|shared| shared.path()).transpose().map_err(Trouble::with(&self.file))?;
        if self.json {
            let output = self.target.output.display().to_string();
            let document = json!({
                "file": self.file.display().to_string(),
                "output": output,
                "epochs": epochs,
                "steps": replay.steps().len(),
                "bytes": bytes,
                "torn_bytes": torn,
                "was_finished": replay.is_finished(),
                "data_from": shared.map(|path| path.display().to_string()),
            });
            out.json("pack", document)?;
        } else {
            let (output, epochs) = (path_shown(&self.target.output), counted(epochs as u64, "epoch"));
            out.line(format!("{output}: {epochs}, {}", size(bytes)))?;
            if let Some(path) = shared {
                out.line(format!("with the data sets of {}", path_shown(path)))?;
            }
            if torn > 0 {
                out.line(format!("left out: {} of a record that never was whole", size(torn)))?;
            }
        }
        out.flush()?;
        Ok(Status::Held)
    }
}

/// The whole records, and the data sets where they lie in another file.
fn copy(replay: &Replay, to: &Path) -> std::io::Result<()> {
    let mut file = BufWriter::new(File::create(to)?);
    let written = match SharedData::of(replay) {
        Some(shared) => shared.write_whole_to(&mut file),
        None => replay.write_to(&mut file),
    };
    written.map_err(std::io::Error::other)?;
    file.flush()
}

/// Marks the copy as finished.
fn end(path: &Path) -> Answer<usize> {
    let failed = Trouble::with(path);
    let mut replay = Replay::append(path).map_err(&failed)?;
    replay.finish().map_err(&failed)?;
    Ok(replay.epochs().len())
}

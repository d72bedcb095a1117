//! `training-replay repair`: what is whole of a damaged recording.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use crate::{
    copy::{self, Copied, Damaged},
    out::Out,
    recording::{self, moments},
    target::TargetArgs,
    trouble::{Answer, Status},
    words::{counted, path_shown, shown, size},
};

pub const EXAMPLES: &str = "\
Examples:
  training-replay repair damaged.replay -o whole.replay
  training-replay repair --json damaged.replay -o whole.replay | jq .lost";

/// Copies what is whole of a damaged or killed recording into a new file, and says what is lost
///
/// Every epoch and step whose weights can be read is recorded again, bit for bit, with its metrics, notes and data sets.
/// The copy is marked as finished only if the recording was: `pack` does that.
#[derive(Args, Debug)]
pub struct Repair {
    /// The recording
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    target: TargetArgs,
    /// Write JSON
    #[arg(long)]
    json: bool,
}

impl Repair {
    pub fn run(&self) -> Answer<Status> {
        let path = &self.file;
        let replay = recording::open(path)?;
        let target = self.target.begin_copy(path, &replay)?;
        let mut copied = copy::record((path, &replay), &moments(&replay), target.path(), Damaged::IsLeftOut)?;
        let unknown = replay
            .damage()
            .iter()
            .map(|damage| format!("bytes {} to {}: {}", damage.bytes.start, damage.bytes.end, damage.reason));
        copied.lost.splice(0..0, unknown);
        let bytes = target.finish()?;
        self.say(&copied, bytes, replay.torn_bytes(), replay.is_finished())
    }

    fn say(&self, copied: &Copied, bytes: u64, torn: u64, finished: bool) -> Answer<Status> {
        let mut out = Out::new();
        if self.json {
            let document = json!({
                "file": self.file.display().to_string(),
                "output": self.target.output.display().to_string(),
                "epochs": copied.epochs,
                "steps": copied.steps,
                "bytes": bytes,
                "lost": copied.lost,
                "torn_bytes": torn,
                "finished": finished,
            });
            out.json("repair", document)?;
            out.flush()?;
            return Ok(Status::Held);
        }
        let (epochs, steps) = (counted(copied.epochs as u64, "epoch"), counted(copied.steps as u64, "step"));
        out.line(format!("{}: {epochs}, {steps}, {}", path_shown(&self.target.output), size(bytes)))?;
        copied.lost.iter().try_for_each(|lost| out.line(format!("lost: {}", shown(lost))))?;
        if torn > 0 {
            out.line(format!("left out: {} of a record that never was whole", size(torn)))?;
        }
        if copied.lost.is_empty() && torn == 0 {
            out.line("nothing was lost")?;
        }
        if !finished {
            out.line("not marked as finished, as the recording was not: `pack` does that")?;
        }
        out.flush()?;
        Ok(Status::Held)
    }
}

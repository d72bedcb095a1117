//! `training-replay check`: whether every byte is what was written.

use std::path::Path;

use clap::Args;
use serde_json::json;
use training_replay::Replay;

use crate::{
    damage,
    recording::{self, Files},
    report::{Report, about_each},
    trouble::{Answer, Status, Trouble},
    words::{counted, size},
};

pub const EXAMPLES: &str = "\
Examples:
  training-replay check run.replay
  training-replay check --quiet backup/*.replay && echo all whole
  training-replay check --finished run.replay    # also that the run came to its end";

/// Checks that every byte is what was written: reads all of it, and compares every checksum
///
/// What a killed recorder left half written is said, and is no damage: it never was recorded.
#[derive(Args, Debug)]
pub struct Check {
    #[command(flatten)]
    files: Files,
    /// Fail for a run that did not come to its end, too
    #[arg(long)]
    finished: bool,
    /// Say nothing of what is whole
    #[arg(short, long, conflicts_with = "json")]
    quiet: bool,
    /// Write JSON
    #[arg(long)]
    json: bool,
}

impl Check {
    pub fn run(&self) -> Answer<Status> {
        about_each("check", &self.files.files, self.json, |asked| self.report(asked.path))
    }

    fn report(&self, path: &Path) -> Answer<Report> {
        let replay = recording::open(path)?;
        let found = replay.check_integrity().map_err(Trouble::with(path))?;
        let fails = !found.is_empty() || (self.finished && !replay.is_finished());
        let (torn, finished) = (replay.torn_bytes(), replay.is_finished());
        let mut lines: Vec<String> = found.iter().map(|it| format!("damaged: {}", damage::line(it))).collect();
        if found.is_empty() {
            lines.push(format!("whole: every checksum of {} agrees", checked(&replay)));
        } else if found.iter().any(|it| it.path.is_none()) {
            lines.push("`training-replay repair` copies what is whole".into());
        }
        if torn > 0 {
            lines.push(format!(
                "behind the last whole record are {}: it is being written, or its recorder was stopped",
                size(torn)
            ));
        }
        if !finished {
            lines.push("not finished".into());
        }
        if self.quiet && !fails {
            lines.clear();
        }
        let json = json!({
            "whole": found.is_empty(),
            "damage": found.iter().map(damage::document).collect::<Vec<_>>(),
            "torn_bytes": torn,
            "finished": finished,
        });
        Ok(Report { lines, json, status: if fails { Status::Failed } else { Status::Held } })
    }
}

/// What there is to check beside the description and the data sets.
fn checked(replay: &Replay) -> String {
    let epochs = counted(replay.epochs().len() as u64, "epoch");
    match replay.steps().len() {
        0 => epochs,
        steps => format!("{epochs} and {}", counted(steps as u64, "step")),
    }
}

//! `training-replay thin`: fewer epochs of a recording.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;
use training_replay::{Moment, Replay};

use crate::{
    copy::{self, Copied, Damaged},
    epochs::EpochsArgs,
    out::Out,
    recording::{self, moments},
    target::TargetArgs,
    trouble::{Answer, Status, Trouble},
    words::{counted, path_shown, size},
};

pub const EXAMPLES: &str = "\
Examples:
  training-replay thin --every 10 run.replay -o small.replay
  training-replay thin --epochs 0,50,last run.replay -o three.replay
  training-replay thin --without-steps run.replay -o epochs.replay";

/// Copies some epochs of a recording into a new file, bit for bit, and says what was left out
///
/// The last recorded epoch always stays with --every. Steps stay with the epochs that they lie in. Metrics of epochs that are left
/// out are left out too.
#[derive(Args, Debug)]
pub struct Thin {
    /// The recording
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    epochs: EpochsArgs,
    /// Leave out what was recorded within the epochs
    #[arg(long)]
    without_steps: bool,
    #[command(flatten)]
    target: TargetArgs,
    /// Write JSON
    #[arg(long)]
    json: bool,
}

impl Thin {
    pub fn run(&self) -> Answer<Status> {
        let path = &self.file;
        if !self.epochs.are_chosen() && !self.without_steps {
            return Err(Trouble::usage("what is to be left out? give --every, --epochs or --without-steps"));
        }
        let replay = recording::open(path)?;
        let target = self.target.begin_copy(path, &replay)?;
        let chosen = self.moments(&replay)?;
        let copied = copy::record((path, &replay), &chosen, target.path(), Damaged::IsAnError)?;
        let bytes = target.finish()?;
        self.say(&replay, &copied, bytes)
    }

    /// What stays.
    fn moments(&self, replay: &Replay) -> Answer<Vec<Moment>> {
        let mut epochs = self.epochs.of(&self.file, replay)?;
        if self.epochs.every.is_some() && self.epochs.epochs.is_empty() {
            epochs.extend(replay.epochs().last());
        }
        let of_all = !self.epochs.are_chosen(); // Steps behind the last epoch, too.
        let stays = |moment: &Moment| match moment.step() {
            Some(_) => !self.without_steps && (of_all || epochs.contains(&moment.epoch())),
            None => epochs.contains(&moment.epoch()),
        };
        Ok(moments(replay).into_iter().filter(stays).collect())
    }

    fn say(&self, replay: &Replay, copied: &Copied, bytes: u64) -> Answer<Status> {
        let mut out = Out::new();
        let left_out = (replay.epochs().len() - copied.epochs, replay.steps().len() - copied.steps);
        if self.json {
            let document = json!({
                "file": self.file.display().to_string(),
                "output": self.target.output.display().to_string(),
                "epochs": copied.epochs,
                "steps": copied.steps,
                "bytes": bytes,
                "left_out_epochs": left_out.0,
                "left_out_steps": left_out.1,
            });
            out.json("thin", document)?;
        } else {
            let (epochs, steps) = (counted(copied.epochs as u64, "epoch"), counted(copied.steps as u64, "step"));
            out.line(format!("{}: {epochs}, {steps}, {}", path_shown(&self.target.output), size(bytes)))?;
            let (epochs, steps) = (counted(left_out.0 as u64, "epoch"), counted(left_out.1 as u64, "step"));
            out.line(format!("left out: {epochs}, {steps}"))?;
        }
        out.flush()?;
        Ok(Status::Held)
    }
}

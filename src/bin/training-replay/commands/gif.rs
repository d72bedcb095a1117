//! `training-replay gif`: an animation over the epochs.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;
use training_replay::plot::Animation;

use super::figure::Panels;
use crate::{
    bars::Bar,
    epochs::EpochsArgs,
    out::Out,
    pictures::{Look, PlotArgs},
    trouble::{Answer, Status, Trouble, with_options},
    words::{counted, path_shown, shown},
};

pub const EXAMPLES: &str = "\
Examples:
  training-replay gif run.replay -o run.gif
  training-replay gif --panel space --size 400x400 --every 5 run.replay -o space.gif
  training-replay gif --epochs 0-50 --fps 20 --theme dark run.replay -o beginning.gif";

/// Draws the epochs one after the other, as a GIF
#[derive(Args, Debug)]
pub struct Gif {
    /// The recording
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The animation; its name ends in .gif; one that is there is replaced
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    #[command(flatten)]
    epochs: EpochsArgs,
    /// What is drawn
    #[arg(long, value_enum, default_value_t = Panels::All)]
    panel: Panels,
    /// Epochs a second
    #[arg(long, value_name = "NUMBER", default_value_t = 10.0)]
    fps: f64,
    /// Seconds that the last epoch stays
    #[arg(long, value_name = "SECONDS", default_value_t = 2.0)]
    hold: f64,
    #[command(flatten)]
    plot: PlotArgs,
    #[command(flatten)]
    look: Look,
    /// Write JSON about the animation
    #[arg(long)]
    json: bool,
}

impl Gif {
    pub fn run(&self) -> Answer<Status> {
        let replay = self.plot.question.open(&self.file)?;
        let bar = Bar::of("limits");
        let run = self.plot.question.run(&self.file, &replay)?.progress(bar.callback());
        let epochs = self.epochs.of(&self.file, &replay)?;
        let plots = self.plot.of(&self.file, run.epochs(epochs))?;
        let bar = Bar::of("frames");
        let animation = Animation::of(plots.epochs()).frames_per_second(self.fps).hold(self.hold);
        let draw = |epoch| Ok(self.look.of(self.panel.of(&plots, epoch)?));
        animation.progress(bar.callback()).save(&self.output, draw).map_err(Trouble::with(&self.output))?;
        drop(bar);
        let caveats: Vec<String> = plots.caveats().iter().map(|caveat| with_options(&caveat.to_string())).collect();
        self.say(plots.epochs().len(), &caveats)
    }

    fn say(&self, frames: usize, caveats: &[String]) -> Answer<Status> {
        let mut out = Out::new();
        if self.json {
            let (file, output) = (self.file.display().to_string(), self.output.display().to_string());
            out.json("gif", json!({ "file": file, "output": output, "frames": frames, "caveats": caveats }))?;
        } else {
            out.line(format!("{}: {}", path_shown(&self.output), counted(frames as u64, "epoch")))?;
            caveats.iter().try_for_each(|caveat| out.line(shown(caveat)))?;
        }
        out.flush()?;
        Ok(Status::Held)
    }
}

//! `training-replay player`: a page that opens recordings and trains on.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;
use training_replay::plot::Player;

use crate::{
    out::Out,
    recording::{self, names_of},
    trouble::{Answer, Status, Trouble},
    words::{counted, path_shown, size},
};

pub const EXAMPLES: &str = "\
Examples:
  training-replay player -o player.html                    # recordings are opened in it
  training-replay player killed.replay -o player.html
  training-replay player --name tanh --name ReLU tanh.replay relu.replay -o two.html";

/// Makes a page that opens recordings, shows them as `page` does, and trains on from any epoch
///
/// One HTML file that needs no network, with the recordings in it and the crate as WebAssembly. A run goes on under another learning
/// rate, optimizer, order or activation, or on data that are edited there, and can be saved as a recording.
#[derive(Args, Debug)]
pub struct PlayerArgs {
    /// The recordings that it has open from the beginning, of built-in networks; those of several can be opened in it
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    /// The page; its name ends in .html; one that is there is replaced
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    /// What a run is called; again for each of them; without it by its file
    #[arg(long = "name", value_name = "NAME")]
    names: Vec<String>,
    /// The title
    #[arg(long, value_name = "TEXT", default_value = "Training replay")]
    title: String,
    /// Write JSON about the page
    #[arg(long)]
    json: bool,
}

impl PlayerArgs {
    pub fn run(&self) -> Answer<Status> {
        let mut player = Player::new(&self.title);
        for (path, name) in self.files.iter().zip(names_of(&self.files, &self.names)?) {
            player.recording(name, &recording::open(path)?).map_err(Trouble::with(path))?;
        }
        player.save(&self.output).map_err(Trouble::with(&self.output))?;
        self.say(&self.output, self.output.metadata().map_err(Trouble::io(&self.output))?.len())
    }

    fn say(&self, output: &Path, bytes: u64) -> Answer<Status> {
        let mut out = Out::new();
        if self.json {
            let files: Vec<String> = self.files.iter().map(|path| path.display().to_string()).collect();
            out.json("player", json!({ "files": files, "output": output.display().to_string(), "bytes": bytes }))?;
        } else {
            let recordings = counted(self.files.len() as u64, "recording");
            out.line(format!("{}: {recordings}, {}", path_shown(output), size(bytes)))?;
        }
        out.flush()?;
        Ok(Status::Held)
    }
}

//! `training-replay player`: a page that opens recordings and trains on.

use std::path::{Path, PathBuf};

use clap::Args;
use training_replay::{Error, plot::Player};

use crate::{
    recording::{self, names_of},
    trouble::{Answer, Status, Trouble},
    written_page::WrittenPage,
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
    /// The recordings that it has open from the beginning, of built-in networks; others can be opened in it
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
            player.recording(name, &recording::open(path)?).map_err(|error| trouble(path, error))?;
        }
        player.save(&self.output).map_err(Trouble::with(&self.output))?;
        WrittenPage { by: "player", noun: "recording", files: &self.files, output: &self.output }.say(self.json)
    }
}

/// Other commands are given what a recording lacks; a player holds recordings alone.
fn trouble(path: &Path, error: Error) -> Trouble {
    match error {
        Error::Missing { missing, .. } if ["loss", "data set"].contains(&missing.as_str()) => Trouble::Said(format!(
            "{}: the recording holds no {missing}; the player opens those that hold it, and `page` is given it by an option",
            path.display()
        )),
        other => Trouble::with(path)(other),
    }
}

//! `training-replay import`: checkpoints of other tools as a recording.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use serde_json::{Value, json};
use training_replay::{Activation, Loss, Orientation, Replay, import::Checkpoints};

use crate::{
    bars::Bar,
    out::Out,
    question::TableArgs,
    target::TargetArgs,
    trouble::{Answer, Status, Trouble},
    words::{counted, path_shown, size},
};

pub const EXAMPLES: &str = "\
Examples:
  training-replay import checkpoints/ -o run.replay
  training-replay import --list checkpoints/
  training-replay import --dense tanh,sigmoid --data moons.csv --label class checkpoints/ -o run.replay
  training-replay import --epochs 0,17 --part model before.pt best.pt -o run.replay";

/// Makes a recording of checkpoints: safetensors, PyTorch's .pt and .pth, numpy's .npz
///
/// Of a folder the numbers in the names give the epochs; --list shows them and writes nothing. Arrays come bit for bit, one at a time. With
/// --dense the recording opens by itself: networks of dense layers are recognized among the arrays.
#[derive(Args, Debug)]
pub struct Import {
    /// A folder of checkpoints, or checkpoints in their order
    #[arg(value_name = "FOLDER or FILE", required = true)]
    checkpoints: Vec<PathBuf>,
    #[command(flatten)]
    target: ImportTarget,
    /// The epochs, one for each checkpoint in their order; without it their names, or they themselves, say them
    #[arg(long, value_name = "NUMBERS", value_delimiter = ',')]
    epochs: Vec<u64>,
    /// The number of a name that is its epoch, by the text in front of it
    #[arg(long, value_name = "TEXT")]
    number_after: Option<String>,
    /// The key of the weights in a file of PyTorch that holds more
    #[arg(long, value_name = "KEY")]
    part: Option<String>,
    /// What the names of arrays begin with and shall not, such as _orig_mod. or module.
    #[arg(long, value_name = "TEXT")]
    strip_prefix: Option<String>,
    /// What the rows and columns of matrices stand for, where names and shapes leave it open
    #[arg(long, value_enum)]
    orientation: Option<Rows>,
    /// The activations of a network of dense layers, in forward order
    #[arg(long, value_name = "ACTIVATIONS", value_delimiter = ',')]
    dense: Vec<Activation>,
    /// The layers of that network in forward order, where their names do not say it
    #[arg(long, value_name = "NAMES", value_delimiter = ',', requires = "dense")]
    layers: Vec<String>,
    /// The outputs of that network are logits
    #[arg(long, requires = "dense")]
    logits: bool,
    /// The loss that the network was trained with
    #[arg(long, value_name = "NAME")]
    loss: Option<Loss>,
    #[command(flatten)]
    table: TableArgs,
    /// Write JSON
    #[arg(long)]
    json: bool,
}

/// Where the recording goes, unless it is only looked at.
#[derive(Args, Debug)]
struct ImportTarget {
    /// List the epochs and their files, and write nothing
    #[arg(long, conflicts_with_all = ["output", "force"])]
    list: bool,
    /// The file to write; it must not be there yet
    #[arg(short, long, value_name = "FILE", required_unless_present = "list")]
    output: Option<PathBuf>,
    /// Replace the file if it is there
    #[arg(long)]
    force: bool,
}

/// What rows and columns stand for.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Rows {
    /// A row for each input, as in Keras
    InputsOutputs,
    /// A row for each output, as in PyTorch
    OutputsInputs,
}

impl Import {
    pub fn run(&self) -> Answer<Status> {
        let first = self.checkpoints.first().map_or(Path::new(""), PathBuf::as_path);
        let failed = Trouble::with(first);
        let bar = Bar::of("checkpoints");
        let checkpoints = self.settings(self.found(first)?)?.progress(bar.callback());
        match &self.target.output {
            Some(output) if !self.target.list => {
                let args = TargetArgs { output: output.clone(), force: self.target.force };
                let target = args.begin_beside(&self.checkpoints)?;
                let replay = checkpoints.write(target.path()).map_err(&failed)?;
                let arrays = arrays(&replay).map_err(&failed)?;
                let epochs: Vec<u64> = replay.epochs().collect();
                drop(replay);
                self.say(output, &epochs, arrays, target.finish()?)
            }
            _ => self.list(&checkpoints.list().map_err(&failed)?),
        }
    }

    fn found(&self, first: &Path) -> Answer<Checkpoints<'_>> {
        let is_folder = self.checkpoints.len() == 1 && first.is_dir();
        let found = if is_folder { Checkpoints::in_folder(first) } else { Checkpoints::files(&self.checkpoints) };
        found.map_err(Trouble::with(first))
    }

    fn settings<'c>(&self, mut checkpoints: Checkpoints<'c>) -> Answer<Checkpoints<'c>> {
        if !self.epochs.is_empty() {
            checkpoints = checkpoints.epochs(self.epochs.iter().copied());
        }
        if let Some(text) = &self.number_after {
            checkpoints = checkpoints.number_after(text);
        }
        if let Some(part) = &self.part {
            checkpoints = checkpoints.part(part);
        }
        if let Some(prefix) = self.strip_prefix.clone() {
            checkpoints = checkpoints.rename(move |name| name.strip_prefix(&prefix).unwrap_or(name).to_owned());
        }
        match self.orientation {
            Some(Rows::InputsOutputs) => checkpoints = checkpoints.orientation(Orientation::InputsOutputs),
            Some(Rows::OutputsInputs) => checkpoints = checkpoints.orientation(Orientation::OutputsInputs),
            None => {}
        }
        self.network(checkpoints)
    }

    /// What makes the recording one that can be asked.
    fn network<'c>(&self, mut checkpoints: Checkpoints<'c>) -> Answer<Checkpoints<'c>> {
        if !self.dense.is_empty() {
            checkpoints = checkpoints.dense(self.dense.iter().copied());
        }
        if !self.layers.is_empty() {
            checkpoints = checkpoints.layers(&self.layers);
        }
        if self.logits {
            checkpoints = checkpoints.logits();
        }
        if let Some(loss) = self.loss {
            checkpoints = checkpoints.loss(loss);
        }
        Ok(match self.table.dataset()? {
            Some(data) => checkpoints.dataset(&data),
            None => checkpoints,
        })
    }

    fn list(&self, found: &[(u64, PathBuf)]) -> Answer<Status> {
        let mut out = Out::new();
        if self.json {
            let entry = |(epoch, file): &(u64, PathBuf)| json!({ "epoch": epoch, "file": file.display().to_string() });
            out.json("import", json!({ "checkpoints": found.iter().map(entry).collect::<Vec<Value>>() }))?;
        } else {
            found.iter().try_for_each(|(epoch, file)| out.line(format!("{epoch:>8}  {}", path_shown(file))))?;
        }
        out.flush()?;
        Ok(Status::Held)
    }

    fn say(&self, output: &Path, epochs: &[u64], arrays: usize, bytes: u64) -> Answer<Status> {
        let mut out = Out::new();
        if self.json {
            let output = output.display().to_string();
            let document = json!({ "output": output, "epochs": epochs, "arrays": arrays, "bytes": bytes });
            out.json("import", document)?;
        } else {
            let (count, arrays) = (counted(epochs.len() as u64, "epoch"), counted(arrays as u64, "array"));
            out.line(format!("{}: {count}, {arrays}, {}", path_shown(output), size(bytes)))?;
        }
        out.flush()?;
        Ok(Status::Held)
    }
}

/// How many arrays every epoch has.
fn arrays(replay: &Replay) -> training_replay::Result<usize> {
    replay.epochs().next().map_or(Ok(0), |epoch| Ok(replay.weights(epoch)?.len()))
}

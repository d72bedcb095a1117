//! What a question that runs the network needs beside the recording.

use std::path::{Path, PathBuf};

use clap::Args;
use training_replay::{CsvOptions, Dataset, Loss, Replay, Run, Sequential};

use crate::{
    base::BaseArg,
    recording,
    trouble::{Answer, Trouble},
};

/// What a question is about, where the recording does not say it.
#[derive(Args, Debug, Default)]
pub struct Question {
    /// The loss, where none was noted: binary_crossentropy, categorical_crossentropy, mean_squared_error
    #[arg(long, value_name = "NAME")]
    pub loss: Option<Loss>,
    #[command(flatten)]
    pub view: View,
}

/// The same of a question that has nothing to do with a loss.
#[derive(Args, Debug, Default)]
pub struct View {
    /// A recorded data set beside the training set, by its name
    #[arg(long, value_name = "NAME", conflicts_with = "data")]
    pub on: Option<String>,
    #[command(flatten)]
    pub table: TableArgs,
    /// A recording that has the parameters which were left out, and its epoch; without one the first
    #[arg(long, value_name = "FILE[@EPOCH]")]
    pub base: Option<BaseArg>,
    /// Where a single output changes from class 0 to class 1
    #[arg(long, value_name = "VALUE")]
    pub threshold: Option<f32>,
}

/// A table in CSV as a data set.
#[derive(Args, Debug, Default)]
pub struct TableArgs {
    /// A table in CSV as the data set, in place of a recorded one; with --label or --targets
    #[arg(long, value_name = "FILE")]
    pub data: Option<PathBuf>,
    /// The column of the table that is the class
    #[arg(long, value_name = "COLUMN", requires = "data", conflicts_with = "targets")]
    pub label: Option<String>,
    /// The columns of the table that are to be predicted, as numbers
    #[arg(long, value_name = "COLUMNS", requires = "data", value_delimiter = ',')]
    pub targets: Vec<String>,
    /// The columns of the table that are the inputs, in their order; without it all others
    #[arg(long, value_name = "COLUMNS", requires = "data", value_delimiter = ',')]
    pub features: Vec<String>,
}

impl TableArgs {
    /// Reads the table, if one is given.
    pub fn dataset(&self) -> Answer<Option<Dataset>> {
        let Some(path) = &self.data else { return Ok(None) };
        let options = match (&self.label, self.targets.as_slice()) {
            (Some(label), _) => CsvOptions::label(label),
            (None, []) => return Err(Trouble::of(path, "the table needs --label COLUMN or --targets COLUMNS")),
            (None, targets) => CsvOptions::targets(targets),
        };
        let options = if self.features.is_empty() { options } else { options.features(&self.features) };
        options.open(path).map(Some).map_err(Trouble::with(path))
    }
}

impl Question {
    /// Whether nothing is chosen that only a model can be asked about.
    pub fn needs_no_model(&self) -> bool {
        let View { on, table, threshold, .. } = &self.view;
        on.is_none() && table.data.is_none() && threshold.is_none() && self.loss.is_none()
    }

    /// Opens a recording, and gives it its base and the data of the table if there are some.
    pub fn open(&self, path: &Path) -> Answer<Replay> {
        self.view.open(path)
    }

    /// The recording with its network, ready to be asked.
    pub fn run<'r>(&self, path: &Path, replay: &'r Replay) -> Answer<Run<'r, Sequential>> {
        self.view.run(path, replay)
    }
}

impl View {
    /// Opens a recording, and gives it its base and the data of the table if there are some.
    pub fn open(&self, path: &Path) -> Answer<Replay> {
        open(path, self.base.as_ref(), &self.table)
    }

    /// The recording with its network, ready to be asked.
    pub fn run<'r>(&self, path: &Path, replay: &'r Replay) -> Answer<Run<'r, Sequential>> {
        recording::expect_epochs(path, replay)?;
        let failed = Trouble::with(path);
        let mut run = replay.run().map_err(&failed)?;
        if let Some(threshold) = self.threshold {
            run = run.threshold(threshold);
        }
        match &self.on {
            None => Ok(run),
            Some(name) => run.on(name).map_err(&failed),
        }
    }
}

/// Opens a recording, and gives it a base and the data of a table if there are some.
pub fn open(path: &Path, base: Option<&BaseArg>, table: &TableArgs) -> Answer<Replay> {
    let mut replay = recording::open(path)?;
    if let Some(base) = base {
        replay = base.read()?.complete(replay).map_err(Trouble::with(path))?;
    }
    match table.dataset()? {
        None => Ok(replay),
        Some(data) => replay.with_dataset(&data).map_err(Trouble::with(path)),
    }
}

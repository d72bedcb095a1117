//! `training-replay export`: recordings as files of other tools.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use serde_json::{Value, json};
use training_replay::{
    Error, Replay, Result, Sequential,
    export::{Exported, Safetensors, Table, Tables, TensorBoard},
};

use crate::{
    bars::Bar,
    epochs::EpochsArgs,
    out::{Out, complain},
    question::Question,
    recording::{Files, expect_different, names_of},
    trouble::{Answer, Status, Trouble, with_options},
    words::{counted, path_shown, shown},
};

pub const EXAMPLES: &str = "\
Examples:
  training-replay export --to parquet -o tables runs/*.replay
  training-replay export --to csv --table epochs,milestones -o tables run.replay
  training-replay export --to safetensors --epochs last -o weights run.replay
  training-replay export --to tensorboard -o logs run.replay && tensorboard --logdir logs";

/// Writes recordings as files of other tools: tables, weights, TensorBoard
///
/// Tables lie in Hive-style folders, samples/run=NAME/part-0.csv, as DuckDB, polars, pyarrow and Spark read them. Files that are
/// there are replaced. What a model that is not built in would give is left out, and said.
#[derive(Args, Debug)]
pub struct Export {
    #[command(flatten)]
    files: Files,
    /// The folder to write into
    #[arg(short, long, value_name = "FOLDER")]
    output: PathBuf,
    /// What is written
    #[arg(long, value_enum)]
    to: Form,
    /// These tables: runs, notes, metrics, epochs, samples, layers, activations, milestones; without it all
    #[arg(long = "table", value_name = "NAMES", value_delimiter = ',')]
    tables: Vec<Table>,
    /// What a run is called; again for each of them; without it by its file
    #[arg(long = "name", value_name = "NAME")]
    names: Vec<String>,
    #[command(flatten)]
    epochs: EpochsArgs,
    #[command(flatten)]
    question: Question,
    /// Write JSON about the files
    #[arg(long)]
    json: bool,
}

/// What a recording is written as.
#[derive(Clone, Copy, Debug, PartialEq, ValueEnum)]
enum Form {
    /// Tables in CSV
    Csv,
    /// Tables in JSON, a row on each line
    Jsonl,
    /// Tables in Parquet (where the command was built with `--features cli,parquet`)
    Parquet,
    /// The weights of each epoch
    Safetensors,
    /// An event file: metrics, and histograms of the weights
    Tensorboard,
}

impl Form {
    fn is_of_tables(self) -> bool {
        matches!(self, Self::Csv | Self::Jsonl | Self::Parquet)
    }
}

impl Export {
    pub fn run(&self) -> Answer<Status> {
        if !self.tables.is_empty() && !self.to.is_of_tables() {
            return Err(Trouble::usage("--table is for csv, jsonl and parquet"));
        }
        let names = names_of(&self.files.files, &self.names)?;
        expect_different(&names)?;
        let all = self.files.files.iter().zip(&names);
        self.say(&all.map(|(path, name)| self.export(path, name)).collect::<Vec<_>>())
    }

    fn export(&self, path: &Path, name: &str) -> Answer<Exported> {
        let replay = self.question.open(path)?;
        let epochs = self.epochs.of(path, &replay)?;
        let bar = Bar::of("epochs");
        let written = match self.to {
            Form::Safetensors => {
                Safetensors::of(&replay).named(name).epochs(epochs).progress(bar.callback()).write(&self.output)
            }
            Form::Tensorboard => {
                TensorBoard::of(&replay).named(name).epochs(epochs).progress(bar.callback()).write(&self.output)
            }
            Form::Csv | Form::Jsonl | Form::Parquet => {
                self.write(self.tables_of(path, &replay, epochs)?.named(name).progress(bar.callback()))
            }
        };
        written.map_err(Trouble::with(path))
    }

    /// The tables of a recording; without a network that can be run, those that need none.
    fn tables_of<'r>(&self, path: &Path, replay: &'r Replay, epochs: Vec<u64>) -> Answer<Tables<'r, Sequential>> {
        let failed = Trouble::with(path);
        let asks_for_all = !self.epochs.are_chosen() && self.question.view.on.is_none();
        let mut tables = match replay.run() {
            Err(Error::Missing { .. }) if asks_for_all => Tables::of_replay(replay).map_err(&failed)?,
            Err(error) => return Err(failed(error)),
            Ok(_) if epochs.is_empty() => Tables::of_replay(replay).map_err(&failed)?,
            Ok(_) => Tables::of(&self.question.run(path, replay)?.epochs(epochs)),
        };
        if let Some(loss) = self.question.loss {
            tables = tables.loss(loss);
        }
        Ok(if self.tables.is_empty() { tables } else { tables.tables(self.tables.iter().copied()) })
    }

    fn write(&self, tables: Tables<'_, Sequential>) -> Result<Exported> {
        match self.to {
            Form::Jsonl => tables.write_json_lines(&self.output),
            Form::Parquet => write_parquet(&tables, &self.output),
            _ => tables.write_csv(&self.output),
        }
    }

    /// What was written of each recording; of one that could not be, why not.
    fn say(&self, exported: &[Answer<Exported>]) -> Answer<Status> {
        let mut out = Out::new();
        if self.json {
            let files: Vec<Value> =
                self.files.files.iter().zip(exported).map(|(path, of)| document(path, of)).collect();
            out.json("export", json!({ "files": files }))?;
        } else {
            exported.iter().flatten().try_for_each(|of| say(&mut out, of))?;
        }
        out.flush()?;
        let failed: Vec<&Trouble> = exported.iter().filter_map(|of| of.as_ref().err()).collect();
        failed.iter().for_each(|trouble| complain(trouble));
        Ok(if failed.is_empty() { Status::Held } else { Status::NotJudged })
    }
}

fn say(out: &mut Out, of: &Exported) -> Answer<()> {
    of.files.iter().try_for_each(|file| out.line(path_shown(file)))?;
    of.rows.iter().try_for_each(|(table, rows)| out.line(format!("{table}: {}", counted(*rows, "row"))))?;
    of.caveats.iter().try_for_each(|caveat| out.line(shown(&with_options(&caveat.to_string()))))
}

#[cfg(feature = "parquet")]
fn write_parquet(tables: &Tables<'_, Sequential>, folder: &Path) -> Result<Exported> {
    tables.write_parquet(folder)
}

#[cfg(not(feature = "parquet"))]
fn write_parquet(_: &Tables<'_, Sequential>, _: &Path) -> Result<Exported> {
    Err(Error::other("this command was built without Parquet: `cargo install --path . --features cli,parquet`"))
}

fn document(path: &Path, of: &Answer<Exported>) -> Value {
    let file = path.display().to_string();
    let of = match of {
        Ok(of) => of,
        Err(trouble) => return json!({ "file": file, "status": 2, "error": trouble.line() }),
    };
    let rows: serde_json::Map<String, Value> =
        of.rows.iter().map(|(table, rows)| (table.to_string(), (*rows).into())).collect();
    json!({
        "file": file,
        "status": 0,
        "written": of.files.iter().map(|file| file.display().to_string()).collect::<Vec<_>>(),
        "rows": rows,
        "caveats": of.caveats.iter().map(|caveat| with_options(&caveat.to_string())).collect::<Vec<_>>(),
    })
}

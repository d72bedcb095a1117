//! `training-replay curve`: logged metrics over the epochs.

use std::{collections::BTreeSet, path::Path};

use clap::Args;
use serde_json::{Map, Value, json};
use training_replay::{Moment, Replay};

use crate::{
    damage,
    epochs::EpochsArgs,
    numbers::{decimal, exact, number},
    out::{Out, complain},
    recording::{self, Files},
    report::{Report, about_each},
    rows,
    table::Table,
    trouble::{Answer, Status, Trouble},
    words::shown,
};

pub const EXAMPLES: &str = "\
Examples:
  training-replay curve run.replay                        # every metric
  training-replay curve -m loss -m val_loss --every 10 run.replay
  training-replay curve --csv run.replay > run.csv        # exact numbers
  training-replay curve --steps -m loss run.replay        # within the epochs";

/// Shows logged metrics over the epochs, as a table, CSV or JSON
///
/// What was not logged at an epoch is left empty. CSV and JSON have every digit.
#[derive(Args, Debug)]
pub struct Curve {
    #[command(flatten)]
    files: Files,
    /// A metric; again for more; without it all of them
    #[arg(short, long = "metric", value_name = "NAME")]
    metrics: Vec<String>,
    #[command(flatten)]
    epochs: EpochsArgs,
    /// What was logged within the epochs, not at their ends
    #[arg(long, conflicts_with_all = ["epochs", "every"])]
    steps: bool,
    /// Write CSV; the first column is the file if there are several
    #[arg(long, conflicts_with = "json")]
    csv: bool,
    /// Write JSON
    #[arg(long)]
    json: bool,
}

/// The metrics of a recording: a row for each moment, a cell for each name.
struct Rows {
    names: Vec<String>,
    lines: Vec<(Moment, Vec<Option<f64>>)>,
    /// What is damaged in the recording, and may be missing among the rows.
    caveats: Vec<String>,
}

impl Curve {
    pub fn run(&self) -> Answer<Status> {
        if self.csv {
            return self.write_csv();
        }
        about_each("curve", &self.files.files, self.json, |asked| {
            let rows = self.rows(asked.path)?;
            let lines = self.table(&rows).into_iter().chain(rows.caveats.iter().cloned()).collect();
            Ok(Report { lines, json: document(&rows), status: Status::Held })
        })
    }

    fn rows(&self, path: &Path) -> Answer<Rows> {
        let replay = recording::open(path)?;
        let names = self.names(path, &replay)?;
        let curves: Vec<Vec<(Moment, f64)>> = names.iter().map(|name| self.curve(&replay, name)).collect();
        let moments: BTreeSet<Moment> = if self.steps {
            replay.steps().iter().collect()
        } else {
            self.epochs.of(path, &replay)?.into_iter().map(Moment::from).collect()
        };
        let row = |moment: Moment| (moment, curves.iter().map(|curve| at(curve, moment)).collect());
        let caveats = replay.damage().iter().map(damage::line).collect();
        Ok(Rows { names, lines: moments.into_iter().map(row).collect(), caveats })
    }

    /// The metrics that are asked for, all of which must have been logged.
    fn names(&self, path: &Path, replay: &Replay) -> Answer<Vec<String>> {
        let known: Vec<String> = if self.steps {
            replay.steps().metric_names().map(str::to_owned).collect()
        } else {
            replay.metric_names().map(str::to_owned).collect()
        };
        match self.metrics.iter().find(|name| !known.contains(name)) {
            Some(unknown) => Err(Trouble::of(path, format!("no metric {unknown:?} was logged; logged are {known:?}"))),
            None if self.metrics.is_empty() => Ok(known),
            None => Ok(self.metrics.clone()),
        }
    }

    fn curve(&self, replay: &Replay, name: &str) -> Vec<(Moment, f64)> {
        if self.steps {
            return replay.steps().curve(name).unwrap_or_default();
        }
        let curve = replay.curve(name).unwrap_or_default();
        curve.into_iter().map(|(epoch, value)| (epoch.into(), value)).collect()
    }

    fn table(&self, rows: &Rows) -> Vec<String> {
        let places: &[&str] = if self.steps { &["epoch", "step"] } else { &["epoch"] };
        let head = places.iter().map(|name| (*name).to_owned()).chain(rows.names.iter().map(|name| shown(name)));
        let mut table = Table::new(0, head);
        for (moment, values) in &rows.lines {
            let cells = values.iter().map(|value| value.map_or_else(String::new, decimal));
            table.row(place(*moment).into_iter().chain(cells));
        }
        table.lines()
    }

    fn write_csv(&self) -> Answer<Status> {
        let (mut out, mut status) = (Out::new(), Status::Held);
        let mut header = Vec::new();
        for path in &self.files.files {
            match self.rows(path) {
                Ok(rows) => {
                    self.csv_of(&mut out, path, &rows, &mut header)?;
                    rows.caveats.iter().for_each(|caveat| complain(&Trouble::of(path, caveat)));
                }
                Err(trouble) => {
                    complain(&trouble);
                    status = Status::NotJudged;
                }
            }
        }
        out.flush()?;
        Ok(status)
    }

    /// The rows of a file, below a header of their own where the metrics are others than before.
    fn csv_of(&self, out: &mut Out, path: &Path, rows: &Rows, header: &mut Vec<String>) -> Answer<()> {
        let many = self.files.files.len() > 1;
        let file = || many.then(|| path.display().to_string());
        let places: &[&str] = if self.steps { &["epoch", "step"] } else { &["epoch"] };
        let own = many.then_some("file").into_iter().chain(places.iter().copied()).map(str::to_owned);
        let own: Vec<String> = own.chain(rows.names.iter().cloned()).collect();
        if header.is_empty() {
            header.clone_from(&own);
            rows::line(out, own)?;
        } else if *header != own {
            return Err(Trouble::of(
                path,
                "its metrics are others than those of the files before; name those that all have by --metric",
            ));
        }
        rows.lines.iter().try_for_each(|(moment, values)| {
            let cells = values.iter().map(|value| value.map_or_else(String::new, exact));
            rows::line(out, file().into_iter().chain(place(*moment)).chain(cells))
        })
    }
}

/// The number of the epoch, and of the step where it is one.
fn place(moment: Moment) -> Vec<String> {
    [Some(moment.epoch().to_string()), moment.step().map(|step| step.to_string())].into_iter().flatten().collect()
}

fn at(curve: &[(Moment, f64)], moment: Moment) -> Option<f64> {
    let place = curve.binary_search_by_key(&moment, |point| point.0).ok()?;
    curve.get(place).map(|point| point.1)
}

fn document(rows: &Rows) -> Value {
    let values = |at: usize| -> Value {
        rows.lines.iter().map(|(_, values)| values.get(at).copied().flatten().map_or(Value::Null, number)).collect()
    };
    let curves: Map<String, Value> =
        rows.names.iter().enumerate().map(|(at, name)| (name.clone(), values(at))).collect();
    let epochs: Vec<u64> = rows.lines.iter().map(|(moment, _)| moment.epoch()).collect();
    let steps: Vec<Option<u32>> = rows.lines.iter().map(|(moment, _)| moment.step()).collect();
    json!({ "epochs": epochs, "steps": steps, "metrics": curves, "caveats": rows.caveats })
}

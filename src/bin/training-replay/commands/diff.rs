//! `training-replay diff`: where two runs, or two epochs, differ.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use clap::Args;
use serde_json::{Value, json};
use training_replay::{
    Error, LeftOutParameter, Replay, Result, Weights,
    analysis::{RunDiff, WeightDiff},
};

use crate::{
    epochs::Which,
    numbers::{decimal, exact, number},
    out::Out,
    recording,
    table::Table,
    trouble::{Answer, Status, Trouble},
    words::{counted, grouped, path_shown, shown},
};

pub const EXAMPLES: &str = "\
Examples:
  training-replay diff one.replay other.replay
  training-replay diff --tolerance 1e-6 one.replay other.replay
  training-replay diff --epochs 10,last run.replay                # two epochs of one run
  training-replay diff --epochs 10,20 one.replay other.replay     # 10 of the one, 20 of the other

Exits with 0 if the weights are the same, with 1 if they differ or only one of the runs has an epoch.";

/// Compares the weights of two runs of the same model, or of two epochs
#[derive(Args, Debug)]
pub struct Diff {
    /// The recording
    #[arg(value_name = "FILE")]
    one: PathBuf,
    /// Another one; without it --epochs names two of the same
    #[arg(value_name = "OTHER", required_unless_present = "epochs")]
    other: Option<PathBuf>,
    /// Two epochs: numbers, `first` or `last`
    #[arg(long, value_name = "ONE,OTHER", value_delimiter = ',')]
    epochs: Vec<Which>,
    /// The largest difference of two values that counts as none
    #[arg(long, value_name = "NUMBER", default_value_t = 0.0)]
    tolerance: f64,
    /// Write JSON
    #[arg(long)]
    json: bool,
}

/// What was found, in words and in JSON.
struct Found {
    lines: Vec<String>,
    json: Value,
    differs: bool,
}

impl Diff {
    pub fn run(&self) -> Answer<Status> {
        let other = self.other.as_ref().unwrap_or(&self.one);
        let (first, second) = (recording::open(&self.one)?, recording::open(other)?);
        let found = match &self.epochs[..] {
            [one, another] => self.epochs_of((&first, *one), (&second, *another), other)?,
            [] => self.runs_of(&first, &second, other)?,
            _ => return Err(Trouble::usage("--epochs takes two epochs, as in --epochs 10,last")),
        };
        self.print(other, found)
    }

    fn print(&self, other: &Path, mut found: Found) -> Answer<Status> {
        let mut out = Out::new();
        if self.json {
            if let Some(fields) = found.json.as_object_mut() {
                fields.insert("files".into(), json!([self.one.display().to_string(), other.display().to_string()]));
                fields.insert("differs".into(), found.differs.into());
                fields.insert("tolerance".into(), number(self.tolerance));
            }
            out.json("diff", found.json)?;
        } else {
            found.lines.iter().try_for_each(|line| out.line(line))?;
        }
        out.flush()?;
        Ok(if found.differs { Status::Failed } else { Status::Held })
    }

    fn runs_of(&self, one: &Replay, other: &Replay, other_path: &Path) -> Answer<Found> {
        match one.recorded_weights().diff(other, self.tolerance) {
            Ok(diff) => Ok(of_runs(&diff)),
            Err(error) => self.of_error(error, other_path),
        }
    }

    /// Weights of other models differ; all else could not be judged.
    fn of_error(&self, error: Error, other: &Path) -> Answer<Found> {
        if self.tolerance.is_nan() || self.tolerance < 0.0 {
            return Err(Trouble::usage(error));
        }
        match error {
            Error::Invalid { .. } | Error::Shape { .. } => Ok(not_of_the_same_model(&error.to_string())),
            error => Err(Trouble::of(&self.one, format!("beside {}: {error}", path_shown(other)))),
        }
    }

    fn epochs_of(&self, one: (&Replay, Which), other: (&Replay, Which), other_path: &Path) -> Answer<Found> {
        let epochs = (one.1.one(&self.one, one.0)?, other.1.one(other_path, other.0)?);
        let (mut weights, mut others) = (Weights::default(), Weights::default());
        one.0.recorded_weights().read_into(epochs.0, &mut weights).map_err(Trouble::with(&self.one))?;
        other.0.recorded_weights().read_into(epochs.1, &mut others).map_err(Trouble::with(other_path))?;
        if let Some(name) = other_base(one.0, other.0) {
            return Ok(not_of_the_same_model(&format!("{name} is left out of both, and has another checksum in each")));
        }
        let each: Result<Vec<WeightDiff>> =
            WeightDiff::between(&weights, &others, self.tolerance).and_then(|_| WeightDiff::of_each(&weights, &others));
        match each {
            Ok(each) => Ok(of_epochs(&each, epochs, self.tolerance)),
            Err(error) => self.of_error(error, other_path),
        }
    }
}

fn not_of_the_same_model(why: &str) -> Found {
    let lines = vec!["not of the same model".into(), shown(why)];
    Found { lines, json: json!({ "same_model": false, "why": why }), differs: true }
}

/// A parameter that two recordings leave out with other values.
fn other_base(one: &Replay, other: &Replay) -> Option<String> {
    let of = |replay: &Replay| {
        let named = |it: LeftOutParameter<'_>| (format!("{}/{}", it.layer(), it.name()), it.checksum());
        replay.recorded_weights().left_out().map(named).collect::<BTreeMap<_, _>>()
    };
    let others = of(other);
    of(one)
        .into_iter()
        .find(|(name, checksum)| others.get(name).is_some_and(|other| other != checksum))
        .map(|(name, _)| name)
}

fn of_runs(diff: &RunDiff) -> Found {
    let mut lines = vec![shown(&diff.to_string())];
    let differing = diff.distances.iter().filter(|(_, distance)| *distance > 0.0).count();
    lines.push(format!(
        "{} compared, {} with any difference",
        counted(diff.distances.len() as u64, "epoch"),
        grouped(differing as u64)
    ));
    let first = diff.first.as_ref().map(|(epoch, weight)| {
        let mut first = weight_json(weight);
        first["epoch"] = (*epoch).into();
        first
    });
    let distances: Vec<Value> = diff
        .distances
        .iter()
        .map(|&(epoch, distance)| json!({ "epoch": epoch, "distance": number(distance) }))
        .collect();
    let json = json!({
        "same_model": true,
        "first": first,
        "distances": distances,
        "only_in": [diff.unmatched.0, diff.unmatched.1],
    });
    Found { lines, json, differs: diff.first.is_some() || diff.unmatched != (0, 0) || diff.distances.is_empty() }
}

fn of_epochs(each: &[WeightDiff], epochs: (u64, u64), tolerance: f64) -> Found {
    let mut table = Table::new(2, ["layer", "array", "distance", "at value", "one", "other"]);
    for diff in each {
        let numbers = [decimal(diff.distance), grouped(diff.index as u64), exact(diff.values.0), exact(diff.values.1)];
        table.row([shown(&diff.layer), shown(&diff.name)].into_iter().chain(numbers));
    }
    let json = json!({
        "same_model": true,
        "epochs": [epochs.0, epochs.1],
        "arrays": each.iter().map(weight_json).collect::<Vec<_>>(),
    });
    let differs = each.iter().any(|diff| diff.distance > tolerance);
    Found { lines: table.lines(), json, differs }
}

fn weight_json(diff: &WeightDiff) -> Value {
    json!({
        "layer": diff.layer,
        "array": diff.name,
        "index": diff.index,
        "values": [number(diff.values.0), number(diff.values.1)],
        "distance": number(diff.distance),
    })
}

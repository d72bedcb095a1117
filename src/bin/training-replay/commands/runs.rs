//! `training-replay runs`: the recordings in a folder.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use clap::{Args, ValueEnum};
use serde_json::{Value, json};
use training_replay::{Goal, NoteCondition, NoteValue, Replay};

use crate::{
    bars::Bar,
    out::{Out, complain},
    parallel, recording,
    run_groups::Groups,
    run_row::{Row, better_first},
    table::Table,
    trouble::{Answer, Status, Trouble},
    words::{path_shown, shown},
};

pub const EXAMPLES: &str = "\
Examples:
  training-replay runs
  training-replay runs --metric val_accuracy --sort best results/
  training-replay runs --where optimizer=adam --where 'learning_rate>=0.01' results/
  training-replay runs --group-by activation results/    # how good the runs of each activation were
  training-replay runs --json results/ | jq '.runs[] | select(.finished | not) | .file'";

/// What is compared where no metric is named.
const DEFAULT_METRIC: &str = "loss";

/// Lists the recordings in a folder and the folders in it: epochs, the best value of a metric and its epoch
#[derive(Args, Debug)]
pub struct RunsArgs {
    /// The folder
    #[arg(default_value = ".", value_name = "FOLDER")]
    folder: PathBuf,
    /// The metric that is compared
    #[arg(short, long, value_name = "NAME", default_value = DEFAULT_METRIC)]
    metric: String,
    /// Whether small or large values of it are good; `auto` knows names with `loss`, `error` and `acc`
    #[arg(long, value_enum, default_value_t = Wanted::Auto)]
    goal: Wanted,
    /// Only runs with such a note: a key, or a key, one of `=`, `!=`, `<`, `<=`, `>`, `>=`, and a value
    #[arg(long = "where", value_name = "CONDITION")]
    conditions: Vec<NoteCondition>,
    /// A line for each value of this note, in place of one for each run
    #[arg(long, value_name = "KEY")]
    group_by: Option<String>,
    /// Only runs that came to their end
    #[arg(long)]
    finished: bool,
    /// The order
    #[arg(long, value_enum, default_value_t = Order::Name)]
    sort: Order,
    /// The order backwards
    #[arg(long)]
    reverse: bool,
    /// Write JSON
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Wanted {
    Auto,
    Min,
    Max,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Order {
    Name,
    /// The best value first; runs without one last
    Best,
    /// The last value, best first
    Last,
    Epochs,
    Size,
}

impl RunsArgs {
    pub fn run(&self) -> Answer<Status> {
        let goal = self.goal()?;
        let paths = recordings_in(&self.folder)?;
        if paths.is_empty() {
            return Err(Trouble::of(&self.folder, "no file in it ends in .replay"));
        }
        let bar = Bar::of("runs");
        let rows = parallel::map(&paths, |path, _| {
            let row = self.row(path, goal);
            bar.step(paths.len());
            row
        });
        drop(bar);
        let mut failed = Vec::new();
        let rows = rows.into_iter().filter_map(|row| row.map_err(|trouble| failed.push(trouble)).ok());
        let mut rows: Vec<Row> = rows.filter(|row| row.finished || !self.finished).collect();
        self.expect_notes(&rows)?;
        let unordered: Vec<Trouble> = rows.iter().filter_map(|row| self.unordered(row)).collect();
        rows.retain(|row| self.is_wanted(row));
        failed.extend(unordered);
        self.order(&mut rows, goal);
        failed.iter().for_each(complain);
        self.expect_metric(&rows)?;
        self.print(&rows, &failed, goal)?;
        Ok(if failed.is_empty() { Status::Held } else { Status::NotJudged })
    }

    fn goal(&self) -> Answer<Goal> {
        let name = self.metric.to_lowercase();
        match self.goal {
            Wanted::Min => Ok(Goal::Min),
            Wanted::Max => Ok(Goal::Max),
            Wanted::Auto if name.contains("loss") || name.contains("error") => Ok(Goal::Min),
            Wanted::Auto if name.contains("acc") => Ok(Goal::Max),
            Wanted::Auto => {
                let what = format!(
                    "whether small or large values of {:?} are good is not known: give --goal min or --goal max",
                    self.metric
                );
                Err(Trouble::usage(what))
            }
        }
    }

    fn row(&self, path: &Path, goal: Goal) -> Answer<Row> {
        let replay = recording::open(path)?;
        let curve = replay.curve(&self.metric).unwrap_or_default();
        let best = goal.best_epoch(&curve).and_then(|epoch| curve.iter().find(|point| point.0 == epoch).copied());
        let name = path.strip_prefix(&self.folder).unwrap_or(path).with_extension("");
        Ok(Row {
            path: path.to_owned(),
            name: path_shown(&name),
            bytes: path.metadata().map_err(Trouble::io(path))?.len(),
            epochs: replay.epochs().len(),
            last_epoch: replay.epochs().last(),
            finished: replay.is_finished(),
            damaged: !replay.damage().is_empty(),
            metrics: replay.metric_names().map(str::to_owned).collect(),
            best,
            last: curve.last().map(|point| point.1),
            notes: noted(&replay),
        })
    }

    /// Whether it meets all conditions; without such a note it does not.
    fn is_wanted(&self, row: &Row) -> bool {
        let meets = |condition: &NoteCondition| row.note(condition.key()).and_then(|value| condition.holds(&value));
        self.conditions.iter().all(|condition| meets(condition) == Some(true))
    }

    /// What is left out since a value of it is neither more nor less than the one of a condition.
    fn unordered(&self, row: &Row) -> Option<Trouble> {
        self.conditions.iter().find_map(|condition| {
            let value = row.note(condition.key())?;
            let what =
                format!("left out: its note {:?}, {value}, is neither more nor less: {condition}", condition.key());
            condition.holds(&value).is_none().then(|| Trouble::of(&row.path, what))
        })
    }

    /// Fails where no run has a note that is asked for: its key is mistaken then.
    fn expect_notes(&self, rows: &[Row]) -> Answer<()> {
        let asked = self.conditions.iter().map(NoteCondition::key).chain(self.group_by.as_deref());
        let known: BTreeSet<&String> = rows.iter().flat_map(|row| row.notes.iter().map(|(key, _)| key)).collect();
        let unknown = asked.into_iter().find(|&key| !known.iter().any(|known| *known == key));
        let Some(key) = unknown.filter(|_| !rows.is_empty()) else { return Ok(()) };
        let what = format!("none of these runs has the note {key:?}; noted are {known:?}");
        Err(Trouble::of(&self.folder, what))
    }

    /// Fails where runs logged metrics, and none of them this one: its name is mistaken then.
    /// The default is nobody's mistake: a folder is listed without it.
    fn expect_metric(&self, rows: &[Row]) -> Answer<()> {
        let known: BTreeSet<&String> = rows.iter().flat_map(|row| &row.metrics).collect();
        if self.metric == DEFAULT_METRIC || known.is_empty() || known.contains(&self.metric) {
            return Ok(());
        }
        let what = format!("none of these runs logged the metric {:?}; logged are {known:?}", self.metric);
        Err(Trouble::of(&self.folder, what))
    }

    fn order(&self, rows: &mut [Row], goal: Goal) {
        let value = |row: &Row| match self.sort {
            Order::Best => row.best.map(|best| best.1),
            _ => row.last,
        };
        rows.sort_by(|one, other| match self.sort {
            Order::Name => one.path.cmp(&other.path),
            Order::Epochs => one.epochs.cmp(&other.epochs),
            Order::Size => one.bytes.cmp(&other.bytes),
            Order::Best | Order::Last => better_first(value(one), value(other), goal),
        });
        if self.reverse {
            rows.reverse();
        }
    }

    fn print(&self, rows: &[Row], failed: &[Trouble], goal: Goal) -> Answer<()> {
        let mut out = Out::new();
        let groups = self.group_by.as_deref().map(|key| Groups::of(key, rows, goal));
        if self.json {
            let runs: Vec<Value> = rows.iter().map(Row::document).collect();
            let errors: Vec<&str> = failed.iter().map(Trouble::line).collect();
            let groups = groups.map(|groups| groups.documents());
            let document = json!({
                "metric": self.metric,
                "group_by": self.group_by,
                "groups": groups,
                "runs": runs,
                "errors": errors,
            });
            out.json("runs", document)?;
            return out.flush();
        }
        if let Some(groups) = groups {
            groups.table(&self.metric).iter().try_for_each(|line| out.line(line))?;
            return out.flush();
        }
        let metric = shown(&self.metric);
        let head = [
            "run".into(),
            "state".into(),
            "epochs".into(),
            format!("best {metric}"),
            "at epoch".into(),
            "last".into(),
            "size".into(),
        ];
        let mut table = Table::new(2, head);
        rows.iter().for_each(|row| table.row(row.cells()));
        table.lines().iter().try_for_each(|line| out.line(line))?;
        out.flush()
    }
}

fn noted(replay: &Replay) -> Vec<(String, NoteValue)> {
    replay.metadata().typed().map(|(key, value)| (key.to_owned(), value)).collect()
}

/// All recordings below a folder, in the order of their paths. Links to folders are not followed.
fn recordings_in(folder: &Path) -> Answer<Vec<PathBuf>> {
    let (mut folders, mut found) = (vec![folder.to_owned()], Vec::new());
    while let Some(folder) = folders.pop() {
        let failed = Trouble::io(&folder);
        for entry in fs::read_dir(&folder).map_err(&failed)? {
            let entry = entry.map_err(&failed)?;
            if entry.file_type().map_err(&failed)?.is_dir() {
                folders.push(entry.path());
            } else if entry.path().extension().is_some_and(|extension| extension == "replay") {
                found.push(entry.path());
            }
        }
    }
    found.sort();
    Ok(found)
}

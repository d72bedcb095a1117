//! `training-replay samples`: how the training of each sample went: what is easy, what is hard, what may be labeled wrongly.

use std::path::Path;

use clap::Args;
use serde_json::{Value, json};
use training_replay::{
    Dataset, Replay,
    analysis::{DataMap, SampleDynamics},
};

use crate::{
    epochs::EpochsArgs,
    numbers::{decimal, exact, number},
    question::Question,
    recording::Files,
    report::{Asked, Report, about_each},
    rows::{Rows, csv_of_each},
    table::Table,
    trouble::{Answer, Status, Trouble, with_options},
    words::{counted, grouped, shown},
};

pub const EXAMPLES: &str = "\
Examples:
  training-replay samples run.replay                           # what is hard, and what may be labeled wrongly
  training-replay samples --suspects --count 50 --epochs 1-30 run.replay
  training-replay samples --sample 17,30 run.replay
  training-replay samples --csv run.replay > samples.csv       # every sample, exact numbers";

/// How many samples a list has where nobody says how many.
const LISTED: usize = 5;

const HEAD: [&str; 10] = [
    "sample",
    "position",
    "class",
    "confidence",
    "variability",
    "correctness",
    "first_correct",
    "learned_at",
    "forgotten",
    "suspected",
];

/// Says how the training of each sample went: what is easy, what is hard, which labels may be wrong
///
/// Runs the recorded network on the recorded data, at all epochs but epoch 0, which is before training, where none are named.
/// Confidence, variability and correctness are those of Dataset Cartography.
#[derive(Args, Debug)]
pub struct Samples {
    #[command(flatten)]
    files: Files,
    #[command(flatten)]
    question: Question,
    #[command(flatten)]
    epochs: EpochsArgs,
    #[command(flatten)]
    only: Only,
    /// These samples, by their rows from 0
    #[arg(long = "sample", value_name = "ROWS", value_delimiter = ',', conflicts_with_all = ["suspects", "hardest", "count"])]
    chosen: Vec<usize>,
    /// A label is suspected if another class is predicted at more than this share of the epochs
    #[arg(long, value_name = "SHARE", default_value = "0.5", value_parser = share)]
    share: f64,
    /// How many samples are listed at most; without it 5, and in CSV all
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    count: Option<u64>,
    /// Write CSV, in the order of the data where no list is asked for; the first column is the file if there are several
    #[arg(long, conflicts_with = "json")]
    csv: bool,
    /// Write JSON
    #[arg(long)]
    json: bool,
}

/// Which list is wanted, if not both.
#[derive(Args, Debug)]
struct Only {
    /// Only those whose labels are to be looked at, the least confident first
    #[arg(long)]
    suspects: bool,
    /// Only the hardest, the least confident first
    #[arg(long, conflicts_with = "suspects")]
    hardest: bool,
}

/// A share of which more can be.
fn share(text: &str) -> Result<f64, String> {
    let share: Option<f64> = text.parse().ok().filter(|share| (0.0..1.0).contains(share));
    share.ok_or_else(|| "it must be a share of the epochs: 0 or more, and less than 1".into())
}

/// What is known of a recording.
struct Found {
    map: DataMap,
    classes: Vec<usize>,
    class_names: Vec<String>,
    /// How many rows of the map a sample has.
    positions: usize,
    suspected: Vec<usize>,
    is_suspected: Vec<bool>,
}

/// Some of the samples, and what they are.
struct List {
    name: &'static str,
    title: &'static str,
    rows: Vec<usize>,
}

impl Samples {
    pub fn run(&self) -> Answer<Status> {
        if self.csv {
            return csv_of_each(&self.files.files, &HEAD, |asked| self.csv_rows(&asked));
        }
        about_each("samples", &self.files.files, self.json, |asked| self.report(&asked))
    }

    fn report(&self, asked: &Asked<'_>) -> Answer<Report> {
        let found = self.find(asked)?;
        let lists = self.lists(asked.path, &found, LISTED)?;
        let lines = found.lines(&lists).iter().map(|line| shown(line)).collect();
        Ok(Report { lines, json: found.document(&lists), status: Status::Held })
    }

    fn csv_rows(&self, asked: &Asked<'_>) -> Answer<Rows> {
        let found = self.find(asked)?;
        let all = found.map.samples.len();
        let mut lists = self.lists(asked.path, &found, all)?;
        if lists.len() > 1 {
            let rows = (0..all).take(self.count.map_or(all, |count| count as usize)).collect();
            lists = vec![List { name: "all", title: "", rows }];
        }
        let rows = lists.iter().flat_map(|list| &list.rows).map(|&row| found.cells(row)).collect();
        Ok(Rows { rows, remarks: found.remarks() })
    }

    fn find(&self, asked: &Asked<'_>) -> Answer<Found> {
        let failed = Trouble::with(asked.path);
        let replay = self.question.open(asked.path)?;
        let run = self.question.run(asked.path, &replay)?;
        let loss = self.question.loss.or(replay.loss()).ok_or_else(|| {
            Trouble::of(asked.path, "no loss was noted, which the history of the samples needs: --loss gives it")
        })?;
        let run = run.epochs(self.epochs(asked.path, &replay)?).threads(asked.threads);
        let run = run.progress(asked.bar.callback());
        let map = run.sample_history(loss).and_then(|history| history.data_map()).map_err(&failed)?;
        Found::of(map, run.dataset().map_err(&failed)?, self.share).map_err(&failed)
    }

    /// Those that are named; else all but epoch 0, which is before training, where there are others.
    fn epochs(&self, path: &Path, replay: &Replay) -> Answer<Vec<u64>> {
        let mut epochs = self.epochs.of(path, replay)?;
        if self.epochs.epochs.is_empty() && epochs.len() > 1 {
            epochs.retain(|&epoch| epoch > 0);
        }
        Ok(epochs)
    }

    /// What is asked for, each list of so many samples where nobody says how many.
    fn lists(&self, path: &Path, found: &Found, usual: usize) -> Answer<Vec<List>> {
        let count = self.count.map_or(usual, |count| usize::try_from(count).unwrap_or(usize::MAX));
        if !self.chosen.is_empty() {
            return Ok(vec![List { name: "chosen", title: "", rows: found.rows_of(path, &self.chosen)? }]);
        }
        let suspected = found.suspected.iter().copied().take(count).collect();
        let suspects =
            List { name: "suspected", title: "suspected labels, the least confident first", rows: suspected };
        let rows = found.map.hardest(count);
        let hardest = List { name: "hardest", title: "hardest, the least confident first", rows };
        Ok(match (self.only.suspects, self.only.hardest) {
            (true, _) => vec![suspects],
            (_, true) => vec![hardest],
            _ => vec![suspects, hardest],
        })
    }
}

impl Found {
    fn of(map: DataMap, data: &Dataset, share: f64) -> training_replay::Result<Self> {
        let classes = data.classes()?;
        let last = classes.iter().max().map_or(0, |last| last + 1);
        let class_names = (0..last).map(|class| data.class_name(class)).collect();
        let suspected = map.suspected_labels(share);
        let mut is_suspected = vec![false; map.samples.len()];
        suspected.iter().for_each(|&row| is_suspected[row] = true);
        Ok(Self { map, classes, class_names, positions: data.targets().positions().max(1), suspected, is_suspected })
    }

    /// The rows of samples that there must be; of each all its positions.
    fn rows_of(&self, path: &Path, samples: &[usize]) -> Answer<Vec<usize>> {
        let count = self.map.samples.len() / self.positions;
        if let Some(unknown) = samples.iter().find(|&&sample| sample >= count) {
            let what = format!("the sample is {unknown}; it must be below {count}, the number of samples");
            return Err(Trouble::of(path, what));
        }
        let rows = |&sample: &usize| sample * self.positions..(sample + 1) * self.positions;
        Ok(samples.iter().flat_map(rows).collect())
    }

    fn sample(&self, row: usize) -> usize {
        row / self.positions
    }

    /// Which of several positions.
    fn position(&self, row: usize) -> Option<usize> {
        (self.positions > 1).then_some(row % self.positions)
    }

    fn class(&self, row: usize) -> &str {
        self.classes.get(row).and_then(|&class| self.class_names.get(class)).map_or("", String::as_str)
    }

    fn lines(&self, lists: &[List]) -> Vec<String> {
        let mut lines = vec![self.summary()];
        for list in lists {
            if list.rows.is_empty() {
                continue;
            }
            lines.push(String::new());
            lines.extend((!list.title.is_empty()).then(|| list.title.to_owned()));
            lines.extend(self.table(&list.rows).lines());
        }
        lines.extend(self.remarks());
        lines
    }

    /// How many there are of each kind.
    fn summary(&self) -> String {
        let [always, never] = [1.0, 0.0].map(|share| grouped(self.correct_at(share) as u64));
        let noun = if self.positions > 1 { "position" } else { "sample" };
        let all = counted(self.map.samples.len() as u64, noun);
        let epochs = counted(self.map.epochs.len() as u64, "epoch");
        let suspected = counted(self.suspected.len() as u64, "suspected label");
        format!("{all} over {epochs}: {always} always correct, {never} never; {suspected}")
    }

    /// How many have their class predicted at this share of the epochs, of those with a confidence.
    fn correct_at(&self, share: f64) -> usize {
        let samples = self.map.samples.iter().filter(|sample| !sample.confidence.is_nan());
        samples.filter(|sample| sample.correctness == share).count()
    }

    fn table(&self, rows: &[usize]) -> Table {
        let head =
            ["sample", "class", "confidence", "variability", "correctness", "first correct", "learned", "forgotten"];
        let mut table = Table::new(0, head);
        for &row in rows {
            let SampleDynamics { confidence, variability, correctness, first_correct, learned_at, forgotten, .. } =
                self.map.samples[row];
            let name = self.position(row).map_or(String::new(), |position| format!(":{position}"));
            let epoch = |epoch: Option<u64>| epoch.map_or_else(|| "-".into(), grouped);
            let sample = format!("{}{name}", self.sample(row));
            let numbers = [confidence, variability, correctness].map(decimal);
            let [first, learned] = [first_correct, learned_at].map(epoch);
            let cells = [sample, shown(self.class(row))].into_iter().chain(numbers);
            table.row(cells.chain([first, learned, grouped(forgotten as u64)]));
        }
        table
    }

    /// A row of CSV, as the head has it.
    fn cells(&self, row: usize) -> Vec<String> {
        let found = self.map.samples[row];
        let or_empty = |number: Option<u64>| number.map_or_else(String::new, |number| number.to_string());
        let mut cells = vec![self.sample(row).to_string(), or_empty(self.position(row).map(|at| at as u64))];
        cells.push(self.class(row).to_owned());
        cells.extend([found.confidence, found.variability, found.correctness].map(exact));
        cells.extend([found.first_correct, found.learned_at].map(or_empty));
        cells.extend([found.forgotten.to_string(), self.is_suspected[row].to_string()]);
        cells
    }

    /// What is to be known beside the numbers.
    fn remarks(&self) -> Vec<String> {
        let without = self.map.samples.iter().filter(|sample| sample.confidence.is_nan()).count() as u64;
        let nan = (without > 0).then(|| {
            let them = counted(without, if self.positions > 1 { "position" } else { "sample" });
            format!("{them} without a confidence: an output is NaN at one of the epochs, and --epochs can leave it out")
        });
        let caveats = self.map.caveats.iter().map(|caveat| with_options(&caveat.to_string()));
        nan.into_iter().chain(caveats).collect()
    }

    fn document(&self, lists: &[List]) -> Value {
        let rows = lists.iter().flat_map(|list| list.rows.iter().map(|&row| self.json_row(list.name, row)));
        json!({
            "epochs": self.map.epochs,
            "all": self.map.samples.len(),
            "always_correct": self.correct_at(1.0),
            "never_correct": self.correct_at(0.0),
            "suspected": self.suspected.len(),
            "samples": rows.collect::<Vec<_>>(),
            "caveats": self.remarks(),
        })
    }

    fn json_row(&self, list: &str, row: usize) -> Value {
        let found = self.map.samples[row];
        json!({
            "list": list,
            "sample": self.sample(row),
            "position": self.position(row),
            "class": self.class(row),
            "confidence": number(found.confidence),
            "variability": number(found.variability),
            "correctness": number(found.correctness),
            "first_correct": found.first_correct,
            "learned_at": found.learned_at,
            "forgotten": found.forgotten,
            "suspected": self.is_suspected[row],
        })
    }
}

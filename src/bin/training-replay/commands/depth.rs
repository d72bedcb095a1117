//! `training-replay depth`: at which layer the network has made up its mind about each sample.

use std::path::Path;

use clap::Args;
use serde_json::{Value, json};
use training_replay::{Dataset, Replay, analysis::PredictionDepth};

use crate::{
    base::BaseArg,
    epochs::Which,
    numbers::{decimal, number},
    question::{TableArgs, open},
    recording::{self, Files},
    report::{Asked, Report, about_each},
    rows::{Rows, csv_of_each},
    table::Table,
    trouble::{Answer, Status, Trouble, with_options},
    words::{counted, grouped, shown},
};

pub const EXAMPLES: &str = "\
Examples:
  training-replay depth run.replay                           # at the last epoch
  training-replay depth --epoch 10 --neighbors 5 run.replay
  training-replay depth --on validation --count 20 run.replay
  training-replay depth --csv run.replay > depths.csv        # every sample";

/// How many samples are listed where nobody says how many.
const LISTED: usize = 5;

const HEAD: [&str; 5] = ["sample", "class", "predicted", "depth", "probe"];

/// Says at which layer the network has made up its mind about each sample, by nearest neighbors
///
/// Runs the recorded network on the recorded data. A layer takes a sample for the class of most of its neighbors among the training
/// samples; its depth is the layer from which on all take it for what the network predicts. Hard samples need more layers.
#[derive(Args, Debug)]
pub struct Depth {
    #[command(flatten)]
    files: Files,
    /// The epoch: a number, `first` or `last`
    #[arg(long, value_name = "EPOCH", default_value = "last")]
    epoch: Which,
    /// How many neighbors vote
    #[arg(long, value_name = "N", default_value_t = 30)]
    neighbors: usize,
    /// The recorded data set whose samples are asked about, among the training samples; without it these themselves
    #[arg(long, value_name = "NAME", conflicts_with = "data")]
    on: Option<String>,
    #[command(flatten)]
    table: TableArgs,
    /// A recording that has the parameters which were left out, and its epoch; without one the first
    #[arg(long, value_name = "FILE[@EPOCH]")]
    base: Option<BaseArg>,
    /// Where a single output changes from class 0 to class 1
    #[arg(long, value_name = "VALUE")]
    threshold: Option<f32>,
    /// These samples, by their rows from 0, in place of the deepest
    #[arg(long = "sample", value_name = "ROWS", value_delimiter = ',', conflicts_with = "count")]
    samples: Vec<usize>,
    /// How many of the deepest samples are listed at most; without it 5
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..), conflicts_with = "csv")]
    count: Option<u64>,
    /// Write CSV, a row for each sample; the first column is the file if there are several
    #[arg(long, conflicts_with = "json")]
    csv: bool,
    /// Write JSON
    #[arg(long)]
    json: bool,
}

/// What is known of a recording.
struct Found {
    epoch: u64,
    /// How many samples the neighbors are among.
    references: usize,
    depth: PredictionDepth,
    class_names: Vec<String>,
}

impl Depth {
    pub fn run(&self) -> Answer<Status> {
        if self.csv {
            return csv_of_each(&self.files.files, &HEAD, |asked| {
                let found = self.find(&asked)?;
                let all = (0..found.depth.depths.len()).collect();
                let rows = if self.samples.is_empty() { all } else { self.listed(asked.path, &found)? };
                let rows = rows.into_iter().map(|sample| found.cells(sample)).collect();
                Ok(Rows { rows, remarks: found.remarks() })
            });
        }
        about_each("depth", &self.files.files, self.json, |asked| {
            let found = self.find(&asked)?;
            let listed = self.listed(asked.path, &found)?;
            let lines = found.lines(&listed).iter().map(|line| shown(line)).collect();
            Ok(Report { lines, json: found.document(&listed), status: Status::Held })
        })
    }

    fn find(&self, asked: &Asked<'_>) -> Answer<Found> {
        let replay = open(asked.path, self.base.as_ref(), &self.table)?;
        recording::expect_epochs(asked.path, &replay)?;
        let epoch = self.epoch.one(asked.path, &replay)?;
        self.find_at(asked, epoch, &replay).map_err(Trouble::with(asked.path))
    }

    fn find_at(&self, asked: &Asked<'_>, epoch: u64, replay: &Replay) -> training_replay::Result<Found> {
        let run = self.threshold.into_iter().fold(replay.run()?, |run, threshold| run.threshold(threshold));
        let others = self.on.as_ref().map(|name| run.clone().on(name)).transpose()?;
        let others = others.as_ref().map(|run| run.dataset()).transpose()?;
        let run = run.epochs([epoch]).progress(asked.bar.callback());
        let found = run.map(|snapshot| match others {
            None => PredictionDepth::of(snapshot, self.neighbors),
            Some(others) => PredictionDepth::of_others(snapshot, others, self.neighbors),
        });
        let data = replay.run()?;
        let data = data.dataset()?;
        let of_epoch = |depth| Found { epoch, references: data.samples(), class_names: names(data, &depth), depth };
        let mut found = found?.into_iter().map(of_epoch);
        // One epoch has one answer.
        found.next().ok_or_else(|| training_replay::Error::other("the epoch has no answer"))
    }

    /// The samples that are listed: those that are named, which there must be, or the deepest.
    fn listed(&self, path: &Path, found: &Found) -> Answer<Vec<usize>> {
        let count = found.depth.depths.len();
        match self.samples.iter().find(|&&sample| sample >= count) {
            Some(unknown) => {
                let what = format!("the sample is {unknown}; it must be below {count}, the number of samples");
                Err(Trouble::of(path, what))
            }
            None if self.samples.is_empty() => {
                let most = self.count.map_or(LISTED, |count| usize::try_from(count).unwrap_or(usize::MAX));
                Ok(found.depth.deepest(most))
            }
            None => Ok(self.samples.clone()),
        }
    }
}

/// What the classes are called that occur.
fn names(data: &Dataset, depth: &PredictionDepth) -> Vec<String> {
    let last = depth.predicted.iter().flatten().chain(&depth.classes).chain(depth.votes.iter().flatten()).max();
    (0..last.map_or(0, |last| last + 1)).map(|class| data.class_name(class)).collect()
}

impl Found {
    fn lines(&self, listed: &[usize]) -> Vec<String> {
        let votes = counted(self.depth.neighbors as u64, "neighbor");
        let among = format!("{votes} among {}", counted(self.references as u64, "training sample"));
        let of = counted(self.depth.depths.len() as u64, "sample");
        let mut lines = vec![format!("epoch {}, {of}, by {among}", grouped(self.epoch))];
        lines.extend(self.by_probe().lines());
        if !listed.is_empty() {
            lines.push(String::new());
            lines.extend(self.by_sample(listed).lines());
        }
        lines.extend(self.remarks());
        lines
    }

    /// A row for each probe, and one for the samples without a depth.
    fn by_probe(&self) -> Table {
        let depth = &self.depth;
        let mut table =
            Table::new(1, ["probe", "samples decided there", "share", "predicted rightly", "accuracy of the probe"]);
        let share = |count: usize| decimal(count as f64 / depth.depths.len() as f64);
        let whole = |count: usize| grouped(count as u64);
        let numbers = depth.counts().into_iter().zip(depth.correct_counts()).zip(depth.accuracies());
        for (probe, ((count, right), accuracy)) in depth.probes.iter().zip(numbers) {
            table.row([shown(probe), whole(count), share(count), whole(right), decimal(accuracy)]);
        }
        let (none, right) = self.without_depth();
        if none > 0 {
            table.row(["none of them".into(), whole(none), share(none), whole(right)]);
        }
        table
    }

    /// How many samples have no depth, and how many of these are predicted as what they are.
    fn without_depth(&self) -> (usize, usize) {
        let samples = (0..self.depth.depths.len()).filter(|&sample| self.depth.depths[sample].is_none());
        samples.fold((0, 0), |(all, right), sample| {
            (all + 1, right + usize::from(self.depth.predicted[sample] == Some(self.depth.classes[sample])))
        })
    }

    fn by_sample(&self, listed: &[usize]) -> Table {
        let mut table = Table::new(0, ["sample", "class", "predicted", "depth", "probe"]);
        for &sample in listed {
            let [class, predicted, depth, probe] = self.said_of(sample).map(|said| said.unwrap_or_else(|| "-".into()));
            table.row([grouped(sample as u64), shown(&class), shown(&predicted), depth, shown(&probe)]);
        }
        table
    }

    /// Class, predicted class, depth and its probe; none where there is none.
    fn said_of(&self, sample: usize) -> [Option<String>; 4] {
        let PredictionDepth { depths, predicted, classes, probes, .. } = &self.depth;
        let class = |class: usize| self.class_names.get(class).cloned();
        let probe = depths[sample].and_then(|depth| probes.get(depth)).cloned();
        let predicted = predicted[sample].and_then(class);
        [class(classes[sample]), predicted, depths[sample].map(|depth| depth.to_string()), probe]
    }

    /// A row of CSV, as the head has it.
    fn cells(&self, sample: usize) -> Vec<String> {
        let said = self.said_of(sample).map(Option::unwrap_or_default);
        [sample.to_string()].into_iter().chain(said).collect()
    }

    fn remarks(&self) -> Vec<String> {
        self.depth.caveats.iter().map(|caveat| with_options(&caveat.to_string())).collect()
    }

    fn document(&self, listed: &[usize]) -> Value {
        let depth = &self.depth;
        let numbers = depth.counts().into_iter().zip(depth.correct_counts()).zip(depth.accuracies());
        let probes = depth.probes.iter().zip(numbers).map(|(probe, ((count, right), accuracy))| {
            json!({ "probe": probe, "decided": count, "predicted_rightly": right, "accuracy": number(accuracy) })
        });
        let (without_depth, _) = self.without_depth();
        json!({
            "epoch": self.epoch,
            "neighbors": depth.neighbors,
            "references": self.references,
            "all": depth.depths.len(),
            "probes": probes.collect::<Vec<_>>(),
            "without_depth": without_depth,
            "samples": listed.iter().map(|&sample| self.json_sample(sample)).collect::<Vec<_>>(),
            "caveats": self.remarks(),
        })
    }

    fn json_sample(&self, sample: usize) -> Value {
        let [class, predicted, _, probe] = self.said_of(sample);
        let votes: Vec<Option<&String>> =
            self.depth.votes.iter().map(|votes| self.class_names.get(votes[sample])).collect();
        json!({
            "sample": sample,
            "class": class,
            "predicted": predicted,
            "depth": self.depth.depths[sample],
            "probe": probe,
            "votes": votes,
        })
    }
}

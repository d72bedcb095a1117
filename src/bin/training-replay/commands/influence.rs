//! `training-replay influence`: which training samples lowered and which raised the loss of a sample, over the recorded epochs.

use clap::Args;
use serde_json::{Value, json};
use training_replay::{
    Loss, Replay, Run, Sequential,
    analysis::{Caveat, Influence, InfluenceOptions, SelfInfluence},
};

use crate::{
    base::BaseArg,
    epochs::EpochsArgs,
    numbers::{decimal, number},
    recording::{self, Files},
    report::{Asked, Report, about_each},
    trouble::{Answer, Status, Trouble, with_options},
    words::{counted, shown},
};

pub const EXAMPLES: &str = "\
Examples:
  training-replay influence run.replay                                # outliers and labels to be looked at
  training-replay influence --sample 17 run.replay                    # who helped and who harmed sample 17
  training-replay influence --sample 3,5 --on validation run.replay   # samples of another recorded data set
  training-replay influence --learning-rate 0.1 --every 10 run.replay";

/// Says which training samples lowered or raised the loss of a sample, by TracIn
///
/// Runs the recorded network on the recorded data. Without a sample it says which training samples lowered their own loss most: outliers, and
/// those whose labels may be wrong. It is as if plain gradient descent had gone through the recorded epochs.
#[derive(Args, Debug)]
pub struct InfluenceArgs {
    #[command(flatten)]
    files: Files,
    /// The sample that is explained, by its row from 0; several by commas
    #[arg(long = "sample", value_name = "ROWS", value_delimiter = ',')]
    samples: Vec<usize>,
    /// The recorded data set that the sample is of; without it the training set
    #[arg(long, value_name = "NAME", requires = "samples")]
    on: Option<String>,
    /// How many training samples are named
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..))]
    count: u64,
    /// The learning rate of all epochs, where none was logged or noted
    #[arg(long, value_name = "RATE")]
    learning_rate: Option<f64>,
    /// The loss, where none was noted: binary_crossentropy, categorical_crossentropy, mean_squared_error
    #[arg(long, value_name = "NAME")]
    loss: Option<Loss>,
    /// A recording that has the parameters which were left out, and its epoch; without one the first
    #[arg(long, value_name = "FILE[@EPOCH]")]
    base: Option<BaseArg>,
    #[command(flatten)]
    epochs: EpochsArgs,
    /// Write JSON
    #[arg(long)]
    json: bool,
}

impl InfluenceArgs {
    pub fn run(&self) -> Answer<Status> {
        about_each("influence", &self.files.files, self.json, |asked| self.report(&asked))
    }

    fn report(&self, asked: &Asked<'_>) -> Answer<Report> {
        let replay = self.open(asked)?;
        let failed = Trouble::with(asked.path);
        let run = replay.run().map_err(&failed)?.epochs(self.epochs.of(asked.path, &replay)?).threads(asked.threads);
        let run = run.progress(asked.bar.callback());
        if self.samples.is_empty() {
            let found = run.self_influence(&self.options()).map_err(&failed)?;
            return Ok(self.report_of_own(&found));
        }
        let found = self.influence(&run).map_err(&failed)?;
        self.report_of_tested(&found).map_err(&failed)
    }

    fn count(&self) -> usize {
        usize::try_from(self.count).unwrap_or(usize::MAX)
    }

    fn open(&self, asked: &Asked<'_>) -> Answer<Replay> {
        let replay = recording::open(asked.path)?;
        recording::expect_epochs(asked.path, &replay)?;
        match &self.base {
            None => Ok(replay),
            Some(base) => base.read()?.complete(replay).map_err(Trouble::with(asked.path)),
        }
    }

    fn options(&self) -> InfluenceOptions {
        let options = InfluenceOptions::default().tested(self.samples.iter().copied());
        let options = self.loss.into_iter().fold(options, InfluenceOptions::loss);
        self.learning_rate.into_iter().fold(options, InfluenceOptions::learning_rate)
    }

    fn influence(&self, run: &Run<'_, Sequential>) -> training_replay::Result<Influence> {
        let tested = match &self.on {
            None => run.dataset()?,
            Some(name) => run.clone().on(name)?.dataset()?,
        };
        run.influence(tested, &self.options())
    }

    fn report_of_own(&self, found: &SelfInfluence) -> Report {
        let highest: Vec<(usize, f64)> =
            found.highest(self.count()).into_iter().map(|sample| (sample, found.scores[sample])).collect();
        let mut lines = vec![format!(
            "of {} over {}, the highest influence on themselves have {}",
            counted(found.scores.len() as u64, "sample"),
            counted(found.epochs.len() as u64, "epoch"),
            named(&highest)
        )];
        lines.extend(remarks(&found.caveats));
        let json = json!({
            "epochs": found.epochs,
            "learning_rates_from": json!(format!("{:?}", found.learning_rates_from).to_lowercase()),
            "highest": documents(&highest),
            "samples": Value::Null,
            "caveats": remarks(&found.caveats),
        });
        Report { lines: lines.into_iter().map(|line| shown(&line)).collect(), json, status: Status::Held }
    }

    fn report_of_tested(&self, found: &Influence) -> training_replay::Result<Report> {
        let (mut lines, mut samples) = (Vec::new(), Vec::new());
        for (row, sample) in found.tested.iter().enumerate() {
            let with_score =
                |of: Vec<usize>| of.into_iter().map(|at| (at, found.scores[(row, at)])).collect::<Vec<_>>();
            let helped = with_score(found.most_helpful(row, self.count())?);
            let harmed = with_score(found.most_harmful(row, self.count())?);
            lines.push(format!("sample {sample}"));
            lines.push(format!("  helped by {}", named(&helped)));
            lines.push(format!("  harmed by {}", named(&harmed)));
            samples.push(json!({ "sample": sample, "helped": documents(&helped), "harmed": documents(&harmed) }));
        }
        lines.extend(remarks(&found.caveats));
        let json = json!({
            "epochs": found.epochs,
            "learning_rates_from": json!(format!("{:?}", found.learning_rates_from).to_lowercase()),
            "highest": Value::Null,
            "samples": samples,
            "caveats": remarks(&found.caveats),
        });
        Ok(Report { lines: lines.into_iter().map(|line| shown(&line)).collect(), json, status: Status::Held })
    }
}

/// Samples with their scores, in a row.
fn named(samples: &[(usize, f64)]) -> String {
    if samples.is_empty() {
        return "none".into();
    }
    samples.iter().map(|(sample, score)| format!("{sample} ({})", decimal(*score))).collect::<Vec<_>>().join(", ")
}

fn documents(samples: &[(usize, f64)]) -> Vec<Value> {
    samples.iter().map(|(sample, score)| json!({ "sample": sample, "score": number(*score) })).collect()
}

fn remarks(caveats: &[Caveat]) -> Vec<String> {
    caveats.iter().map(|caveat| with_options(&caveat.to_string())).collect()
}

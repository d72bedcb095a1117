//! `training-replay verify`: whether the network still computes what was recorded, on the recorded data.

use clap::Args;
use serde_json::{Value, json};
use training_replay::analysis::{DataCheck, TrainingCheck, Verdict, Verification, VerifyOptions};

use crate::{
    numbers::number,
    question::Question,
    recording::Files,
    report::{Asked, Report, about_each},
    trouble::{Answer, Status, Trouble, with_options},
    words::shown,
};

pub const EXAMPLES: &str = "\
Examples:
  training-replay verify run.replay
  training-replay verify --data points.csv --label class run.replay   # are these the data?
  training-replay verify --train-again run.replay                     # every bit, where states were recorded
  training-replay verify --metrics train_loss,train_acc run.replay    # what the logged numbers are called

Exits with 0 if model and data are proven, with 1 if one of them is another, and with 2 if nothing proves it.";

/// Verifies that the network computes what was recorded, and that the data are the recorded ones
#[derive(Args, Debug)]
pub struct Verify {
    #[command(flatten)]
    files: Files,
    #[command(flatten)]
    question: Question,
    /// The names that loss and accuracy were logged by
    #[arg(long, value_name = "LOSS,ACCURACY", value_delimiter = ',')]
    metrics: Vec<String>,
    /// How far a logged mean may be off, as a share
    #[arg(long, value_name = "SHARE")]
    tolerance: Option<f64>,
    /// The factor of an L2 penalty that is part of the logged loss
    #[arg(long, value_name = "FACTOR")]
    l2: Option<f64>,
    /// Train every epoch again that was recorded with the state of its training before it
    #[arg(long)]
    train_again: bool,
    /// Write JSON
    #[arg(long)]
    json: bool,
}

impl Verify {
    pub fn run(&self) -> Answer<Status> {
        if !matches!(self.metrics.len(), 0 | 2) {
            return Err(Trouble::usage("--metrics takes two names, as in --metrics train_loss,train_accuracy"));
        }
        about_each("verify", &self.files.files, self.json, |asked| self.report(&asked))
    }

    fn report(&self, asked: &Asked<'_>) -> Answer<Report> {
        let replay = self.question.open(asked.path)?;
        let run = self.question.run(asked.path, &replay)?;
        let run = run.threads(asked.threads).progress(asked.bar.callback());
        let found = run.verify(&self.options()).map_err(Trouble::with(asked.path))?;
        let text = with_options(&found.to_string());
        let lines = text.lines().map(shown).collect();
        Ok(Report { lines, json: document(&found), status: status(found.verdict()) })
    }

    fn options(&self) -> VerifyOptions {
        let mut options = VerifyOptions::default();
        if self.train_again {
            options = options.train_again();
        }
        if let [loss, accuracy] = &self.metrics[..] {
            options = options.names(loss, accuracy);
        }
        if let Some(loss) = self.question.loss {
            options = options.loss(loss);
        }
        if let Some(tolerance) = self.tolerance {
            options = options.tolerance(tolerance);
        }
        self.l2.map_or(options.clone(), |factor| options.l2(factor))
    }
}

fn status(verdict: Verdict) -> Status {
    match verdict {
        Verdict::Proven => Status::Held,
        Verdict::OtherData | Verdict::Differs => Status::Failed,
        _ => Status::NotJudged,
    }
}

fn document(found: &Verification) -> Value {
    let probes: Vec<Value> = found.probes.iter().map(|probe| {
        json!({ "epoch": probe.epoch, "holds": probe.holds(), "off": number(probe.off), "allowed": number(probe.allowed) })
    }).collect();
    let checks: Vec<Value> = found
        .checks
        .iter()
        .map(|check| {
            json!({
                "epoch": check.epoch,
                "metric": check.metric,
                "logged": number(check.logged),
                "recomputed": number(check.after),
                "holds": check.holds(),
            })
        })
        .collect();
    json!({
        "verdict": verdict(found.verdict()),
        "model_holds": found.model_holds(),
        "data_hold": data_hold(&found.data),
        "data": found.data.to_string(),
        "probes": probes,
        "checks": checks,
        "trained_again": found.trained.iter().map(trained_json).collect::<Vec<_>>(),
        "not_trained": found.not_trained,
        "not_compared": found.not_compared.as_deref().map(with_options),
        "caveats": found.caveats.iter().map(|caveat| with_options(&caveat.to_string())).collect::<Vec<_>>(),
    })
}

fn trained_json(check: &TrainingCheck) -> Value {
    json!({ "from": check.from, "epoch": check.epoch, "holds": check.holds(), "difference": check.difference })
}

/// One word for a verdict.
fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Proven => "proven",
        Verdict::ModelProven => "model_proven",
        Verdict::OtherData => "other_data",
        Verdict::MeansAgree => "means_agree",
        Verdict::Differs => "differs",
        _ => "unknown",
    }
}

/// Whether the data are the recorded ones; null where nobody knows.
fn data_hold(data: &DataCheck) -> Option<bool> {
    match data {
        DataCheck::Recorded => Some(true),
        DataCheck::Other { .. } => Some(false),
        _ => None,
    }
}

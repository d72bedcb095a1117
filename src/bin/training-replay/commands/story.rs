//! `training-replay story`: what happened in a run, and when.

use clap::Args;
use serde_json::{Value, json};
use training_replay::analysis::{Milestone, MilestoneOptions, Milestones};

use crate::{
    epochs::EpochsArgs,
    numbers::number,
    question::Question,
    recording::Files,
    report::{Asked, Report, about_each},
    subject::subject,
    trouble::{Answer, Status, Trouble, with_options},
    words::shown,
};

pub const EXAMPLES: &str = "\
Examples:
  training-replay story run.replay
  training-replay story --on validation run.replay
  training-replay story --data points.csv --label class run.replay    # a recording without data
  training-replay story --json runs/*.replay                          # many runs, on all cores";

/// Says what happened in a run, and when: plateaus, falls of the loss, dead units, the best epoch
///
/// Runs the recorded network at every epoch on the recorded data.
#[derive(Args, Debug)]
pub struct Story {
    #[command(flatten)]
    files: Files,
    #[command(flatten)]
    question: Question,
    #[command(flatten)]
    epochs: EpochsArgs,
    /// Write JSON
    #[arg(long)]
    json: bool,
}

impl Story {
    pub fn run(&self) -> Answer<Status> {
        about_each("story", &self.files.files, self.json, |asked| self.report(&asked))
    }

    fn report(&self, asked: &Asked<'_>) -> Answer<Report> {
        let replay = self.question.open(asked.path)?;
        let run = self.question.run(asked.path, &replay)?;
        let epochs = self.epochs.of(asked.path, &replay)?;
        let mut options = MilestoneOptions::default();
        if let Some(loss) = self.question.loss {
            options = options.loss(loss);
        }
        let run = run.epochs(epochs).threads(asked.threads).progress(asked.bar.callback());
        let found = run.milestones(&options).map_err(Trouble::with(asked.path))?;
        Ok(Report { lines: lines(&found), json: document(&found), status: Status::Held })
    }
}

fn lines(found: &Milestones) -> Vec<String> {
    let lines: Vec<String> = found.to_string().lines().map(|line| shown(&with_options(line))).collect();
    if lines.is_empty() { vec!["nothing that is a milestone".into()] } else { lines }
}

fn document(found: &Milestones) -> Value {
    let milestones: Vec<Value> = found.rows.iter().map(|row| milestone(row, found.sentence(row))).collect();
    let caveats: Vec<String> = found.caveats.iter().map(|caveat| with_options(&caveat.to_string())).collect();
    json!({ "milestones": milestones, "caveats": caveats })
}

fn milestone(row: &Milestone, sentence: String) -> Value {
    json!({
        "kind": row.kind.name(),
        "epoch": row.epoch,
        "until": row.until,
        "subject": subject(&row.subject),
        "evidence": number(row.evidence),
        "sentence": sentence,
    })
}

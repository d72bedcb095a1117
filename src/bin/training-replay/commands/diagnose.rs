//! `training-replay diagnose`: what is wrong with a run, and whether it passes.

use clap::Args;
use serde_json::{Value, json};
use training_replay::{
    Error,
    analysis::{Diagnosis, DiagnosisOptions, Finding, Judgement, MilestoneKind},
};

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
  training-replay diagnose run.replay
  training-replay diagnose --validation test run.replay
  training-replay diagnose --without frozen --limit overfitting=1.5 run.replay
  training-replay diagnose --require noisy-labels --json runs/*.replay

Exits with 0 if the run passes, with 1 if something is wrong with it, and with 2 if a required check could not be made.";

/// Says what is wrong with a run: learning rate, dead layers, overfitting, noisy labels and more
///
/// Runs the recorded network at every epoch on the recorded data; a model that is not built in is judged by its weights and the
/// logged loss. Lists what could not be checked, and why.
#[derive(Args, Debug)]
pub struct Diagnose {
    #[command(flatten)]
    files: Files,
    #[command(flatten)]
    question: Question,
    #[command(flatten)]
    epochs: EpochsArgs,
    /// The recorded data set that is for validation [default: validation]
    #[arg(long, value_name = "NAME")]
    validation: Option<String>,
    /// The names that training and validation loss were logged by
    #[arg(long, value_name = "LOSS,VALIDATION", value_delimiter = ',')]
    metrics: Vec<String>,
    /// Checks to leave out, by their names with hyphens
    #[arg(long, value_name = "CHECKS", value_delimiter = ',')]
    without: Vec<String>,
    /// Checks without which the run is not judged [default: no-fall]
    #[arg(long, value_name = "CHECKS", value_delimiter = ',')]
    require: Vec<String>,
    /// From where on a check fails, as in overfitting=1.5; several times for several
    #[arg(long, value_name = "CHECK=NUMBER")]
    limit: Vec<String>,
    /// Write JSON
    #[arg(long)]
    json: bool,
}

impl Diagnose {
    pub fn run(&self) -> Answer<Status> {
        let options = self.options()?;
        about_each("diagnose", &self.files.files, self.json, |asked| self.report(&asked, &options))
    }

    fn options(&self) -> Answer<DiagnosisOptions> {
        let mut options = DiagnosisOptions::default();
        match &self.metrics[..] {
            [] => {}
            [loss, validation] => options = options.names(loss, validation),
            _ => return Err(Trouble::usage("--metrics takes two names, as in --metrics train_loss,val_loss")),
        }
        if let Some(loss) = self.question.loss {
            options = options.loss(loss);
        }
        if let Some(validation) = &self.validation {
            options = options.validation(validation);
        }
        for name in &self.without {
            options = options.without(check(name)?);
        }
        for text in &self.limit {
            let (check, threshold) = threshold(text)?;
            options = options.threshold(check, threshold);
        }
        if self.require.is_empty() {
            return Ok(options);
        }
        let required = self.require.iter().map(|name| check(name)).collect::<Answer<Vec<_>>>()?;
        Ok(options.require(required))
    }

    fn report(&self, asked: &Asked<'_>, options: &DiagnosisOptions) -> Answer<Report> {
        let replay = self.question.open(asked.path)?;
        let failed = Trouble::with(asked.path);
        let is_foreign = matches!(replay.run(), Err(Error::Missing { .. }));
        let found = if is_foreign && self.question.needs_no_model() && self.epochs.are_all() {
            replay.recorded_weights().diagnose(options).map_err(&failed)?
        } else {
            let run = self.question.run(asked.path, &replay)?;
            let run = run.epochs(self.epochs.of(asked.path, &replay)?);
            run.threads(asked.threads).progress(asked.bar.callback()).diagnose(options).map_err(&failed)?
        };
        let status = match found.judgement() {
            Judgement::Passed => Status::Held,
            Judgement::Failed => Status::Failed,
            _ => Status::NotJudged,
        };
        let text = found.to_string();
        Ok(Report {
            lines: text.lines().map(|line| shown(&with_options(line))).collect(),
            json: document(&found),
            status,
        })
    }
}

/// The check of a name.
fn check(name: &str) -> Answer<MilestoneKind> {
    let slug = |kind: MilestoneKind| kind.name().replace(' ', "-");
    let found = DiagnosisOptions::checks().map(|(kind, _)| kind).find(|kind| slug(*kind) == name);
    found.ok_or_else(|| {
        let known: Vec<String> = DiagnosisOptions::checks().map(|(kind, _)| slug(kind)).collect();
        Trouble::usage(format!("there is no check {name:?}; there are {}", known.join(", ")))
    })
}

/// A check and a number.
fn threshold(text: &str) -> Answer<(MilestoneKind, f64)> {
    let usage = || Trouble::usage(format!("{text:?} is no check with a number, as in overfitting=1.5"));
    let (name, value) = text.split_once('=').ok_or_else(usage)?;
    Ok((check(name)?, value.parse().map_err(|_| usage())?))
}

fn document(found: &Diagnosis) -> Value {
    let left: Vec<Value> = found
        .not_checked
        .iter()
        .map(|left| json!({ "check": left.kind.name(), "reason": with_options(&left.reason) }))
        .collect();
    json!({
        "judgement": found.judgement().to_string().replace(' ', "_"),
        "findings": found.findings.iter().map(|it| finding(it, found.sentence(it))).collect::<Vec<_>>(),
        "passed": found.passed.iter().map(|kind| kind.name()).collect::<Vec<_>>(),
        "not_checked": left,
        "caveats": found.caveats.iter().map(|caveat| with_options(&caveat.to_string())).collect::<Vec<_>>(),
    })
}

fn finding(finding: &Finding, sentence: String) -> Value {
    let milestone = &finding.milestone;
    json!({
        "check": milestone.kind.name(),
        "epoch": milestone.epoch,
        "until": milestone.until,
        "subject": subject(&milestone.subject),
        "evidence": number(milestone.evidence),
        "threshold": number(finding.threshold),
        "hint": finding.hint,
        "sentence": sentence,
    })
}

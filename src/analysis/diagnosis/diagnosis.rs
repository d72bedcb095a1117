//! What is wrong with a run, and whether it passes.

use std::fmt;

use super::{DiagnosisOptions, Finding, NotChecked, checks, gap::Gap, run_evidence::RunEvidence};
use crate::{
    analysis::{Caveat, MilestoneKind},
    notation::on_a_line,
};

/// As many findings of a kind are printed.
const SAID: usize = 3;

/// What is wrong with a run: which checks found something, which found nothing, and which could not be made.
///
/// It is made by [`Run::diagnose`](crate::Run::diagnose); [`DiagnosisOptions`] has the checks and their thresholds. It prints
/// as lines.
///
/// ```
/// use training_replay::{Activation, Dense, Loss, Metrics, Optimizer, Replay, Sequential, Trainer, datasets};
/// use training_replay::analysis::{DiagnosisOptions, Judgement, MilestoneKind};
///
/// let data = datasets::moons(200, 0.1, 7);
/// let layers = [Dense::new(8).activation(Activation::Tanh), Dense::new(1).activation(Activation::Sigmoid)];
/// let mut model = Sequential::builder(2).layers(layers).build(42)?;
/// let mut trainer = Trainer::new(Loss::BinaryCrossEntropy, Optimizer::sgd(1e-5)); // a typing error
/// let mut replay = Replay::options().dataset(&data).loss(Loss::BinaryCrossEntropy).in_memory();
/// replay.record(&model, Metrics::new())?;
/// for _ in 0..20 {
///     let metrics = trainer.epoch(&mut model, &data)?;
///     replay.record(&model, metrics)?;
/// }
/// let diagnosis = replay.run()?.diagnose(&DiagnosisOptions::default())?;
/// assert_eq!(diagnosis.judgement(), Judgement::Failed);
/// assert_eq!(diagnosis.of_kind(MilestoneKind::SmallSteps).count(), 1);
/// println!("{diagnosis}");
/// # Ok::<(), training_replay::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Diagnosis {
    /// What is wrong, or may be, in the order of the epochs.
    pub findings: Vec<Finding>,
    /// What was looked for and not found.
    pub passed: Vec<MilestoneKind>,
    /// What could not be looked for, and why.
    pub not_checked: Vec<NotChecked>,
    /// What was assumed, and which epochs could not be read.
    pub caveats: Vec<Caveat>,
    /// The names of the classes, if the data set has some.
    pub class_names: Vec<String>,
    /// The names of the features, if the data set has some.
    pub feature_names: Vec<String>,
    /// What the model's own loss is called, if that was noted.
    pub loss_name: Option<String>,
    /// The checks without which nothing is judged.
    required: Vec<MilestoneKind>,
}

/// What a diagnosis comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Judgement {
    /// Nothing that was looked for was found, but hints perhaps.
    Passed,
    /// Something is wrong.
    Failed,
    /// Nothing was found, but a check could not be made that is [required](DiagnosisOptions::require).
    NotJudged,
}

impl Diagnosis {
    pub(crate) fn of(evidence: &RunEvidence, options: &DiagnosisOptions) -> Self {
        let mut diagnosis = Self { required: options.required().to_vec(), ..Self::default() };
        for (kind, _) in DiagnosisOptions::checks() {
            if options.leaves_out(kind) {
                diagnosis.leave(kind, Gap::new("it was left out"));
                continue;
            }
            match checks::check(kind, evidence, options) {
                Err(gap) => diagnosis.leave(kind, gap),
                Ok(found) if found.is_empty() => diagnosis.passed.push(kind),
                Ok(found) => diagnosis.findings.extend(found),
            }
        }
        diagnosis.findings.sort_by_key(|finding| finding.milestone.epoch);
        diagnosis
    }

    fn leave(&mut self, kind: MilestoneKind, Gap(reason): Gap) {
        self.not_checked.push(NotChecked { kind, reason });
    }

    /// A line for each finding; of many of a kind the first few by their evidence, and how many more there are.
    fn lines_of_findings(&self) -> Vec<String> {
        let mark = |finding: &Finding| if finding.hint { "hint" } else { "wrong" };
        let (mut lines, mut said) = (Vec::new(), Vec::new());
        for finding in &self.findings {
            let kind = finding.milestone.kind;
            if said.contains(&kind) {
                continue;
            }
            said.push(kind);
            let mut alike: Vec<&Finding> = self.of_kind(kind).collect();
            let more = alike.len().saturating_sub(SAID);
            if more > 0 {
                alike.sort_by(|one, other| other.milestone.evidence.total_cmp(&one.milestone.evidence));
                alike.truncate(SAID);
            }
            lines.extend(alike.iter().map(|finding| format!("{}: {}", mark(finding), self.sentence(finding))));
            if more > 0 {
                lines.push(format!("{}: {more} more of {kind}", mark(finding)));
            }
        }
        lines
    }

    /// What was not checked, together where the reason is the same.
    fn left_by_reason(&self) -> Vec<(&str, Vec<&str>)> {
        let mut reasons: Vec<(&str, Vec<&str>)> = Vec::new();
        for NotChecked { kind, reason } in &self.not_checked {
            match reasons.iter_mut().find(|(known, _)| known == reason) {
                Some((_, kinds)) => kinds.push(kind.name()),
                None => reasons.push((reason, vec![kind.name()])),
            }
        }
        reasons
    }

    /// Returns what the diagnosis comes to.
    pub fn judgement(&self) -> Judgement {
        let is_left = |kind: &MilestoneKind| self.not_checked.iter().any(|left| left.kind == *kind);
        if self.findings.iter().any(|finding| !finding.hint) {
            Judgement::Failed
        } else if self.required.iter().any(is_left) {
            Judgement::NotJudged
        } else {
            Judgement::Passed
        }
    }

    /// Returns the findings of one kind, in the order of their epochs.
    pub fn of_kind(&self, kind: MilestoneKind) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(move |finding| finding.milestone.kind == kind)
    }

    /// Returns one of the findings as a sentence, with the names of classes and features.
    pub fn sentence(&self, finding: &Finding) -> String {
        let loss = self.loss_name.as_deref().unwrap_or("loss");
        finding.milestone.sentence_about(&self.class_names, &self.feature_names, loss)
    }
}

impl fmt::Display for Judgement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::NotJudged => "not judged",
        })
    }
}

/// Writes what it comes to, the findings, of many of a kind the largest, what was looked for in vain, what was not checked and why, and each caveat.
impl fmt::Display for Diagnosis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.judgement())?;
        self.lines_of_findings().iter().try_for_each(|line| writeln!(f, "{}", on_a_line(line)))?;
        if !self.passed.is_empty() {
            let names: Vec<&str> = self.passed.iter().map(|kind| kind.name()).collect();
            writeln!(f, "not found: {}", names.join(", "))?;
        }
        for (reason, kinds) in self.left_by_reason() {
            writeln!(f, "not checked: {}: {}", kinds.join(", "), on_a_line(reason))?;
        }
        self.caveats.iter().try_for_each(|caveat| writeln!(f, "{}", on_a_line(&caveat.to_string())))
    }
}

//! Milestones that say what is wrong with a run, as sentences.

use super::milestone::{Milestone, MilestoneKind as Kind, Subject};
use crate::notation::{counted, decimal, percent};

/// What the loss is compared with, where the model's own is not known by others.
const CONSTANT: &str = "that of the best constant prediction";

impl Milestone {
    /// What is wrong, as a sentence ends that says when.
    pub(super) fn fault(&self, name: Option<&str>, loss: &str) -> String {
        let (evidence, share, count) = (decimal(self.evidence), percent(self.evidence), self.evidence as u64);
        let subject = named(&self.subject, name);
        match self.kind {
            Kind::NoLearning => format!("the {loss} is {evidence} times {CONSTANT}"),
            Kind::NoFall => format!("the {loss} is {evidence} times that of the first epoch"),
            Kind::PoorStart => format!("the {loss} is {evidence} times that of a model that knows nothing"),
            Kind::LossSpike => self.spike(loss, &evidence),
            Kind::Overfitting => format!(
                "the validation loss rises while the training loss falls: at the end it is {evidence} times its lowest"
            ),
            Kind::NeverPredicted => {
                let samples = counted(count, "sample");
                format!("{subject} is never predicted, and {samples} {} of it", plural(count, "is", "are"))
            }
            Kind::DrowningFeature => format!("{subject} spreads {evidence} times as far as the other features"),
            Kind::ShiftedValidation => self.shift(&subject, &share),
            Kind::Leakage => {
                format!("{subject} alone says {share} of the targets: a leak, if it is not known before them")
            }
            Kind::NoisyLabels => format!("{share} of the labels are contradicted by their neighbors and by the model"),
            Kind::OtherLoss => format!("the logged loss is {evidence} times the {loss} that is recomputed"),
            _ => self.fault_of_layer(&subject),
        }
    }

    fn fault_of_layer(&self, subject: &str) -> String {
        let (evidence, share, count) = (decimal(self.evidence), percent(self.evidence), self.evidence as u64);
        match self.kind {
            Kind::FlatStart => format!("{share} of the values of {subject} lie where its activation is flat"),
            Kind::LargeSteps => {
                format!(
                    "the kernels of {subject} change by {evidence} times their size, a sign of too large a learning rate"
                )
            }
            Kind::SmallSteps => format!(
                "no layer moves far: {subject} by {evidence} times its size over all epochs, the most of all, a sign of too small a learning rate"
            ),
            Kind::DeadLayer => format!("{share} of the units of {subject} are dead"),
            Kind::CopiedUnits => {
                format!("{} of {subject} {} what another one does", counted(count, "unit"), plural(count, "does", "do"))
            }
            Kind::MissingBias => {
                format!(
                    "{subject} has no bias, and the outputs are off by {evidence} standard deviations of the targets"
                )
            }
            // `event` says them.
            _ => self.kind.name().to_owned(),
        }
    }

    fn spike(&self, loss: &str, evidence: &str) -> String {
        let end = if self.until.is_some() { "" } else { ", and does not come back" };
        format!("the {loss} is {evidence} times what it was before{end}")
    }

    fn shift(&self, subject: &str, share: &str) -> String {
        match self.subject {
            Subject::Run => {
                format!(
                    "{share} of training and validation samples lie among those of their own set, where half would of one"
                )
            }
            _ => format!("the validation data are from another distribution: {subject} differs by {share}"),
        }
    }
}

fn plural<'a>(count: u64, one: &'a str, many: &'a str) -> &'a str {
    if count == 1 { one } else { many }
}

/// A class or a feature by its name, where it has one.
fn named(subject: &Subject, name: Option<&str>) -> String {
    match (subject, name) {
        (Subject::Class(_), Some(name)) if name.starts_with("class ") => name.to_owned(),
        (Subject::Class(_), Some(name)) => format!("class {name}"),
        (Subject::Feature(_), Some(name)) => format!("feature {name}"),
        _ => subject.in_words(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(kind: Kind, (epoch, until): (u64, Option<u64>), subject: Subject, evidence: f64) -> String {
        Milestone { kind, epoch, until, subject, evidence }.sentence_about(
            &["cat".into(), "class 1".into()],
            &["age".into()],
            "loss",
        )
    }

    #[test]
    fn faults_are_said_with_the_names_of_classes_and_features() {
        let expected = [
            (
                said(Kind::NeverPredicted, (40, None), Subject::Class(0), 7.0),
                "At epoch 40, the last, class cat is never predicted, and 7 samples are of it",
            ),
            (
                said(Kind::NeverPredicted, (40, None), Subject::Class(1), 1.0),
                "At epoch 40, the last, class 1 is never predicted, and 1 sample is of it",
            ),
            (
                said(Kind::Leakage, (0, None), Subject::Feature(0), 1.0),
                "From epoch 0 on, feature age alone says 100 % of the targets: a leak, if it is not known before them",
            ),
            (
                said(Kind::DrowningFeature, (0, None), Subject::Feature(3), 1000.0),
                "From epoch 0 on, feature 3 spreads 1,000 times as far as the other features",
            ),
            (
                said(Kind::LossSpike, (5, Some(7)), Subject::Run, 3.5),
                "From epoch 5 to 7, the loss is 3.5000 times what it was before",
            ),
            (
                said(Kind::LossSpike, (5, None), Subject::Run, 3.5),
                "From epoch 5 on, the loss is 3.5000 times what it was before, and does not come back",
            ),
            (
                said(Kind::CopiedUnits, (5, None), Subject::Layer("h".into()), 1.0),
                "At epoch 5, the last, 1 unit of layer h does what another one does",
            ),
            (
                said(Kind::LargeSteps, (1, None), Subject::Layer("h".into()), f64::INFINITY),
                "At epoch 1, the kernels of layer h change by inf times their size, a sign of too large a learning rate",
            ),
        ];
        for (found, sentence) in expected {
            assert_eq!(found, sentence);
        }
    }

    /// A kind without a sentence would be said by its name alone.
    #[test]
    fn every_check_has_a_sentence() {
        for (kind, _) in crate::analysis::DiagnosisOptions::checks() {
            let sentence = said(kind, (3, None), Subject::Run, 2.0);
            assert!(!sentence.ends_with(kind.name()), "{sentence}");
        }
    }
}

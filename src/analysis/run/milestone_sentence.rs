//! Milestones as sentences.

use std::fmt;

use super::milestone::{Milestone, MilestoneKind as Kind, Subject};
use crate::notation::{counted, decimal, grouped, percent};

/// What a sentence calls the loss, and those that are classified.
#[derive(Clone, Copy, Debug)]
pub(super) struct Nouns<'a> {
    pub(super) loss: &'a str,
    pub(super) sample: &'a str,
    /// The names of the features, where they have some.
    pub(super) features: &'a [String],
}

impl Default for Nouns<'_> {
    fn default() -> Self {
        Self { loss: "loss", sample: "sample", features: &[] }
    }
}

impl Milestone {
    /// Returns what happened as a sentence, with the names of the classes where they are known; those without one are called
    /// by their numbers. Epochs, classes and units are numbered from 0, as everywhere.
    ///
    /// [`Display`](fmt::Display) writes the same without names, [`Milestones::sentence`](super::Milestones::sentence) with
    /// all that is known of the run.
    ///
    /// ```
    /// use training_replay::{Activation, Dense, Initializer, Metrics, Replay, Sequential, datasets};
    /// use training_replay::analysis::MilestoneOptions;
    ///
    /// let output = Dense::new(1).kernel_initializer(Initializer::Zeros).bias_initializer(Initializer::Constant(-1.0));
    /// let mut replay = Replay::options().dataset(&datasets::moons(50, 0.1, 7)).in_memory();
    /// let model = Sequential::builder(2).layer(output.activation(Activation::Sigmoid)).build(1)?;
    /// replay.record(&model, Metrics::new())?; // it says class 0 to everything
    /// let milestones = replay.run()?.milestones(&MilestoneOptions::default())?;
    /// let sentences: Vec<_> = milestones.rows.iter().map(|row| row.sentence(&["lower", "upper"])).collect();
    /// assert_eq!(sentences[0], "From epoch 0 on, all 25 lower samples are classified correctly");
    /// assert_eq!(milestones.rows[0].to_string(), "From epoch 0 on, all 25 samples of class 0 are classified correctly");
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    pub fn sentence<S: AsRef<str>>(&self, class_names: &[S]) -> String {
        self.sentence_of(class_names, Nouns::default())
    }

    /// The same with what features and the loss are called.
    pub(crate) fn sentence_about(&self, class_names: &[String], features: &[String], loss: &str) -> String {
        self.sentence_of(class_names, Nouns { loss, features, ..Nouns::default() })
    }

    /// The same with what the loss is called, and what the counted ones are.
    pub(super) fn sentence_of<S: AsRef<str>>(&self, class_names: &[S], nouns: Nouns<'_>) -> String {
        let name = match self.subject {
            Subject::Class(class) => class_names.get(class).map(AsRef::as_ref),
            Subject::Feature(feature) => nouns.features.get(feature).map(String::as_str),
            _ => None,
        };
        format!("{}, {}", self.time(), self.event(name, nouns))
    }

    /// When, as a sentence begins.
    fn time(&self) -> String {
        let (epoch, until) = (grouped(self.epoch), self.until.map(grouped));
        match until {
            Some(until) if until == epoch => format!("At epoch {epoch}"),
            Some(until) => format!("From epoch {epoch} to {until}"),
            None if self.kind.is_final() => format!("At epoch {epoch}, the last"),
            None if self.kind.is_moment() => format!("At epoch {epoch}"),
            None => format!("From epoch {epoch} on"),
        }
    }

    /// What, as it ends.
    fn event(&self, class_name: Option<&str>, nouns: Nouns<'_>) -> String {
        let (evidence, count) = (decimal(self.evidence), self.evidence as u64);
        let (subject, Nouns { loss, sample, .. }) = (self.subject.in_words(), nouns);
        match self.kind {
            Kind::AllCorrect => format!("{} classified correctly", all(count, sample, &self.subject, class_name)),
            Kind::FewestErrors if count == 0 => format!("no {sample} is misclassified, for the first time"),
            Kind::FewestErrors => format!("{} {} misclassified, the fewest", counted(count, sample), are(count)),
            Kind::FinalErrors if count == 0 => format!("no {sample} is misclassified"),
            Kind::FinalErrors => format!("{} {} misclassified", counted(count, sample), are(count)),
            Kind::BestLoss => format!("the {loss} is {evidence}, the lowest"),
            Kind::FinalLoss => format!("the {loss} is {evidence}"),
            Kind::Plateau => {
                format!("the {loss} hardly changes beside its range in the run: it is {evidence} in the middle")
            }
            Kind::Fall => format!("the {loss} falls by {evidence}"),
            Kind::Squashed => {
                format!("{subject} is squashed: its units take {} of their range", percent(self.evidence))
            }
            Kind::Widened => format!("{subject} is widened: its units take {} of their range", percent(self.evidence)),
            Kind::Saturated => format!("{subject} is saturated on {} of the samples", percent(self.evidence)),
            Kind::Dead if count == 1 => format!("{subject} is dead: it is 0 on the only sample"),
            Kind::Dead => format!("{subject} is dead: it is 0 on all {}", counted(count, "sample")),
            Kind::Vanishing => format!("the gradients of {subject} vanish: they are {evidence} times the last layer's"),
            Kind::Exploding => {
                format!("the gradients of {subject} explode: they are {evidence} times the last layer's")
            }
            Kind::Frozen => match self.subject {
                Subject::Run => format!("no parameter changes: they are the same over {}", recorded(count)),
                _ => format!("{subject} does not change: it is the same over {}, while others change", recorded(count)),
            },
            Kind::Diverged => self.divergence(count, loss),
            _ => self.fault(class_name, loss),
        }
    }

    fn divergence(&self, count: u64, loss: &str) -> String {
        match &self.subject {
            Subject::Run => format!("the {loss} is {}", self.evidence),
            subject => format!("{} of {} {} not finite", counted(count, "value"), subject.in_words(), are(count)),
        }
    }
}

impl Subject {
    /// As it stands in a sentence.
    pub(super) fn in_words(&self) -> String {
        match self {
            Self::Run => "the run".into(),
            Self::Class(class) => format!("class {class}"),
            Self::Layer(layer) => format!("layer {layer}"),
            Self::Unit { layer, unit } => format!("unit {unit} of layer {layer}"),
            Self::Parameter { layer, name } => format!("{name} of layer {layer}"),
            Self::Feature(feature) => format!("feature {feature}"),
            Self::Output(output) => format!("output {output}"),
        }
    }
}

/// `all 1,000 negative samples are`
fn all(count: u64, sample: &str, subject: &Subject, class_name: Option<&str>) -> String {
    let (before, behind) = match (subject, class_name) {
        // As an adjective, unless it is a number, or a sentence would say it twice.
        (_, Some(name)) if name.starts_with("class ") => (String::new(), format!(" of {name}")),
        (_, Some(name)) if name.starts_with(char::is_alphabetic) => (format!("{name} "), String::new()),
        (_, Some(name)) => (String::new(), format!(" of class {name}")),
        (Subject::Class(class), None) => (String::new(), format!(" of class {class}")),
        _ => (String::new(), String::new()),
    };
    match count {
        1 => format!("the only {before}{sample}{behind} is"),
        _ => format!("all {} {before}{sample}s{behind} are", grouped(count)),
    }
}

/// `12 recorded epochs`
pub(super) fn recorded(epochs: u64) -> String {
    counted(epochs, "recorded epoch")
}

fn are(count: u64) -> &'static str {
    if count == 1 { "is" } else { "are" }
}

impl fmt::Display for Milestone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.sentence::<&str>(&[]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn milestone(kind: Kind, (epoch, until): (u64, Option<u64>), subject: Subject, evidence: f64) -> Milestone {
        Milestone { kind, epoch, until, subject, evidence }
    }

    fn said(kind: Kind, time: (u64, Option<u64>), subject: Subject, evidence: f64) -> String {
        milestone(kind, time, subject, evidence).to_string()
    }

    fn layer() -> Subject {
        Subject::Layer("hidden".into())
    }

    #[test]
    fn classes_are_called_by_their_names_and_samples_counted() {
        let row = |class, samples| milestone(Kind::AllCorrect, (65, None), Subject::Class(class), samples);
        let names = ["negative", "7", "class B"];
        let expected = [
            (row(0, 1000.0), "From epoch 65 on, all 1,000 negative samples are classified correctly"),
            (row(0, 1.0), "From epoch 65 on, the only negative sample is classified correctly"),
            (row(1, 12.0), "From epoch 65 on, all 12 samples of class 7 are classified correctly"),
            (row(2, 12.0), "From epoch 65 on, all 12 samples of class B are classified correctly"),
            (row(3, 1234567.0), "From epoch 65 on, all 1,234,567 samples of class 3 are classified correctly"),
            (row(3, 1.0), "From epoch 65 on, the only sample of class 3 is classified correctly"),
        ];
        for (row, sentence) in expected {
            assert_eq!(row.sentence(&names), sentence);
        }
        let run = said(Kind::AllCorrect, (0, None), Subject::Run, 2.0);
        assert_eq!(run, "From epoch 0 on, all 2 samples are classified correctly");
    }

    #[test]
    fn errors_and_losses_are_said_with_their_epoch() {
        let run = || Subject::Run;
        let at = (1500, None);
        assert_eq!(said(Kind::FewestErrors, at, run(), 1.0), "At epoch 1,500, 1 sample is misclassified, the fewest");
        assert_eq!(
            said(Kind::FewestErrors, at, run(), 0.0),
            "At epoch 1,500, no sample is misclassified, for the first time"
        );
        assert_eq!(said(Kind::FinalErrors, at, run(), 2.0), "At epoch 1,500, the last, 2 samples are misclassified");
        assert_eq!(said(Kind::FinalErrors, at, run(), 0.0), "At epoch 1,500, the last, no sample is misclassified");
        assert_eq!(said(Kind::BestLoss, at, run(), 1e-5), "At epoch 1,500, the loss is 1.00e-5, the lowest");
        assert_eq!(said(Kind::FinalLoss, at, run(), 0.71828), "At epoch 1,500, the last, the loss is 0.7183");
        let plateau = said(Kind::Plateau, (3, Some(17)), run(), 0.5);
        assert_eq!(
            plateau,
            "From epoch 3 to 17, the loss hardly changes beside its range in the run: it is 0.5000 in the middle"
        );
        assert_eq!(said(Kind::Fall, (3, None), run(), 2.0), "From epoch 3 on, the loss falls by 2");
    }

    #[test]
    fn layers_units_and_parameters_are_named_and_shares_are_percentages() {
        let unit = || Subject::Unit { layer: "hidden".into(), unit: 0 };
        let parameter = || Subject::Parameter { layer: "output".into(), name: "kernel".into() };
        let expected = [
            (
                said(Kind::Saturated, (3, Some(3)), unit(), 1.0),
                "At epoch 3, unit 0 of layer hidden is saturated on 100 % of the samples",
            ),
            (
                said(Kind::Dead, (3, None), unit(), 1.0),
                "From epoch 3 on, unit 0 of layer hidden is dead: it is 0 on the only sample",
            ),
            (
                said(Kind::Dead, (3, None), unit(), 1000.0),
                "From epoch 3 on, unit 0 of layer hidden is dead: it is 0 on all 1,000 samples",
            ),
            (
                said(Kind::Squashed, (0, Some(9)), layer(), 0.125),
                "From epoch 0 to 9, layer hidden is squashed: its units take 12.5 % of their range",
            ),
            (
                said(Kind::Widened, (0, Some(9)), layer(), 0.8),
                "From epoch 0 to 9, layer hidden is widened: its units take 80 % of their range",
            ),
            (
                said(Kind::Vanishing, (0, None), layer(), 0.005),
                "From epoch 0 on, the gradients of layer hidden vanish: they are 0.0050 times the last layer's",
            ),
            (
                said(Kind::Exploding, (0, None), layer(), 150.0),
                "From epoch 0 on, the gradients of layer hidden explode: they are 150 times the last layer's",
            ),
            (
                said(Kind::Diverged, (4, None), parameter(), 7.0),
                "At epoch 4, 7 values of kernel of layer output are not finite",
            ),
            (
                said(Kind::Diverged, (4, None), parameter(), 1.0),
                "At epoch 4, 1 value of kernel of layer output is not finite",
            ),
            (said(Kind::Diverged, (4, None), Subject::Run, f64::NAN), "At epoch 4, the loss is NaN"),
            (said(Kind::Diverged, (4, None), Subject::Run, f64::INFINITY), "At epoch 4, the loss is inf"),
        ];
        for (found, sentence) in expected {
            assert_eq!(found, sentence);
        }
    }
}

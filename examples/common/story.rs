//! What happened in the article's networks, as facts for a lesson: each is found in the recordings.

use training_replay::{
    Activation, Forward, Loss, Replay, Result, Snapshot,
    analysis::{Milestone, MilestoneKind, MilestoneOptions, Milestones, Subject},
    plot::PagePanel,
};

use super::lesson::{Fact, Facts};

const LOSS: Loss = Loss::BinaryCrossEntropy;

/// A run, and what was found in it.
pub struct Story {
    name: &'static str,
    milestones: Milestones,
    /// The loss over all samples, and how many of them are misclassified, at every recorded epoch.
    course: Vec<(u64, f64, usize)>,
    /// The first epoch at which a hidden unit is 0 for every sample.
    dead: Option<u64>,
    samples: usize,
}

/// How a network from other initial weights ended.
#[derive(Clone, Copy, Debug)]
pub struct Ending {
    pub activation: Activation,
    /// The samples that are misclassified at the end.
    pub wrong: usize,
    /// The hidden units that are 0 on every sample at the end.
    pub dead: usize,
}

impl Ending {
    /// That of a run, at its last recorded epoch.
    pub fn of(activation: Activation, replay: &Replay) -> Result<Self> {
        let snapshot = replay.at(replay.epochs().last().unwrap_or(0))?;
        Ok(Self { activation, wrong: wrong(&snapshot)?, dead: dead_units(&snapshot)? })
    }
}

/// How many samples are misclassified.
fn wrong<M: Forward>(snapshot: &Snapshot<'_, M>) -> Result<usize> {
    let (predicted, own) = (snapshot.predicted_classes()?, snapshot.dataset()?.classes()?);
    Ok(predicted.iter().zip(own).filter(|&(&predicted, own)| predicted != Some(own)).count())
}

/// How many hidden units are 0 for every sample.
fn dead_units<M: Forward>(snapshot: &Snapshot<'_, M>) -> Result<usize> {
    let layers = snapshot.activations()?;
    let hidden = layers.iter().filter(|layer| layer.layer == "hidden");
    let dead =
        hidden.flat_map(|layer| layer.values.column_iter()).filter(|unit| unit.iter().all(|&value| value == 0.0));
    Ok(dead.count())
}

impl Story {
    pub fn of(name: &'static str, replay: &Replay) -> Result<Self> {
        let milestones = replay.run()?.milestones(&MilestoneOptions::default())?;
        let samples = replay.dataset()?.samples();
        let at = |snapshot: &Snapshot<'_, _>| {
            let loss = snapshot.evaluate(LOSS)?.loss;
            Ok((snapshot.epoch(), loss, wrong(snapshot)?, dead_units(snapshot)?))
        };
        let course = replay.run()?.map(at)?;
        let dead = course.iter().find(|&&(.., dead)| dead > 0).map(|&(epoch, ..)| epoch);
        let course = course.into_iter().map(|(epoch, loss, wrong, _)| (epoch, loss, wrong)).collect();
        Ok(Self { name, milestones, course, dead, samples })
    }

    /// A fact of an epoch of this run, with the loss and the samples that are misclassified there.
    fn at(&self, epoch: u64, panel: PagePanel) -> Fact {
        let fact =
            Fact::at(self.name, epoch).panel(panel).value("run", self.name).value("samples", grouped(self.samples));
        match self.course.iter().find(|&&(other, ..)| other == epoch) {
            Some(&(_, loss, wrong)) => fact.value("loss", format!("{loss:.3}")).value("wrong", grouped(wrong)),
            None => fact,
        }
    }

    /// A fact of something that lasted, or holds to the end.
    fn stretch(&self, row: &Milestone, panel: PagePanel) -> Fact {
        let last = self.course.last().map_or(row.epoch, |&(epoch, ..)| epoch);
        let until = row.until.unwrap_or(last);
        self.at(row.epoch, panel).value("until", until).value("epochs", until - row.epoch)
    }

    fn of_kind(&self, kind: MilestoneKind) -> impl Iterator<Item = &Milestone> {
        self.milestones.of_kind(kind)
    }

    fn of_hidden(&self, kind: MilestoneKind) -> Option<Fact> {
        let row = self.of_kind(kind).find(|row| row.subject == Subject::Layer("hidden".into()))?;
        Some(self.stretch(row, PagePanel::FeatureSpace).value("share", percent(row.evidence)))
    }

    fn longest_plateau(&self, ends: bool) -> Option<&Milestone> {
        let found = self.of_kind(MilestoneKind::Plateau).filter(|row| row.until.is_some() == ends);
        found.max_by_key(|row| row.until.unwrap_or(u64::MAX) - row.epoch)
    }

    /// The longest plateau that ends, or the one that does not.
    fn plateau(&self, ends: bool) -> Option<Fact> {
        let row = self.longest_plateau(ends)?;
        Some(self.stretch(row, PagePanel::Curves).value("level", format!("{:.3}", row.evidence)))
    }

    /// The first way down, or the first one behind the longest plateau.
    fn fall(&self, is_behind: bool) -> Option<Fact> {
        let plateau = self.longest_plateau(true);
        let from = if is_behind { plateau?.until? } else { 0 };
        let row = self.of_kind(MilestoneKind::Fall).find(|row| row.epoch >= from)?;
        Some(self.stretch(row, PagePanel::Curves).value("by", format!("{:.3}", row.evidence)))
    }

    /// What happened in this run, each under the run's name in small letters and a dot.
    fn facts(&self) -> Vec<(&'static str, Option<Fact>)> {
        let first = self.course.first().map_or(0, |&(epoch, ..)| epoch);
        let from = |epoch: Option<u64>, panel| epoch.map(|epoch| self.at(epoch, panel));
        let all = self.milestones.all_correct();
        let (last, _, wrong) = self.course.last().copied().unwrap_or_default();
        vec![
            ("start", Some(self.at(first, PagePanel::InputSpace))),
            ("squashed", self.of_hidden(MilestoneKind::Squashed)),
            ("widened", self.of_hidden(MilestoneKind::Widened)),
            ("stands", self.plateau(true)),
            ("settles", self.plateau(false)),
            ("sinks", self.fall(false)),
            ("falls", self.fall(true)),
            ("negatives", from(self.milestones.class_correct(0), PagePanel::Probabilities)),
            ("positives", from(self.milestones.class_correct(1), PagePanel::Probabilities)),
            ("all", from(all, PagePanel::FeatureSpace)),
            ("bent", from(all, PagePanel::InputSpace)),
            ("unfinished", (wrong > 0).then(|| self.at(last, PagePanel::InputSpace))),
            ("dead", from(self.dead, PagePanel::FeatureSpace)),
            ("alive", self.dead.is_none().then(|| self.at(last, PagePanel::FeatureSpace))),
        ]
    }
}

/// All facts: of the runs on the page, of the network without a hidden layer, and of networks from other initial weights.
pub fn facts(runs: &[Story], straight: &Story, others: &[Ending], is_kerass: bool) -> Facts {
    let mut facts = Facts::new();
    for run in runs {
        let own = run.facts().into_iter();
        facts.extend(own.map(|(name, fact)| (format!("{}.{name}", run.name.to_lowercase()), fact)));
    }
    let name = |(name, fact): (&str, Option<Fact>)| (name.to_owned(), fact);
    facts.extend(without_hidden_layer(straight).map(name));
    facts.extend(
        [
            ("slopes", Some(slopes())),
            ("keras", is_kerass.then(Fact::new)),
            ("sooner", compared(runs, "tanh", "sigmoid")),
            ("soonest", compared(runs, "ReLU", "tanh")),
        ]
        .map(name),
    );
    for activation in [Activation::Sigmoid, Activation::Tanh, Activation::Relu] {
        facts.extend(from_others(activation, others));
    }
    facts
}

fn without_hidden_layer(run: &Story) -> [(&'static str, Option<Fact>); 2] {
    let fact = |(epoch, loss, wrong): (u64, f64, usize)| {
        let right = percent((run.samples - wrong) as f64 / run.samples as f64);
        let fact = Fact::new().value("epoch", epoch).value("loss", format!("{loss:.3}")).value("share", right);
        fact.value("wrong", grouped(wrong)).value("samples", grouped(run.samples))
    };
    let settles = run.plateau(false).map(Fact::off_the_page);
    [("straight", run.course.last().copied().filter(|&(.., wrong)| wrong > 0).map(fact)), ("straight.settles", settles)]
}

/// The steepest place of each activation function.
fn slopes() -> Fact {
    let slope = |activation: Activation| activation.derivative(0.0);
    Fact::new().value("sigmoid", slope(Activation::Sigmoid)).value("tanh", slope(Activation::Tanh))
}

/// That one run has every sample right before another one has.
fn compared(runs: &[Story], sooner: &str, later: &str) -> Option<Fact> {
    let of = |name: &str| runs.iter().find(|run| run.name == name);
    let (first, second) = (of(sooner)?, of(later)?);
    let (from, to) = (first.milestones.all_correct()?, second.milestones.all_correct()?);
    let fact = first.at(from, PagePanel::Curves).value("other", to).value("epochs", to.checked_sub(from)?);
    (from < to).then(|| fact.value("share", percent(from as f64 / to as f64)))
}

/// How many of the networks from other initial weights got there.
fn from_others(activation: Activation, others: &[Ending]) -> Vec<(String, Option<Fact>)> {
    let own: Vec<&Ending> = others.iter().filter(|ending| ending.activation == activation).collect();
    let wrong = own.iter().map(|ending| ending.wrong);
    let failed = wrong.clone().filter(|&wrong| wrong > 0).count();
    let dead = own.iter().filter(|ending| ending.dead > 0).count();
    let fact = Fact::new().value("count", own.len()).value("right", own.len() - failed).value("failed", failed);
    let fact = fact.value("worst", grouped(wrong.max().unwrap_or(0))).value("dead", dead);
    let named = |name: &str| format!("others.{name}.{}", activation.name());
    vec![
        (named("fail"), (failed > 0).then(|| fact.clone())),
        (named("succeed"), (failed == 0 && !own.is_empty()).then(|| fact.clone())),
        (named("die"), (dead > 0).then_some(fact)),
    ]
}

/// A share in percent.
pub fn percent(share: f64) -> String {
    let text = format!("{:.1}", 100.0 * share);
    text.strip_suffix(".0").unwrap_or(&text).to_owned()
}

/// A count with commas between its thousands.
pub fn grouped(count: usize) -> String {
    let digits = count.to_string();
    let parts: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().filter_map(|part| std::str::from_utf8(part).ok()).collect();
    parts.join(",")
}

//! How values are spread in networks that were never trained, as facts for a lesson.

use training_replay::{
    Error, Loss, Replay, Result,
    analysis::{Distribution, LayerFilter, Quantity},
};

use super::{
    lesson::{Fact, Facts},
    story::{grouped, percent},
};

const LOSS: Loss = Loss::BinaryCrossEntropy;

/// The spreads in one network, layer by layer, at its first epoch.
pub struct Start {
    /// The run's name on the page.
    name: String,
    weights: Vec<Distribution>,
    z: Vec<Distribution>,
    activations: Vec<Distribution>,
    gradients: Vec<Distribution>,
    samples: usize,
}

impl Start {
    pub fn of(name: &str, replay: &Replay) -> Result<Self> {
        let kernels = |quantity| -> Result<Vec<Distribution>> {
            let rows = replay.at(0)?.distributions(quantity, &LayerFilter::default())?;
            Ok(rows.into_iter().filter(|row| row.name != "bias").map(|row| row.distribution).collect())
        };
        Ok(Self {
            name: name.to_owned(),
            weights: kernels(Quantity::weights())?,
            z: kernels(Quantity::pre_activations())?,
            activations: kernels(Quantity::activations())?,
            gradients: kernels(Quantity::gradients(LOSS))?,
            samples: replay.dataset()?.samples(),
        })
    }

    /// A fact of the standard deviations in the first hidden layer and in the last one.
    fn spread(&self, quantity: Quantity, rows: &[Distribution]) -> Result<Fact> {
        let (first, last) = ends(rows)?;
        let fact = Fact::at(&self.name, 0).quantity(quantity).value("run", &self.name);
        Ok(fact.value("first", short(first.std)).value("last", short(last.std)))
    }

    /// By how much more the last hidden layer's gradients are spread than the first one's.
    fn ratio(&self) -> Result<f64> {
        let (first, last) = ends(&self.gradients)?;
        Ok(last.std / first.std)
    }

    fn facts(&self, key: &str) -> Result<Vec<(String, Option<Fact>)>> {
        let named = |name: &str, fact: Option<Fact>| (format!("{key}.{name}"), fact);
        let (first, last) = ends(&self.activations)?;
        let activations = self.spread(Quantity::activations(), &self.activations)?;
        let activations = activations.value("zeros", percent(first.zeros)).value("last_zeros", percent(last.zeros));
        let middle = activations.clone().value("median", short(last.median()));
        let gradients = self.spread(Quantity::gradients(LOSS), &self.gradients)?;
        let answers = self.activations.last().map(|answers| {
            let fact = Fact::at(&self.name, 0).quantity(Quantity::activations());
            fact.value("spread", short(answers.std)).value("median", short(answers.median()))
        });
        let ratio = self.ratio()?;
        let (down, up) =
            (gradients.clone().value("times", times(ratio)), gradients.clone().value("times", times(1.0 / ratio)));
        Ok(vec![
            named("weights", Some(self.spread(Quantity::weights(), &self.weights)?)),
            named("z", Some(self.spread(Quantity::pre_activations(), &self.z)?)),
            named("activations", Some(activations)),
            named("activations.shrink", (last.std < first.std / 2.0).then(|| middle.clone())),
            named("activations.keep", (last.std >= first.std / 2.0).then_some(middle)),
            named("answers", answers),
            // A ratio with a 0 or a NaN in it is none of these.
            named("vanish", (ratio > 100.0 && ratio.is_finite()).then(|| down.clone())),
            named("shrink", (ratio > 1.0 && ratio <= 100.0).then_some(down)),
            named("grow", (ratio <= 1.0 && ratio > 0.0).then_some(up)),
        ])
    }
}

/// All facts, of runs under the keys of the lesson's text.
pub fn facts(runs: &[(&str, Start)]) -> Result<Facts> {
    let mut facts = Facts::new();
    for (key, run) in runs {
        facts.extend(run.facts(key)?);
    }
    let samples = runs.first().map(|(_, run)| Fact::new().value("samples", grouped(run.samples)));
    facts.insert("data".into(), samples);
    // The ratio's distance from 1, in either direction.
    let distance = |run: &Start| run.ratio().map(|ratio| ratio.max(1.0 / ratio));
    let mut distances = runs.iter().map(|(_, run)| Ok((distance(run)?, run))).collect::<Result<Vec<_>>>()?;
    distances.sort_by(|a, b| a.0.total_cmp(&b.0));
    let at = |found: Option<&(f64, &Start)>| {
        let (distance, run) = found.filter(|(distance, _)| distance.is_finite())?;
        let fact = Fact::at(&run.name, 0).quantity(Quantity::gradients(LOSS));
        Some(fact.value("run", &run.name).value("times", times(*distance)))
    };
    facts.insert("most_even".into(), at(distances.first()));
    facts.insert("least_even".into(), at(distances.last()));
    Ok(facts)
}

/// Those of the first hidden layer and of the last one; behind it is the output's.
fn ends(rows: &[Distribution]) -> Result<(&Distribution, &Distribution)> {
    match rows {
        [first, .., last, _] => Ok((first, last)),
        _ => Err(Error::other("the lesson is of networks with two hidden layers or more")),
    }
}

/// Two digits that count.
fn short(value: f64) -> String {
    let size = value.abs();
    if size == 0.0 {
        return "0".into();
    }
    if !(1e-3..1e3).contains(&size) {
        return format!("{value:.1e}");
    }
    let digits =
        [(1e-2, 4), (1e-1, 3), (1.0, 2)].into_iter().find(|&(below, _)| size < below).map_or(1, |(_, digits)| digits);
    format!("{value:.digits$}")
}

/// A ratio in two digits that count.
fn times(ratio: f64) -> String {
    if ratio < 10.0 {
        return format!("{ratio:.1}");
    }
    let mut unit = 1.0;
    while ratio / unit >= 100.0 {
        unit *= 10.0;
    }
    grouped(((ratio / unit).round() * unit) as usize)
}

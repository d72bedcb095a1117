//! The learning rate of each epoch, as it was logged, noted or given.

use std::collections::BTreeMap;

use super::Run;
use crate::{
    Error, Result,
    analysis::{LearningRatesFrom, run::influence_options::GivenRates},
};

/// What a trainer logs it as.
const NAME: &str = "learning_rate";

/// The learning rates of the epochs that a sum goes over.
pub(super) struct LearningRates {
    rates: BTreeMap<u64, f64>,
    pub(super) from: LearningRatesFrom,
    /// The epochs, in the order of time: also those whose rate is damaged.
    pub(super) epochs: Vec<u64>,
}

impl LearningRates {
    /// Those of the chosen epochs of a run, each once. No steps lead to epoch 0, which has no rate unless one is logged or given for it.
    pub(super) fn of<M>(run: &Run<'_, M>, given: &GivenRates) -> Result<Self> {
        let chosen = run.in_order_of_time().epochs;
        if chosen.is_empty() {
            return Err(Error::invalid("the number of epochs asked about", "1 or more", 0));
        }
        let (of_epoch, from) = source(run, given)?;
        let mut rates = BTreeMap::new();
        let mut has_rate = |&epoch: &u64| match of_epoch(epoch) {
            Ok(Some(rate)) => {
                rates.insert(epoch, checked(epoch, rate)?);
                Ok(true)
            }
            Ok(None) if epoch == 0 => Ok(false),
            Ok(None) => Err(missing(&format!("learning rate of epoch {epoch}"))),
            // It is passed over where the weights are read.
            Err(Error::Corrupted { .. }) => Ok(true),
            Err(error) => Err(error),
        };
        let kept = chosen.iter().map(&mut has_rate).collect::<Result<Vec<bool>>>()?;
        let chosen: Vec<u64> = chosen.into_iter().zip(kept).filter_map(|(epoch, kept)| kept.then_some(epoch)).collect();
        if chosen.is_empty() {
            return Err(missing("epoch but 0, to which no steps lead and which has no learning rate"));
        }
        Ok(Self { rates, from, epochs: chosen })
    }

    /// That of an epoch, or the error by which its metrics cannot be read.
    pub(super) fn at<M>(&self, run: &Run<'_, M>, epoch: u64) -> Result<f64> {
        match self.rates.get(&epoch) {
            Some(rate) => Ok(*rate),
            None => Err(run.replay().metrics(epoch).err().unwrap_or_else(|| missing("learning rate"))),
        }
    }
}

/// What knows the rate of an epoch.
type OfEpoch<'r> = Box<dyn Fn(u64) -> Result<Option<f64>> + 'r>;

fn source<'r, M>(run: &'r Run<'_, M>, given: &'r GivenRates) -> Result<(OfEpoch<'r>, LearningRatesFrom)> {
    let constant = |rate: f64| Box::new(move |epoch| Ok((epoch > 0).then_some(rate)));
    let replay = run.replay();
    match given {
        GivenRates::Constant(rate) => Ok((constant(*rate), LearningRatesFrom::Caller)),
        GivenRates::OfEpochs(rates) => {
            Ok((Box::new(|epoch| Ok(rates.get(&epoch).copied())), LearningRatesFrom::Caller))
        }
        GivenRates::None if replay.metric_names().any(|name| name == NAME) => {
            Ok((Box::new(move |epoch| Ok(replay.metrics(epoch)?.get(NAME))), LearningRatesFrom::Metric))
        }
        GivenRates::None => match replay.metadata().get(NAME).and_then(|noted| noted.number()) {
            Some(rate) => Ok((constant(rate), LearningRatesFrom::Note)),
            None => Err(missing("learning rate")),
        },
    }
}

fn missing(what: &str) -> Error {
    let hint = "give it by `InfluenceOptions::learning_rate` or `learning_rates`, or log it with every epoch as the metric \
                \"learning_rate\", as `Trainer::epoch` does";
    Error::missing(what, hint)
}

fn checked(epoch: u64, rate: f64) -> Result<f64> {
    if (0.0..=f64::MAX).contains(&rate) {
        return Ok(rate);
    }
    Err(Error::invalid(format!("the learning rate of epoch {epoch}"), "a finite number of 0 or more", rate))
}

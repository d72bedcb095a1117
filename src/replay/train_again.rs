//! Training epochs again that were recorded with the state of their training, to compare every bit.

use super::{Replay, Run};
use crate::{
    Dataset, Error, Forward, Moment, Parameter, Result, Sequential, Trainer, Weights,
    analysis::{Caveat, TrainingCheck},
    math::parallel,
    model::visitor,
};

/// The most epochs in a row that are trained again to reach a recorded one: numbers in a file may be any.
const MOST_EPOCHS: u64 = 10_000;

/// What came of training again, or why nothing was trained.
pub(super) struct TrainedAgain {
    pub(super) checks: Vec<TrainingCheck>,
    pub(super) why_none: Option<String>,
    pub(super) caveats: Vec<Caveat>,
}

impl TrainedAgain {
    fn none(why: impl Into<String>) -> Self {
        Self { checks: Vec::new(), why_none: Some(why.into()), caveats: Vec::new() }
    }
}

impl<M: Forward> Run<'_, M> {
    /// Trains every epoch again that lies behind one with a state of training, from the last of these.
    pub(super) fn train_again(&self) -> Result<TrainedAgain> {
        let (replay, data) = (self.replay(), self.dataset());
        let (run, data) = match (replay.run(), data) {
            (Err(error @ Error::Missing { .. }), _) | (_, Err(error @ Error::Missing { .. })) => {
                return Ok(TrainedAgain::none(error.to_string()));
            }
            (run, data) => (run?, data?),
        };
        let pairs = self.pairs();
        if pairs.is_empty() {
            let why =
                "no epoch lies behind one that was recorded with the state of its training: see `Trainer::training`";
            return Ok(TrainedAgain::none(why));
        }
        let asked =
            parallel::map_with(&pairs, self.threads, || (), |(), &(from, epoch)| outcome(&run, data, from, epoch))?;
        let (mut checks, mut caveats) = (Vec::new(), Vec::new());
        asked.into_iter().for_each(|answer| match answer {
            Ok(check) => checks.push(check),
            Err(caveat) => caveats.push(caveat),
        });
        Ok(TrainedAgain { checks, why_none: None, caveats })
    }

    /// Epochs that are asked, each behind the last one before it that has a state of training.
    fn pairs(&self) -> Vec<(u64, u64)> {
        let begins = self.replay().training().moments().filter(|moment| moment.step().is_none());
        let begins: Vec<u64> = begins.map(Moment::epoch).collect();
        let before = |epoch: u64| begins[..begins.partition_point(|&begin| begin < epoch)].last().copied();
        self.chosen_epochs().iter().filter_map(|&epoch| Some((before(epoch)?, epoch))).collect()
    }
}

/// The check of an epoch, or why it was left out.
fn outcome(run: &Run<'_, Sequential>, data: &Dataset, from: u64, epoch: u64) -> Result<Result<TrainingCheck, Caveat>> {
    let skipped = |reason| Ok(Err(Caveat::Skipped { epoch, reason }));
    if epoch - from > MOST_EPOCHS {
        let between = epoch - from;
        return skipped(format!(
            "{between} epochs since epoch {from} would be trained again, and at most {MOST_EPOCHS} are"
        ));
    }
    match check(run, data, from, epoch) {
        Err(damage @ Error::Corrupted { .. }) => skipped(damage.to_string()),
        check => check.map(Ok),
    }
}

fn check(run: &Run<'_, Sequential>, data: &Dataset, from: u64, epoch: u64) -> Result<TrainingCheck> {
    let replay = run.replay();
    let mut model = run.at(from)?.into_model();
    let mut trainer = run.trainer_at(from.into(), &model)?;
    if replay.index.at(epoch.into())?.state.is_some() {
        // What was changed before the epoch began, as a learning rate by a schedule, is in the state at its end.
        trainer = trainer.with_settings_of(&run.trainer_at(epoch.into(), &model)?);
    }
    let mut difference = None;
    for at in from + 1..=epoch {
        let trained = trainer.epoch_with(&mut model, data, |step| {
            let moment = Moment::from((at, step.number()));
            if difference.is_none() && replay.index.timeline(moment).at(moment).is_some() {
                difference = difference_of(&replay.weights(moment)?, step.model(), moment)?;
            }
            Ok(())
        });
        match trained {
            Err(error @ (Error::Shape { .. } | Error::Invalid { .. })) => {
                difference = difference.or_else(|| Some(format!("it cannot be trained so: {error}")));
                break;
            }
            trained => drop(trained?),
        }
    }
    let difference = match difference {
        None => end_difference(replay, epoch.into(), &model, &trainer)?,
        found => found,
    };
    Ok(TrainingCheck { from, epoch, difference })
}

/// Where network or trainer differ from what was recorded at the end of an epoch.
fn end_difference(replay: &Replay, at: Moment, model: &Sequential, trainer: &Trainer) -> Result<Option<String>> {
    let weights = difference_of(&replay.weights(at)?, model, at)?;
    if weights.is_some() {
        return Ok(weights);
    }
    let state = match replay.training().state(at) {
        Err(Error::Missing { .. }) => return Ok(None),
        state => state?,
    };
    let training = trainer.training(model);
    let Some(made) = crate::Model::training_state(&training) else { return Ok(None) };
    if state.recorded_description() != made.description().as_ref() {
        return Ok(Some("the trainer has other settings, or has taken another number of steps".into()));
    }
    difference_of(state.arrays(), made, at)
}

/// The first array that has other bits than the recorded one, and of how many values.
fn difference_of<M: crate::Model + ?Sized>(recorded: &Weights, made: &M, at: Moment) -> Result<Option<String>> {
    let mut found = None;
    let mut rest = recorded.iter();
    visitor::parameters(made, |parameter| {
        let other = rest.next();
        if found.is_none() && !other.is_some_and(|other| is_same(other, &parameter)) {
            found = Some(format!("{} differs at {at}", parameter.label()));
        }
        Ok(())
    })?;
    Ok(found.or_else(|| rest.next().map(|left| format!("{} is not there at {at}", left.label()))))
}

fn is_same(one: &Parameter<'_>, other: &Parameter<'_>) -> bool {
    one.label() == other.label() && one.values().same_bits(other.values())
}

//! A run that goes on from a recorded epoch, under other settings or on other data.

use serde_json::Value;
use training_replay::{Dataset, Error, Metrics, Model, Parent, Replay, Result, Sequential, Trainer};

use crate::{
    data,
    reply::{Reply, number},
    request::{Pieces, Train, invalid},
    size::{self, Room},
};

/// What trains where nothing of the parent's training is known.
pub(crate) const WITHOUT_STATE: &str =
    "an optimizer and a batch size begin a new training, in an order that is drawn by the seed, 0 if none is given";

/// What trains: the network, the trainer, the data.
#[derive(Debug)]
pub(crate) struct Training {
    model: Sequential,
    trainer: Trainer,
    data: Dataset,
    /// The last epoch that was trained to its end, and how many batches of the next were trained one by one.
    at: (u64, u32),
    /// How many epochs and batches were recorded.
    records: u64,
    /// How many bytes each of them has, as far as is known.
    each: u64,
}

/// An epoch that came to its end, and its metrics by name.
type Logged = (u64, Vec<(String, Value)>);

impl Training {
    /// Begins a run, and the recording of it in memory, whose first epoch is the one that it goes on from.
    pub(crate) fn begin(parent: &Replay, train: Train, bytes: &[u8]) -> Result<(Self, Replay)> {
        let mut model = parent.at(train.epoch)?.into_model();
        if let Some([layer, activation]) = &train.activation {
            model = model.with_activation(layer, activation.parse()?)?;
        }
        let data = match train.samples {
            Some(samples) => data::read(parent.dataset()?, samples, bytes)?,
            None if bytes.is_empty() => parent.dataset()?.clone(),
            None => return Err(invalid("the request", "one with `samples`, as data are behind it", "one without")),
        };
        let training =
            Self { model, trainer: trainer(parent, &train)?, data, at: (train.epoch, 0), records: 1, each: 0 };
        let mut replay = training.recording(parent, &train)?;
        replay.record_at(train.epoch, &training.trainer.training(&training.model), Metrics::new())?;
        Ok((training, replay))
    }

    /// A recording of nothing yet.
    fn recording(&self, parent: &Replay, train: &Train) -> Result<Replay> {
        let mut options = Replay::options().dataset(&self.data).parent(&Parent::of(parent, train.epoch)?);
        if let Some(loss) = parent.loss() {
            options = options.loss(loss);
        }
        let run = parent.run()?;
        for name in run.dataset_names().filter(|name| *name != "training") {
            options = options.named_dataset(name, run.clone().on(name)?.dataset()?);
        }
        if let Some(salt) = train.salt {
            options = options.salt(salt);
        }
        if let Some(share) = train.time_budget {
            options = options.time_budget(share);
        }
        Ok(options.in_memory())
    }

    /// Trains and records so many epochs or batches, as far as there is room. Returns the epochs that came to their end, and the batch within one that did not.
    pub(crate) fn step(&mut self, replay: &mut Replay, pieces: Pieces, room: Room) -> Result<Reply> {
        let mut logged = Vec::new();
        match pieces {
            Pieces::Epochs(count) => (0..count).try_for_each(|_| self.epoch(replay, room).map(|it| logged.push(it)))?,
            Pieces::Batches(count) => {
                (0..count).try_for_each(|_| self.batch(replay, room).map(|it| logged.extend(it)))?;
            }
        }
        let (epoch, batch) = self.at;
        let within = (batch > 0).then(|| (epoch.saturating_add(1), batch));
        Reply::default().with("epochs", logged)?.with("within", within)
    }

    /// Trains an epoch to its end. One that was begun batch by batch is recorded so to its end.
    fn epoch(&mut self, replay: &mut Replay, room: Room) -> Result<Logged> {
        let (next, is_by_batches) = (self.at.0.saturating_add(1), self.at.1 > 0);
        self.each = self.size_of_record()?;
        let each = self.each;
        room.expect_records(self.records + 1, each)?;
        let records = &mut self.records;
        let metrics = self.trainer.epoch_with(&mut self.model, &self.data, |step| {
            *records += u64::from(is_by_batches);
            room.expect_records(*records + 1, each)?; // That of the epoch is to come.
            let mut record = || replay.record_at((next, step.number()), &step.training(), step.metrics());
            if is_by_batches { record().map(drop) } else { Ok(()) }
        })?;
        self.end(replay, metrics)
    }

    /// Trains on one batch, and returns the epoch if that was its last.
    fn batch(&mut self, replay: &mut Replay, room: Room) -> Result<Option<Logged>> {
        self.each = self.size_of_record()?;
        room.expect_records(self.records + 2, self.each)?;
        self.records += 1;
        let (next, at) = (self.at.0.saturating_add(1), &mut self.at.1);
        let ended = self.trainer.batch_with(&mut self.model, &self.data, |step| {
            *at = step.number();
            replay.record_at((next, step.number()), &step.training(), step.metrics())
        })?;
        ended.map(|metrics| self.end(replay, metrics)).transpose()
    }

    /// How many bytes an epoch or a batch is recorded in: the network, and what the trainer remembers.
    fn size_of_record(&self) -> Result<u64> {
        let state = self.trainer.training(&self.model);
        Ok(size::of_model(&state)? + state.training_state().map_or(Ok(0), size::of_model)?)
    }

    /// How many bytes were recorded.
    pub(crate) fn size(&self) -> u64 {
        self.records.saturating_mul(self.each)
    }

    fn end(&mut self, replay: &mut Replay, metrics: Metrics) -> Result<Logged> {
        let named = metrics.iter().map(|(name, value)| (name.to_owned(), number(value))).collect();
        let epoch = replay.record(&self.trainer.training(&self.model), metrics)?;
        self.at = (epoch, 0);
        self.records += 1;
        Ok((epoch, named))
    }
}

/// The recorded trainer with what is given changed; without one, a new one for the optimizer that is given.
fn trainer(parent: &Replay, train: &Train) -> Result<Trainer> {
    let recorded = parent.run()?.fork(train.epoch).map(|fork| fork.trainer);
    let mut trainer = match (recorded, &train.optimizer, parent.loss()) {
        (Ok(trainer), None, _) => trainer,
        (Ok(trainer), Some(optimizer), _) => trainer.optimizer(optimizer.parse()?),
        (Err(Error::Missing { .. }), Some(optimizer), Some(loss)) if train.batch_size.is_some() => {
            Trainer::new(loss, optimizer.parse()?).start_epoch(train.epoch)
        }
        (Err(Error::Missing { missing, .. }), _, Some(_)) => {
            return Err(Error::Missing { missing, hint: WITHOUT_STATE.into() });
        }
        (Err(error), ..) => return Err(error),
    };
    if let Some(samples) = train.batch_size {
        trainer = trainer.batch_size(samples);
    }
    if let Some(seed) = train.seed {
        trainer = trainer.seed(seed);
    }
    if let Some(rate) = train.learning_rate {
        trainer.set_learning_rate(rate);
    }
    Ok(trainer)
}

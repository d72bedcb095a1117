//! A run that goes on from a recorded epoch, under other settings.

use training_replay::{Dataset, Parent, Replay, Result, Sequential, Trainer};

use crate::{
    reply::{Reply, number},
    request::{Train, invalid},
};

/// The most epochs of a request: a page shows what it has in between.
const MOST_EPOCHS: u32 = 10_000;

/// What trains: the network, the trainer, the data.
#[derive(Debug)]
pub(crate) struct Training {
    model: Sequential,
    trainer: Trainer,
    data: Dataset,
}

impl Training {
    /// Begins a run, and the recording of it in memory.
    pub(crate) fn begin(parent: &Replay, train: Train) -> Result<(Self, Replay)> {
        let mut model = parent.at(train.epoch)?.into_model();
        if let Some([layer, activation]) = &train.activation {
            model = model.with_activation(layer, activation.parse()?)?;
        }
        let data = parent.dataset()?.clone();
        let trainer = trainer(parent, &train)?;
        let mut options = Replay::options().dataset(&data).parent(&Parent::of(parent, train.epoch)?);
        if let Some(loss) = parent.loss() {
            options = options.loss(loss);
        }
        if let Some(salt) = train.salt {
            options = options.salt(salt);
        }
        Ok((Self { model, trainer, data }, options.in_memory()))
    }

    /// Trains and records so many epochs, and returns their metrics.
    pub(crate) fn step(&mut self, replay: &mut Replay, epochs: u32) -> Result<Reply> {
        if epochs > MOST_EPOCHS {
            return Err(invalid("`epochs`", "at most 10000", epochs));
        }
        let mut logged = Vec::new();
        for _ in 0..epochs {
            let metrics = self.trainer.epoch(&mut self.model, &self.data)?;
            let named: Vec<_> = metrics.iter().map(|(name, value)| (name.to_owned(), number(value))).collect();
            logged.push((replay.record(&self.trainer.training(&self.model), metrics)?, named));
        }
        Reply::default().with("epochs", logged)
    }
}

/// The recorded trainer, or a new one for the optimizer that is given, with what else is.
fn trainer(parent: &Replay, train: &Train) -> Result<Trainer> {
    let mut trainer = match (&train.optimizer, parent.loss()) {
        (None, _) => parent.run()?.fork(train.epoch)?.trainer,
        (Some(optimizer), Some(loss)) => Trainer::new(loss, optimizer.parse()?),
        (Some(_), None) => return Err(invalid("the loss of the recording", "one to train with", "none")),
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

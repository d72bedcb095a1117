//! Moments of a recording, recorded again into another file: what it holds beside them goes along.

use std::path::Path;

use training_replay::{
    Error, Loss, Metrics, Model, Moment, RecordedOutputs, RecordedState, Replay, ReplayOptions, Result, Run,
    Sequential, SharedData, Training, Weights,
};

use crate::{
    bars::Bar,
    recording::loss_name,
    trouble::{Answer, Trouble},
};

/// What became of the moments.
#[derive(Debug, Default)]
pub struct Copied {
    pub epochs: usize,
    pub steps: usize,
    /// What could not be read, in sentences.
    pub lost: Vec<String>,
}

/// What to do about what is damaged.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Damaged {
    IsAnError,
    IsLeftOut,
}

/// Records these moments of a recording into a new file. Holds one of them at a time.
pub fn record(source: (&Path, &Replay), moments: &[Moment], to: &Path, damaged: Damaged) -> Answer<Copied> {
    let (path, replay) = source;
    let mut copied = Copied::default();
    let options = options(path, replay, damaged, &mut copied)?;
    let mut target = options.create(to).map_err(Trouble::with(to))?;
    let (bar, mut weights) = (Bar::of("epochs"), Weights::default());
    for (done, &moment) in moments.iter().enumerate() {
        match taken(replay, moment, &mut weights, damaged) {
            Ok(read) => copied.take(&mut target, moment, &weights, read).map_err(Trouble::with(to))?,
            Err(Error::Corrupted { what, reason, .. }) if damaged == Damaged::IsLeftOut => {
                copied.lost.push(format!("{what}: {reason}"));
            }
            Err(error) => return Err(Trouble::with(path)(error)),
        }
        bar.show(done + 1, moments.len());
    }
    if copied.epochs + copied.steps == 0 {
        return Err(Trouble::of(path, "nothing of it can be copied"));
    }
    if replay.is_finished() {
        target.finish().map_err(Trouble::with(to))?;
    }
    Ok(copied)
}

/// What was read of a moment beside its weights.
struct Read {
    metrics: Metrics,
    probe: Option<RecordedOutputs>,
    state: Option<RecordedState>,
    lost: Vec<String>,
}

/// Reads a moment. What lies beside its weights may be left out; then it is said.
fn taken(replay: &Replay, moment: Moment, weights: &mut Weights, damaged: Damaged) -> Result<Read> {
    replay.recorded_weights().read_into(moment, weights)?;
    let mut lost = Vec::new();
    let metrics = or_lost(replay.metrics(moment), damaged, &mut lost)?.unwrap_or_default();
    let probe = or_lost(replay.probe().at(moment), damaged, &mut lost)?.flatten();
    let state = match replay.training().state(moment) {
        Err(Error::Missing { .. }) => None,
        state => or_lost(state, damaged, &mut lost)?,
    };
    Ok(Read { metrics, probe, state, lost })
}

/// What was read; or none and what was lost of it, where that may be left out.
fn or_lost<T>(read: Result<T>, damaged: Damaged, lost: &mut Vec<String>) -> Result<Option<T>> {
    match read {
        Ok(read) => Ok(Some(read)),
        Err(Error::Corrupted { what, reason, .. }) if damaged == Damaged::IsLeftOut => {
            lost.push(format!("{what}: {reason}"));
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

impl Copied {
    fn take(&mut self, target: &mut Replay, moment: Moment, weights: &Weights, read: Read) -> Result<()> {
        match &read.state {
            Some(state) => record_one(target, moment, &Training::new(weights, state), read.metrics, read.probe)?,
            None => record_one(target, moment, weights, read.metrics, read.probe)?,
        };
        self.lost.extend(read.lost);
        match moment.step() {
            None => self.epochs += 1,
            Some(_) => self.steps += 1,
        }
        Ok(())
    }
}

fn record_one<M: Model>(
    target: &mut Replay,
    moment: Moment,
    model: &M,
    metrics: Metrics,
    probe: Option<RecordedOutputs>,
) -> Result<bool> {
    match probe {
        Some(outputs) => outputs.record_in(target, moment, model, metrics),
        None => target.record_at(moment, model, metrics),
    }
}

/// What the recording holds beside its moments.
fn options(path: &Path, replay: &Replay, damaged: Damaged, copied: &mut Copied) -> Answer<ReplayOptions> {
    let compress = replay.recorded_weights().is_compressed();
    let mut options = Replay::options().compress(compress).leaving_out_as(replay);
    for (key, value) in replay.metadata().typed() {
        options = options.metadata(key, value);
    }
    options = match (replay.loss(), loss_name(replay)) {
        (Some(Loss::Own), Some(name)) if name != Loss::Own.name() => options.own_loss(name),
        (Some(loss), _) => options.loss(loss),
        (None, _) => options,
    };
    if let Some(description) = replay.description() {
        options = options.description(description);
    }
    if let Some(parent) = replay.training().parent() {
        options = options.parent(&parent);
    }
    options = match replay.probe().inputs() {
        // Those of every moment that has some.
        Some(inputs) => options.probe(inputs).probe_every(1),
        None => options.without_probe(),
    };
    with_data(options, replay, damaged, copied).map_err(Trouble::with(path))
}

/// The data sets, the one to train on and the others.
fn with_data(
    mut options: ReplayOptions,
    replay: &Replay,
    damaged: Damaged,
    copied: &mut Copied,
) -> Result<ReplayOptions> {
    if SharedData::of(replay).is_some() {
        return Ok(options.share_data_of(replay)); // `pack` makes it whole.
    }
    let no_model = |_: &Weights| Err::<Sequential, _>(Error::other("no model is asked for"));
    let run = replay.run_from(&no_model);
    let names: Vec<&str> = run.dataset_names().collect();
    for name in names {
        let data = run.clone().on(name).and_then(|run| Run::dataset(&run));
        options = match data {
            Ok(data) if name == TRAINING => options.dataset(data),
            Ok(data) => options.named_dataset(name, data),
            Err(Error::Corrupted { what, reason, .. }) if damaged == Damaged::IsLeftOut => {
                copied.lost.push(format!("the data set {name:?}: {what}: {reason}"));
                options
            }
            Err(error) => return Err(error),
        };
    }
    Ok(options)
}

/// What the data set is called that was trained on.
const TRAINING: &str = "training";

//! A recording that burn's learner writes while it trains.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use burn_core::{module::Module, tensor::Device};
use burn_train::{
    LearnerModel, TrainingStrategy,
    metric::store::{Aggregate, EventStoreClient, Split},
};
use training_replay::{Error, Metrics, Replay, Result};

use super::strategy::RecordingStrategy;
use crate::{Recorded, error::invalid};

/// Records every epoch of what burn's learner trains: one call of its builder.
///
/// ```
/// use std::sync::Arc;
/// # use burn::{module::Module, nn::{Linear, LinearConfig}, optim::SgdConfig, tensor::{Device, Tensor}};
/// # use burn::data::{dataloader::{DataLoaderBuilder, batcher::Batcher}, dataset::InMemDataset};
/// # use burn::train::{InferenceStep, Learner, SupervisedTraining, TrainOutput, TrainStep};
/// # use burn::train::metric::LossMetric;
/// # use burn::train::RegressionOutput;
/// use training_replay::{Replay, Result};
/// use training_replay_burn::Recording;
///
/// # #[derive(Module, Debug)]
/// # struct Net { line: Linear }
/// # impl Net {
/// #     fn outputs(&self, [x, y]: [Tensor<2>; 2]) -> RegressionOutput {
/// #         let output = self.line.forward(x);
/// #         RegressionOutput::new((output.clone() - y.clone()).square().mean(), output, y)
/// #     }
/// # }
/// # impl TrainStep for Net {
/// #     type Input = [Tensor<2>; 2];
/// #     type Output = RegressionOutput;
/// #     fn step(&self, batch: [Tensor<2>; 2]) -> TrainOutput<RegressionOutput> {
/// #         let item = self.outputs(batch);
/// #         TrainOutput::new(self, item.loss.backward(), item)
/// #     }
/// # }
/// # impl InferenceStep for Net {
/// #     type Input = [Tensor<2>; 2];
/// #     type Output = RegressionOutput;
/// #     fn step(&self, batch: [Tensor<2>; 2]) -> RegressionOutput { self.outputs(batch) }
/// # }
/// # #[derive(Clone)]
/// # struct Pairs;
/// # impl Batcher<[f32; 2], [Tensor<2>; 2]> for Pairs {
/// #     fn batch(&self, items: Vec<[f32; 2]>, device: &Device) -> [Tensor<2>; 2] {
/// #         [0, 1].map(|k| Tensor::<1>::from_floats(items.iter().map(|item| item[k]).collect::<Vec<_>>().as_slice(), device).unsqueeze_dim(1))
/// #     }
/// # }
/// # fn main() -> Result<()> {
/// # let folder = tempfile::tempdir().map_err(training_replay::Error::other)?;
/// # let items = || InMemDataset::new(vec![[0.0, 1.0], [1.0, 3.0]]);
/// # let loader = || DataLoaderBuilder::new(Pairs).batch_size(2).build(items());
/// # let (train, valid) = (loader(), loader());
/// # let net = Net { line: LinearConfig::new(1, 1).init(&Device::default().autodiff()) };
/// # let learner = Learner::new(net, SgdConfig::new().init(), 0.1);
/// let recording = Recording::new(Replay::options().in_memory()).metrics(["Loss"]);
/// let result = SupervisedTraining::new(folder.path(), train, valid)
///     .metrics((LossMetric::new(),))
///     .num_epochs(3)
/// #   .with_application_logger(None)
///     .with_training_strategy(recording.strategy()) // this records
///     .launch(learner);
/// let replay = recording.finish()?;
/// assert_eq!(replay.epochs().count(), 4); // 0 is before training
/// assert!(replay.metrics(3)?.get("val_loss") < replay.metrics(1)?.get("loss"));
/// # Ok(())
/// # }
/// ```
///
/// # What it is
///
/// A training strategy: burn's place for the loop over the epochs, the only one where the model itself is seen. (Metrics do
/// not see it; checkpointers see a record of it, on another thread and transposed where a layout says so, and would take the
/// place of the user's own.) The strategy does what burn's for a single device does, in the same order, with the same numbers:
/// checkpointers, early stopping, gradient accumulation and the interrupter work as before. Epoch 0, the model before
/// training, is recorded too; a training that is resumed from a checkpoint goes on at its epoch.
///
/// Several devices need a strategy of burn's own. `SupervisedTraining::gradient_checkpointing` does not reach a strategy:
/// hand [`strategy_on`](Self::strategy_on) a device that has it.
///
/// # Errors
///
/// An epoch that cannot be recorded stops the training: its result has the error, and so has [`finish`](Self::finish).
#[derive(Clone)]
pub struct Recording {
    state: Arc<Mutex<State>>,
    metrics: Vec<String>,
}

/// The recording as long as it is written, and the first error.
struct State {
    replay: Option<Replay>,
    error: Option<Error>,
}

impl Recording {
    /// Begins with a recording that is open to write: a new one, or one that is appended to.
    pub fn new(replay: Replay) -> Self {
        let state = State { replay: Some(replay), error: None };
        Self { state: Arc::new(Mutex::new(state)), metrics: Vec::new() }
    }

    /// Says which of the learner's metrics are recorded, by the names that burn shows.
    ///
    /// `"Loss"` of the training split becomes `loss`, the mean over the epoch, and that of the validation split `val_loss`;
    /// spaces become underscores. One that neither split has is an error at the first epoch.
    #[must_use]
    pub fn metrics<N: Into<String>>(mut self, names: impl IntoIterator<Item = N>) -> Self {
        self.metrics = names.into_iter().map(Into::into).collect();
        self
    }

    /// Returns what `SupervisedTraining::with_training_strategy` takes: training on the device of the model.
    pub fn strategy<M: LearnerModel>(&self) -> TrainingStrategy<M> {
        TrainingStrategy::Custom(Arc::new(RecordingStrategy::new(self.clone(), None)))
    }

    /// Returns the same for another device, or for the model's with gradient checkpointing.
    pub fn strategy_on<M: LearnerModel>(&self, device: &Device) -> TrainingStrategy<M> {
        TrainingStrategy::Custom(Arc::new(RecordingStrategy::new(self.clone(), Some(device.clone()))))
    }

    /// Ends the recording, and returns it to be asked.
    ///
    /// # Errors
    ///
    /// The error that stopped the training, if it was one of recording, or that of [`Replay::finish`]; what was recorded
    /// before is in the file.
    pub fn finish(self) -> Result<Replay> {
        let mut state = self.state();
        if let Some(error) = state.error.take() {
            return Err(error);
        }
        let mut replay = state.replay.take().ok_or_else(finished)?;
        replay.finish()?;
        Ok(replay)
    }

    /// Records an epoch, and keeps an error for [`finish`](Self::finish); returns its text.
    pub(super) fn record<M: Module>(&self, epoch: usize, model: &M, metrics: Result<Metrics>) -> Result<(), String> {
        let mut state = self.state();
        let recorded = metrics.and_then(|metrics| {
            let replay = state.replay.as_mut().ok_or_else(finished)?;
            // Resumed training begins with an epoch that may be recorded already.
            let is_new = replay.epochs().last().is_none_or(|last| last < epoch as u64);
            if is_new { replay.record_at(epoch as u64, &Recorded::of(model), metrics).map(drop) } else { Ok(()) }
        });
        recorded.map_err(|error| {
            let text = error.to_string();
            state.error.get_or_insert(error);
            text
        })
    }

    /// The metrics of an epoch.
    pub(super) fn metrics_of(&self, epoch: usize, store: &EventStoreClient) -> Result<Metrics> {
        let mut metrics = Metrics::new();
        for name in &self.metrics {
            let of = |split| store.find_metric(name, epoch, Aggregate::Mean, &split);
            let (train, valid) = (of(Split::Train), of(Split::Valid));
            if train.is_none() && valid.is_none() {
                return Err(invalid("a metric to record", "a numeric one of the learner's", format!("{name:?}")));
            }
            let key = name.to_lowercase().replace(' ', "_");
            valid.into_iter().for_each(|value| metrics.insert(format!("val_{key}"), value));
            train.into_iter().for_each(|value| metrics.insert(key.clone(), value));
        }
        Ok(metrics)
    }

    /// What a thread that panicked has left is whole: a replay is never half an epoch further.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn finished() -> Error {
    invalid("the recording", "one that is being written", "finished")
}

impl fmt::Debug for Recording {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recording").field("metrics", &self.metrics).finish_non_exhaustive()
    }
}

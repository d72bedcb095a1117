//! What burn's learner trains is the same with and without a recording, and the recording has every epoch of it.

use std::{path::Path, sync::Arc};

use burn::{
    data::{
        dataloader::{DataLoader, DataLoaderBuilder, batcher::Batcher},
        dataset::InMemDataset,
    },
    module::Module,
    nn::{BatchNorm, BatchNormConfig, Linear, LinearConfig, LinearLayout},
    optim::AdamConfig,
    tensor::{Device, Tensor},
    train::{
        InferenceStep, Interrupter, Learner, LearningResult, MetricEarlyStoppingStrategy, RegressionOutput,
        StoppingCondition, SupervisedTraining, TrainOutput, TrainStep,
        logger::InMemoryMetricLogger,
        metric::{
            LossMetric,
            store::{Aggregate, Direction, Split},
        },
    },
};
use training_replay::{Metrics, Parameter, Replay, Result, Values, Weights};
use training_replay_burn::{Recorded, Recording, load_into};

#[derive(Module, Debug)]
struct Net {
    first: Linear,
    norm: BatchNorm,
    second: Linear,
}

impl Net {
    fn new(layout: LinearLayout, device: &Device) -> Self {
        Self {
            first: LinearConfig::new(1, 4).with_layout(layout).init(device),
            norm: BatchNormConfig::new(4).init(device),
            second: LinearConfig::new(4, 1).init(device),
        }
    }

    /// One whose weights are always the same: seeds are of the whole process, and tests run beside each other.
    fn fixed(layout: LinearLayout, device: &Device) -> Self {
        let fresh = Self::new(layout, device);
        let fix = |parameter: Parameter<'static>| {
            let (layer, name, shape) =
                (parameter.layer().to_owned(), parameter.name().to_owned(), parameter.shape().to_vec());
            if layer == "norm" {
                return parameter;
            }
            let values: Vec<f32> =
                (1_u8..).take(parameter.values().len()).map(|k| f32::from(k % 7) / 3.0 - 0.9).collect();
            Parameter::new(layer, name, shape, values)
        };
        let weights: Weights = Weights::of(&Recorded::of(&fresh)).unwrap().into_iter().map(fix).collect();
        let mut replay = Replay::options().in_memory();
        replay.record(&weights, Metrics::new()).unwrap();
        load_into(&replay, 0, fresh).unwrap()
    }

    fn outputs(&self, [x, y]: [Tensor<2>; 2]) -> RegressionOutput {
        let output = self.second.forward(self.norm.forward(self.first.forward(x)).tanh());
        RegressionOutput::new((output.clone() - y.clone()).square().mean(), output, y)
    }
}

impl TrainStep for Net {
    type Input = [Tensor<2>; 2];
    type Output = RegressionOutput;

    fn step(&self, batch: [Tensor<2>; 2]) -> TrainOutput<RegressionOutput> {
        let item = self.outputs(batch);
        TrainOutput::new(self, item.loss.backward(), item)
    }
}

impl InferenceStep for Net {
    type Input = [Tensor<2>; 2];
    type Output = RegressionOutput;

    fn step(&self, batch: [Tensor<2>; 2]) -> RegressionOutput {
        self.outputs(batch)
    }
}

#[derive(Clone)]
struct Pairs;

impl Batcher<[f32; 2], [Tensor<2>; 2]> for Pairs {
    fn batch(&self, items: Vec<[f32; 2]>, device: &Device) -> [Tensor<2>; 2] {
        [0, 1].map(|column| {
            let values: Vec<f32> = items.iter().map(|item| item[column]).collect();
            Tensor::<1>::from_floats(values.as_slice(), device).unsqueeze_dim(1)
        })
    }
}

fn loader(count: u8) -> Arc<dyn DataLoader<[Tensor<2>; 2]>> {
    let points = (0..count).map(|k| f32::from(k) / 10.0).map(|x| [x, x * x]).collect();
    DataLoaderBuilder::new(Pairs).batch_size(8).build(InMemDataset::new(points))
}

type Training = SupervisedTraining<Net>;

/// Trains for some epochs, with further settings.
fn train(folder: &Path, epochs: usize, settings: impl FnOnce(Training) -> Training) -> LearningResult<Net> {
    train_net(Net::fixed(LinearLayout::Col, &Device::default().autodiff()), folder, epochs, settings)
}

fn train_net(
    net: Net,
    folder: &Path,
    epochs: usize,
    settings: impl FnOnce(Training) -> Training,
) -> LearningResult<Net> {
    let training = SupervisedTraining::new(folder, loader(30), loader(16))
        .metrics((LossMetric::new(),))
        .num_epochs(epochs)
        .with_application_logger(None)
        .with_metric_logger(InMemoryMetricLogger::new());
    let learner = Learner::new(net, AdamConfig::new().init(), 0.05);
    settings(training).launch(learner)
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

fn bits<M: Module>(module: &M) -> Result<Weights> {
    Weights::of(&Recorded::of(module))
}

fn assert_same(one: &Weights, other: &Weights) {
    assert_eq!(one.len(), other.len());
    for (one, other) in one.iter().zip(other.iter()) {
        assert!(one.values().same_bits(other.values()), "{}/{}", one.layer(), one.name());
    }
}

#[test]
fn recording_changes_no_bit_of_the_training() -> Result<()> {
    for accumulation in [None, Some(3)] {
        let accumulate = |training: Training| match accumulation {
            Some(batches) => training.grads_accumulation(batches),
            None => training,
        };
        let plain = train(folder().path(), 3, accumulate);
        let recording = Recording::new(Replay::options().in_memory());
        let recorded =
            train(folder().path(), 3, |training| accumulate(training).with_training_strategy(recording.strategy()));
        assert_same(&bits(&recorded.model)?, &bits(&plain.model)?);
        recording.finish()?;
    }
    Ok(())
}

#[test]
fn a_reopened_recording_has_every_tensor_of_every_epoch() -> Result<()> {
    let folder = folder();
    let path = folder.path().join("run.replay");
    let recording = Recording::new(Replay::options().create(&path)?).metrics(["Loss"]);
    let result = train(folder.path(), 3, |training| training.with_training_strategy(recording.strategy()));
    recording.finish()?;
    let replay = Replay::open(&path)?;
    assert_eq!(replay.epochs().collect::<Vec<_>>(), [0, 1, 2, 3]);
    assert_same(&replay.weights(3)?, &bits(&result.model)?);
    for epochs in 1..3_u8 {
        let shorter = train(folder.path(), epochs.into(), |training| training);
        assert_same(&replay.weights(u64::from(epochs))?, &bits(&shorter.model)?);
    }
    let weight = replay.parameter(3, "first", "weight")?;
    assert_eq!(weight.shape(), [1, 4], "as in memory, not as a record of this layout has it");
    Ok(())
}

#[test]
fn epoch_0_is_the_model_before_training_and_has_no_metrics() -> Result<()> {
    let recording = Recording::new(Replay::options().in_memory()).metrics(["Loss"]);
    train(folder().path(), 1, |training| training.with_training_strategy(recording.strategy()));
    let replay = recording.finish()?;
    assert_same(&replay.weights(0)?, &bits(&Net::fixed(LinearLayout::Col, &Device::default()))?);
    assert!(replay.metrics(0)?.is_empty());
    let names: Vec<String> = replay.metrics(1)?.iter().map(|(name, _)| name.to_owned()).collect();
    assert_eq!(names, ["val_loss", "loss"]);
    Ok(())
}

#[test]
fn the_recorded_validation_loss_is_that_of_the_recorded_weights() -> Result<()> {
    let recording = Recording::new(Replay::options().in_memory()).metrics(["Loss"]);
    let result = train(folder().path(), 2, |training| training.with_training_strategy(recording.strategy()));
    let replay = recording.finish()?;
    let batches = loader(16).to_device(&Device::default());
    let losses = batches.iter().map(|batch| f64::from(result.model.outputs(batch.unwrap()).loss.into_scalar::<f32>()));
    let mean = losses.sum::<f64>() / 2.0;
    let logged = replay.metrics(2)?.get("val_loss").unwrap();
    assert!((logged - mean).abs() < 1e-6, "{logged}, not {mean}");
    Ok(())
}

#[test]
fn a_metric_that_nobody_computes_stops_the_training_with_an_error() {
    let recording = Recording::new(Replay::options().in_memory()).metrics(["Lost"]);
    let result = train(folder().path(), 3, |training| training.with_training_strategy(recording.strategy()));
    let error = result.error.expect("an error").to_string();
    assert!(error.contains("epoch 1") && error.contains("Lost"), "{error}");
    let error = recording.finish().unwrap_err().to_string();
    assert!(error.contains("\"Lost\""), "{error}");
}

#[test]
fn an_epoch_that_cannot_be_recorded_stops_the_training_and_is_the_error_of_finish() -> Result<()> {
    let folder = folder();
    let path = folder.path().join("run.replay");
    let recording = Recording::new(Replay::options().create(&path)?);
    std::fs::remove_file(&path).unwrap();
    let result = train(folder.path(), 3, |training| training.with_training_strategy(recording.strategy()));
    assert!(result.error.is_some_and(|error| error.to_string().contains("could not be recorded")));
    assert!(recording.finish().is_err());
    Ok(())
}

#[test]
fn checkpoints_and_early_stopping_work_as_before() -> Result<()> {
    let folder = folder();
    let recording = Recording::new(Replay::options().in_memory());
    let never_better = MetricEarlyStoppingStrategy::new(
        &LossMetric::new(),
        Aggregate::Mean,
        Direction::Highest,
        Split::Valid,
        StoppingCondition::NoImprovementSince { n_epochs: 2 },
    );
    let settings = |training: Training| training.with_default_checkpointers().early_stopping(never_better);
    train(folder.path(), 50, |training| settings(training).with_training_strategy(recording.strategy()));
    let count = recording.finish()?.epochs().count();
    assert!((3..50).contains(&count), "{count}");
    assert!(std::fs::read_dir(folder.path().join("checkpoint")).unwrap().count() >= 3);
    Ok(())
}

#[test]
fn a_resumed_training_goes_on_in_the_same_recording() -> Result<()> {
    let folder = folder();
    // burn loads a record of the other layout into a module only as long as it has no values.
    let net = || Net::fixed(LinearLayout::Row, &Device::default().autodiff());
    let path = folder.path().join("run.replay");
    let first = Recording::new(Replay::options().create(&path)?);
    train_net(net(), folder.path(), 2, |training| {
        training.with_default_checkpointers().with_training_strategy(first.strategy())
    });
    first.finish()?;
    let second = Recording::new(Replay::append(&path)?);
    train_net(net(), folder.path(), 4, |training| {
        training.with_default_checkpointers().checkpoint(2).with_training_strategy(second.strategy())
    });
    let replay = second.finish()?;
    assert_eq!(replay.epochs().collect::<Vec<_>>(), [0, 1, 2, 3, 4]);
    let through = train_net(net(), folder.path(), 4, |training| training);
    assert_same(&replay.weights(4)?, &bits(&through.model)?);
    Ok(())
}

#[test]
fn an_interrupted_epoch_is_not_recorded() -> Result<()> {
    let interrupter = Interrupter::new();
    interrupter.stop(Some("enough"));
    let recording = Recording::new(Replay::options().in_memory());
    let result = train(folder().path(), 3, |training| {
        training.with_interrupter(interrupter).with_training_strategy(recording.strategy())
    });
    assert!(result.interrupted.is_some() && result.error.is_none());
    assert_eq!(recording.finish()?.epochs().collect::<Vec<_>>(), [0]);
    Ok(())
}

#[test]
fn a_recording_ends_once() -> Result<()> {
    let recording = Recording::new(Replay::options().in_memory());
    train(folder().path(), 1, |training| training.with_training_strategy(recording.strategy()));
    let again = recording.clone();
    recording.finish()?;
    assert!(again.finish().unwrap_err().to_string().contains("finished"));
    Ok(())
}

#[test]
fn running_statistics_are_recorded_as_validation_used_them() -> Result<()> {
    let recording = Recording::new(Replay::options().in_memory());
    let result = train(folder().path(), 1, |training| training.with_training_strategy(recording.strategy()));
    let mean = result.model.norm.running_mean.value_sync().to_data().try_to_vec::<f32>().unwrap();
    let replay = recording.finish()?;
    assert!(replay.parameter(1, "norm", "running_mean")?.values().same_bits(&Values::from(mean)));
    Ok(())
}

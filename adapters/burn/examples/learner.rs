//! burn's own learner, recorded by one call of its builder.
//!
//! ```text
//! cargo run --features train --example learner
//! ```

use burn::{
    data::{
        dataloader::{DataLoaderBuilder, batcher::Batcher},
        dataset::InMemDataset,
    },
    module::Module,
    nn::{Linear, LinearConfig, loss::CrossEntropyLossConfig},
    optim::AdamConfig,
    tensor::{Device, Int, Tensor, TensorData},
    train::{
        ClassificationOutput, InferenceStep, Learner, SupervisedTraining, TrainOutput, TrainStep,
        metric::{AccuracyMetric, LossMetric},
    },
};
use training_replay::{Activation, Dataset, Error, Loss, Matrix, OutputKind, Replay, Result, datasets};
use training_replay_burn::{Recording, Replayed};

const LOSS: Loss = Loss::CategoricalCrossEntropy;
const EPOCHS: usize = 10;

#[derive(Module, Debug)]
struct Net {
    hidden: Linear,
    output: Linear,
}

impl Net {
    fn new(device: &Device) -> Self {
        Self { hidden: LinearConfig::new(2, 16).init(device), output: LinearConfig::new(16, 2).init(device) }
    }

    fn classify(&self, Batch { inputs, classes }: Batch) -> ClassificationOutput {
        let output = self.output.forward(self.hidden.forward(inputs).tanh());
        let loss = CrossEntropyLossConfig::new().init(&output.device()).forward(output.clone(), classes.clone());
        ClassificationOutput::new(loss, output, classes)
    }
}

/// Some samples on a device.
#[derive(Clone, Debug)]
struct Batch {
    inputs: Tensor<2>,
    classes: Tensor<1, Int>,
}

impl TrainStep for Net {
    type Input = Batch;
    type Output = ClassificationOutput;

    fn step(&self, batch: Batch) -> TrainOutput<ClassificationOutput> {
        let item = self.classify(batch);
        TrainOutput::new(self, item.loss.backward(), item)
    }
}

impl InferenceStep for Net {
    type Input = Batch;
    type Output = ClassificationOutput;

    fn step(&self, batch: Batch) -> ClassificationOutput {
        self.classify(batch)
    }
}

/// A point of the plane and its class.
type Sample = ([f32; 2], i32);

#[derive(Clone)]
struct Samples;

impl Batcher<Sample, Batch> for Samples {
    fn batch(&self, samples: Vec<Sample>, device: &Device) -> Batch {
        let (points, classes): (Vec<[f32; 2]>, Vec<i32>) = samples.into_iter().unzip();
        let count = classes.len();
        Batch {
            inputs: Tensor::from_data(TensorData::new(points.concat(), [count, 2]), device),
            classes: Tensor::from_data(TensorData::new(classes, [count]), device),
        }
    }
}

fn samples(data: &Dataset) -> Result<InMemDataset<Sample>> {
    let classes = data.classes()?;
    let point = |row: usize| [data.inputs()[(row, 0)], data.inputs()[(row, 1)]];
    Ok(InMemDataset::new((0..data.samples()).map(|row| (point(row), classes[row] as i32)).collect()))
}

/// Trains and records, replays, and prints what happened.
pub fn main() -> Result<()> {
    let (data, validation) = (two_outputs(&datasets::moons(200, 0.1, 7))?, two_outputs(&datasets::moons(100, 0.1, 8))?);
    let folder = tempfile::tempdir().map_err(Error::other)?;
    let device = Device::default().autodiff();
    device.seed(3);
    let loader = |data| Ok::<_, Error>(DataLoaderBuilder::new(Samples).batch_size(50).build(samples(data)?));
    let learner = Learner::new(Net::new(&device), AdamConfig::new().init(), 0.1);

    let replay = Replay::options().dataset(&data).loss(LOSS).create(folder.path().join("run.replay"))?;
    let recording = Recording::new(replay).metrics(["Loss", "Accuracy"]);
    let training = SupervisedTraining::new(folder.path(), loader(&data)?, loader(&validation)?)
        .metrics((LossMetric::new(), AccuracyMetric::new()))
        .num_epochs(EPOCHS)
        .with_application_logger(None)
        .with_training_strategy(recording.strategy()); // the call that records
    let result = training.launch(learner);
    recording.finish()?;

    let replay = Replay::open(folder.path().join("run.replay"))?;
    let model = Replayed::new([2], &result.model)
        .layer("hidden", |net, x: Tensor<2>| net.hidden.forward(x), Activation::Tanh)
        .layer("output", |net, x: Tensor<2>| net.output.forward(x), Activation::Linear)
        .outputs(OutputKind::Logits);
    let run = replay.run_with(&model);
    println!("logged {}\n{} at epoch {EPOCHS}", replay.metrics(EPOCHS as u64)?, run.at(EPOCHS as u64)?.evaluate(LOSS)?);

    assert_eq!(replay.epochs().collect::<Vec<_>>(), (0..=EPOCHS as u64).collect::<Vec<_>>());
    assert!(replay.metrics(EPOCHS as u64)?.get("val_accuracy") > Some(90.0));
    assert_eq!(run.at(EPOCHS as u64)?.model().module().hidden.weight.to_data(), result.model.hidden.weight.to_data());
    Ok(())
}

/// The same samples with an output for each class.
fn two_outputs(data: &Dataset) -> Result<Dataset> {
    let classes = data.classes()?;
    let targets = Matrix::from_fn(data.samples(), 2, |row, class| f32::from(u8::from(classes[row] == class)));
    Dataset::new(data.inputs().clone(), targets)
}

//! A convolutional network on 1,797 handwritten digits of 8 x 8 pixels (UCI, as the crate `smartcore` ships them): a sample is
//! a row of 64 pixels in the recording, and an image of `[1, 8, 8]` in the network.
//!
//! ```text
//! cargo run --example digits
//! ```

use burn::{
    module::Module,
    nn::{
        BatchNorm, BatchNormConfig, Linear, LinearConfig,
        conv::{Conv2d, Conv2dConfig},
        loss::CrossEntropyLossConfig,
        pool::{MaxPool2d, MaxPool2dConfig},
    },
    optim::{AdamConfig, GradientsParams},
    tensor::{Device, Int, Tensor, TensorData, activation::relu},
};
use training_replay::{
    Activation, Dataset, Loss, Matrix, Metrics, OutputKind, Replay, Result, analysis::MilestoneOptions, to_row_major,
};
use training_replay_burn::{Recorded, Replayed, Units};

const LOSS: Loss = Loss::CategoricalCrossEntropy;
const EPOCHS: u64 = 8;

#[derive(Module, Debug)]
struct Net {
    convolution: Conv2d,
    norm: BatchNorm,
    pool: MaxPool2d,
    hidden: Linear,
    digit: Linear,
}

impl Net {
    fn new(device: &Device) -> Self {
        Self {
            convolution: Conv2dConfig::new([1, 8], [3, 3]).init(device),
            norm: BatchNormConfig::new(8).init(device),
            pool: MaxPool2dConfig::new([2, 2]).with_strides([2, 2]).init(),
            hidden: LinearConfig::new(8 * 3 * 3, 16).init(device),
            digit: LinearConfig::new(16, 10).init(device),
        }
    }

    fn maps(&self, x: Tensor<4>) -> Tensor<4> {
        self.norm.forward(self.convolution.forward(x))
    }

    fn logits(&self, x: Tensor<4>) -> Tensor<2> {
        let pooled = self.pool.forward(relu(self.maps(x))).flatten(1, 3);
        self.digit.forward(self.hidden.forward(pooled).tanh())
    }
}

/// Trains and records, replays, and prints what happened.
pub fn main() -> Result<()> {
    let data = digits()?;
    let device = Device::default().autodiff();
    device.seed(3);
    let (replay, net) = train(Net::new(&device), &data, &device)?;

    // glue
    let model = Replayed::new([1, 8, 8], &Net::new(&Device::default()))
        .layer("maps", |net, x: Tensor<4>| net.maps(x), Activation::Relu)
        .layer("pool", |net, x: Tensor<4>| net.pool.forward(x), Activation::Linear)
        .layer("hidden", |net, x: Tensor<2>| net.hidden.forward(x), Activation::Tanh)
        .layer("digit", |net, x: Tensor<2>| net.digit.forward(x), Activation::Linear)
        .outputs(OutputKind::Logits)
        .units(Units::ChannelMeans);
    let run = replay.run_with(&model);
    // end of glue
    let milestones = run.milestones(&MilestoneOptions::default())?;
    println!("{milestones}");
    let (start, end) = (run.at(0)?.evaluate(LOSS)?, run.at(EPOCHS)?.evaluate(LOSS)?);
    println!("{start} at epoch 0, {end} at epoch {EPOCHS}");

    assert!(end.accuracy > Some(0.9), "{end}");
    // What burn computes of the module that was trained, it computes of the module that was restored: bit for bit.
    let expected = net.valid().logits(images(&data, &Device::default()));
    let found = run.at(EPOCHS)?.outputs()?;
    assert_eq!(to_row_major(&found), expected.to_data().try_to_vec::<f32>().map_err(training_replay::Error::model)?);
    Ok(())
}

fn train(mut net: Net, data: &Dataset, device: &Device) -> Result<(Replay, Net)> {
    let (x, y) = (images(data, device), labels(data, device)?);
    let mut optimizer = AdamConfig::new().init();
    let criterion = CrossEntropyLossConfig::new().init(device);
    let mut replay = Replay::options().dataset(data).loss(LOSS).in_memory();
    replay.record(&Recorded::of(&net), Metrics::new())?;
    for _ in 0..EPOCHS {
        for start in (0..data.samples()).step_by(64) {
            let batch = start..data.samples().min(start + 64);
            let loss = criterion.forward(net.logits(x.clone().slice(batch.clone())), y.clone().slice(batch));
            let gradients = GradientsParams::from_grads(loss.backward(), &net);
            net = optimizer.step(0.01, net, gradients);
        }
        replay.record(&Recorded::of(&net), Metrics::new())?;
    }
    Ok((replay, net))
}

/// Pixels from 0 to 16 become numbers from 0 to 1.
fn digits() -> Result<Dataset> {
    let digits = smartcore::dataset::digits::load_dataset();
    let pixels = Matrix::from_row_slice(digits.num_samples, digits.num_features, &digits.data) / 16.0;
    let labels: Vec<u32> = digits.target.iter().map(|&label| label as u32).collect();
    Dataset::from_labels(pixels, &labels)
}

fn images(data: &Dataset, device: &Device) -> Tensor<4> {
    Tensor::from_data(TensorData::new(to_row_major(data.inputs()), [data.samples(), 1, 8, 8]), device)
}

fn labels(data: &Dataset, device: &Device) -> Result<Tensor<1, Int>> {
    let classes: Vec<i32> = data.classes()?.into_iter().map(|class| class as i32).collect();
    Ok(Tensor::from_data(TensorData::new(classes, [data.samples()]), device))
}

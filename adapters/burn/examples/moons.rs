//! A perceptron on two moons, trained in a plain loop of burn's: two lines record it, and some more replay it.
//!
//! ```text
//! cargo run --example moons
//! ```

use burn::{
    module::Module,
    nn::{Linear, LinearConfig, loss::BinaryCrossEntropyLossConfig},
    optim::{AdamConfig, GradientsParams},
    tensor::{Device, Int, Tensor, TensorData},
};
use training_replay::{
    Activation, Dataset, Loss, OutputKind, Replay, Result,
    analysis::{MilestoneOptions, VerifyOptions},
    datasets, to_row_major,
};
use training_replay_burn::{Recorded, Replayed};

const LOSS: Loss = Loss::BinaryCrossEntropy;
const EPOCHS: u64 = 100;

#[derive(Module, Debug)]
struct Net {
    hidden: Linear,
    output: Linear,
}

impl Net {
    fn new(device: &Device) -> Self {
        Self { hidden: LinearConfig::new(2, 8).init(device), output: LinearConfig::new(8, 1).init(device) }
    }

    fn logits(&self, x: Tensor<2>) -> Tensor<2> {
        self.output.forward(self.hidden.forward(x).tanh())
    }
}

/// Trains and records, replays, and prints what happened.
pub fn main() -> Result<()> {
    let data = datasets::moons(200, 0.1, 7);
    let device = Device::default().autodiff();
    device.seed(3);
    let replay = train(Net::new(&device), &data, &device)?;

    // In any process, from the file alone if it is one, and any module of the same shape:
    // glue
    let model = Replayed::new([2], &Net::new(&Device::default()))
        .layer("hidden", |net, x: Tensor<2>| net.hidden.forward(x), Activation::Tanh)
        .layer("output", |net, x: Tensor<2>| net.output.forward(x), Activation::Linear)
        .outputs(OutputKind::Logits);
    let run = replay.run_with(&model);
    // end of glue
    println!("{}", run.milestones(&MilestoneOptions::default())?);
    let verified = run.verify(&VerifyOptions::default())?;
    println!("{verified}");
    let (start, end) = (run.at(0)?.evaluate(LOSS)?, run.at(EPOCHS)?.evaluate(LOSS)?);
    println!("{start} at epoch 0, {end} at epoch {EPOCHS}");

    assert!(verified.means_agree(), "the losses that burn computed are those of the replay");
    assert!(end.loss < 0.1 && end.accuracy > Some(0.95), "{end}");
    assert!(run.at(30)?.gradients(LOSS)?.get("hidden", "weight").is_some());
    Ok(())
}

fn train(mut net: Net, data: &Dataset, device: &Device) -> Result<Replay> {
    let (x, y) = tensors(data, device);
    let mut optimizer = AdamConfig::new().init();
    let criterion = BinaryCrossEntropyLossConfig::new().with_logits(true).init(device);
    let mut replay = Replay::options().dataset(data).loss(LOSS).in_memory(); // or `create(path)?`
    for _ in 0..=EPOCHS {
        let loss = criterion.forward(net.logits(x.clone()), y.clone());
        replay.record(&Recorded::of(&net), [("loss", loss.clone().into_scalar::<f32>())])?;
        let gradients = GradientsParams::from_grads(loss.backward(), &net);
        net = optimizer.step(0.1, net, gradients);
    }
    Ok(replay)
}

fn tensors(data: &Dataset, device: &Device) -> (Tensor<2>, Tensor<2, Int>) {
    let of = |matrix, width| TensorData::new(to_row_major(matrix), [data.samples(), width]);
    let classes = data.targets().numbers().expect("0 or 1 in a column");
    (Tensor::from_data(of(data.inputs(), 2), device), Tensor::<2>::from_data(of(classes, 1), device).int())
}

//! A convolutional network with batch normalization on handwritten digits of 8 x 8 pixels (UCI, "Optical Recognition of
//! Handwritten Digits", as the crate `smartcore` ships them): images are rows of 64 pixels in the data set, and get the shape
//! of an image in front of the network.
//!
//! ```text
//! cargo run --release --example digits
//! ```

use std::{error::Error, path::Path};

use candle_core::{DType, Device, Tensor};
use candle_nn::{AdamW, BatchNorm, Conv2d, Conv2dConfig, Linear, Module, ModuleT, Optimizer, VarBuilder, VarMap, loss};
use training_replay::{
    Activation, Dataset, Loss, Matrix, Metrics, OutputKind, Replay,
    analysis::{MilestoneOptions, VerifyOptions},
    plot::{Figure, RunPlots},
    to_row_major,
};
use training_replay_candle::{Replayed, Units};

const EPOCHS: u64 = 8;
const LOSS: Loss = Loss::CategoricalCrossEntropy;

struct Net {
    first: Conv2d,
    norm: BatchNorm,
    second: Conv2d,
    digit: Linear,
}

impl Net {
    fn new(vb: VarBuilder) -> candle_core::Result<Self> {
        let same = Conv2dConfig { padding: 1, ..Conv2dConfig::default() };
        Ok(Self {
            first: candle_nn::conv2d(1, 16, 3, same, vb.pp("first"))?,
            norm: candle_nn::batch_norm(16, 1e-5, vb.pp("norm"))?,
            second: candle_nn::conv2d(16, 32, 3, same, vb.pp("second"))?,
            digit: candle_nn::linear(32 * 2 * 2, 10, vb.pp("digit"))?,
        })
    }

    fn train(&self, x: &Tensor) -> candle_core::Result<Tensor> {
        let x = self.norm.forward_t(&self.first.forward(x)?, true)?.relu()?.max_pool2d(2)?;
        self.digit.forward(&self.second.forward(&x)?.relu()?.max_pool2d(2)?.flatten_from(1)?)
    }
}

// glue
fn replayed() -> Replayed<Net> {
    Replayed::new((1, 8, 8), Net::new)
        .layer("first", |net, x| net.norm.forward_t(&net.first.forward(x)?, false), Activation::Relu)
        .layer("pooled", |_, x| x.max_pool2d(2), None)
        .layer("second", |net, x| net.second.forward(x), Activation::Relu)
        .layer("features", |_, x| x.max_pool2d(2), None)
        .layer("digit", |net, x| net.digit.forward(&x.flatten_from(1)?), Activation::Linear)
        .outputs(OutputKind::Logits)
        .units(Units::ChannelMeans)
}
// end of glue

fn main() -> Result<(), Box<dyn Error>> {
    run(Path::new("out/candle/digits"))
}

/// Trains, records, opens the recording again, and says what it shows.
pub(crate) fn run(folder: &Path) -> Result<(), Box<dyn Error>> {
    std::fs::create_dir_all(folder)?;
    let (path, data) = (folder.join("digits.replay"), digits()?);
    train(&path, &data)?;

    let (replay, model) = (Replay::open(&path)?, replayed());
    let run = replay.run_with(&model);
    for epoch in [0, 1, EPOCHS] {
        println!("epoch {epoch}: {}", run.at(epoch)?.evaluate(LOSS)?);
    }
    let values = replayed().units(Units::Values);
    let before = replay.run_with(&values).milestones(&MilestoneOptions::default())?;
    let milestones = run.milestones(&MilestoneOptions::default())?;
    let [before, after] = [&before, &milestones].map(|milestones| milestones.rows.len());
    println!("\n{milestones}\n{after} rows; {before} where each pixel of a map is a unit");
    if after > 40 {
        return Err("more than a page of milestones".into());
    }
    let verification = run.verify(&VerifyOptions::default())?;
    println!("\n{verification}");
    if verification.model_holds() != Some(true) || run.at(EPOCHS)?.evaluate(LOSS)?.accuracy < Some(0.97) {
        return Err("the recording is not of this network".into());
    }
    let digits = (0..10).map(|digit| digit.to_string());
    let plots = RunPlots::options().layer("digit").name_classes(digits).of(run)?;
    let picture = folder.join("digits.png");
    Figure::of(plots.feature_space(EPOCHS)?).size(800, 600).save(&picture)?;
    println!("\n{}", picture.display());
    Ok(())
}

/// The first 600 digits; pixels from 0 to 16 become numbers from 0 to 1.
fn digits() -> training_replay::Result<Dataset> {
    let all = smartcore::dataset::digits::load_dataset();
    let pixels = Matrix::from_row_slice(all.num_samples, 64, &all.data).rows(0, 600) / 16.0;
    let labels: Vec<u32> = all.target.iter().take(600).map(|&digit| digit as u32).collect();
    Dataset::from_labels(pixels, &labels)
}

/// A plain loop over mini-batches. Recorded by `Replayed::on`, which also runs the network on the recording's probe, the layers
/// above are proved to be this network's.
fn train(path: &Path, data: &Dataset) -> Result<(), Box<dyn Error>> {
    let (varmap, device) = (VarMap::new(), Device::Cpu);
    let net = Net::new(VarBuilder::from_varmap(&varmap, DType::F32, &device))?;
    let x = Tensor::from_vec(to_row_major(data.inputs()), (data.samples(), 1, 8, 8), &device)?;
    let classes: Vec<u32> = data.classes()?.into_iter().map(|class| class as u32).collect();
    let y = Tensor::from_vec(classes, data.samples(), &device)?;
    let mut optimizer = AdamW::new_lr(varmap.all_vars(), 0.01)?;
    let model = replayed().on(&varmap)?;
    let mut replay = Replay::options().dataset(data).loss(LOSS).overwrite(true).create(path)?;
    replay.record(&model, Metrics::new())?;
    for _ in 0..EPOCHS {
        let mut sum = 0.0;
        for start in (0..data.samples()).step_by(50) {
            let logits = net.train(&x.narrow(0, start, 50)?)?;
            let loss = loss::cross_entropy(&logits, &y.narrow(0, start, 50)?)?;
            optimizer.backward_step(&loss)?;
            sum += 50.0 * f64::from(loss.to_scalar::<f32>()?);
        }
        replay.record(&model, [("mean_loss", sum / data.samples() as f64)])?;
    }
    replay.finish()?;
    Ok(())
}

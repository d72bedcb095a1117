//! A perceptron on two moons, trained by candle's optimizer, recorded in three lines, and looked at again from the file.
//!
//! ```text
//! cargo run --release --example moons
//! ```

use std::{error::Error, path::Path};

use candle_core::{DType, Device, Tensor};
use candle_nn::{AdamW, Linear, Module, Optimizer, VarBuilder, VarMap};
use training_replay::{
    Activation, Dataset, Loss, OutputKind, Replay,
    analysis::{MilestoneOptions, VerifyOptions},
    datasets,
    plot::{Figure, RunPlots},
    to_row_major,
};
use training_replay_candle::{Recorded, Replayed};

const EPOCHS: u64 = 150;
const LOSS: Loss = Loss::BinaryCrossEntropy;

struct Net {
    hidden: Linear,
    bend: Linear,
    output: Linear,
}

impl Net {
    fn new(vb: VarBuilder) -> candle_core::Result<Self> {
        let linear = |inputs, outputs, name| candle_nn::linear(inputs, outputs, vb.pp(name));
        Ok(Self { hidden: linear(2, 10, "hidden")?, bend: linear(10, 2, "bend")?, output: linear(2, 1, "output")? })
    }

    fn forward(&self, x: &Tensor) -> candle_core::Result<Tensor> {
        let x = self.hidden.forward(x)?.tanh()?;
        self.output.forward(&self.bend.forward(&x)?.tanh()?)
    }
}

// glue
fn replayed() -> Replayed<Net> {
    Replayed::new(2, Net::new)
        .layer("hidden", |net, x| net.hidden.forward(x), Activation::Tanh)
        .layer("bend", |net, x| net.bend.forward(x), Activation::Tanh)
        .layer("output", |net, x| net.output.forward(x), Activation::Linear)
        .outputs(OutputKind::Logits)
}
// end of glue

fn main() -> Result<(), Box<dyn Error>> {
    run(Path::new("out/candle/moons"))
}

/// Trains, records, opens the recording again, and says what it shows.
pub(crate) fn run(folder: &Path) -> Result<(), Box<dyn Error>> {
    std::fs::create_dir_all(folder)?;
    let (path, data) = (folder.join("moons.replay"), datasets::moons(300, 0.15, 7));
    train(&path, &data)?;

    let (replay, model) = (Replay::open(&path)?, replayed());
    let run = replay.run_with(&model);
    for epoch in [0, 20, EPOCHS] {
        println!("epoch {epoch}: {}", run.at(epoch)?.evaluate(LOSS)?);
    }
    println!("\n{}", run.milestones(&MilestoneOptions::default())?);
    let verification = run.verify(&VerifyOptions::default().at_end().tolerance(1e-4))?;
    println!("{verification}");
    if !verification.means_agree() || run.at(EPOCHS)?.evaluate(LOSS)?.accuracy < Some(0.95) {
        return Err("the recording is not of this network".into());
    }
    let plots = RunPlots::options().layer("bend").name_classes(["upper", "lower"]).of(run)?;
    let picture = folder.join("bend.png");
    Figure::of(plots.feature_space(EPOCHS)?).size(800, 600).save(&picture)?;
    println!("\n{}", picture.display());
    Ok(())
}

/// A plain loop of candle's; the three lines that record it are marked.
fn train(path: &Path, data: &Dataset) -> Result<(), Box<dyn Error>> {
    let (varmap, device) = (VarMap::new(), Device::Cpu);
    let net = Net::new(VarBuilder::from_varmap(&varmap, DType::F32, &device))?;
    let x = Tensor::from_vec(to_row_major(data.inputs()), (data.samples(), 2), &device)?;
    let y = Tensor::from_vec(to_row_major(data.targets().numbers()?), (data.samples(), 1), &device)?;
    let mut optimizer = AdamW::new_lr(varmap.all_vars(), 0.03)?;
    let mut replay = Replay::options().dataset(data).loss(LOSS).overwrite(true).create(path)?; // recorded
    for _ in 0..=EPOCHS {
        let loss = candle_nn::loss::binary_cross_entropy_with_logit(&net.forward(&x)?, &y)?;
        replay.record(&Recorded::of(&varmap), [("loss", f64::from(loss.to_scalar::<f32>()?))])?; // recorded
        optimizer.backward_step(&loss)?;
    }
    replay.finish()?; // recorded
    Ok(())
}

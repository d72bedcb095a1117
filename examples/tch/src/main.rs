//! A perceptron of tch on two moons: trained by libtorch, recorded, and opened again from the file, which needs no tch.
//!
//! ```text
//! LIBTORCH=/usr cargo run
//! ```

mod through_libtorch;
mod variables;

use std::{error::Error, path::Path};

use tch::{
    Device, Reduction, Tensor,
    nn::{self, Module, OptimizerConfig},
};
use training_replay::{
    Activation, Dataset, Dense, Loss, Model, Replay, ReplayOptions, Result, Sequential,
    analysis::{MilestoneOptions, VerifyOptions},
    datasets,
};

use crate::{through_libtorch::tensor, variables::Stored};

const EPOCHS: u64 = 150;
const LOSS: Loss = Loss::BinaryCrossEntropy;

/// Two layers of tch, and the store that their variables are in.
struct Net {
    store: nn::VarStore,
    hidden: nn::Linear,
    output: nn::Linear,
}

impl Net {
    fn new() -> Self {
        let store = nn::VarStore::new(Device::Cpu);
        let path = store.root();
        let hidden = nn::linear(&path / "hidden", 2, 10, nn::LinearConfig::default());
        let output = nn::linear(&path / "output", 10, 1, nn::LinearConfig::default());
        Self { store, hidden, output }
    }

    fn logits(&self, x: &Tensor) -> Tensor {
        self.output.forward(&self.hidden.forward(x).tanh())
    }
}

// glue
/// What the network is in words of this crate, so that its recordings open by themselves.
fn described(options: ReplayOptions) -> Result<ReplayOptions> {
    let hidden = Dense::new(10).name("hidden").activation(Activation::Tanh);
    let output = Dense::new(1).name("output").activation(Activation::Sigmoid);
    let same = Sequential::builder(2).layers([hidden, output]).build(0)?;
    let options = options.rename(|layer, name| (layer.to_owned(), name.replace("weight", "kernel")));
    Ok(same.description().iter().fold(options, ReplayOptions::description))
}
// end of glue

fn main() -> std::result::Result<(), Box<dyn Error>> {
    let folder = Path::new("../../out/tch");
    std::fs::create_dir_all(folder)?;
    let path = folder.join("moons.replay");
    train(&path, &datasets::moons(300, 0.15, 7), EPOCHS)?;

    let replay = Replay::open(&path)?;
    let run = replay.run()?;
    for epoch in [0, 20, EPOCHS] {
        println!("epoch {epoch}: {}", run.at(epoch)?.evaluate(LOSS)?);
    }
    println!("\n{}", run.milestones(&MilestoneOptions::default())?);
    let verification = run.verify(&VerifyOptions::default().at_end().tolerance(1e-4))?;
    println!("{verification}");
    if !verification.means_agree() || run.at(EPOCHS)?.evaluate(LOSS)?.accuracy < Some(0.95) {
        return Err("the recording is not of this network".into());
    }
    Ok(())
}

/// A plain loop of tch; the three lines that record it are marked.
fn train(path: &Path, data: &Dataset, epochs: u64) -> std::result::Result<Net, Box<dyn Error>> {
    tch::manual_seed(1);
    let net = Net::new();
    let (x, y) = (tensor(data.inputs()), tensor(data.targets().numbers()?));
    let mut optimizer = nn::Adam::default().build(&net.store, 0.03)?;
    let options = Replay::options().dataset(data).loss(LOSS).overwrite(true);
    let mut replay = described(options)?.create(path)?; // recorded
    for epoch in 0..=epochs {
        let loss = net.logits(&x).binary_cross_entropy_with_logits::<Tensor>(&y, None, None, Reduction::Mean);
        replay.record(&Stored(&net.store), [("loss", f64::from(&loss))])?; // recorded
        if epoch < epochs {
            optimizer.backward_step(&loss);
        }
    }
    replay.finish()?; // recorded
    Ok(net)
}

#[cfg(test)]
mod tests;

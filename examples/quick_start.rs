//! The shortest way: train a network, record it, reopen the recording, and ask what happened.
//!
//! `cargo run --example quick_start`

use training_replay::{
    Activation, Dense, Loss, Metrics, Optimizer, Replay, Result, Sequential, Trainer, analysis::MilestoneOptions,
    datasets,
};

fn main() -> Result<()> {
    let path = std::env::temp_dir().join("quick_start.replay");
    let (data, loss) = (datasets::moons(500, 0.1, 7), Loss::BinaryCrossEntropy);
    let layers = [
        Dense::new(8).name("hidden").activation(Activation::Tanh),
        Dense::new(1).name("output").activation(Activation::Sigmoid),
    ];
    let mut model = Sequential::builder(2).layers(layers).build(42)?;
    let mut trainer = Trainer::new(loss, Optimizer::adam(0.01)).batch_size(16).seed(1);

    let mut replay = Replay::options().dataset(&data).loss(loss).overwrite(true).create(&path)?;
    replay.record(&model, Metrics::new())?; // epoch 0: before training
    for _ in 0..40 {
        let metrics = trainer.epoch(&mut model, &data)?;
        replay.record(&model, metrics)?;
    }
    replay.finish()?;

    let replay = Replay::open(&path)?;
    for epoch in [0, 10, 40] {
        println!("epoch {epoch:>2}: {:.4}", replay.at(epoch)?.evaluate(loss)?);
    }
    println!("\n{}", replay.run()?.milestones(&MilestoneOptions::default())?);
    Ok(())
}

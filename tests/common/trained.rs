//! Small runs for pictures.

use training_replay::{
    Activation, Dataset, Dense, Initializer, Loss, Metrics, Optimizer, Replay, Sequential, Trainer, nn::Layer,
};

/// A run of these layers on these data, with so many epochs behind the one before training.
pub fn run<L: Into<Layer>>(data: &Dataset, layers: impl IntoIterator<Item = L>, loss: Loss, epochs: u64) -> Replay {
    let network = Sequential::builder(data.features());
    let model = layers.into_iter().fold(network, |network, layer| network.layer(layer)).build(42).unwrap();
    train(model, Trainer::new(loss, Optimizer::adam(0.05)).batch_size(16).seed(1), data, loss, epochs)
}

pub fn train(mut model: Sequential, mut trainer: Trainer, data: &Dataset, loss: Loss, epochs: u64) -> Replay {
    let mut replay = Replay::options().dataset(data).loss(loss).in_memory();
    replay.record(&model, Metrics::new()).unwrap();
    for _ in 0..epochs {
        let metrics = trainer.epoch(&mut model, data).unwrap();
        replay.record(&model, metrics).unwrap();
    }
    replay
}

/// The article's network with this hidden activation.
pub fn article(data: &Dataset, hidden: Activation, epochs: u64) -> Replay {
    run(data, [wide(2, hidden), sigmoid()], Loss::BinaryCrossEntropy, epochs)
}

pub fn wide(units: usize, activation: Activation) -> Dense {
    Dense::new(units).name("hidden").activation(activation).kernel_initializer(Initializer::GlorotNormal)
}

pub fn sigmoid() -> Dense {
    Dense::new(1).name("output").activation(Activation::Sigmoid)
}

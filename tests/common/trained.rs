//! Small runs for pictures.
#![allow(dead_code)] // Every test binary uses a part of it.

use training_replay::{
    Activation, Dataset, Dense, Forward, Initializer, Loss, Matrix, Metrics, Optimizer, Parameter, Replay, Sequential,
    Trainer, Weights, nn::Layer,
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

/// A run of a classifier of so many heaps in a ring; class 0 has a tenth of the samples that the others have.
pub fn ring(count: usize, samples: usize, epochs: u64) -> Replay {
    let class = |i: usize| if i.is_multiple_of(count) && !(i / count).is_multiple_of(10) { 1 } else { i % count };
    let classes: Vec<usize> = (0..samples).map(class).collect();
    let place = |i: usize, axis: usize| {
        let angle = classes[i] as f32 * std::f32::consts::TAU / count as f32;
        let heap = if axis == 0 { angle.cos() } else { angle.sin() };
        heap + 1.2 / count as f32 * ((i * (7 + 4 * axis)) as f32).sin()
    };
    let data = Dataset::from_labels(Matrix::from_fn(samples, 2, place), &classes).unwrap();
    let layers = [
        Dense::new(16).name("first").activation(Activation::Tanh),
        wide(2, Activation::Tanh),
        Dense::new(count).name("output").activation(Activation::Softmax),
    ];
    run(&data, layers, Loss::CategoricalCrossEntropy, epochs)
}

/// A network with every weight changed.
pub fn changed(model: &Sequential, change: impl Fn(f32) -> f32) -> Sequential {
    let weights = Weights::of(model).unwrap();
    let changed = weights.iter().map(|parameter| {
        let values: Vec<f32> = parameter.values().to_f32().iter().map(|&value| change(value)).collect();
        Parameter::new(parameter.layer().to_owned(), parameter.name().to_owned(), parameter.shape().to_vec(), values)
    });
    model.with_weights(&changed.collect()).unwrap()
}

/// A network of eight hidden units on a sine.
pub fn sine() -> Replay {
    let x = Matrix::from_fn(60, 1, |i, _| i as f32 / 30.0 - 1.0);
    let data = Dataset::new(x.clone(), x.map(|x| (3.0 * x).sin())).unwrap();
    run(&data, [wide(8, Activation::Tanh), Dense::new(1)], Loss::MeanSquaredError, 40)
}

/// Numbers over a square of two inputs: their product, and ten times their sum.
pub fn regression(outputs: usize) -> Replay {
    let x = square();
    let y = Matrix::from_fn(
        144,
        outputs,
        |i, j| if j == 0 { x[(i, 0)] * x[(i, 1)] } else { 10.0 * (x[(i, 0)] + x[(i, 1)]) },
    );
    let layers =
        [wide(6, Activation::Tanh), Dense::new(2).name("plane").activation(Activation::Tanh), Dense::new(outputs)];
    run(&Dataset::new(x, y).unwrap(), layers, Loss::MeanSquaredError, 40)
}

/// A sum of five inputs, of which the last three epochs have weights that are infinite, NaN and 0.
pub fn diverged_numbers() -> Replay {
    let x = Matrix::from_fn(80, 5, |i, j| ((i * (3 * j + 2)) as f32).sin());
    let data = Dataset::new(x.clone(), Matrix::from_fn(80, 1, |i, _| x.row(i).sum())).unwrap();
    let layers = [wide(3, Activation::Tanh), Dense::new(1)];
    let model = Sequential::builder(5).layers(layers).build(42).unwrap();
    let mut replay = Replay::options().dataset(&data).loss(Loss::MeanSquaredError).in_memory();
    for factor in [1.0, 1.1, 0.9, 1.2, f32::INFINITY, f32::NAN, 0.0] {
        replay.record(&changed(&model, |weight| factor * weight), Metrics::new()).unwrap();
    }
    replay
}

/// Three labels over a square of two inputs: right of zero, above zero, outside of a circle.
pub fn labelled() -> Replay {
    let x = square();
    let y = Matrix::from_fn(144, 3, |i, j| {
        let (a, b) = (x[(i, 0)], x[(i, 1)]);
        f32::from(u8::from([a > 0.0, b > 0.0, a * a + b * b > 0.6][j]))
    });
    let layers = [wide(6, Activation::Tanh), Dense::new(3).activation(Activation::Sigmoid)];
    run(&Dataset::new(x, y).unwrap(), layers, Loss::BinaryCrossEntropy, 25)
}

/// 12 times 12 points.
fn square() -> Matrix {
    Matrix::from_fn(144, 2, |i, j| (if j == 0 { i % 12 } else { i / 12 }) as f32 / 5.5 - 1.0)
}

//! Numbers that a seed stands for, each kind under a name with a checksum of all its bits.

use training_replay::{
    Activation, Dataset, Dense, Initializer, Loss, Matrix, Model, Optimizer, Sequential, Trainer,
    analysis::{Density, IncrementalPca},
    datasets,
};

/// FNV-1a over bytes, lowest first.
fn checksum(bits: impl IntoIterator<Item = u64>) -> u64 {
    let bytes = bits.into_iter().flat_map(u64::to_le_bytes);
    bytes.fold(0xcbf2_9ce4_8422_2325, |sum, byte| (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

fn of_f32<'a>(values: impl IntoIterator<Item = &'a f32>) -> u64 {
    checksum(values.into_iter().map(|value| u64::from(value.to_bits())))
}

fn of_f64<'a>(values: impl IntoIterator<Item = &'a f64>) -> u64 {
    checksum(values.into_iter().map(|value| value.to_bits()))
}

fn of_data(data: &Dataset) -> u64 {
    of_f32(data.inputs().iter().chain(data.targets().numbers().unwrap()))
}

/// What is drawn or computed, by name.
pub fn numbers() -> Vec<(String, u64)> {
    let mut all = datasets_of_every_generator();
    all.extend(weights_of_every_initializer());
    all.extend(epochs_of_every_optimizer());
    all.extend(activations());
    all.extend(losses());
    all.extend(analyses());
    all
}

fn datasets_of_every_generator() -> Vec<(String, u64)> {
    let all = [
        ("parabola", datasets::parabola(1_000, 13)),
        ("moons", datasets::moons(1_001, 0.1, 13)),
        ("circles", datasets::circles(1_001, 0.1, 0.5, 13)),
        ("ball", datasets::ball(10, 1_000, 13)),
        ("hypercube", datasets::hypercube(5, 13)),
    ];
    let mut sums: Vec<_> = all.iter().map(|(name, data)| ((*name).to_owned(), of_data(data))).collect();
    let noisy = datasets::parabola(1_000, 13).with_noise(0.1, 13).expect("a deviation that is one");
    sums.push(("noise".to_owned(), of_data(&noisy)));
    sums
}

fn weights_of_every_initializer() -> Vec<(String, u64)> {
    let all = [
        Initializer::normal(),
        Initializer::truncated_normal(),
        Initializer::uniform(),
        Initializer::GlorotUniform,
        Initializer::GlorotNormal,
        Initializer::HeUniform,
        Initializer::HeNormal,
        Initializer::LecunUniform,
        Initializer::LecunNormal,
        Initializer::PytorchUniform,
    ];
    all.iter().map(|one| (one.name().to_owned(), of_f32(&one.matrix(100, 200, 42).unwrap()))).collect()
}

/// Of the article's network.
fn epochs_of_every_optimizer() -> Vec<(String, u64)> {
    let all = [
        ("sgd", Optimizer::sgd(0.1)),
        ("momentum", Optimizer::momentum(0.1, 0.9)),
        ("nesterov", Optimizer::nesterov(0.1, 0.9)),
        ("rmsprop", Optimizer::rmsprop(0.01)),
        ("rmsprop of Keras 2", Optimizer::rmsprop(0.01).keras2()),
        ("adam", Optimizer::adam(0.01)),
    ];
    all.into_iter().map(|(name, optimizer)| (format!("an epoch of {name}"), epoch(optimizer))).collect()
}

fn epoch(optimizer: Optimizer) -> u64 {
    let data = datasets::parabola(100, 13);
    let layers = [Dense::new(2).activation(Activation::Tanh), Dense::new(1).activation(Activation::Sigmoid)];
    let mut model = Sequential::builder(2).layers(layers).build(42).unwrap();
    let mut trainer = Trainer::new(Loss::BinaryCrossEntropy, optimizer).batch_size(16).seed(13);
    let metrics = trainer.epoch(&mut model, &data).unwrap();
    let weights: Vec<f64> = model.parameters().unwrap().iter().flat_map(|one| one.values().to_f64().to_vec()).collect();
    of_f64(weights.iter().chain([&metrics.get("loss").unwrap(), &metrics.get("accuracy").unwrap()]))
}

/// From -12 to 12, in no order, so that no two rows have the same shares.
fn pre_activations() -> Matrix {
    Matrix::from_fn(500, 3, |i, j| ((i * 37 + j * j * 611 + i * i * j) % 1_999) as f32 * 0.012 - 12.0)
}

fn activations() -> Vec<(String, u64)> {
    let all = [
        Activation::Sigmoid,
        Activation::HardSigmoid,
        Activation::HardSigmoidKeras2,
        Activation::Tanh,
        Activation::LeakyRelu { slope: 0.3 },
        Activation::Elu { alpha: 1.5 },
        Activation::Selu,
        Activation::Softplus,
        Activation::Softsign,
        Activation::Softmax,
    ];
    let of_one = |one: Activation| {
        let slopes = pre_activations().map(|z| one.derivative(z));
        (one.to_string(), of_f32(one.apply(&pre_activations()).iter().chain(&slopes)))
    };
    all.map(of_one).to_vec()
}

fn losses() -> Vec<(String, u64)> {
    let targets = Matrix::from_fn(500, 3, |i, j| f32::from(u8::from(i % 3 == j)));
    let of_one = |loss: Loss| {
        let shares = Activation::Softmax.apply(&pre_activations());
        let mut all = loss.per_sample(&shares, &targets).unwrap();
        all.extend(loss.per_sample_from_logits(&pre_activations(), &targets).unwrap());
        all.extend(&loss.gradient(&shares, &targets).unwrap());
        all.extend(&loss.gradient_from_logits(&pre_activations(), &targets).unwrap());
        (loss.name().to_owned(), of_f32(&all))
    };
    [Loss::BinaryCrossEntropy, Loss::CategoricalCrossEntropy, Loss::MeanSquaredError].map(of_one).to_vec()
}

fn analyses() -> Vec<(String, u64)> {
    let data = datasets::ball(10, 100, 13);
    let values: Vec<f64> = data.inputs().iter().map(|&x| x.into()).collect();
    let places: Vec<f64> = (0..100).map(|i| f64::from(i) * 0.06 - 3.0).collect();
    let density = Density::at(&values, &places).unwrap().unwrap();
    let mut scatter = IncrementalPca::new(10).unwrap();
    scatter.partial_fit(data.inputs()).unwrap();
    let principal = scatter.principal_plane().unwrap();
    vec![
        ("density".to_owned(), of_f64(density.density.iter().chain([&density.bandwidth]))),
        ("principal plane".to_owned(), of_f32(principal.plane.axes())),
        ("explained variance".to_owned(), of_f64(&principal.explained_variance_ratio)),
    ]
}

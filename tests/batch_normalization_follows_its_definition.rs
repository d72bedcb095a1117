//! Batch normalization trains by the statistics of its batches and is replayed by the moving ones, as it is defined: a
//! second implementation in double precision, with gradients from finite differences.

mod common;

use common::double::{Rows, activate, loss_of, numeric, to_flat, to_rows};
use training_replay::{
    Activation, Backward, BatchNormalization, Dataset, Dense, Forward, Initializer, Loss, Matrix, Model, Optimizer,
    Sequential, Trainer, Weights, nn::Layer,
};

const LOSS: Loss = Loss::BinaryCrossEntropy;
const MOMENTUM: f64 = 0.75;
const EPSILON: f64 = 0.015625;
const RATE: f64 = 0.125;
const BATCH: usize = 4;
const UNITS: usize = 3;

/// The places of gamma, beta and the moving statistics among the parameters, behind a kernel and a bias.
const GAMMA: usize = 2;
const BETA: usize = 3;
const MEAN: usize = 4;
const VARIANCE: usize = 5;

fn network() -> Sequential {
    let normal = Initializer::Normal { std: 0.5 };
    Sequential::builder(2)
        .layer(Dense::new(UNITS).name("hidden").kernel_initializer(normal).bias_initializer(normal))
        .layer(BatchNormalization::new().name("norm").momentum(MOMENTUM as f32).epsilon(EPSILON as f32))
        .layer(Activation::Tanh)
        .layer(Dense::new(1).activation(Activation::Sigmoid).kernel_initializer(normal).bias_initializer(normal))
        .build(3)
        .unwrap()
}

/// Ten samples: two batches of four and one of two.
fn data() -> Dataset {
    let inputs = Matrix::from_fn(10, 2, |i, j| ((i * 7 + j * 3) % 10) as f32 / 5.0 - 0.9);
    let targets = Matrix::from_fn(10, 1, |i, _| f32::from(u8::from(i % 3 == 0)));
    Dataset::new(inputs, targets).unwrap()
}

fn dense(inputs: &Rows, kernel: &[f64], bias: &[f64]) -> Rows {
    let of = |x: &Vec<f64>, k: usize| x.iter().enumerate().map(|(j, x)| x * kernel[j * bias.len() + k]).sum::<f64>();
    inputs.iter().map(|x| bias.iter().enumerate().map(|(k, bias)| bias + of(x, k)).collect()).collect()
}

/// Mean and biased variance of every unit.
fn moments(values: &Rows) -> [Vec<f64>; 2] {
    let mean = |of: &dyn Fn(&Vec<f64>) -> f64| values.iter().map(of).sum::<f64>() / values.len() as f64;
    let means: Vec<f64> = (0..UNITS).map(|k| mean(&|row| row[k])).collect();
    let variances = (0..UNITS).map(|k| mean(&|row| (row[k] - means[k]).powi(2))).collect();
    [means, variances]
}

/// The mean loss by the statistics of the batch, or by the moving ones.
fn mean_loss(parameters: &Rows, trains: bool, (inputs, targets): (&Rows, &Rows)) -> f64 {
    let hidden = dense(inputs, &parameters[0], &parameters[1]);
    let moving = [parameters[MEAN].clone(), parameters[VARIANCE].clone()];
    let [mean, variance] = if trains { moments(&hidden) } else { moving };
    let unit = |x: &[f64], k: usize| {
        parameters[GAMMA][k] * (x[k] - mean[k]) / (variance[k] + EPSILON).sqrt() + parameters[BETA][k]
    };
    let normalized = hidden.iter().map(|x| activate(Activation::Tanh, &[unit(x, 0), unit(x, 1), unit(x, 2)]));
    let logits = dense(&normalized.collect(), &parameters[6], &parameters[7]);
    let outputs = logits.iter().map(|z| activate(Activation::Sigmoid, z));
    outputs.zip(targets).map(|(p, y)| loss_of(LOSS, &p, y)).sum::<f64>() / inputs.len() as f64
}

/// One step of gradient descent, and of the moving statistics.
fn step(parameters: &mut Rows, batch: (&Rows, &Rows)) {
    let before = parameters.clone();
    let of_batch = moments(&dense(batch.0, &before[0], &before[1]));
    for (i, j) in (0..before.len()).flat_map(|i| (0..before[i].len()).map(move |j| (i, j))) {
        parameters[i][j] = match i {
            MEAN | VARIANCE => MOMENTUM * before[i][j] + (1.0 - MOMENTUM) * of_batch[i - MEAN][j],
            _ => before[i][j] - RATE * numeric(&before, (i, j), |moved| mean_loss(moved, true, batch)),
        };
    }
}

fn largest_difference(found: &Rows, expected: &Rows) -> f64 {
    assert_eq!(found.iter().map(Vec::len).collect::<Vec<_>>(), expected.iter().map(Vec::len).collect::<Vec<_>>());
    found.iter().flatten().zip(expected.iter().flatten()).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
}

#[test]
fn weights_and_moving_statistics_follow_the_definition_through_epochs_of_training() {
    let (mut model, data) = (network(), data());
    let (inputs, targets) = (to_rows(data.inputs()), to_rows(data.targets().numbers().unwrap()));
    let mut expected = to_flat(&Weights::of(&model).unwrap());
    let mut trainer = Trainer::new(LOSS, Optimizer::sgd(RATE as f32)).batch_size(BATCH).shuffle(false);
    for epoch in 1..=30 {
        let batches = || inputs.chunks(BATCH).zip(targets.chunks(BATCH));
        let losses = batches().map(|(x, y)| {
            let (x, y) = (x.to_vec(), y.to_vec());
            let loss = mean_loss(&expected, true, (&x, &y)) * x.len() as f64;
            step(&mut expected, (&x, &y));
            loss
        });
        let loss = losses.sum::<f64>() / inputs.len() as f64;
        let metrics = trainer.epoch(&mut model, &data).unwrap();
        assert!((metrics.get("loss").unwrap() - loss).abs() < 1e-5, "epoch {epoch}: the loss of training is logged");
        let off = largest_difference(&to_flat(&Weights::of(&model).unwrap()), &expected);
        assert!(off < 2e-5, "epoch {epoch}: {off:e} apart");
    }
}

/// The network after some epochs, its moving statistics unlike those of any batch.
fn trained() -> Sequential {
    let mut model = network();
    let mut trainer = Trainer::new(LOSS, Optimizer::adam(0.05)).batch_size(BATCH).seed(1);
    (0..5).for_each(|_| drop(trainer.epoch(&mut model, &data()).unwrap()));
    model
}

#[test]
fn a_replay_goes_by_the_moving_statistics_and_has_the_gradients_of_gamma_and_beta() {
    let (model, data) = (trained(), data());
    let batch = (&to_rows(data.inputs()), &to_rows(data.targets().numbers().unwrap()));
    let parameters = to_flat(&Weights::of(&model).unwrap());
    let losses = model.losses(data.inputs(), data.targets(), LOSS).unwrap();
    let mean = losses.iter().map(|loss| f64::from(*loss)).sum::<f64>() / losses.len() as f64;
    assert!((mean - mean_loss(&parameters, false, batch)).abs() < 1e-6);
    assert!((mean - mean_loss(&parameters, true, batch)).abs() > 1e-3, "the statistics of the batch give another one");

    let gradients = model.gradients(data.inputs(), data.targets(), LOSS).unwrap();
    let names: Vec<_> = gradients.iter().map(|gradient| gradient.name()).collect();
    assert_eq!(names, ["kernel", "bias", "gamma", "beta", "kernel", "bias"]);
    let trainable = [0, 1, GAMMA, BETA, 6, 7];
    for (i, gradient) in trainable.into_iter().zip(to_flat(&gradients)) {
        for (j, found) in gradient.into_iter().enumerate() {
            let expected = numeric(&parameters, (i, j), |moved| mean_loss(moved, false, batch));
            assert!((found - expected).abs() < 1e-6, "{i} {j}: {found}, expected {expected}");
        }
    }
}

#[test]
fn a_row_of_a_replay_does_not_depend_on_the_others() {
    let (model, data) = (trained(), data());
    let all = model.predict(data.inputs()).unwrap();
    for row in 0..data.samples() {
        assert_eq!(model.predict(&data.inputs().rows(row, 1).into_owned()).unwrap()[0], all[row]);
    }
}

#[test]
fn it_begins_with_gamma_and_variance_one_and_the_rest_zero() {
    let model = Sequential::builder(2).layer(BatchNormalization::new().name("norm")).build(1).unwrap();
    let weights = Weights::of(&model).unwrap();
    let expected = [("gamma", 1.0), ("beta", 0.0), ("moving_mean", 0.0), ("moving_variance", 1.0)];
    for (name, value) in expected {
        assert_eq!(weights.require("norm", name, &[2]).unwrap().values().to_f32(), [value; 2].as_slice());
    }
    assert_eq!(weights.len(), expected.len());
    let outputs = model.predict(&Matrix::from_element(1, 2, 2.0)).unwrap();
    assert!((outputs[0] - 2.0 / 1.001_f32.sqrt()).abs() < 1e-6);
    assert_eq!(model.pre_activation(&Matrix::from_element(1, 2, 2.0), 0).unwrap(), outputs, "it has no activation");
}

#[test]
fn an_optimizer_leaves_the_moving_statistics_alone() {
    let mut model = network();
    let mut trainer = Trainer::new(LOSS, Optimizer::adam(0.0)).batch_size(BATCH).shuffle(false);
    let before = Weights::of(&model).unwrap();
    trainer.epoch(&mut model, &data()).unwrap();
    let after = Weights::of(&model).unwrap();
    let changed = before.iter().zip(after.iter()).filter(|(before, after)| before != after);
    let names: Vec<_> = changed.map(|(_, after)| after.name()).collect();
    assert_eq!(names, ["moving_mean", "moving_variance"]);
}

#[test]
fn weights_of_another_shape_or_without_moving_statistics_are_refused() {
    let model = network();
    let weights = Weights::of(&model).unwrap();
    let without: Weights = weights.clone().into_iter().filter(|weight| weight.name() != "moving_variance").collect();
    let message = model.with_weights(&without).unwrap_err().to_string();
    assert!(message.contains("norm/moving_variance"), "{message}");
    let wide = Sequential::builder(2).layer(BatchNormalization::new().name("norm")).build(1).unwrap();
    assert!(wide.with_weights(&weights).is_err());
}

#[test]
fn it_may_stand_first_last_and_in_a_row() {
    let dense = || Layer::from(Dense::new(1));
    let normalization = || Layer::from(BatchNormalization::new());
    let data = data();
    let first_last_and_in_a_row = [
        vec![normalization(), dense()],
        vec![dense(), normalization()],
        vec![normalization(), normalization(), dense(), normalization(), normalization()],
    ];
    for layers in first_last_and_in_a_row {
        let network = Sequential::builder(2).layers(layers);
        let mut model = network.build(1).unwrap();
        let mut trainer = Trainer::new(Loss::MeanSquaredError, Optimizer::sgd(0.05)).batch_size(5).seed(1);
        let losses: Vec<_> = (0..50).map(|_| trainer.epoch(&mut model, &data).unwrap().get("loss").unwrap()).collect();
        assert!(losses[49] < losses[0], "{losses:?}");
        assert_eq!(model.parameters().unwrap().len() % 4, 2, "a kernel, a bias, and four of each normalization");
    }
}

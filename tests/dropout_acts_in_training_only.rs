//! Dropout drops in training, the same values for the same seed, and leaves every replay alone.

use training_replay::{
    Activation, Backward, Dataset, Dense, Dropout, Forward, Initializer, Loss, Matrix, Metrics, Model, Optimizer,
    Replay, Sequential, Trainer, Weights, datasets, nn::Layer,
};

const FEATURES: usize = 10_000;

/// Dropout as the layer of this index, and one weight for each of many features.
fn sieve(before: usize) -> Sequential {
    let linear = Sequential::builder(FEATURES).layers(vec![Activation::Linear; before]);
    let dense = Dense::new(1).kernel_initializer(Initializer::Zeros).without_bias();
    linear.layer(Dropout::new(0.25)).layer(dense).build(1).unwrap()
}

fn kernel(model: &Sequential) -> Vec<f32> {
    model.parameters().unwrap()[0].values().to_f32().into_owned()
}

/// What the only sample of ones moves each weight by in epochs of one step: nothing where its feature was dropped.
fn moves(model: Sequential, mut trainer: Trainer, epochs: usize) -> Vec<Vec<f32>> {
    let data = Dataset::new(Matrix::from_element(1, FEATURES, 1.0), Matrix::from_element(1, 1, 1.0)).unwrap();
    let mut model = model;
    let mut step = || {
        let before = kernel(&model);
        trainer.epoch(&mut model, &data).unwrap();
        kernel(&model).iter().zip(before).map(|(after, before)| after - before).collect()
    };
    (0..epochs).map(|_| step()).collect()
}

fn trainer(seed: u64) -> Trainer {
    Trainer::new(Loss::MeanSquaredError, Optimizer::sgd(1e-5)).batch_size(1).seed(seed)
}

fn kept(moves: &[Vec<f32>]) -> Vec<Vec<bool>> {
    moves.iter().map(|moves| moves.iter().map(|moved| *moved != 0.0).collect()).collect()
}

#[test]
fn a_share_of_the_values_is_dropped_and_the_rest_is_scaled() {
    let moved = moves(sieve(0), trainer(1), 1).remove(0);
    let dropped = moved.iter().filter(|moved| **moved == 0.0).count() as f64 / FEATURES as f64;
    // Four standard errors of a share.
    assert!((dropped - 0.25).abs() < 4.0 * (0.25 * 0.75 / FEATURES as f64).sqrt(), "{dropped}");
    // The gradient of (w x - 1)² at w = 0 is -2 x, with x = 1 / 0.75.
    let expected = 1e-5 * 2.0 / 0.75;
    assert!(moved.iter().all(|moved| *moved == 0.0 || (moved / expected - 1.0).abs() < 1e-6));
}

/// A step moves both kernels by the mask, times what the other one was.
#[test]
fn what_comes_before_learns_only_by_what_is_kept() {
    let layer = |units, value| Dense::new(units).kernel_initializer(Initializer::Constant(value)).without_bias();
    let network = Sequential::builder(1).layer(layer(FEATURES, 1.0)).layer(Dropout::new(0.25));
    let mut model = network.layer(layer(1, 0.25)).build(1).unwrap();
    let data = Dataset::new(Matrix::from_element(1, 1, 1.0), Matrix::from_element(1, 1, 0.0)).unwrap();
    trainer(1).epoch(&mut model, &data).unwrap();
    let [before, behind] = [("dense_1", 1.0), ("dense_2", 0.25)].map(|(layer, value)| {
        let kernel = Weights::of(&model).unwrap().get(layer, "kernel").unwrap().values().to_f64().into_owned();
        kernel.into_iter().map(|weight| weight - value).collect::<Vec<_>>()
    });
    let kept = behind.iter().filter(|moved| **moved != 0.0).count();
    assert!(kept > FEATURES / 2 && kept < FEATURES, "{kept}");
    assert!(before.iter().zip(&behind).all(|(before, behind)| (before - 0.25 * behind).abs() < 1e-5));
}

#[test]
fn the_same_seed_drops_the_same_values_and_nothing_else_does() {
    let of = |before, seed, epochs| kept(&moves(sieve(before), trainer(seed), epochs));
    let first = of(0, 1, 3);
    assert_eq!(of(0, 1, 3), first);
    let others = [&first[1], &first[2], &of(0, 2, 1)[0], &of(1, 1, 1)[0]];
    for (i, other) in others.into_iter().enumerate() {
        // Independent draws agree on 0.25² + 0.75² of the values.
        let agreed = first[0].iter().zip(other).filter(|(a, b)| a == b).count() as f64 / FEATURES as f64;
        assert!((agreed - 0.625).abs() < 4.0 * (0.625 * 0.375 / FEATURES as f64).sqrt(), "{i}: {agreed}");
    }
}

#[test]
fn a_run_that_goes_on_drops_what_it_would_have_dropped() {
    let whole = kept(&moves(sieve(0), trainer(1), 4));
    assert_eq!(kept(&moves(sieve(0), trainer(1).start_epoch(2), 2)), whole[2..]);
}

fn network(dropout: Option<f32>) -> Sequential {
    let hidden = Dense::new(8).name("hidden").activation(Activation::Tanh);
    let output = Dense::new(1).name("output").activation(Activation::Sigmoid);
    let hidden = Sequential::builder(2).layer(hidden);
    let rest = dropout.into_iter().fold(hidden, |network, rate| network.layer(Dropout::new(rate)));
    // From the same weights, whatever the index of the output layer.
    let model = rest.layer(output.kernel_initializer(Initializer::Constant(0.1))).build(3).unwrap();
    assert_eq!(model.parameters().unwrap().len(), 4, "dropout has no parameters");
    model
}

fn trained(mut model: Sequential) -> (Sequential, Vec<Metrics>) {
    let data = datasets::moons(60, 0.1, 1);
    let mut trainer = Trainer::new(Loss::BinaryCrossEntropy, Optimizer::adam(0.01)).batch_size(16).seed(5);
    let metrics = (0..3).map(|_| trainer.epoch(&mut model, &data).unwrap()).collect();
    (model, metrics)
}

#[test]
fn a_rate_of_0_changes_nothing_not_even_the_order_of_the_samples() {
    let ((with, logged), (without, expected)) = (trained(network(Some(0.0))), trained(network(None)));
    assert_eq!(Weights::of(&with).unwrap(), Weights::of(&without).unwrap());
    assert_eq!(logged, expected);
}

#[test]
fn a_replay_is_that_of_the_network_without_it() {
    let data = datasets::moons(60, 0.1, 1);
    let (with, _) = trained(network(Some(0.5)));
    let without = network(None).with_weights(&Weights::of(&with).unwrap()).unwrap();
    let (inputs, targets) = (data.inputs(), data.targets());
    let loss = Loss::BinaryCrossEntropy;
    assert_eq!(with.predict(inputs).unwrap(), without.predict(inputs).unwrap());
    assert_eq!(with.losses(inputs, targets, loss).unwrap(), without.losses(inputs, targets, loss).unwrap());
    assert_eq!(with.gradients(inputs, targets, loss).unwrap(), without.gradients(inputs, targets, loss).unwrap());
    assert_eq!(with.forward(inputs, 0..2).unwrap(), with.forward(inputs, 0..1).unwrap());
    let hidden = with.forward(inputs, 0..1).unwrap();
    assert_eq!(with.pre_activation(&hidden, 1).unwrap(), hidden, "it has no activation");

    let mut replay = Replay::options().dataset(&data).in_memory();
    replay.record(&with, Metrics::new()).unwrap();
    let asked = |replay: &Replay| replay.at(0).unwrap().outputs().unwrap();
    assert_eq!(asked(&replay), asked(&replay));
    assert_eq!(asked(&replay), without.predict(inputs).unwrap());
}

#[test]
fn it_may_stand_first_last_and_in_a_row() {
    let dense = || Layer::from(Dense::new(1).activation(Activation::Sigmoid));
    let half = || Layer::from(Dropout::new(0.5));
    let data = datasets::moons(60, 0.1, 1);
    for layers in [vec![half(), dense()], vec![dense(), half()], vec![half(), half(), dense(), half(), half()]] {
        let network = Sequential::builder(2).layers(layers);
        let mut model = network.build(1).unwrap();
        let before = Weights::of(&model).unwrap();
        let mut trainer = Trainer::new(Loss::BinaryCrossEntropy, Optimizer::sgd(0.1)).seed(1);
        let metrics = trainer.epoch(&mut model, &data).unwrap();
        assert!(metrics.get("loss").unwrap().is_finite());
        assert_ne!(Weights::of(&model).unwrap(), before);
    }
}

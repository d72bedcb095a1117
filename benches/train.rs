//! What an epoch of training costs, beside the same by hand and by plain nalgebra, without recording and with it, and how
//! it grows with the samples and the width of the layers.
//!
//! ```text
//! cargo bench --bench train
//! ```

mod common;

use std::hint::black_box;

use common::{article, limit, naive, network};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use training_replay::{Activation, Dataset, Initializer, Loss, Optimizer, Replay, Sequential, Trainer, datasets};

const RATE: f32 = 0.05;

/// The article's.
fn trainer() -> Trainer {
    Trainer::new(Loss::BinaryCrossEntropy, Optimizer::sgd(RATE)).batch_size(16)
}

/// That all sides train alike: they arrive at the same weights after an epoch in the data's order.
fn check(model: &Sequential, trainer: Trainer, data: &Dataset, batch_size: usize) {
    let (mut trained, mut layers) = (model.clone(), naive::layers(model));
    let metrics = trainer.shuffle(false).epoch(&mut trained, data).unwrap();
    let order: Vec<usize> = (0..data.samples()).collect();
    let (loss, accuracy) = naive::epoch(&mut layers, data, &order, batch_size, RATE);
    for (ours, theirs) in naive::layers(&trained).iter().zip(&layers) {
        assert!((&ours.kernel - &theirs.kernel).amax() < 1e-5, "both train alike");
    }
    let close = |name, expected: f32| (metrics.get(name).unwrap() - f64::from(expected)).abs() < 1e-3;
    assert!(close("loss", loss) && close("accuracy", accuracy), "{metrics:?} {loss} {accuracy}");
}

/// 2,000 samples through 2-2-1 in batches of 16.
fn small(c: &mut Criterion) {
    let (data, model) = (datasets::parabola(1_000, 13), article(Activation::Sigmoid));
    check(&model, trainer(), &data, 16);
    let mut group = c.benchmark_group("2-2-1");
    group.throughput(Throughput::Elements(data.samples() as u64));
    group.bench_function("epoch", |b| {
        let (mut model, mut trainer) = (model.clone(), trainer());
        b.iter(|| trainer.epoch(&mut model, &data).unwrap());
    });
    let folder = tempfile::tempdir().unwrap();
    let file = Replay::options().create(folder.path().join("bench.replay")).unwrap();
    for (name, mut replay) in [("recorded in memory", Replay::options().in_memory()), ("recorded in a file", file)] {
        let (mut model, mut trainer) = (model.clone(), trainer());
        group.bench_function(BenchmarkId::new("epoch", name), |b| {
            b.iter(|| {
                let metrics = trainer.epoch(&mut model, &data).unwrap();
                replay.record(&model, metrics).unwrap()
            });
        });
    }
    let order: Vec<usize> = (0..data.samples()).map(|i| (i * 727) % data.samples()).collect();
    group.bench_function("naive nalgebra", |b| {
        let mut layers = naive::layers(&model);
        b.iter(|| naive::epoch(&mut layers, &data, &order, 16, RATE));
    });
    let (x, y) = data.inputs().as_slice().split_at(data.samples());
    let by_hand = |weights| limit::train(weights, RATE, x, y, data.targets().numbers().unwrap().as_slice());
    let mut trained = model.clone();
    trainer().shuffle(false).epoch(&mut trained, &data).unwrap();
    let pairs = limit::weights(&trained).into_iter().zip(by_hand(limit::weights(&model)));
    assert!(pairs.into_iter().all(|(ours, theirs)| (ours - theirs).abs() < 1e-5), "both train alike");
    group.bench_function("limit, neither shuffled nor scored", |b| {
        let mut weights = limit::weights(&model);
        b.iter(|| weights = by_hand(black_box(weights)));
    });
    group.finish();
}

/// 1,280 samples through 784-512-256-10 in batches of 64; and as many multiply-adds alone.
fn wide(c: &mut Criterion) {
    let model = network(&[784, 512, 256, 10], Activation::Relu, Activation::Softmax);
    let inputs = Initializer::Uniform { limit: 1.0 }.matrix(1_280, 784, 13).unwrap();
    let classes: Vec<usize> = (0..1_280).map(|sample| sample * 7 % 10).collect();
    let data = Dataset::from_labels(inputs, &classes).unwrap();
    let trainer = || Trainer::new(Loss::CategoricalCrossEntropy, Optimizer::sgd(RATE)).batch_size(64);
    check(&model, trainer(), &data, 64);
    let mut group = c.benchmark_group("784-512-256-10");
    group.throughput(Throughput::Elements(data.samples() as u64)).sample_size(10);
    group.bench_function("epoch", |b| {
        let (mut model, mut trainer) = (model.clone(), trainer());
        b.iter(|| trainer.epoch(&mut model, &data).unwrap());
    });
    let order: Vec<usize> = (0..data.samples()).map(|i| (i * 727) % data.samples()).collect();
    group.bench_function("naive nalgebra", |b| {
        let mut layers = naive::layers(&model);
        b.iter(|| naive::epoch(&mut layers, &data, &order, 64, RATE));
    });
    // Forward, gradients, and what is handed back to every layer but the first.
    let count = 1_280 * (2 * 784 * 512 + 3 * (512 * 256 + 256 * 10));
    group.bench_function("limit", |b| b.iter(|| limit::multiply_adds(black_box(count))));
    group.finish();
}

/// Ten times as many samples, layers or parameters.
fn growth(c: &mut Criterion) {
    let mut group = c.benchmark_group("growth");
    group.sample_size(10);
    for samples in [200, 2_000, 20_000, 200_000] {
        let (data, mut model) = (datasets::parabola(samples / 2, 13), article(Activation::Sigmoid));
        let mut trainer = trainer();
        group.bench_function(BenchmarkId::new("samples of an epoch", samples), |b| {
            b.iter(|| trainer.epoch(&mut model, &data).unwrap());
        });
    }
    for units in [3, 10, 32, 100, 316, 1_000] {
        let mut model = network(&[units, units, 1], Activation::Tanh, Activation::Sigmoid);
        let inputs = Initializer::Uniform { limit: 1.0 }.matrix(640, units, 13).unwrap();
        let data = Dataset::new(inputs, datasets::parabola(320, 13).targets().numbers().unwrap().clone()).unwrap();
        let mut trainer = trainer().batch_size(64);
        group.bench_function(BenchmarkId::new("kernel of a layer trained on", units * units), |b| {
            b.iter(|| trainer.epoch(&mut model, &data).unwrap());
        });
    }
    group.finish();
}

criterion_group!(benches, small, wide, growth);
criterion_main!(benches);

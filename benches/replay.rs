//! What it costs to ask: a fine grid beside the same by hand and by plain nalgebra, the questions of the article, all its
//! epochs on one thread and on two, and how cost grows with points, epochs and layers.
//!
//! ```text
//! cargo bench --bench replay
//! ```

mod common;

use std::{hint::black_box, time::Instant};

use common::{article, grid, limit, naive, network, size};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use training_replay::{
    Activation, Dataset, Forward, Loss, Matrix, Metrics, Optimizer, Parameter, Replay, Trainer, Weights,
    analysis::{
        DecisionBoundary, FeatureSpace, Grid, LayerFilter, MilestoneOptions, PrincipalPlane, Quantity, VerifyOptions,
        View,
    },
    datasets,
    nalgebra::SymmetricEigen,
};

const HIDDEN: [Activation; 3] = [Activation::Sigmoid, Activation::Tanh, Activation::Relu];

fn data() -> Dataset {
    datasets::parabola(1_000, 13)
}

/// The article's run: epochs 0 to 150.
fn recorded() -> Replay {
    let (data, mut model) = (data(), article(Activation::Sigmoid));
    let mut trainer = Trainer::new(Loss::BinaryCrossEntropy, Optimizer::sgd(0.05)).batch_size(16);
    let mut replay = Replay::options().dataset(&data).in_memory();
    replay.record(&model, Metrics::new()).unwrap();
    for _ in 0..150 {
        let metrics = trainer.epoch(&mut model, &data).unwrap();
        replay.record(&model, metrics).unwrap();
    }
    replay
}

/// A million points through 2-2-1.
fn points(c: &mut Criterion) {
    let points = grid(size(1_000, 64));
    let (x, y) = points.as_slice().split_at(points.nrows());
    let mut group = c.benchmark_group("grid");
    group.throughput(Throughput::Elements(points.nrows() as u64)).sample_size(30);
    for hidden in HIDDEN {
        let model = article(hidden);
        naive::check(&model, &points);
        let mut outputs = Matrix::zeros(0, 0);
        group.bench_function(BenchmarkId::new("forward_into", hidden), |b| {
            b.iter(|| model.forward_into(&points, 0..2, &mut outputs).unwrap());
        });
        let (weights, mut values) = (limit::weights(&model), vec![0.0; points.nrows()]);
        limit::forward(hidden, weights, x, y, &mut values);
        let ours = model.forward(&points, 0..2).unwrap();
        assert!(ours.iter().zip(&values).all(|(a, b)| (a - b).abs() < 1e-5), "both compute the same");
        group.bench_function(BenchmarkId::new("limit", hidden), |b| {
            b.iter(|| limit::forward(hidden, weights, x, y, black_box(&mut values)));
        });
        let layers = naive::layers(&model);
        group.bench_function(BenchmarkId::new("naive nalgebra", hidden), |b| {
            b.iter(|| naive::forward(&layers, black_box(&points)));
        });
    }
    group.finish();
}

/// One epoch asked in the ways of the article.
fn questions(c: &mut Criterion) {
    let replay = recorded();
    let snapshot = replay.at(60).unwrap();
    let grid = Grid::default();
    let mut group = c.benchmark_group("one epoch");
    group.bench_function("snapshot", |b| b.iter(|| replay.at(black_box(60)).unwrap()));
    group.bench_function("probabilities", |b| b.iter(|| snapshot.outputs().unwrap()));
    group.bench_function("losses", |b| b.iter(|| snapshot.losses(Loss::BinaryCrossEntropy).unwrap()));
    group.bench_function("gradients", |b| b.iter(|| snapshot.gradients(Loss::BinaryCrossEntropy).unwrap()));
    let activations = || snapshot.distributions(Quantity::activations(), &LayerFilter::default()).unwrap();
    group.bench_function("distributions of activations", |b| b.iter(activations));
    let violin = activations().swap_remove(0).distribution;
    group.bench_function("density on 100 points", |b| b.iter(|| violin.density(100).unwrap()));
    group.bench_function("feature space", |b| b.iter(|| snapshot.feature_space("hidden", &grid).unwrap()));
    group
        .bench_function("decision boundary", |b| b.iter(|| snapshot.decision_boundary(View::inputs(), &grid).unwrap()));
    group.finish();
}

/// All 151 epochs of the article, a thread alone and two of them.
fn runs(c: &mut Criterion) {
    let replay = recorded();
    let fine = Grid::default().points(size(1_000, 30));
    let loss = Loss::BinaryCrossEntropy;
    let mut group = c.benchmark_group("151 epochs");
    group.sample_size(10);
    for threads in [1, 2] {
        group.bench_function(BenchmarkId::new("feature space of a million points, in patches", threads), |b| {
            b.iter(|| {
                let run = replay.run().unwrap().threads(threads);
                run.map_with(FeatureSpace::default, |space, at| {
                    space.update_with(at.model(), "hidden", at.dataset()?, &fine, |patch| {
                        black_box(patch);
                        Ok(())
                    })
                })
            });
        });
        group.bench_function(BenchmarkId::new("feature space of a million points", threads), |b| {
            b.iter(|| {
                let run = replay.run().unwrap().threads(threads);
                run.map_with(FeatureSpace::default, |space, at| {
                    space.update(at.model(), "hidden", at.dataset()?, &fine)
                })
            });
        });
        group.bench_function(BenchmarkId::new("decision boundary of a million points", threads), |b| {
            b.iter(|| {
                let run = replay.run().unwrap().threads(threads);
                run.map_with(DecisionBoundary::default, |map, at| map.update(at.model(), View::inputs(), &fine))
            });
        });
    }
    let run = || replay.run().unwrap().threads(1);
    group.bench_function("probabilities", |b| b.iter(|| run().map(|at| at.outputs()).unwrap()));
    group.bench_function("losses", |b| b.iter(|| run().map(|at| at.losses(loss)).unwrap()));
    group.bench_function("gradients", |b| b.iter(|| run().map(|at| at.gradients(loss)).unwrap()));
    let options = MilestoneOptions::default().loss(loss);
    group.bench_function("milestones", |b| b.iter(|| run().milestones(&options).unwrap()));
    group.bench_function("sample history", |b| b.iter(|| run().sample_history(loss).unwrap()));
    group.bench_function("verify", |b| b.iter(|| run().verify(&VerifyOptions::default().loss(loss)).unwrap()));
    group.bench_function("principal plane", |b| b.iter(|| run().principal_plane("hidden").unwrap()));
    group.finish();
}

/// Ten times as many points, epochs or layers.
fn growth(c: &mut Criterion) {
    let model = article(Activation::Sigmoid);
    let mut group = c.benchmark_group("growth");
    group.sample_size(10);
    for side in size(&[10, 32, 100, 316, 1_000, 3_162][..], &[10, 32]).iter().copied() {
        let (data, grid) = (data(), Grid::default().points(side));
        let mut space = FeatureSpace::default();
        group.bench_function(BenchmarkId::new("points of a feature space", side * side), |b| {
            b.iter(|| space.update(&model, "hidden", &data, &grid).unwrap());
        });
    }
    let replay = recorded();
    for epochs in [1, 10, 100] {
        group.bench_function(BenchmarkId::new("epochs of probabilities", epochs), |b| {
            b.iter(|| replay.run().unwrap().threads(1).epochs(0..epochs).map(|at| at.outputs()).unwrap());
        });
    }
    let inputs = Matrix::from_fn(size(10_000, 10), 100, |i, j| ((7 * i + 13 * j) % 101) as f32 / 101.0);
    for layers in [1, 10, 100] {
        let deep = network(&vec![100; layers + 1], Activation::Tanh, Activation::Tanh);
        let mut outputs = Matrix::zeros(0, 0);
        group.bench_function(BenchmarkId::new("layers of 100 units", layers), |b| {
            b.iter(|| deep.forward_into(&inputs, 0..layers, &mut outputs).unwrap());
        });
    }
    group.finish();
}

/// 10-5x100-1, the network of the article's second part; and as many multiply-adds alone.
fn deep(c: &mut Criterion) {
    let model = network(&[10, 100, 100, 100, 100, 100, 1], Activation::Tanh, Activation::Sigmoid);
    let inputs = Matrix::from_fn(size(100_000, 100), 10, |i, j| ((7 * i + 13 * j) % 101) as f32 / 50.0 - 1.0);
    naive::check(&model, &inputs);
    let mut group = c.benchmark_group("deep");
    group.throughput(Throughput::Elements(inputs.nrows() as u64)).sample_size(10);
    let mut outputs = Matrix::zeros(0, 0);
    group.bench_function("forward_into", |b| b.iter(|| model.forward_into(&inputs, 0..6, &mut outputs).unwrap()));
    let layers = naive::layers(&model);
    group.bench_function("naive nalgebra", |b| b.iter(|| naive::forward(&layers, black_box(&inputs))));
    let count = inputs.nrows() * (10 * 100 + 4 * 100 * 100 + 100);
    group.bench_function("limit", |b| b.iter(|| limit::multiply_adds(black_box(count as u64))));
    group.finish();
}

/// The two axes of 2,000 units, beside all 2,000 of them, of 2,500 points whose variance falls from axis to axis.
fn wide(c: &mut Criterion) {
    let units = size(2_000, 20);
    let mixed = |i: usize| (i as u32).wrapping_mul(2_654_435_761) >> 8;
    let noise = |i: usize| f64::from(mixed(i) ^ mixed(i + 77) >> 5) / f64::from(1_u32 << 24) - 0.5;
    let points = Matrix::from_fn(2_500, units, |i, j| (noise(i * units + j) / (1.0 + j as f64).sqrt()) as f32);
    let mut group = c.benchmark_group("principal plane of 2,000 units");
    group.sample_size(10);
    group.bench_function("two axes", |b| b.iter(|| PrincipalPlane::of(&points).unwrap()));
    group.bench_function("all axes, by nalgebra", |b| {
        b.iter(|| {
            let mut centered = points.map(f64::from);
            let means = centered.row_mean();
            centered.row_iter_mut().for_each(|mut row| row -= &means);
            SymmetricEigen::new(centered.tr_mul(&centered))
        });
    });
    group.finish();
}

/// The loss at 100 x 100 points of the plane of a path, beside as many passes of the same samples, and as many losses, with the
/// weights of one epoch; on one thread each.
fn landscape(c: &mut Criterion) {
    let (replay, loss, side) = (recorded(), Loss::BinaryCrossEntropy, size(100, 5));
    let run = replay.run().unwrap().threads(1);
    let path = run.weight_path().unwrap();
    let (plane, grid) = (path.plane().unwrap(), path.grid(0.2).points(side));
    let snapshot = replay.at(60).unwrap();
    let (model, inputs) = (snapshot.model(), snapshot.dataset().unwrap().inputs());
    let mut outputs = Matrix::zeros(0, 0);
    // In turns, since the machine's speed goes up and down.
    let mut spent = [0.0; 3];
    for _ in 0..size(20, 1) {
        let mut time = |which: usize, ask: &mut dyn FnMut()| {
            let start = Instant::now();
            ask();
            spent[which] += start.elapsed().as_secs_f64();
        };
        time(0, &mut || drop(black_box(run.loss_surface(plane, &grid, loss).unwrap())));
        time(1, &mut || {
            (0..side * side).for_each(|_| model.forward_into(black_box(inputs), 0..2, &mut outputs).unwrap());
        });
        time(2, &mut || (0..side * side).for_each(|_| drop(black_box(snapshot.losses(loss).unwrap()))));
    }
    let [surface, passes, losses] = spent;
    println!(
        "a surface takes {:.2} times as many forward passes, {:.2} times as many losses",
        surface / passes,
        surface / losses
    );
    let mut group = c.benchmark_group("landscape");
    group.sample_size(10);
    group.bench_function("path of 151 epochs", |b| b.iter(|| run.weight_path().unwrap()));
    group.bench_function("surface", |b| b.iter(|| run.loss_surface(plane, &grid, loss).unwrap()));
    group.bench_function("as many forward passes", |b| {
        b.iter(|| {
            (0..side * side).for_each(|_| model.forward_into(black_box(inputs), 0..2, &mut outputs).unwrap());
        });
    });
    group.bench_function("as many losses", |b| {
        b.iter(|| (0..side * side).map(|_| black_box(&snapshot).losses(loss).unwrap()[0]).sum::<f32>());
    });
    group.finish();
    let wide =
        |epoch: usize| Matrix::from_fn(1_000, size(1_000, 10), |i, j| ((i * 7 + j * 13 + epoch * epoch) % 101) as f32);
    let mut replay = Replay::options().in_memory();
    for epoch in 0..20 {
        let kernel = Parameter::from_matrix("wide", "kernel", &wide(epoch));
        replay.record(&Weights::from_iter([kernel]), Metrics::new()).unwrap();
    }
    let mut group = c.benchmark_group("landscape of a million weights");
    group.sample_size(10);
    group.bench_function("path of 20 epochs", |b| b.iter(|| replay.recorded_weights().weight_path().unwrap()));
    group.finish();
}

criterion_group!(benches, points, questions, runs, growth, deep, wide, landscape);
criterion_main!(benches);

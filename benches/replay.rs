//! What the questions of the article cost on one snapshot of its network.
//!
//! ```text
//! cargo bench --bench replay
//! ```

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use training_replay::{Activation, Dense, Loss, Metrics, Replay, Sequential, analysis::Grid, datasets};

fn replay() -> Replay {
    let data = datasets::parabola(1_000, 13);
    let model = Sequential::builder(2)
        .layer(Dense::new(2).name("hidden").activation(Activation::Sigmoid))
        .layer(Dense::new(1).name("output").activation(Activation::Sigmoid))
        .build(42)
        .unwrap();
    let mut replay = Replay::options().dataset(&data).in_memory();
    replay.record(&model, Metrics::new()).unwrap();
    replay
}

fn questions(c: &mut Criterion) {
    let replay = replay();
    let snapshot = replay.at(0).unwrap();
    let grid = Grid::default();
    c.bench_function("snapshot", |b| b.iter(|| black_box(replay.at(0).unwrap())));
    c.bench_function("probabilities", |b| b.iter(|| snapshot.probabilities().unwrap()));
    c.bench_function("losses", |b| b.iter(|| snapshot.losses(Loss::BinaryCrossEntropy).unwrap()));
    c.bench_function("gradients", |b| b.iter(|| snapshot.gradients(Loss::BinaryCrossEntropy).unwrap()));
    c.bench_function("feature space", |b| b.iter(|| snapshot.feature_space("hidden", &grid).unwrap()));
    c.bench_function("decision boundary", |b| b.iter(|| snapshot.decision_boundary(&grid).unwrap()));
}

criterion_group!(benches, questions);
criterion_main!(benches);

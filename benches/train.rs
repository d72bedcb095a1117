//! What an epoch of the article's training costs, without recording and with it.
//!
//! ```text
//! cargo bench --bench train
//! ```

use criterion::{Criterion, criterion_group, criterion_main};
use training_replay::{Activation, Dense, Loss, Optimizer, Replay, Sequential, Trainer, datasets};

fn epochs(c: &mut Criterion) {
    let data = datasets::parabola(1_000, 13);
    let model = || {
        Sequential::builder(2)
            .layer(Dense::new(2).activation(Activation::Sigmoid))
            .layer(Dense::new(1).activation(Activation::Sigmoid))
            .build(42)
            .unwrap()
    };
    let trainer = || Trainer::new(Loss::BinaryCrossEntropy, Optimizer::sgd(0.05)).batch_size(16);
    c.bench_function("epoch of 2,000 samples", |b| {
        let (mut model, mut trainer) = (model(), trainer());
        b.iter(|| trainer.epoch(&mut model, &data).unwrap());
    });
    c.bench_function("epoch of 2,000 samples, recorded in memory", |b| {
        let (mut model, mut trainer) = (model(), trainer());
        let mut replay = Replay::options().in_memory();
        b.iter(|| {
            let metrics = trainer.epoch(&mut model, &data).unwrap();
            replay.record(&model, metrics).unwrap()
        });
    });
}

criterion_group!(benches, epochs);
criterion_main!(benches);

//! How long pictures take: an epoch's figure as PNG and SVG, a frame of an animation, the plots of a run, a page.
//!
//! ```text
//! cargo bench --features plot --bench plot
//! ```

use std::{hint::black_box, io};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use training_replay::{
    Activation, Dense, Loss, Metrics, Optimizer, Replay, Sequential, Trainer, datasets,
    plot::{Animation, Page, RunPlots},
};

const EPOCHS: u64 = 32;

/// The article's network on its 2,000 points, for some epochs.
fn recorded() -> Replay {
    let data = datasets::parabola(1_000, 13);
    let layers = [
        Dense::new(2).name("hidden").activation(Activation::Tanh),
        Dense::new(1).name("output").activation(Activation::Sigmoid),
    ];
    let network = Sequential::builder(2).layers(layers);
    let mut model = network.build(42).expect("two layers");
    let mut trainer = Trainer::new(Loss::BinaryCrossEntropy, Optimizer::sgd(0.05)).batch_size(16).seed(42);
    let mut replay = Replay::options().dataset(&data).loss(Loss::BinaryCrossEntropy).in_memory();
    for _ in 0..EPOCHS {
        let metrics = trainer.epoch(&mut model, &data).expect("a step");
        replay.record(&model, metrics).expect("memory");
    }
    replay.record(&model, Metrics::new()).expect("memory");
    replay
}

fn pictures(c: &mut Criterion) {
    let replay = recorded();
    let plots = RunPlots::of(replay.run().unwrap()).expect("plots");
    let mut group = c.benchmark_group("1,440 x 720");
    group.sample_size(10);
    let figure = || plots.figure(20).expect("an epoch");
    group.bench_function("the figure of an epoch, computed", |b| b.iter(|| black_box(figure())));
    let figure = figure();
    group.bench_function("drawn as pixels", |b| b.iter(|| figure.to_rgb().expect("pixels")));
    group.bench_function("drawn as PNG", |b| b.iter(|| figure.to_png().expect("a PNG")));
    group.bench_function("drawn as SVG", |b| b.iter(|| figure.to_svg().expect("an SVG")));
    group.throughput(Throughput::Elements(plots.epochs().len() as u64));
    for (name, threads) in [("frames of an animation, one thread", 1), ("frames of an animation, two threads", 2)] {
        group.bench_function(name, |b| {
            b.iter(|| {
                let animation = Animation::of(plots.epochs()).threads(threads);
                animation.write(io::sink(), |epoch| plots.figure(epoch)).expect("a GIF");
            });
        });
    }
}

fn runs(c: &mut Criterion) {
    let replay = recorded();
    let plots = || RunPlots::of(replay.run().unwrap()).expect("plots");
    let mut group = c.benchmark_group("2,000 samples, 33 epochs");
    group.sample_size(10);
    group.bench_function("the plots of a run: the limits of their axes", |b| b.iter(|| plots().epochs().len()));
    let plots = plots();
    group.bench_function("a page", |b| {
        b.iter(|| Page::new("").run("", &plots).expect("a run").to_html().expect("a page").len());
    });
}

criterion_group!(benches, pictures, runs);
criterion_main!(benches);

//! How long pictures take: an epoch's figure as PNG and SVG, a frame of an animation, the passes of a page.
//!
//! ```text
//! cargo bench --features plot --bench plot
//! ```

mod common;

use std::{hint::black_box, io};

use common::size;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use training_replay::{
    Activation, Dense, Loss, Metrics, Optimizer, Replay, Sequential, Trainer, datasets,
    plot::{Animation, Page, PageSource, RunPlots},
};

/// The article's network, trained on so many points of each class for so many epochs.
fn recorded(hidden: Activation, points: usize, epochs: u64) -> Replay {
    let data = datasets::parabola(points, 13);
    let layers =
        [Dense::new(2).name("hidden").activation(hidden), Dense::new(1).name("output").activation(Activation::Sigmoid)];
    let mut model = Sequential::builder(2).layers(layers).build(42).expect("two layers");
    let mut trainer = Trainer::new(Loss::BinaryCrossEntropy, Optimizer::sgd(0.05)).batch_size(16).seed(42);
    let mut replay = Replay::options().dataset(&data).loss(Loss::BinaryCrossEntropy).in_memory();
    replay.record(&model, Metrics::new()).expect("memory");
    for _ in 0..epochs {
        let metrics = trainer.epoch(&mut model, &data).expect("a step");
        replay.record(&model, metrics).expect("memory");
    }
    replay
}

fn pictures(c: &mut Criterion) {
    let replay = recorded(Activation::Tanh, 1_000, size(32, 20));
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

/// The article's page, of three runs, and that of one long run of many samples: reading the runs, and writing the page.
fn pages(c: &mut Criterion) {
    let article =
        [Activation::Sigmoid, Activation::Tanh, Activation::Relu].map(|hidden| recorded(hidden, 1_000, size(150, 5)));
    let long = [recorded(Activation::Tanh, 2_500, size(1_000, 5))];
    for (name, replays) in [
        ("a page of three runs of 2,000 samples and 151 epochs", &article[..]),
        ("a page of a run of 5,000 samples and 1,001 epochs", &long[..]),
    ] {
        let mut group = c.benchmark_group(name);
        group.sample_size(10);
        group.bench_function("the limits of the axes", |b| b.iter(|| plots(replays).len()));
        let plots = plots(replays);
        group.bench_function("what is shown on them", |b| b.iter(|| black_box(page(&plots))));
        let page = page(&plots);
        group.bench_function("written as HTML", |b| b.iter(|| page.to_html().expect("a page").len()));
    }
}

fn plots(replays: &[Replay]) -> Vec<RunPlots<'_, Sequential>> {
    replays.iter().map(|replay| RunPlots::of(replay.run().expect("a network")).expect("plots")).collect()
}

fn page(plots: &[RunPlots<'_, Sequential>]) -> Page {
    let mut page = Page::new("").source(PageSource::Arrays);
    for (i, plots) in plots.iter().enumerate() {
        page.run(format!("run {i}"), plots).expect("a run");
    }
    page
}

criterion_group!(benches, pictures, pages);
criterion_main!(benches);

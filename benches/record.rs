//! What recording an epoch costs beside writing the same bytes plainly, reading one beside reading them plainly, and how
//! both, and opening a recording, grow with the number of parameters and epochs; and what the probe adds.
//!
//! ```text
//! cargo bench --bench record
//! ```

use std::{
    fs::File,
    hint::black_box,
    io::{Read, Seek, Write},
    path::Path,
    time::Duration,
};

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use training_replay::{
    Activation, Dataset, Dense, Durability, Matrix, Metrics, Model, Parameter, Replay, ReplayOptions, Result,
    Sequential, Weights,
};

struct Flat(Vec<f32>);

impl Model for Flat {
    fn parameters(&self) -> Result<Vec<Parameter<'_>>> {
        Ok(vec![Parameter::new("layer", "kernel", [self.0.len()], &self.0)])
    }
}

/// What a trainer logs.
fn metrics() -> Metrics {
    Metrics::from([("loss", 0.5), ("accuracy", 0.9), ("learning_rate", 0.05)])
}

/// A recording with one epoch, so that only the cost of the next one is measured.
fn started(model: &Flat, folder: &Path) -> Replay {
    let options = Replay::options().durability(Durability::Never).overwrite(true);
    let mut replay = options.create(folder.join("bench.replay")).unwrap();
    replay.record(model, metrics()).unwrap();
    replay
}

/// One epoch into a file: nine parameters as the article's network has, up to ten million.
fn record(c: &mut Criterion) {
    let folder = tempfile::tempdir().unwrap();
    let mut group = c.benchmark_group("record");
    group.sample_size(20);
    for values in [9_usize, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000] {
        let model = Flat(vec![0.5; values]);
        let bytes: Vec<u8> = model.0.iter().flat_map(|value| value.to_le_bytes()).collect();
        group.throughput(Throughput::Bytes(4 * values as u64));
        group.bench_with_input(BenchmarkId::new("file", values), &model, |b, model| {
            let epoch = |replay: &mut Replay| replay.record(model, metrics()).unwrap();
            b.iter_batched_ref(|| started(model, folder.path()), epoch, BatchSize::PerIteration);
        });
        group.bench_with_input(BenchmarkId::new("write_all", values), &bytes, |b, bytes| {
            let file = || File::create(folder.path().join("bench.raw")).unwrap();
            b.iter_batched_ref(file, |file| file.write_all(black_box(bytes)).unwrap(), BatchSize::PerIteration);
        });
    }
    group.finish();
}

/// A network of `tanh` layers of these widths, and data for it.
fn network(widths: &[usize]) -> (Sequential, Dataset) {
    let layers = widths[1..].iter().map(|&units| Dense::new(units).activation(Activation::Tanh));
    let model = Sequential::builder(widths[0]).layers(layers).build(1).unwrap();
    let inputs = Matrix::from_fn(100, widths[0], |i, j| ((7 * i + 3 * j) % 13) as f32 / 13.0);
    (model, Dataset::new(inputs, Matrix::zeros(100, widths[widths.len() - 1])).unwrap())
}

/// An epoch of a network without a probe, with one, and the run of the network on it alone.
fn probe(c: &mut Criterion) {
    let folder = tempfile::tempdir().unwrap();
    let mut group = c.benchmark_group("probe");
    group.sample_size(20);
    for widths in [&[2, 2, 1][..], &[10, 30, 10, 2], &[10, 50, 50, 1], &[784, 512, 256, 10], &[1000, 2000, 2000, 2000]]
    {
        let (model, data) = network(widths);
        let begin = |options: ReplayOptions| {
            let options = options.dataset(&data).durability(Durability::Never).overwrite(true);
            let mut replay = options.create(folder.path().join("bench.replay")).unwrap();
            replay.record(&model, metrics()).unwrap();
            replay
        };
        let name = format!("{widths:?}");
        for (what, options) in
            [("without", Replay::options().without_probe()), ("every epoch", Replay::options().probe_every(1))]
        {
            group.bench_function(BenchmarkId::new(what, &name), |b| {
                let epoch = |replay: &mut Replay| replay.record(black_box(&model), metrics()).unwrap();
                b.iter_batched_ref(|| begin(options.clone()), epoch, BatchSize::PerIteration);
            });
        }
        let inputs = begin(Replay::options()).probe().inputs().unwrap().clone();
        group.bench_function(BenchmarkId::new("run alone", &name), |b| {
            b.iter(|| black_box(model.predict(black_box(&inputs)).unwrap()));
        });
    }
    group.finish();
}

/// One epoch out of a file, into memory that is there already.
fn read(c: &mut Criterion) {
    let folder = tempfile::tempdir().unwrap();
    let mut group = c.benchmark_group("read");
    group.sample_size(20);
    for values in [1_000_usize, 10_000_000] {
        let model = Flat(vec![0.5; values]);
        let (replay, mut weights) = (started(&model, folder.path()), Weights::default());
        let raw = folder.path().join("bench.raw");
        std::fs::write(&raw, vec![1; 4 * values]).unwrap();
        group.throughput(Throughput::Bytes(4 * values as u64));
        group.bench_function(BenchmarkId::new("read_into", values), |b| {
            b.iter(|| replay.recorded_weights().read_into(black_box(0), &mut weights).unwrap());
        });
        let (mut file, mut bytes) = (File::open(&raw).unwrap(), vec![0; 4 * values]);
        group.bench_function(BenchmarkId::new("read_exact", values), |b| {
            b.iter(|| {
                file.rewind().unwrap();
                file.read_exact(black_box(&mut bytes)).unwrap();
            });
        });
    }
    group.finish();
}

/// Recordings of more and more epochs, of 9 values each as the article's: the next epoch, any epoch, all of them.
fn length(c: &mut Criterion) {
    let folder = tempfile::tempdir().unwrap();
    let model = Flat(vec![0.5; 9]);
    let mut group = c.benchmark_group("growth");
    group.sample_size(10).warm_up_time(Duration::from_millis(100)).measurement_time(Duration::from_millis(500));
    for epochs in [100_u64, 1_000, 10_000, 100_000] {
        let path = folder.path().join(format!("{epochs}.replay"));
        let mut replay = Replay::options().durability(Durability::Never).create(&path).unwrap();
        (0..epochs).for_each(|_| assert!(replay.record(&model, metrics()).is_ok()));
        drop(replay);
        group.bench_with_input(BenchmarkId::new("open", epochs), &path, |b, path| {
            b.iter(|| Replay::open(path).unwrap());
        });
        let replay = Replay::open(&path).unwrap();
        group.bench_with_input(BenchmarkId::new("one epoch", epochs), &replay, |b, replay| {
            b.iter(|| replay.weights(black_box(epochs / 2)).unwrap());
        });
        let mut replay = Replay::append(&path).unwrap();
        group.bench_function(BenchmarkId::new("record", epochs), |b| {
            b.iter(|| replay.record(&model, metrics()).unwrap());
        });
    }
    group.finish();
}

criterion_group!(benches, record, probe, read, length);
criterion_main!(benches);

//! What recording an epoch costs beside writing the same bytes plainly, and how opening a recording and reading one epoch
//! out of it grow with the number of epochs.
//!
//! ```text
//! cargo bench --bench record
//! ```

use std::{fs::File, hint::black_box, io::Write};

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use training_replay::{Durability, Metrics, Model, Parameter, Replay, Result};

struct Flat(Vec<f32>);

impl Model for Flat {
    fn parameters(&self) -> Result<Vec<Parameter<'_>>> {
        Ok(vec![Parameter::new("layer", "kernel", [self.0.len()], &self.0)])
    }
}

fn metrics() -> Metrics {
    Metrics::from([("loss", 0.5), ("accuracy", 0.9)])
}

/// A recording with one epoch, so that only the cost of the next one is measured.
fn started(model: &Flat, folder: &std::path::Path) -> Replay {
    let options = Replay::options().durability(Durability::Never).overwrite(true);
    let mut replay = options.create(folder.join("bench.replay")).unwrap();
    replay.record(model, metrics()).unwrap();
    replay
}

fn record(c: &mut Criterion) {
    let folder = tempfile::tempdir().unwrap();
    let mut group = c.benchmark_group("record");
    for values in [41_usize, 1_000, 1_000_000] {
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

/// Recordings of more and more epochs, of 41 values each.
fn length(c: &mut Criterion) {
    let folder = tempfile::tempdir().unwrap();
    let model = Flat(vec![0.5; 41]);
    let mut group = c.benchmark_group("length");
    group.sample_size(10);
    for epochs in [100_u64, 10_000, 100_000] {
        let path = folder.path().join(format!("{epochs}.replay"));
        let mut replay = Replay::options().durability(Durability::Never).create(&path).unwrap();
        (0..epochs).for_each(|_| assert!(replay.record(&model, metrics()).is_ok()));
        replay.finish().unwrap();
        group.bench_with_input(BenchmarkId::new("open", epochs), &path, |b, path| {
            b.iter(|| Replay::open(path).unwrap());
        });
        let replay = Replay::open(&path).unwrap();
        group.bench_with_input(BenchmarkId::new("one epoch", epochs), &replay, |b, replay| {
            b.iter(|| replay.weights(black_box(epochs / 2)).unwrap());
        });
    }
    group.finish();
}

criterion_group!(benches, record, length);
criterion_main!(benches);

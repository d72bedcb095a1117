//! No model is given a whole data set at once: it would need its widest layer for every sample.
//!
//! A file of its own: what any other test has allocated would count too.

use std::{
    ops::Range,
    sync::atomic::{AtomicUsize, Ordering},
};

use peak_alloc::PeakAlloc;
use training_replay::{
    Activation, Backward, Dataset, Forward, Loss, Matrix, Metrics, Model, Parameter, Replay, Result, Targets, Weights,
    analysis::MilestoneOptions,
};

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

const LOSS: Loss = Loss::MeanSquaredError;

/// A mean over what a wide inner layer makes of each image, which is as much as a convolution keeps of it.
struct Wide {
    weight: f32,
    most: AtomicUsize,
    rows: Option<usize>,
}

impl Wide {
    const WIDTH: usize = 10_000;

    fn of(weight: f32, rows: Option<usize>) -> Self {
        Self { weight, most: AtomicUsize::new(0), rows }
    }
}

impl Model for Wide {
    fn parameters(&self) -> Result<Vec<Parameter<'_>>> {
        Ok(vec![Parameter::new("mean", "weight", [1, 1], vec![self.weight])])
    }
}

impl Forward for Wide {
    fn layers(&self) -> Vec<String> {
        vec!["mean".into()]
    }

    fn with_weights(&self, weights: &Weights) -> Result<Self> {
        let weight = weights.require("mean", "weight", &[1, 1])?.values().to_f64()[0];
        Ok(Self::of(weight as f32, self.rows))
    }

    fn forward(&self, inputs: &Matrix, layers: Range<usize>) -> Result<Matrix> {
        self.most.fetch_max(inputs.nrows(), Ordering::Relaxed);
        if layers.is_empty() {
            return Ok(inputs.clone());
        }
        let wide = Matrix::from_fn(inputs.nrows(), Self::WIDTH, |i, j| inputs[(i, j % inputs.ncols())]);
        let mean = wide.column_sum() / Self::WIDTH as f32;
        Ok(Matrix::from_column_slice(inputs.nrows(), 1, (mean * self.weight).as_slice()))
    }

    fn activation(&self, _: usize) -> Option<Activation> {
        Some(Activation::Linear)
    }

    fn rows_at_once(&self, width: usize) -> usize {
        self.rows.unwrap_or((1 << 18) / width)
    }

    fn as_backward(&self) -> Option<&dyn Backward> {
        Some(self)
    }
}

impl Backward for Wide {
    fn gradients(&self, inputs: &Matrix, targets: Targets<'_>, _: Loss) -> Result<Weights> {
        let outputs = self.forward(inputs, 0..1)?;
        let slopes = (&outputs - targets.numbers()?).component_mul(&(&outputs / self.weight));
        let gradient = 2.0 * slopes.sum() / inputs.nrows() as f32;
        Ok(Weights::from_iter([Parameter::new("mean", "weight", [1, 1], vec![gradient])]))
    }
}

fn images(count: usize) -> Dataset {
    let inputs = Matrix::from_fn(count, 784, |i, j| ((i * 31 + j * 17) % 101) as f32 / 101.0);
    Dataset::new(inputs, Matrix::from_fn(count, 1, |i, _| (i % 2) as f32)).unwrap()
}

#[test]
fn thousands_of_images_take_the_memory_of_some() {
    let data = images(3_000);
    let model = Wide::of(0.5, None);
    let mut replay = Replay::options().dataset(&data).loss(LOSS).in_memory();
    replay.record(&model, Metrics::new()).unwrap();
    drop(data);
    let run = replay.run_with(&model).threads(1);
    let before = MEMORY.current_usage();
    MEMORY.reset_peak_usage();
    let snapshot = run.at(0).unwrap();
    snapshot.evaluate(LOSS).unwrap();
    snapshot.gradients(LOSS).unwrap();
    snapshot.outputs().unwrap();
    run.milestones(&MilestoneOptions::default()).unwrap();
    let peak = (MEMORY.peak_usage() - before) as f64 / 1e6;
    println!("{peak:.0} MB");
    assert!(peak < 60.0, "{peak} MB: of all images the wide layer takes 120");
    assert!(snapshot.model().most.load(Ordering::Relaxed) <= 334);
}

#[test]
fn answers_are_the_same_in_parts_and_at_once() {
    let data = images(103);
    let mut replay = Replay::options().dataset(&data).loss(LOSS).in_memory();
    replay.record(&Wide::of(0.7, None), Metrics::new()).unwrap();
    let whole = Wide::of(0.7, Some(usize::MAX));
    let whole = replay.run_with(&whole).at(0).unwrap();
    for rows in [0, 1, 10, 50, 102, 103] {
        let parts = Wide::of(0.7, Some(rows));
        let parts = replay.run_with(&parts).at(0).unwrap();
        assert_eq!(parts.outputs().unwrap(), whole.outputs().unwrap());
        assert_eq!(parts.losses(LOSS).unwrap(), whole.losses(LOSS).unwrap());
        assert_eq!(parts.pre_activations().unwrap(), whole.pre_activations().unwrap());
        let gradient = |weights: Weights| weights.require("mean", "weight", &[1, 1]).unwrap().values().to_f64()[0];
        let (part, whole) = (gradient(parts.gradients(LOSS).unwrap()), gradient(whole.gradients(LOSS).unwrap()));
        assert!((part / whole - 1.0).abs() < 1e-5, "{part} {whole}");
        assert!(parts.model().most.load(Ordering::Relaxed) <= rows.max(1));
    }
}

//! Labels are never made a one-hot matrix of the whole data set, and outputs as wide as a vocabulary are computed some samples
//! at a time.

use std::ops::Range;

use peak_alloc::PeakAlloc;
use training_replay::{
    Dataset, Forward, Loss, Matrix, Metrics, Model, OutputKind, Parameter, Replay, Result, Weights,
    analysis::MilestoneOptions,
};

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

const LOSS: Loss = Loss::CategoricalCrossEntropy;
const VOCABULARY: usize = 50_257;

/// A model of five words at a time whose logits are its only weight.
struct Words(f32);

impl Model for Words {
    fn parameters(&self) -> Result<Vec<Parameter<'_>>> {
        Ok(vec![Parameter::new("words", "weight", [1], vec![self.0])])
    }
}

impl Forward for Words {
    fn layers(&self) -> Vec<String> {
        vec!["words".into()]
    }

    fn with_weights(&self, weights: &Weights) -> Result<Self> {
        Ok(Self(weights.require("words", "weight", &[1])?.values().to_f32()[0]))
    }

    fn forward(&self, inputs: &Matrix, _: Range<usize>) -> Result<Matrix> {
        Ok(Matrix::from_element(inputs.nrows(), inputs.ncols() * VOCABULARY, self.0))
    }

    fn output_kind(&self) -> Option<OutputKind> {
        Some(OutputKind::Logits)
    }
}

#[test]
fn a_thousand_words_of_a_large_vocabulary_take_the_memory_of_some_outputs() {
    let labels: Vec<u32> = (0..1_000).map(|word| word * 50 % VOCABULARY as u32).collect();
    let data = Dataset::from_class_labels(Matrix::zeros(200, 5), &labels, 5, VOCABULARY).unwrap();
    let model = Words(0.5);
    let before = MEMORY.current_usage();
    MEMORY.reset_peak_usage();
    let mut replay = Replay::options().dataset(&data).loss(LOSS).without_probe().in_memory();
    replay.record(&model, Metrics::new()).unwrap();
    let run = replay.run_with(&model).threads(1);
    let snapshot = run.at(0).unwrap();
    let evaluation = snapshot.evaluate(LOSS).unwrap();
    assert!((evaluation.loss - (VOCABULARY as f64).ln()).abs() < 1e-4, "{evaluation}");
    run.milestones(&MilestoneOptions::default()).unwrap();
    let peak = (MEMORY.peak_usage() - before) as f64 / 1e6;
    println!("{peak:.0} MB");
    assert!(peak < 120.0, "{peak} MB: one-hot, the targets alone take 201");
}

//! Classes by index, at one or several positions of each sample: every answer counts position by position, and the numbers
//! are numpy's and scipy's.
//!
//! ```python
//! import numpy as np
//! from scipy.special import log_softmax, softmax
//! k = np.arange(25); table = (((k*k*7 + 3*k) % 13) / 4 - 1.5).reshape(5, 5)
//! s, t = np.mgrid[0:4, 0:3]; x = (s*3 + t*2) % 5; z = table[x]
//! y = np.where((s + t) % 2 == 0, z.argmax(-1), (s + 2*t + s*t) % 5)
//! losses = -np.take_along_axis(log_softmax(z, -1), y[..., None], -1)[..., 0]
//! correct = (z.argmax(-1) == y).sum(); p = softmax(z, -1); own = np.take_along_axis(p, y[..., None], -1)[..., 0]
//! gradient = np.zeros((5, 5)); np.add.at(gradient, x, (p - np.eye(5)[y]) / 12)
//! ```

use std::ops::Range;

use training_replay::{
    Activation, Backward, ClassLabels, Dataset, Dense, Forward, Loss, Matrix, Metrics, Model, Optimizer, OutputKind,
    Parameter, Replay, Result, Sequential, Targets, Trainer, Weights,
    analysis::{
        DataCheck, EpochSummary, Grid, MilestoneOptions, SampleOutcomes, VerifyOptions, View, evaluate, position_losses,
    },
    export::{Table, Tables},
};

const LOSS: Loss = Loss::CategoricalCrossEntropy;
const WORDS: usize = 5;
const LABELS: [u32; 12] = [1, 2, 2, 1, 1, 2, 1, 1, 1, 3, 1, 3];

/// Which word follows which: the logits of the next one are a row of the table, at every position of a sentence.
#[derive(Clone)]
struct Bigrams {
    table: Vec<f32>,
    /// How many sentences it takes at once.
    rows: usize,
}

impl Bigrams {
    fn new() -> Self {
        Self { table: (0..25).map(|k| ((k * k * 7 + 3 * k) % 13) as f32 / 4.0 - 1.5).collect(), rows: usize::MAX }
    }
}

impl Model for Bigrams {
    fn parameters(&self) -> Result<Vec<Parameter<'_>>> {
        Ok(vec![Parameter::new("next", "table", [WORDS, WORDS], &self.table)])
    }

    fn as_forward(&self) -> Option<&dyn Forward> {
        Some(self)
    }
}

impl Forward for Bigrams {
    fn layers(&self) -> Vec<String> {
        vec!["next".into()]
    }

    fn with_weights(&self, weights: &Weights) -> Result<Self> {
        let table = weights.require("next", "table", &[WORDS, WORDS])?.values().to_f32().into_owned();
        Ok(Self { table, ..*self })
    }

    fn forward(&self, inputs: &Matrix, _: Range<usize>) -> Result<Matrix> {
        let logit = |row, column| self.table[inputs[(row, column / WORDS)] as usize * WORDS + column % WORDS];
        Ok(Matrix::from_fn(inputs.nrows(), inputs.ncols() * WORDS, logit))
    }

    fn output_kind(&self) -> Option<OutputKind> {
        Some(OutputKind::Logits)
    }

    fn rows_at_once(&self, _: usize) -> usize {
        self.rows
    }

    fn as_backward(&self) -> Option<&dyn Backward> {
        Some(self)
    }
}

impl Backward for Bigrams {
    fn gradients(&self, inputs: &Matrix, targets: Targets<'_>, loss: Loss) -> Result<Weights> {
        let slopes = loss.gradient_from_logits(&self.forward(inputs, 0..1)?, targets)?;
        let mut table = vec![0.0; self.table.len()];
        for row in 0..slopes.nrows() {
            for column in 0..slopes.ncols() {
                table[inputs[(row, column / WORDS)] as usize * WORDS + column % WORDS] += slopes[(row, column)];
            }
        }
        Ok(Weights::from_iter([Parameter::new("next", "table", [WORDS, WORDS], table)]))
    }
}

/// Four sentences of three words.
fn sentences() -> Dataset {
    let inputs = Matrix::from_fn(4, 3, |s, t| ((s * 3 + t * 2) % 5) as f32);
    Dataset::from_class_labels(inputs, &LABELS, 3, WORDS).unwrap()
}

fn recorded(data: &Dataset) -> Replay {
    let mut replay = Replay::options().dataset(data).loss(LOSS).in_memory();
    replay.record(&Bigrams::new(), Metrics::from([("loss", 1.54689621027329), ("accuracy", 0.5)])).unwrap();
    replay
}

fn expect_close(found: &[f32], expected: &[f64]) {
    assert_eq!(found.len(), expected.len());
    let close = |(found, expected): (&f32, &f64)| (f64::from(*found) - expected).abs() < 1e-6 * expected.abs().max(1.0);
    assert!(found.iter().zip(expected).all(close), "{found:?} {expected:?}");
}

const LOSSES: [f64; 12] = [
    0.9682563304656331,
    2.2972149122186796,
    0.9422227574884449,
    1.8998738171051048,
    0.9682563304656331,
    2.2972149122186796,
    0.989744370576508,
    1.8998738171051048,
    0.9682563304656331,
    2.692222757488445,
    0.989744370576508,
    1.6498738171051048,
];
const OWN: [f64; 12] = [
    0.37974461026192435,
    0.10053846260424686,
    0.3897605286755833,
    0.1495874934147691,
    0.37974461026192435,
    0.10053846260424686,
    0.37167168909898923,
    0.1495874934147691,
    0.37974461026192435,
    0.06773022406928642,
    0.37167168909898923,
    0.19207414356317368,
];
const GRADIENT: [f64; 25] = [
    0.0077928339526957624,
    -0.1550638474345189,
    0.057581687246120464,
    0.04484466311785134,
    0.04484466311785134,
    0.03757171246428646,
    -0.10472138515016845,
    0.005084778348038779,
    0.013821860585215813,
    0.04824303375262742,
    0.010163276674974629,
    0.05848561915079562,
    -0.14991025623262552,
    0.006164338906514382,
    0.07509702150034091,
    0.04801853589079341,
    -0.1292697933129744,
    0.037396873353692274,
    -0.03531479744253992,
    0.07916918151102864,
    0.006846742914538129,
    0.018611376848719715,
    -0.018373245220736113,
    -0.07204496265511894,
    0.06496008811259722,
];

#[test]
fn every_question_counts_position_by_position() {
    let (data, replay) = (sentences(), recorded(&sentences()));
    let (model, folder) = (Bigrams::new(), tempfile::tempdir().unwrap());
    for rows in [usize::MAX, 3, 1] {
        let model = Bigrams { rows, ..model.clone() };
        let run = replay.run_with(&model);
        let at = run.at(0).unwrap();
        let evaluation = at.evaluate(LOSS).unwrap();
        assert!((evaluation.loss - 1.54689621027329).abs() < 1e-6, "{evaluation}");
        assert_eq!(evaluation.accuracy, Some(0.5), "6 of 12 words");
        let means: Vec<f64> = LOSSES.chunks(3).map(|three| three.iter().sum::<f64>() / 3.0).collect();
        expect_close(&at.losses(LOSS).unwrap(), &means);
        expect_close(&position_losses(at.model(), &data, LOSS).unwrap(), &LOSSES);
        let gradient = at.gradients(LOSS).unwrap();
        expect_close(&gradient.require("next", "table", &[WORDS, WORDS]).unwrap().values().to_f32(), &GRADIENT);

        let confusion = at.confusion().unwrap();
        let expected = [[0, 0, 0, 0, 0], [0, 5, 0, 0, 2], [0, 0, 1, 0, 2], [0, 0, 1, 0, 1], [0, 0, 0, 0, 0]];
        assert_eq!(confusion.counts, expected);
        let predicted = at.predicted_classes().unwrap();
        assert_eq!(predicted.iter().zip(LABELS).filter(|(found, label)| **found == Some(*label as usize)).count(), 6);
        let histogram = at.probability_histogram(10).unwrap();
        let total = |counts: &[Vec<u64>]| counts.iter().flatten().sum::<u64>();
        assert_eq!((total(&histogram.correct), total(&histogram.misclassified)), (6, 6));
        assert_eq!(histogram.correct[1], [0, 0, 0, 5, 0, 0, 0, 0, 0, 0], "0.37 and 0.38");

        let history = run.sample_history(LOSS).unwrap();
        assert_eq!((history.samples(), history.losses.shape()), (12, (12, 1)));
        expect_close(history.losses.as_slice(), &LOSSES);
        let SampleOutcomes::Classification { probabilities, .. } = &history.outcomes else { panic!("classes") };
        expect_close(probabilities.as_slice(), &OWN);
        assert_eq!(history.learned_at(4).unwrap(), Some(0), "sample 1, position 1");

        let summary = EpochSummary::of(0, &model, &data, &MilestoneOptions::default().loss(LOSS)).unwrap();
        assert_eq!((summary.samples, summary.errors()), (12, Some(6)));
        let milestones = run.milestones(&MilestoneOptions::default()).unwrap().to_string();
        assert!(
            milestones.contains("6 positions are misclassified"),
            "four sentences of three positions: {milestones}"
        );
        let tables = Tables::of(&run).named("run").tables([Table::Milestones]).write_csv(folder.path()).unwrap();
        let table = std::fs::read_to_string(&tables.files[0]).unwrap();
        assert!(table.contains("6 positions are misclassified"), "{table}");
    }
}

#[test]
fn labels_come_back_from_a_recording_and_are_compared_with_others() {
    let data = sentences().with_class_names(["a", "\"b\"", "ç", "d/..", "e\n"]).unwrap();
    let (train, validation) = data.split(0.25, 3).unwrap();
    let mut replay = Replay::options().dataset(&train).named_dataset("validation", &validation).loss(LOSS).in_memory();
    replay.record(&Bigrams::new(), Metrics::new()).unwrap();
    let mut bytes = Vec::new();
    replay.write_to(&mut bytes).unwrap();
    let read = Replay::from_bytes(bytes).unwrap();
    assert_eq!(read.dataset().unwrap(), &train);
    assert_eq!(read.dataset().unwrap().to_string(), "3 samples of 3 positions, 3 features, 5 classes");
    let model = Bigrams::new();
    assert_eq!(read.run_with(&model).on("validation").unwrap().dataset().unwrap(), &validation);

    let verified = |data: &Dataset| {
        let mut bytes = Vec::new();
        replay.write_to(&mut bytes).unwrap();
        let replay = Replay::from_bytes(bytes).unwrap().with_dataset(data).unwrap();
        replay.run_with(&model).verify(&VerifyOptions::default()).unwrap().data
    };
    assert_eq!(verified(&train), DataCheck::Recorded);
    let mut other = train.targets().labels().unwrap().indices().to_vec();
    let was = other[4];
    other[4] = (was + 1) % 5;
    let other = Dataset::from_class_labels(train.inputs().clone(), &other, 3, WORDS).unwrap();
    let reason = format!("the label of sample 1 at position 1 is {}, recorded is {was}", (was + 1) % 5);
    assert_eq!(verified(&other), DataCheck::Other { reason });
}

#[test]
fn what_has_no_meaning_for_positions_is_an_error_that_says_so() {
    let (replay, model) = (recorded(&sentences()), Bigrams::new());
    let run = replay.run_with(&model);
    let at = run.at(0).unwrap();
    let positions = "the number of positions of a sample is 3; it must be 1, ";
    let boundary = at.decision_boundary(View::inputs(), &Grid::new(0.0..=1.0, 0.0..=1.0)).unwrap_err().to_string();
    assert!(boundary.starts_with(positions), "{boundary}");
    assert!(sentences().split_stratified(0.5, 1).unwrap_err().to_string().starts_with(positions));
    assert!(at.residuals().unwrap_err().to_string().contains("the kind of targets is classes by index"));
    assert!(at.losses(Loss::MeanSquaredError).unwrap_err().to_string().starts_with("the loss is mean_squared_error"));
    #[cfg(feature = "plot")]
    {
        let refused = training_replay::plot::RunPlots::of(replay.run_with(&model)).unwrap_err().to_string();
        assert!(refused.starts_with(positions), "{refused}");
    }
}

#[test]
fn dense_targets_of_several_positions_are_refused_at_every_door() {
    let dense = sentences().targets().to_matrix().unwrap().into_owned();
    let data = Dataset::new(sentences().inputs().clone(), dense.clone()).unwrap();
    let expected = "the sum of target row 0 is 3; it must be 1: categorical cross-entropy is of one class, or of shares in \
        them; 3 positions of 5 classes each are given by `Dataset::from_class_labels`";
    let model = Bigrams::new();
    let outputs = model.forward(data.inputs(), 0..1).unwrap();
    let mut replay = Replay::options().dataset(&data).loss(LOSS).in_memory();
    let mut without = Replay::options().dataset(&data).in_memory();
    without.record(&model, Metrics::new()).unwrap();
    let run = without.run_with(&model);
    let at = run.at(0).unwrap();
    let messages = [
        replay.record(&model, Metrics::new()).unwrap_err(),
        LOSS.per_sample_from_logits(&outputs, &dense).unwrap_err(),
        LOSS.gradient_from_logits(&outputs, &dense).unwrap_err(),
        evaluate(&model, &data, LOSS).unwrap_err(),
        at.losses(LOSS).unwrap_err(),
        at.gradients(LOSS).unwrap_err(),
        run.milestones(&MilestoneOptions::default().loss(LOSS)).unwrap_err(),
        run.sample_history(LOSS).unwrap_err(),
        evaluate(&Careless(Bigrams::new()), &data, LOSS).unwrap_err(),
    ];
    messages.into_iter().for_each(|message| assert_eq!(message.to_string(), expected));
}

/// A model that computes its losses itself, whatever the targets.
struct Careless(Bigrams);

impl Model for Careless {
    fn parameters(&self) -> Result<Vec<Parameter<'_>>> {
        self.0.parameters()
    }
}

impl Forward for Careless {
    fn layers(&self) -> Vec<String> {
        self.0.layers()
    }

    fn with_weights(&self, weights: &Weights) -> Result<Self> {
        self.0.with_weights(weights).map(Self)
    }

    fn forward(&self, inputs: &Matrix, layers: Range<usize>) -> Result<Matrix> {
        self.0.forward(inputs, layers)
    }

    fn output_kind(&self) -> Option<OutputKind> {
        Some(OutputKind::Logits)
    }

    fn losses(&self, inputs: &Matrix, _: Targets<'_>, _: Loss) -> Result<Vec<f32>> {
        Ok(vec![1.0; inputs.nrows()])
    }
}

#[test]
fn a_model_may_give_one_loss_for_each_sample_and_not_for_each_position() {
    let (data, model) = (sentences(), Careless(Bigrams::new()));
    assert_eq!(evaluate(&model, &data, Loss::Own).unwrap().loss, 1.0);
    let missing = position_losses(&model, &data, Loss::Own).unwrap_err().to_string();
    assert!(missing.starts_with("the recording holds no losses of positions"), "{missing}");
}

/// Three features, of which the class is the largest.
fn largest(samples: usize) -> (Matrix, Vec<u32>) {
    let inputs = Matrix::from_fn(samples, 3, |i, j| ((i * 7 + j * 11 + i * j * 3) % 17) as f32 / 17.0 - 0.5);
    let labels = inputs.row_iter().map(|row| row.transpose().argmax().0 as u32).collect();
    (inputs, labels)
}

#[test]
fn a_network_learns_from_labels_to_the_bit_what_it_learns_from_one_hot_targets() {
    let (inputs, labels) = largest(60);
    let of_labels = Dataset::from_class_labels(inputs.clone(), &labels, 1, 3).unwrap();
    let dense = Dataset::new(inputs, of_labels.targets().to_matrix().unwrap().into_owned()).unwrap();
    let train = |data: &Dataset| {
        let mut model = Sequential::builder(3).layer(Dense::new(3).activation(Activation::Softmax)).build(1).unwrap();
        let mut trainer = Trainer::new(LOSS, Optimizer::adam(0.05)).batch_size(7);
        let metrics: Vec<Metrics> = (0..5).map(|_| trainer.epoch(&mut model, data).unwrap()).collect();
        let evaluation = evaluate(&model, data, LOSS).unwrap();
        (model.clone(), metrics, evaluation, model.gradients(data.inputs(), data.targets(), LOSS).unwrap())
    };
    assert_eq!(train(&of_labels), train(&dense));
}

#[test]
fn a_network_of_logits_learns_several_positions_and_one_behind_a_softmax_is_refused() {
    let (inputs, labels) = largest(60);
    let twice: Vec<u32> = labels.iter().flat_map(|&label| [label, (label + 1) % 3]).collect();
    let data = Dataset::from_class_labels(inputs, &twice, 2, 3).unwrap();
    let mut model = Sequential::builder(3).layer(Dense::new(6)).logits().build(1).unwrap();
    let mut trainer = Trainer::new(LOSS, Optimizer::adam(0.1));
    let metrics = (0..60).map(|_| trainer.epoch(&mut model, &data).unwrap()).last().unwrap();
    assert!(metrics.get("accuracy").unwrap() > 0.85, "{metrics}");
    assert!(evaluate(&model, &data, LOSS).unwrap().accuracy.unwrap() > 0.85);
    let softmax = Sequential::builder(3).layer(Dense::new(6).activation(Activation::Softmax)).build(1).unwrap();
    for refused in [
        softmax.losses(data.inputs(), data.targets(), LOSS).unwrap_err(),
        softmax.gradients(data.inputs(), data.targets(), LOSS).unwrap_err(),
        Trainer::new(LOSS, Optimizer::sgd(0.1)).epoch(&mut softmax.clone(), &data).unwrap_err(),
    ] {
        assert!(
            refused.to_string().contains("positions of a sample is 2; it must be 1, behind a softmax"),
            "{refused}"
        );
    }
}

#[test]
fn labels_and_losses_that_do_not_fit_are_named() {
    let inputs = Matrix::zeros(2, 3);
    let message = |labels: &[u32], positions, classes| {
        Dataset::from_class_labels(inputs.clone(), labels, positions, classes).unwrap_err().to_string()
    };
    let beyond = "the label of sample 1 at position 0 is 9; it must be below 4, the number of classes";
    assert_eq!(message(&[0, 1, 9, 2], 2, 4), beyond);
    assert_eq!(message(&[0, 1, 2], 1, 4), "labels: expected shape [2, 1], found [3, 1]");
    let labels = ClassLabels::new([0, 1], 1, 4).unwrap();
    let refused = LOSS.per_sample(&Matrix::zeros(2, 3), &labels).unwrap_err().to_string();
    assert_eq!(refused, "outputs of labels: expected shape [2, 4], found [2, 3]");
}

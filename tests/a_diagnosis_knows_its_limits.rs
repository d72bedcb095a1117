//! A diagnosis says what it did not look at, and is no worse for odd runs: none, one, diverged, damaged, of other people's models.

use training_replay::{
    Activation, Dataset, Dense, Error, Forward, Loss, Matrix, Metrics, Model, Optimizer, Parameter, Replay, Result,
    Sequential, Trainer, Weights,
    analysis::{Diagnosis, DiagnosisOptions, Judgement, MilestoneKind as Kind},
    datasets,
};

const LOSS: Loss = Loss::BinaryCrossEntropy;

fn network(inputs: usize) -> Sequential {
    let layers = [Dense::new(8).activation(Activation::Tanh), Dense::new(1).activation(Activation::Sigmoid)];
    Sequential::builder(inputs).layers(layers).build(1).unwrap()
}

/// A recording of some epochs by Adam.
fn trained(data: &Dataset, epochs: u64, rate: f32) -> Replay {
    let mut model = network(data.features());
    let mut trainer = Trainer::new(LOSS, Optimizer::adam(rate));
    let mut replay = Replay::options().dataset(data).loss(LOSS).in_memory();
    replay.record(&model, Metrics::new()).unwrap();
    for _ in 0..epochs {
        let metrics = trainer.epoch(&mut model, data).unwrap();
        replay.record(&model, metrics).unwrap();
    }
    replay
}

fn diagnose(replay: &Replay) -> Diagnosis {
    replay.run().unwrap().diagnose(&DiagnosisOptions::default()).unwrap()
}

fn reason(diagnosis: &Diagnosis, kind: Kind) -> &str {
    &diagnosis.not_checked.iter().find(|left| left.kind == kind).unwrap_or_else(|| panic!("{diagnosis}")).reason
}

/// Every check is in exactly one of the three lists.
fn assert_complete(diagnosis: &Diagnosis) {
    for (kind, _) in DiagnosisOptions::checks() {
        let found = usize::from(diagnosis.of_kind(kind).count() > 0);
        let passed = diagnosis.passed.iter().filter(|passed| **passed == kind).count();
        let left = diagnosis.not_checked.iter().filter(|left| left.kind == kind).count();
        assert_eq!(found + passed + left, 1, "{kind}: {diagnosis}");
    }
}

#[test]
fn what_needs_a_second_epoch_data_or_a_loss_is_listed_with_the_reason() {
    let data = datasets::moons(100, 0.1, 7);
    let one = diagnose(&trained(&data, 0, 0.01));
    assert_complete(&one);
    assert_eq!(one.judgement(), Judgement::NotJudged);
    for kind in [Kind::Frozen, Kind::LargeSteps, Kind::SmallSteps, Kind::NoFall, Kind::NoLearning] {
        assert_eq!(reason(&one, kind), "a single recorded epoch shows no change");
    }

    let mut replay = Replay::options().in_memory(); // neither data nor a loss
    for _ in 0..2 {
        replay.record(&network(2), Metrics::new()).unwrap();
    }
    let found = diagnose(&replay);
    assert_complete(&found);
    assert!(reason(&found, Kind::NoFall).contains("no data set"), "{found}");
    assert_eq!(found.judgement(), Judgement::Failed, "nothing changes, and that needs no data");

    let replay = Replay::options().dataset(&data).in_memory(); // no epoch
    assert_complete(&diagnose(&replay));
    assert_eq!(diagnose(&replay).judgement(), Judgement::NotJudged);
}

#[test]
fn checks_can_be_left_out_required_and_limited_and_others_are_refused() {
    let replay = trained(&datasets::moons(100, 0.1, 7), 10, 0.02);
    let ask = |options: DiagnosisOptions| replay.run().unwrap().diagnose(&options);
    assert_eq!(ask(DiagnosisOptions::default()).unwrap().judgement(), Judgement::Passed);
    let required = ask(DiagnosisOptions::default().require([Kind::Overfitting])).unwrap();
    assert_eq!(required.judgement(), Judgement::NotJudged, "there are no validation data");
    let limited = ask(DiagnosisOptions::default().threshold(Kind::NoFall, 0.0)).unwrap();
    assert_eq!((limited.judgement(), limited.of_kind(Kind::NoFall).count()), (Judgement::Failed, 1));
    let without = ask(DiagnosisOptions::default().threshold(Kind::NoFall, 0.0).without(Kind::NoFall)).unwrap();
    assert_eq!((reason(&without, Kind::NoFall), without.judgement()), ("it was left out", Judgement::NotJudged));

    let refused = ask(DiagnosisOptions::default().threshold(Kind::NoFall, f64::NAN)).unwrap_err();
    assert!(matches!(refused, Error::Invalid { .. }), "{refused}");
    let refused = ask(DiagnosisOptions::default().without(Kind::AllCorrect)).unwrap_err().to_string();
    assert!(refused.contains(r#"is all correct; it must be one of ["diverged""#), "{refused}");
    let refused = ask(DiagnosisOptions::default().validation("test")).unwrap_err();
    assert!(matches!(refused, Error::Missing { .. }), "{refused}");
}

#[test]
fn a_run_that_diverges_fails_by_its_steps_and_odd_inputs_are_no_learning_rate() {
    let data = datasets::moons(100, 0.1, 7);
    let mut model = Sequential::builder(2).layer(Dense::new(1).name("output")).build(1).unwrap();
    let mut trainer = Trainer::new(Loss::MeanSquaredError, Optimizer::sgd(1e20));
    let mut replay = Replay::options().dataset(&data).loss(Loss::MeanSquaredError).in_memory();
    replay.record(&model, Metrics::new()).unwrap();
    for _ in 0..5 {
        let metrics = trainer.epoch(&mut model, &data).unwrap();
        replay.record(&model, metrics).unwrap();
    }
    let found = diagnose(&replay);
    assert_complete(&found);
    assert_eq!(found.of_kind(Kind::Diverged).count(), 1, "{found}");
    assert_eq!(found.of_kind(Kind::LargeSteps).next().unwrap().milestone.epoch, 1, "{found}");
}

#[test]
fn data_of_one_sample_one_class_or_one_feature_are_diagnosed() {
    let one = Dataset::from_rows(&[[1.0_f32, 2.0]], &[[1.0_f32]]).unwrap();
    let flat = Dataset::new(Matrix::zeros(50, 2), Matrix::zeros(50, 1)).unwrap();
    let wide = Dataset::new(
        Matrix::from_fn(50, 1, |row, _| 1e30 * row as f32),
        Matrix::from_fn(50, 1, |row, _| (row % 2) as f32),
    );
    for data in [one, flat, wide.unwrap()] {
        let found = diagnose(&trained(&data, 8, 0.01));
        assert_complete(&found);
        assert!(!found.to_string().contains("NaN"), "{found}");
    }
}

/// Of a foreign recording the weights and what was logged are known.
#[test]
fn weights_and_logged_losses_are_judged_without_a_model() {
    let mut replay = Replay::options().in_memory();
    for epoch in 0..12_u32 {
        let kernel = Parameter::new("block", "kernel", [1, 2], vec![1.0 + 0.1 * epoch as f32, 0.5]);
        let validation = if epoch < 6 { 1.0 - 0.1 * f64::from(epoch) } else { 0.5 + 0.1 * f64::from(epoch - 6) };
        let logged = [("loss", 1.0 / f64::from(epoch + 1)), ("val_loss", validation)];
        replay.record(&Weights::from_iter([kernel]), logged).unwrap();
    }
    let found = replay.recorded_weights().diagnose(&DiagnosisOptions::default()).unwrap();
    assert_complete(&found);
    let [overfitting] = &found.findings[..] else { panic!("{found}") };
    // The lowest of 0.5 is at epochs 5 and 6; at the end the median of 0.8, 0.9 and 1.0 counts.
    assert_eq!((overfitting.milestone.kind, overfitting.milestone.epoch), (Kind::Overfitting, 5));
    assert!((overfitting.milestone.evidence - 1.8).abs() < 1e-9, "{found}");
    assert!(reason(&found, Kind::DeadLayer).contains("`Replay::run_with`"), "{found}");
    let others = DiagnosisOptions::default().names("train", "test");
    let found = replay.recorded_weights().diagnose(&others).unwrap();
    assert_eq!(found.judgement(), Judgement::NotJudged, "nothing was logged by these names: {found}");
}

#[test]
fn steps_that_are_too_large_show_in_the_weights_alone() {
    let mut replay = Replay::options().in_memory();
    for (epoch, loss) in [0.7, 2.0, 3.0, 9.0].into_iter().enumerate() {
        let kernel = Parameter::new("block", "kernel", [1, 2], vec![10_f32.powf(epoch as f32), 0.5]);
        replay.record(&Weights::from_iter([kernel]), [("loss", loss)]).unwrap();
    }
    let found = replay.recorded_weights().diagnose(&DiagnosisOptions::default()).unwrap();
    let steps = found.of_kind(Kind::LargeSteps).next().unwrap_or_else(|| panic!("{found}"));
    // From (1, 0.5) to (10, 0.5).
    assert_eq!(steps.milestone.epoch, 1);
    assert!((steps.milestone.evidence - 9.0 / 1.25_f64.sqrt()).abs() < 1e-6, "{found}");
}

/// What standardizes to numbers that `f32` does not hold cannot be compared; features one by one can.
#[test]
fn validation_data_that_are_too_far_off_to_be_compared_are_said() {
    let near = Matrix::from_fn(60, 2, |row, column| if column == 0 { row as f32 } else { 1e-30 * (row % 7) as f32 });
    let targets = Matrix::from_fn(60, 1, |row, _| ((row * 7) % 13) as f32);
    let far = Dataset::new(near.map(|value| value * 1e30), targets.clone()).unwrap();
    let model = Sequential::builder(2).layer(Dense::new(1)).build(1).unwrap();
    let options = Replay::options().dataset(&Dataset::new(near, targets).unwrap()).named_dataset("validation", &far);
    let mut replay = options.loss(Loss::MeanSquaredError).in_memory();
    for _ in 0..3 {
        replay.record(&model, Metrics::new()).unwrap();
    }
    let found = diagnose(&replay);
    assert_complete(&found);
    assert_eq!(found.of_kind(Kind::ShiftedValidation).count(), 2, "{found}");
}

#[test]
fn the_same_is_found_on_any_number_of_threads_and_in_any_order_of_epochs() {
    let replay = trained(&datasets::moons(100, 0.1, 7), 12, 1e-5);
    let ask = |threads| replay.run().unwrap().threads(threads).diagnose(&DiagnosisOptions::default()).unwrap();
    assert_eq!((ask(1), ask(2)), (diagnose(&replay), diagnose(&replay)));
    let backwards = replay.run().unwrap().epochs((0..=12).rev());
    assert_eq!(backwards.diagnose(&DiagnosisOptions::default()).unwrap(), diagnose(&replay));
}

/// Four methods, as the README has them: it does not say what its activations are, and has no gradients.
#[derive(Clone)]
struct Line {
    kernel: Vec<f32>,
}

impl Model for Line {
    fn parameters(&self) -> Result<Vec<Parameter<'_>>> {
        Ok(vec![Parameter::new("line", "kernel", [2, 1], &self.kernel)])
    }
}

impl Forward for Line {
    fn layers(&self) -> Vec<String> {
        vec!["hidden".into(), "line".into()]
    }

    fn with_weights(&self, weights: &Weights) -> Result<Self> {
        Ok(Self { kernel: weights.require("line", "kernel", &[2, 1])?.values().to_f32().into_owned() })
    }

    fn forward(&self, inputs: &Matrix, range: std::ops::Range<usize>) -> Result<Matrix> {
        let doubled = if range.contains(&0) { inputs * 2.0 } else { inputs.clone() };
        let kernel = Matrix::from_column_slice(2, 1, &self.kernel);
        Ok(if range.contains(&1) { doubled * kernel } else { doubled })
    }
}

#[test]
fn a_model_that_says_little_is_judged_by_what_it_says() {
    let data = Dataset::new(
        Matrix::from_fn(60, 2, |row, column| ((row * (column + 3)) % 7) as f32 - 3.0),
        Matrix::from_fn(60, 1, |row, _| ((row * 3) % 7) as f32 - 3.0 + 50.0),
    )
    .unwrap();
    let line = |slope: f32| Line { kernel: vec![slope, 0.1] };
    let mut replay = Replay::options().dataset(&data).loss(Loss::MeanSquaredError).in_memory();
    for slope in [0.1, 0.2, 0.3, 0.4] {
        replay.record(&line(slope), Metrics::new()).unwrap();
    }
    let found = replay.run_with(&line(0.0)).diagnose(&DiagnosisOptions::default()).unwrap();
    assert_complete(&found);
    assert!(reason(&found, Kind::FlatStart).contains("`Forward::activation`"), "{found}");
    assert!(reason(&found, Kind::Vanishing).contains("`Forward::as_backward`"), "{found}");
    assert_eq!(found.of_kind(Kind::MissingBias).count(), 1, "all outputs are off by 50: {found}");
}

//! The milestones of a run are what was done to it: units that were killed are dead, units that were driven to the end of
//! their range saturated, gradients that were made small vanish, and a run that diverges says where.

mod common;

use common::{Reference, article_model};
use training_replay::{
    Activation, Dataset, Dense, Forward, Initializer, Loss, Matrix, Metrics, Optimizer, Parameter, Replay, Sequential,
    Trainer, Weights,
    analysis::{
        Caveat, DiagnosisOptions, EpochSummary, Grid, MilestoneKind, MilestoneOptions, Milestones, Subject,
        VerifyOptions, View,
    },
    datasets,
};

const LOSS: Loss = Loss::BinaryCrossEntropy;

fn network(inputs: usize, layers: &[Dense]) -> Sequential {
    Sequential::builder(inputs).layers(layers.iter().cloned()).build(3).unwrap()
}

fn dense(units: usize, name: &str, activation: Activation) -> Dense {
    Dense::new(units).name(name).activation(activation)
}

fn train(model: &mut Sequential, data: &Dataset, loss: Loss, optimizer: Optimizer, epochs: u64) -> Replay {
    let mut trainer = Trainer::new(loss, optimizer).batch_size(16).seed(3);
    let mut replay = Replay::options().dataset(data).loss(loss).in_memory();
    replay.record(model, Metrics::new()).unwrap();
    for _ in 0..epochs {
        let metrics = trainer.epoch(model, data).unwrap();
        replay.record(model, metrics).unwrap();
    }
    replay
}

fn milestones_of(replay: &Replay) -> Milestones {
    replay.run().unwrap().milestones(&MilestoneOptions::default()).unwrap()
}

fn unit(layer: &str, unit: usize) -> Subject {
    Subject::Unit { layer: layer.into(), unit }
}

/// deepreplay's recording of the article's sigmoid network: the article's prose, as rows. By numpy in float64, with
/// `t = load_file("tests/data/part1_sigmoid.safetensors")` and `s = lambda z: 1 / (1 + np.exp(-z))`, at every epoch `e`:
///
/// ```python
/// h = s(t["inputs"].astype(float) @ t["hidden.kernel"][e].astype(float) + t["hidden.bias"][e])
/// right = (s(h @ t["output.kernel"][e].astype(float) + t["output.bias"][e]) > .5) == (t["targets"] > .5)
/// ```
///
/// The last epoch at which not all are right is 98, for the negatives 64, for the positives 98. Keras logged an accuracy
/// of 1 for its epochs from 102 on, during which the weights still moved.
#[test]
fn the_articles_sigmoid_network_learns_when_numpy_says() {
    let replay = Reference::article().article_replay();
    let milestones = milestones_of(&replay);
    let found = (milestones.all_correct(), milestones.class_correct(0), milestones.class_correct(1));
    assert_eq!(found, (Some(99), Some(65), Some(99)));
    let logged = replay.curve("acc").unwrap();
    let last_below = logged.iter().rev().find(|(_, accuracy)| *accuracy < 1.0).unwrap().0;
    assert_eq!(last_below, 101);
    let best = milestones.best_loss().unwrap();
    assert_eq!((best.epoch, milestones.final_loss()), (150, Some(best.evidence)), "it falls to the end");
    let squashed = milestones.find(MilestoneKind::Squashed, &Subject::Layer("hidden".into())).unwrap();
    assert_eq!(squashed.epoch, 0, "small initial weights leave the sigmoids in their middle");
    let widened = milestones.find(MilestoneKind::Widened, &Subject::Layer("hidden".into())).unwrap();
    assert!(squashed.until.unwrap() < widened.epoch && widened.epoch < 99);
}

/// Every tenth epoch leads to a first of 100: 99 was not looked at.
#[test]
fn the_first_of_some_epochs_is_said_to_be_that_of_some() {
    const SOME: Caveat = Caveat::SomeEpochs { epochs: 16, of: 151 };
    let replay = Reference::article().article_replay();
    let of = |epochs: Vec<u64>| {
        let run = replay.run().unwrap().epochs(epochs);
        let options = DiagnosisOptions::default();
        let milestones = run.milestones(&MilestoneOptions::default()).unwrap();
        assert_eq!(run.diagnose(&options).unwrap().caveats.contains(&SOME), milestones.caveats.contains(&SOME));
        milestones
    };
    let tenths: Vec<u64> = (0..=150).step_by(10).collect();
    let some = of(tenths.clone());
    assert_eq!((some.all_correct(), &some.caveats[..]), (Some(100), &[SOME][..]));
    let sentence =
        "the answer is about 16 of 151 recorded epochs: what is first, last, most or fewest is so among them";
    assert_eq!(SOME.to_string(), sentence);
    let twice = tenths.iter().chain(tenths.iter().rev()).copied().collect::<Vec<_>>();
    assert!(
        replay.run().unwrap().epochs(twice).diagnose(&DiagnosisOptions::default()).unwrap().caveats.contains(&SOME)
    );
    assert_eq!(of((0..=150).collect()).caveats, []);
}

#[test]
fn a_relu_unit_killed_by_a_negative_bias_is_dead_from_that_epoch_on() {
    let data = datasets::parabola(200, 13);
    let kernel = Parameter::new("hidden", "kernel", [2, 2], vec![1.0_f32, -0.5, 0.25, 1.0]);
    let output = [
        Parameter::new("output", "kernel", [2, 1], vec![1.0_f32, -1.0]),
        Parameter::new("output", "bias", [1], vec![0.0_f32]),
    ];
    let mut replay = Replay::options().dataset(&data).loss(LOSS).in_memory();
    for epoch in 0..12 {
        let bias = if epoch < 7 { 0.5_f32 } else { -50.0 };
        let bias = Parameter::new("hidden", "bias", [2], vec![0.5_f32, bias]);
        let weights = Weights::from_iter([kernel.clone(), bias, output[0].clone(), output[1].clone()]);
        replay.record(&article_model(Activation::Relu, &weights), Metrics::new()).unwrap();
    }
    let milestones = milestones_of(&replay);
    let dead: Vec<_> = milestones.dead_units().collect();
    assert_eq!(dead.len(), 1);
    assert_eq!((dead[0].epoch, &dead[0].subject, dead[0].evidence), (7, &unit("hidden", 1), 400.0));
    // Of a model that does not say what its units' range is it cannot be said whether they are dead.
    let foreign = common::NoGradients(replay.at(0).unwrap().into_model());
    let other = replay.run_with(&foreign).milestones(&MilestoneOptions::default()).unwrap();
    assert_eq!(other.dead_units().count(), 0);
    assert!(other.to_string().contains("dead units of hidden were left out: `Forward::activation`"), "{other}");
    assert!(other.of_kind(MilestoneKind::Vanishing).next().is_none(), "it gives no gradients");
}

#[test]
fn units_of_zeros_that_can_be_less_are_not_dead() {
    let output = dense(1, "o", Activation::Sigmoid);
    let zeros = dense(3, "h", Activation::Tanh).kernel_initializer(Initializer::Zeros);
    let mut model = network(2, &[zeros, output]);
    let replay = train(&mut model, &datasets::moons(50, 0.1, 1), LOSS, Optimizer::sgd(0.0), 3);
    let milestones = milestones_of(&replay);
    assert_eq!(milestones.of_kind(MilestoneKind::Dead).count(), 0);
    assert_eq!(milestones.find(MilestoneKind::Squashed, &Subject::Layer("h".into())).unwrap().evidence, 0.0);
}

/// A sigmoid unit with a kernel of hundreds is a step: nearly every sample is at one of its ends.
#[test]
fn a_sigmoid_unit_with_a_huge_kernel_is_saturated_and_one_with_a_small_kernel_is_not() {
    let data = datasets::parabola(200, 13);
    let weights = Weights::from_iter([
        Parameter::new("hidden", "kernel", [2, 2], vec![900.0_f32, 0.1, 0.0, 0.1]),
        Parameter::new("hidden", "bias", [2], vec![0.0_f32, 0.0]),
        Parameter::new("output", "kernel", [2, 1], vec![1.0_f32, -1.0]),
        Parameter::new("output", "bias", [1], vec![0.0_f32]),
    ]);
    let mut replay = Replay::options().dataset(&data).in_memory();
    replay.record(&article_model(Activation::Sigmoid, &weights), Metrics::new()).unwrap();
    let milestones = milestones_of(&replay);
    let saturated: Vec<_> = milestones.saturated_units().map(|row| (row.epoch, row.subject.clone())).collect();
    assert_eq!(saturated, [(0, unit("hidden", 0))]);
    // sigmoid(900 x) is within 0.05 of an end unless |x| < ln(19) / 900 = 0.00327.
    let inputs = data.inputs().column(0);
    let share = inputs.iter().filter(|x| x.abs() >= 19_f32.ln() / 900.0).count() as f64 / 400.0;
    assert_eq!(milestones.saturated_units().next().unwrap().evidence, share);
}

/// Each of the sigmoid layers takes a factor of at least 4 from the gradient, and its small kernel more.
#[test]
fn gradients_vanish_in_deep_sigmoids() {
    let data = datasets::ball(10, 100, 13);
    let layers =
        (1..=4).map(|i| dense(20, &format!("h{i}"), Activation::Sigmoid)).chain([dense(1, "o", Activation::Sigmoid)]);
    let small: Vec<Dense> = layers.map(|layer| layer.kernel_initializer(Initializer::Normal { std: 0.05 })).collect();
    let mut replay = Replay::options().dataset(&data).loss(LOSS).in_memory();
    replay.record(&network(10, &small), Metrics::new()).unwrap();
    let milestones = milestones_of(&replay);
    let vanishing: Vec<_> = milestones.of_kind(MilestoneKind::Vanishing).map(|row| row.subject.to_string()).collect();
    assert_eq!(vanishing, ["h1", "h2", "h3", "h4"]);
    // The ratio is that of deepreplay's gradients: the root of the mean square of each kernel's.
    let gradients = replay.at(0).unwrap().gradients(LOSS).unwrap();
    let rms = |layer| {
        let g = gradients.get(layer, "kernel").unwrap().values().to_f64().into_owned();
        (g.iter().map(|g| g * g).sum::<f64>() / g.len() as f64).sqrt()
    };
    let row = milestones.find(MilestoneKind::Vanishing, &Subject::Layer("h2".into())).unwrap();
    assert!((row.evidence / (rms("h2") / rms("o")) - 1.0).abs() < 1e-12);
}

/// One input of 1, kernels of 0.01 and 100: with the slope s of the loss at the output, the first kernel's gradient is
/// 100 s and the second one's 0.01 s.
#[test]
fn gradients_explode_before_a_huge_kernel() {
    let one = |value: f32| Matrix::from_element(1, 1, value);
    let data = Dataset::new(one(1.0), one(0.0)).unwrap();
    let model = network(1, &[dense(1, "a", Activation::Linear), dense(1, "b", Activation::Linear)]);
    let weights = Weights::from_iter([
        Parameter::new("a", "kernel", [1, 1], vec![0.01_f32]),
        Parameter::new("a", "bias", [1], vec![0.0_f32]),
        Parameter::new("b", "kernel", [1, 1], vec![100.0_f32]),
        Parameter::new("b", "bias", [1], vec![0.0_f32]),
    ]);
    let mut replay = Replay::options().dataset(&data).loss(Loss::MeanSquaredError).in_memory();
    replay.record(&model.with_weights(&weights).unwrap(), Metrics::new()).unwrap();
    let milestones = milestones_of(&replay);
    let row = milestones.find(MilestoneKind::Exploding, &Subject::Layer("a".into())).unwrap();
    assert!((row.evidence - 10_000.0).abs() < 0.01, "{row}");
}

#[test]
fn a_run_with_a_huge_learning_rate_is_recorded_replayed_and_reported() {
    let data = datasets::parabola(200, 13);
    let mut model = network(2, &[dense(20, "hidden", Activation::Relu), dense(1, "output", Activation::Linear)]);
    let replay = train(&mut model, &data, Loss::MeanSquaredError, Optimizer::sgd(50.0), 20);
    assert_eq!(replay.epochs().len(), 21, "all of it is recorded");
    let bits = |weights: &Weights| -> Vec<u32> {
        weights.iter().flat_map(|p| p.values().to_f32().iter().map(|w| w.to_bits()).collect::<Vec<_>>()).collect()
    };
    assert_eq!(bits(&replay.weights(20).unwrap()), bits(&Weights::of(&model).unwrap()), "NaN and all");
    let milestones = milestones_of(&replay);
    let diverged = milestones.diverged().unwrap();
    assert!((1..=3).contains(&diverged.epoch), "{diverged}");
    let finite =
        |epoch| replay.weights(epoch).unwrap().iter().all(|p| p.values().to_f64().iter().all(|w| w.is_finite()));
    assert!(finite(diverged.epoch - 1) && !finite(diverged.epoch));
    assert!(matches!(&diverged.subject, Subject::Parameter { layer, .. } if layer == "hidden"), "{diverged}");
    assert_eq!(milestones.all_correct(), None);
    // Every other question has an answer too.
    let snapshot = replay.at(20).unwrap();
    assert!(snapshot.decision_boundary(View::inputs(), &Grid::default()).unwrap().boundary.is_empty());
    assert_eq!(snapshot.confusion().unwrap().undecided, [200, 200]);
    assert!(
        replay.run().unwrap().sample_history(Loss::MeanSquaredError).unwrap().flips(19, 20).unwrap().learned.is_empty()
    );
    assert!(replay.run().unwrap().verify(&VerifyOptions::default()).unwrap().holds());
}

#[test]
fn a_grid_is_covered_by_more_than_the_data() {
    let data = datasets::parabola(200, 13);
    let mut model = network(2, &[dense(2, "hidden", Activation::Tanh), dense(1, "output", Activation::Sigmoid)]);
    let replay = train(&mut model, &data, LOSS, Optimizer::sgd(0.05), 3);
    let coverage = |options: MilestoneOptions| {
        let snapshot = replay.at(3).unwrap();
        EpochSummary::of(3, snapshot.model(), &data, &options).unwrap().layers[0].coverage.unwrap()
    };
    let by_data = coverage(MilestoneOptions::default());
    let by_grid = coverage(MilestoneOptions::default().grid(Grid::default()));
    assert!(by_data < by_grid);
    // By hand: the mean over both units of half the distance between the extremes of their tanh.
    let hidden = replay.at(3).unwrap().model().forward(data.inputs(), 0..1).unwrap();
    let extent = |column: usize| f64::from(hidden.column(column).max() - hidden.column(column).min()) / 2.0;
    assert!((by_data - f64::midpoint(extent(0), extent(1))).abs() < 1e-6);
    let wrong = MilestoneOptions::default().grid(Grid::default());
    let wide = Dataset::new(Matrix::zeros(5, 3), Matrix::zeros(5, 1)).unwrap();
    let three = network(3, &[dense(2, "h", Activation::Tanh), dense(1, "o", Activation::Sigmoid)]);
    assert!(EpochSummary::of(0, &three, &wide, &wrong).is_err(), "a grid over two inputs, and three of them");
}

#[test]
fn without_a_loss_or_classes_what_needs_them_is_left_out() {
    let data = datasets::moons(50, 0.1, 1);
    let mut replay = Replay::options().dataset(&data).without_probe().in_memory(); // no loss noted
    replay
        .record(&network(2, &[dense(3, "h", Activation::Tanh), dense(1, "o", Activation::Sigmoid)]), Metrics::new())
        .unwrap();
    let milestones = milestones_of(&replay);
    assert!(milestones.final_loss().is_none() && milestones.of_kind(MilestoneKind::FinalErrors).count() == 1);
    let message = replay.run().unwrap().verify(&VerifyOptions::default()).unwrap_err().to_string();
    assert!(message.starts_with("the recording holds no loss to compare; give the one"), "{message}");
    let message = replay.run().unwrap().verify(&VerifyOptions::default().loss(LOSS)).unwrap_err().to_string();
    assert_eq!(message, "the recording holds no \"loss\" or \"accuracy\" that was logged; see `VerifyOptions::names`");

    let numbers = Dataset::new(data.inputs().clone(), data.inputs().columns(0, 1).map(f32::sin)).unwrap();
    let mut model = network(2, &[dense(3, "h", Activation::Tanh), dense(1, "o", Activation::Linear)]);
    let milestones = milestones_of(&train(&mut model, &numbers, Loss::MeanSquaredError, Optimizer::sgd(0.1), 5));
    assert!(milestones.all_correct().is_none() && milestones.of_kind(MilestoneKind::FinalErrors).count() == 0);
    assert!(milestones.final_loss().is_some());
}

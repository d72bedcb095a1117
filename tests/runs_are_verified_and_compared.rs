//! What was logged is verified against what the weights give, so that a wrong model or wrong data are found; two runs
//! are compared to the value in which they differ; and every sample has its history.

mod common;

use common::{NoGradients, Reference, article_model, assert_close};
use training_replay::{
    Activation, Dataset, Loss, Matrix, Metrics, Optimizer, Parameter, Replay, Trainer, Weights,
    analysis::{MilestoneOptions, SampleOutcomes, Verdict, VerifyOptions, evaluate},
};

const LOSS: Loss = Loss::BinaryCrossEntropy;

fn keras() -> VerifyOptions {
    VerifyOptions::default().names("loss", "acc")
}

#[test]
fn what_keras_logged_is_what_its_weights_give() {
    let replay = Reference::article().article_replay();
    let verification = replay.run().unwrap().verify(&keras()).unwrap();
    assert_eq!((verification.holds(), verification.checks.len()), (true, 300));
    assert_eq!(verification.share_of("loss"), 1.0);
    let foreign = NoGradients(replay.at(0).unwrap().into_model());
    assert_eq!(replay.run_with(&foreign).verify(&keras()).unwrap().checks.len(), 300);
    let backwards = replay.run().unwrap().epochs((0..=150).rev()).verify(&keras()).unwrap();
    assert_eq!(backwards, verification, "in whichever order the epochs are asked");
}

#[test]
fn a_wrong_activation_is_found() {
    let reference = Reference::article();
    let replay = reference.article_replay();
    for activation in [Activation::Tanh, Activation::Relu, Activation::HardSigmoid] {
        let wrong = article_model(activation, &reference.article_weights(0));
        let verification = replay.run_with(&wrong).verify(&keras()).unwrap();
        assert_eq!(verification.verdict(), Verdict::Differs, "{activation}");
        assert!(!verification.means_agree(), "{activation}: {}", verification.share());
    }
}

#[test]
fn wrong_preprocessing_of_the_data_is_found() {
    let reference = Reference::article();
    let data = reference.dataset();
    let (x, y) = (data.inputs().clone(), data.targets().numbers().unwrap().clone());
    let rolled = Matrix::from_fn(2_000, 2, |i, j| x[((i + 7) % 2_000, j)]);
    let swapped = Matrix::from_fn(2_000, 2, |i, j| x[(i, 1 - j)]);
    for (what, inputs) in
        [("halved", &x * 0.5), ("shifted", x.add_scalar(0.5)), ("rolled", rolled), ("swapped", swapped)]
    {
        let replay = reference.article_replay().with_dataset(&Dataset::new(inputs, y.clone()).unwrap()).unwrap();
        let verification = replay.run().unwrap().verify(&keras()).unwrap();
        assert_eq!(verification.verdict(), Verdict::OtherData, "{what}");
        assert!(!verification.means_agree(), "{what}");
    }
}

/// What is logged at the end of an epoch over all samples is recomputed to the last digit, and a slip of a percent shows.
#[test]
fn a_validation_loss_is_recomputed_exactly() {
    let reference = Reference::article();
    let data = reference.dataset();
    let mut model = article_model(Activation::Sigmoid, &reference.article_weights(0));
    let mut trainer = Trainer::new(LOSS, Optimizer::sgd(0.05)).batch_size(16);
    let mut replay = Replay::options().dataset(&data).loss(LOSS).in_memory();
    for _ in 0..5 {
        trainer.epoch(&mut model, &data).unwrap();
        let end = evaluate(&model, &data, LOSS).unwrap();
        let metrics = [("val_loss", end.loss), ("val_accuracy", end.accuracy.unwrap())];
        replay.record(&model, metrics).unwrap();
    }
    let options = VerifyOptions::default().names("val_loss", "val_accuracy").at_end().tolerance(0.0);
    let verification = replay.run().unwrap().verify(&options).unwrap();
    assert!(verification.holds() && verification.share() == 1.0);
    let slipped = Dataset::new(data.inputs() * 1.01, data.targets().numbers().unwrap().clone()).unwrap();
    let other = replay.with_dataset(&slipped).unwrap();
    let verification = other.run().unwrap().verify(&options.clone().tolerance(1e-4)).unwrap();
    assert_eq!((verification.verdict(), verification.means_agree()), (Verdict::OtherData, false));
}

/// A run of one parameter whose values are given.
fn run(first: u64, values: &[[f32; 2]]) -> Replay {
    let mut replay = Replay::options().in_memory();
    for (epoch, values) in (first..).zip(values) {
        let weights = Weights::from_iter([Parameter::new("a", "kernel", [2, 1], values.to_vec())]);
        replay.record_at(epoch, &weights, Metrics::new()).unwrap();
    }
    replay
}

#[test]
fn two_runs_differ_from_the_first_epoch_and_value_on_that_does() {
    let one = run(0, &[[1.0, 2.0], [1.5, 2.0], [2.0, 2.0], [2.5, 9.0]]);
    let other = run(1, &[[1.5, 2.0], [2.0, 2.25], [2.5, 1.0]]);
    let diff = one.recorded_weights().diff(&other, 0.0).unwrap();
    let (epoch, difference) = diff.first.unwrap();
    assert_eq!((epoch, difference.index, difference.values, difference.distance), (2, 1, (2.0, 2.25), 0.25));
    assert_eq!(diff.distances, [(1, 0.0), (2, 0.25), (3, 8.0)]);
    assert_eq!(diff.unmatched, (1, 0), "epoch 0 is in one of them only");
    assert_eq!(one.recorded_weights().diff(&other, 1.0).unwrap().first.unwrap().0, 3);
    assert_eq!(one.recorded_weights().diff(&one, 0.0).unwrap().first, None);
    assert!(one.recorded_weights().diff(&other, -0.5).is_err());
    assert!(one.recorded_weights().diff(&Reference::article().article_replay(), 0.0).is_err(), "another model");
}

/// The recording of deepreplay and one made here from the same initial weights, on the same order of samples, stay
/// within 2e-4 of each other; with another learning rate they differ from the first epoch on.
#[test]
fn a_run_repeated_here_stays_beside_keras() {
    let reference = Reference::article();
    let data = reference.dataset();
    let repeat = |rate| {
        let mut model = article_model(Activation::Sigmoid, &reference.article_weights(0));
        let mut trainer = Trainer::new(LOSS, Optimizer::sgd(rate)).batch_size(16).shuffle(false);
        let mut replay = Replay::options().in_memory();
        replay.record(&model, Metrics::new()).unwrap();
        for _ in 0..150 {
            let metrics = trainer.epoch(&mut model, &data).unwrap();
            replay.record(&model, metrics).unwrap();
        }
        replay
    };
    let keras = reference.article_replay();
    assert_eq!(keras.recorded_weights().diff(&repeat(0.05), 2e-4).unwrap().first, None);
    assert_eq!(keras.recorded_weights().diff(&repeat(0.06), 2e-4).unwrap().first.unwrap().0, 1);
}

#[test]
fn the_history_of_every_sample_is_deepreplays() {
    let reference = Reference::article();
    let replay = reference.article_replay();
    let history = replay.run().unwrap().sample_history(LOSS).unwrap();
    assert_eq!((history.samples(), history.epochs.len()), (2_000, 151));
    let SampleOutcomes::Classification { probabilities, correct } = &history.outcomes else {
        panic!("the targets are classes")
    };
    for (i, epoch) in [0, 80, 150].into_iter().enumerate() {
        let column = history.column(epoch).unwrap();
        let losses: Vec<f32> = history.losses.column(column).iter().take(200).copied().collect();
        assert_close("losses", &losses, &reference.entry("expected.bce_per_sample", i), 1e-5);
        let outputs = reference.entry("expected.predict_proba", i);
        let own = |(p, y): (&f32, &f32)| if *y == 1.0 { *p } else { 1.0 - *p };
        let expected: Vec<f32> = outputs.iter().zip(&reference.values("targets")).map(own).collect();
        let found: Vec<f32> = probabilities.column(column).iter().take(200).copied().collect();
        assert_close("probabilities", &found, &expected, 1e-5);
        let count = correct.column(column).iter().filter(|correct| **correct).count();
        assert_eq!(count as f32 / 2_000.0, reference.values("expected.accuracy")[i]);
    }
    let last = (0..2_000).filter_map(|sample| history.learned_at(sample).unwrap()).max();
    let milestones = replay.run().unwrap().milestones(&MilestoneOptions::default()).unwrap();
    assert_eq!(last, milestones.all_correct(), "the last sample that is learned makes all correct");
    assert!(history.never_learned().unwrap().is_empty());
    let flips = history.flips(0, 150).unwrap();
    assert_eq!(
        (flips.learned.len(), flips.forgotten.len()),
        (1_000, 0),
        "before training all are predicted as class 0"
    );
    let foreign = NoGradients(replay.at(0).unwrap().into_model());
    let other = replay.run_with(&foreign).epochs([0, 80]).sample_history(LOSS).unwrap();
    assert_eq!(other.epochs, [0, 80]);
    assert!(replay.run().unwrap().epochs([80, 0]).sample_history(LOSS).is_err(), "time does not run backwards");
}

/// The last epoch that there can be once overflowed, and a repeated one was judged twice, in two ways.
#[test]
fn an_epoch_that_is_chosen_twice_is_verified_once() {
    let data = training_replay::datasets::moons(20, 0.1, 7);
    let model = training_replay::Sequential::builder(2).layer(training_replay::Dense::new(1)).build(1).unwrap();
    let loss = training_replay::Loss::MeanSquaredError;
    let mut replay = Replay::options().dataset(&data).loss(loss).in_memory();
    for epoch in [0, 1, u64::MAX] {
        replay.record_at(epoch, &model, [("loss", 0.7)]).unwrap();
    }
    let checks = |epochs: &[u64]| {
        let run = replay.run().unwrap().epochs(epochs.iter().copied());
        run.verify(&VerifyOptions::default()).unwrap().checks
    };
    assert_eq!(checks(&[u64::MAX, 1, 1, 0, u64::MAX]), checks(&[0, 1, u64::MAX]));
}

//! The recording policy: which epochs, which steps within them, and how safely.

mod common;

use common::arrays::{Arrays, counted, file, same_bits};
use training_replay::{
    Activation, Dense, Durability, Error, Loss, Metrics, Moment, Optimizer, Replay, Sequential, Trainer, datasets,
};

#[test]
fn epochs_that_were_not_recorded_stay_gaps() {
    let mut replay = Replay::options().every(10).in_memory();
    for epoch in 0..=25 {
        assert_eq!(replay.record(&counted(epoch), [("loss", epoch as f64)]).unwrap(), epoch);
    }
    replay.record_at(37, &counted(37), Metrics::new()).unwrap();
    assert_eq!(replay.record(&counted(38), Metrics::new()).unwrap(), 38);
    assert_eq!(replay.epochs().collect::<Vec<_>>(), [0, 10, 20, 37]);
    assert_eq!(replay.curve("loss").unwrap(), [(0, 0.0), (10, 10.0), (20, 20.0)]);
    let message = replay.weights(15).unwrap_err().to_string();
    assert_eq!(message, "epoch 15 was not recorded; 4 epochs from 0 to 37 were, see `epochs`");
}

#[test]
fn every_durability_records_the_same() {
    let folder = tempfile::tempdir().unwrap();
    for (i, durability) in [Durability::Never, Durability::OnFinish, Durability::Every(2)].into_iter().enumerate() {
        let path = folder.path().join(format!("{i}.replay"));
        let mut replay = Replay::options().durability(durability).create(&path).unwrap();
        for epoch in 0..5 {
            replay.record(&counted(epoch), Metrics::new()).unwrap();
        }
        replay.finish().unwrap();
        assert_eq!(Replay::open(path).unwrap().epochs().len(), 5);
    }
}

#[test]
fn chosen_epochs_are_recorded_and_no_others() {
    let mut replay = Replay::options().epochs([0, 3, 4, 100]).in_memory();
    for epoch in 0..=10 {
        assert_eq!(replay.record(&counted(epoch), [("loss", epoch as f64)]).unwrap(), epoch);
    }
    assert_eq!(replay.epochs().collect::<Vec<_>>(), [0, 3, 4]);
    assert!(same_bits(&replay.weights(4).unwrap(), &counted(4)));
    let mut later = Replay::options().epochs([1]).every(5).in_memory();
    for epoch in 0..=10 {
        later.record(&counted(epoch), Metrics::new()).unwrap();
    }
    assert_eq!(later.epochs().collect::<Vec<_>>(), [0, 5, 10], "the later call holds");
}

#[test]
fn a_run_that_goes_on_keeps_to_the_policy_it_is_given() {
    let folder = tempfile::tempdir().unwrap();
    let mut replay = Replay::options().every(4).create(file(&folder)).unwrap();
    for epoch in 0..=5 {
        replay.record(&counted(epoch), Metrics::new()).unwrap();
    }
    drop(replay);
    let mut replay = Replay::options().every(2).append(file(&folder)).unwrap();
    let numbers: Vec<u64> = (0..4).map(|_| replay.record(&counted(0), Metrics::new()).unwrap()).collect();
    assert_eq!(numbers, [5, 6, 7, 8], "it goes on behind the last recorded epoch");
    assert_eq!(replay.epochs().collect::<Vec<_>>(), [0, 4, 6, 8]);
}

#[test]
fn steps_within_an_epoch_are_snapshots_of_their_own() {
    let folder = tempfile::tempdir().unwrap();
    let mut replay = Replay::options().create(file(&folder)).unwrap();
    replay.record(&counted(0), Metrics::new()).unwrap();
    for epoch in 1..=2 {
        for step in [7, 9] {
            let metrics = [("loss", f64::from(step))];
            assert!(replay.record_at((epoch, step), &counted(10 * epoch + u64::from(step)), metrics).unwrap());
        }
        replay.record(&counted(epoch), [("loss", 0.5)]).unwrap();
    }
    replay.record_at((3, 1), &counted(31), Metrics::new()).unwrap(); // killed in the third epoch
    drop(replay);

    let replay = Replay::append(file(&folder)).unwrap();
    assert_eq!(replay.epochs().collect::<Vec<_>>(), [0, 1, 2]);
    assert_eq!(replay.steps().iter().collect::<Vec<_>>(), [(1, 7), (1, 9), (2, 7), (2, 9), (3, 1)].map(Moment::from));
    assert_eq!(replay.curve("loss").unwrap(), [(1, 0.5), (2, 0.5)]);
    let at_steps =
        [((1, 7), 7.0), ((1, 9), 9.0), ((2, 7), 7.0), ((2, 9), 9.0)].map(|(at, loss)| (Moment::from(at), loss));
    assert_eq!(replay.steps().curve("loss").unwrap(), at_steps);
    assert_eq!(replay.steps().metric_names().collect::<Vec<_>>(), ["loss"]);
    assert!(same_bits(&replay.weights((2, 9)).unwrap(), &counted(29)));
    assert_eq!(replay.metrics((2, 9)).unwrap(), Metrics::from([("loss", 9.0)]));
    assert!(same_bits(&replay.weights(2).unwrap(), &counted(2)));
    assert!(replay.metrics((3, 1)).unwrap().is_empty());
    let message = replay.weights((2, 8)).unwrap_err().to_string();
    assert_eq!(message, "step 8 of epoch 2 was not recorded; 2 other steps of that epoch were, see `steps`");
}

#[test]
fn a_run_that_was_killed_within_an_epoch_repeats_it_and_its_steps_stay_as_they_were() {
    let folder = tempfile::tempdir().unwrap();
    let mut replay = Replay::options().create(file(&folder)).unwrap();
    replay.record(&counted(0), Metrics::new()).unwrap();
    for step in [1, 2] {
        replay.record_at((1, step), &counted(10 + u64::from(step)), Metrics::new()).unwrap();
    }
    drop(replay);
    let mut replay = Replay::append(file(&folder)).unwrap();
    let again: Vec<bool> =
        (1..=3).map(|step| replay.record_at((1, step), &counted(99), Metrics::new()).unwrap()).collect();
    assert_eq!(again, [false, false, true]);
    assert_eq!(replay.record(&counted(1), Metrics::new()).unwrap(), 1);
    assert_eq!(replay.steps().iter().collect::<Vec<_>>(), [(1, 1), (1, 2), (1, 3)].map(Moment::from));
    assert!(same_bits(&replay.weights((1, 2)).unwrap(), &counted(12)));
    assert!(same_bits(&replay.weights((1, 3)).unwrap(), &counted(99)));
}

/// Epochs 1 to 9 were left out, and so the last thing recorded was a step of epoch 10.
#[test]
fn a_run_that_was_killed_behind_a_step_goes_on_with_its_epoch() {
    let folder = tempfile::tempdir().unwrap();
    let mut replay = Replay::options().every(10).create(file(&folder)).unwrap();
    for epoch in 0..10 {
        replay.record(&counted(epoch), Metrics::new()).unwrap();
    }
    assert!(replay.record_at((10, 1), &counted(1), Metrics::new()).unwrap());
    drop(replay);
    let mut replay = Replay::append(file(&folder)).unwrap();
    assert_eq!(replay.record(&counted(10), Metrics::new()).unwrap(), 10);
}

#[test]
fn steps_out_of_order_are_refused() {
    let mut replay = Replay::options().in_memory();
    replay.record(&counted(0), Metrics::new()).unwrap();
    replay.record_at((4, 5), &counted(1), Metrics::new()).unwrap();
    let message = replay.record_at((4, 5), &counted(1), Metrics::new()).unwrap_err().to_string();
    let expected =
        "the next snapshot is step 5 of epoch 4; it must be later than step 5 of epoch 4, the last one recorded";
    assert_eq!(message, expected);
    assert_eq!(replay.record(&counted(1), Metrics::new()).unwrap(), 4, "the epoch that the step was of");
    assert!(replay.record_at((4, 6), &counted(2), Metrics::new()).is_err(), "it has ended");
    assert!(replay.record_at((5, 1), &counted(2), Metrics::new()).unwrap());
    assert_eq!(replay.steps().iter().collect::<Vec<_>>(), [(4, 5), (5, 1)].map(Moment::from));
}

#[test]
fn steps_are_recorded_as_often_as_was_asked_and_only_within_epochs_that_are() {
    let mut replay = Replay::options().every(2).every_step(3).in_memory();
    for epoch in 0..=4 {
        if epoch > 0 {
            for step in 1..=7 {
                let taken = epoch % 2 == 0 && step % 3 == 0;
                assert_eq!(replay.record_at((epoch, step), &counted(0), Metrics::new()).unwrap(), taken);
            }
        }
        replay.record(&counted(0), Metrics::new()).unwrap();
    }
    assert_eq!(replay.epochs().collect::<Vec<_>>(), [0, 2, 4]);
    assert_eq!(replay.steps().iter().collect::<Vec<_>>(), [(2, 3), (2, 6), (4, 3), (4, 6)].map(Moment::from));
}

#[test]
fn steps_of_a_trainer_are_replayed_like_epochs() {
    let data = datasets::parabola(20, 1); // 40 samples, 4 batches
    let mut model = Sequential::builder(2).layer(Dense::new(1).activation(Activation::Sigmoid)).build(1).unwrap();
    let mut trainer = Trainer::new(Loss::BinaryCrossEntropy, Optimizer::sgd(0.1)).batch_size(10);
    let mut replay = Replay::options().dataset(&data).in_memory();
    replay.record(&model, Metrics::new()).unwrap();
    let record =
        |step: training_replay::train::Step<'_>| replay.record_at((1, step.number()), step.model(), step.metrics());
    let metrics = trainer.epoch_with(&mut model, &data, record).unwrap();
    replay.record(&model, &metrics).unwrap();
    assert_eq!(replay.steps().iter().collect::<Vec<_>>(), [(1, 1), (1, 2), (1, 3), (1, 4)].map(Moment::from));
    let snapshots: Vec<_> = (1..=4).map(|step| replay.at((1, step)).unwrap()).collect();
    assert_eq!(snapshots[1].moment(), Moment::from((1, 2)));
    assert_ne!(snapshots[2].model(), snapshots[3].model());
    assert_eq!(snapshots[3].model(), &model);
    assert_eq!(snapshots[3].metrics().unwrap(), metrics, "the means over the whole epoch");
    assert_eq!(replay.run_with(&model).at((1, 4)).unwrap().model(), &model);
    assert_eq!(replay.at(1).unwrap().moment(), Moment::from(1));
}

#[test]
fn a_step_that_fails_ends_the_epoch_with_its_error() {
    let data = datasets::parabola(20, 1);
    let mut model = Sequential::builder(2).layer(Dense::new(1)).build(1).unwrap();
    let mut trainer = Trainer::new(Loss::MeanSquaredError, Optimizer::sgd(0.1)).batch_size(10);
    let mut steps = 0;
    let stopped = trainer.epoch_with(&mut model, &data, |step| {
        steps = step.number();
        if steps == 2 { Err(Error::other("enough")) } else { Ok(()) }
    });
    assert!(matches!(stopped, Err(Error::Other(_))));
    assert_eq!(steps, 2);
    let fresh = Trainer::new(Loss::MeanSquaredError, Optimizer::sgd(0.1)).batch_size(10);
    let [again, first] = [trainer, fresh].map(|mut trainer| {
        let mut model = model.clone();
        trainer.epoch(&mut model, &data).unwrap();
        model
    });
    assert_eq!(again, first, "the epoch did not count: the next one takes its order of samples");
}

#[test]
fn a_policy_or_a_step_that_makes_no_sense_is_refused() {
    let message = |result: training_replay::Result<()>| result.unwrap_err().to_string();
    let with = |options: training_replay::ReplayOptions| message(options.create("never").map(drop));
    assert!(with(Replay::options().every(0)).starts_with("`every` is 0"));
    assert!(with(Replay::options().every_step(0)).starts_with("`every_step` is 0"));
    assert!(with(Replay::options().epochs([])).starts_with("the number of `epochs` to record is 0"));
    assert!(!std::path::Path::new("never").exists());
    let mut replay = Replay::options().in_memory();
    let of_epoch_0 = replay.record_at((0, 1), &counted(0), Metrics::new()).map(drop);
    assert_eq!(message(of_epoch_0), "the epoch of a step is 0; it must be 1 or more; epoch 0 is before training");
    replay.record(&counted(0), Metrics::new()).unwrap();
    assert!(message(replay.record_at((1, 0), &counted(0), Metrics::new()).map(drop)).starts_with("the step is 0"));
    assert!(message(replay.weights((1, 0)).map(drop)).starts_with("the step is 0"));
    let of_another = replay.record_at((1, 1), &Arrays(vec![]), Metrics::new()).map(drop);
    assert!(message(of_another).contains(r#"without ["layer/kernel"]"#));
    let long = replay.record(&counted(1), [("x".repeat(4_097), 0.0)]).map(drop);
    assert_eq!(message(long), "the name of a metric is 4097 bytes; it must be at most 4096 bytes");
    assert_eq!(replay.steps().len(), 0);
}

#[test]
fn a_recording_has_no_more_different_metrics_than_a_reader_keeps_curves_for() {
    let mut replay = Replay::options().in_memory();
    let metrics = |range: std::ops::Range<u32>| range.map(|i| (i.to_string(), 0.0)).collect::<Metrics>();
    replay.record(&counted(0), metrics(0..4_000)).unwrap();
    let message = replay.record(&counted(1), metrics(3_000..4_097)).unwrap_err().to_string();
    assert_eq!(message, "the number of different metrics is 4097; it must be at most 4096 in a recording");
    assert_eq!(replay.record(&counted(1), metrics(3_000..4_096)).unwrap(), 1);
    assert_eq!(replay.metric_names().len(), 4_096);
}

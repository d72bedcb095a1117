//! A ring of steps records the way into what went wrong, and what was chosen anyway.

mod common;

use common::arrays::{Arrays, counted, file};
use training_replay::{
    AlarmCause, BackgroundRecorder, Dense, Error, Loss, Metrics, Moment, Optimizer, Replay, Result, Sequential,
    StepRing, Trainer, Values, Weights, datasets,
};

fn steps(replay: &Replay) -> Vec<(u64, u32)> {
    replay.steps().iter().map(|at| (at.epoch(), at.step().unwrap())).collect()
}

/// Epochs of ten steps each, the loss of every step as given.
fn run(ring: &mut StepRing, epochs: u64, loss: impl Fn(u64, u32) -> f64) {
    ring.record(&counted(0), Metrics::new()).unwrap();
    for epoch in 1..=epochs {
        for step in 1..=10 {
            ring.record_at((epoch, step), &counted(100 * epoch + u64::from(step)), [("loss", loss(epoch, step))])
                .unwrap();
        }
        assert_eq!(ring.record(&counted(epoch), Metrics::new()).unwrap(), epoch);
    }
}

#[test]
fn without_an_alarm_what_was_chosen_is_recorded_and_nothing_else() {
    for (size, every) in [(1, 4), (3, 4), (10, 5), (50, 1), (1_000, 20)] {
        let options = || Replay::options().every(2).every_step(every);
        let mut ring = StepRing::new(options().in_memory(), size).unwrap();
        let mut expected = options().in_memory();
        run(&mut ring, 5, |_, _| 0.5);
        expected.record(&counted(0), Metrics::new()).unwrap();
        for epoch in 1..=5 {
            for step in 1..=10 {
                let model = counted(100 * epoch + u64::from(step));
                expected.record_at((epoch, step), &model, [("loss", 0.5)]).unwrap();
            }
            expected.record(&counted(epoch), Metrics::new()).unwrap();
        }
        assert!(ring.alarms().is_empty());
        let (mut replay, mut bytes) = (ring.into_replay().unwrap(), [Vec::new(), Vec::new()]);
        assert_eq!(
            (steps(&replay), replay.epochs().collect()),
            (steps(&expected), expected.epochs().collect::<Vec<_>>())
        );
        for moment in replay.epochs().map(Moment::from).chain(replay.steps().iter()) {
            assert_eq!(replay.weights(moment).unwrap(), expected.weights(moment).unwrap());
            assert_eq!(replay.metrics(moment).unwrap(), expected.metrics(moment).unwrap());
        }
        assert_eq!(replay.record(&counted(6), Metrics::new()).unwrap(), 6);
        expected.record(&counted(6), Metrics::new()).unwrap();
        replay.write_to(&mut bytes[0]).unwrap();
        expected.write_to(&mut bytes[1]).unwrap();
        assert_eq!(bytes[0].len(), bytes[1].len());
    }
}

#[test]
fn the_last_steps_before_a_nan_are_recorded_also_those_of_the_epoch_before() {
    for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let mut ring = StepRing::new(Replay::options().every_step(5).in_memory(), 6).unwrap();
        run(&mut ring, 5, |epoch, step| if (epoch, step) >= (3, 2) { value } else { 0.5 });
        assert_eq!(ring.alarms().len(), 1, "NaN behind NaN is no news");
        assert_eq!(ring.alarms()[0].moment, (3, 2).into());
        let replay = ring.into_replay().unwrap();
        let chosen = (1..=5).flat_map(|epoch| [(epoch, 5), (epoch, 10)]);
        let mut expected: Vec<_> = chosen.chain([(2, 8), (2, 9), (3, 1), (3, 2)]).collect();
        expected.sort_unstable();
        assert_eq!(steps(&replay), expected, "six snapshots: steps 8, 9, 10 and the end of epoch 2, steps 1 and 2");
        assert_eq!(replay.epochs().collect::<Vec<_>>(), [0, 1, 2, 3, 4, 5]);
        assert_eq!(replay.weights((2, 9)).unwrap(), Weights::of(&counted(209)).unwrap());
        let note = replay.metadata().get("alarm").unwrap().to_string();
        assert_eq!(note, format!("step 2 of epoch 3: loss is {value}"));
    }
}

/// What a ring has recorded, and how long the file is.
fn recorded(ring: StepRing) -> (Vec<String>, usize) {
    let (replay, mut bytes) = (ring.into_replay().unwrap(), Vec::new());
    replay.write_to(&mut bytes).unwrap();
    let moments = replay.epochs().map(Moment::from).chain(replay.steps().iter());
    let all = moments.map(|at| format!("{at}: {:?} {:?}", replay.weights(at).unwrap(), replay.metrics(at).unwrap()));
    let notes = replay.metadata().typed().map(|note| format!("{note:?}"));
    (all.chain(notes).collect(), bytes.len())
}

#[test]
fn a_ring_in_the_background_records_what_one_does_at_once() {
    for (size, every, copies) in [(1, 4, 1), (3, 4, 2), (10, 1, 1), (50, 20, 3)] {
        let ring = || StepRing::new(Replay::options().every(2).every_step(every).in_memory(), size).unwrap();
        let (mut expected, mut found) = (ring(), ring().in_background(copies).unwrap());
        for ring in [&mut expected, &mut found] {
            run(ring, 5, |epoch, step| if matches!((epoch, step), (2, 7) | (4, 1)) { f64::INFINITY } else { 0.5 });
        }
        assert_eq!(found.alarms(), expected.alarms());
        assert_eq!(found.alarms().len(), 2);
        assert_eq!(recorded(found), recorded(expected), "{size} snapshots, {copies} copies");
    }
}

#[test]
fn a_ring_may_go_to_the_background_and_be_finished_at_any_time() {
    let mut ring = StepRing::new(Replay::options().in_memory(), 2).unwrap();
    ring.record(&counted(0), Metrics::new()).unwrap();
    let mut ring = ring.in_background(1).unwrap();
    ring.record(&counted(1), Metrics::new()).unwrap();
    let mut ring = ring.in_background(3).unwrap();
    ring.write().unwrap();
    assert_eq!(ring.record(&counted(2), Metrics::new()).unwrap(), 2);
    ring.finish().unwrap();
    assert_eq!(ring.acknowledged(), Some(2.into()));
    assert!(ring.record(&counted(3), Metrics::new()).unwrap_err().to_string().contains("opened to read"));
    assert_eq!(ring.into_replay().unwrap().epochs().collect::<Vec<_>>(), [0, 1, 2]);
}

#[test]
fn every_new_alarm_records_and_a_weight_that_is_not_finite_is_one() {
    let mut ring = StepRing::new(Replay::options().every_step(1_000).in_memory(), 2).unwrap();
    ring.record(&counted(0), Metrics::new()).unwrap();
    let broken = |value: f64| {
        Arrays(vec![("kernel".into(), vec![2, 3], Values::from([vec![0.0_f32; 5], vec![value as f32]].concat()))])
    };
    for step in 1..=20 {
        let model = if matches!(step, 7 | 8 | 15) { broken(f64::NAN) } else { counted(1) };
        let is_alarmed = ring.record_at((1, step), &model, Metrics::new()).unwrap();
        assert_eq!(is_alarmed, matches!(step, 7 | 15), "step {step}");
    }
    let AlarmCause::ParameterNotFinite { parameter } = &ring.alarms()[0].cause else { panic!("{:?}", ring.alarms()) };
    assert_eq!(parameter, "layer/kernel");
    assert_eq!(steps(&ring.into_replay().unwrap()), [(1, 6), (1, 7), (1, 14), (1, 15)]);
}

#[test]
fn a_spike_is_so_many_times_the_median_of_what_is_held() {
    const NONE: [u32; 0] = [];
    let alarms = |losses: &[f64], times: f64| {
        let ring = StepRing::new(Replay::options().in_memory(), 5).unwrap();
        let mut ring = ring.spikes_of("loss", times).unwrap();
        ring.record(&counted(0), Metrics::new()).unwrap();
        for (step, loss) in (1..).zip(losses) {
            ring.record_at((1, step), &counted(1), [("loss", *loss)]).unwrap();
        }
        ring.alarms().iter().map(|alarm| alarm.moment.step().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(alarms(&[0.5, 0.4, 0.6, 0.5, 5.1, 5.2, 0.5, 0.5, 0.5, 9.0], 10.0), [5, 10]);
    assert_eq!(alarms(&[0.5, 0.4, 0.6, 5.1], 10.0), NONE, "three are too few to judge by");
    assert_eq!(alarms(&[0.5, 0.4, 0.6, 0.5, 5.0], 10.0), NONE, "not more than ten times");
    assert_eq!(alarms(&[0.0, 0.0, 0.0, 0.0, 5.0], 10.0), NONE, "nothing is many times of nothing");
    assert_eq!(alarms(&[-1.0, -1.0, -1.0, -1.0, 5.0], 10.0), NONE);
    assert_eq!(alarms(&[1.0, 1.0, 1.0, 1.0, 1.5], 1.0), [5]);
    let message = |times| {
        StepRing::new(Replay::options().in_memory(), 5).unwrap().spikes_of("loss", times).unwrap_err().to_string()
    };
    for times in [0.9, 0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert!(message(times).contains("1 or more, and finite"));
    }
}

#[test]
fn a_spike_says_what_it_is_beside() {
    let mut ring = StepRing::new(Replay::options().in_memory(), 5).unwrap().spikes_of("loss", 2.0).unwrap();
    for epoch in 0..6 {
        ring.record(&counted(epoch), [("loss", if epoch == 5 { 1.25 } else { 0.5 })]).unwrap();
    }
    assert_eq!(ring.alarms()[0].to_string(), "epoch 5: loss is 1.25, 2.5 times the median of 0.5");
    assert_eq!(ring.acknowledged(), Some(5.into()));
}

#[test]
fn what_is_held_is_in_the_file_when_it_is_older_dropped_or_written() {
    let folder = tempfile::tempdir().unwrap();
    let mut ring = StepRing::new(Replay::options().create(file(&folder)).unwrap(), 3).unwrap();
    for epoch in 0..5 {
        ring.record(&counted(epoch), Metrics::new()).unwrap();
        assert_eq!(ring.acknowledged(), epoch.checked_sub(3).map(Moment::from));
    }
    ring.write().unwrap();
    assert_eq!(ring.acknowledged(), Some(4.into()));
    ring.record(&counted(5), Metrics::new()).unwrap();
    drop(ring);
    assert_eq!(Replay::open(file(&folder)).unwrap().epochs().len(), 6);

    let mut ring = StepRing::new(Replay::append(file(&folder)).unwrap(), 3).unwrap();
    assert_eq!(ring.record(&counted(6), Metrics::new()).unwrap(), 6);
    ring.finish().unwrap();
    ring.finish().unwrap_err();
    assert!(ring.record(&counted(7), Metrics::new()).unwrap_err().to_string().contains("opened to read"));
    drop(ring);
    assert!(Replay::open(file(&folder)).unwrap().is_finished());
}

#[test]
fn a_run_that_goes_on_within_an_epoch_does_not_repeat_its_steps() {
    let folder = tempfile::tempdir().unwrap();
    let mut replay = Replay::options().create(file(&folder)).unwrap();
    replay.record(&counted(0), Metrics::new()).unwrap();
    replay.record_at((1, 2), &counted(2), Metrics::new()).unwrap();
    drop(replay);
    let mut ring = StepRing::new(Replay::append(file(&folder)).unwrap(), 3).unwrap();
    for step in 1..=4 {
        ring.record_at((1, step), &counted(u64::from(step)), Metrics::new()).unwrap();
    }
    assert_eq!(ring.record(&counted(1), Metrics::new()).unwrap(), 1);
    ring.finish().unwrap();
    assert_eq!(steps(&Replay::open(file(&folder)).unwrap()), [(1, 2), (1, 3), (1, 4)]);
}

#[test]
fn what_cannot_be_is_an_error() {
    for size in [0, usize::MAX] {
        assert!(StepRing::new(Replay::options().in_memory(), size).is_err());
    }
    for copies in [0, usize::MAX] {
        let ring = StepRing::new(Replay::options().in_memory(), 3).unwrap();
        let message = ring.in_background(copies).unwrap_err().to_string();
        assert!(message.starts_with("the number of copies in the background is "), "{message}");
    }
    let message = StepRing::new(Replay::options().time_budget(0.5).in_memory(), 3).unwrap_err().to_string();
    assert!(message.contains("none in a ring"), "{message}");
    let mut ring = StepRing::new(Replay::options().in_memory(), 3).unwrap();
    ring.record_at(5, &counted(5), Metrics::new()).unwrap();
    for moment in [Moment::from(5), 4.into(), (0, 1).into(), (6, 0).into()] {
        assert!(matches!(ring.record_at(moment, &counted(1), Metrics::new()), Err(Error::Invalid { .. })), "{moment}");
    }
    assert_eq!(ring.record(&counted(6), Metrics::new()).unwrap(), 6);
    let mut ring = StepRing::new(Replay::options().every_step(1_000).in_memory(), 1).unwrap();
    for step in 1..=3 {
        ring.record_at((1, step), &counted(1), Metrics::new()).unwrap();
    }
    ring.write().unwrap();
    let message = ring.record_at((1, 2), &counted(1), Metrics::new()).unwrap_err().to_string();
    assert!(message.contains("later than step 3 of epoch 1"), "it is none that a run repeats: {message}");
}

#[test]
fn shares_of_time_that_are_none_are_refused() {
    for share in [0.0, -0.1, 1.1, f64::NAN, f64::INFINITY] {
        let folder = tempfile::tempdir().unwrap();
        let message = Replay::options().time_budget(share).create(file(&folder)).unwrap_err().to_string();
        assert!(message.contains("above 0 and at most 1"), "{message}");
        assert!(!file(&folder).exists());
        assert!(Replay::options().time_budget(share).in_memory().record(&counted(0), Metrics::new()).is_err());
    }
}

#[test]
fn what_a_budget_leaves_out_is_noted_whichever_recorder_it_is() -> Result<()> {
    let data = datasets::moons(40, 0.1, 3);
    let mut model = Sequential::builder(2).layer(Dense::new(1)).build(1)?;
    let mut trainer = Trainer::new(Loss::MeanSquaredError, Optimizer::sgd(0.01)).batch_size(10);
    let mut replay = Replay::options().dataset(&data).time_budget(1e-9).in_memory();
    let mut recorder = BackgroundRecorder::new(Replay::options().dataset(&data).time_budget(1e-9).in_memory(), 2)?;
    replay.record(&model, Metrics::new())?;
    recorder.record(&model, Metrics::new())?;
    for epoch in 1..=3 {
        trainer.epoch_with(&mut model, &data, |step| {
            let at = (epoch, step.number());
            assert!(!replay.record_at(at, step.model(), Metrics::new())?);
            assert!(!recorder.record_at(at, step.model(), Metrics::new())?);
            Ok(())
        })?;
        assert_eq!(replay.record(&model, Metrics::new())?, epoch);
        assert_eq!(recorder.record(&model, Metrics::new())?, epoch);
    }
    assert!(replay.record_at(4, &model, Metrics::new())? && recorder.record_at(4, &model, Metrics::new())?);
    assert_eq!(
        (recorder.left_out().len(), recorder.left_out().to_string().as_str()),
        (15, "step 1 of epoch 1 to epoch 3: 15")
    );
    replay.finish()?;
    recorder.finish()?;
    for replay in [replay, recorder.into_replay()?] {
        assert_eq!(replay.epochs().collect::<Vec<_>>(), [0, 4]);
        assert_eq!(replay.metadata().get("left_out"), Some(vec!["step 1 of epoch 1 to epoch 3: 15"].into()));
    }
    Ok(())
}

#[test]
fn what_was_left_out_before_and_behind_the_background_is_noted_too_and_counts_in_the_numbers_of_epochs() {
    let mut replay = Replay::options().time_budget(1e-9).in_memory();
    assert_eq!(replay.record(&counted(0), Metrics::new()).unwrap(), 0);
    assert!(!replay.record_at((7, 1), &counted(1), Metrics::new()).unwrap());
    assert_eq!(replay.record(&counted(1), Metrics::new()).unwrap(), 7, "the epoch of the step that was left out");
    let mut recorder = BackgroundRecorder::new(replay, 2).unwrap();
    assert_eq!(recorder.record(&counted(1), Metrics::new()).unwrap(), 8);
    let mut replay = recorder.into_replay().unwrap();
    assert_eq!(replay.record(&counted(1), Metrics::new()).unwrap(), 9);
    replay.finish().unwrap();
    assert_eq!(replay.epochs().collect::<Vec<_>>(), [0]);
    assert_eq!(replay.metadata().get("left_out"), Some(vec!["step 1 of epoch 7 to epoch 9: 4"].into()));
}

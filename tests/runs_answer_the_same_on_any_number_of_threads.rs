//! A question asked of many epochs has one answer, however many threads work on it.

use std::sync::atomic::{AtomicUsize, Ordering};

use training_replay::{
    Activation, Dense, Error, Forward, Loss, Metrics, Optimizer, Replay, Sequential, Trainer,
    analysis::{FeatureSpace, Grid, MilestoneOptions, VerifyOptions},
    datasets,
};

const EPOCHS: u64 = 30;

fn recorded() -> Replay {
    let data = datasets::parabola(50, 13);
    let mut model = Sequential::builder(2)
        .layer(Dense::new(2).name("hidden").activation(Activation::Tanh))
        .layer(Dense::new(1).name("output").activation(Activation::Sigmoid))
        .build(42)
        .unwrap();
    let mut trainer = Trainer::new(Loss::BinaryCrossEntropy, Optimizer::sgd(0.5));
    let mut replay = Replay::options().dataset(&data).in_memory();
    replay.record(&model, Metrics::new()).unwrap();
    for _ in 0..EPOCHS {
        let metrics = trainer.epoch(&mut model, &data).unwrap();
        replay.record(&model, metrics).unwrap();
    }
    replay
}

#[test]
fn answers_are_those_of_each_epoch_in_order_bit_for_bit() {
    let replay = recorded();
    let grid = Grid::default().points(70);
    let one_by_one: Vec<FeatureSpace> = replay
        .run()
        .unwrap()
        .snapshots()
        .map(|snapshot| snapshot.unwrap().feature_space("hidden", &grid).unwrap())
        .collect();
    for threads in [1, 2, 3, 8, 100] {
        let fresh =
            replay.run().unwrap().threads(threads).map(|snapshot| snapshot.feature_space("hidden", &grid)).unwrap();
        assert!(fresh == one_by_one, "{threads} threads");
        let kept = replay.run().unwrap().threads(threads).map_with(FeatureSpace::default, |space, snapshot| {
            space.update(snapshot.model(), "hidden", snapshot.dataset()?, &grid)?;
            Ok(space.clone())
        });
        assert!(kept.unwrap() == one_by_one, "{threads} threads that keep their memory");
    }
}

#[test]
fn questions_about_the_whole_run_have_one_answer() {
    let replay = recorded();
    let options = MilestoneOptions::default().loss(Loss::BinaryCrossEntropy);
    let (story, sample_history) = (
        replay.run().unwrap().milestones(&options).unwrap(),
        replay.run().unwrap().sample_history(Loss::BinaryCrossEntropy).unwrap(),
    );
    let verify_options = VerifyOptions::default().loss(Loss::BinaryCrossEntropy);
    let verification = replay.run().unwrap().verify(&verify_options).unwrap();
    for threads in [1, 3, 100] {
        let run = || replay.run().unwrap().threads(threads);
        assert_eq!(run().milestones(&options).unwrap(), story);
        assert_eq!(run().sample_history(Loss::BinaryCrossEntropy).unwrap(), sample_history);
        assert_eq!(run().verify(&verify_options).unwrap(), verification);
    }
}

#[test]
fn epochs_are_shown_one_after_the_other_until_one_is_an_error() {
    let replay = recorded();
    let mut seen = Vec::new();
    let shown = replay.run().unwrap().epochs([4, 2, 99, 3]).try_for_each(|snapshot| {
        seen.push(snapshot.epoch());
        Ok(())
    });
    assert!(matches!(shown, Err(Error::UnknownEpoch { epoch: 99, .. })));
    assert_eq!(seen, [4, 2]);
}

#[test]
fn epochs_are_asked_in_the_order_given_and_as_often() {
    let replay = recorded();
    let asked = replay.run().unwrap().threads(3).epochs([7, 0, 30, 7]).map(|snapshot| Ok(snapshot.epoch()));
    assert_eq!(asked.unwrap(), [7, 0, 30, 7]);
    assert!(replay.run().unwrap().epochs([]).map(|snapshot| Ok(snapshot.epoch())).unwrap().is_empty());
    assert_eq!(replay.run().unwrap().map(|snapshot| Ok(snapshot.epoch())).unwrap(), (0..=EPOCHS).collect::<Vec<_>>());
}

#[test]
fn the_error_is_that_of_the_first_epoch_that_has_one() {
    let replay = recorded();
    for threads in [1, 2, 5] {
        let ask = |epochs: Vec<u64>| replay.run().unwrap().threads(threads).epochs(epochs).map(|_| Ok(())).unwrap_err();
        let message = ask(vec![3, 99, 4, 77]).to_string();
        assert!(message.contains("99"), "{message}");
        let failed = replay.run().unwrap().threads(threads).map(|snapshot| match snapshot.epoch() {
            epoch @ 10.. => Err(Error::other(format!("at {epoch}"))),
            epoch => Ok(epoch),
        });
        assert_eq!(failed.unwrap_err().to_string(), "at 10");
    }
    let message = replay.run().unwrap().threads(0).map(|_| Ok(())).unwrap_err().to_string();
    assert_eq!(message, "the number of threads is 0; it must be 1 or more");
}

#[test]
fn every_thread_begins_once_and_no_more_of_them_than_there_are_epochs() {
    let replay = recorded();
    for (threads, epochs, expected) in [(1, 30, 1), (2, 30, 2), (8, 3, 3), (4, 0, 1)] {
        let begun = AtomicUsize::new(0);
        let begin = || begun.fetch_add(1, Ordering::Relaxed);
        replay.run().unwrap().threads(threads).epochs(0..epochs).map_with(begin, |_, _| Ok(())).unwrap();
        assert_eq!(begun.into_inner(), expected);
    }
}

#[test]
fn a_panic_in_a_question_reaches_whoever_asked() {
    let replay = recorded();
    let ask = || {
        replay.run().unwrap().threads(2).map(|snapshot| {
            assert_ne!(snapshot.epoch(), 20, "my own assertion");
            Ok(())
        })
    };
    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(ask)).unwrap_err();
    assert!(panicked.downcast_ref::<String>().unwrap().contains("my own assertion"));
}

#[test]
fn a_model_of_ones_own_is_swept_like_a_built_in_one() {
    let replay = recorded();
    let template = Sequential::from_description(replay.description().unwrap()).unwrap();
    let own = replay.run_with(&template).map(|snapshot| snapshot.outputs()).unwrap();
    let built_in = replay.run().unwrap().map(|snapshot| snapshot.outputs()).unwrap();
    assert!(own == built_in);
    assert_eq!(template.layers(), ["hidden", "output"]);
}

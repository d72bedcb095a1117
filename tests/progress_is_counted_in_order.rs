//! Every question about a run that can take a while says how far it is: one more at a time, whichever thread is done.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Mutex,
};

use training_replay::{
    Activation, Dense, Error, Loss, Metrics, Optimizer, Replay, Result, Run, Sequential, Trainer,
    analysis::{LayerFilter, MilestoneOptions, Quantity, VerifyOptions},
    datasets,
};

const EPOCHS: usize = 21;

fn recorded() -> Replay {
    let data = datasets::moons(40, 0.1, 7);
    let layers = [
        Dense::new(3).name("hidden").activation(Activation::Tanh),
        Dense::new(1).name("output").activation(Activation::Sigmoid),
    ];
    let mut model = Sequential::builder(2).layers(layers).build(1).unwrap();
    let mut trainer = Trainer::new(Loss::BinaryCrossEntropy, Optimizer::adam(0.05));
    let mut replay = Replay::options().dataset(&data).loss(Loss::BinaryCrossEntropy).in_memory();
    replay.record(&model, Metrics::new()).unwrap();
    for _ in 1..EPOCHS {
        let metrics = trainer.epoch(&mut model, &data).unwrap();
        replay.record(&model, metrics).unwrap();
    }
    replay
}

/// Asks on so many threads; the counts that were reported.
fn counts(
    replay: &Replay,
    threads: usize,
    ask: impl FnOnce(Run<'_, Sequential>) -> Result<()>,
) -> (Result<()>, Vec<(usize, usize)>) {
    let seen = Mutex::new(Vec::new());
    let report = |done, all| seen.lock().unwrap().push((done, all));
    let answer = ask(replay.run().unwrap().threads(threads).progress(report));
    (answer, seen.into_inner().unwrap())
}

/// Fails unless it is counted to all epochs, in order, as often as said.
fn assert_counts(what: &str, passes: usize, ask: impl Fn(Run<'_, Sequential>) -> Result<()>) {
    let replay = recorded();
    let once: Vec<(usize, usize)> = (1..=EPOCHS).map(|done| (done, EPOCHS)).collect();
    for threads in [1, 2, 7] {
        let (answer, seen) = counts(&replay, threads, &ask);
        answer.unwrap();
        assert_eq!(seen, once.repeat(passes), "{what}, {threads} threads");
    }
}

#[test]
fn questions_about_all_epochs_count_them_once() {
    assert_counts("map", 1, |run| run.map(|_| Ok(())).map(drop));
    assert_counts("try_for_each", 1, |run| run.try_for_each(|_| Ok(())));
    assert_counts("milestones", 1, |run| run.milestones(&MilestoneOptions::default()).map(drop));
    assert_counts("verify", 1, |run| run.verify(&VerifyOptions::default()).map(drop));
    assert_counts("sample_history", 1, |run| run.sample_history(Loss::BinaryCrossEntropy).map(drop));
    assert_counts("principal_plane", 1, |run| run.principal_plane("hidden").map(drop));
    let loss = Loss::BinaryCrossEntropy;
    for quantity in [Quantity::weights(), Quantity::gradients(loss), Quantity::activations()] {
        assert_counts("statistic", 1, |run| run.statistic(quantity, &LayerFilter::default(), |row| row.std).map(drop));
    }
}

#[test]
#[cfg(feature = "plot")]
fn plots_and_pages_count_every_time_that_they_go_over_the_run() {
    use training_replay::plot::{Page, RunPlots};

    // A layer of three units: once for its plane, once for the limits of the axes; a page once more.
    assert_counts("plots", 2, |run| RunPlots::of(run).map(drop));
    assert_counts("page", 3, |run| Page::new("run").run("one", &RunPlots::of(run)?).map(drop));
}

#[test]
fn no_epochs_are_not_counted_and_the_chosen_ones_are() {
    let replay = recorded();
    assert_eq!(counts(&replay, 2, |run| run.epochs([]).map(|_| Ok(())).map(drop)).1, []);
    assert_eq!(counts(&replay, 2, |run| run.epochs([3, 5]).map(|_| Ok(())).map(drop)).1, [(1, 2), (2, 2)]);
}

#[test]
fn a_question_that_fails_is_not_counted_to_its_end() {
    let replay = recorded();
    let fail = |run: Run<'_, Sequential>| {
        run.map(|snapshot| if snapshot.epoch() == 4 { Err(Error::other("no")) } else { Ok(()) }).map(drop)
    };
    let (answer, seen) = counts(&replay, 1, fail);
    assert_eq!(answer.unwrap_err().to_string(), "no");
    assert_eq!(seen, [1, 2, 3, 4].map(|done| (done, EPOCHS)));
}

#[test]
fn a_callback_that_panics_ends_the_question_with_its_panic() {
    let replay = recorded();
    let mut calls = 0;
    let run = replay.run().unwrap().threads(3).progress(|done, _| {
        calls += 1;
        assert!(done < 5, "enough");
    });
    let panicked = catch_unwind(AssertUnwindSafe(|| run.map(|_| Ok(())))).unwrap_err();
    assert!(panicked.downcast_ref::<&str>().is_some_and(|text| text.contains("enough")));
    drop(run);
    assert_eq!(calls, 5, "it is not called again");
}

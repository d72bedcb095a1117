//! What the types promise at compile time.

use training_replay::{
    Backward, Dataset, Error, Forward, Matrix, Metrics, Model, Replay, ReplayOptions, Runs, Sequential, Snapshot,
    Trainer, Weights,
    analysis::{Milestones, SampleHistory},
    to_row_major,
};

#[test]
fn everything_may_be_sent_to_and_shared_with_other_threads() {
    const fn send_sync<T: Send + Sync>() {}
    send_sync::<Replay>();
    send_sync::<ReplayOptions>();
    send_sync::<Error>();
    send_sync::<Sequential>();
    send_sync::<Trainer>();
    send_sync::<Dataset>();
    send_sync::<Weights>();
    send_sync::<Metrics>();
    send_sync::<Snapshot<'static, Sequential>>();
    send_sync::<Runs>();
    send_sync::<Milestones>();
    send_sync::<SampleHistory>();
}

#[test]
fn the_three_traits_work_behind_references() {
    const fn object_safe(_: Option<&dyn Model>, _: Option<&dyn Forward>, _: Option<&dyn Backward>) {}
    object_safe(None, None, None);
}

#[test]
fn matrices_are_nalgebras_and_go_row_by_row_both_ways() {
    let values = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
    let matrix: Matrix = training_replay::nalgebra::DMatrix::from_row_slice(2, 3, &values);
    assert_eq!(to_row_major(&matrix), values);
}

#[test]
fn epochs_of_one_replay_are_read_by_several_threads() {
    let model = Sequential::builder(2).layer(training_replay::Dense::new(1)).build(1).unwrap();
    let mut replay = Replay::options().in_memory();
    for _ in 0..8 {
        replay.record(&model, Metrics::new()).unwrap();
    }
    let replay = &replay;
    std::thread::scope(|scope| {
        for epoch in 0..8 {
            scope.spawn(move || assert_eq!(replay.at(epoch).unwrap().epoch(), epoch));
        }
    });
}

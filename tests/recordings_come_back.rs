//! What `record` returned `Ok` for is read back bit for bit: from a file, from memory, across runs.

mod common;

use std::fs;

use common::arrays::{Arrays, counted, file, leave_behind, same_bits};
use proptest::prelude::*;
use training_replay::{
    Activation, Dataset, Dense, Error, Loss, Matrix, Metrics, Optimizer, Parameter, Replay, Sequential, Trainer,
    Values, Weights,
    analysis::{Grid, Histogram, View},
    datasets,
};

fn any_values() -> impl Strategy<Value = (Vec<usize>, Values<'static>)> {
    let shape = prop::collection::vec(0_usize..5, 0..4);
    (shape, any::<bool>(), any::<u64>()).prop_map(|(shape, double, seed)| {
        let count = shape.iter().product::<usize>() as u64;
        // Every bit pattern, NaNs with payloads among them.
        let bits = (0..count).map(|i| (seed ^ i).wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let values = if double {
            Values::from(bits.map(f64::from_bits).collect::<Vec<_>>())
        } else {
            Values::from(bits.map(|bits| f32::from_bits(bits as u32)).collect::<Vec<_>>())
        };
        (shape, values)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(200) })]

    #[test]
    fn any_parameters_and_metrics_come_back_bit_for_bit(
        arrays in prop::collection::vec(any_values(), 0..5),
        metrics in prop::collection::vec((".{0,12}", any::<u64>().prop_map(f64::from_bits)), 0..4),
    ) {
        let named = arrays.into_iter().enumerate().map(|(i, (shape, values))| (format!("p{i}"), shape, values));
        let model = Arrays(named.collect());
        let turned: Metrics = metrics.iter().rev().cloned().collect();
        let metrics: Metrics = metrics.into_iter().collect();
        let mut replay = Replay::options().in_memory();
        for metrics in [&metrics, &turned, &metrics] {
            replay.record(&model, metrics).unwrap();
        }
        let mut bytes = Vec::new();
        replay.write_to(&mut bytes).unwrap();
        let reopened = Replay::from_bytes(bytes).unwrap();
        for replay in [&replay, &reopened] {
            prop_assert_eq!(replay.epochs().collect::<Vec<_>>(), [0, 1, 2]);
            prop_assert!(same_bits(&replay.weights(1).unwrap(), &model));
            if metrics == metrics {
                prop_assert_eq!(&replay.metrics(1).unwrap(), &turned, "the same in whatever order; NaN aside");
            }
            let found = replay.metrics(2).unwrap();
            let bits = |metrics: &Metrics| metrics.iter().map(|(n, v)| (n.to_owned(), v.to_bits())).collect::<Vec<_>>();
            prop_assert_eq!(bits(&found), bits(&metrics));
        }
    }
}

#[test]
fn a_model_larger_than_any_buffer_comes_back() {
    let folder = tempfile::tempdir().unwrap();
    let values: Vec<f32> = (0..3_000_001).map(|i| i as f32).collect();
    let doubles: Vec<f64> = (0..300_007).map(|i| 1.0 / f64::from(i + 1)).collect();
    let model = Arrays(vec![
        ("small".into(), vec![3], Values::from(vec![1.0_f32, 2.0, 3.0])),
        ("large".into(), vec![values.len()], Values::from(values)),
        ("double".into(), vec![doubles.len()], Values::from(doubles)),
    ]);
    let mut replay = Replay::options().create(file(&folder)).unwrap();
    for _ in 0..2 {
        replay.record(&model, Metrics::new()).unwrap();
    }
    replay.finish().unwrap();
    let replay = Replay::open(file(&folder)).unwrap();
    assert!(replay.is_finished() && replay.damage().is_empty());
    for epoch in 0..2 {
        assert!(same_bits(&replay.weights(epoch).unwrap(), &model));
    }
}

#[test]
fn a_recording_opens_by_itself_with_its_data_loss_curves_and_notes() {
    let folder = tempfile::tempdir().unwrap();
    let data = datasets::parabola(50, 13);
    let mut model = Sequential::builder(2)
        .layer(Dense::new(3).name("hidden").activation(Activation::Elu { alpha: 0.7 }))
        .layer(Dense::new(1).without_bias())
        .layer(Activation::Sigmoid)
        .build(1)
        .unwrap();
    let options = Replay::options().dataset(&data).loss(Loss::BinaryCrossEntropy).metadata("seed", "1");
    let mut replay = options.create(file(&folder)).unwrap();
    let mut trainer = Trainer::new(Loss::BinaryCrossEntropy, Optimizer::adam(0.01));
    replay.record(&model, Metrics::new()).unwrap();
    for _ in 0..5 {
        let metrics = trainer.epoch(&mut model, &data).unwrap();
        replay.record(&model, metrics).unwrap();
    }
    replay.finish().unwrap();

    let replay = Replay::open(file(&folder)).unwrap();
    assert_eq!(replay.dataset().unwrap(), &data);
    assert_eq!(replay.loss(), Some(Loss::BinaryCrossEntropy));
    assert_eq!(replay.metadata().collect::<Vec<_>>(), [("seed", "1")]);
    assert_eq!(replay.metric_names().collect::<Vec<_>>(), ["loss", "accuracy", "learning_rate"]);
    assert_eq!(replay.path(), Some(file(&folder).as_path()));
    let epochs: Vec<u64> = replay.curve("loss").unwrap().into_iter().map(|(epoch, _)| epoch).collect();
    assert_eq!(epochs, [1, 2, 3, 4, 5], "nothing was logged at epoch 0, so nothing is shown");
    assert!(replay.metrics(0).unwrap().is_empty());
    assert_eq!(replay.at(5).unwrap().into_model(), model);
    assert_eq!(
        replay.run().unwrap().snapshots().map(|snapshot| snapshot.unwrap().epoch()).collect::<Vec<_>>(),
        [0, 1, 2, 3, 4, 5]
    );
}

#[test]
fn a_recorder_that_is_dropped_without_finish_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    leave_behind(&file(&folder), 4);
    let replay = Replay::open(file(&folder)).unwrap();
    assert_eq!(replay.epochs().collect::<Vec<_>>(), [0, 1, 2, 3]);
    assert!(!replay.is_finished());
}

#[test]
fn a_run_goes_on_where_it_ended_also_behind_a_finish() {
    let folder = tempfile::tempdir().unwrap();
    let mut replay = Replay::options().create(file(&folder)).unwrap();
    replay.record(&counted(0), Metrics::new()).unwrap();
    replay.finish().unwrap();
    let mut replay = Replay::append(file(&folder)).unwrap();
    assert_eq!(replay.record(&counted(1), [("late", 1.5)]).unwrap(), 1);
    assert_eq!(replay.curve("late"), Some(vec![(1, 1.5)]));
    drop(replay);
    let replay = Replay::open(file(&folder)).unwrap();
    assert!(!replay.is_finished(), "the run goes on");
    for epoch in 0..2 {
        assert!(same_bits(&replay.weights(epoch).unwrap(), &counted(epoch)));
    }
}

#[test]
fn a_torn_tail_is_reported_left_alone_by_readers_and_cut_by_append() {
    let folder = tempfile::tempdir().unwrap();
    leave_behind(&file(&folder), 3);
    let whole = fs::read(file(&folder)).unwrap();
    let torn = &whole[..whole.len() - 10];
    fs::write(file(&folder), torn).unwrap();

    let replay = Replay::open(file(&folder)).unwrap();
    assert_eq!(replay.epochs().collect::<Vec<_>>(), [0, 1]);
    let left = 3 * 64 - 10; // header, meta and data, a block of 64 bytes each
    assert_eq!(replay.torn_bytes(), left);
    assert_eq!(fs::read(file(&folder)).unwrap(), torn);

    let mut replay = Replay::append(file(&folder)).unwrap();
    assert_eq!(replay.torn_bytes(), left);
    assert_eq!(replay.record(&counted(2), Metrics::new()).unwrap(), 2);
    drop(replay);
    assert_eq!(fs::read(file(&folder)).unwrap(), whole, "as if nothing had happened");
}

#[test]
fn append_leaves_nothing_of_a_tail_that_is_longer_than_what_follows() {
    let folder = tempfile::tempdir().unwrap();
    leave_behind(&file(&folder), 1);
    let whole = fs::read(file(&folder)).unwrap();
    fs::write(file(&folder), [whole.clone(), vec![0xaa; 10_000]].concat()).unwrap();
    let replay = Replay::append(file(&folder)).unwrap();
    assert_eq!((replay.torn_bytes(), fs::read(file(&folder)).unwrap()), (10_000, whole));
}

#[test]
fn other_data_can_be_replayed_on_than_was_recorded() {
    let model = Sequential::builder(2).layer(Dense::new(1).activation(Activation::Sigmoid)).build(1).unwrap();
    let mut replay = Replay::options().in_memory();
    replay.record(&model, Metrics::new()).unwrap();
    let message = replay.at(0).unwrap().outputs().unwrap_err().to_string();
    assert_eq!(message, "the recording holds no data set; supply one by `with_dataset`");
    let validation = datasets::moons(30, 0.1, 1);
    let replay = replay.with_dataset(&validation).unwrap();
    assert_eq!(replay.at(0).unwrap().outputs().unwrap().nrows(), 30);
    let too_wide = Dataset::new(Matrix::zeros(1, 3), Matrix::zeros(1, 1)).unwrap();
    assert!(matches!(replay.with_dataset(&too_wide), Err(Error::Shape { .. })));
}

#[test]
fn weights_and_metrics_of_a_run_that_diverged_are_recorded_as_they_are() {
    let model = Sequential::builder(2).layer(Dense::new(1)).build(1).unwrap();
    let nan = Weights::of(&model).unwrap().into_iter().map(|p| {
        let values = vec![f32::NAN; p.values().len()];
        Parameter::new(p.layer().to_owned(), p.name().to_owned(), p.shape(), values)
    });
    let diverged = training_replay::Forward::with_weights(&model, &nan.collect()).unwrap();
    let mut replay = Replay::options().dataset(&datasets::parabola(5, 1)).in_memory();
    replay.record(&diverged, [("loss", f64::NAN)]).unwrap();
    assert!(replay.curve("loss").unwrap()[0].1.is_nan());
    let snapshot = replay.at(0).unwrap();
    assert!(snapshot.outputs().unwrap().iter().all(|p| p.is_nan()));
    let metrics = snapshot.evaluate(Loss::MeanSquaredError).unwrap();
    assert!(metrics.loss.is_nan());
    assert_eq!(metrics.accuracy, Some(0.0), "NaN is no class, and never the right one");
    assert_eq!(snapshot.predicted_classes().unwrap(), [None; 10]);
    assert_eq!(snapshot.confusion().unwrap().undecided, [5, 5]);
    assert_eq!(snapshot.probability_histogram(4).unwrap().undecided, [5, 5]);
    assert_eq!(Histogram::of_losses(&snapshot.losses(Loss::MeanSquaredError).unwrap(), 4).unwrap().not_finite, 10);
    let space = snapshot.decision_boundary(View::inputs(), &Grid::default()).unwrap();
    assert!(space.boundary.is_empty());
}

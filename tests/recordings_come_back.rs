//! What `record` returned `Ok` for is read back bit for bit: from a file, from memory, after a crash, across runs, and
//! while another handle is writing.

use std::{fs, path::PathBuf};

use proptest::prelude::*;
use training_replay::{
    Activation, Dataset, Dense, Durability, Error, Loss, Matrix, Metrics, Model, Optimizer, Parameter, Replay, Result,
    Sequential, Trainer, Values, Weights, datasets,
};

/// Parameters and nothing else.
#[derive(Clone, Debug)]
struct Arrays(Vec<(String, Vec<usize>, Values<'static>)>);

impl Model for Arrays {
    fn parameters(&self) -> Result<Vec<Parameter<'_>>> {
        let parameter = |(name, shape, values): &(String, Vec<usize>, Values<'static>)| {
            Parameter::new("layer", name.clone(), shape.clone(), values.clone())
        };
        Ok(self.0.iter().map(parameter).collect())
    }
}

fn counted(epoch: u64) -> Arrays {
    Arrays(vec![("kernel".into(), vec![2, 3], Values::from(vec![epoch as f32; 6]))])
}

fn file(folder: &tempfile::TempDir) -> PathBuf {
    folder.path().join("run.replay")
}

/// A recording of so many epochs whose recorder was dropped without `finish`.
fn leave_behind(folder: &tempfile::TempDir, epochs: u64) {
    let mut replay = Replay::options().create(file(folder)).unwrap();
    for epoch in 0..epochs {
        replay.record(&counted(epoch), Metrics::new()).unwrap();
    }
}

fn same_bits(found: &Weights, recorded: &Arrays) -> bool {
    let recorded = recorded.parameters().unwrap();
    found.len() == recorded.len()
        && found.iter().zip(&recorded).all(|(found, recorded)| {
            (found.layer(), found.name(), found.shape()) == (recorded.layer(), recorded.name(), recorded.shape())
                && found.values().same_bits(recorded.values())
        })
}

fn any_values() -> impl Strategy<Value = (Vec<usize>, Values<'static>)> {
    let shape = prop::collection::vec(0_usize..5, 0..4);
    (shape, any::<bool>(), any::<u64>()).prop_map(|(shape, double, seed)| {
        let count = shape.iter().product::<usize>() as u64;
        // Every bit pattern, NaNs with payloads among them.
        let bits = (0..count).map(|i| (seed ^ i).wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let values = match double {
            true => Values::from(bits.map(f64::from_bits).collect::<Vec<_>>()),
            false => Values::from(bits.map(|bits| f32::from_bits(bits as u32)).collect::<Vec<_>>()),
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
    assert_eq!(replay.metric_names().collect::<Vec<_>>(), ["loss", "accuracy"]);
    assert_eq!(replay.path(), Some(file(&folder).as_path()));
    let epochs: Vec<u64> = replay.curve("loss").unwrap().into_iter().map(|(epoch, _)| epoch).collect();
    assert_eq!(epochs, [1, 2, 3, 4, 5], "nothing was logged at epoch 0, so nothing is shown");
    assert!(replay.metrics(0).unwrap().is_empty());
    assert_eq!(replay.at(5).unwrap().into_model(), model);
    assert_eq!(replay.snapshots().map(|snapshot| snapshot.unwrap().epoch()).collect::<Vec<_>>(), [0, 1, 2, 3, 4, 5]);
}

#[test]
fn a_recorder_that_is_dropped_without_finish_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    leave_behind(&folder, 4);
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
    leave_behind(&folder, 3);
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
    leave_behind(&folder, 1);
    let whole = fs::read(file(&folder)).unwrap();
    fs::write(file(&folder), [whole.clone(), vec![0xaa; 10_000]].concat()).unwrap();
    let replay = Replay::append(file(&folder)).unwrap();
    assert_eq!((replay.torn_bytes(), fs::read(file(&folder)).unwrap()), (10_000, whole));
}

/// Every prefix of a file is one a killed process may have left.
#[test]
fn a_file_cut_at_any_byte_opens_to_the_epochs_that_were_whole() {
    let data = datasets::parabola(2, 1);
    let mut replay = Replay::options().dataset(&data).in_memory();
    let mut ends = Vec::new();
    let mut bytes = Vec::new();
    for epoch in 0..3 {
        replay.record(&counted(epoch), [("loss", 0.5)]).unwrap();
        bytes.clear();
        replay.write_to(&mut bytes).unwrap();
        ends.push(bytes.len());
    }
    for length in 0..=bytes.len() {
        let whole = ends.iter().filter(|&&end| end <= length).count() as u64;
        match Replay::from_bytes(&bytes[..length]) {
            Ok(replay) => {
                assert_eq!(replay.epochs().collect::<Vec<_>>(), (0..whole).collect::<Vec<_>>(), "{length}");
                assert_eq!(replay.dataset().unwrap(), &data);
                assert!((0..whole).all(|epoch| same_bits(&replay.weights(epoch).unwrap(), &counted(epoch))));
            }
            Err(error) => assert!(whole == 0 && matches!(error, Error::NotStarted { .. }), "{length}: {error}"),
        }
    }
}

/// One bit of a finished file: at most the epoch that was hit is lost, it is named, and nothing wrong is handed out.
#[test]
fn a_flipped_bit_costs_at_most_the_epoch_it_hits() {
    let data = datasets::parabola(2, 1);
    let mut replay = Replay::options().dataset(&data).in_memory();
    for epoch in 0..3 {
        replay.record(&counted(epoch), [("loss", epoch as f64)]).unwrap();
    }
    let folder = tempfile::tempdir().unwrap();
    let mut file_bytes = Vec::new();
    replay.write_to(&mut file_bytes).unwrap();
    fs::write(file(&folder), &file_bytes).unwrap();
    Replay::append(file(&folder)).unwrap().finish().unwrap();
    let bytes = fs::read(file(&folder)).unwrap();
    // The preamble, and the header and meta of the first record, which describes all others.
    let model_end = 128 + u64::from_le_bytes(bytes[88..96].try_into().unwrap()) as usize;
    for bit in 0..8 * bytes.len() {
        let mut flipped = bytes.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        let Ok(replay) = Replay::from_bytes(flipped) else {
            assert!(bit / 8 < model_end, "bit {bit} costs the whole file");
            continue;
        };
        let mut lost = 0;
        for epoch in 0..3 {
            match replay.weights(epoch) {
                Ok(weights) => assert!(same_bits(&weights, &counted(epoch)), "bit {bit}: wrong values"),
                Err(Error::Corrupted { what, .. }) => {
                    assert_eq!(what, format!("epoch {epoch}"));
                    lost += 1;
                }
                Err(Error::UnknownEpoch { recorded, .. }) => {
                    assert!(recorded.contains("damaged"), "bit {bit}: {recorded}");
                    assert!(!replay.damage().is_empty());
                    lost += 1;
                }
                Err(error) => panic!("bit {bit}: {error}"),
            }
            if let Some(curve) = replay.curve("loss") {
                assert!(curve.iter().all(|&(epoch, loss)| loss == epoch as f64), "bit {bit}");
            }
        }
        assert!(lost <= 1, "bit {bit}: {lost} epochs lost");
        assert!(replay.dataset().is_err() || replay.dataset().unwrap() == &data, "bit {bit}");
    }
}

#[test]
fn a_reader_follows_a_recording_while_it_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = Replay::options().create(file(&folder)).unwrap();
    assert!(matches!(Replay::open(file(&folder)), Err(Error::NotStarted { .. })));
    writer.record(&counted(0), Metrics::new()).unwrap();
    let mut reader = Replay::open(file(&folder)).unwrap();
    assert_eq!(reader.refresh().unwrap(), 0);
    for epoch in 1..=3 {
        writer.record(&counted(epoch), [("loss", 0.1)]).unwrap();
    }
    assert_eq!(reader.refresh().unwrap(), 3);
    assert!(same_bits(&reader.weights(3).unwrap(), &counted(3)));
    assert_eq!(reader.curve("loss").unwrap().len(), 3);
    writer.finish().unwrap();
    assert_eq!(reader.refresh().unwrap(), 0);
    assert!(reader.is_finished());
}

#[test]
fn a_second_recorder_is_refused_while_the_first_is_at_work() {
    let folder = tempfile::tempdir().unwrap();
    let mut first = Replay::options().create(file(&folder)).unwrap();
    first.record(&counted(0), Metrics::new()).unwrap();
    assert!(matches!(Replay::append(file(&folder)), Err(Error::Locked { .. })));
    let overwriting = Replay::options().overwrite(true).create(file(&folder));
    assert!(matches!(overwriting, Err(Error::Locked { .. })));
    drop(first);
    assert!(Replay::append(file(&folder)).is_ok());
}

#[test]
fn overwriting_keeps_the_old_recording_until_the_new_one_has_an_epoch() {
    let folder = tempfile::tempdir().unwrap();
    let mut old = Replay::options().create(file(&folder)).unwrap();
    old.record(&counted(7), Metrics::new()).unwrap();
    old.finish().unwrap();
    let mut abandoned = Replay::options().overwrite(true).create(file(&folder)).unwrap();
    assert!(
        abandoned.record(&Arrays(vec![("a".into(), vec![9], Values::from(vec![1.0_f32]))]), Metrics::new()).is_err()
    );
    drop(abandoned);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left behind");
    assert!(same_bits(&Replay::open(file(&folder)).unwrap().weights(0).unwrap(), &counted(7)));

    let mut new = Replay::options().overwrite(true).create(file(&folder)).unwrap();
    assert!(same_bits(&Replay::open(file(&folder)).unwrap().weights(0).unwrap(), &counted(7)));
    new.record(&counted(8), Metrics::new()).unwrap();
    assert!(same_bits(&Replay::open(file(&folder)).unwrap().weights(0).unwrap(), &counted(8)));
    assert_eq!(new.record(&counted(9), Metrics::new()).unwrap(), 1);
    drop(new);
    assert_eq!(Replay::open(file(&folder)).unwrap().epochs().len(), 2);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

/// Neither recorder may lose what the other one acknowledged.
#[test]
fn nobody_appends_to_a_recording_that_is_about_to_be_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    leave_behind(&folder, 1);
    let mut new = Replay::options().overwrite(true).create(file(&folder)).unwrap();
    assert!(matches!(Replay::append(file(&folder)), Err(Error::Locked { .. })));
    new.record(&counted(1), Metrics::new()).unwrap();
    assert!(matches!(Replay::append(file(&folder)), Err(Error::Locked { .. })), "now the new one is being recorded");
    new.finish().unwrap();
    assert!(Replay::append(file(&folder)).is_ok());
}

#[cfg(unix)]
#[test]
fn overwriting_keeps_the_permissions_of_the_file() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    fs::write(file(&folder), b"old").unwrap();
    fs::set_permissions(file(&folder), fs::Permissions::from_mode(0o600)).unwrap();
    let mut replay = Replay::options().overwrite(true).create(file(&folder)).unwrap();
    replay.record(&counted(0), Metrics::new()).unwrap();
    assert_eq!(fs::metadata(file(&folder)).unwrap().permissions().mode() & 0o777, 0o600);
}

#[cfg(unix)]
#[test]
fn overwriting_through_a_link_replaces_the_file_and_not_the_link() {
    let folder = tempfile::tempdir().unwrap();
    let link = folder.path().join("link.replay");
    fs::write(file(&folder), b"old").unwrap();
    std::os::unix::fs::symlink(file(&folder), &link).unwrap();
    let mut replay = Replay::options().overwrite(true).create(&link).unwrap();
    replay.record(&counted(0), Metrics::new()).unwrap();
    replay.finish().unwrap();
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(Replay::open(file(&folder)).unwrap().epochs().len(), 1);
}

#[test]
fn epochs_that_were_not_recorded_stay_gaps() {
    let mut replay = Replay::options().every(10).in_memory();
    for epoch in 0..=25 {
        assert_eq!(replay.record(&counted(epoch), [("loss", epoch as f64)]).unwrap(), epoch);
    }
    replay.record_epoch(37, &counted(37), Metrics::new()).unwrap();
    assert_eq!(replay.record(&counted(38), Metrics::new()).unwrap(), 38);
    assert_eq!(replay.epochs().collect::<Vec<_>>(), [0, 10, 20, 37]);
    assert_eq!(replay.curve("loss").unwrap(), [(0, 0.0), (10, 10.0), (20, 20.0)]);
    let message = replay.weights(15).unwrap_err().to_string();
    assert_eq!(message, "epoch 15 was not recorded; recorded are 4 from 0 to 37, see `epochs`");
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
fn other_data_can_be_replayed_on_than_was_recorded() {
    let model = Sequential::builder(2).layer(Dense::new(1).activation(Activation::Sigmoid)).build(1).unwrap();
    let mut replay = Replay::options().in_memory();
    replay.record(&model, Metrics::new()).unwrap();
    let message = replay.at(0).unwrap().probabilities().unwrap_err().to_string();
    assert_eq!(message, "the recording holds no data set; supply one by `with_dataset`");
    let validation = datasets::moons(30, 0.1, 1);
    let replay = replay.with_dataset(&validation).unwrap();
    assert_eq!(replay.at(0).unwrap().probabilities().unwrap().nrows(), 30);
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
    assert!(snapshot.probabilities().unwrap().iter().all(|p| p.is_nan()));
    let metrics = snapshot.evaluate(Loss::MeanSquaredError).unwrap();
    assert!(metrics.get("loss").unwrap().is_nan());
    assert_eq!(metrics.get("accuracy"), Some(0.0), "NaN is no class, and never the right one");
    assert_eq!(snapshot.classes(0.5).unwrap(), [None; 10]);
    assert_eq!(snapshot.confusion(0.5).unwrap().undecided, [5, 5]);
    assert_eq!(snapshot.probability_histogram(4, 0.5).unwrap().undecided, [5, 5]);
    assert_eq!(snapshot.loss_histogram(Loss::MeanSquaredError, 4).unwrap().not_finite, 10);
    let space = snapshot.decision_boundary(&training_replay::analysis::Grid::default()).unwrap();
    assert!(space.boundary.is_empty());
}

//! A file of format 1.2 is read by every version from now on: the golden one in `tests/data` was written once, by the ignored
//! test, and is never written again. It holds what 1.1 has not: compressed epochs, stored in every way there is.

mod common;

use std::path::{Path, PathBuf};

use common::bytes::{COMPRESSED, records};
use training_replay::{Dataset, Error, Matrix, Moment, Parameter, Replay, Sequential, Values, Weights, half::bf16};

const NAME: &str = "format_1_2_compressed.replay";

fn place(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)
}

/// Epochs 0 to 12, and a step within epoch 5.
fn moments() -> Vec<Moment> {
    let mut moments: Vec<Moment> = (0..13).map(Moment::from).collect();
    moments.insert(5, Moment::from((5, 3)));
    moments
}

/// Arrays that move a little, at random, and not at all; integers only, so that they are the same everywhere.
fn weights(moment: Moment) -> Weights {
    let number = 4 * moment.epoch() as u32 + moment.step().unwrap_or(4);
    let noise =
        |i: u32| (i + 1).wrapping_mul(0x9E37_79B9).wrapping_add(number.wrapping_mul(0x85EB_CA6B)).rotate_left(7);
    let moved = |i: u32| f32::from_bits(0x3f00_0000 + i * 7_919 % 65_536 * 16 + number * (i % 5) + noise(i) % 8);
    let values: Vec<(&'static str, Values<'static>)> = vec![
        ("moved", (0..200).map(moved).collect::<Vec<_>>().into()),
        ("half", (0..100).map(|i| bf16::from_bits(0x3f00 + (i + number / 3) as u16)).collect::<Vec<_>>().into()),
        ("noise", (0..9).map(|i| f32::from_bits(noise(i) | 0x7f80_0000)).collect::<Vec<_>>().into()),
        ("wide", (0..40).map(|i| i64::from(i * number) - 300).collect::<Vec<_>>().into()),
        ("frozen", (0..50).map(|i| f64::from(i) / 8.0).collect::<Vec<_>>().into()),
        ("truth", (0..30).map(|i| noise(i) % 3 == 0).collect::<Vec<_>>().into()),
        ("nothing", Vec::<i8>::new().into()),
    ];
    values.into_iter().map(|(name, values)| Parameter::new("layer", name, [values.len()], values)).collect()
}

#[cfg(feature = "compression")]
#[test]
#[ignore = "writes the golden file; it was run once, when format 1.2 was decided"]
fn write_the_golden_file() {
    let mut replay = Replay::options().compress(true).metadata("seed", "7").create(place(NAME)).unwrap();
    for moment in moments() {
        assert!(replay.record_at(moment, &weights(moment), [("loss", 0.5), ("epoch", moment.epoch() as f64)]).unwrap());
    }
    replay.finish().unwrap();
}

/// A training set with names and labels to validate on, as a file of their own.
fn data() -> [Dataset; 2] {
    let inputs = || Matrix::from_row_slice(3, 2, &[-1.0, 0.25, -0.0, 0.5, 1.0, -0.75]);
    let training = Dataset::from_class_labels(inputs(), &[2, 0, 1], 1, 3).unwrap();
    let training = training.with_class_names(["a", "\u{e9}", "c"]).unwrap().with_feature_names(["x", "y"]).unwrap();
    [training.clone(), Dataset::from_class_labels(inputs().rows(1, 2).into_owned(), &[1, 1], 1, 3).unwrap()]
}

/// A recording that refers to a file of data beside it.
const SHARED: [&str; 2] = ["format_1_2_shared_data.replay", "format_1_2_shared_data.dataset"];

#[test]
#[ignore = "writes the golden files; it was run once, when data sets could be shared"]
fn write_the_golden_files_of_shared_data() {
    let [training, validation] = data();
    let options = Replay::options().dataset(&training).named_dataset("validation", &validation).without_probe();
    // Elsewhere, and moved together.
    let folder = tempfile::tempdir().unwrap();
    let [path, file] = SHARED.map(|name| folder.path().join(name));
    let mut replay = options.share_data(&file).create(&path).unwrap();
    for epoch in 0..3 {
        replay.record(&weights(epoch.into()), [("loss", 0.5)]).unwrap();
    }
    replay.finish().unwrap();
    std::fs::copy(path, place(SHARED[0])).unwrap();
    std::fs::copy(file, place(SHARED[1])).unwrap();
}

#[test]
fn the_golden_recording_finds_its_data_beside_it() {
    let replay = Replay::open(place(SHARED[0])).unwrap();
    let [training, validation] = data();
    assert_eq!(replay.dataset().unwrap(), &training);
    let run = replay.run_from(&|_: &Weights| Err::<Sequential, _>(Error::other("none is asked for")));
    let found = run.clone().on("validation").unwrap().dataset().unwrap();
    assert_eq!((found.inputs(), found.targets()), (validation.inputs(), validation.targets()));
    assert!(replay.check_integrity().unwrap().is_empty());
    assert_eq!(replay.shared_data().unwrap().path().unwrap(), place(SHARED[1]));
    assert_eq!(replay.weights(2).unwrap().get("layer", "wide"), weights(2.into()).get("layer", "wide"));
}

#[test]
fn the_reader_in_python_finds_the_data_beside_the_golden_recording() {
    common::python::agrees(&SHARED.map(place));
}

#[test]
fn what_is_beside_the_weights_reads_in_any_build() {
    let replay = Replay::open(place(NAME)).unwrap();
    assert!(replay.is_finished() && replay.recorded_weights().is_compressed() && replay.damage().is_empty());
    assert_eq!(replay.metadata().collect::<Vec<_>>(), [("seed", "7")]);
    for moment in moments() {
        assert_eq!(replay.metrics(moment).unwrap().get("epoch"), Some(moment.epoch() as f64));
    }
}

#[test]
fn the_golden_file_reads_or_says_which_feature_it_needs() {
    let replay = Replay::open(place(NAME)).unwrap();
    for moment in moments() {
        match replay.weights(moment) {
            Ok(found) => {
                let expected = weights(moment);
                assert_eq!(found.len(), expected.len(), "{moment}");
                found.iter().zip(expected.iter()).for_each(|(found, expected)| {
                    assert!(found.name() == expected.name() && found.values().same_bits(expected.values()), "{moment}");
                });
            }
            Err(error @ Error::Invalid { .. }) if cfg!(not(feature = "compression")) => {
                assert!(
                    error
                        .to_string()
                        .ends_with("is compressed; it must be read by a build with the feature `compression`")
                );
            }
            Err(error) => panic!("{moment}: {error}"),
        }
    }
}

#[test]
fn the_golden_file_has_every_way_to_store_an_array() {
    let bytes = std::fs::read(place(NAME)).unwrap();
    assert_eq!(bytes[8..12], [1, 0, 2, 0]);
    let snapshots: Vec<_> = records(&bytes).into_iter().filter(|record| record.kind == COMPRESSED).collect();
    assert_eq!(snapshots.len(), moments().len());
    let arrays = weights(Moment::from(0)).len();
    let ways = |meta: &[u8]| meta[meta.len() - 24 * arrays..].chunks(24).map(|array| array[0]).collect::<Vec<u8>>();
    let all: std::collections::BTreeSet<u8> =
        snapshots.iter().flat_map(|record| ways(&bytes[record.meta.clone()])).collect();
    assert_eq!(all, [0, 1, 2, 3].into());
}

#[cfg(feature = "compression")]
#[test]
fn the_reader_in_python_finds_the_same_bit_for_bit() {
    common::python::agrees_with(&[place(NAME)], "numpy, zstandard");
}

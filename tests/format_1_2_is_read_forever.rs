//! A file of format 1.2 is read by every version from now on: the golden one in `tests/data` was written once, by the ignored
//! test, and is never written again. It holds what 1.1 has not: compressed epochs, stored in every way there is.

mod common;

use std::path::{Path, PathBuf};

use common::bytes::{COMPRESSED, records};
use training_replay::{Error, Moment, Parameter, Replay, Values, Weights, half::bf16};

const NAME: &str = "format_1_2_compressed.replay";

fn place() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(NAME)
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
    let mut replay = Replay::options().compress(true).metadata("seed", "7").create(place()).unwrap();
    for moment in moments() {
        assert!(replay.record_at(moment, &weights(moment), [("loss", 0.5), ("epoch", moment.epoch() as f64)]).unwrap());
    }
    replay.finish().unwrap();
}

#[test]
fn what_is_beside_the_weights_reads_in_any_build() {
    let replay = Replay::open(place()).unwrap();
    assert!(replay.is_finished() && replay.recorded_weights().is_compressed() && replay.damage().is_empty());
    assert_eq!(replay.metadata().collect::<Vec<_>>(), [("seed", "7")]);
    for moment in moments() {
        assert_eq!(replay.metrics(moment).unwrap().get("epoch"), Some(moment.epoch() as f64));
    }
}

#[test]
fn the_golden_file_reads_or_says_which_feature_it_needs() {
    let replay = Replay::open(place()).unwrap();
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
    let bytes = std::fs::read(place()).unwrap();
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
    common::python::agrees_with(&[place()], "numpy, zstandard");
}

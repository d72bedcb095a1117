//! Snapshots so large that threads share the reading: bit for bit, and damage anywhere in them is found.

use std::{collections::BTreeMap, sync::Mutex};

use training_replay::{Error, Metrics, Parameter, Replay, Result, Values, Weights, half::bf16};

/// Arrays of 40 MB in all: none, one and many values, of three types.
fn weights(seed: u32) -> Weights {
    let bits = |count: u32| (0..count).map(move |i| (i ^ seed).wrapping_mul(2_654_435_761));
    let floats = |count| bits(count).map(f32::from_bits).collect::<Vec<f32>>();
    let halves: Vec<bf16> = bits(1_000_001).map(|bits| bf16::from_bits(bits as u16)).collect();
    let parameters = [
        Parameter::new("first", "empty", [0], Vec::<f32>::new()),
        Parameter::new("first", "kernel", [1_500, 2_000], floats(3_000_000)),
        Parameter::new("first", "one", [1], floats(1)),
        Parameter::new("second", "halves", [1_000_001], halves),
        Parameter::new("second", "doubles", [1_000_000], bits(1_000_000).map(f64::from).collect::<Vec<f64>>()),
        Parameter::new("third", "kernel", [4_500_000], floats(4_500_000)),
        Parameter::new("third", "last", [3], floats(3)),
    ];
    parameters.into_iter().collect()
}

fn same_bits(one: &Weights, other: &Weights) -> bool {
    one.len() == other.len() && one.iter().zip(other.iter()).all(|(one, other)| one.values().same_bits(other.values()))
}

/// The values of an array that has f32.
fn singles<'w>(weights: &'w Weights, layer: &str) -> &'w [f32] {
    let Some(Values::F32(values)) = weights.get(layer, "kernel").map(Parameter::values) else { panic!("{layer}") };
    values
}

fn recorded(snapshots: &[Weights]) -> Vec<u8> {
    let (mut replay, mut bytes) = (Replay::options().in_memory(), Vec::new());
    snapshots.iter().for_each(|weights| assert!(replay.record(weights, Metrics::new()).is_ok()));
    replay.write_to(&mut bytes).unwrap();
    bytes
}

#[test]
fn every_bit_comes_back_also_into_memory_that_is_there() -> Result<()> {
    let snapshots = [weights(1), weights(2)];
    let replay = Replay::from_bytes(recorded(&snapshots))?;
    let mut into = Weights::default();
    for epoch in [0, 1, 0] {
        let expected = &snapshots[epoch];
        assert!(same_bits(&replay.weights(epoch as u64)?, expected), "epoch {epoch}");
        let before = into.get("third", "kernel").map(|_| singles(&into, "third").as_ptr());
        replay.recorded_weights().read_into(epoch as u64, &mut into)?;
        assert!(same_bits(&into, expected), "epoch {epoch} into others");
        assert!(before.is_none_or(|before| singles(&into, "third").as_ptr() == before));
    }
    Ok(())
}

#[test]
fn a_bit_that_flips_in_any_of_the_arrays_or_between_them_is_found() {
    let snapshots = [weights(1), weights(2)];
    let bytes = recorded(&snapshots);
    let needle: Vec<u8> = singles(&snapshots[0], "first")[..16].iter().flat_map(|value| value.to_le_bytes()).collect();
    let start = bytes.chunks(64).position(|block| block == needle).unwrap() * 64;
    // In the first array, behind its end where there are zeros, in the single value, in the middle, and in the last array.
    let one = 12_000_000_usize.next_multiple_of(64);
    let places = [0, 11_999_999, 12_000_001, one, one + 4, 18_000_000, 25_000_000, 39_000_000];
    for place in places {
        let mut flipped = bytes.clone();
        flipped[start + place] ^= 4;
        let replay = Replay::from_bytes(flipped).unwrap();
        let mut weights = snapshots[1].clone();
        let error = replay.recorded_weights().read_into(0, &mut weights).unwrap_err();
        assert!(matches!(error, Error::Corrupted { .. }) && weights.is_empty(), "byte {place}: {error}");
        assert!(same_bits(&replay.weights(1).unwrap(), &snapshots[1]), "the next epoch is not hit");
    }
}

/// The values of all arrays, put together from their pieces, each of which must begin where the one before it ended.
fn pieced(replay: &Replay, epoch: u64) -> Result<BTreeMap<(String, String), Vec<f64>>> {
    let all = Mutex::new(BTreeMap::<_, Vec<f64>>::new());
    replay.recorded_weights().for_each_piece(epoch, |parameter, start, values| {
        let mut all = all.lock().unwrap();
        let values_before = all.entry((parameter.layer().to_owned(), parameter.name().to_owned())).or_default();
        assert_eq!(values_before.len(), start);
        values_before.extend(values.to_f64().iter());
        Ok(())
    })?;
    Ok(all.into_inner().unwrap())
}

#[test]
fn pieces_make_the_whole() -> Result<()> {
    let snapshot = weights(1);
    let small: Weights = [
        Parameter::new("a", "truths", [300_000], (0..300_000).map(|i| i % 7 == 0).collect::<Vec<bool>>()),
        Parameter::new("a", "scalar", [], vec![5_i8]),
        Parameter::new("b", "none", [0, 4], Vec::<u16>::new()),
    ]
    .into_iter()
    .collect();
    for weights in [snapshot, small, Weights::default()] {
        let found = pieced(&Replay::from_bytes(recorded(std::slice::from_ref(&weights)))?, 0)?;
        let full: Vec<_> = weights.iter().filter(|parameter| !parameter.values().is_empty()).collect();
        assert_eq!(found.len(), full.len());
        for parameter in full {
            let bits = |values: &[f64]| values.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
            let found = &found[&(parameter.layer().to_owned(), parameter.name().to_owned())];
            assert!(bits(found) == bits(&parameter.values().to_f64()), "{}", parameter.name());
        }
    }
    Ok(())
}

#[test]
fn pieces_of_a_damaged_epoch_end_in_its_error_and_an_error_in_a_piece_ends_them() {
    let snapshot = weights(1);
    let mut bytes = recorded(&[snapshot.clone(), snapshot]);
    let replay = Replay::from_bytes(bytes.clone()).unwrap();
    let refused = replay.recorded_weights().for_each_piece(0, |parameter, start, _| match (parameter.layer(), start) {
        ("third", start) if start > 0 => Err(Error::model("no more room")),
        _ => Ok(()),
    });
    assert_eq!(refused.unwrap_err().to_string(), Error::model("no more room").to_string());
    assert!(matches!(replay.recorded_weights().for_each_piece(2, |_, _, _| Ok(())), Err(Error::UnknownEpoch { .. })));
    let within_the_first = bytes.len() / 4;
    bytes[within_the_first] ^= 1;
    let error = pieced(&Replay::from_bytes(bytes).unwrap(), 0).unwrap_err();
    assert!(matches!(error, Error::Corrupted { .. }), "{error}");
}

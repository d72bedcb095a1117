//! What was recorded compressed comes back bit for bit, in any order, from at most eight records; and takes less room.
#![cfg(feature = "compression")]

mod common;

use std::fs;

use common::{
    arrays::{file, same_bits},
    bytes::{COMPRESSED, EPOCH, read_from, records},
};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use training_replay::{
    Later, Metrics, Moment, Parameter, Replay, ReplayOptions, Values, Weights,
    half::{bf16, f16},
};

/// More values than a block has.
const MANY: usize = 70_000;

/// Arrays of every type as they are after so many steps of training: some move a little, some at random, some now and then, and
/// some never.
fn trained(step: u64) -> Weights {
    let drift = |i: usize| (i as f32 * 0.7).sin() / 30.0 + step as f32 * 1e-5 * (i as f32 * 1.3).cos();
    let noise = |i: usize| (i as u64 + 1).wrapping_mul((step + 7).wrapping_mul(0x9E37_79B9_7F4A_7C15)).rotate_left(23);
    let steps = |i: usize| (step / 5 + i as u64) as u32;
    let values: Vec<(&'static str, Values<'static>)> = vec![
        ("f32", (0..MANY).map(drift).collect::<Vec<f32>>().into()),
        ("f64", (0..999).map(|i| f64::from(drift(i))).collect::<Vec<_>>().into()),
        ("f16", (0..999).map(|i| f16::from_f32(drift(i))).collect::<Vec<_>>().into()),
        ("bf16", (0..MANY).map(|i| bf16::from_f32(drift(i))).collect::<Vec<_>>().into()),
        ("noise", (0..500).map(|i| f32::from_bits(noise(i) as u32)).collect::<Vec<_>>().into()),
        ("i8", (0..500).map(|i| noise(i) as i8).collect::<Vec<_>>().into()),
        ("i16", (0..500).map(|i| steps(i) as i16 - 200).collect::<Vec<_>>().into()),
        ("i64", (0..500).map(|i| i64::MIN + i64::from(steps(i))).collect::<Vec<_>>().into()),
        ("u64", (0..500).map(noise).collect::<Vec<_>>().into()),
        ("bool", (0..500).map(|i| noise(i).is_multiple_of(9)).collect::<Vec<_>>().into()),
        ("frozen", (0..MANY).map(|i| (i as f32).sin()).collect::<Vec<f32>>().into()),
        ("now and then", vec![(step / 3) as f32; 2_000].into()),
        ("zeros", vec![if step.is_multiple_of(2) { 0.0_f32 } else { -0.0 }; 40].into()),
        ("nothing", Vec::<f32>::new().into()),
        ("a nan", vec![f32::from_bits(0x7fa0_1234)].into()),
    ];
    values.into_iter().map(|(name, values)| Parameter::new("layer", name, [values.len()], values)).collect()
}

/// Every epoch, and a step before each but the first.
fn moments(epochs: u64) -> Vec<Moment> {
    (0..epochs).flat_map(|epoch| [Moment::from((epoch, 2)), Moment::from(epoch)]).skip(1).collect()
}

fn number(moment: Moment) -> u64 {
    2 * moment.epoch() + u64::from(moment.step().is_none())
}

fn compressed() -> ReplayOptions {
    Replay::options().compress(true)
}

fn record(replay: &mut Replay, moments: &[Moment]) {
    for &moment in moments {
        let metrics = [("number", number(moment) as f64)];
        assert!(replay.record_at(moment, &trained(number(moment)), metrics).unwrap());
    }
}

fn bytes_of(replay: &Replay) -> Vec<u8> {
    let mut bytes = Vec::new();
    replay.write_to(&mut bytes).unwrap();
    bytes
}

fn expect(replay: &Replay, moment: Moment) {
    assert!(same_bits(&replay.weights(moment).unwrap(), &trained(number(moment))), "{moment}");
    assert_eq!(replay.metrics(moment).unwrap().get("number"), Some(number(moment) as f64));
}

#[test]
fn all_bits_come_back_in_any_order_together_and_each_alone() {
    let moments = moments(30);
    let mut replay = compressed().in_memory();
    record(&mut replay, &moments);
    let reopened = Replay::from_bytes(bytes_of(&replay)).unwrap();
    for replay in [&replay, &reopened] {
        moments.iter().chain(moments.iter().rev()).for_each(|&moment| expect(replay, moment));
        let mut rng = ChaCha8Rng::seed_from_u64(3);
        (0..40).for_each(|_| expect(replay, moments[rng.random_range(0..moments.len())]));
        assert!(replay.check_integrity().unwrap().is_empty() && replay.recorded_weights().is_compressed());
    }
    for &moment in &[moments[0], moments[17], moments[58]] {
        for parameter in trained(number(moment)).iter() {
            let alone = reopened.parameter(moment, parameter.layer(), parameter.name()).unwrap();
            assert!(alone.values().same_bits(parameter.values()), "{} of {moment}", parameter.name());
        }
        assert!(reopened.recorded_weights().check(moment).is_ok());
    }
}

#[test]
fn pieces_are_handed_over_as_those_of_any_recording() {
    let pieces = |options: ReplayOptions| {
        let mut replay = options.in_memory();
        record(&mut replay, &moments(4));
        let found = std::sync::Mutex::new(Vec::new());
        let each = |parameter: training_replay::RecordedParameter<'_>, start, values: &Values<'_>| {
            found.lock().unwrap().push((parameter.name().to_owned(), start, format!("{values:?}")));
            Ok(())
        };
        replay.recorded_weights().for_each_piece((3, 2), each).unwrap();
        found.into_inner().unwrap()
    };
    assert!(pieces(compressed()) == pieces(Replay::options()));
}

#[test]
fn threads_that_ask_at_once_get_the_right_bits() {
    let moments = moments(12);
    let mut replay = compressed().in_memory();
    record(&mut replay, &moments);
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let (replay, moments) = (&replay, &moments);
            scope.spawn(move || {
                (0..moments.len()).for_each(|i| expect(replay, moments[(i * 7 + thread * 5) % moments.len()]));
            });
        }
    });
}

#[test]
fn any_snapshot_is_read_from_at_most_eight_records() {
    let mut replay = compressed().in_memory();
    record(&mut replay, &moments(60));
    let bytes = bytes_of(&replay);
    let records = records(&bytes);
    let snapshots: Vec<_> = records.iter().filter(|record| record.kind == COMPRESSED).collect();
    assert_eq!(snapshots.len(), 119);
    let counts: Vec<usize> = snapshots.iter().map(|record| read_from(&bytes, &records, record).len()).collect();
    assert!(counts.iter().all(|count| (1..=8).contains(count)) && counts.contains(&8), "{counts:?}");
    assert!(counts.iter().filter(|&&count| count == 1).count() <= 1, "what never changes is stored once: {counts:?}");
}

#[test]
fn what_never_changes_is_stored_once() {
    let frozen = |value: f32| {
        Parameter::new("base", "kernel", [100_000], (0..100_000).map(|i| i as f32 * value).collect::<Vec<_>>())
    };
    let head = |step: usize| Parameter::new("head", "kernel", [10], vec![step as f32; 10]);
    let mut replay = compressed().in_memory();
    let mut sizes = Vec::new();
    for step in 0..100 {
        replay.record(&Weights::from_iter([frozen(0.7), head(step)]), Metrics::new()).unwrap();
        sizes.push(bytes_of(&replay).len());
    }
    assert!(sizes[99] - sizes[0] < 99 * 500, "{} after {}", sizes[99], sizes[0]);
    replay.record(&Weights::from_iter([frozen(0.8), head(7)]), Metrics::new()).unwrap();
    for step in [0, 1, 50, 99, 100] {
        let expected = if step == 100 { frozen(0.8) } else { frozen(0.7) };
        assert!(replay.parameter(step, "base", "kernel").unwrap().values().same_bits(expected.values()));
    }
}

#[test]
fn by_default_nothing_is_compressed_and_the_file_is_of_format_1_1() {
    let mut replay = Replay::options().in_memory();
    record(&mut replay, &moments(3));
    let bytes = bytes_of(&replay);
    assert_eq!(bytes[8..12], [1, 0, 1, 0]);
    assert!(
        records(&bytes).iter().all(|record| record.kind != COMPRESSED) && !replay.recorded_weights().is_compressed()
    );
    let mut off = compressed().compress(false).in_memory();
    record(&mut off, &moments(3));
    assert_eq!(bytes_of(&off).len(), bytes.len());
    let mut on = compressed().in_memory();
    record(&mut on, &moments(3));
    assert_eq!(bytes_of(&on)[8..12], [1, 0, 2, 0]);
}

#[test]
fn a_recording_goes_on_as_it_is_unless_something_else_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let moments = moments(9);
    let mut replay = compressed().create(file(&folder)).unwrap();
    record(&mut replay, &moments[..5]);
    drop(replay);
    let mut replay = Replay::append(file(&folder)).unwrap();
    record(&mut replay, &moments[5..9]);
    drop(replay);
    let mut replay = Replay::options().compress(false).append(file(&folder)).unwrap();
    record(&mut replay, &moments[9..12]);
    drop(replay);
    let mut replay = compressed().append(file(&folder)).unwrap();
    record(&mut replay, &moments[12..]);
    replay.finish().unwrap();
    let replay = Replay::open(file(&folder)).unwrap();
    moments.iter().for_each(|&moment| expect(&replay, moment));
    let bytes = fs::read(file(&folder)).unwrap();
    let kinds: Vec<u16> =
        records(&bytes).iter().filter(|record| record.is_snapshot()).map(|record| record.kind).collect();
    let expected: Vec<u16> = (0..17).map(|i| if (9..12).contains(&i) { EPOCH } else { COMPRESSED }).collect();
    assert_eq!(kinds, expected);
}

#[test]
fn a_file_of_format_1_1_takes_no_compressed_snapshots() {
    let folder = tempfile::tempdir().unwrap();
    let mut replay = Replay::options().create(file(&folder)).unwrap();
    record(&mut replay, &moments(2));
    drop(replay);
    let before = fs::read(file(&folder)).unwrap();
    let refused = compressed().append(file(&folder)).unwrap_err().to_string();
    assert!(refused.contains("is 1.1; it must be 1.2 to append compressed snapshots"), "{refused}");
    assert!(fs::read(file(&folder)).unwrap() == before);
}

#[test]
fn what_is_later_moves_into_a_recording_that_is_whole_and_the_rest_goes_on() {
    for cut in 0..12 {
        let folder = tempfile::tempdir().unwrap();
        let (moments, lost) = (moments(12), folder.path().join("lost.replay"));
        let mut replay = compressed().create(file(&folder)).unwrap();
        record(&mut replay, &moments);
        drop(replay);
        let last = moments[2 * cut as usize];
        assert_eq!(last, Moment::from(cut as u64));
        let later = Later::MoveTo(lost.clone());
        let mut replay = Replay::options().append_after(file(&folder), last, later).unwrap();
        moments.iter().filter(|&&moment| moment <= last).for_each(|&moment| expect(&replay, moment));
        let next: Vec<Moment> = (cut + 1..cut + 4).map(|epoch| Moment::from(epoch as u64)).collect();
        record(&mut replay, &next);
        next.iter().for_each(|&moment| expect(&replay, moment));
        assert!(replay.recorded_weights().is_compressed() && replay.check_integrity().unwrap().is_empty());
        if cut < 11 {
            let moved = Replay::open(&lost).unwrap();
            assert!(moved.recorded_weights().is_compressed() && moved.check_integrity().unwrap().is_empty());
            moments.iter().filter(|&&moment| moment > last).for_each(|&moment| expect(&moved, moment));
            assert!(fs::metadata(&lost).unwrap().len() < 400_000 + 500_000 * (22 - 2 * cut as u64));
        }
    }
}

#[test]
fn a_write_that_the_model_fails_leaves_the_next_snapshot_right() {
    let mut replay = compressed().in_memory();
    record(&mut replay, &moments(3));
    let other = trained(6).into_iter().skip(1).collect::<Weights>();
    assert!(replay.record(&other, Metrics::new()).is_err());
    let all = moments(6);
    record(&mut replay, &all[5..]);
    all.iter().for_each(|&moment| expect(&replay, moment));
}

//! Whatever the bytes of a file are, with every checksum right: reading it answers or is an error. It does not panic,
//! and takes no more memory than the file is long and a constant.

mod common;

use std::{
    path::Path,
    sync::{Mutex, MutexGuard, PoisonError},
};

use common::{
    arrays::Arrays,
    bytes::{EPOCH, header, records, reseal, resequenced},
    hostile::{append, ask, mutated, recordings, run, sharing, survives_as_data},
    process::{self, Page, given, role},
    scale::{report, scaled},
};
use peak_alloc::PeakAlloc;
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use training_replay::{Dataset, Matrix, Metrics, Replay, ReplayOptions, Values};

#[global_allocator]
static ALLOCATED: PeakAlloc = PeakAlloc;

/// What reading may take beside the length of the file: 1 MiB for a list whose length is claimed, as many times as lists
/// are nested, and small change.
const CONSTANT: usize = 3 << 20;

/// Memory is counted for the whole process, so one test at a time.
fn alone() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// How much more memory there was while `work` ran than before, at the most.
fn peak(work: impl FnOnce()) -> usize {
    let before = ALLOCATED.current_usage();
    ALLOCATED.reset_peak_usage();
    work();
    ALLOCATED.peak_usage() - before
}

/// The memory that opening a file and asking everything takes, beside the file itself.
fn peak_of_asking(bytes: Vec<u8>) -> usize {
    peak(|| drop(Replay::from_bytes(bytes).map(|replay| ask(&replay))))
}

fn instructions(rng: &mut impl Rng) -> Vec<u8> {
    let mut instructions = vec![0; 6 * rng.random_range(1..8)];
    rng.fill_bytes(&mut instructions);
    instructions
}

/// Two processes take half of them each, since the memory of a process is counted as a whole.
#[test]
fn mutated_files_are_answered_or_refused_within_the_memory_of_the_file() {
    let halves = [0, 1].map(|half| Page::start(role("mutator", Path::new("none"), half)));
    let counted = halves.map(|half| {
        let lines = half.wait();
        let numbers =
            |line: &String| line.split(' ').map(|number| number.parse::<usize>().unwrap()).collect::<Vec<_>>();
        lines.last().map(numbers).unwrap()
    });
    let (opened, largest) = (counted[0][0] + counted[1][0], counted[0][1].max(counted[1][1]));
    let mutations = scaled(100_000, 10_000_000);
    report(format_args!(
        "{mutations} mutated files: {opened} opened, 0 panics, at most {largest} bytes more than the file is long"
    ));
}

#[test]
#[ignore = "a role that another test starts as a process of its own"]
fn mutator() {
    let Some((_, half)) = given() else { return };
    let bases = recordings();
    let (mut opened, mut largest) = (0, 0);
    for seed in (half as u64..scaled(100_000, 10_000_000)).step_by(2) {
        let base = bases[(seed % bases.len() as u64) as usize].clone();
        let bytes = mutated(base, &instructions(&mut ChaCha8Rng::seed_from_u64(seed)));
        opened += u64::from(Replay::from_bytes(bytes.clone()).map(|replay| run(&replay)).is_ok());
        let length = bytes.len();
        let excess = peak_of_asking(bytes).saturating_sub(length);
        assert!(excess <= CONSTANT, "seed {seed}: {excess} bytes more than the {length} of the file");
        largest = largest.max(excess);
    }
    process::say(&format!("{opened} {largest}"));
}

#[test]
fn what_is_appended_to_a_mutated_file_leaves_its_epochs_as_they_were() {
    let _alone = alone();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.replay");
    let bases = recordings();
    let mutations = scaled(10_000, 1_000_000);
    let appended = (0..mutations).filter(|&seed| {
        let base = bases[(seed % bases.len() as u64) as usize].clone();
        let bytes = mutated(base, &instructions(&mut ChaCha8Rng::seed_from_u64(seed)));
        append(&bytes, &path)
    });
    let appended = appended.count();
    report(format_args!("{mutations} mutated files: {appended} appended to, old epochs unchanged"));
    assert!(appended as u64 > mutations / 10);
}

#[test]
fn a_mutated_file_of_shared_data_is_the_recorded_data_or_an_error() {
    let _alone = alone();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("test.dataset");
    let [recording, whole] = sharing(&path);
    assert!(survives_as_data(&recording, &whole, &path));
    let mutations = scaled(10_000, 1_000_000);
    let right = (0..mutations).filter(|&seed| {
        let bytes = mutated(whole.clone(), &instructions(&mut ChaCha8Rng::seed_from_u64(seed)));
        survives_as_data(&recording, &bytes, &path)
    });
    let right = right.count();
    report(format_args!("{mutations} mutated files of data: {right} with the recorded data, the others are errors"));
    assert!(right > 0 && (right as u64) < mutations);
}

fn written(replay: &Replay) -> Vec<u8> {
    let mut bytes = Vec::new();
    replay.write_to(&mut bytes).unwrap();
    bytes
}

/// A recording of a model without parameters, and 100,000 epochs of these numbers whose records have not even a meta.
fn bare(number: impl Fn(u64) -> u64) -> Vec<u8> {
    let mut replay = Replay::options().in_memory();
    replay.record(&Arrays(vec![]), Metrics::new()).unwrap();
    let mut bytes = written(&replay);
    let mut record = header(&bytes, EPOCH, b"", 0);
    let sequence = records(&bytes).len() as u64;
    for i in 1..=100_000 {
        record[40..48].copy_from_slice(&number(i).to_le_bytes());
        bytes.extend(resequenced(&record, sequence + i));
    }
    bytes
}

fn recorded(options: ReplayOptions, model: Arrays, epochs: u64, metrics: &Metrics) -> Vec<u8> {
    let mut replay = options.in_memory();
    for _ in 0..epochs {
        replay.record(&model, metrics).unwrap();
    }
    written(&replay)
}

/// Files of nothing but what is smaller in a file than in memory, and how many times their length they may take: what is
/// in the first record or in names, which are at most 16 MiB each, ten times; what may go on for ever eight times.
fn bloated() -> Vec<(&'static str, Vec<u8>, usize)> {
    let nothing = || Arrays(vec![]);
    let one_of_many = (0..65_536).map(|i| (format!("{i:x}"), vec![0], Values::from(Vec::<f32>::new()))).collect();
    let arrays = (0..65_536).map(|i| (format!("{i:x}"), vec![0], Values::from(Vec::<f32>::new()))).collect();
    let notes = (0..1_000_000).fold(Replay::options(), |options, _| options.metadata("", ""));
    let typed = (0..400_000).fold(Replay::options(), |options, _| options.metadata("", true));
    let list = Replay::options().metadata("", vec![""; 1_300_000]);
    let short: Metrics = (0..4_096).map(|i| (format!("{i:x}"), 0.0)).collect();
    let long: Metrics = (0..4_000).map(|i| (format!("{i:04096}"), 0.0)).collect();
    vec![
        ("notes", recorded(notes, nothing(), 1, &Metrics::new()), 10),
        ("notes of truth values", recorded(typed, nothing(), 1, &Metrics::new()), 10),
        ("a note of empty texts", recorded(list, nothing(), 1, &Metrics::new()), 10),
        ("parameters", recorded(Replay::options(), Arrays(arrays), 1, &Metrics::new()), 10),
        (
            "parameters left out",
            recorded(Replay::options().only_parameters(["*/0"]), Arrays(one_of_many), 1, &Metrics::new()),
            10,
        ),
        ("names", recorded(Replay::options(), nothing(), 1, &long), 10),
        ("metrics", recorded(Replay::options(), nothing(), 100, &short), 8),
        ("epochs", recorded(Replay::options(), nothing(), 100_000, &Metrics::from([("", 0.0)])), 8),
        ("bare headers", bare(|number| number), 8),
        ("epochs out of order", bare(|_| 0), 8),
    ]
}

#[test]
fn files_of_nothing_but_overhead_take_a_small_multiple_of_their_length() {
    let _alone = alone();
    for (of, bytes, times) in bloated() {
        let length = bytes.len();
        let opening = peak(|| assert!(Replay::from_bytes(bytes).unwrap().check_integrity().is_ok()));
        let found = opening as f64 / length as f64;
        report(format_args!("a file of {length} bytes of {of}: {found:.1} times as much memory"));
        assert!(opening < times * length + CONSTANT, "{of}");
    }
}

#[test]
fn data_take_as_much_memory_as_they_are_large_and_once_more_in_the_other_order() {
    let _alone = alone();
    let inputs = Matrix::zeros(1_000_000, 3);
    let data = Dataset::new(inputs, Matrix::zeros(1_000_000, 1)).unwrap();
    let bytes = recorded(Replay::options().dataset(&data), Arrays(vec![]), 1, &Metrics::new());
    drop(data);
    let mut turned = bytes.clone();
    let meta = records(&turned)[1].meta.clone();
    turned[meta.end - 25] = 0; // the order, before the number of lengths and two of them
    reseal(&mut turned);
    for (bytes, times) in [(bytes, 1), (turned, 2)] {
        let length = bytes.len();
        let taken = peak(|| assert!(Replay::from_bytes(bytes).unwrap().dataset().is_ok()));
        assert!(taken <= times * length + CONSTANT, "{taken} of {length}");
    }
}

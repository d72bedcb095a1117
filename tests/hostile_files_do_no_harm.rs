//! Whatever the bytes of a file are, with every checksum right: reading it answers or is an error. It does not panic,
//! and takes no more memory than the file is long and a constant.

mod common;

use std::sync::{Mutex, MutexGuard, PoisonError};

use common::{
    arrays::Arrays,
    hostile::{append, ask, mutated, recording, run},
    scale::{report, scaled},
};
use peak_alloc::PeakAlloc;
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use training_replay::{Metrics, Replay, Values};

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

#[test]
fn mutated_files_are_answered_or_refused_within_the_memory_of_the_file() {
    let _alone = alone();
    let base = recording();
    let (mut opened, mut largest) = (0, 0);
    let mutations = scaled(200_000, 10_000_000);
    for seed in 0..mutations {
        let bytes = mutated(base.clone(), &instructions(&mut ChaCha8Rng::seed_from_u64(seed)));
        opened += u64::from(Replay::from_bytes(bytes.clone()).map(|replay| run(&replay)).is_ok());
        let length = bytes.len();
        let excess = peak_of_asking(bytes).saturating_sub(length);
        assert!(excess <= CONSTANT, "seed {seed}: {excess} bytes more than the {length} of the file");
        largest = largest.max(excess);
    }
    report(format_args!(
        "{mutations} mutated files: {opened} opened, 0 panics, at most {largest} bytes more than the file is long"
    ));
}

#[test]
fn what_is_appended_to_a_mutated_file_leaves_its_epochs_as_they_were() {
    let _alone = alone();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.replay");
    let base = recording();
    let mutations = scaled(10_000, 1_000_000);
    let appended = (0..mutations).filter(|&seed| {
        let bytes = mutated(base.clone(), &instructions(&mut ChaCha8Rng::seed_from_u64(seed)));
        append(&bytes, &path)
    });
    let appended = appended.count();
    report(format_args!("{mutations} mutated files: {appended} appended to, old epochs unchanged"));
    assert!(appended as u64 > mutations / 10);
}

fn written(replay: &Replay) -> Vec<u8> {
    let mut bytes = Vec::new();
    replay.write_to(&mut bytes).unwrap();
    bytes
}

/// Files that are nothing but what is smaller in a file than in memory, and how many times their length they may take:
/// what is in the first record, at most 16 MiB, tenfold, what may go on for ever twice.
fn bloated() -> [(&'static str, Vec<u8>, usize); 4] {
    let nothing = Arrays(vec![]);
    let parameters = (0..65_536).map(|i| (format!("{i:x}"), vec![0], Values::from(Vec::<f32>::new()))).collect();
    let names: Metrics = (0..4_096).map(|i| (format!("{i:x}"), 0.0)).collect();
    let mut notes = Replay::options();
    for _ in 0..1_000_000 {
        notes = notes.metadata("", "");
    }
    let mut notes = notes.in_memory();
    notes.record(&nothing, Metrics::new()).unwrap();
    let mut arrays = Replay::options().in_memory();
    arrays.record(&Arrays(parameters), Metrics::new()).unwrap();
    let (mut epochs, mut metrics) = (Replay::options().in_memory(), Replay::options().in_memory());
    (0..100_000).for_each(|_| assert!(epochs.record(&nothing, [("", 0.0)]).is_ok()));
    (0..100).for_each(|_| assert!(metrics.record(&nothing, &names).is_ok()));
    [
        ("notes", written(&notes), 10),
        ("parameters", written(&arrays), 10),
        ("epochs", written(&epochs), 2),
        ("metrics", written(&metrics), 2),
    ]
}

#[test]
fn files_of_nothing_but_overhead_take_a_small_multiple_of_their_length() {
    let _alone = alone();
    for (of, bytes, times) in bloated() {
        let length = bytes.len();
        let opening = peak(|| drop(Replay::from_bytes(bytes).unwrap()));
        let found = opening as f64 / length as f64;
        report(format_args!("a file of {length} bytes of {of}: {found:.1} times as much memory"));
        assert!(opening < times * length + CONSTANT, "{of}");
    }
}

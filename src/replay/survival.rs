//! What survives when calls of the backend fail: the recorder and the log on backends that tests break.

use std::{collections::BTreeSet, path::PathBuf, rc::Rc};

use super::{Base, Durability, Origin, Replay, ReplayOptions};
use crate::{
    Dataset, Error, Metrics, Moment, Parameter, Result, Training, Weights, datasets,
    storage::{
        Backend, Log, Preamble,
        testing::faulty::{Call, Calls, Fault, Faulty},
    },
};

/// How many snapshots a run has: epoch 0, step 1 of epoch 1, epoch 1, step 1 of epoch 2, epoch 2.
const SNAPSHOTS: u64 = 5;

/// One for every change, or as many as a release asks for.
pub(super) fn scaled(every_change: u64, release: u64) -> u64 {
    if std::env::var_os("RELEASE_TESTS").is_some() { release } else { every_change }
}

/// When the snapshot of a number is taken.
pub(super) fn moment(number: u64) -> Moment {
    let epoch = number.div_ceil(2);
    if number.is_multiple_of(2) { epoch.into() } else { (epoch, 1).into() }
}

pub(super) fn number(moment: Moment) -> u64 {
    2 * moment.epoch() - u64::from(moment.step().unwrap_or(0))
}

/// So many parameters, other ones for every snapshot and version, and none that compress well; and some that stay.
pub(super) fn weights(parameters: usize, number: u64, version: u64) -> Weights {
    let bits = |i: usize| (number * 1_000 + version + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_add(i as u64);
    let value = |i: usize| (bits(i).wrapping_mul(0xD6E8_FEB8_6659_FD93) >> 32) as f32;
    let values: Vec<f32> = (0..parameters).map(value).collect();
    [frozen(), Parameter::new("layer", "kernel", [parameters], values)].into_iter().collect()
}

fn frozen() -> Parameter<'static> {
    Parameter::new("body", "kernel", [2], vec![0.5_f32, -0.0])
}

/// The state of training beside them, of other arrays in every other snapshot.
pub(super) fn state(number: u64, version: u64) -> Weights {
    let values = vec![number * 1_000 + version; 1 + number as usize % 2];
    [Parameter::new("", "steps", [values.len()], values)].into_iter().collect()
}

pub(super) fn metrics(number: u64, version: u64) -> Metrics {
    Metrics::from([("loss", number as f64), ("version", version as f64)])
}

pub(super) fn data() -> Dataset {
    datasets::parabola(10, 1)
}

/// What a recording is like, beside its snapshots and their states: either way the same is promised.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Kind {
    pub(super) compressed: bool,
    /// Its data sets lie in another file.
    pub(super) shared: bool,
    /// Parameters that stay as they are were left out.
    pub(super) partial: bool,
}

/// The kinds that this build can record.
pub(super) fn kinds() -> Vec<Kind> {
    let of = |compressed, shared, partial| Kind { compressed, shared, partial };
    let all = [
        Kind::default(),
        of(true, false, false),
        of(false, true, true),
        of(true, true, true),
        of(false, true, false),
        of(false, false, true),
    ];
    all.into_iter().filter(|kind| COMPRESSED.contains(&kind.compressed)).collect()
}

/// Those of large models, for which a run takes its time: all of them only where a release asks for it.
fn kinds_of_large() -> Vec<Kind> {
    let all = kinds();
    all.into_iter().filter(|kind| kind.shared == kind.partial || scaled(0, 1) == 1).collect()
}

impl Kind {
    /// The settings for it, which need data sets if those are to be shared.
    pub(super) fn settings(self) -> ReplayOptions {
        let mut options = settings(self.compressed);
        if self.shared {
            options = options.share_data(shared_file("one.dataset"));
        }
        if self.partial {
            options = options.without_parameters(["body/*"]);
        }
        options
    }

    /// Those of a recording with two data sets.
    fn options(self) -> ReplayOptions {
        let options = self.settings().dataset(&data()).named_dataset("validation", &validation());
        let options = options.durability(Durability::Every(2));
        if self.shared { options.share_data(shared_file("two.dataset")) } else { options }
    }
}

/// Where the data of this test lie, if they are shared.
fn shared_file(name: &str) -> PathBuf {
    thread_local! {
        static FOLDER: tempfile::TempDir = tempfile::tempdir().unwrap();
    }
    FOLDER.with(|folder| folder.path().join(name))
}

/// The recording with the parameters that it leaves out, if it does.
pub(super) fn completed(replay: Replay) -> Replay {
    let base = Base::of(&Weights::from_iter([frozen()])).unwrap();
    if replay.lacks_base() { base.complete(replay).unwrap() } else { replay }
}

fn validation() -> Dataset {
    datasets::moons(6, 0.1, 2)
}

pub(super) fn begin(backend: &(impl Backend + Clone + 'static), options: ReplayOptions) -> Result<Replay> {
    let preamble = Preamble::new(7).of_compressed(options.compress == Some(true));
    let log = Log::create(Box::new(backend.clone()), "test".into(), preamble)?;
    Ok(Replay::recording(log, Origin::Memory, options, None))
}

pub(super) fn go_on(backend: &(impl Backend + Clone + 'static), options: ReplayOptions) -> Result<Replay> {
    Replay::resume_on(Box::new(backend.clone()), Origin::Memory, options)
}

/// More than the log gathers before it writes, so that a record takes several writes.
pub(super) const LARGE: usize = 300_000;

/// Whether snapshots are compressed: either way the same is promised, if this build can.
pub(super) const COMPRESSED: &[bool] = if cfg!(feature = "compression") { &[false, true] } else { &[false] };

pub(super) fn settings(compressed: bool) -> ReplayOptions {
    let mut options = Replay::options();
    options.compress = Some(compressed);
    options
}

pub(super) fn record_version(replay: &mut Replay, parameters: usize, number: u64, version: u64) -> Result<()> {
    let (weights, metrics) = (weights(parameters, number, version), metrics(number, version));
    let (moment, model) = (moment(number), Training::new(&weights, state(number, version)));
    match moment.step() {
        None => replay.record(&model, metrics).map(|recorded| assert_eq!(recorded, moment.epoch())),
        Some(_) => replay.record_at(moment, &model, metrics).map(|recorded| assert!(recorded)),
    }
}

fn record(replay: &mut Replay, number: u64) -> Result<()> {
    record_version(replay, LARGE, number, 0)
}

fn record_all(replay: &mut Replay, numbers: std::ops::Range<u64>) {
    numbers.for_each(|number| record(replay, number).unwrap());
}

/// The numbers of the snapshots that are there.
pub(super) fn recorded(replay: &Replay) -> BTreeSet<u64> {
    replay.index.epochs.moments().chain(replay.index.steps.moments()).map(number).collect()
}

/// Records to the end on a backend that does not fail.
fn undisturbed(kind: Kind) -> Faulty {
    let backend = Faulty::default();
    let mut replay = begin(&backend, kind.options()).unwrap();
    record_all(&mut replay, 0..SNAPSHOTS);
    replay.finish().unwrap();
    backend
}

/// Fails unless the bytes hold exactly the first so many snapshots, whole and right.
fn expect_snapshots(backend: &Faulty, count: u64) {
    expect_snapshots_of(LARGE, backend, count);
}

fn expect_snapshots_of(parameters: usize, backend: &Faulty, count: u64) {
    let replay = match Replay::from_bytes(backend.bytes()) {
        Err(error) => return assert!(count == 0 && matches!(error, Error::NotStarted { .. }), "{error}"),
        Ok(replay) => completed(replay),
    };
    assert_eq!(recorded(&replay), (0..count).collect(), "{count} were acknowledged");
    assert!(replay.check_integrity().unwrap().is_empty());
    assert_eq!(replay.dataset().unwrap(), &data());
    assert_eq!(replay.data_of(replay.choose_data("validation").unwrap()).unwrap(), &validation());
    for number in 0..count {
        assert_eq!(replay.weights(moment(number)).unwrap(), weights(parameters, number, 0));
        assert_eq!(replay.metrics(moment(number)).unwrap(), metrics(number, 0));
        assert_eq!(replay.training().state(moment(number)).unwrap().arrays(), &state(number, 0));
    }
}

/// Every kind of failing write, at every write of a run of every kind, with the bytes of a run that nothing disturbs.
fn every_write() -> Vec<(Kind, usize, Fault, Rc<Vec<u8>>)> {
    let writes = |kind: Kind| {
        let backend = undisturbed(kind);
        let (writes, whole) = (backend.calls(Call::Write), Rc::new(backend.bytes()));
        assert!(writes > 16, "{writes} writes: every snapshot takes several");
        (0..writes).map(move |n| (kind, n, Rc::clone(&whole)))
    };
    let faults = |(kind, n, whole): (Kind, usize, Rc<Vec<u8>>)| {
        [Fault::Short, Fault::NoSpace, Fault::Error].map(|fault| (kind, n, fault, Rc::clone(&whole)))
    };
    kinds_of_large().into_iter().flat_map(writes).flat_map(faults).collect()
}

#[test]
fn whichever_write_fails_it_is_an_error_and_the_same_call_again_makes_up_for_it() {
    for (kind, n, fault, whole) in every_write() {
        let backend = Faulty::default().breaking(Call::Write, Calls::Nth(n), fault);
        let begun = begin(&backend, kind.options());
        assert_eq!(begun.is_err(), n == 0, "the preamble is the first write");
        let Ok(mut replay) = begun else { continue };
        for number in 0..SNAPSHOTS {
            if let Err(error) = record(&mut replay, number) {
                assert!(matches!(error, Error::Io { .. }), "{error}");
                expect_snapshots(&backend, number);
                assert!(record(&mut replay, number).is_ok(), "{kind:?}, write {n}, {fault:?}");
            }
        }
        if replay.finish().is_err() {
            expect_snapshots(&backend, SNAPSHOTS);
            go_on(&backend, kind.options()).unwrap().finish().unwrap();
        }
        assert!(backend.bytes() == *whole, "{kind:?}, write {n}, {fault:?}: as if nothing had happened");
    }
}

#[test]
fn while_no_write_succeeds_every_call_is_an_error_and_what_was_recorded_stays() {
    for (kind, n, fault, whole) in every_write().into_iter().filter(|(_, n, ..)| *n > 0) {
        let backend = Faulty::default().breaking(Call::Write, Calls::From(n..), fault);
        let mut replay = begin(&backend, kind.options()).unwrap();
        let done = (0..SNAPSHOTS).take_while(|&number| record(&mut replay, number).is_ok()).count() as u64;
        for _ in 0..2 {
            assert!(done == SNAPSHOTS || record(&mut replay, done).is_err());
            expect_snapshots(&backend, done);
        }
        backend.mend();
        record_all(&mut replay, done..SNAPSHOTS);
        replay.finish().unwrap();
        assert!(backend.bytes() == *whole, "{kind:?}, write {n}, {fault:?}");
    }
}

/// Records of a small model, one after the other, and the first one that fails.
fn record_small(replay: &mut Replay, numbers: std::ops::Range<u64>) -> Option<u64> {
    numbers.into_iter().find(|&number| record_version(replay, 3, number, 0).is_err())
}

#[test]
fn at_whichever_byte_the_disk_is_full_what_was_recorded_stays_and_the_run_goes_on_when_it_is_not() {
    for kind in kinds() {
        let whole = Faulty::default();
        let mut replay = begin(&whole, kind.options()).unwrap();
        assert_eq!(record_small(&mut replay, 0..SNAPSHOTS), None);
        replay.finish().unwrap();
        for bytes in 64..whole.bytes().len() {
            let backend = Faulty::default().with_room_for(bytes);
            let mut replay = begin(&backend, kind.options()).unwrap();
            let failed = record_small(&mut replay, 0..SNAPSHOTS);
            let done = failed.unwrap_or(SNAPSHOTS);
            assert!(failed.is_some() || replay.finish().is_err(), "{kind:?}, {bytes} bytes");
            expect_snapshots_of(3, &backend, done);
            backend.mend();
            assert_eq!(record_small(&mut replay, done..SNAPSHOTS), None, "{kind:?}, {bytes} bytes");
            replay.finish().unwrap();
            assert!(backend.bytes() == whole.bytes(), "{kind:?}, {bytes} bytes: as if nothing had happened");
        }
    }
}

#[test]
fn a_record_that_cannot_be_cut_off_poisons_the_recorder_and_the_next_one_goes_on() {
    for (kind, n, fault, whole) in every_write().into_iter().filter(|(_, n, ..)| *n > 0) {
        let backend = Faulty::default().breaking(Call::Write, Calls::Nth(n), fault);
        let backend = backend.breaking(Call::Cut, Calls::From(0..), fault);
        let mut replay = begin(&backend, kind.options()).unwrap();
        let done = (0..SNAPSHOTS).take_while(|&number| record(&mut replay, number).is_ok()).count() as u64;
        if done < SNAPSHOTS && !matches!(fault, Fault::NoSpace) {
            backend.mend();
            assert!(matches!(record(&mut replay, done), Err(Error::Poisoned { .. })), "{kind:?}, write {n}, {fault:?}");
            assert!(replay.finish().is_err());
        }
        backend.mend();
        let Ok(mut replay) = go_on(&backend, kind.options()) else {
            assert_eq!(done, 0, "{kind:?}, write {n}, {fault:?}");
            continue;
        };
        // A record all of whose bytes were written is there, although that was never acknowledged.
        let there = recorded(&replay).len() as u64;
        assert!((done..=done + 1).contains(&there), "{kind:?}, write {n}, {fault:?}");
        record_all(&mut replay, there..SNAPSHOTS);
        expect_snapshots(&backend, SNAPSHOTS);
        drop(replay);
        let finished = backend.bytes();
        // A compressed recording goes on with a key frame, which the whole one has not there.
        let same = kind.compressed || whole.starts_with(&finished);
        assert!(same, "{kind:?}, write {n}, {fault:?}");
    }
}

#[test]
fn a_disk_that_does_not_confirm_poisons_the_recorder_and_everything_is_in_the_file() {
    let syncs = undisturbed(Kind::default()).calls(Call::Sync);
    assert_eq!(syncs as u64, SNAPSHOTS / 2 + 1, "every second snapshot, and the end");
    for (n, kind) in (0..syncs).flat_map(|n| kinds_of_large().into_iter().map(move |kind| (n, kind))) {
        let backend = Faulty::default().breaking(Call::Sync, Calls::Nth(n), Fault::Error);
        let mut replay = begin(&backend, kind.options()).unwrap();
        let results: Vec<_> = (0..SNAPSHOTS).map(|number| record(&mut replay, number)).collect();
        let confirmed = results.iter().take_while(|result| result.is_ok()).count();
        let poisoned = |result: &Result<()>| matches!(result, Err(Error::Poisoned { .. }));
        assert!(results[confirmed..].iter().all(poisoned), "{results:?}");
        let there = if confirmed < SNAPSHOTS as usize { confirmed as u64 + 1 } else { SNAPSHOTS };
        expect_snapshots(&backend, there);
        assert!(matches!(replay.finish(), Err(Error::Poisoned { .. })));
        let mut replay = go_on(&backend, kind.options()).unwrap();
        record_all(&mut replay, there..SNAPSHOTS);
        replay.finish().unwrap();
        expect_snapshots(&backend, SNAPSHOTS);
    }
}

#[test]
fn whichever_read_fails_it_is_an_error_and_reading_again_makes_up_for_it() {
    kinds_of_large().into_iter().for_each(break_reads);
}

fn break_reads(kind: Kind) {
    let reads = |backend: &Faulty| -> Result<()> {
        let replay = completed(Replay::load(Box::new(backend.clone()), Origin::Memory)?);
        assert!(replay.damage().is_empty());
        replay.dataset()?;
        (0..SNAPSHOTS).try_for_each(|number| {
            let found = replay.training().state(moment(number))?;
            assert_eq!(found.arrays(), &state(number, 0));
            replay.weights(moment(number)).map(|found| assert_eq!(found, weights(LARGE, number, 0)))
        })
    };
    let backend = undisturbed(kind);
    let before = backend.calls(Call::Read);
    reads(&backend).unwrap();
    let count = backend.calls(Call::Read) - before;
    for n in 0..count {
        let next = backend.calls(Call::Read) + n;
        let backend = backend.clone().breaking(Call::Read, Calls::Nth(next), Fault::Error);
        assert!(matches!(reads(&backend), Err(Error::Io { .. })), "{kind:?}, read {n} of {count}");
        backend.mend();
        reads(&backend).unwrap();
    }
}

#[test]
fn opening_reads_headers_and_the_last_epoch_and_any_other_is_read_on_its_own() {
    let backend = undisturbed(Kind::default());
    let opened = |backend: &Faulty| Replay::load(Box::new(backend.clone()), Origin::Memory).unwrap();
    let mut before = backend.bytes_read();
    let replay = opened(&backend);
    let windows = 32 << 10;
    let opening = backend.bytes_read() - before;
    let records = 2 * SNAPSHOTS as usize + 4;
    let values = 4 * LARGE + 64; // of a snapshot: one array at 0, one at 64
    assert!(opening <= values + records * windows, "{opening} bytes of {}", backend.bytes().len());
    for number in 0..SNAPSHOTS {
        before = backend.bytes_read();
        replay.weights(moment(number)).unwrap();
        assert_eq!(backend.bytes_read() - before, values, "snapshot {number}, and nothing else");
    }
}

#[test]
fn the_disk_is_asked_as_often_as_was_chosen() {
    for (durability, before, at_the_end) in
        [(Durability::Every(3), 2, 1), (Durability::OnFinish, 0, 1), (Durability::Never, 0, 0)]
    {
        let backend = Faulty::default();
        let mut replay = begin(&backend, Replay::options().durability(durability)).unwrap();
        (0..8).for_each(|number| record_version(&mut replay, 3, number, 0).unwrap());
        assert_eq!(backend.calls(Call::Sync), before, "{durability:?}");
        replay.finish().unwrap();
        assert_eq!(backend.calls(Call::Sync), before + at_the_end, "{durability:?}");
    }
}

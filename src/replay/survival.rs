//! What survives when calls of the backend fail, or its power is lost: recorder and log on backends that tests break.

use std::collections::{BTreeMap, BTreeSet};

use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::{Durability, Origin, Replay, ReplayOptions};
use crate::{
    Dataset, Error, Metrics, Moment, Parameter, Result, Training, Weights, datasets,
    storage::{
        Backend, Log,
        testing::{
            faulty::{Call, Calls, Fault, Faulty},
            powerless::Powerless,
        },
    },
};

/// How many snapshots a run has: epoch 0, step 1 of epoch 1, epoch 1, step 1 of epoch 2, epoch 2.
const SNAPSHOTS: u64 = 5;

/// One for every change, or as many as a release asks for.
fn scaled(every_change: u64, release: u64) -> u64 {
    if std::env::var_os("RELEASE_TESTS").is_some() { release } else { every_change }
}

/// When the snapshot of a number is taken.
fn moment(number: u64) -> Moment {
    let epoch = number.div_ceil(2);
    if number.is_multiple_of(2) { epoch.into() } else { (epoch, 1).into() }
}

fn number(moment: Moment) -> u64 {
    2 * moment.epoch() - u64::from(moment.step().unwrap_or(0))
}

/// So many parameters, other ones for every snapshot and version.
fn weights(parameters: usize, number: u64, version: u64) -> Weights {
    let value = |i: usize| (number * 1_000 + version) as f32 + i as f32 / 1e6;
    let values: Vec<f32> = (0..parameters).map(value).collect();
    [Parameter::new("layer", "kernel", [parameters], values)].into_iter().collect()
}

/// The state of training beside them, of other arrays in every other snapshot.
fn state(number: u64, version: u64) -> Weights {
    let values = vec![number * 1_000 + version; 1 + number as usize % 2];
    [Parameter::new("", "steps", [values.len()], values)].into_iter().collect()
}

fn metrics(number: u64, version: u64) -> Metrics {
    [("loss", number as f64), ("version", version as f64)].into()
}

fn data() -> Dataset {
    datasets::parabola(10, 1)
}

fn validation() -> Dataset {
    datasets::moons(6, 0.1, 2)
}

fn begin(backend: &(impl Backend + Clone + 'static), options: ReplayOptions) -> Result<Replay> {
    let log = Log::create(Box::new(backend.clone()), "test".into(), 7)?;
    Ok(Replay::recording(log, Origin::Memory, options, None))
}

fn go_on(backend: &(impl Backend + Clone + 'static), options: ReplayOptions) -> Result<Replay> {
    Replay::resume_on(Box::new(backend.clone()), Origin::Memory, options)
}

/// More than the log gathers before it writes, so that a record takes several writes.
const LARGE: usize = 300_000;

fn options() -> ReplayOptions {
    Replay::options().dataset(&data()).named_dataset("validation", &validation()).durability(Durability::Every(2))
}

fn record_version(replay: &mut Replay, parameters: usize, number: u64, version: u64) -> Result<()> {
    let (weights, metrics) = (weights(parameters, number, version), metrics(number, version));
    let (moment, model) = (moment(number), Training::new(&weights, state(number, version)));
    if moment.step().is_none() {
        return replay.record(&model, metrics).map(|recorded| assert_eq!(recorded, moment.epoch()));
    }
    replay.record_at(moment, &model, metrics).map(|recorded| assert!(recorded))
}

fn record(replay: &mut Replay, number: u64) -> Result<()> {
    record_version(replay, LARGE, number, 0)
}

fn record_all(replay: &mut Replay, numbers: std::ops::Range<u64>) {
    numbers.for_each(|number| record(replay, number).unwrap());
}

/// The numbers of the snapshots that are there.
fn recorded(replay: &Replay) -> BTreeSet<u64> {
    replay.index.epochs.moments().chain(replay.index.steps.moments()).map(number).collect()
}

/// Records to the end on a backend that does not fail.
fn undisturbed() -> Faulty {
    let backend = Faulty::default();
    let mut replay = begin(&backend, options()).unwrap();
    record_all(&mut replay, 0..SNAPSHOTS);
    replay.finish().unwrap();
    backend
}

/// Fails unless the bytes hold exactly the first so many snapshots, whole and right.
fn expect_snapshots(backend: &Faulty, count: u64) {
    let replay = match Replay::from_bytes(backend.bytes()) {
        Err(error) => return assert!(count == 0 && matches!(error, Error::NotStarted { .. }), "{error}"),
        Ok(replay) => replay,
    };
    assert_eq!(recorded(&replay), (0..count).collect(), "{count} were acknowledged");
    assert!(replay.check_integrity().unwrap().is_empty());
    assert_eq!(replay.dataset().unwrap(), &data());
    assert_eq!(replay.data_of(replay.choose_data("validation").unwrap()).unwrap(), &validation());
    for number in 0..count {
        assert_eq!(replay.weights(moment(number)).unwrap(), weights(LARGE, number, 0));
        assert_eq!(replay.metrics(moment(number)).unwrap(), metrics(number, 0));
        assert_eq!(replay.training().state(moment(number)).unwrap().arrays(), &state(number, 0));
    }
}

/// Every kind of failing write, at every write of a run.
fn every_write() -> impl Iterator<Item = (usize, Fault)> {
    let writes = undisturbed().calls(Call::Write);
    assert!(writes > 17, "{writes} writes: every snapshot takes four");
    (0..writes).flat_map(|n| [Fault::Short, Fault::NoSpace, Fault::Error].map(|fault| (n, fault)))
}

#[test]
fn whichever_write_fails_it_is_an_error_and_the_same_call_again_makes_up_for_it() {
    let whole = undisturbed().bytes();
    for (n, fault) in every_write() {
        let backend = Faulty::default().breaking(Call::Write, Calls::Nth(n), fault);
        let begun = begin(&backend, options());
        assert_eq!(begun.is_err(), n == 0, "the preamble is the first write");
        let Ok(mut replay) = begun else { continue };
        for number in 0..SNAPSHOTS {
            if let Err(error) = record(&mut replay, number) {
                assert!(matches!(error, Error::Io { .. }), "{error}");
                expect_snapshots(&backend, number);
                assert!(record(&mut replay, number).is_ok(), "write {n}, {fault:?}");
            }
        }
        if replay.finish().is_err() {
            expect_snapshots(&backend, SNAPSHOTS);
            go_on(&backend, options()).unwrap().finish().unwrap();
        }
        assert!(backend.bytes() == whole, "write {n}, {fault:?}: as if nothing had happened");
    }
}

#[test]
fn while_no_write_succeeds_every_call_is_an_error_and_what_was_recorded_stays() {
    let whole = undisturbed().bytes();
    for (n, fault) in every_write().filter(|&(n, _)| n > 0) {
        let backend = Faulty::default().breaking(Call::Write, Calls::From(n..), fault);
        let mut replay = begin(&backend, options()).unwrap();
        let done = (0..SNAPSHOTS).take_while(|&number| record(&mut replay, number).is_ok()).count() as u64;
        for _ in 0..2 {
            assert!(done == SNAPSHOTS || record(&mut replay, done).is_err());
            expect_snapshots(&backend, done);
        }
        backend.mend();
        record_all(&mut replay, done..SNAPSHOTS);
        replay.finish().unwrap();
        assert!(backend.bytes() == whole, "write {n}, {fault:?}");
    }
}

#[test]
fn a_record_that_cannot_be_cut_off_poisons_the_recorder_and_the_next_one_goes_on() {
    let whole = undisturbed().bytes();
    for (n, fault) in every_write().filter(|&(n, _)| n > 0) {
        let backend = Faulty::default().breaking(Call::Write, Calls::Nth(n), fault);
        let backend = backend.breaking(Call::Cut, Calls::From(0..), fault);
        let mut replay = begin(&backend, options()).unwrap();
        let done = (0..SNAPSHOTS).take_while(|&number| record(&mut replay, number).is_ok()).count() as u64;
        if done < SNAPSHOTS && !matches!(fault, Fault::NoSpace) {
            backend.mend();
            assert!(matches!(record(&mut replay, done), Err(Error::Poisoned { .. })), "write {n}, {fault:?}");
            assert!(replay.finish().is_err());
        }
        backend.mend();
        let Ok(mut replay) = go_on(&backend, options()) else {
            assert_eq!(done, 0, "write {n}, {fault:?}");
            continue;
        };
        // A record all of whose bytes were written is there, although that was never acknowledged.
        let there = recorded(&replay).len() as u64;
        assert!((done..=done + 1).contains(&there), "write {n}, {fault:?}");
        record_all(&mut replay, there..SNAPSHOTS);
        expect_snapshots(&backend, SNAPSHOTS);
        drop(replay);
        let finished = backend.bytes();
        assert!(whole.starts_with(&finished) || finished == whole, "write {n}, {fault:?}");
    }
}

#[test]
fn a_disk_that_does_not_confirm_poisons_the_recorder_and_everything_is_in_the_file() {
    let syncs = undisturbed().calls(Call::Sync);
    assert_eq!(syncs as u64, SNAPSHOTS / 2 + 1, "every second snapshot, and the end");
    for n in 0..syncs {
        let backend = Faulty::default().breaking(Call::Sync, Calls::Nth(n), Fault::Error);
        let mut replay = begin(&backend, options()).unwrap();
        let results: Vec<_> = (0..SNAPSHOTS).map(|number| record(&mut replay, number)).collect();
        let confirmed = results.iter().take_while(|result| result.is_ok()).count();
        let poisoned = |result: &Result<()>| matches!(result, Err(Error::Poisoned { .. }));
        assert!(results[confirmed..].iter().all(poisoned), "{results:?}");
        let there = if confirmed < SNAPSHOTS as usize { confirmed as u64 + 1 } else { SNAPSHOTS };
        expect_snapshots(&backend, there);
        assert!(matches!(replay.finish(), Err(Error::Poisoned { .. })));
        let mut replay = go_on(&backend, options()).unwrap();
        record_all(&mut replay, there..SNAPSHOTS);
        replay.finish().unwrap();
        expect_snapshots(&backend, SNAPSHOTS);
    }
}

#[test]
fn whichever_read_fails_it_is_an_error_and_reading_again_makes_up_for_it() {
    let reads = |backend: &Faulty| -> Result<()> {
        let replay = Replay::load(Box::new(backend.clone()), Origin::Memory)?;
        assert!(replay.damage().is_empty());
        replay.dataset()?;
        (0..SNAPSHOTS).try_for_each(|number| {
            let found = replay.training().state(moment(number))?;
            assert_eq!(found.arrays(), &state(number, 0));
            replay.weights(moment(number)).map(|found| assert_eq!(found, weights(LARGE, number, 0)))
        })
    };
    let backend = undisturbed();
    let before = backend.calls(Call::Read);
    reads(&backend).unwrap();
    let count = backend.calls(Call::Read) - before;
    for n in 0..count {
        let next = backend.calls(Call::Read) + n;
        let backend = backend.clone().breaking(Call::Read, Calls::Nth(next), Fault::Error);
        assert!(matches!(reads(&backend), Err(Error::Io { .. })), "read {n} of {count}");
        backend.mend();
        reads(&backend).unwrap();
    }
}

#[test]
fn opening_reads_headers_and_the_last_epoch_and_any_other_is_read_on_its_own() {
    let backend = undisturbed();
    let mut before = backend.bytes_read();
    let replay = Replay::load(Box::new(backend.clone()), Origin::Memory).unwrap();
    let opening = backend.bytes_read() - before;
    let (records, windows) = (2 * SNAPSHOTS as usize + 4, 32 << 10);
    assert!(opening <= 4 * LARGE + records * windows, "{opening} bytes of {}", backend.bytes().len());
    for number in 0..SNAPSHOTS {
        before = backend.bytes_read();
        replay.weights(moment(number)).unwrap();
        assert_eq!(backend.bytes_read() - before, 4 * LARGE, "snapshot {number}, and nothing else");
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

/// What was acknowledged in a run that is killed and loses its power again and again: by number, the version of each
/// snapshot that was recorded.
#[derive(Default)]
struct Acknowledged {
    versions: BTreeMap<u64, u64>,
    /// Those that the disk has.
    synced: BTreeSet<u64>,
    data_synced: bool,
    /// The version of a snapshot whose record was written, and cut off, and the disk did not confirm that: until the
    /// next recorder has asked again, it may come back.
    undead: Option<(u64, u64)>,
}

impl Acknowledged {
    /// Fails if anything that was synced is not there, or anything that is there is not what was recorded.
    fn check(&mut self, replay: &Replay, parameters: usize) {
        if let Some((number, version)) = self.undead.take() {
            let came_back =
                replay.weights(moment(number)).is_ok_and(|found| found == weights(parameters, number, version));
            if came_back {
                self.versions.insert(number, version);
            }
        }
        let is_there = |&number: &u64| self.is_there(replay, parameters, number);
        let there: BTreeSet<u64> = self.versions.keys().copied().filter(is_there).collect();
        assert!(self.synced.is_subset(&there), "{:?} were synced, {there:?} are there", self.synced);
        let all = recorded(replay);
        assert!(all.iter().all(|number| self.versions.contains_key(number)), "{all:?} are more than were acknowledged");
        match replay.dataset() {
            Ok(found) => assert_eq!(found, &data()),
            Err(error) => assert!(!self.data_synced, "{error}"),
        }
        // A recorder that goes on has asked the disk.
        self.data_synced = replay.dataset().is_ok() && !there.is_empty();
        self.synced = there;
    }

    fn is_there(&self, replay: &Replay, parameters: usize, number: u64) -> bool {
        use Error::{Corrupted, UnknownEpoch, UnknownStep};
        let version = self.versions[&number];
        let found = (replay.weights(moment(number)), replay.metrics(moment(number)));
        let state_of = replay.training().state(moment(number));
        assert!(state_of.as_ref().map_or(true, |it| it.arrays() == &state(number, version)), "snapshot {number}");
        assert!(found.0.as_ref().map_or(true, |it| *it == weights(parameters, number, version)), "snapshot {number}");
        assert!(found.1.as_ref().map_or(true, |it| *it == metrics(number, version)), "snapshot {number}");
        let errors = [found.0.as_ref().err(), found.1.as_ref().err(), state_of.as_ref().err()];
        let honest = |error: &Error| matches!(error, Corrupted { .. } | UnknownEpoch { .. } | UnknownStep { .. });
        assert!(errors.into_iter().flatten().all(honest), "{errors:?}");
        errors.iter().all(Option::is_none)
    }

    /// Records some snapshots, of which the disk confirms every so many. Some fail at first and are recorded
    /// otherwise; or the disk fails for good, and the life ends.
    fn record_some(&mut self, replay: &mut Replay, disk: &Powerless, life: &Life, rng: &mut impl Rng) {
        let mut unconfirmed = BTreeSet::new();
        for _ in 0..rng.random_range(0..12) {
            let next = replay.index.last().map_or(0, |last| number(last) + 1);
            if rng.random_bool(0.2) {
                disk.deny_next_write();
                let for_good = rng.random_bool(0.3);
                if for_good {
                    disk.deny_next_sync();
                }
                assert!(record_version(replay, life.parameters, next, 2 * life.number).is_err());
                if for_good {
                    self.undead = Some((next, 2 * life.number));
                    return;
                }
            }
            record_version(replay, life.parameters, next, 2 * life.number + 1).unwrap();
            self.versions.insert(next, 2 * life.number + 1);
            unconfirmed.insert(next);
            if unconfirmed.len() as u64 == life.every {
                self.synced.append(&mut unconfirmed);
                self.data_synced = self.data_synced || replay.dataset().is_ok();
            }
        }
    }
}

/// What one life of a recorder is like.
struct Life {
    parameters: usize,
    number: u64,
    every: u64,
}

/// Opens what is on the disk to go on, or begins anew where nothing was synced that would be lost.
fn go_on_or_begin(disk: &Powerless, options: ReplayOptions, acknowledged: &mut Acknowledged) -> Replay {
    match go_on(disk, options.clone()) {
        Err(Error::NotStarted { .. } | Error::NotARecording { .. } | Error::Corrupted { .. })
            if acknowledged.synced.is_empty() =>
        {
            acknowledged.versions.clear();
            acknowledged.data_synced = false;
            disk.clone().truncate(0).unwrap();
            begin(disk, options.dataset(&data())).unwrap()
        }
        opened => opened.unwrap(),
    }
}

#[test]
fn after_a_loss_of_power_what_was_synced_is_there_and_nothing_wrong_is() {
    for seed in 0..scaled(2_000, 100_000) {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let parameters = if seed % 200 == 0 { LARGE } else { [1, 41, 3_000][rng.random_range(0..3)] };
        let disk = Powerless::default();
        let mut acknowledged = Acknowledged::default();
        for number in 0..5 {
            let every = rng.random_range(1..6);
            let options = Replay::options().durability(Durability::Every(every));
            let mut replay = go_on_or_begin(&disk, options, &mut acknowledged);
            acknowledged.check(&replay, parameters);
            acknowledged.record_some(&mut replay, &disk, &Life { parameters, number, every }, &mut rng);
            drop(replay);
            if rng.random_bool(0.7) {
                disk.lose_power(&mut rng);
            }
        }
    }
}

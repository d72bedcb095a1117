//! What survives when calls of the medium fail, or its power is lost: the recorder and the log on backends that tests
//! break.

use std::collections::{BTreeMap, BTreeSet};

use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::{Durability, Origin, Replay, ReplayOptions};
use crate::{
    Dataset, Error, Metrics, Parameter, Result, Weights, datasets,
    storage::{
        Log, Medium,
        faulty::{Call, Calls, Fault, Faulty},
        powerless::Powerless,
    },
};

const EPOCHS: u64 = 4;

/// One for every change, or as many as a release asks for.
fn scaled(every_change: u64, release: u64) -> u64 {
    if std::env::var_os("RELEASE_TESTS").is_some() { release } else { every_change }
}

/// So many parameters, other ones for every epoch and version.
fn weights(parameters: usize, epoch: u64, version: u64) -> Weights {
    let value = |i: usize| (epoch * 1_000 + version) as f32 + i as f32 / 1e6;
    let values: Vec<f32> = (0..parameters).map(value).collect();
    [Parameter::new("layer", "kernel", [parameters], values)].into_iter().collect()
}

fn metrics(epoch: u64, version: u64) -> Metrics {
    Metrics::from([("loss", epoch as f64), ("version", version as f64)])
}

fn data() -> Dataset {
    datasets::parabola(10, 1)
}

fn begin(medium: &(impl Medium + Clone + 'static), options: ReplayOptions) -> Result<Replay> {
    let log = Log::create(Box::new(medium.clone()), "test".into(), 7)?;
    Ok(Replay::recording(log, Origin::Memory, options, None))
}

fn go_on(medium: &(impl Medium + Clone + 'static), options: ReplayOptions) -> Result<Replay> {
    Replay::resume_on(Box::new(medium.clone()), Origin::Memory, options)
}

/// More than the log gathers before it writes, so that a record takes several writes.
const LARGE: usize = 300_000;

fn options() -> ReplayOptions {
    Replay::options().dataset(&data()).durability(Durability::Every(2))
}

fn record(replay: &mut Replay, epoch: u64) -> Result<u64> {
    replay.record(&weights(LARGE, epoch, 0), metrics(epoch, 0))
}

fn record_all(replay: &mut Replay, epochs: std::ops::Range<u64>) {
    for epoch in epochs {
        assert_eq!(record(replay, epoch).unwrap(), epoch);
    }
}

/// Records to the end on a medium that does not fail.
fn undisturbed() -> Faulty {
    let medium = Faulty::default();
    let mut replay = begin(&medium, options()).unwrap();
    record_all(&mut replay, 0..EPOCHS);
    replay.finish().unwrap();
    medium
}

/// Fails unless the bytes hold exactly these epochs, whole and right.
fn expect_epochs(medium: &Faulty, epochs: u64) {
    let replay = match Replay::from_bytes(medium.bytes()) {
        Err(error) => return assert!(epochs == 0 && matches!(error, Error::NotStarted { .. }), "{error}"),
        Ok(replay) => replay,
    };
    assert!(replay.epochs().eq(0..epochs), "{epochs} were acknowledged, {:?} are there", replay.epochs().last());
    assert!(replay.check_integrity().unwrap().is_empty());
    assert_eq!(replay.dataset().unwrap(), &data());
    for epoch in 0..epochs {
        assert_eq!(replay.weights(epoch).unwrap(), weights(LARGE, epoch, 0));
        assert_eq!(replay.metrics(epoch).unwrap(), metrics(epoch, 0));
    }
}

/// Every kind of failing write, at every write of a run.
fn every_write() -> impl Iterator<Item = (usize, Fault)> {
    let writes = undisturbed().calls(Call::Write);
    assert!(writes > 12, "{writes} writes: every epoch takes three");
    (0..writes).flat_map(|n| [Fault::Short, Fault::NoSpace, Fault::Error].map(|fault| (n, fault)))
}

#[test]
fn whichever_write_fails_it_is_an_error_and_the_same_call_again_makes_up_for_it() {
    let whole = undisturbed().bytes();
    for (n, fault) in every_write() {
        let medium = Faulty::default().breaking(Call::Write, Calls::Nth(n), fault);
        let begun = begin(&medium, options());
        assert_eq!(begun.is_err(), n == 0, "the preamble is the first write");
        let Ok(mut replay) = begun else { continue };
        for epoch in 0..EPOCHS {
            if let Err(error) = record(&mut replay, epoch) {
                assert!(matches!(error, Error::Io { .. }), "{error}");
                expect_epochs(&medium, epoch);
                assert_eq!(record(&mut replay, epoch).unwrap(), epoch, "write {n}, {fault:?}");
            }
        }
        if replay.finish().is_err() {
            expect_epochs(&medium, EPOCHS);
            go_on(&medium, options()).unwrap().finish().unwrap();
        }
        assert!(medium.bytes() == whole, "write {n}, {fault:?}: as if nothing had happened");
    }
}

#[test]
fn while_no_write_succeeds_every_call_is_an_error_and_what_was_recorded_stays() {
    let whole = undisturbed().bytes();
    for (n, fault) in every_write().filter(|&(n, _)| n > 0) {
        let medium = Faulty::default().breaking(Call::Write, Calls::From(n..), fault);
        let mut replay = begin(&medium, options()).unwrap();
        let recorded = (0..EPOCHS).take_while(|&epoch| record(&mut replay, epoch).is_ok()).count() as u64;
        for _ in 0..2 {
            assert!(recorded == EPOCHS || record(&mut replay, recorded).is_err());
            expect_epochs(&medium, recorded);
        }
        medium.mend();
        record_all(&mut replay, recorded..EPOCHS);
        replay.finish().unwrap();
        assert!(medium.bytes() == whole, "write {n}, {fault:?}");
    }
}

#[test]
fn a_record_that_cannot_be_cut_off_poisons_the_recorder_and_the_next_one_goes_on() {
    let whole = undisturbed().bytes();
    for (n, fault) in every_write().filter(|&(n, _)| n > 0) {
        let medium = Faulty::default().breaking(Call::Write, Calls::Nth(n), fault);
        let medium = medium.breaking(Call::Cut, Calls::From(0..), fault);
        let mut replay = begin(&medium, options()).unwrap();
        let recorded = (0..EPOCHS).take_while(|&epoch| record(&mut replay, epoch).is_ok()).count() as u64;
        if recorded < EPOCHS && !matches!(fault, Fault::NoSpace) {
            medium.mend();
            assert!(matches!(record(&mut replay, recorded), Err(Error::Poisoned { .. })), "write {n}, {fault:?}");
            assert!(replay.finish().is_err());
        }
        medium.mend();
        let Ok(mut replay) = go_on(&medium, options()) else {
            assert_eq!(recorded, 0, "write {n}, {fault:?}");
            continue;
        };
        // A record all of whose bytes were written is there, although that was never acknowledged.
        let there = replay.epochs().len() as u64;
        assert!((recorded..=recorded + 1).contains(&there), "write {n}, {fault:?}");
        record_all(&mut replay, there..EPOCHS);
        expect_epochs(&medium, EPOCHS);
        drop(replay);
        let finished = medium.bytes();
        assert!(whole.starts_with(&finished) || finished == whole, "write {n}, {fault:?}");
    }
}

#[test]
fn a_disk_that_does_not_confirm_poisons_the_recorder_and_every_epoch_is_in_the_file() {
    let syncs = undisturbed().calls(Call::Sync);
    assert_eq!(syncs as u64, EPOCHS / 2 + 1, "every second epoch, and the end");
    for n in 0..syncs {
        let medium = Faulty::default().breaking(Call::Sync, Calls::Nth(n), Fault::Error);
        let mut replay = begin(&medium, options()).unwrap();
        let results: Vec<_> = (0..EPOCHS).map(|epoch| record(&mut replay, epoch)).collect();
        let confirmed = results.iter().take_while(|result| result.is_ok()).count();
        let poisoned = |result: &Result<u64>| matches!(result, Err(Error::Poisoned { .. }));
        assert!(results[confirmed..].iter().all(poisoned), "{results:?}");
        let there = if confirmed < EPOCHS as usize { confirmed as u64 + 1 } else { EPOCHS };
        expect_epochs(&medium, there);
        assert!(matches!(replay.finish(), Err(Error::Poisoned { .. })));
        let mut replay = go_on(&medium, options()).unwrap();
        record_all(&mut replay, there..EPOCHS);
        replay.finish().unwrap();
        expect_epochs(&medium, EPOCHS);
    }
}

#[test]
fn whichever_read_fails_it_is_an_error_and_reading_again_makes_up_for_it() {
    let reads = |medium: &Faulty| -> Result<()> {
        let replay = Replay::load(Box::new(medium.clone()), Origin::Memory)?;
        assert!(replay.damage().is_empty() && replay.epochs().eq(0..EPOCHS));
        replay.dataset()?;
        replay
            .epochs()
            .try_for_each(|epoch| replay.weights(epoch).map(|found| assert_eq!(found, weights(LARGE, epoch, 0))))
    };
    let medium = undisturbed();
    let before = medium.calls(Call::Read);
    reads(&medium).unwrap();
    let count = medium.calls(Call::Read) - before;
    for n in 0..count {
        let next = medium.calls(Call::Read) + n;
        let medium = medium.clone().breaking(Call::Read, Calls::Nth(next), Fault::Error);
        assert!(matches!(reads(&medium), Err(Error::Io { .. })), "read {n} of {count}");
        medium.mend();
        reads(&medium).unwrap();
    }
}

#[test]
fn opening_reads_headers_and_the_last_epoch_and_any_other_is_read_on_its_own() {
    let medium = undisturbed();
    let opened = |medium: &Faulty| Replay::load(Box::new(medium.clone()), Origin::Memory).unwrap();
    let mut before = medium.bytes_read();
    let replay = opened(&medium);
    let windows = 32 << 10;
    let opening = medium.bytes_read() - before;
    let records = EPOCHS as usize + 4;
    assert!(opening <= 4 * LARGE + records * windows, "{opening} bytes of {}", medium.bytes().len());
    for epoch in 0..EPOCHS {
        before = medium.bytes_read();
        replay.weights(epoch).unwrap();
        assert_eq!(medium.bytes_read() - before, 4 * LARGE, "epoch {epoch}, and nothing else");
    }
}

#[test]
fn the_disk_is_asked_as_often_as_was_chosen() {
    for (durability, before, at_the_end) in
        [(Durability::Every(3), 2, 1), (Durability::OnFinish, 0, 1), (Durability::Never, 0, 0)]
    {
        let medium = Faulty::default();
        let mut replay = begin(&medium, Replay::options().durability(durability)).unwrap();
        for epoch in 0..8 {
            replay.record(&weights(3, epoch, 0), Metrics::new()).unwrap();
        }
        assert_eq!(medium.calls(Call::Sync), before, "{durability:?}");
        replay.finish().unwrap();
        assert_eq!(medium.calls(Call::Sync), before + at_the_end, "{durability:?}");
    }
}

/// What was acknowledged in a run that loses its power again and again: by epoch, the version that was recorded last.
#[derive(Default)]
struct Acknowledged {
    versions: BTreeMap<u64, u64>,
    /// The epochs that the disk has.
    synced: BTreeSet<u64>,
}

impl Acknowledged {
    /// Fails if anything that was synced is not there, or anything that is there is not what was recorded.
    fn check(&mut self, replay: &Replay, parameters: usize) {
        let there: BTreeSet<u64> =
            self.versions.keys().copied().filter(|&epoch| self.is_there(replay, parameters, epoch)).collect();
        assert!(self.synced.is_subset(&there), "{:?} were synced, {there:?} are there", self.synced);
        assert!(replay.epochs().all(|epoch| self.versions.contains_key(&epoch)));
        self.synced = there;
    }

    fn is_there(&self, replay: &Replay, parameters: usize, epoch: u64) -> bool {
        let version = self.versions[&epoch];
        let found = (replay.weights(epoch), replay.metrics(epoch));
        if let Ok(found) = &found.0 {
            assert_eq!(*found, weights(parameters, epoch, version), "epoch {epoch}");
        }
        if let Ok(found) = &found.1 {
            assert_eq!(*found, metrics(epoch, version), "epoch {epoch}");
        }
        let honest = |error: &Error| matches!(error, Error::Corrupted { .. } | Error::UnknownEpoch { .. });
        assert!(found.0.as_ref().err().is_none_or(honest) && found.1.as_ref().err().is_none_or(honest));
        found.0.is_ok() && found.1.is_ok()
    }

    /// Records some epochs, of which the disk confirms every so many; some fail at first and are recorded otherwise.
    fn record_some(&mut self, replay: &mut Replay, disk: &Powerless, run: &Run, rng: &mut impl Rng) {
        let mut unconfirmed = BTreeSet::new();
        for _ in 0..rng.random_range(0..12) {
            let next = replay.epochs().last().map_or(0, |last| last + 1);
            let mut record = |version| replay.record(&weights(run.parameters, next, version), metrics(next, version));
            if rng.random_bool(0.2) {
                disk.deny_next_write();
                assert!(record(2 * run.life).is_err());
            }
            record(2 * run.life + 1).unwrap();
            self.versions.insert(next, 2 * run.life + 1);
            unconfirmed.insert(next);
            if unconfirmed.len() as u64 == run.every {
                self.synced.append(&mut unconfirmed);
            }
        }
    }
}

/// What one life of a recorder is like, between two losses of power.
struct Run {
    parameters: usize,
    life: u64,
    every: u64,
}

/// Opens what is on the disk to go on, or begins anew where nothing was synced that would be lost.
fn go_on_or_begin(disk: &Powerless, options: ReplayOptions, acknowledged: &mut Acknowledged) -> Replay {
    match go_on(disk, options.clone()) {
        Err(Error::NotStarted { .. } | Error::NotARecording { .. } | Error::Corrupted { .. })
            if acknowledged.synced.is_empty() =>
        {
            acknowledged.versions.clear();
            disk.clone().truncate(0).unwrap();
            begin(disk, options).unwrap()
        }
        opened => opened.unwrap(),
    }
}

#[test]
fn after_a_loss_of_power_what_was_synced_is_there_and_nothing_wrong_is() {
    for seed in 0..scaled(2_000, 100_000) {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let parameters = [1, 41, 3_000][rng.random_range(0..3)];
        let disk = Powerless::default();
        let mut acknowledged = Acknowledged::default();
        for life in 0..5 {
            let every = rng.random_range(1..6);
            let options = Replay::options().durability(Durability::Every(every));
            let mut replay = go_on_or_begin(&disk, options, &mut acknowledged);
            acknowledged.check(&replay, parameters);
            acknowledged.record_some(&mut replay, &disk, &Run { parameters, life, every }, &mut rng);
            drop(replay);
            disk.lose_power(&mut rng);
        }
    }
}

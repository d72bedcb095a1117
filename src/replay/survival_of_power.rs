//! What survives a loss of power: a recorder that is killed and begins again, on a disk that forgets what it was not asked for.

use std::collections::{BTreeMap, BTreeSet};

use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::{
    Durability, Replay, ReplayOptions,
    survival::{
        LARGE, begin, completed, data, go_on, kinds, metrics, moment, number, record_version, recorded, scaled, state,
        weights,
    },
};
use crate::{
    Error,
    storage::{Backend, testing::powerless::Powerless},
};

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
        let numbers = self.versions.keys().copied();
        let there: BTreeSet<u64> = numbers.filter(|&number| self.is_there(replay, parameters, number)).collect();
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
        let version = self.versions[&number];
        let found = (replay.weights(moment(number)), replay.metrics(moment(number)));
        let found_state = replay.training().state(moment(number));
        if let Ok(found) = &found_state {
            assert_eq!(found.arrays(), &state(number, version), "snapshot {number}");
        }
        if let Ok(found) = &found.0 {
            assert_eq!(*found, weights(parameters, number, version), "snapshot {number}");
        }
        if let Ok(found) = &found.1 {
            assert_eq!(*found, metrics(number, version), "snapshot {number}");
        }
        let honest = |error: &Error| {
            matches!(error, Error::Corrupted { .. } | Error::UnknownEpoch { .. } | Error::UnknownStep { .. })
        };
        assert!(found.0.as_ref().err().is_none_or(honest) && found.1.as_ref().err().is_none_or(honest));
        assert!(found_state.as_ref().err().is_none_or(honest), "{found_state:?}");
        found.0.is_ok() && found.1.is_ok() && found_state.is_ok()
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
        opened => completed(opened.unwrap()),
    }
}

#[test]
fn after_a_loss_of_power_what_was_synced_is_there_and_nothing_wrong_is() {
    for (seed, kind) in (0..scaled(3_000, 300_000)).zip(kinds().into_iter().cycle()) {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let parameters = if seed % 600 < 6 { LARGE } else { [1, 41, 3_000][rng.random_range(0..3)] };
        let disk = Powerless::default();
        let mut acknowledged = Acknowledged::default();
        for number in 0..5 {
            let every = rng.random_range(1..6);
            let options = kind.settings().durability(Durability::Every(every));
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

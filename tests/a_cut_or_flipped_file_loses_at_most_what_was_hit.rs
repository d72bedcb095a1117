//! A file that was cut anywhere opens to the snapshots that were whole; one flipped bit costs at most the snapshot that it
//! hits, or the state of training beside it, which is named; nothing wrong is ever handed out.

mod common;

use std::{fs, ops::Range};

use common::{
    arrays::{Arrays, counted, file, same_bits},
    bytes::{EPOCH, MODEL, Record, TRAINING_STATE, records},
    scale::{report, scaled},
};
use training_replay::{Dataset, Error, Metrics, Moment, Parameter, Replay, Training, Weights, datasets};

fn data() -> Dataset {
    datasets::parabola(2, 1)
}

fn moments() -> Vec<Moment> {
    (0..scaled(3, 12)).flat_map(|epoch| [Moment::from((epoch, 2)), Moment::from(epoch)]).skip(1).collect()
}

fn number(moment: Moment) -> u64 {
    10 * moment.epoch() + u64::from(moment.step().unwrap_or(0))
}

fn model(moment: Moment) -> Arrays {
    counted(number(moment))
}

/// The state of training, of another number of values at every other moment.
fn state(moment: Moment) -> Weights {
    let values = vec![number(moment); 1 + moment.epoch() as usize % 2];
    Weights::from_iter([Parameter::new("", "steps", [values.len()], values)])
}

fn metrics(moment: Moment) -> Metrics {
    Metrics::from([("loss", number(moment) as f64)])
}

fn recorded(replay: &Replay) -> Vec<Moment> {
    let mut moments: Vec<Moment> = replay.steps().iter().chain(replay.epochs().map(Moment::from)).collect();
    moments.sort_unstable();
    moments
}

/// A small recording with data and steps, with an END or without.
fn recording(finished: bool) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let mut replay = Replay::options().dataset(&data()).create(file(&folder)).unwrap();
    for moment in moments() {
        let weights = model(moment);
        let model = Training::new(&weights, state(moment));
        match moment.step() {
            None => assert_eq!(replay.record(&model, metrics(moment)).unwrap(), moment.epoch()),
            Some(_) => assert!(replay.record_at(moment, &model, metrics(moment)).unwrap()),
        }
    }
    if finished {
        replay.finish().unwrap();
    }
    fs::read(file(&folder)).unwrap()
}

#[test]
fn a_file_cut_at_any_byte_opens_to_the_snapshots_that_were_whole() {
    for finished in [false, true] {
        let bytes = recording(finished);
        let ends: Vec<usize> = records(&bytes).iter().filter(|r| r.kind == EPOCH).map(|r| r.bytes.end).collect();
        assert_eq!(ends.len(), moments().len());
        for length in 0..=bytes.len() {
            let whole = ends.iter().filter(|&&end| end <= length).count();
            expect_exactly(&bytes[..length], &moments()[..whole], finished && length == bytes.len());
        }
        report(format_args!("cut at each of {} bytes: exactly what was whole", bytes.len()));
    }
}

fn expect_exactly(bytes: &[u8], whole: &[Moment], finished: bool) {
    let replay = match Replay::from_bytes(bytes) {
        Err(error) => return assert!(whole.is_empty() && matches!(error, Error::NotStarted { .. }), "{error}"),
        Ok(replay) => replay,
    };
    assert_eq!(recorded(&replay), whole, "{} bytes", bytes.len());
    assert_eq!(replay.is_finished(), finished);
    assert!(replay.check_integrity().unwrap().is_empty());
    assert_eq!(replay.dataset().unwrap(), &data());
    for &moment in whole {
        assert!(same_bits(&replay.weights(moment).unwrap(), &model(moment)));
        assert_eq!(replay.metrics(moment).unwrap(), metrics(moment));
        assert_eq!(replay.training().state(moment).unwrap().arrays(), &state(moment));
    }
}

#[test]
fn a_flipped_bit_costs_at_most_the_snapshot_it_hits_and_names_it() {
    for finished in [false, true] {
        let bytes = recording(finished);
        let records = records(&bytes);
        for bit in 0..8 * bytes.len() {
            let mut flipped = bytes.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            Flipped { records: &records, byte: bit / 8, finished }.check(flipped);
        }
        report(format_args!("each of {} bits flipped: 0 silent", 8 * bytes.len()));
    }
}

/// A recording of which one byte is another.
struct Flipped<'a> {
    /// As they were.
    records: &'a [Record],
    byte: usize,
    finished: bool,
}

impl Flipped<'_> {
    fn check(&self, bytes: Vec<u8>) {
        let opened = Replay::from_bytes(bytes);
        if self.hits_what_all_depends_on() {
            let refused = matches!(opened, Err(Error::NotARecording { .. } | Error::Corrupted { .. }));
            return assert!(refused, "byte {}: {opened:?}", self.byte);
        }
        let replay = opened.unwrap_or_else(|error| panic!("byte {}: {error}", self.byte));
        moments().into_iter().for_each(|moment| self.check_snapshot(&replay, moment));
        self.check_curves(&replay);
        match replay.dataset() {
            Ok(found) => assert_eq!(found, &data(), "byte {}", self.byte),
            Err(error) => assert!(self.hits_data(), "byte {}: {error}", self.byte),
        }
        self.check_listed(&replay);
        let torn = self.hits_last_record() && replay.torn_bytes() > 0;
        assert_eq!(replay.is_finished(), self.finished && !torn, "byte {}", self.byte);
    }

    fn check_snapshot(&self, replay: &Replay, moment: Moment) {
        match replay.weights(moment) {
            Ok(weights) => assert!(same_bits(&weights, &model(moment)), "byte {}: wrong weights", self.byte),
            Err(error) => self.expect_named((EPOCH, moment), &error, replay),
        }
        match replay.metrics(moment) {
            Ok(found) => assert_eq!(found, metrics(moment), "byte {}: wrong metrics", self.byte),
            Err(error) => self.expect_named((EPOCH, moment), &error, replay),
        }
        match replay.training().state(moment) {
            Ok(found) => assert_eq!(found.arrays(), &state(moment), "byte {}: wrong state", self.byte),
            // Without its snapshot there is none.
            Err(_) if replay.weights(moment).is_err() => {}
            Err(error) => self.expect_named((TRAINING_STATE, moment), &error, replay),
        }
    }

    fn check_curves(&self, replay: &Replay) {
        let epochs = replay.curve("loss").unwrap_or_default().into_iter().map(|(epoch, loss)| (epoch.into(), loss));
        let steps = replay.steps().curve("loss").unwrap_or_default();
        let right = |(moment, loss): (Moment, f64)| loss == number(moment) as f64;
        assert!(epochs.chain(steps).all(right), "byte {}: wrong curves", self.byte);
    }

    /// Whatever is lost is listed.
    fn check_listed(&self, replay: &Replay) {
        let lost = |moment: &Moment| {
            let state = replay.training().state(*moment);
            replay.weights(*moment).is_err() || replay.metrics(*moment).is_err() || state.is_err()
        };
        let lost = moments().iter().filter(|moment| lost(moment)).count() + usize::from(replay.dataset().is_err());
        let listed = replay.check_integrity().unwrap();
        assert!(lost <= 1, "byte {}: {lost} are lost", self.byte);
        assert!(listed.len() >= lost || replay.torn_bytes() > 0, "byte {}: lost and not listed", self.byte);
        let hit = |range: &Range<u64>| range.contains(&(self.byte as u64));
        assert!(listed.iter().all(|damage| hit(&damage.bytes)), "byte {}: {listed:?}", self.byte);
    }

    /// The error must say where, what and at which byte. In the last record of an unfinished file, damage cannot be distinguished from
    /// a torn tail.
    fn expect_named(&self, (kind, moment): (u16, Moment), error: &Error, replay: &Replay) {
        let number = (moment.epoch(), moment.step().unwrap_or(0));
        let of = |r: &&Record| r.kind == kind && (r.epoch, r.step) == number;
        let record = &self.records.iter().find(of).unwrap().bytes;
        assert!(record.contains(&self.byte), "byte {}: {moment:?} is lost: {error}", self.byte);
        match error {
            Error::Corrupted { path, what, offset, .. } => {
                assert_eq!(path.to_str(), Some("<memory>"), "byte {}", self.byte);
                assert!(what.contains(&moment.to_string()), "byte {}: {what}", self.byte);
                assert_eq!(*offset, record.start as u64, "byte {}", self.byte);
            }
            Error::UnknownEpoch { .. } => assert!(self.hits_last_record() && replay.torn_bytes() > 0),
            error => panic!("byte {}: {error}", self.byte),
        }
    }

    fn hits_last_record(&self) -> bool {
        self.records.last().unwrap().bytes.contains(&self.byte)
    }

    fn hits_data(&self) -> bool {
        self.records.iter().any(|r| ![EPOCH, TRAINING_STATE].contains(&r.kind) && r.bytes.contains(&self.byte))
    }

    /// The preamble, and header and meta of the first record.
    fn hits_what_all_depends_on(&self) -> bool {
        assert_eq!(self.records[0].kind, MODEL);
        self.byte < self.records[0].meta.end
    }
}

//! A file that was cut anywhere opens to the snapshots that were whole; one flipped bit costs at most the snapshot that it
//! hits, the compressed ones that refer to it, or the state of training beside it, each of which is named; nothing wrong is ever
//! handed out.

mod common;

use std::{fs, ops::Range, path::Path};

use common::{
    arrays::{Arrays, completed, counted, file, frozen, kinds, of_kind, same_bits},
    bytes::{EPOCH, MODEL, Record, TRAINING_STATE, read_from, records},
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
    let mut arrays = counted(number(moment));
    arrays.0.insert(0, frozen());
    arrays
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
fn recording(kind: &str, path: &Path, finished: bool) -> Vec<u8> {
    let mut replay = of_kind(kind, path).create(path).unwrap();
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
    fs::read(path).unwrap()
}

/// Recordings of all kinds, with an END and without; whatever they refer to is there for as long as they are looked at.
fn each_recording(mut look: impl FnMut(&str, bool, Vec<u8>)) {
    for (kind, finished) in kinds().into_iter().flat_map(|kind| [(kind, false), (kind, true)]) {
        let folder = tempfile::tempdir().unwrap();
        look(kind, finished, recording(kind, &file(&folder), finished));
    }
}

#[test]
fn a_file_cut_at_any_byte_opens_to_the_snapshots_that_were_whole() {
    each_recording(|name, finished, bytes| {
        let ends: Vec<usize> = records(&bytes).iter().filter(|r| r.is_snapshot()).map(|r| r.bytes.end).collect();
        assert_eq!(ends.len(), moments().len());
        for length in 0..=bytes.len() {
            let whole = ends.iter().filter(|&&end| end <= length).count();
            expect_exactly(&bytes[..length], &moments()[..whole], finished && length == bytes.len());
        }
        report(format_args!("{name}, cut at each of {} bytes: exactly what was whole", bytes.len()));
    });
}

fn expect_exactly(bytes: &[u8], whole: &[Moment], finished: bool) {
    let replay = match Replay::from_bytes(bytes) {
        Err(error) => return assert!(whole.is_empty() && matches!(error, Error::NotStarted { .. }), "{error}"),
        Ok(replay) => completed(replay),
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
fn a_flipped_bit_costs_at_most_the_snapshots_that_are_read_from_what_it_hits_and_names_them() {
    each_recording(|name, finished, bytes| {
        let records = records(&bytes);
        for bit in 0..8 * bytes.len() {
            let mut flipped = bytes.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            Flipped { whole: &bytes, records: &records, byte: bit / 8, finished }.check(flipped);
        }
        report(format_args!("{name}, each of {} bits flipped: 0 silent", 8 * bytes.len()));
    });
}

/// A recording of which one byte is another.
struct Flipped<'a> {
    /// As it was.
    whole: &'a [u8],
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
        let replay = completed(opened.unwrap_or_else(|error| panic!("byte {}: {error}", self.byte)));
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
        let of_it = self.records.iter().filter(|record| self.is_read_from_what_was_hit(record)).count();
        assert!(lost <= of_it.max(1), "byte {}: {lost} are lost", self.byte);
        assert!(listed.len() >= lost || replay.torn_bytes() > 0, "byte {}: lost and not listed", self.byte);
        let hit = |range: &Range<u64>| {
            let of = self.records.iter().find(|record| record.bytes.start as u64 == range.start);
            range.contains(&(self.byte as u64)) || of.is_some_and(|record| self.is_read_from_what_was_hit(record))
        };
        assert!(listed.iter().all(|damage| hit(&damage.bytes)), "byte {}: {listed:?}", self.byte);
    }

    /// The error must say where, what and at which byte. In the last record of an unfinished file, damage cannot be distinguished from
    /// a torn tail.
    fn expect_named(&self, (kind, moment): (u16, Moment), error: &Error, replay: &Replay) {
        let number = (moment.epoch(), moment.step().unwrap_or(0));
        let of_kind = |r: &Record| if kind == EPOCH { r.is_snapshot() } else { r.kind == kind };
        let of = |r: &&Record| of_kind(r) && (r.epoch, r.step) == number;
        let record = self.records.iter().find(of).unwrap();
        assert!(self.is_read_from_what_was_hit(record), "byte {}: {moment:?} is lost: {error}", self.byte);
        let (record, own) = (&record.bytes, record.bytes.contains(&self.byte));
        match error {
            Error::Corrupted { path, what, offset, reason } => {
                assert!(own || reason.contains(&format!("it refers to {}", self.hit_moment())), "{error}");
                assert_eq!(path.to_str(), Some("<memory>"), "byte {}", self.byte);
                assert!(what.contains(&moment.to_string()), "byte {}: {what}", self.byte);
                assert_eq!(*offset, record.start as u64, "byte {}", self.byte);
            }
            Error::UnknownEpoch { .. } => assert!(self.hits_last_record() && replay.torn_bytes() > 0),
            error => panic!("byte {}: {error}", self.byte),
        }
    }

    fn is_read_from_what_was_hit(&self, record: &Record) -> bool {
        let read = read_from(self.whole, self.records, record);
        self.records.iter().any(|of| of.bytes.contains(&self.byte) && read.contains(&of.sequence))
    }

    fn hit_moment(&self) -> Moment {
        let hit = self.records.iter().find(|record| record.bytes.contains(&self.byte)).unwrap();
        if hit.step == 0 { hit.epoch.into() } else { (hit.epoch, hit.step).into() }
    }

    fn hits_last_record(&self) -> bool {
        self.records.last().unwrap().bytes.contains(&self.byte)
    }

    fn hits_data(&self) -> bool {
        let is_data = |r: &Record| !r.is_snapshot() && r.kind != TRAINING_STATE;
        self.records.iter().any(|r| is_data(r) && r.bytes.contains(&self.byte))
    }

    /// The preamble, and header and meta of the first record.
    fn hits_what_all_depends_on(&self) -> bool {
        assert_eq!(self.records[0].kind, MODEL);
        self.byte < self.records[0].meta.end
    }
}

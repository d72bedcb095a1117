//! A file that was cut anywhere opens to the epochs that were whole; one flipped bit costs at most the epoch that it
//! hits, which is named; nothing wrong is ever handed out.

mod common;

use std::{fs, ops::Range};

use common::{
    arrays::{counted, file, same_bits},
    bytes::{EPOCH, MODEL, records},
    scale::{report, scaled},
};
use training_replay::{Dataset, Error, Metrics, Replay, datasets};

fn epochs() -> u64 {
    scaled(3, 20)
}

fn data() -> Dataset {
    datasets::parabola(2, 1)
}

fn metrics(epoch: u64) -> Metrics {
    Metrics::from([("loss", epoch as f64)])
}

/// A small recording with data, with an END or without.
fn recording(finished: bool) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let mut replay = Replay::create(file(&folder), &data()).unwrap();
    for epoch in 0..epochs() {
        replay.record(&counted(epoch), metrics(epoch)).unwrap();
    }
    if finished {
        replay.finish().unwrap();
    }
    fs::read(file(&folder)).unwrap()
}

#[test]
fn a_file_cut_at_any_byte_opens_to_the_epochs_that_were_whole() {
    for finished in [false, true] {
        let bytes = recording(finished);
        let ends: Vec<usize> = records(&bytes).iter().filter(|r| r.kind == EPOCH).map(|r| r.bytes.end).collect();
        assert_eq!(ends.len() as u64, epochs());
        for length in 0..=bytes.len() {
            let whole = ends.iter().filter(|&&end| end <= length).count() as u64;
            expect_exactly(&bytes[..length], whole, finished && length == bytes.len());
        }
        report(format_args!("cut at each of {} bytes: exactly the whole epochs", bytes.len()));
    }
}

fn expect_exactly(bytes: &[u8], whole: u64, finished: bool) {
    let replay = match Replay::from_bytes(bytes) {
        Err(error) => return assert!(whole == 0 && matches!(error, Error::NotStarted { .. }), "{error}"),
        Ok(replay) => replay,
    };
    assert!(replay.epochs().eq(0..whole), "{} bytes", bytes.len());
    assert_eq!(replay.is_finished(), finished);
    assert!(replay.damage().is_empty());
    assert_eq!(replay.dataset().unwrap(), &data());
    for epoch in 0..whole {
        assert!(same_bits(&replay.weights(epoch).unwrap(), &counted(epoch)));
        assert_eq!(replay.metrics(epoch).unwrap(), metrics(epoch));
    }
}

#[test]
fn a_flipped_bit_costs_at_most_the_epoch_it_hits_and_names_it() {
    for finished in [false, true] {
        let bytes = recording(finished);
        for bit in 0..8 * bytes.len() {
            let mut flipped = bytes.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            Flipped { original: &bytes, byte: bit / 8, finished }.check(flipped);
        }
        report(format_args!("each of {} bits flipped: 0 silent", 8 * bytes.len()));
    }
}

/// A recording of which one byte is another.
struct Flipped<'a> {
    original: &'a [u8],
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
        for epoch in 0..epochs() {
            self.check_epoch(&replay, epoch);
        }
        match replay.dataset() {
            Ok(found) => assert_eq!(found, &data(), "byte {}", self.byte),
            Err(error) => assert!(self.hits_data(), "byte {}: {error}", self.byte),
        }
        let lost = (0..epochs()).any(|epoch| replay.weights(epoch).is_err()) || replay.dataset().is_err();
        let listed = !replay.check_integrity().unwrap().is_empty();
        assert!(!lost || listed || replay.torn_bytes() > 0, "byte {}: lost and not listed", self.byte);
        let torn = self.hits_last_record() && replay.torn_bytes() > 0;
        assert_eq!(replay.is_finished(), self.finished && !torn, "byte {}", self.byte);
    }

    fn check_epoch(&self, replay: &Replay, epoch: u64) {
        let record = self.record_of(epoch);
        match replay.weights(epoch) {
            Ok(weights) => assert!(same_bits(&weights, &counted(epoch)), "byte {}: wrong weights", self.byte),
            Err(error) => self.expect_named(epoch, &record, &error, replay),
        }
        match replay.metrics(epoch) {
            Ok(found) => assert_eq!(found, metrics(epoch), "byte {}: wrong metrics", self.byte),
            Err(error) => {
                self.expect_named(epoch, &record, &error, replay);
                assert!(!replay.damage().is_empty() || replay.torn_bytes() > 0, "byte {}: not listed", self.byte);
            }
        }
        let shown = replay.curve("loss").unwrap_or_default();
        assert!(shown.iter().all(|&(epoch, loss)| loss == epoch as f64), "byte {}: {shown:?}", self.byte);
    }

    /// The error must say epoch and byte. In the last record of an unfinished file, damage cannot be told from a
    /// torn tail.
    fn expect_named(&self, epoch: u64, record: &Range<usize>, error: &Error, replay: &Replay) {
        assert!(record.contains(&self.byte), "byte {}: epoch {epoch} is lost: {error}", self.byte);
        match error {
            Error::Corrupted { what, offset, .. } => {
                assert!(what.contains(&format!("epoch {epoch}")), "byte {}: {what}", self.byte);
                assert_eq!(*offset, record.start as u64, "byte {}", self.byte);
            }
            Error::UnknownEpoch { .. } => assert!(self.hits_last_record() && replay.torn_bytes() > 0),
            error => panic!("byte {}: {error}", self.byte),
        }
    }

    fn record_of(&self, epoch: u64) -> Range<usize> {
        records(self.original).into_iter().find(|r| r.kind == EPOCH && r.epoch == epoch).unwrap().bytes
    }

    fn hits_last_record(&self) -> bool {
        records(self.original).last().unwrap().bytes.contains(&self.byte)
    }

    fn hits_data(&self) -> bool {
        records(self.original).iter().any(|r| r.kind != EPOCH && r.bytes.contains(&self.byte))
    }

    /// The preamble, and header and meta of the first record.
    fn hits_what_all_depends_on(&self) -> bool {
        let model = &records(self.original)[0];
        assert_eq!(model.kind, MODEL);
        self.byte < model.meta.end
    }
}

//! The log: a preamble and the records behind it, found by a scan and appended one behind the other.
//!
//! The one place that decides what is written, cut off and waited for. Everything before its end is whole. An error
//! leaves the end where it was; where even that cannot be had, the log is poisoned and writes no more.

use std::{
    io,
    ops::Range,
    path::{Path, PathBuf},
};

use super::{
    backend::{Backend, NamedBackend},
    block::{ALIGN, BLOCK},
    header::{Header, Kind, MAX_META, MAX_RECORDS},
    preamble::{BadPreamble, Preamble},
    reader::{self, RecordReader},
    record::{Position, Record},
    scan::{self, Damage},
    writer::{CHUNK, RecordWriter},
};
use crate::{Error, Moment, Result};

/// A preamble and the records behind it.
#[derive(Debug)]
pub(crate) struct Log {
    backend: NamedBackend,
    preamble: Preamble,
    /// Everything before it is whole; what lies behind is a torn tail, or not looked at yet.
    end: Position,
    /// Where, among damage, a header says that its record ends beyond the file: what is appended would become part of
    /// it.
    overhang: Option<u64>,
    /// The error that could not be undone, if there was one.
    poison: Option<String>,
    /// What a [`RecordWriter`] gathers in, kept for the next one.
    buffer: Vec<u8>,
}

impl Log {
    /// Creates a log in memory.
    pub(crate) fn in_memory(path: PathBuf, preamble: impl Into<Preamble>) -> Self {
        let preamble = preamble.into();
        let backend = Box::new(preamble.encode().to_vec());
        Self::at_start(NamedBackend { inner: backend, path }, preamble)
    }

    /// Creates a log on an empty backend.
    pub(crate) fn create(backend: Box<dyn Backend>, path: PathBuf, preamble: impl Into<Preamble>) -> Result<Self> {
        let (mut backend, preamble) = (NamedBackend { inner: backend, path }, preamble.into());
        backend.write_at(&preamble.encode(), 0)?;
        Ok(Self::at_start(backend, preamble))
    }

    /// Opens the log on a backend, or returns what is wrong with its first 64 bytes. Nothing behind them is looked at
    /// yet.
    pub(crate) fn open(backend: Box<dyn Backend>, path: PathBuf) -> Result<Result<Self, BadPreamble>> {
        let backend = NamedBackend { inner: backend, path };
        let length = backend.len()?;
        let mut bytes = [0; BLOCK];
        let whole = usize::try_from(length).unwrap_or(BLOCK).min(BLOCK);
        backend.read_at(&mut bytes[..whole], 0)?;
        Ok(Preamble::decode(&bytes[..whole]).map(|preamble| Self::at_start(backend, preamble)))
    }

    /// Returns version and salt of the file.
    pub(crate) fn preamble(&self) -> Preamble {
        self.preamble
    }

    /// Returns where the next record goes.
    pub(crate) fn position(&self) -> Position {
        self.end
    }

    /// Returns the number of the next record.
    pub(crate) fn next_sequence(&self) -> u64 {
        self.end.sequence
    }

    /// Gives the next record a number above that which it would have.
    pub(crate) fn go_on_with(&mut self, sequence: u64) {
        self.end.sequence = self.end.sequence.max(sequence);
    }

    /// Hands over every whole record behind the end of the log, each with the damage that was passed over to reach it,
    /// and moves the end behind the last of them that was taken.
    pub(crate) fn scan(&mut self, mut visit: impl FnMut(Record, Option<Damage>) -> Result<()>) -> Result<()> {
        let (mut end, mut overhang) = (self.end, self.overhang);
        let scanned = scan::scan(&self.backend, self.preamble.salt, self.end, |step| {
            let after = step.record.after();
            visit(step.record, step.passed)?;
            end = after;
            overhang = overhang.or(step.overhang);
            Ok(())
        });
        // Also after an error: what was taken once is not handed over again, and what was not is.
        self.end = end;
        self.overhang = overhang;
        scanned
    }

    /// Returns how many bytes lie behind the last whole record; an error if even that is no longer there.
    pub(crate) fn torn_bytes(&self) -> Result<u64> {
        let length = self.backend.len()?;
        let lost = || Error::corrupted(&self.backend.path, "the end", length, "it is shorter than it was before");
        length.checked_sub(self.end.offset).ok_or_else(lost)
    }

    /// Cuts off what lies behind the last whole record, and waits until the disk has: there may be nothing left to cut
    /// because another recorder did, and was killed before the disk confirmed. Fails if nothing can be appended all the
    /// same.
    pub(crate) fn cut_tail(&mut self) -> Result<()> {
        if let Some(at) = self.overhang {
            let reason = "it ends beyond the file, and would take in what is appended";
            return Err(Error::corrupted(&self.backend.path, "a record", at, reason));
        }
        let cut = self.cut().and_then(|()| self.backend.inner.sync());
        cut.map_err(|source| self.backend.failed("cutting off the torn tail of", source))
    }

    /// Appends a record whose data is what `write` hands to the writer, and returns it as a scan would find it.
    ///
    /// On an error the log is as it was before, or poisoned if that cannot be had.
    pub(crate) fn append<F>(&mut self, kind: Kind, moment: Moment, mut meta: Vec<u8>, write: F) -> Result<Record>
    where
        F: FnOnce(&mut RecordWriter<'_>) -> Result<()>,
    {
        self.expect_sound()?;
        let start = self.end;
        match self.write_record(kind, moment, &mut meta, write) {
            Ok(header) => {
                let record = Record { header, offset: start.offset, meta: Some(meta) };
                self.end = record.after();
                Ok(record)
            }
            Err(error) => {
                self.rewind(start);
                Err(error)
            }
        }
    }

    /// Cuts the log back to `position`; poisons it if that fails, as the next record would be written over what is left.
    pub(crate) fn rewind(&mut self, position: Position) {
        self.end = position;
        if let Err(source) = self.cut() {
            self.poison = Some(format!("a broken record could not be cut off: {source}"));
        }
    }

    /// Returns when everything appended so far would survive a loss of power, unless `before` says that what it refers to would
    /// not. After a failure nobody knows what is on the disk, so the log is poisoned.
    pub(crate) fn sync(&mut self, before: io::Result<()>) -> Result<()> {
        self.expect_sound()?;
        if let Err(source) = before.and_then(|()| self.backend.inner.sync()) {
            self.poison = Some(format!("the disk did not confirm what was written: {source}"));
        }
        self.expect_sound()
    }

    /// Reads the data of a record, `what` in errors.
    pub(crate) fn reader(&self, what: String, data: Range<u64>, offset: u64, crc: u32) -> RecordReader<'_> {
        RecordReader::new(&self.backend, what, data, offset, crc)
    }

    /// Reads some of the bytes alone, which are held against no checksum.
    pub(crate) fn part(&self, what: String, bytes: Range<u64>, offset: u64) -> RecordReader<'_> {
        RecordReader::new(&self.backend, what, bytes, offset, 0)
    }

    /// Where the first record of any log lies.
    pub(crate) const START: u64 = ALIGN;

    /// Returns where the next record goes in the file.
    pub(crate) fn end(&self) -> u64 {
        self.end.offset
    }

    /// Reads the meta of the record that begins at `offset`, `what` in errors, if its checksum agrees.
    pub(crate) fn meta(&self, what: &str, offset: u64) -> Result<Vec<u8>> {
        reader::read_meta(&self.backend, what, offset)
    }

    /// Hands over all whole records as bytes, preamble included, in chunks.
    pub(crate) fn copy_to(&self, write: impl FnMut(&[u8]) -> Result<()>) -> Result<()> {
        self.copy(0..self.end(), write)
    }

    /// Hands over some of the bytes, in chunks.
    pub(crate) fn copy(&self, range: Range<u64>, mut write: impl FnMut(&[u8]) -> Result<()>) -> Result<()> {
        let mut at = range.start;
        let mut chunk = Vec::new();
        while at < range.end {
            let left = usize::try_from(range.end - at).unwrap_or(CHUNK);
            chunk.resize(left.min(CHUNK), 0);
            self.backend.read_at(&mut chunk, at)?;
            write(&chunk)?;
            at += chunk.len() as u64;
        }
        Ok(())
    }

    /// Fails if the path has ceased to name the file; without one, if nothing names it any more.
    pub(crate) fn expect_named(&self, path: Option<&Path>) -> Result<()> {
        match self.backend.inner.is_lost(path) {
            Ok(false) => Ok(()),
            Ok(true) => Err(Error::Vanished { path: self.backend.path.clone() }),
            Err(source) => Err(self.backend.failed("looking for", source)),
        }
    }

    /// Lets others append.
    pub(crate) fn unlock(&mut self) -> Result<()> {
        self.backend.inner.unlock().map_err(|source| self.backend.failed("unlocking", source))
    }

    /// Returns whether a record begins behind the end that is as long as it says: it was whole once, and is damaged now.
    pub(crate) fn has_damaged_tail(&self) -> Result<bool> {
        scan::begins_a_record(&self.backend, self.preamble.salt, self.end)
    }

    /// Fails if an earlier error could not be undone.
    pub(crate) fn expect_sound(&self) -> Result<()> {
        self.poison.clone().map_or(Ok(()), |reason| Err(Error::Poisoned { reason }))
    }

    fn at_start(backend: NamedBackend, preamble: Preamble) -> Self {
        let end = Position { offset: ALIGN, sequence: 0 };
        Self { backend, preamble, end, overhang: None, poison: None, buffer: Vec::new() }
    }

    /// Returns when the disk has let go of everything behind the end: after a loss of power it must not come back in
    /// place of what is written there next.
    fn cut(&mut self) -> io::Result<()> {
        let backend = &mut self.backend.inner;
        if backend.len()? == self.end.offset {
            return Ok(());
        }
        backend.truncate(self.end.offset)?;
        backend.sync()
    }

    fn write_record<F>(&mut self, kind: Kind, moment: Moment, meta: &mut Vec<u8>, write: F) -> Result<Header>
    where
        F: FnOnce(&mut RecordWriter<'_>) -> Result<()>,
    {
        let Position { offset, sequence } = self.end;
        check_limits(meta, sequence)?;
        let mut writer = RecordWriter::new(&mut self.backend, &mut self.buffer, offset, meta);
        write(&mut writer)?;
        let salt = self.preamble.salt;
        writer.finish(|meta, data_len, data_crc| {
            let (meta_len, meta_crc) = (meta.len() as u64, crc32fast::hash(meta));
            Header { kind, salt, sequence, meta_len, data_len, moment, meta_crc, data_crc }
        })
    }
}

fn check_limits(meta: &[u8], sequence: u64) -> Result<()> {
    if meta.len() as u64 > MAX_META {
        let expected = format!("at most {MAX_META} bytes");
        return Err(Error::invalid(
            "the size of the description of a record",
            expected,
            format!("{} bytes", meta.len()),
        ));
    }
    if sequence < MAX_RECORDS {
        Ok(())
    } else {
        Err(Error::invalid("the number of the next record", "below 2^63", sequence))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::testing::shrunk::Shrunk;

    fn bytes_of(log: &Log) -> Vec<u8> {
        let mut bytes = Vec::new();
        log.copy_to(|chunk| {
            bytes.extend_from_slice(chunk);
            Ok(())
        })
        .unwrap();
        bytes
    }

    /// Three epochs of two blocks each: the headers at 64, 256 and 448, the data at 192, 384 and 576.
    fn three_epochs(salt: u64) -> Vec<u8> {
        let mut log = Log::in_memory("test".into(), salt);
        for epoch in 0..3 {
            let write = |writer: &mut RecordWriter<'_>| writer.array(0, &[epoch as f32; 8]).map(drop);
            log.append(Kind::Epoch, epoch.into(), vec![7; 8], write).unwrap();
        }
        bytes_of(&log)
    }

    /// The epochs that count, the damage between them, and the torn bytes behind.
    fn scanned(bytes: Vec<u8>) -> (Vec<u64>, Vec<[u64; 2]>, u64) {
        let mut log = Log::open(Box::new(bytes), "test".into()).unwrap().unwrap();
        let (mut epochs, mut damage) = (Vec::new(), Vec::new());
        let scanned = log.scan(|record, passed| {
            epochs.push(record.header.moment.epoch());
            damage.extend(passed.map(|passed| [passed.bytes.start, passed.bytes.end]));
            Ok(())
        });
        scanned.unwrap();
        (epochs, damage, log.torn_bytes().unwrap())
    }

    #[test]
    fn the_last_record_counts_only_if_its_data_and_meta_are_whole() {
        assert_eq!(scanned(three_epochs(1)), (vec![0, 1, 2], vec![], 0));
        for at in [512, 576] {
            let mut bytes = three_epochs(1);
            bytes[at] ^= 1;
            assert_eq!(scanned(bytes), (vec![0, 1], vec![], 192), "byte {at}");
        }
        let mut bytes = three_epochs(1);
        bytes[384] ^= 1;
        assert_eq!(scanned(bytes), (vec![0, 1, 2], vec![], 0), "data of other records are checked when they are read");
    }

    #[test]
    fn a_broken_header_costs_its_record_and_no_other() {
        let mut bytes = three_epochs(1);
        bytes[256] ^= 1;
        assert_eq!(scanned(bytes), (vec![0, 2], vec![[256, 448]], 0));
    }

    #[test]
    fn records_of_another_file_are_not_taken_for_this_ones() {
        let mut bytes = three_epochs(1);
        bytes[256..].copy_from_slice(&three_epochs(2)[256..]);
        assert_eq!(scanned(bytes), (vec![0], vec![], 384), "stale bytes of a file with another salt");
        let mut bytes = three_epochs(1);
        bytes.extend_from_slice(&three_epochs(1)[256..448]);
        assert_eq!(scanned(bytes), (vec![0, 1, 2], vec![], 192), "an earlier record again");
    }

    #[test]
    fn a_file_that_shrinks_while_it_is_scanned_ends_where_it_is_cut() {
        let bytes = three_epochs(1);
        for cut in 64..bytes.len() {
            let shrunk = Shrunk::new(bytes[..cut].to_vec(), bytes.len() as u64);
            let mut log = Log::open(Box::new(shrunk), "test".into()).unwrap().unwrap();
            let mut count = 0;
            let scanned = log.scan(|_, passed| {
                count += 1;
                assert_eq!(passed, None);
                Ok(())
            });
            scanned.unwrap();
            assert_eq!(count, (cut - 64) / 192, "{cut}: every record that is still whole");
        }
    }

    #[test]
    fn a_scan_goes_on_where_the_last_one_ended() {
        let bytes = three_epochs(1);
        let mut log = Log::open(Box::new(bytes[..500].to_vec()), "test".into()).unwrap().unwrap();
        let mut seen = Vec::new();
        let mut see = |log: &mut Log| {
            log.scan(|record, _| {
                seen.push(record.header.moment.epoch());
                Ok(())
            })
        };
        see(&mut log).unwrap();
        log.backend.inner.write_at(&bytes[500..], 500).unwrap();
        see(&mut log).unwrap();
        assert_eq!(seen, [0, 1, 2]);
    }

    /// A file had lost bytes from its middle, so that a header said that its record ends beyond the file. Once something
    /// was appended that header was right again, and its record took in what had been acknowledged.
    #[test]
    fn nothing_is_appended_where_a_damaged_record_would_take_it_in() {
        let mut log = Log::open(Box::new(three_epochs(1)), "test".into()).unwrap().unwrap();
        log.scan(|_, _| Ok(())).unwrap();
        log.append(Kind::End, Moment::default(), Vec::new(), |_| Ok(())).unwrap();
        let mut bytes = bytes_of(&log);
        bytes.drain(512..640); // of the third epoch all but the header
        let mut log = Log::open(Box::new(bytes), "test".into()).unwrap().unwrap();
        let mut damage = Vec::new();
        log.scan(|_, passed| {
            damage.extend(passed);
            Ok(())
        })
        .unwrap();
        assert_eq!(damage[0].bytes, 448..512);
        let message = log.cut_tail().unwrap_err().to_string();
        assert!(message.starts_with("a record of test is corrupted at byte 448: it ends beyond the file"), "{message}");
    }
}

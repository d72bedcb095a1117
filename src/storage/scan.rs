//! The walk over the headers of a log: what is whole, what is damaged, and where the tail is torn.
//!
//! Reading never modifies. A header that is none is passed over on the 64-byte grid: if a whole record follows, the
//! gap is *damage*; if none does, it is a *torn tail*, which is where the next scan goes on.

use std::{io, ops::Range};

use super::{
    block::{ALIGN, BLOCK},
    header::{Header, MAX_RECORDS},
    log::{Log, Position},
};
use crate::{Error, Result};

/// How much of the file is read at a time; small records share a reading.
const WINDOW: u64 = 32 << 10;

/// Bytes of a recording that are not what was written.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Damage {
    /// Where they lie in the file.
    pub bytes: Range<u64>,
    /// What is lost with them.
    pub reason: String,
}

impl Damage {
    pub(crate) fn new(bytes: Range<u64>, reason: impl Into<String>) -> Self {
        Self { bytes, reason: reason.into() }
    }
}

/// A whole record.
#[derive(Debug)]
pub(crate) struct Record {
    pub(crate) header: Header,
    pub(crate) offset: u64,
    /// `None` where its checksum does not agree.
    pub(crate) meta: Option<Vec<u8>>,
}

impl Log {
    /// Hands over every whole record behind the end of the log, each with the damage that was passed over to reach it,
    /// and moves the end behind the last of them that was taken.
    ///
    /// The last record counts only if its data is whole too: a loss of power can leave a file its length and not its
    /// bytes.
    pub(crate) fn scan(&mut self, mut visit: impl FnMut(Record, Option<Damage>) -> Result<()>) -> Result<()> {
        let (mut end, mut overhang) = (self.end, self.overhang);
        let walked = Walk::new(self).and_then(|mut walk| {
            let mut next = walk.next_record(end)?;
            while let Some(Step { found, passed, overhang: beyond }) = next {
                let after = Position { offset: found.header.end(found.offset), sequence: found.header.sequence + 1 };
                next = walk.next_record(after)?;
                if next.is_none() && !walk.is_whole(&found)? {
                    break;
                }
                visit(found, passed)?;
                end = after;
                overhang = overhang.or(beyond);
            }
            Ok(())
        });
        // Also after an error: what was taken once is not handed over again, and what was not is.
        self.end = end;
        self.overhang = overhang;
        walked
    }
}

/// A record, and what was passed over to reach it.
struct Step {
    found: Record,
    passed: Option<Damage>,
    /// Where a header among it says that its record ends beyond the file.
    overhang: Option<u64>,
}

struct Walk<'a> {
    log: &'a Log,
    length: u64,
    window: Vec<u8>,
    window_at: u64,
}

impl<'a> Walk<'a> {
    fn new(log: &'a Log) -> Result<Self> {
        let length = log.medium.len().map_err(|source| log.failed("reading", source))?;
        Ok(Self { log, length, window: Vec::new(), window_at: 0 })
    }

    /// The first record at or behind `from`.
    fn next_record(&mut self, from: Position) -> Result<Option<Step>> {
        let (mut at, mut overhang) = (from.offset, None);
        while at + ALIGN <= self.length {
            match self.header(at, from.sequence)? {
                Some(header) if header.end(at) <= self.length => {
                    let reason = || format!("{} bytes that are no record", at - from.offset);
                    let passed = (at > from.offset).then(|| Damage::new(from.offset..at, reason()));
                    let meta = self.meta(&header, at)?;
                    return Ok(Some(Step { found: Record { header, offset: at, meta }, passed, overhang }));
                }
                Some(_) => overhang = overhang.or(Some(at)),
                None => {}
            }
            at += ALIGN;
        }
        Ok(None)
    }

    /// The header at `at`, if there is one of this file.
    fn header(&mut self, at: u64, sequence: u64) -> Result<Option<Header>> {
        let header = self.bytes(at..at + ALIGN)?.first_chunk::<BLOCK>().and_then(Header::decode);
        let salt = self.log.preamble.salt;
        Ok(header.filter(|header| header.salt == salt && (sequence..MAX_RECORDS).contains(&header.sequence)))
    }

    /// The record's meta, if its checksum agrees.
    fn meta(&mut self, header: &Header, at: u64) -> Result<Option<Vec<u8>>> {
        let bytes = self.bytes(header.meta(at))?;
        Ok((crc32fast::hash(bytes) == header.meta_crc).then(|| bytes.to_vec()))
    }

    /// Whether meta and data of a record are what was written.
    fn is_whole(&self, found: &Record) -> Result<bool> {
        let Record { header, offset, meta } = found;
        let source = self.log.source("the last record".into(), header.data(*offset), *offset, header.data_crc);
        match source.finish() {
            Ok(()) => Ok(meta.is_some()),
            Err(Error::Corrupted { .. }) => Ok(false),
            Err(Error::Io { source, .. }) if source.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Bytes within the file as it was when the walk began; zeros where it has become shorter.
    fn bytes(&mut self, range: Range<u64>) -> Result<&[u8]> {
        let window = self.window_at..self.window_at + self.window.len() as u64;
        if range.start < window.start || range.end > window.end {
            self.move_window(&range)?;
        }
        let start = (range.start - self.window_at) as usize;
        Ok(&self.window[start..start + (range.end - range.start) as usize])
    }

    /// Reads the range, and what fits into a window with it.
    fn move_window(&mut self, range: &Range<u64>) -> Result<()> {
        let wanted = (range.end - range.start).max(WINDOW).min(self.length - range.start);
        // At most a window, or a record's meta, which lies within the file.
        self.window.resize(usize::try_from(wanted).unwrap_or(usize::MAX), 0);
        self.window_at = range.start;
        match self.log.medium.read_at(&mut self.window, range.start) {
            Err(source) if source.kind() == io::ErrorKind::UnexpectedEof => self.move_into_what_is_left(range),
            read => read.map_err(|source| self.log.failed("reading", source)),
        }
    }

    /// The recorder has cut the file back since its length was taken.
    fn move_into_what_is_left(&mut self, range: &Range<u64>) -> Result<()> {
        let length = self.log.medium.len().map_err(|source| self.log.failed("reading", source))?;
        if range.end <= length && length < self.length {
            self.length = length;
            return self.move_window(range);
        }
        self.window.fill(0);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

    use super::*;
    use crate::storage::header::{Kind, Moment};

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
            let write = |sink: &mut super::super::log::RecordWriter<'_>| sink.values(&[epoch as f32; 8]);
            log.append(Kind::Epoch, epoch.into(), vec![7; 8], write).unwrap();
        }
        bytes_of(&log)
    }

    /// The epochs that count, the damage between them, and the torn bytes behind.
    fn scanned(bytes: Vec<u8>) -> (Vec<u64>, Vec<[u64; 2]>, u64) {
        let mut log = Log::open(Box::new(bytes), "test".into()).unwrap().unwrap();
        let (mut epochs, mut damage) = (Vec::new(), Vec::new());
        let scanned = log.scan(|found, passed| {
            epochs.push(found.header.moment.epoch);
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

    /// Bytes that were longer when they were asked first (to read the preamble) and second (to begin the walk).
    #[derive(Debug)]
    struct Shrunk {
        bytes: Vec<u8>,
        before: u64,
        asked: AtomicUsize,
    }

    impl super::super::backend::Backend for Shrunk {
        fn len(&self) -> io::Result<u64> {
            let cut = self.asked.fetch_add(1, Relaxed) >= 2;
            Ok(if cut { self.bytes.len() as u64 } else { self.before })
        }
        fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
            self.bytes.read_at(buffer, offset)
        }
        fn write_at(&mut self, _: &[u8], _: u64) -> io::Result<()> {
            unreachable!()
        }
        fn truncate(&mut self, _: u64) -> io::Result<()> {
            unreachable!()
        }
        fn sync(&mut self) -> io::Result<()> {
            unreachable!()
        }
    }

    #[test]
    fn a_file_that_shrinks_while_it_is_scanned_ends_where_it_is_cut() {
        let bytes = three_epochs(1);
        for cut in 64..bytes.len() {
            let medium =
                Shrunk { bytes: bytes[..cut].to_vec(), before: bytes.len() as u64, asked: AtomicUsize::new(0) };
            let mut log = Log::open(Box::new(medium), "test".into()).unwrap().unwrap();
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
            log.scan(|found, _| {
                seen.push(found.header.moment.epoch);
                Ok(())
            })
        };
        see(&mut log).unwrap();
        log.medium.write_at(&bytes[500..], 500).unwrap();
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

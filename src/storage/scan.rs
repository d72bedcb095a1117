//! The walk over the headers of a log: what is whole, what is damaged, and where the tail is torn.
//!
//! Reading never modifies. A header that is none is passed over on the 64-byte grid: if a whole record follows, the
//! gap is *damage*; if none does, it is a *torn tail*, which is where the next scan goes on.

use std::ops::Range;

use super::{
    log::{Log, Mark},
    medium::Medium,
    record::{ALIGN, HEADER, Header, MOST_RECORDS},
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
pub(crate) struct Found {
    pub(crate) header: Header,
    pub(crate) offset: u64,
    /// `None` where its checksum does not agree.
    pub(crate) meta: Option<Vec<u8>>,
}

impl Log {
    /// Hands over every whole record behind the end of the log, moves the end behind the last of them, and returns
    /// what was passed over.
    ///
    /// The last record counts only if its data is whole too: a loss of power can leave a file its length and not its
    /// bytes.
    pub(crate) fn scan(&mut self, mut visit: impl FnMut(Found) -> Result<()>) -> Result<Vec<Damage>> {
        let mut walk = Walk::new(self)?;
        let mut damage = Vec::new();
        let mut end = self.end;
        let mut next = walk.next_record(self.end)?;
        while let Some((found, passed)) = next {
            let after = Mark { offset: found.header.end(found.offset), sequence: found.header.sequence + 1 };
            next = walk.next_record(after)?;
            if next.is_none() && !walk.is_whole(self, &found)? {
                break;
            }
            damage.extend(passed);
            visit(found)?;
            end = after;
        }
        self.end = end;
        Ok(damage)
    }
}

/// A record, and the damaged bytes that were passed over to reach it.
type Step = (Found, Option<Damage>);

struct Walk<'a> {
    medium: &'a dyn Medium,
    salt: u64,
    length: u64,
    window: Vec<u8>,
    window_at: u64,
}

impl<'a> Walk<'a> {
    fn new(log: &'a Log) -> Result<Self> {
        let length = log.medium.len().map_err(|source| Error::io("reading the length", source))?;
        Ok(Self { medium: &*log.medium, salt: log.preamble.salt, length, window: Vec::new(), window_at: 0 })
    }

    /// The first record at or behind `from`.
    fn next_record(&mut self, from: Mark) -> Result<Option<Step>> {
        let mut at = from.offset;
        while at + ALIGN <= self.length {
            if let Some(header) = self.header(at, from.sequence)? {
                let reason = || format!("{} bytes that are no record", at - from.offset);
                let damage = (at > from.offset).then(|| Damage::new(from.offset..at, reason()));
                let meta = self.meta(&header, at)?;
                return Ok(Some((Found { header, offset: at, meta }, damage)));
            }
            at += ALIGN;
        }
        Ok(None)
    }

    /// The header at `at`, if there is one of this file whose record ends within it.
    fn header(&mut self, at: u64, sequence: u64) -> Result<Option<Header>> {
        let salt = self.salt;
        let length = self.length;
        let bytes = self.bytes(at..at + ALIGN)?;
        let header = bytes.first_chunk::<HEADER>().and_then(Header::decode);
        let fits = |header: &Header| header.salt == salt && (sequence..MOST_RECORDS).contains(&header.sequence);
        Ok(header.filter(|header| fits(header) && header.end(at) <= length))
    }

    /// The record's meta, if its checksum agrees.
    fn meta(&mut self, header: &Header, at: u64) -> Result<Option<Vec<u8>>> {
        let bytes = self.bytes(header.meta(at))?;
        Ok((crc32fast::hash(bytes) == header.meta_crc).then(|| bytes.to_vec()))
    }

    /// Whether meta and data of a record are what was written.
    fn is_whole(&self, log: &Log, found: &Found) -> Result<bool> {
        let Found { header, offset, meta } = found;
        let source = log.source("the last record".into(), header.data(*offset), *offset, header.data_crc);
        match source.finish() {
            Ok(()) => Ok(meta.is_some()),
            Err(Error::Corrupted { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Bytes within the file.
    fn bytes(&mut self, range: Range<u64>) -> Result<&[u8]> {
        let window = self.window_at..self.window_at + self.window.len() as u64;
        if range.start < window.start || range.end > window.end {
            let wanted = (range.end - range.start).max(WINDOW).min(self.length - range.start);
            // At most a window, or a record's meta, which lies within the file.
            self.window.resize(usize::try_from(wanted).unwrap_or(usize::MAX), 0);
            self.window_at = range.start;
            let read = self.medium.read_at(&mut self.window, range.start);
            read.map_err(|source| Error::io("scanning the recording", source))?;
        }
        let start = (range.start - self.window_at) as usize;
        Ok(&self.window[start..start + (range.end - range.start) as usize])
    }
}

//! The walk over the headers of a file: what is whole, what is damaged, and where the tail is torn.
//!
//! Reading never modifies. A header that is none is passed over on the 64-byte grid: if a whole record follows, the
//! gap is *damage*; if none does, it is a *torn tail*, which is where the next scan goes on.

use std::{io, ops::Range, path::PathBuf};

use super::{
    backend::NamedBackend,
    block::{ALIGN, BLOCK},
    header::{Header, MAX_RECORDS},
    reader::RecordReader,
    record::{Position, Record},
    window::Window,
};
use crate::{Error, Result};

/// Bytes of a recording that are not what was written.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Damage {
    /// Where they lie in the file; 0 to 0 if all of another file is not there, or is another one.
    pub bytes: Range<u64>,
    /// What is lost with them.
    pub reason: String,
    /// The file, if it is not the recording's own but that of its [shared data](crate::SharedData).
    pub path: Option<PathBuf>,
}

impl Damage {
    pub(crate) fn new(bytes: Range<u64>, reason: impl Into<String>) -> Self {
        Self { bytes, reason: reason.into(), path: None }
    }

    /// The same in another file.
    pub(crate) fn in_file(self, path: PathBuf) -> Self {
        Self { path: Some(path), ..self }
    }
}

/// A record, and what was passed over to reach it.
pub(super) struct Step {
    pub(super) record: Record,
    pub(super) passed: Option<Damage>,
    /// Where a header among it says that its record ends beyond the file.
    pub(super) overhang: Option<u64>,
}

/// Hands over every whole record of this salt at or behind `from`.
///
/// The last record counts only if its data is whole too: a loss of power can leave a file its length and not its
/// bytes. A state of training behind it does not: the snapshot that it belongs to was never whole.
pub(super) fn scan(
    backend: &NamedBackend,
    salt: u64,
    from: Position,
    mut visit: impl FnMut(Step) -> Result<()>,
) -> Result<()> {
    let mut walk = Walk { backend, salt, window: Window::new(backend)? };
    // A record behind the states that belong to it; it waits until another one says that it is not the last.
    let (mut held, mut next): (Vec<Step>, Vec<Step>) = (Vec::new(), Vec::new());
    let mut at = from;
    while let Some(step) = walk.next_record(at)? {
        at = step.record.after();
        let is_state = step.record.is_state();
        next.push(step);
        if !is_state {
            held.drain(..).try_for_each(&mut visit)?;
            std::mem::swap(&mut held, &mut next);
        }
    }
    match held.last() {
        Some(last) if walk.is_whole(&last.record)? => held.into_iter().try_for_each(visit),
        _ => Ok(()),
    }
}

/// Returns whether there is a header at or behind `from` whose record lies within the file, other than a state of training
/// whose snapshot never came.
pub(super) fn begins_a_record(backend: &NamedBackend, salt: u64, from: Position) -> Result<bool> {
    let (mut walk, mut at) = (Walk { backend, salt, window: Window::new(backend)? }, from);
    while let Some(step) = walk.next_record(at)? {
        if !step.record.is_state() {
            return Ok(true);
        }
        at = step.record.after();
    }
    Ok(false)
}

/// A scan on its way.
struct Walk<'a> {
    backend: &'a NamedBackend,
    salt: u64,
    window: Window<'a>,
}

impl Walk<'_> {
    /// Returns the first record at or behind `from` that ends within the file. Every multiple of 64 may be its beginning,
    /// as a damaged header does not say how long its record was.
    fn next_record(&mut self, from: Position) -> Result<Option<Step>> {
        let (mut at, mut overhang) = (from.offset, None);
        while at + ALIGN <= self.window.length() {
            match self.header(at, from.sequence)? {
                Some(header) if header.end(at) <= self.window.length() => {
                    let reason = || format!("{} bytes that are no record", at - from.offset);
                    let passed = (at > from.offset).then(|| Damage::new(from.offset..at, reason()));
                    let meta = self.meta(&header, at)?;
                    return Ok(Some(Step { record: Record { header, offset: at, meta }, passed, overhang }));
                }
                Some(_) => overhang = overhang.or(Some(at)),
                None => {}
            }
            at += ALIGN;
        }
        Ok(None)
    }

    /// Returns the header at `at`, if there is one of this file: bytes of another recording have another salt, and an
    /// older copy of a record a sequence number that was there already.
    fn header(&mut self, at: u64, sequence: u64) -> Result<Option<Header>> {
        let header = self.window.bytes(at..at + ALIGN)?.first_chunk::<BLOCK>().and_then(Header::decode);
        let counts = |header: &Header| header.salt == self.salt && (sequence..MAX_RECORDS).contains(&header.sequence);
        Ok(header.filter(counts))
    }

    /// Returns the record's meta, if its checksum agrees.
    fn meta(&mut self, header: &Header, at: u64) -> Result<Option<Vec<u8>>> {
        let bytes = self.window.bytes(header.meta(at))?;
        Ok((crc32fast::hash(bytes) == header.meta_crc).then(|| bytes.to_vec()))
    }

    /// Returns whether meta and data of a record are what was written.
    fn is_whole(&self, record: &Record) -> Result<bool> {
        let Record { header, offset, meta } = record;
        let what = "the last record".into();
        let reader = RecordReader::new(self.backend, what, header.data(*offset), *offset, header.data_crc);
        match reader.finish() {
            Ok(()) => Ok(meta.is_some()),
            Err(Error::Corrupted { .. }) => Ok(false),
            Err(Error::Io { source, .. }) if source.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
            Err(error) => Err(error),
        }
    }
}

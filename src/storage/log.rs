//! The log: records appended one behind the other and read back.
//!
//! A record that fits the buffer is written in one go. A larger one is written behind the place of its header, and
//! the header last: as long as it is not there the record does not exist, so a killed process leaves a tail that
//! counts as nothing.

use std::{
    io::{self, BufReader, Read},
    ops::Range,
};

use super::{
    backend::Backend,
    block::{ALIGN, BLOCK, up},
    endian::{self, Number},
    header::{Header, Kind, MAX_DATA, MAX_META, MAX_RECORDS, Moment},
    preamble::{BadPreamble, Preamble},
    scan::Record,
};
use crate::{Error, Result};

/// How much is gathered before it is written, and read at a time.
const CHUNK: usize = 1 << 20;

/// How much is read at once where less is asked for.
const AHEAD: usize = 1 << 13;

/// A place in the log: everything before it is whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Position {
    pub(super) offset: u64,
    /// Of the next record.
    pub(super) sequence: u64,
}

/// A preamble and the records behind it.
#[derive(Debug)]
pub(crate) struct Log {
    /// Of the file, for errors.
    pub(super) name: String,
    pub(super) medium: Box<dyn Backend>,
    pub(super) preamble: Preamble,
    pub(super) end: Position,
    /// Where, among damage, a header says that its record ends beyond the file: what is appended would become part of it.
    pub(super) overhang: Option<u64>,
    poison: Option<String>,
    buffer: Vec<u8>,
}

impl Log {
    /// A new log in memory.
    pub(crate) fn in_memory(name: String, salt: u64) -> Self {
        let preamble = Preamble::new(salt);
        Self::at_start(Box::new(preamble.encode().to_vec()), name, preamble)
    }

    /// A new log on an empty medium.
    pub(crate) fn create(mut medium: Box<dyn Backend>, name: String, salt: u64) -> Result<Self> {
        let preamble = Preamble::new(salt);
        let failed = |source| Error::io(format!("writing {name}"), source);
        medium.write_at(&preamble.encode(), 0).map_err(failed)?;
        Ok(Self::at_start(medium, name, preamble))
    }

    /// The log on a medium, or what is wrong with its first 64 bytes. Nothing behind them is looked at yet.
    pub(crate) fn open(medium: Box<dyn Backend>, name: String) -> Result<Result<Self, BadPreamble>> {
        let failed = |source| Error::io(format!("reading {name}"), source);
        let length = medium.len().map_err(failed)?;
        let mut bytes = [0; BLOCK];
        let whole = usize::try_from(length).unwrap_or(BLOCK).min(BLOCK);
        medium.read_at(&mut bytes[..whole], 0).map_err(failed)?;
        Ok(Preamble::decode(&bytes[..whole]).map(|preamble| Self::at_start(medium, name, preamble)))
    }

    pub(crate) fn preamble(&self) -> Preamble {
        self.preamble
    }

    /// Where the next record goes.
    pub(crate) fn mark(&self) -> Position {
        self.end
    }

    /// How many bytes lie behind the last whole record; an error if even that is no longer there.
    pub(crate) fn torn_bytes(&self) -> Result<u64> {
        let length = self.medium.len().map_err(|source| self.failed("reading", source))?;
        let lost = || Error::corrupted(&self.name, length, "it is shorter than it was before");
        length.checked_sub(self.end.offset).ok_or_else(lost)
    }

    /// Cuts off what lies behind the last whole record, and waits until the disk has: there may be nothing left to cut
    /// because another recorder did, and was killed before the disk confirmed. Fails if nothing can be appended all the
    /// same.
    pub(crate) fn cut_tail(&mut self) -> Result<()> {
        if let Some(at) = self.overhang {
            let reason = "it ends beyond the file, and would take in what is appended";
            return Err(Error::corrupted(format!("a record of {}", self.name), at, reason));
        }
        let cut = self.cut().and_then(|()| self.medium.sync());
        cut.map_err(|source| self.failed("cutting off the torn tail of", source))
    }

    /// Appends a record whose data is what `write` puts into the sink, and returns it as a scan would find it.
    ///
    /// On an error the log is as it was before, or poisoned if that cannot be had.
    pub(crate) fn append<F>(&mut self, kind: Kind, moment: Moment, meta: Vec<u8>, write: F) -> Result<Record>
    where
        F: FnOnce(&mut RecordWriter<'_>) -> Result<()>,
    {
        self.expect_sound()?;
        let start = self.end;
        match self.write_record(kind, moment, &meta, write) {
            Ok(header) => {
                self.end = Position { offset: header.end(start.offset), sequence: start.sequence + 1 };
                Ok(Record { header, offset: start.offset, meta: Some(meta) })
            }
            Err(error) => {
                self.rewind(start);
                Err(error)
            }
        }
    }

    /// Cuts the log back to `mark`; poisons it if that fails.
    pub(crate) fn rewind(&mut self, mark: Position) {
        self.end = mark;
        if let Err(source) = self.cut() {
            self.poison = Some(format!("a broken record could not be cut off: {source}"));
        }
    }

    /// Returns when everything appended so far would survive a loss of power. After a failure nobody knows what is on
    /// the disk, so the log is poisoned.
    pub(crate) fn sync(&mut self) -> Result<()> {
        self.expect_sound()?;
        if let Err(source) = self.medium.sync() {
            self.poison = Some(format!("the disk did not confirm what was written: {source}"));
        }
        self.expect_sound()
    }

    /// Reads the data of a record, `what` in errors.
    pub(crate) fn source(&self, what: String, range: Range<u64>, offset: u64, crc: u32) -> RecordReader<'_> {
        let left = range.end - range.start;
        let bytes = Bytes { medium: &*self.medium, range, crc: crc32fast::Hasher::new() };
        RecordReader { log: self, what, reader: BufReader::with_capacity(AHEAD, bytes), left, offset, expected: crc }
    }

    /// All whole records as bytes, preamble included, in chunks.
    pub(crate) fn copy_to(&self, mut write: impl FnMut(&[u8]) -> Result<()>) -> Result<()> {
        let mut at = 0;
        let mut chunk = Vec::new();
        while at < self.end.offset {
            chunk.resize(chunk_length(self.end.offset - at), 0);
            self.medium.read_at(&mut chunk, at).map_err(|source| self.failed("reading", source))?;
            write(&chunk)?;
            at += chunk.len() as u64;
        }
        Ok(())
    }

    /// Returns when the disk has let go of everything behind the end: after a loss of power it must not come back in
    /// place of what is written there next.
    fn cut(&mut self) -> io::Result<()> {
        if self.medium.len()? == self.end.offset {
            return Ok(());
        }
        self.medium.truncate(self.end.offset)?;
        self.medium.sync()
    }

    fn at_start(medium: Box<dyn Backend>, name: String, preamble: Preamble) -> Self {
        let end = Position { offset: ALIGN, sequence: 0 };
        Self { name, medium, preamble, end, overhang: None, poison: None, buffer: Vec::new() }
    }

    /// What the medium said when something was done to the file.
    pub(super) fn failed(&self, doing: &str, source: io::Error) -> Error {
        Error::io(format!("{doing} {}", self.name), source)
    }

    /// Fails if an earlier error could not be undone.
    pub(crate) fn expect_sound(&self) -> Result<()> {
        self.poison.clone().map_or(Ok(()), |reason| Err(Error::Poisoned { reason }))
    }

    fn write_record<F>(&mut self, kind: Kind, moment: Moment, meta: &[u8], write: F) -> Result<Header>
    where
        F: FnOnce(&mut RecordWriter<'_>) -> Result<()>,
    {
        let start = self.end;
        check_limits(meta, start)?;
        let mut sink = RecordWriter::new(&mut *self.medium, &self.name, &mut self.buffer, start.offset);
        sink.place_meta(meta);
        write(&mut sink)?;
        let (data_len, data_crc) = sink.end_data()?;
        let header = Header {
            kind,
            salt: self.preamble.salt,
            sequence: start.sequence,
            meta_len: meta.len() as u64,
            data_len,
            moment,
            meta_crc: crc32fast::hash(meta),
            data_crc,
        };
        sink.place_header(&header.encode(), start.offset)?;
        Ok(header)
    }
}

fn check_limits(meta: &[u8], start: Position) -> Result<()> {
    if meta.len() as u64 > MAX_META {
        let expected = format!("at most {MAX_META} bytes");
        return Err(Error::invalid("the description of a record", expected, format!("{} bytes", meta.len())));
    }
    if start.sequence < MAX_RECORDS {
        Ok(())
    } else {
        Err(Error::invalid("the number of the next record", "below 2^63", start.sequence))
    }
}

/// Takes the data of one record: gathers, checks, writes.
pub(crate) struct RecordWriter<'a> {
    medium: &'a mut dyn Backend,
    name: &'a str,
    buffer: &'a mut Vec<u8>,
    /// Where in the medium the first byte of the buffer goes.
    offset: u64,
    crc: crc32fast::Hasher,
    data_len: u64,
}

impl<'a> RecordWriter<'a> {
    fn new(medium: &'a mut dyn Backend, name: &'a str, buffer: &'a mut Vec<u8>, offset: u64) -> Self {
        buffer.clear();
        buffer.resize(BLOCK, 0); // The header's place.
        Self { medium, name, buffer, offset, crc: crc32fast::Hasher::new(), data_len: 0 }
    }

    /// Appends values. Few are gathered in the buffer; many are written from where they are.
    pub(super) fn values<T: Number>(&mut self, values: &[T]) -> Result<()> {
        for chunk in values.chunks(CHUNK / size_of::<T>()) {
            let bytes = endian::little_endian(chunk);
            if bytes.len() == CHUNK && self.buffer.len().is_multiple_of(BLOCK) {
                self.write(&bytes)?;
            } else {
                self.gather(&bytes)?;
            }
        }
        Ok(())
    }

    /// Appends zeros up to the next multiple of [`ALIGN`] of the data.
    pub(super) fn align(&mut self) -> Result<()> {
        let padding = up(self.data_len) - self.data_len;
        self.gather(&[0; BLOCK][..padding as usize])
    }

    fn place_meta(&mut self, meta: &[u8]) {
        self.buffer.extend_from_slice(meta);
        self.pad();
    }

    /// Puts data into the buffer, and writes the buffer once it is large.
    fn gather(&mut self, data: &[u8]) -> Result<()> {
        self.count(data);
        self.buffer.extend_from_slice(data);
        if self.buffer.len() >= CHUNK { self.flush() } else { Ok(()) }
    }

    /// Writes the buffer, and data behind it.
    fn write(&mut self, data: &[u8]) -> Result<()> {
        self.count(data);
        self.flush()?;
        self.medium.write_at(data, self.offset).map_err(|source| self.failed(source))?;
        self.offset += data.len() as u64;
        Ok(())
    }

    fn count(&mut self, data: &[u8]) {
        self.crc.update(data);
        self.data_len += data.len() as u64;
    }

    fn end_data(&mut self) -> Result<(u64, u32)> {
        if self.data_len > MAX_DATA {
            let expected = format!("at most {MAX_DATA} bytes");
            return Err(Error::invalid("the data of a record", expected, format!("{} bytes", self.data_len)));
        }
        self.pad();
        Ok((self.data_len, self.crc.clone().finalize()))
    }

    fn place_header(&mut self, header: &[u8; BLOCK], start: u64) -> Result<()> {
        if self.offset == start {
            self.buffer[..BLOCK].copy_from_slice(header);
            return self.flush();
        }
        self.flush()?;
        self.medium.write_at(header, start).map_err(|source| self.failed(source))
    }

    /// Zeros up to the next multiple of [`ALIGN`]; the buffer began at one.
    fn pad(&mut self) {
        let length = self.buffer.len().next_multiple_of(BLOCK);
        self.buffer.resize(length, 0);
    }

    fn flush(&mut self) -> Result<()> {
        self.medium.write_at(self.buffer, self.offset).map_err(|source| self.failed(source))?;
        self.offset += self.buffer.len() as u64;
        self.buffer.clear();
        Ok(())
    }

    fn failed(&self, source: io::Error) -> Error {
        Error::io(format!("writing {}", self.name), source)
    }
}

/// Gives back the data of one record. Nothing of it may be used before [`finish`](Self::finish) has confirmed the
/// checksum.
pub(crate) struct RecordReader<'a> {
    log: &'a Log,
    what: String,
    /// Reads ahead where the record has many small arrays.
    reader: BufReader<Bytes<'a>>,
    /// How many bytes of the record were not asked for yet.
    left: u64,
    /// Where the record begins.
    offset: u64,
    expected: u32,
}

impl RecordReader<'_> {
    /// As much at a time as stays in a cache until its checksum is computed.
    const SOME: usize = CHUNK / 4;

    /// The next `count` values, in the memory of `values` where that is enough.
    pub(super) fn values<T: Number>(&mut self, count: usize, values: &mut Vec<T>) -> Result<()> {
        self.expect(count.checked_mul(size_of::<T>()))?;
        let more = count.saturating_sub(values.len());
        values.try_reserve_exact(more).map_err(|_| self.failed(io::ErrorKind::OutOfMemory.into()))?;
        values.truncate(count);
        for start in (0..count).step_by(Self::SOME / size_of::<T>()) {
            let end = count.min(start + Self::SOME / size_of::<T>());
            values.resize(values.len().max(end), T::default());
            self.read(bytemuck::cast_slice_mut(&mut values[start..end]))?;
            endian::from_little_endian(&mut values[start..end]);
        }
        Ok(())
    }

    /// Passes over the zeros between two arrays.
    pub(super) fn align(&mut self, read: u64) -> Result<()> {
        let padding = self.expect(usize::try_from(up(read) - read).ok())?;
        self.read(&mut [0; BLOCK][..padding as usize])
    }

    /// Reads what is left and compares the checksum.
    pub(crate) fn finish(mut self) -> Result<()> {
        io::copy(&mut self.reader, &mut io::sink()).map_err(|source| self.failed(source))?;
        if self.reader.get_ref().crc.clone().finalize() == self.expected {
            Ok(())
        } else {
            Err(self.corrupted("its checksum does not agree"))
        }
    }

    fn failed(&self, source: io::Error) -> Error {
        self.log.failed(&format!("reading {} of", self.what), source)
    }

    pub(super) fn corrupted(&self, reason: &str) -> Error {
        Error::corrupted(&self.what, self.offset, reason)
    }

    /// So many bytes, if they are there: nothing is allocated that the file has no bytes for.
    fn expect(&self, bytes: Option<usize>) -> Result<u64> {
        let bytes = bytes.map(|bytes| bytes as u64).filter(|&bytes| bytes <= self.left);
        bytes.ok_or_else(|| self.corrupted("it has fewer values than its shape says"))
    }

    fn read(&mut self, bytes: &mut [u8]) -> Result<()> {
        self.reader.read_exact(bytes).map_err(|source| self.failed(source))?;
        self.left -= bytes.len() as u64;
        Ok(())
    }
}

/// The bytes of some range of a medium, and the checksum of those that were read.
struct Bytes<'a> {
    medium: &'a dyn Backend,
    /// What is left to read.
    range: Range<u64>,
    crc: crc32fast::Hasher,
}

impl Read for Bytes<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.range.end - self.range.start).unwrap_or(usize::MAX);
        let length = buffer.len().min(left);
        let bytes = &mut buffer[..length];
        self.medium.read_at(bytes, self.range.start)?;
        self.crc.update(bytes);
        self.range.start += bytes.len() as u64;
        Ok(bytes.len())
    }
}

/// As much of `left` bytes as is handled at a time.
fn chunk_length(left: u64) -> usize {
    usize::try_from(left).unwrap_or(CHUNK).min(CHUNK)
}

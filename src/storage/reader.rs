//! The reader of one record's data: values in order, and the checksum at the end.

use std::{
    io::{self, BufReader, Read},
    ops::Range,
};

use super::{
    backend::{Backend, NamedBackend},
    block::{BLOCK, up},
    endian::{self, Number},
    header::Header,
};
use crate::{Error, Result};

/// How much is read at once where less is asked for.
const AHEAD: usize = 1 << 13;

/// As much at a time as stays in a cache until its checksum is computed.
pub(super) const CACHED: usize = 1 << 18;

/// Gives back the data of one record. Nothing of it may be used before [`finish`](Self::finish) has confirmed the
/// checksum.
pub(crate) struct RecordReader<'a> {
    backend: &'a NamedBackend,
    /// What the record holds, for errors.
    what: String,
    /// Reads ahead where the record has many small arrays.
    bytes: BufReader<Bytes<'a>>,
    /// How many bytes of the record were not asked for yet.
    left: u64,
    /// Where the record begins, and where its data lie.
    offset: u64,
    data: Range<u64>,
    expected: u32,
}

impl<'a> RecordReader<'a> {
    /// Reads the `data` of the record that begins at `offset`; `what` in errors.
    pub(super) fn new(backend: &'a NamedBackend, what: String, data: Range<u64>, offset: u64, crc: u32) -> Self {
        let left = data.end - data.start;
        let bytes = Bytes { backend: &*backend.inner, range: data.clone(), crc: crc32fast::Hasher::new() };
        Self { backend, what, bytes: BufReader::with_capacity(AHEAD, bytes), left, offset, data, expected: crc }
    }

    /// Reads the next `count` values, in the memory of `values` where that is enough.
    pub(super) fn values<T: Number>(&mut self, count: usize, values: &mut Vec<T>) -> Result<()> {
        self.expect(count.checked_mul(size_of::<T>()))?;
        let more = count.saturating_sub(values.len());
        values.try_reserve_exact(more).map_err(|_| self.no_memory())?;
        values.truncate(count);
        for start in (0..count).step_by(CACHED / size_of::<T>()) {
            let end = count.min(start + CACHED / size_of::<T>());
            values.resize(values.len().max(end), T::default());
            self.read(bytemuck::cast_slice_mut(&mut values[start..end]))?;
            endian::from_little_endian(&mut values[start..end]);
        }
        Ok(())
    }

    /// Fills the buffer with the next bytes.
    pub(super) fn bytes(&mut self, buffer: &mut [u8]) -> Result<()> {
        self.expect(Some(buffer.len()))?;
        self.read(buffer)
    }

    /// Says that there is no room for what it holds.
    pub(super) fn no_memory(&self) -> Error {
        self.failed(io::ErrorKind::OutOfMemory.into())
    }

    /// Says that a build without a feature cannot read this.
    pub(super) fn needs_feature(&self, feature: &str) -> Error {
        let what = format!("{} of {}", self.what, self.backend.path.display());
        Error::invalid(what, format!("read by a build with the feature `{feature}`"), "compressed")
    }

    /// Passes over the zeros between two arrays, of which the first one ends `read` bytes into the data.
    pub(super) fn align(&mut self, read: u64) -> Result<()> {
        let padding = self.expect(usize::try_from(up(read) - read).ok())?;
        self.read(&mut [0; BLOCK][..padding as usize])
    }

    /// Passes over some bytes, which the checksum is of as well.
    pub(super) fn skip(&mut self, bytes: u64) -> Result<()> {
        let mut passed = self.bytes.by_ref().take(bytes);
        let passed = io::copy(&mut passed, &mut io::sink()).map_err(|source| self.failed(source))?;
        self.left = self.left.saturating_sub(passed);
        Ok(())
    }

    /// Another reader, of a part of the data; where that ends behind them, it ends with them.
    pub(super) fn part(&self, part: Range<u64>) -> Self {
        let all = &self.data;
        let [start, end] = [part.start, part.end].map(|at| all.start.saturating_add(at).min(all.end));
        Self::new(self.backend, self.what.clone(), start..end, self.offset, self.expected)
    }

    /// Reads what is left and compares the checksum.
    pub(crate) fn finish(mut self) -> Result<()> {
        let checksum = self.pass()?;
        self.expect_checksum(checksum)
    }

    /// Reads what is left; the checksum of all.
    pub(super) fn pass(&mut self) -> Result<crc32fast::Hasher> {
        let mut passed = vec![0; usize::try_from(self.left).unwrap_or(CACHED).min(CACHED)];
        while self.bytes.read(&mut passed).map_err(|source| self.failed(source))? > 0 {}
        Ok(self.bytes.get_ref().crc.clone())
    }

    /// Fails unless the data have the checksum of the record.
    pub(super) fn expect_checksum(&self, found: crc32fast::Hasher) -> Result<()> {
        if found.finalize() == self.expected { Ok(()) } else { Err(self.corrupted("its checksum does not agree")) }
    }

    pub(super) fn corrupted(&self, reason: &str) -> Error {
        Error::corrupted(&self.backend.path, &self.what, self.offset, reason)
    }

    fn failed(&self, source: io::Error) -> Error {
        self.backend.failed(&format!("reading {} of", self.what), source)
    }

    /// So many bytes, if they are there: nothing is allocated that the file has no bytes for.
    fn expect(&self, bytes: Option<usize>) -> Result<u64> {
        let bytes = bytes.map(|bytes| bytes as u64).filter(|&bytes| bytes <= self.left);
        bytes.ok_or_else(|| self.corrupted("it has fewer values than its shape says"))
    }

    fn read(&mut self, bytes: &mut [u8]) -> Result<()> {
        self.bytes.read_exact(bytes).map_err(|source| self.failed(source))?;
        self.left -= bytes.len() as u64;
        Ok(())
    }
}

/// Reads the meta of the record that begins at `offset`, `what` in errors, if its checksum agrees.
pub(super) fn read_meta(backend: &NamedBackend, what: &str, offset: u64) -> Result<Vec<u8>> {
    let mut block = [0; BLOCK];
    backend.read_at(&mut block, offset)?;
    let corrupted = |reason| Error::corrupted(&backend.path, what, offset, reason);
    let header = Header::decode(&block).ok_or_else(|| corrupted("the header of its record is none"))?;
    let range = header.meta(offset);
    let mut meta = vec![0; (range.end - range.start) as usize]; // at most 16 MiB, of a header that was sealed
    backend.read_at(&mut meta, range.start)?;
    if crc32fast::hash(&meta) == header.meta_crc { Ok(meta) } else { Err(corrupted("its checksum does not agree")) }
}

/// The bytes of some range of a backend, and the checksum of those that were read.
struct Bytes<'a> {
    backend: &'a dyn Backend,
    /// What is left to read.
    range: Range<u64>,
    crc: crc32fast::Hasher,
}

impl Read for Bytes<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.range.end - self.range.start).unwrap_or(usize::MAX);
        let length = buffer.len().min(left);
        let bytes = &mut buffer[..length];
        self.backend.read_at(bytes, self.range.start)?;
        self.crc.update(bytes);
        self.range.start += bytes.len() as u64;
        Ok(bytes.len())
    }
}

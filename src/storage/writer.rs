//! The writer of one record: meta, then data as they come, then the header.
//!
//! A record that fits the buffer is written in one go. A larger one is written behind the place of its header, and
//! the header last: as long as it is not there the record does not exist, so a killed process leaves a tail that
//! counts as nothing.

use super::{
    backend::NamedBackend,
    block::{ALIGN, BLOCK, up},
    endian::{self, Number},
    header::{Header, MAX_DATA},
};
use crate::{Error, Result};

/// How much is gathered before it is written.
pub(super) const CHUNK: usize = 1 << 20;

/// Takes the data of one record: gathers them, computes their checksum, writes them.
pub(crate) struct RecordWriter<'a> {
    backend: &'a mut NamedBackend,
    /// Begins at a multiple of [`ALIGN`] of the file.
    buffer: &'a mut Vec<u8>,
    /// Where the record begins.
    start: u64,
    /// Where in the file the first byte of the buffer goes.
    offset: u64,
    crc: crc32fast::Hasher,
    data_len: u64,
}

impl<'a> RecordWriter<'a> {
    /// Begins a record at `start`. Its buffer is one that is there already: a recorder keeps one for all its records.
    pub(super) fn new(backend: &'a mut NamedBackend, buffer: &'a mut Vec<u8>, start: u64, meta: &[u8]) -> Self {
        buffer.clear();
        buffer.resize(BLOCK, 0); // The header's place.
        buffer.extend_from_slice(meta);
        let mut writer = Self { backend, buffer, start, offset: start, crc: crc32fast::Hasher::new(), data_len: 0 };
        writer.pad();
        writer
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

    /// Writes what is left, and last the header that `header` makes of the length of the data and their checksum.
    pub(super) fn finish(mut self, header: impl FnOnce(u64, u32) -> Header) -> Result<Header> {
        if self.data_len > MAX_DATA {
            let expected = format!("at most {MAX_DATA} bytes");
            return Err(Error::invalid(
                "the size of the data of a record",
                expected,
                format!("{} bytes", self.data_len),
            ));
        }
        self.pad();
        let header = header(self.data_len, self.crc.clone().finalize());
        self.write_header(&header.encode())?;
        Ok(header)
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
        self.backend.write_at(data, self.offset)?;
        self.offset += data.len() as u64;
        Ok(())
    }

    fn count(&mut self, data: &[u8]) {
        self.crc.update(data);
        self.data_len += data.len() as u64;
    }

    /// In one go with the rest, if nothing of the record was written yet.
    fn write_header(&mut self, header: &[u8; BLOCK]) -> Result<()> {
        if self.offset == self.start {
            self.buffer[..BLOCK].copy_from_slice(header);
            return self.flush();
        }
        self.flush()?;
        self.backend.write_at(header, self.start)
    }

    /// Zeros up to the next multiple of [`ALIGN`].
    fn pad(&mut self) {
        let length = self.buffer.len().next_multiple_of(ALIGN as usize);
        self.buffer.resize(length, 0);
    }

    fn flush(&mut self) -> Result<()> {
        self.backend.write_at(self.buffer, self.offset)?;
        self.offset += self.buffer.len() as u64;
        self.buffer.clear();
        Ok(())
    }
}

//! A window over the file that a scan looks through: headers lie close together, and one reading serves many.

use std::{io, ops::Range};

use super::backend::NamedBackend;
use crate::Result;

/// How much of the file is read at a time; small records share a reading.
const WINDOW: u64 = 32 << 10;

/// Some bytes of the file, and how long the file is taken to be.
pub(super) struct Window<'a> {
    backend: &'a NamedBackend,
    length: u64,
    bytes: Vec<u8>,
    /// Where in the file the first of the bytes lies.
    start: u64,
}

impl<'a> Window<'a> {
    /// Takes the file's length, once: what is appended during a scan belongs to the next one.
    pub(super) fn new(backend: &'a NamedBackend) -> Result<Self> {
        Ok(Self { backend, length: backend.len()?, bytes: Vec::new(), start: 0 })
    }

    /// Returns how long the file was when the window was opened, or since it was cut back.
    pub(super) fn length(&self) -> u64 {
        self.length
    }

    /// Returns bytes within [`length`](Self::length); zeros where the file has become shorter.
    pub(super) fn bytes(&mut self, range: Range<u64>) -> Result<&[u8]> {
        let window = self.start..self.start + self.bytes.len() as u64;
        if range.start < window.start || range.end > window.end {
            self.move_to(&range)?;
        }
        let start = (range.start - self.start) as usize;
        Ok(&self.bytes[start..start + (range.end - range.start) as usize])
    }

    /// Reads the range, and what fits into a window with it.
    fn move_to(&mut self, range: &Range<u64>) -> Result<()> {
        let wanted = (range.end - range.start).max(WINDOW).min(self.length - range.start);
        // At most a window, or a record's meta, which lies within the file.
        self.bytes.resize(usize::try_from(wanted).unwrap_or(usize::MAX), 0);
        self.start = range.start;
        match self.backend.inner.read_at(&mut self.bytes, range.start) {
            Err(source) if source.kind() == io::ErrorKind::UnexpectedEof => self.move_into_what_is_left(range),
            read => read.map_err(|source| self.backend.failed("reading", source)),
        }
    }

    /// The recorder has cut the file back since its length was taken.
    fn move_into_what_is_left(&mut self, range: &Range<u64>) -> Result<()> {
        let length = self.backend.len()?;
        if range.end <= length && length < self.length {
            self.length = length;
            return self.move_to(range);
        }
        self.bytes.fill(0);
        Ok(())
    }
}

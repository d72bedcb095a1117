//! The writer of one record: meta, then arrays at their places, then the header.
//!
//! A record that fits the buffer is written in one go. A larger one is written behind the place of its header, and
//! the header last, with the meta: as long as it is not there the record does not exist, so a killed process leaves a tail
//! that counts as nothing.

use std::{panic, thread};

use super::{
    backend::NamedBackend,
    block::{ALIGN, BLOCK, up},
    endian::{self, Number},
    header::{Header, MAX_DATA},
};
use crate::{Error, Result, model::Source};

/// How much is gathered before it is written.
pub(super) const CHUNK: usize = 1 << 20;

/// How much is written at a time, from one multiple of it in the file to the next: what was just hashed is still in a core's own
/// cache then, and no page is given to the system in two parts. `docs/design.md` has what that saves.
const PIECE: usize = 1 << 18;

/// How much of an array on a device is copied at a time: each copy may have to wait for the device.
const ROOM: usize = 16 * PIECE;

/// From so many bytes on an array is hashed by another core while it is written: from here on that is sooner done than one after
/// the other, a thread to begin included.
const LARGE: usize = 1 << 21;

/// Up to here the bytes of an array are hashed again for the whole, which is cheaper than to combine two checksums.
const HASHED_AGAIN: u64 = 1 << 14;

/// Takes the data of one record: gathers them, computes their checksum, writes them.
pub(crate) struct RecordWriter<'a> {
    backend: &'a mut NamedBackend,
    /// What of the record is gathered; the first byte of it goes to `offset`.
    buffer: &'a mut Vec<u8>,
    meta: &'a mut Vec<u8>,
    /// Where the record begins.
    start: u64,
    /// Where in the file the first byte of the buffer goes.
    offset: u64,
    /// Where the data begin.
    data: u64,
    /// Whether the buffer takes all of the data, in any order.
    fits: bool,
    /// Where an array begins in the data, its length and checksum.
    arrays: Vec<(u64, u64, crc32fast::Hasher)>,
}

impl<'a> RecordWriter<'a> {
    /// Begins a record at `start`. Its buffer is one that is there already: a recorder keeps one for all its records.
    pub(super) fn new(
        backend: &'a mut NamedBackend,
        buffer: &'a mut Vec<u8>,
        start: u64,
        meta: &'a mut Vec<u8>,
    ) -> Self {
        buffer.clear();
        buffer.resize(BLOCK, 0); // The header's place.
        buffer.extend_from_slice(meta);
        buffer.resize(buffer.len().next_multiple_of(BLOCK), 0);
        let data = start + buffer.len() as u64;
        Self { backend, buffer, meta, start, offset: start, data, fits: false, arrays: Vec::new() }
    }

    /// Says before any array how long the data will be. Where the buffer has room for all, arrays in any order become one
    /// write.
    pub(super) fn expect(&mut self, length: u64) {
        let room = (CHUNK as u64).saturating_sub(self.buffer.len() as u64);
        self.fits = length <= room;
        if self.fits {
            self.buffer.resize(self.buffer.len() + length as usize, 0);
        }
    }

    /// The meta, in which bytes may be replaced by as many others until the record is finished.
    pub(super) fn meta(&mut self) -> &mut [u8] {
        self.meta
    }

    /// Writes an array that begins at byte `at` of the data, and the zeros behind it up to the next multiple of
    /// [`ALIGN`]; returns its checksum. Arrays may come in any order.
    pub(super) fn array<T: Number>(&mut self, at: u64, values: &[T]) -> Result<u32> {
        let length = size_of_val(values) as u64;
        expect_room(at, length)?;
        let mut crc = crc32fast::Hasher::new();
        let mut place = self.data + at;
        // Where bytes lie the other way round in memory, each piece is a copy.
        let piece = if cfg!(target_endian = "little") { values.len() } else { ROOM / size_of::<T>() };
        for piece in values.chunks(piece.max(1)) {
            let bytes = endian::little_endian(piece);
            self.write(place, &bytes, &mut crc)?;
            place += bytes.len() as u64;
        }
        self.end_array(at, length, crc)
    }

    /// Hashes and writes bytes: many of them both at a time.
    fn write(&mut self, place: u64, bytes: &[u8], crc: &mut crc32fast::Hasher) -> Result<()> {
        if bytes.len() < LARGE {
            return self.write_pieces(place, bytes, crc);
        }
        crc.combine(&self.write_large(place, bytes)?);
        Ok(())
    }

    /// Writes many bytes while another core computes their checksum, if the system has a thread for it.
    fn write_large(&mut self, place: u64, bytes: &[u8]) -> Result<crc32fast::Hasher> {
        thread::scope(|scope| {
            let beside = thread::Builder::new().spawn_scoped(scope, || hash(bytes));
            self.put_large(place, bytes)?;
            let hashed = beside.map(|beside| beside.join().unwrap_or_else(|panicked| panic::resume_unwind(panicked)));
            Ok(hashed.unwrap_or_else(|_| hash(bytes)))
        })
    }

    /// Writes what lies between the first and the last boundary of a piece in one go.
    fn put_large(&mut self, place: u64, bytes: &[u8]) -> Result<()> {
        let (first, others) = bytes.split_at(to_boundary(place).min(bytes.len()));
        let (whole, rest) = others.split_at(others.len() - others.len() % PIECE);
        self.put(place, first)?;
        self.put(place + first.len() as u64, whole)?;
        self.put(place + (bytes.len() - rest.len()) as u64, rest)
    }

    /// Writes an array as [`array`](Self::array) does, whose values are of `size` bytes and are copied piece by piece from where they are.
    pub(super) fn array_from(&mut self, at: u64, source: &mut Source<'_>, size: usize) -> Result<u32> {
        let length = (source.count() * size) as u64;
        expect_room(at, length)?;
        let mut crc = crc32fast::Hasher::new();
        let mut room = vec![0_u64; (ROOM as u64).min(length).div_ceil(size_of::<u64>() as u64) as usize];
        let room = bytemuck::cast_slice_mut::<u64, u8>(&mut room);
        for done in (0..length).step_by(ROOM) {
            let some = &mut room[..(ROOM as u64).min(length - done) as usize];
            source.read(done as usize / size, some)?;
            endian::to_little_endian(some, size);
            self.write(self.data + at + done, some, &mut crc)?;
        }
        self.end_array(at, length, crc)
    }

    /// Hashes and writes bytes from one multiple of a piece in the file to the next.
    fn write_pieces(&mut self, mut place: u64, bytes: &[u8], crc: &mut crc32fast::Hasher) -> Result<()> {
        let (first, others) = bytes.split_at(to_boundary(place).min(bytes.len()));
        for piece in [first].into_iter().chain(others.chunks(PIECE)) {
            crc.update(piece);
            self.put(place, piece)?;
            place += piece.len() as u64;
        }
        Ok(())
    }

    /// Writes the zeros behind an array; its checksum.
    fn end_array(&mut self, at: u64, length: u64, crc: crc32fast::Hasher) -> Result<u32> {
        let padding = up(at + length) - (at + length);
        if !self.fits {
            self.put(self.data + at + length, &[0; BLOCK][..padding as usize])?;
        }
        self.arrays.push((at, length, crc.clone()));
        Ok(crc.finalize())
    }

    /// Writes what is left, and last the header that `header` makes of the meta, the length of the data and their checksum.
    pub(super) fn finish(mut self, header: impl FnOnce(&[u8], u64, u32) -> Header) -> Result<Header> {
        self.arrays.sort_unstable_by_key(|&(at, length, _)| (at, length));
        let (data_len, crc) = self.checksum();
        let padded = self.buffer.len().next_multiple_of(ALIGN as usize);
        self.buffer.resize(padded, 0);
        let header = header(self.meta, data_len, crc);
        self.write_head(&header.encode())?;
        Ok(header)
    }

    /// Length and checksum of all data, the zeros between two arrays included.
    fn checksum(&self) -> (u64, u32) {
        let (mut crc, mut length) = (crc32fast::Hasher::new(), 0);
        for (at, bytes, array) in &self.arrays {
            crc.update(&[0; BLOCK][..(at - length) as usize]);
            match self.gathered(*at, *bytes) {
                Some(gathered) if *bytes <= HASHED_AGAIN => crc.update(gathered),
                _ => crc.combine(array),
            }
            length = at + bytes;
        }
        (length, crc.finalize())
    }

    /// Some of the data, if they are still in the buffer.
    fn gathered(&self, at: u64, length: u64) -> Option<&[u8]> {
        let start = usize::try_from((self.data + at).checked_sub(self.offset)?).ok()?;
        self.buffer.get(start..start.checked_add(length as usize)?)
    }

    /// Puts bytes at their place of the file, or into the buffer: if they are few, or there is room for all.
    fn put(&mut self, place: u64, bytes: &[u8]) -> Result<()> {
        if self.fits {
            let start = (place - self.offset) as usize;
            self.buffer[start..start + bytes.len()].copy_from_slice(bytes);
            return Ok(());
        }
        let is_whole = !bytes.is_empty() && bytes.len().is_multiple_of(PIECE);
        if place != self.offset + self.buffer.len() as u64 || is_whole {
            self.flush()?;
            self.offset = place;
        }
        if is_whole {
            self.backend.write_at(bytes, place)?;
            self.offset += bytes.len() as u64;
            return Ok(());
        }
        self.buffer.extend_from_slice(bytes);
        let end = place + bytes.len() as u64;
        if end.is_multiple_of(PIECE as u64) { self.flush() } else { Ok(()) }
    }

    /// Header and meta: in one go with the rest, if nothing of the record was written yet.
    fn write_head(&mut self, header: &[u8; BLOCK]) -> Result<()> {
        if self.offset == self.start {
            self.buffer[..BLOCK].copy_from_slice(header);
            self.buffer[BLOCK..BLOCK + self.meta.len()].copy_from_slice(self.meta);
            return self.flush();
        }
        self.flush()?;
        self.buffer.extend_from_slice(header);
        self.buffer.extend_from_slice(self.meta);
        self.backend.write_at(self.buffer, self.start)
    }

    fn flush(&mut self) -> Result<()> {
        if self.buffer.is_empty() {
            return Ok(());
        }
        self.backend.write_at(self.buffer, self.offset)?;
        self.offset += self.buffer.len() as u64;
        self.buffer.clear();
        Ok(())
    }
}

/// How many bytes there are from a place in the file to the next boundary of a piece.
fn to_boundary(place: u64) -> usize {
    PIECE - (place % PIECE as u64) as usize
}

fn hash(bytes: &[u8]) -> crc32fast::Hasher {
    let mut crc = crc32fast::Hasher::new();
    crc.update(bytes);
    crc
}

/// Fails for an array that would be more than the data of a record may be.
fn expect_room(at: u64, length: u64) -> Result<()> {
    if at.checked_add(length).is_some_and(|end| end <= MAX_DATA) {
        return Ok(());
    }
    let (expected, found) = (format!("at most {MAX_DATA} bytes"), format!("{length} bytes and more"));
    Err(Error::invalid("the size of the data of a record", expected, found))
}

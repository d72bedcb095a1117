//! A backend for tests: a file that is cut while it is read.

use std::{
    io,
    sync::atomic::{AtomicUsize, Ordering::Relaxed},
};

use crate::storage::backend::Backend;

/// Bytes that were longer when they were asked first (to read the preamble) and second (to begin the walk).
#[derive(Debug)]
pub(crate) struct Shrunk {
    bytes: Vec<u8>,
    before: u64,
    asked: AtomicUsize,
}

impl Shrunk {
    pub(crate) fn new(bytes: Vec<u8>, before: u64) -> Self {
        Self { bytes, before, asked: AtomicUsize::new(0) }
    }
}

impl Backend for Shrunk {
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

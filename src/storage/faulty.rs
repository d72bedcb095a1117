//! For tests: a medium whose calls fail when told to.

use std::{
    io,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
};

use super::medium::Medium;

/// Bytes that stay when the log is dropped, and calls that fail when told to.
#[derive(Clone, Debug, Default)]
pub(crate) struct Faulty {
    pub(crate) bytes: Arc<Mutex<Vec<u8>>>,
    /// How many more writes succeed.
    pub(crate) writes: Arc<AtomicUsize>,
    /// How often it was asked to confirm.
    pub(crate) syncs: Arc<AtomicUsize>,
    pub(crate) broken_cut: bool,
    pub(crate) broken_sync: bool,
}

impl Faulty {
    pub(crate) fn with_writes(writes: usize) -> Self {
        Self { writes: Arc::new(AtomicUsize::new(writes)), ..Self::default() }
    }
}

impl Medium for Faulty {
    fn len(&self) -> io::Result<u64> {
        Medium::len(&*self.bytes.lock().unwrap())
    }

    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        self.bytes.lock().unwrap().read_at(buffer, offset)
    }

    /// The write that fails leaves half of its bytes behind.
    fn write_at(&mut self, bytes: &[u8], offset: u64) -> io::Result<()> {
        let fails = self.writes.load(Relaxed) == 0;
        let written = if fails { &bytes[..bytes.len() / 2] } else { bytes };
        self.bytes.lock().unwrap().write_at(written, offset)?;
        if fails {
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.writes.fetch_sub(1, Relaxed);
        Ok(())
    }

    fn truncate(&mut self, length: u64) -> io::Result<()> {
        if self.broken_cut {
            return Err(io::ErrorKind::PermissionDenied.into());
        }
        Medium::truncate(&mut *self.bytes.lock().unwrap(), length)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.syncs.fetch_add(1, Relaxed);
        if self.broken_sync { Err(io::ErrorKind::StorageFull.into()) } else { Ok(()) }
    }
}

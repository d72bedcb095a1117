//! A backend for tests, whose calls fail when they are asked to.
//!
//! The test chooses which call of which kind fails, and how; the bytes that reached it can be looked at afterwards, as a
//! file can after its recorder died.

use std::{
    io,
    ops::RangeFrom,
    sync::{Arc, Mutex, MutexGuard},
};

use crate::storage::backend::Backend;

/// A call that can be made to fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Call {
    Read,
    Write,
    Cut,
    Sync,
}

/// How a call fails; only writes differ by it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Fault {
    /// Half of the bytes are written.
    Short,
    /// No byte is written: there is no space.
    NoSpace,
    /// All bytes are written, and an error is returned all the same.
    Error,
}

/// Bytes that stay when the log is dropped, and calls that fail as [`breaking`](Self::breaking) asks.
#[derive(Clone, Debug, Default)]
pub(crate) struct Faulty(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    bytes: Vec<u8>,
    calls: Vec<Call>,
    bytes_read: usize,
    broken: Vec<(Call, Calls, Fault)>,
    /// How long the file may be, if that is limited.
    room: Option<usize>,
}

/// Which calls of a kind fail, counted from 0.
#[derive(Clone, Debug)]
pub(crate) enum Calls {
    Nth(usize),
    From(RangeFrom<usize>),
}

impl Faulty {
    /// Makes some calls of a kind fail, too.
    pub(crate) fn breaking(self, call: Call, which: Calls, fault: Fault) -> Self {
        self.state().broken.push((call, which, fault));
        self
    }

    /// Makes every write fail that goes beyond so many bytes, up to which it is made.
    pub(crate) fn with_room_for(self, bytes: usize) -> Self {
        self.state().room = Some(bytes);
        self
    }

    /// Makes every call succeed from now on.
    pub(crate) fn mend(&self) {
        let mut state = self.state();
        state.broken.clear();
        state.room = None;
    }

    /// Returns what is in the file.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        self.state().bytes.clone()
    }

    /// Returns how many calls of a kind there were.
    pub(crate) fn calls(&self, call: Call) -> usize {
        self.state().count(call)
    }

    /// Returns how many bytes were asked for.
    pub(crate) fn bytes_read(&self) -> usize {
        self.state().bytes_read
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }
}

impl State {
    fn count(&self, call: Call) -> usize {
        self.calls.iter().filter(|&&made| made == call).count()
    }

    /// Counts a call, and returns how it fails, if it does.
    fn enter(&mut self, call: Call) -> Option<Fault> {
        let number = self.count(call);
        self.calls.push(call);
        let breaks = |which: &Calls| match which {
            Calls::Nth(n) => *n == number,
            Calls::From(range) => range.contains(&number),
        };
        self.broken.iter().find(|(broken, which, _)| *broken == call && breaks(which)).map(|&(_, _, fault)| fault)
    }

    fn fail(&mut self, call: Call) -> io::Result<()> {
        self.enter(call).map_or(Ok(()), |_| Err(io::ErrorKind::PermissionDenied.into()))
    }
}

impl Backend for Faulty {
    fn len(&self) -> io::Result<u64> {
        Backend::len(&self.state().bytes)
    }

    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        let mut state = self.state();
        state.fail(Call::Read)?;
        state.bytes_read += buffer.len();
        state.bytes.read_at(buffer, offset)
    }

    fn write_at(&mut self, bytes: &[u8], offset: u64) -> io::Result<()> {
        let mut state = self.state();
        let mut fault = state.enter(Call::Write);
        let mut written = match fault {
            None | Some(Fault::Error) => bytes.len(),
            Some(Fault::Short) => bytes.len() / 2,
            Some(Fault::NoSpace) => 0,
        };
        let room = state.room.map_or(usize::MAX, |room| room.saturating_sub(offset as usize));
        if written > room {
            (fault, written) = (Some(Fault::Short), room);
        }
        state.bytes.write_at(&bytes[..written], offset)?;
        fault.map_or(Ok(()), |_| Err(io::ErrorKind::StorageFull.into()))
    }

    fn truncate(&mut self, length: u64) -> io::Result<()> {
        self.state().fail(Call::Cut)?;
        Backend::truncate(&mut self.state().bytes, length)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.state().fail(Call::Sync)
    }
}

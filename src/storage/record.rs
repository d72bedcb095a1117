//! A whole record as a scan finds it and as appending leaves it, and the position behind it.

use super::header::{Header, Kind};

/// A place in the log where a record begins or may begin; everything before it is whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Position {
    pub(super) offset: u64,
    /// The lowest sequence number that a record may have here.
    pub(super) sequence: u64,
}

/// A whole record, without its data.
#[derive(Debug)]
pub(crate) struct Record {
    pub(crate) header: Header,
    /// Where it begins in the file.
    pub(crate) offset: u64,
    /// `None` where its checksum does not agree.
    pub(crate) meta: Option<Vec<u8>>,
}

impl Record {
    /// Returns whether it is the state of training of a snapshot that comes behind it.
    pub(super) fn is_state(&self) -> bool {
        self.header.kind == Kind::TrainingState
    }

    /// Returns where the next record goes.
    pub(super) fn after(&self) -> Position {
        Position { offset: self.header.end(self.offset), sequence: self.header.sequence + 1 }
    }
}

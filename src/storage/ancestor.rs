//! The run that another one was forked from, as the manifest names it.
//!
//! `docs/format.md` has the bytes, under "MODEL".

use serde::{Deserialize, Serialize};

use crate::Moment;

/// A moment of another recording. The order of the fields is the format.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Ancestor {
    /// Where its file was; none of a recording in memory.
    pub(crate) path: Option<String>,
    /// The salt of its preamble.
    pub(crate) salt: u64,
    pub(crate) epoch: u64,
    /// 0 at the end of the epoch.
    pub(crate) step: u32,
    /// Of the data of the moment's record.
    pub(crate) checksum: u32,
}

impl Ancestor {
    /// Returns the moment.
    pub(crate) fn moment(&self) -> Moment {
        Moment::of_numbers(self.epoch, self.step)
    }
}

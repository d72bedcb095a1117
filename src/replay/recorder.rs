//! What a replay needs only while it records: its options, and where it is.

use std::{path::PathBuf, time::Instant};

use super::{
    ReplayOptions, budget::Budget, choice::looks_at_left_out, left_out_moments::LeftOutMoments,
    replacement::Replacement, schedule::Schedule,
};
use crate::{Matrix, Moment, Result, host, storage::Compressor};

/// What a replay needs only while it records.
#[derive(Debug)]
pub(super) struct Recorder {
    pub(super) options: ReplayOptions,
    pub(super) schedule: Schedule,
    pub(super) budget: Budget,
    pub(super) left_out: LeftOutMoments,
    /// Snapshots recorded since the disk last confirmed.
    pub(super) unconfirmed: u64,
    /// Snapshots recorded at all.
    pub(super) recorded: u64,
    pub(super) replacement: Option<Replacement>,
    /// Where the file is, also after the process has gone to another folder; `None` in memory.
    pub(super) place: Option<PathBuf>,
    /// When it was last seen there: at first when it was opened.
    pub(super) looked: Option<Instant>,
    /// The inputs of the probe, until the first snapshot holds them.
    pub(super) probe: Option<Matrix>,
    pub(super) compresses: bool,
    /// Made for the first snapshot that is compressed.
    pub(super) compressor: Option<Compressor>,
}

impl Recorder {
    pub(super) fn new(place: Option<PathBuf>, options: ReplayOptions, replacement: Option<Replacement>) -> Self {
        let (schedule, unconfirmed, looked, probe) = (Schedule::default(), 0, host::now(), None);
        let (compresses, compressor) = (options.compress == Some(true), None);
        let (budget, left_out) = (Budget::new(options.budget), LeftOutMoments::default());
        Self {
            options,
            schedule,
            budget,
            left_out,
            unconfirmed,
            recorded: 0,
            replacement,
            place,
            looked,
            probe,
            compresses,
            compressor,
        }
    }

    /// Whether it is time to look at what is left out.
    pub(super) fn looks_at_left_out(&self, moment: Moment) -> bool {
        looks_at_left_out(self.recorded, moment)
    }

    /// What compresses the next snapshot, if it is to be compressed.
    pub(super) fn compressor(&mut self) -> Result<Option<&mut Compressor>> {
        if self.compresses && self.compressor.is_none() {
            self.compressor = Some(Compressor::new()?);
        }
        Ok(self.compressor.as_mut())
    }
}

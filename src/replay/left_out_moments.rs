//! What was left out of a recording, in few words.

use std::fmt;

use crate::{Moment, NoteValue};

/// The most runs that are noted one by one.
const MOST: usize = 10_000;

/// Moments that were left out of a recording: runs of them, with how many there were.
///
/// A run ends where a snapshot is recorded, so that there are no more runs than snapshots.
///
/// ```
/// use training_replay::{BackgroundRecorder, Replay};
///
/// let recorder = BackgroundRecorder::new(Replay::options().in_memory(), 2)?.leaving_out();
/// assert!(recorder.left_out().is_empty());
/// # Ok::<(), training_replay::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LeftOutMoments {
    runs: Vec<Run>,
    /// The next one belongs to the last run.
    is_open: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Run {
    first: Moment,
    last: Moment,
    count: u64,
}

impl LeftOutMoments {
    /// Returns how many moments were left out.
    pub fn len(&self) -> u64 {
        self.runs.iter().map(|run| run.count).sum()
    }

    /// Returns whether nothing was left out.
    pub fn is_empty(&self) -> bool {
        self.runs.is_empty()
    }

    /// Returns the first and the last moment of each run, and how many it has.
    pub fn runs(&self) -> impl ExactSizeIterator<Item = (Moment, Moment, u64)> {
        self.runs.iter().map(|run| (run.first, run.last, run.count))
    }

    pub(super) fn push(&mut self, moment: Moment) {
        match self.runs.last_mut().filter(|_| self.is_open) {
            Some(run) => (run.last, run.count) = (moment, run.count + 1),
            None => self.runs.push(Run { first: moment, last: moment, count: 1 }),
        }
        self.is_open = true;
    }

    /// A snapshot was recorded behind those that were left out.
    pub(super) fn close(&mut self) {
        self.is_open = false;
    }

    /// The runs as a note; of too many, neighbors together.
    pub(super) fn note(&self) -> NoteValue {
        let together = |runs: &[Run]| {
            let (first, last) = (runs[0], runs[runs.len() - 1]);
            Run { first: first.first, last: last.last, count: runs.iter().map(|run| run.count).sum() }
        };
        let texts = self.runs.chunks(self.runs.len().div_ceil(MOST).max(1)).map(|runs| together(runs).to_string());
        texts.collect::<Vec<_>>().into()
    }
}

/// `epoch 3`, or `epoch 3 to step 9 of epoch 4: 12`.
impl fmt::Display for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.count {
            1 => write!(f, "{}", self.first),
            count => write!(f, "{} to {}: {count}", self.first, self.last),
        }
    }
}

/// The runs, one behind the other.
impl fmt::Display for LeftOutMoments {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, run) in self.runs.iter().enumerate() {
            write!(f, "{}{run}", if i == 0 { "" } else { ", " })?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_end_where_a_snapshot_is_recorded() {
        let mut left_out = LeftOutMoments::default();
        for (moment, is_recorded) in [(1, false), (2, false), (3, true), (4, true), (5, false)] {
            if is_recorded { left_out.close() } else { left_out.push(moment.into()) }
        }
        assert_eq!(left_out.to_string(), "epoch 1 to epoch 2: 2, epoch 5");
        assert_eq!((left_out.len(), left_out.is_empty(), left_out.runs().len()), (3, false, 2));
        assert_eq!(left_out.note(), vec!["epoch 1 to epoch 2: 2", "epoch 5"].into());
    }

    #[test]
    fn a_note_of_ever_so_many_runs_is_bounded_and_counts_all_of_them() {
        let mut left_out = LeftOutMoments::default();
        for epoch in 0..35_000 {
            left_out.push((epoch, 1).into());
            left_out.close();
        }
        let note = left_out.note();
        let NoteValue::Texts(texts) = note else { panic!("{note:?}") };
        assert!(texts.len() <= MOST, "{}", texts.len());
        assert_eq!(texts[0], "step 1 of epoch 0 to step 1 of epoch 3: 4");
    }
}

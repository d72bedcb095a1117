//! How many bytes recordings have, and how many they may have: a module has 4 GiB at most, and what it cannot have ends it, with all
//! that was trained in it.

use std::io;

use training_replay::{Model, Parameter, Replay, Result};

use crate::request::invalid;

/// As many are recorded of a run: a page has to hold them several times to hand them out, and browsers give up on half a gigabyte
/// without a word.
const MOST_OF_A_RUN: u64 = 1 << 28;

/// As many have all recordings together: while one is opened its bytes are there twice, one that is trained has room to grow into, and
/// pages and downloads are made beside them.
const MOST_TOGETHER: u64 = 3 << 29;

const MIB: u64 = 1 << 20;

/// What there is beside the others that are open.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Room {
    others: u64,
}

impl Room {
    pub(crate) fn beside(others: impl Iterator<Item = u64>) -> Self {
        Self { others: others.sum() }
    }

    /// Fails where a recording of so many bytes has no room.
    pub(crate) fn expect(self, bytes: u64) -> Result<()> {
        let together = self.others.saturating_add(bytes);
        if together <= MOST_TOGETHER {
            return Ok(());
        }
        let expected = format!("at most {} MiB, for which there is memory: close others", MOST_TOGETHER / MIB);
        Err(invalid("the size of all recordings that are open", &expected, format!("{} MiB", together.div_ceil(MIB))))
    }

    /// Fails where so many records of so many bytes have none, or could not be handed out.
    pub(crate) fn expect_records(self, records: u64, each: u64) -> Result<()> {
        let bytes = records.saturating_mul(each);
        if bytes <= MOST_OF_A_RUN {
            return self.expect(bytes);
        }
        let expected = format!("at most {} MiB, which is what a page can hand out", MOST_OF_A_RUN / MIB);
        Err(invalid("the size of the recording", &expected, format!("{records} epochs or batches of {each} bytes")))
    }
}

/// Of the file that a recording is.
pub(crate) fn of_file(replay: &Replay) -> Result<u64> {
    let mut size = Size(0);
    replay.write_to(&mut size)?;
    Ok(size.0)
}

/// Of the numbers of a model.
pub(crate) fn of_model(model: &dyn Model) -> Result<u64> {
    let size = |parameter: &Parameter<'_>| parameter.shape().iter().map(|&length| length as u64).product::<u64>() * 4;
    Ok(model.parameters()?.iter().map(size).sum())
}

/// How many bytes were written.
struct Size(u64);

impl io::Write for Size {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{MIB, Room};

    #[test]
    fn recordings_have_room_together_and_the_error_says_what_to_do() {
        let room = Room::beside([512, 768].map(|size| size * MIB).into_iter());
        room.expect(256 * MIB).unwrap();
        room.expect_records(256, MIB).unwrap();
        let error = room.expect(256 * MIB + 1).unwrap_err().to_string();
        assert!(
            error.contains("1537 MiB") && error.contains("at most 1536 MiB") && error.contains("close others"),
            "{error}"
        );
        Room::beside([u64::MAX].into_iter()).expect(u64::MAX).unwrap_err();
    }

    #[test]
    fn a_run_is_no_larger_than_can_be_handed_out() {
        let room = Room::beside([].into_iter());
        room.expect_records(256, MIB).unwrap();
        let error = room.expect_records(257, MIB).unwrap_err().to_string();
        assert!(error.contains("at most 256 MiB"), "{error}");
        room.expect_records(u64::MAX, u64::MAX).unwrap_err();
    }
}

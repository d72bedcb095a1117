//! Going on with a recording after one of its epochs, as a run does that is resumed from an earlier checkpoint.

use std::{
    fs::File,
    io::{self, BufReader, Read, Write},
    ops::Range,
    path::{Path, PathBuf},
};

use super::{Origin, Replay, ReplayOptions, replacement::Replacement};
use crate::{
    Error, Moment, Result, file,
    storage::{self, Compressor, Kind, Log},
};

/// What becomes of the epochs behind the one after which a run goes on: the argument of [`ReplayOptions::append_after`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Later {
    /// They become a recording of their own at this path, with the data set and the notes.
    MoveTo(PathBuf),
    /// They are gone.
    Discard,
}

impl Replay {
    /// Fails unless the moment was recorded and its weights are what was written.
    fn expect_whole(&self, moment: Moment) -> Result<()> {
        let entry = self.index.at(moment).map_err(|error| match error {
            Error::UnknownEpoch { epoch, .. } => Error::UnknownEpoch { epoch, recorded: self.nearest(epoch) },
            other => other,
        })?;
        if entry.location.compressed {
            return self.check_expanded(moment);
        }
        self.source(moment.to_string(), &entry.location).finish()
    }

    /// A sentence about the recorded epochs before and behind one that was not.
    fn nearest(&self, epoch: u64) -> String {
        let (before, behind) = (self.epochs().filter(|&e| e < epoch).max(), self.epochs().find(|&e| e > epoch));
        match (before, behind) {
            (Some(before), Some(behind)) => format!("the nearest that were are {before} and {behind}"),
            (Some(one), None) | (None, Some(one)) => format!("the nearest that was is {one}"),
            (None, None) => "nothing was".into(),
        }
    }
}

impl ReplayOptions {
    /// Opens a recording to go on after one of its epochs, or steps, under these options.
    ///
    /// The next epoch follows it. What was recorded behind it is moved into a recording of its own or dropped, as `later`
    /// says. Data set, loss, description and all notes stay. If nothing was recorded behind it, this is
    /// [`append`](Self::append), and nothing is moved.
    ///
    /// The recording is rewritten beside the old one and takes its place when the disk has it: whatever is killed or fails
    /// before leaves it as it was, and the same call again makes up for it. That takes room for both. Whoever has the old
    /// file open goes on reading the old one.
    ///
    /// ```
    /// # use training_replay::{Dense, Later, Metrics, Replay, Sequential};
    /// # let model = Sequential::builder(2).layer(Dense::new(1)).build(1)?;
    /// # let folder = tempfile::tempdir().expect("a folder");
    /// # let (path, lost) = (folder.path().join("run.replay"), folder.path().join("lost.replay"));
    /// # let mut replay = Replay::options().create(&path)?;
    /// # for _ in 0..=15 {
    /// #     replay.record(&model, Metrics::new())?;
    /// # }
    /// # drop(replay);
    /// // The run was killed in epoch 15, and its last checkpoint is of epoch 10.
    /// let mut replay = Replay::options().append_after(&path, 10, Later::MoveTo(lost.clone()))?;
    /// assert_eq!(replay.record(&model, Metrics::new())?, 11);
    /// assert_eq!(Replay::open(&lost)?.epochs().collect::<Vec<_>>(), [11, 12, 13, 14, 15]);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`append`](Self::append), [`Error::UnknownEpoch`] with the nearest ones if the epoch was not recorded,
    /// [`Error::Corrupted`] if its weights are damaged, [`Error::Io`] if there is another file where the later epochs are to
    /// be moved to. The recording is then as it was.
    pub fn append_after(self, path: impl AsRef<Path>, moment: impl Into<Moment>, later: Later) -> Result<Replay> {
        self.check()?;
        let (path, moment) = (path.as_ref(), moment.into());
        let Some(replacement) = Replacement::of(path, self.locking)? else { return Replay::resume(path, self) };
        let old = Replay::load(Box::new(replacement.old()?), Origin::File(path.into()))?;
        old.expect_appendable(&self)?;
        old.expect_whole(moment)?;
        if old.index.last() == Some(moment) {
            drop((old, replacement)); // Both hold the lock.
            return Replay::resume(path, self);
        }
        let parts = Parts::of(&old, replacement.old()?, moment)?;
        if let Later::MoveTo(path) = &later {
            parts.keep(&old, path)?;
        }
        let mut file = storage::open_to_write(replacement.path(), true, self.locking)?;
        parts.earlier.iter().try_for_each(|bytes| copy(&old.log, bytes, &mut file))?;
        let mut replay = Replay::resume_on(Box::new(file), Origin::File(path.into()), self)?;
        replay.torn_bytes = old.torn_bytes;
        replay.log.sync(Ok(()))?;
        replacement.take_place()?;
        file::disk::sync_folder(path);
        Ok(replay)
    }
}

/// The bytes of a recording that are to be before and behind a moment: records and what lies between them.
struct Parts {
    /// Everything up to the moment, and notes from behind it.
    earlier: Vec<Range<u64>>,
    /// Everything behind the moment, and what describes it.
    later: Vec<Part>,
}

/// A part of what is later.
enum Part {
    /// Bytes as they are.
    Bytes(Range<u64>),
    /// A compressed snapshot, which may refer to what is earlier.
    Compressed { moment: Moment, sequence: u64, bytes: Range<u64> },
}

impl Parts {
    fn of(old: &Replay, file: File, moment: Moment) -> Result<Self> {
        let path = old.origin.path();
        let corrupted = |_| Error::corrupted(&path, "the preamble", 0, "it has changed since it was opened");
        let mut log = Log::open(Box::new(file), path.clone())?.map_err(corrupted)?;
        let last = old.index.at(moment)?.location.offset;
        let start = log.end();
        let (mut cut, mut notes, mut later) = (start, Vec::new(), Vec::new());
        later.push(Part::Bytes(0..start));
        let mut compressed = Vec::new();
        log.scan(|record, _| {
            let bytes = record.offset..record.header.end(record.offset);
            match record.header.kind {
                _ if record.offset == last => cut = bytes.end,
                Kind::Notes if record.offset > last => notes.push(bytes),
                Kind::CompressedEpoch if record.offset > last => compressed.push((record.header, bytes)),
                Kind::Epoch | Kind::CompressedEpoch | Kind::TrainingState | Kind::End => {}
                _ if record.offset < last => later.push(Part::Bytes(bytes)),
                _ => {}
            }
            Ok(())
        })?;
        let mut at = cut;
        for (header, bytes) in compressed {
            later.push(Part::Bytes(at..bytes.start));
            at = bytes.end;
            later.push(Part::Compressed { moment: header.moment, sequence: header.sequence, bytes });
        }
        later.push(Part::Bytes(at..log.end()));
        notes.insert(0, 0..cut);
        Ok(Self { earlier: notes, later })
    }

    /// Writes what is later into a new file, on the disk. One that holds the same is what a killed process has left.
    fn keep(&self, old: &Replay, path: &Path) -> Result<()> {
        if !path.exists() {
            file::write_whole(path, |file| self.copy_later((old, path), file))?;
            file::disk::sync_folder(path);
            return Ok(());
        }
        let mut same = Same { there: BufReader::new(storage::open_to_read(path)?), so_far: true };
        self.copy_later((old, path), &mut same)?;
        if same.is_all() {
            return Ok(());
        }
        let context = format!("moving later epochs to {}: there is another file already", path.display());
        Err(Error::io(context, io::ErrorKind::AlreadyExists.into()))
    }
}

impl Parts {
    /// Copies what is later to a path. Snapshots that are compressed are so anew, without what they referred to.
    fn copy_later(&self, (old, path): (&Replay, &Path), to: &mut dyn Write) -> Result<()> {
        let mut compressor = None;
        let first = old.first_record_at(path)?;
        for part in &self.later {
            match (part, &first) {
                // Shared data are found from the folder of the copy.
                (Part::Bytes(bytes), Some(first)) if bytes.start == Log::START && bytes.end > Log::START => {
                    copy(first, &(Log::START..first.end()), to)?;
                }
                (part, _) => copy_part(part, old, &mut compressor, to)?,
            }
        }
        Ok(())
    }
}

fn copy_part(part: &Part, old: &Replay, compressor: &mut Option<Compressor>, to: &mut dyn Write) -> Result<()> {
    match part {
        Part::Bytes(bytes) => copy(&old.log, bytes, to),
        Part::Compressed { moment, sequence, bytes } => match old.compressed_anew((*moment, *sequence), compressor) {
            Ok(log) => copy(&log, &(Log::START..log.end()), to),
            // It cannot be read there either, and says why.
            Err(Error::Corrupted { .. }) => copy(&old.log, bytes, to),
            Err(error) => Err(error),
        },
    }
}

fn copy(log: &Log, range: &Range<u64>, to: &mut dyn Write) -> Result<()> {
    let failed = |source| Error::io("copying the recording", source);
    log.copy(range.clone(), |bytes| to.write_all(bytes).map_err(failed))
}

/// Compares what is written with what is there.
struct Same {
    there: BufReader<File>,
    so_far: bool,
}

impl Same {
    fn is_all(&mut self) -> bool {
        self.so_far && matches!(self.there.read(&mut [0]), Ok(0))
    }
}

impl Write for Same {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut there = vec![0; bytes.len()];
        self.so_far = self.so_far && self.there.read_exact(&mut there).is_ok() && there == bytes;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

//! A copy that needs no other file: a recording with the data sets that it refers to.

use std::{
    io,
    path::{self, Path},
};

use super::{Replay, places, record::write_data, shared_data::SharedData};
use crate::{
    Error, Moment, Result,
    storage::{self, Header, Kind, Log, Manifest, TRAINING},
};

impl Replay {
    /// Writes the recording with the data sets that it [refers to](Self::shared_data), so that the copy needs no other file: the
    /// bytes are those of a recording whose data were never shared.
    ///
    /// One that holds its data itself is written as by [`write_to`](Self::write_to).
    ///
    /// ```
    /// # use training_replay::{Dense, Metrics, Replay, Sequential, datasets};
    /// # let model = Sequential::builder(2).layer(Dense::new(1)).build(1)?;
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let path = folder.path().join("moons.dataset");
    /// let data = datasets::moons(50, 0.1, 7);
    /// let mut replay = Replay::options().dataset(&data).share_data(&path).in_memory();
    /// replay.record(&model, Metrics::new())?;
    /// let mut bytes = Vec::new();
    /// replay.write_whole_to(&mut bytes)?;
    /// std::fs::remove_file(path).unwrap();
    /// let copy = Replay::from_bytes(bytes)?;
    /// assert!(copy.shared_data().is_none());
    /// assert_eq!(copy.dataset()?, &data);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Io`] if reading or writing fails, or the file of the data is not there; [`Error::Invalid`] if other data are;
    /// [`Error::Corrupted`] if they are damaged.
    pub fn write_whole_to(&self, mut writer: impl io::Write) -> Result<()> {
        let Some(shared) = self.shared_data() else { return self.write_to(writer) };
        let failed = |source| Error::io("copying the recording", source);
        let mut put = |bytes: &[u8]| writer.write_all(bytes).map_err(failed);
        let rest = self.expect_room(&shared)?;
        self.log.copy(0..Log::START, &mut put)?;
        let first = self.with_own_data(&shared)?;
        first.copy(Log::START..first.end(), &mut put)?;
        let mut sequence = first.next_sequence();
        for set in shared.names() {
            let data = self.data_of(self.choose_data(set)?)?;
            let mut log = Log::in_memory(self.origin.path(), self.log.preamble());
            log.go_on_with(sequence);
            write_data(&mut log, if set == TRAINING { "" } else { set }, data)?;
            log.copy(Log::START..log.end(), &mut put)?;
            sequence = log.next_sequence();
        }
        self.log.copy(rest..self.log.end(), &mut put)?;
        writer.flush().map_err(failed)
    }

    /// The first record as it is where the data follow, as the only one of a log.
    fn with_own_data(&self, shared: &SharedData<'_>) -> Result<Log> {
        let what = "the description";
        let lost = |reason| Error::corrupted(self.origin.path(), what, Log::START, reason);
        let mut manifest = Manifest::decode(&self.log.meta(what, Log::START)?).map_err(lost)?;
        manifest.shared = None;
        manifest.data_records = if shared.names().any(|name| name == TRAINING) { 2 } else { 0 };
        let mut log = Log::in_memory(self.origin.path(), self.log.preamble());
        log.append(Kind::Model, Moment::default(), manifest.encode()?, |_| Ok(()))?;
        Ok(log)
    }

    /// The first record as it is in a copy at this path, whose data are found from its folder, as the only one of a log; none where
    /// the bytes are the same or hold what this version does not know.
    pub(super) fn first_record_at(&self, path: &Path) -> Result<Option<Log>> {
        let Some(shared) = self.shared_data() else { return Ok(None) };
        let what = "the description";
        let meta = self.log.meta(what, Log::START)?;
        let lost = |reason| Error::corrupted(self.origin.path(), what, Log::START, reason);
        let mut manifest = Manifest::decode(&meta).map_err(lost)?;
        let Ok(places) = places::described(&shared.paths(), path::absolute(path).ok().as_deref()) else {
            return Ok(None); // They are no text; those that are recorded are.
        };
        if manifest.encode()? != meta {
            return Ok(None);
        }
        manifest.shared = manifest.shared.map(|shared| storage::SharedData { places, ..shared });
        let mut log = Log::in_memory(self.origin.path(), self.log.preamble());
        log.append(Kind::Model, Moment::default(), manifest.encode()?, |_| Ok(()))?;
        Ok(Some(log))
    }

    /// Where the records begin behind the first one; fails unless their numbers leave those of the data.
    fn expect_room(&self, shared: &SharedData<'_>) -> Result<u64> {
        let end = self.header_at(Log::START)?.end(Log::START);
        if end < self.log.end() {
            let (needed, second) = (1 + 2 * shared.names().count() as u64, self.header_at(end)?.sequence);
            if second < needed {
                let what = format!("the number of the second record of {}", self.origin.path().display());
                return Err(Error::invalid(what, format!("{needed} or more, to leave those of the data"), second));
            }
        }
        Ok(end)
    }

    fn header_at(&self, offset: u64) -> Result<Header> {
        let mut block = [0; 64];
        self.log.copy(offset..offset + 64, |bytes| {
            block.copy_from_slice(bytes);
            Ok(())
        })?;
        let none = || Error::corrupted(self.origin.path(), "the header of a record", offset, "it is none");
        Header::decode(&block).ok_or_else(none)
    }
}

//! Opening a recording to read it, and to follow one that another process writes.

use std::{
    path::Path,
    sync::{Arc, OnceLock},
};

use super::{Index, Origin, Replay, data_sets::OtherData, elsewhere::Elsewhere, expanded::Expanded};
use crate::{
    Error, Result,
    storage::{self, Backend, BadPreamble, FilePool, Log, VERSION},
};

impl Replay {
    /// Opens a recording to read it, also while another process is writing it.
    ///
    /// What is read is headers and metrics; weights and data are read when they are asked for.
    ///
    /// ```
    /// # use training_replay::{Dense, Replay, Sequential};
    /// # let model = Sequential::builder(2).layer(Dense::new(1)).build(1)?;
    /// # let folder = tempfile::tempdir().expect("a folder");
    /// # let path = folder.path().join("run.replay");
    /// let mut replay = Replay::options().create(&path)?;
    /// replay.record(&model, [("loss", 0.7)])?;
    /// let reader = Replay::open(&path)?; // in any process, at any time
    /// assert_eq!(reader.curve("loss"), Some(vec![(0, 0.7)]));
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Io`] if the file cannot be read, [`Error::NotARecording`] for another kind of file,
    /// [`Error::NotStarted`] if its recorder was stopped before anything was recorded,
    /// [`Error::UnsupportedVersion`] for a later format, [`Error::Corrupted`] if the description of the recording is
    /// damaged. Other damage is listed by [`damage`](Self::damage).
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        Self::load(Box::new(storage::open_to_read(path)?), Origin::File(path.into()))
    }

    /// Opens a recording as one of many, of which only some files are open at a time.
    pub(super) fn open_in(pool: &Arc<FilePool>, path: &Path) -> Result<Self> {
        Self::load(Box::new(pool.open(path)?), Origin::File(path.into()))
    }

    /// Opens a recording that lies in memory as a file does on the disk.
    ///
    /// ```
    /// # use training_replay::{Dense, Metrics, Replay, Sequential};
    /// # let model = Sequential::builder(2).layer(Dense::new(1)).build(1)?;
    /// let mut replay = Replay::options().in_memory();
    /// replay.record(&model, Metrics::new())?;
    /// let mut bytes = Vec::new();
    /// replay.write_to(&mut bytes)?;
    /// assert_eq!(Replay::from_bytes(bytes)?.weights(0)?, replay.weights(0)?);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open).
    pub fn from_bytes(bytes: impl Into<Vec<u8>>) -> Result<Self> {
        Self::load(Box::new(bytes.into()), Origin::Memory)
    }

    /// Takes in what another process has appended since, and returns the number of new epochs.
    ///
    /// A recording that was replaced by a new one under its name is still the old one here: [`open`](Self::open) it again.
    ///
    /// ```
    /// # use training_replay::{Dense, Metrics, Replay, Sequential};
    /// # let model = Sequential::builder(2).layer(Dense::new(1)).build(1)?;
    /// # let folder = tempfile::tempdir().expect("a folder");
    /// # let path = folder.path().join("run.replay");
    /// let mut writer = Replay::options().create(&path)?; // in another process, say
    /// writer.record(&model, Metrics::new())?;
    /// let mut reader = Replay::open(&path)?;
    /// writer.record(&model, [("loss", 0.3)])?;
    /// assert_eq!(reader.refresh()?, 1);
    /// assert_eq!(reader.curve("loss"), Some(vec![(1, 0.3)]));
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Io`] if the file cannot be read, [`Error::Corrupted`] if it has become shorter.
    pub fn refresh(&mut self) -> Result<usize> {
        let before = self.index.epochs.len();
        if self.recorder.is_none() {
            self.scan()?;
        }
        Ok(self.index.epochs.len() - before)
    }

    pub(super) fn load(backend: Box<dyn Backend>, origin: Origin) -> Result<Self> {
        let log = Log::open(backend, origin.path())?.map_err(|bad| match bad {
            BadPreamble::Magic => Error::NotARecording { path: origin.path() },
            BadPreamble::Short => Error::NotStarted { path: origin.path() },
            BadPreamble::Checksum => Error::corrupted(origin.path(), "the preamble", 0, "its checksum does not agree"),
        })?;
        expect_known_version(log.preamble().major, &origin)?;
        let index = Index::of(origin.path());
        let (dataset, others) = (OnceLock::new(), OtherData::default());
        let (elsewhere, expanded) = (Elsewhere::of(origin.place()), Expanded::default());
        let (torn_bytes, base, recorder) = (0, None, None);
        let mut replay = Self { log, origin, index, torn_bytes, dataset, others, elsewhere, expanded, base, recorder };
        replay.scan()?;
        let names = replay.index.manifest.as_ref().map_or(&[][..], |manifest| &manifest.data_names);
        replay.others = OtherData::recorded(names);
        if replay.index.is_started() { Ok(replay) } else { Err(Error::NotStarted { path: replay.origin.path() }) }
    }

    fn scan(&mut self) -> Result<()> {
        self.log.scan(|record, passed| {
            self.index.take(record)?;
            self.index.damage.extend(passed);
            Ok(())
        })?;
        self.torn_bytes = self.log.torn_bytes()?;
        Ok(())
    }
}

fn expect_known_version(major: u16, origin: &Origin) -> Result<()> {
    match major {
        0 => Err(Error::corrupted(origin.path(), "the preamble", 8, "there is no version 0")),
        major if major > VERSION.0 => {
            Err(Error::UnsupportedVersion { path: origin.path(), found: major, supported: VERSION.0 })
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Metrics, Moment, Parameter,
        model::visitor::Taker,
        storage::{
            Kind, Manifest, RecordWriter, TensorSpec, WeightsWriter, encode_metrics,
            testing::faulty::{Call, Calls, Fault, Faulty},
        },
    };

    fn parameter() -> Parameter<'static> {
        Parameter::new("layer", "kernel", [2], vec![1.0_f32, 2.0])
    }

    fn described() -> Manifest {
        Manifest::new(vec![TensorSpec::of(&parameter()).unwrap()], None).unwrap()
    }

    fn manifest(data_records: u64) -> Vec<u8> {
        let mut manifest = described();
        manifest.data_records = data_records;
        manifest.encode().unwrap()
    }

    fn write_weights(writer: &mut RecordWriter<'_>) -> Result<()> {
        let manifest = described();
        let mut weights = WeightsWriter::new(writer, &manifest, None);
        Taker::take(&mut weights, parameter())?;
        weights.finish()
    }

    fn epoch(log: &mut Log, number: u64) {
        let meta = encode_metrics(&Metrics::from([("loss", number as f64)]));
        log.append(Kind::Epoch, number.into(), meta, write_weights).unwrap();
    }

    /// A recording with records that its recorder would never write.
    fn opened(write: impl FnOnce(&mut Log)) -> Result<Replay> {
        let mut log = Log::in_memory("test".into(), 1);
        write(&mut log);
        let mut bytes = Vec::new();
        log.copy_to(|chunk| {
            bytes.extend_from_slice(chunk);
            Ok(())
        })
        .unwrap();
        Replay::from_bytes(bytes)
    }

    #[test]
    fn records_of_later_versions_are_skipped_or_refused_as_their_number_says() {
        let with = |id: u16| {
            opened(|log| {
                log.append(Kind::Model, Moment::default(), manifest(0), |_| Ok(())).unwrap();
                log.append(Kind::Unknown(id), Moment::default(), vec![1], |_| Ok(())).unwrap();
                epoch(log, 0);
            })
        };
        assert_eq!(with(0x80ff).unwrap().epochs().len(), 1);
        for id in [0, 6, 0x7fff] {
            let message = with(id).unwrap_err().to_string();
            assert!(message.contains("newer"), "{message}");
        }
    }

    #[test]
    fn a_recording_that_does_not_begin_with_its_description_is_refused() {
        let error = opened(|log| epoch(log, 0)).unwrap_err();
        assert!(error.to_string().contains("the description of <memory> is corrupted at byte 64"), "{error}");
        let garbled = opened(|log| {
            log.append(Kind::Model, Moment::default(), vec![0xff; 40], |_| Ok(())).unwrap();
            epoch(log, 0);
        });
        assert!(matches!(garbled, Err(Error::Corrupted { .. })));
    }

    #[test]
    fn records_in_the_wrong_place_are_damage_and_the_others_read() {
        let replay = opened(|log| {
            log.append(Kind::Model, Moment::default(), manifest(0), |_| Ok(())).unwrap();
            epoch(log, 3);
            epoch(log, 3);
            epoch(log, 1);
            log.append(Kind::Model, Moment::default(), manifest(0), |_| Ok(())).unwrap();
            log.append(Kind::Data, Moment::default(), vec![0xff; 8], |_| Ok(())).unwrap();
            log.append(Kind::Epoch, 9.into(), vec![], |_| Ok(())).unwrap(); // no weights
            epoch(log, 10);
        });
        let replay = replay.unwrap();
        assert_eq!(replay.epochs().collect::<Vec<_>>(), [3, 10]);
        assert_eq!(replay.damage().len(), 5, "{:?}", replay.damage());
        assert_eq!(replay.curve("loss").unwrap(), [(3, 3.0), (10, 10.0)]);
    }

    #[test]
    fn metrics_that_cannot_be_read_are_an_error_and_their_weights_read() {
        let replay = opened(|log| {
            log.append(Kind::Model, Moment::default(), manifest(0), |_| Ok(())).unwrap();
            let garbled = vec![0xff; 24];
            log.append(Kind::Epoch, 0.into(), garbled, write_weights).unwrap();
            epoch(log, 1);
        });
        let replay = replay.unwrap();
        assert!(matches!(replay.metrics(0), Err(Error::Corrupted { .. })));
        assert_eq!(replay.weights(0).unwrap(), [parameter()].into_iter().collect());
        assert_eq!(replay.damage().len(), 1);
    }

    #[test]
    fn metrics_beyond_the_number_of_curves_are_lost_and_listed() {
        let names = |from: u32| (from..from + 3_000).map(|i| (i.to_string(), 0.5)).collect::<Metrics>();
        let replay = opened(|log| {
            log.append(Kind::Model, Moment::default(), manifest(0), |_| Ok(())).unwrap();
            for number in 0..3 {
                let meta = encode_metrics(&names(1_500 * (number as u32 % 2)));
                log.append(Kind::Epoch, number.into(), meta, write_weights).unwrap();
            }
        });
        let replay = replay.unwrap();
        assert_eq!((replay.metric_names().len(), replay.damage().len()), (3_000, 1));
        assert!(matches!(replay.metrics(1), Err(Error::Corrupted { .. })));
        assert_eq!(replay.metrics(2).unwrap(), names(0));
        assert!(replay.weights(1).is_ok());
    }

    #[test]
    fn a_refresh_that_fails_takes_nothing_twice_and_passes_nothing_over() {
        let faulty = Faulty::default();
        let mut log = Log::create(Box::new(faulty.clone()), "test".into(), 1).unwrap();
        log.append(Kind::Model, Moment::default(), manifest(0), |_| Ok(())).unwrap();
        epoch(&mut log, 0);
        let mut reader = Replay::load(Box::new(faulty), Origin::Memory).unwrap();
        epoch(&mut log, 1);
        log.append(Kind::Unknown(6), Moment::default(), vec![1], |_| Ok(())).unwrap();
        epoch(&mut log, 2);
        for _ in 0..2 {
            assert!(reader.refresh().is_err(), "a record of a later version that may not be skipped");
            assert_eq!(reader.epochs().collect::<Vec<_>>(), [0, 1]);
            assert!(reader.damage().is_empty(), "{:?}", reader.damage());
        }
    }

    /// Three epochs, of which the header of the second one is damaged.
    fn damaged() -> Faulty {
        let mut backend = Faulty::default();
        let mut log = Log::create(Box::new(backend.clone()), "test".into(), 1).unwrap();
        log.append(Kind::Model, Moment::default(), manifest(0), |_| Ok(())).unwrap();
        epoch(&mut log, 0);
        let second = backend.bytes().len() as u64;
        (1..3).for_each(|number| epoch(&mut log, number));
        backend.write_at(b"x", second).unwrap();
        backend
    }

    #[test]
    fn damage_is_still_known_after_a_refresh_that_failed_behind_it() {
        for failing in 0..8 {
            let whole = damaged().bytes();
            let mut backend = Faulty::default();
            backend.write_at(&whole[..whole.len() - 384], 0).unwrap();
            let mut reader = Replay::load(Box::new(backend.clone()), Origin::Memory).unwrap();
            assert!(reader.epochs().eq([0]) && reader.damage().is_empty());
            backend.write_at(&whole, 0).unwrap();
            let nth = Calls::Nth(backend.calls(Call::Read) + failing);
            let backend = backend.breaking(Call::Read, nth, Fault::Error);
            let first = reader.refresh().is_ok();
            backend.mend();
            reader.refresh().unwrap();
            assert!(reader.epochs().eq([0, 2]), "read {failing}, {first}");
            assert_eq!(reader.damage().len(), 1, "read {failing}, {first}");
            assert!(matches!(reader.weights(1), Err(Error::Corrupted { .. })));
        }
    }

    #[test]
    fn a_refresh_says_how_much_is_torn_and_a_copy_leaves_that_out() {
        let mut backend = damaged();
        let mut reader = Replay::load(Box::new(backend.clone()), Origin::Memory).unwrap();
        let whole = backend.bytes();
        backend.write_at(&[7; 100], whole.len() as u64).unwrap();
        assert_eq!((reader.refresh().unwrap(), reader.torn_bytes()), (0, 100));
        let mut copy = Vec::new();
        reader.write_to(&mut copy).unwrap();
        assert!(copy == whole);
    }

    #[test]
    fn parameters_in_an_order_of_memory_that_the_format_does_not_have_are_refused() {
        let mut meta = manifest(0);
        let order = meta.windows(6).position(|bytes| bytes == b"kernel").unwrap() + 7; // behind the type
        meta[order] = 1;
        let refused = opened(|log| {
            log.append(Kind::Model, Moment::default(), meta, |_| Ok(())).unwrap();
            epoch(log, 0);
        });
        assert!(refused.unwrap_err().to_string().contains("beyond the limits of the format"));
    }

    #[test]
    fn a_first_epoch_that_never_was_whole_is_not_started() {
        let only_model =
            |promised| opened(|log| drop(log.append(Kind::Model, Moment::default(), manifest(promised), |_| Ok(()))));
        assert!(matches!(only_model(2), Err(Error::NotStarted { .. })));
        assert_eq!(only_model(0).unwrap().epochs().len(), 0);
    }

    /// A row-major column of so many values whose descriptor says so many rows; without values it has no columns.
    fn column(log: &mut Log, name: &str, rows: u64, values: usize) {
        let matrix = crate::Matrix::from_element(values, values.min(1), 0.5);
        let mut meta = storage::matrix_spec("", name, &matrix).encode().unwrap();
        let at = meta.len() - 16; // two lengths are the end of a descriptor, the order is before their number
        meta[at..at + 8].copy_from_slice(&rows.to_le_bytes());
        meta[at - 9] = 0;
        log.append(Kind::Data, Moment::default(), meta, |writer| storage::write_matrix(writer, &matrix)).unwrap();
    }

    #[test]
    fn data_that_are_no_data_set_are_an_error_and_the_epochs_read() {
        let with = |rows: u64, values: usize| {
            opened(|log| {
                log.append(Kind::Model, Moment::default(), manifest(2), |_| Ok(())).unwrap();
                column(log, "inputs", 2, 2);
                column(log, "targets", rows, values);
                epoch(log, 0);
            })
            .unwrap()
        };
        assert_eq!(with(2, 2).dataset().unwrap().samples(), 2);
        for (rows, values) in [(3, 2), (1 << 40, 1), (u64::MAX, 1), (1, 1), (0, 0), (1 << 60, 0)] {
            let replay = with(rows, values);
            assert!(replay.dataset().is_err(), "{rows} rows of {values} values beside 2");
            assert!(replay.weights(0).is_ok());
        }
    }

    #[test]
    fn labels_that_are_none_are_an_error_and_the_epochs_read() {
        let labels = crate::ClassLabels::new([0, 3], 1, 4).unwrap();
        let with = |classes: u64| {
            opened(|log| {
                log.append(Kind::Model, Moment::default(), manifest(2), |_| Ok(())).unwrap();
                column(log, "inputs", 2, 2);
                let mut meta = storage::labels_spec("", "targets", &labels).encode().unwrap();
                let at = meta.len() - 8; // the number of classes is its end
                meta[at..].copy_from_slice(&classes.to_le_bytes());
                log.append(Kind::Data, Moment::default(), meta, |writer| storage::write_labels(writer, &labels))
                    .unwrap();
                epoch(log, 0);
            })
            .unwrap()
        };
        assert_eq!(with(4).dataset().unwrap().targets().labels().unwrap(), &labels);
        for classes in [0, 1, 3, 1 << 33, u64::MAX] {
            let replay = with(classes);
            assert!(matches!(replay.dataset(), Err(Error::Corrupted { .. })), "{classes} classes");
            assert!(replay.weights(0).is_ok());
        }
    }
}

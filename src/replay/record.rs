//! Recording: the calls of a training loop.

use std::time::Duration;

use super::{Durability, Replay, ReplayOptions, parameters::Parameters, recorder::Recorder, schedule::expect_later};
use crate::{
    Dataset, Description, Error, Matrix, Metrics, Model, Moment, Result, Targets, file, host,
    storage::{
        self, Checksums, CompressedWriter, Compressor, Kind, LONGEST_NAME, Log, MAX_METRICS, Manifest, Probe, Record,
        Reference, WeightsWriter, encode_metrics,
    },
};

/// How often the path of the file is looked up: that takes half as long as recording a small model.
const LOOK: Duration = Duration::from_millis(10);

/// The probe of a moment by running the model, if it is to be run and can be.
fn ran<M: Model + ?Sized>(
    moment: Moment,
    model: &M,
) -> impl FnOnce(&Replay, Option<&Description>) -> Result<Option<Probe>> {
    move |replay, description| replay.run_probe(moment, model, description)
}

impl Replay {
    /// Appends the model's parameters as the next epoch, and returns its number.
    ///
    /// The first call is epoch 0: make it before training.
    ///
    /// Once this has returned `Ok`, the epoch can be read back bit for bit, whatever happens to the process, unless
    /// [`every`](crate::ReplayOptions::every) or [`epochs`](crate::ReplayOptions::epochs) leave it out. Weights and
    /// metrics that are NaN or infinite are recorded like any others.
    ///
    /// ```
    /// # use training_replay::{Dense, Metrics, Replay, Sequential};
    /// # let model = Sequential::builder(2).layer(Dense::new(1)).build(1)?;
    /// let mut replay = Replay::options().in_memory();
    /// assert_eq!(replay.record(&model, Metrics::new())?, 0); // before training
    /// assert_eq!(replay.record(&model, [("loss", 0.3), ("learning_rate", 0.05)])?, 1);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Whatever [`Model::visit`] and [`Model::probe_outputs`] return, [`Error::Shape`] for a parameter whose
    /// shape does not fit its values or a data set that does not fit a built-in model, [`Error::Invalid`] if the
    /// parameters are not those of the epochs before or the replay was opened to read, [`Error::Vanished`] if the file, or
    /// its folder, was removed, renamed or replaced, [`Error::Io`] if writing fails.
    /// The file is then cut back to the epochs before, where anything was written, and the call can be repeated. [`Error::Poisoned`], now and for
    /// every further epoch that is to be recorded, if the file could not be cut
    /// back after an earlier error, or the disk does not confirm what it was asked to: then the epoch is in the file,
    /// but may not have reached the disk. What was recorded can still be read.
    pub fn record<M: Model + ?Sized>(&mut self, model: &M, metrics: impl Into<Metrics>) -> Result<u64> {
        let recorder = self.recorder()?;
        recorder.options.check()?;
        let (epoch, is_taken) = recorder.schedule.epoch(&recorder.options);
        if is_taken {
            self.append_in_time((epoch.into(), metrics.into()), model, ran(epoch.into(), model))?;
        }
        Ok(epoch)
    }

    /// Appends the model's parameters as they are at a moment, and returns whether they were recorded.
    ///
    /// [`ReplayOptions`](crate::ReplayOptions) may leave a step out. The end of an epoch that is given by its number is recorded whatever they say.
    ///
    /// `record_at(100, ..)` is the end of epoch 100, and the next [`record`](Self::record) is epoch 101.
    /// `record_at((7, 20), ..)` is within epoch 7, after 20 of its mini-batches, and the next `record` is its end; steps
    /// count from 1 in every epoch. What is promised of epochs is promised of steps: [`steps`](Self::steps) lists them.
    ///
    /// A run that was killed within an epoch, and after [`append`](Self::append) repeats it from its beginning, meets
    /// steps that were recorded before. They stay as they were recorded, and this returns `false` for them.
    ///
    /// ```
    /// # use training_replay::{Dense, Metrics, Replay, Sequential};
    /// # let model = Sequential::builder(2).layer(Dense::new(1)).build(1)?;
    /// let mut replay = Replay::options().in_memory();
    /// assert!(replay.record_at(100, &model, Metrics::new())?);
    /// assert!(replay.record_at((101, 20), &model, [("loss", 0.3)])?); // a step of the next epoch
    /// assert_eq!(replay.record(&model, Metrics::new())?, 101); // its end
    /// assert_eq!(replay.epochs().collect::<Vec<_>>(), [100, 101]);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`record`](Self::record), and [`Error::Invalid`] for a moment that is not later than the last recorded one, for
    /// step 0, and for a step of epoch 0, which is the model before training.
    pub fn record_at<M>(&mut self, moment: impl Into<Moment>, model: &M, metrics: impl Into<Metrics>) -> Result<bool>
    where
        M: Model + ?Sized,
    {
        let moment = moment.into();
        self.append_if_taken((moment, metrics.into()), model, ran(moment, model))
    }

    /// Records a moment unless the options leave it out, or it was recorded before.
    pub(super) fn append_if_taken<M: Model + ?Sized>(
        &mut self,
        (moment, metrics): (Moment, Metrics),
        model: &M,
        probe: impl FnOnce(&Self, Option<&Description>) -> Result<Option<Probe>>,
    ) -> Result<bool> {
        let last = self.index.last();
        let recorder = self.recorder()?;
        recorder.options.check()?;
        if !recorder.schedule.takes(moment, last, &recorder.options)? {
            return Ok(false);
        }
        if moment.step().is_some() {
            return self.append_in_time((moment, metrics), model, probe);
        }
        self.append_snapshot((moment, metrics), model, probe).map(|()| true)
    }

    /// Records a snapshot if there is time for it, and returns whether it was.
    fn append_in_time<M: Model + ?Sized>(
        &mut self,
        (moment, metrics): (Moment, Metrics),
        model: &M,
        probe: impl FnOnce(&Self, Option<&Description>) -> Result<Option<Probe>>,
    ) -> Result<bool> {
        let (began, last) = (host::now(), self.index.last());
        let recorder = self.recorder()?;
        if !recorder.budget.allows(began) {
            expect_later(moment, last)?;
            recorder.left_out.push(moment);
            recorder.schedule.passed(moment); // The numbers of epochs are those without a budget.
            return Ok(false);
        }
        self.append_snapshot((moment, metrics), model, probe)?;
        self.recorder()?.budget.spend(began, host::now());
        Ok(true)
    }

    /// Marks the recording as complete and waits until the disk has it, unless its [`Durability`] says never.
    ///
    /// From then on it is open to read, and another recorder may append to it (on Windows when it is dropped). A recording
    /// that is dropped without this loses nothing, but does not say that the run came to its end.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] if nothing was recorded or the replay was opened to read, [`Error::Io`] if writing fails,
    /// [`Error::Poisoned`] if it failed before, [`Error::Vanished`] if the file, or its folder, was removed, renamed or
    /// replaced.
    pub fn finish(&mut self) -> Result<()> {
        let ReplayOptions { durability, locking, .. } = self.recorder()?.options;
        if self.index.manifest.is_none() {
            return Err(Error::invalid("the number of recorded epochs", "1 or more to finish", 0));
        }
        self.expect_place(Duration::ZERO)?;
        self.note_left_out()?;
        let end = self.log.append(Kind::End, Moment::default(), Vec::new(), |_| Ok(()))?;
        if durability != Durability::Never {
            self.sync()?;
        }
        self.index.take(end)?;
        self.recorder = None;
        if locking.is_some() { self.log.unlock() } else { Ok(()) }
    }

    /// Fails if the file that is being recorded has no name any more, or, if that was looked up as long ago, not its own.
    fn expect_place(&mut self, ago: Duration) -> Result<()> {
        // One that is to take the place of another cannot do so without its name.
        let Some(Recorder { replacement: None, place: Some(place), looked, .. }) = &mut self.recorder else {
            return Ok(());
        };
        let now = host::now();
        let due = now.zip(*looked).is_none_or(|(now, looked)| now.duration_since(looked) >= ago);
        self.log.expect_named(due.then_some(place))?;
        if due {
            *looked = now;
        }
        Ok(())
    }

    /// Records a snapshot; the next [`record`](Self::record) is of the epoch behind it, or that it is within.
    pub(super) fn append_snapshot<M: Model + ?Sized>(
        &mut self,
        (moment, metrics): (Moment, Metrics),
        model: &M,
        probe: impl FnOnce(&Self, Option<&Description>) -> Result<Option<Probe>>,
    ) -> Result<()> {
        expect_later(moment, self.index.last())?;
        self.check_metrics(moment, &metrics)?;
        let description = model.description();
        let rename = self.recorder()?.options.rename.clone();
        let parameters = Parameters::of(model, description.as_ref(), rename);
        let mut first = self.first_manifest(&parameters)?;
        let looks = first.is_none() && self.recorder()?.looks_at_left_out(moment);
        let parameters = parameters.leaving_out(first.as_ref().or(self.index.manifest.as_ref()), looks);
        let probe = probe(self, description.as_ref())?;
        if let (Some(manifest), Some(recorder)) = (&mut first, &self.recorder) {
            let asked_for = recorder.options.probe.given().is_some();
            manifest.probe = recorder.probe.clone().filter(|_| probe.is_some() || asked_for);
        }
        self.write(first, (moment, model.training_state()), (&metrics, probe.as_ref()), &parameters)?;
        let recorder = self.recorder()?;
        recorder.schedule.passed(moment);
        recorder.left_out.close();
        self.confirm()
    }

    fn check_metrics(&self, moment: Moment, metrics: &Metrics) -> Result<()> {
        let timeline = self.index.timeline(moment);
        if !timeline.has_room(metrics) {
            let expected = format!("at most {MAX_METRICS} in a recording");
            return Err(Error::invalid("the number of different metrics", expected, timeline.names_with(metrics)));
        }
        match metrics.iter().map(|(name, _)| name.len()).find(|&length| length > LONGEST_NAME) {
            Some(length) => {
                let expected = format!("at most {LONGEST_NAME} bytes");
                Err(Error::invalid("the name of a metric", expected, format!("{length} bytes")))
            }
            None => Ok(()),
        }
    }

    pub(super) fn recorder(&mut self) -> Result<&mut Recorder> {
        let expected = "made by `create`, `in_memory` or `append` to record";
        self.recorder.as_mut().ok_or_else(|| Error::invalid("the replay", expected, "opened to read"))
    }

    /// The manifest to write before the first epoch; none before any other.
    fn first_manifest<M: Model + ?Sized>(&mut self, parameters: &Parameters<'_, M>) -> Result<Option<Manifest>> {
        if self.index.manifest.is_some() {
            return Ok(None);
        }
        self.expect_data_fit(parameters.description())?;
        let mut manifest = parameters.chosen(self.recorder.as_ref().map(|recorder| &recorder.options.choice))?;
        if let Some(recorder) = &self.recorder {
            manifest.description = manifest.description.or_else(|| recorder.options.description.clone());
            manifest.loss = recorder.options.loss;
            manifest.own_loss.clone_from(&recorder.options.own_loss);
            manifest.notes.clone_from(&recorder.options.notes);
            manifest.ancestor.clone_from(&recorder.options.parent);
        }
        manifest.shared = self.share()?;
        manifest.data_records = if self.dataset.get().is_some() && manifest.shared.is_none() { 2 } else { 0 };
        manifest.data_names = manifest.shared.as_ref().map_or_else(|| self.data_names(), |shared| shared.names.clone());
        Ok(Some(manifest))
    }

    /// Writes a snapshot, and before the first one what all of them share: all of it or nothing.
    fn write<M: Model + ?Sized>(
        &mut self,
        first: Option<Manifest>,
        (moment, state): (Moment, Option<&dyn Model>),
        meta: (&Metrics, Option<&Probe>),
        parameters: &Parameters<'_, M>,
    ) -> Result<()> {
        self.expect_place(LOOK)?;
        let mark = self.log.position();
        let sets = self.dataset.get().map(|data| ("", data)).into_iter().chain(self.others.at_hand());
        let before = first.as_ref().map_or(Ok(Vec::new()), |manifest| write_shared(&mut self.log, manifest, sets));
        let written = before.and_then(|mut records| {
            let manifest = first.as_ref().or(self.index.manifest.as_ref());
            let manifest =
                manifest.ok_or_else(|| Error::missing("description of its parameters", "record one first"))?;
            records.extend(state.map(|state| write_state(&mut self.log, moment, state)).transpose()?);
            let compressor = self.recorder.as_mut().map_or(Ok(None), Recorder::compressor)?;
            records.push(match compressor {
                Some(compressor) => write_compressed(&mut self.log, (manifest, compressor), moment, meta, parameters)?,
                None => write_snapshot(&mut self.log, manifest, moment, meta, parameters)?,
            });
            Ok(records)
        });
        let placed = written.and_then(|records| self.take_place().map(|()| records));
        let records = placed.inspect_err(|_| self.log.rewind(mark))?;
        if let Some(compressor) = self.recorder.as_mut().and_then(|recorder| recorder.compressor.as_mut()) {
            compressor.keep();
        }
        records.into_iter().try_for_each(|record| self.index.take(record))
    }

    /// Replaces the old recording, if there is one to replace, as soon as the disk has the new one.
    fn take_place(&mut self) -> Result<()> {
        let Some(recorder) = &mut self.recorder else { return Ok(()) };
        let Some(replacement) = &recorder.replacement else { return Ok(()) };
        if recorder.options.durability != Durability::Never {
            self.log.sync(Ok(()))?;
        }
        replacement.take_place()?;
        recorder.replacement = None;
        Ok(())
    }

    /// Counts a recorded snapshot, and waits for the disk where it is time to.
    fn confirm(&mut self) -> Result<()> {
        let recorder = self.recorder()?;
        recorder.unconfirmed += 1;
        recorder.recorded += 1;
        match recorder.options.durability {
            Durability::Every(n) if recorder.unconfirmed >= n => {
                recorder.unconfirmed = 0;
                self.sync()
            }
            _ => Ok(()),
        }
    }

    /// Waits until the disk has the file and its name.
    fn sync(&mut self) -> Result<()> {
        self.log.sync(Ok(()))?;
        if let Some(path) = self.path() {
            file::disk::sync_folder(path);
        }
        Ok(())
    }
}

/// Writes what all snapshots share.
pub(super) fn write_shared<'a>(
    log: &mut Log,
    manifest: &Manifest,
    sets: impl IntoIterator<Item = (&'a str, &'a Dataset)>,
) -> Result<Vec<Record>> {
    let mut records = vec![log.append(Kind::Model, Moment::default(), manifest.encode()?, |_| Ok(()))?];
    if let Some(shared) = &manifest.shared {
        // Room for their numbers, where a copy holds them.
        log.go_on_with(log.next_sequence() + shared.matrices.len() as u64);
        return Ok(records);
    }
    for (set, data) in sets {
        records.extend(write_data(log, set, data)?);
    }
    Ok(records)
}

/// Writes the state of training at a moment: a model beside the model, whose arrays may be others at every moment.
fn write_state(log: &mut Log, moment: Moment, state: &dyn Model) -> Result<Record> {
    let description = state.description();
    let arrays = Parameters::of(state, description.as_ref(), None);
    let manifest = Manifest::new(arrays.specs()?, description.clone())?;
    log.append(Kind::TrainingState, moment, manifest.encode()?, |writer| {
        let mut values = WeightsWriter::new(writer, &manifest, None);
        arrays.visit(&mut values)?;
        values.finish()
    })
}

/// Writes one snapshot; into a file of format 1.0 as that is.
fn write_snapshot<M: Model + ?Sized>(
    log: &mut Log,
    manifest: &Manifest,
    moment: Moment,
    (metrics, probe): (&Metrics, Option<&Probe>),
    parameters: &Parameters<'_, M>,
) -> Result<Record> {
    let mut meta = encode_metrics(metrics);
    let checksums = (log.preamble().minor > 0).then(|| {
        storage::put_probe(probe, &mut meta);
        Checksums::reserve(manifest.parameters().len(), &mut meta)
    });
    log.append(Kind::Epoch, moment, meta, |writer| {
        let mut weights = WeightsWriter::new(writer, manifest, checksums);
        parameters.visit(&mut weights)?;
        weights.finish()?;
        // Later than names and shapes, which say more about a model that is another one.
        manifest.expect_description(parameters.description())
    })
}

/// Writes one snapshot, compressed.
fn write_compressed<M: Model + ?Sized>(
    log: &mut Log,
    (manifest, compressor): (&Manifest, &mut Compressor),
    moment: Moment,
    (metrics, probe): (&Metrics, Option<&Probe>),
    parameters: &Parameters<'_, M>,
) -> Result<Record> {
    let mut meta = encode_metrics(metrics);
    storage::put_probe(probe, &mut meta);
    compressor.begin(manifest, Reference { sequence: log.next_sequence(), moment }, &mut meta);
    log.append(Kind::CompressedEpoch, moment, meta, |writer| {
        let mut weights = CompressedWriter::new(writer, manifest, compressor);
        parameters.visit(&mut weights)?;
        weights.finish()?;
        manifest.expect_description(parameters.description())
    })
}

/// Writes a data set; that of no name is the training set.
pub(super) fn write_data(log: &mut Log, set: &str, data: &Dataset) -> Result<[Record; 2]> {
    let kind = if set.is_empty() { Kind::Data } else { Kind::NamedData };
    let mut write = |name: &str, matrix: &Matrix| {
        let meta = storage::matrix_spec(set, name, matrix).encode()?;
        log.append(kind, Moment::default(), meta, |writer| storage::write_matrix(writer, matrix))
    };
    let inputs = write("inputs", data.inputs())?;
    let targets = match data.targets() {
        Targets::Numbers(numbers) => write("targets", numbers)?,
        Targets::Labels(labels) => {
            let meta = storage::labels_spec(set, "targets", labels).encode()?;
            log.append(kind, Moment::default(), meta, |writer| storage::write_labels(writer, labels))?
        }
    };
    Ok([inputs, targets])
}

//! The recording: a log of a model's weights, one snapshot an epoch, written in a training loop and queried at any
//! time, by any process.

mod distributions;
mod index;
mod open;
mod options;
mod record;
mod run;
mod run_questions;
mod runs;
mod snapshot;
mod steps;
#[cfg(test)]
mod survival;
mod timeline;

use std::{
    fmt, io,
    path::{Path, PathBuf},
    sync::OnceLock,
};

use index::Index;
pub use options::{Durability, ReplayOptions};
use record::Recorder;
pub use run::Run;
pub use runs::Runs;
pub use snapshot::Snapshot;
use timeline::Location;

use crate::{
    Dataset, Description, Error, Forward, Loss, Matrix, Metrics, Result, Sequential, Weights,
    math::matrix,
    storage::{self, Damage, Log, Manifest, Moment},
};

/// A recording: the log of a model's weights, one snapshot an epoch.
///
/// The same type writes and reads: what [`record`](Self::record) has taken can be queried at once. Epoch 0 is the
/// model before training. Epoch numbers increase strictly; gaps are allowed and stay gaps.
///
/// Memory holds the data set, the logged metrics and one epoch at a time, however long the run is.
///
/// ```
/// use training_replay::{Activation, Dense, Loss, Metrics, Optimizer, Replay, Sequential, Trainer, datasets};
///
/// let data = datasets::parabola(200, 13);
/// let mut model = Sequential::builder(2)
///     .layer(Dense::new(2).name("hidden").activation(Activation::Tanh))
///     .layer(Dense::new(1).name("output").activation(Activation::Sigmoid))
///     .build(42)?;
/// let mut trainer = Trainer::new(Loss::BinaryCrossEntropy, Optimizer::sgd(0.05)).batch_size(16);
///
/// let mut replay = Replay::options().dataset(&data).in_memory();
/// replay.record(&model, Metrics::new())?; // epoch 0: before training
/// for _ in 0..3 {
///     let metrics = trainer.epoch(&mut model, &data)?;
///     replay.record(&model, metrics)?;
/// }
/// assert_eq!(replay.epochs().collect::<Vec<_>>(), [0, 1, 2, 3]);
/// assert_eq!(replay.curve("loss").map(|curve| curve.len()), Some(3)); // nothing was logged at epoch 0
/// assert_eq!(replay.curve("recall"), None);
/// assert_eq!(replay.at(3)?.model(), &model);
/// # Ok::<(), training_replay::Error>(())
/// ```
pub struct Replay {
    log: Log,
    origin: Origin,
    index: Index,
    torn_bytes: u64,
    /// Read from the file when it is first asked for.
    dataset: OnceLock<Dataset>,
    /// `None` where the recording was opened to read.
    recorder: Option<Recorder>,
}

impl Replay {
    /// Begins to set up a recording.
    pub fn options() -> ReplayOptions {
        ReplayOptions::default()
    }

    /// Begins a recording of a model that is trained on `data`, in a file that does not exist yet:
    /// `Replay::options().dataset(data).create(path)`.
    ///
    /// # Errors
    ///
    /// As [`ReplayOptions::create`].
    pub fn create(path: impl AsRef<Path>, data: &Dataset) -> Result<Self> {
        Self::options().dataset(data).create(path)
    }

    /// The numbers of the recorded epochs, in increasing order.
    pub fn epochs(&self) -> impl ExactSizeIterator<Item = u64> + '_ {
        self.index.epochs.moments().map(|moment| moment.epoch)
    }

    /// Epochs and values of a metric as they were logged; `None`, never zeros, for a metric that was not.
    ///
    /// ```
    /// # use training_replay::{Dense, Metrics, Replay, Sequential};
    /// # let model = Sequential::builder(2).layer(Dense::new(1)).build(1)?;
    /// let mut replay = Replay::options().in_memory();
    /// replay.record(&model, Metrics::new())?;
    /// replay.record(&model, [("loss", 0.4)])?;
    /// replay.record(&model, [("loss", 0.3)])?;
    /// assert_eq!(replay.curve("loss"), Some(vec![(1, 0.4), (2, 0.3)])); // not logged at epoch 0
    /// assert_eq!(replay.curve("recall"), None);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    pub fn curve(&self, metric: &str) -> Option<Vec<(u64, f64)>> {
        let points = self.index.epochs.curve(metric)?;
        Some(points.map(|(moment, value)| (moment.epoch, value)).collect())
    }

    /// The names of the metrics that epochs logged, in the order they first appeared.
    pub fn metric_names(&self) -> impl ExactSizeIterator<Item = &str> {
        self.index.epochs.metric_names()
    }

    /// What was logged at one epoch.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownEpoch`] if the epoch was not recorded, [`Error::Corrupted`] if what it logged is damaged, or a
    /// damaged record lies where the epoch would be.
    pub fn metrics(&self, epoch: u64) -> Result<Metrics> {
        self.metrics_at(epoch.into())
    }

    /// All parameters as they were at one epoch, bit for bit.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownEpoch`] if the epoch was not recorded, [`Error::Corrupted`] if its weights are damaged, or a
    /// damaged record lies where the epoch would be, [`Error::Io`] if the file cannot be read.
    pub fn weights(&self, epoch: u64) -> Result<Weights> {
        self.weights_at(epoch.into())
    }

    /// [`weights`](Self::weights) into weights that are there already: those of another epoch, whose memory they take
    /// over.
    ///
    /// ```
    /// # use training_replay::{Dense, Metrics, Replay, Sequential, Weights};
    /// # let model = Sequential::builder(2).layer(Dense::new(1)).build(1)?;
    /// # let mut replay = Replay::options().in_memory();
    /// # replay.record(&model, Metrics::new())?;
    /// let mut weights = Weights::default();
    /// for epoch in replay.epochs() {
    ///     replay.weights_into(epoch, &mut weights)?; // a large model is given memory once
    ///     assert_eq!(weights, replay.weights(epoch)?);
    /// }
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`weights`](Self::weights); none are left then.
    pub fn weights_into(&self, epoch: u64, weights: &mut Weights) -> Result<()> {
        self.read_weights(epoch.into(), weights)
    }

    /// What the recorded model says of itself, if it does.
    pub fn description(&self) -> Option<&Description> {
        self.index.manifest.as_ref()?.description.as_ref()
    }

    /// The loss the model was trained with, if it was noted.
    pub fn loss(&self) -> Option<Loss> {
        self.index.manifest.as_ref()?.loss
    }

    /// The user's notes, in the order they were given.
    pub fn metadata(&self) -> impl ExactSizeIterator<Item = (&str, &str)> {
        let notes = self.index.manifest.as_ref().map_or(&[][..], |manifest| &manifest.metadata);
        notes.iter().map(|(key, value)| (key.as_str(), value.as_str()))
    }

    /// Whether the recorder came to its [`finish`](Self::finish); false while it is at work, and after a crash.
    pub fn is_finished(&self) -> bool {
        self.index.finished
    }

    /// The parts of the file that are not what was written, as far as opening it told. Damaged weights and data are an
    /// error when they are read; [`check_integrity`](Self::check_integrity) reads them all.
    pub fn damage(&self) -> &[Damage] {
        &self.index.damage
    }

    /// Reads the whole recording, compares every checksum, and lists all damage: [`damage`](Self::damage), and the
    /// epochs, steps and data whose bytes are not what was written.
    ///
    /// ```
    /// # use training_replay::{Dense, Metrics, Replay, Sequential};
    /// # let model = Sequential::builder(2).layer(Dense::new(1)).build(1)?;
    /// let mut replay = Replay::options().in_memory();
    /// replay.record(&model, Metrics::new())?;
    /// replay.record(&model, Metrics::new())?;
    /// let mut bytes = Vec::new();
    /// replay.write_to(&mut bytes)?;
    /// let weights_of_epoch_0 = bytes.len() - 320; // before the 192 bytes of epoch 1
    /// bytes[weights_of_epoch_0] ^= 1;
    /// let damage = Replay::from_bytes(bytes)?.check_integrity()?;
    /// assert_eq!(damage.len(), 1);
    /// assert_eq!(damage[0].reason, "epoch 0 is corrupted: its checksum does not agree");
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Io`] if the file cannot be read.
    pub fn check_integrity(&self) -> Result<Vec<Damage>> {
        let mut damage = self.index.damage.clone();
        for (what, place) in self.index.places() {
            match self.source(what, place).finish() {
                Err(Error::Corrupted { what, reason, .. }) => {
                    damage.push(Damage::new(place.offset..place.data.end, format!("{what} is corrupted: {reason}")));
                }
                read => read?,
            }
        }
        damage.sort_by_key(|damage| damage.bytes.start);
        Ok(damage)
    }

    /// How many bytes lay behind the last whole record when the file was opened or refreshed: what a killed recorder
    /// left unfinished, or one at work is just writing. [`append`](Self::append) has cut them off.
    pub fn torn_bytes(&self) -> u64 {
        self.torn_bytes
    }

    /// The file, unless the recording is in memory.
    pub fn path(&self) -> Option<&Path> {
        match &self.origin {
            Origin::File(path) => Some(path),
            Origin::Memory => None,
        }
    }

    /// The data that snapshots are replayed on: the recorded set, or the one of [`with_dataset`](Self::with_dataset).
    ///
    /// # Errors
    ///
    /// [`Error::Missing`] if there is none, [`Error::Corrupted`] or [`Error::Io`] if it cannot be read.
    pub fn dataset(&self) -> Result<&Dataset> {
        match self.dataset.get() {
            Some(data) => Ok(data),
            None => {
                let data = self.read_dataset()?;
                Ok(self.dataset.get_or_init(|| data))
            }
        }
    }

    /// Replays on other data than the recorded: a validation set, or data that was not recorded at all.
    ///
    /// ```
    /// # use training_replay::{Dense, Metrics, Replay, Sequential, datasets};
    /// # let model = Sequential::builder(2).layer(Dense::new(1)).build(1)?;
    /// let mut replay = Replay::options().in_memory(); // without data
    /// replay.record(&model, Metrics::new())?;
    /// let replay = replay.with_dataset(&datasets::moons(50, 0.1, 7))?;
    /// assert_eq!(replay.at(0)?.outputs()?.nrows(), 50);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Shape`] if a built-in network was recorded that takes another number of features or gives another
    /// number of outputs, [`Error::Invalid`] if the recording has yet to store its own.
    pub fn with_dataset(mut self, data: &Dataset) -> Result<Self> {
        if self.index.manifest.is_none() {
            let expected = "given to `Replay::options().dataset` as long as nothing is recorded";
            return Err(Error::invalid("the data set", expected, "given to `with_dataset`"));
        }
        expect_fit(self.description(), data)?;
        self.dataset = OnceLock::from(data.clone());
        Ok(self)
    }

    /// The built-in model as of `epoch`.
    ///
    /// # Errors
    ///
    /// As [`weights`](Self::weights), and [`Error::Missing`] if the recorded model is no built-in network: then
    /// [`at_with`](Self::at_with) takes one.
    pub fn at(&self, epoch: u64) -> Result<Snapshot<'_, Sequential>> {
        self.restore(epoch.into())
    }

    /// Any other model as of `epoch`: `model` with the recorded weights.
    ///
    /// # Errors
    ///
    /// As [`weights`](Self::weights), and whatever the model's `with_weights` says of them.
    pub fn at_with<M: Forward>(&self, epoch: u64, model: &M) -> Result<Snapshot<'_, M>> {
        self.restore_with(epoch.into(), model)
    }

    /// The built-in model at every recorded epoch, one after the other; a damaged one is an error and the next one
    /// follows.
    pub fn snapshots(&self) -> impl Iterator<Item = Result<Snapshot<'_, Sequential>>> + '_ {
        self.epochs().map(|epoch| self.at(epoch))
    }

    /// Any other model at every recorded epoch, one after the other.
    pub fn snapshots_with<M: Forward>(&self, model: &M) -> impl Iterator<Item = Result<Snapshot<'_, M>>> {
        self.epochs().map(move |epoch| self.at_with(epoch, model))
    }

    /// Writes the recording, as far as it is whole, to anything that takes bytes: one made in memory to a file, say.
    ///
    /// # Errors
    ///
    /// [`Error::Io`] if reading or writing fails.
    pub fn write_to(&self, mut writer: impl io::Write) -> Result<()> {
        let failed = |source| Error::io("copying the recording", source);
        self.log.copy_to(|bytes| writer.write_all(bytes).map_err(failed))?;
        writer.flush().map_err(failed)
    }

    fn metrics_at(&self, moment: Moment) -> Result<Metrics> {
        let found = self.index.at(moment)?;
        if found.metrics_lost {
            return Err(Error::corrupted(format!("what {moment} logged"), found.place.offset, "it cannot be read"));
        }
        Ok(self.index.series(moment).metrics(moment))
    }

    fn weights_at(&self, moment: Moment) -> Result<Weights> {
        let mut weights = Weights::default();
        self.read_weights(moment, &mut weights)?;
        Ok(weights)
    }

    fn read_weights(&self, moment: Moment, weights: &mut Weights) -> Result<()> {
        let place = &self.index.at(moment)?.place;
        let specs = self.index.manifest.as_ref().map_or(&[][..], Manifest::parameters);
        storage::read_weights(self.source(moment.to_string(), place), specs, weights)
    }

    fn restore(&self, moment: Moment) -> Result<Snapshot<'_, Sequential>> {
        let weights = self.weights_at(moment)?;
        let hint = "pass a model to `at_with`";
        let description = self.description().ok_or_else(|| Error::missing("description of its model", hint))?;
        Ok(Snapshot::new(self, moment, Sequential::restore(description, &weights)?))
    }

    fn restore_with<M: Forward>(&self, moment: Moment, model: &M) -> Result<Snapshot<'_, M>> {
        Ok(Snapshot::new(self, moment, model.with_weights(&self.weights_at(moment)?)?))
    }

    fn read_dataset(&self) -> Result<Dataset> {
        Dataset::new(self.read_matrix("inputs")?, self.read_matrix("targets")?)
    }

    fn read_matrix(&self, name: &str) -> Result<Matrix> {
        let found = self.index.data.iter().find(|(spec, _)| spec.name() == name);
        let Some((spec, place)) = found else {
            let recorded = self.index.manifest.as_ref().is_some_and(|manifest| manifest.data_records > 0);
            return Err(if recorded {
                Error::missing(format!("readable {name}"), "their record is damaged, see `damage`")
            } else {
                Error::missing("data set", "supply one by `with_dataset`")
            });
        };
        storage::read_matrix(self.source(format!("the data set's {name}"), place), spec)
    }

    fn source(&self, what: String, place: &Location) -> storage::RecordReader<'_> {
        self.log.reader(what, place.data.clone(), place.offset, place.crc)
    }
}

/// Fails if a built-in network is described that does not fit the data.
fn expect_fit(description: Option<&Description>, data: &Dataset) -> Result<()> {
    let Some(Ok(model)) = description.map(Sequential::architecture_of) else { return Ok(()) };
    matrix::expect_columns("inputs", data.inputs(), model.inputs())?;
    matrix::expect_columns("targets", data.targets(), model.outputs())
}

impl fmt::Debug for Replay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Replay")
            .field("origin", &self.origin)
            .field("epochs", &self.index.epochs.len())
            .field("finished", &self.index.finished)
            .field("recording", &self.recorder.is_some())
            .finish_non_exhaustive()
    }
}

/// Where a recording is, as errors call it.
#[derive(Clone, Debug)]
enum Origin {
    File(PathBuf),
    Memory,
}

impl Origin {
    fn path(&self) -> PathBuf {
        match self {
            Self::File(path) => path.clone(),
            Self::Memory => PathBuf::from("<memory>"),
        }
    }
}

//! The recording: a log of a model's weights, one snapshot an epoch, written in a training loop and queried at any
//! time, by any process.

// What a recorder needs, and what a reader keeps of the file.
mod budget;
mod choice;
mod confidence;
mod data_sets;
mod elsewhere;
mod given;
mod holder;
mod index;
mod left_out_moments;
mod one_vs_rest;
mod options;
mod parameters;
mod parent;
mod pattern;
mod places;
mod probe_inputs;
mod progress;
mod recorder;
mod rename;
mod replacement;
mod restored;
mod schedule;
mod share;
mod sharing;
mod steps;
mod timeline;

// What a recording can do, in the order of its life: the documentation lists the methods in this order.
mod create;
mod notes;
mod only_parameters;
mod packed;
mod whole;

mod record;

mod probe;

mod background;
mod background_line;
mod copier;
mod ring_writer;
mod snapshot_copy;
mod step_ring;

mod append;

mod append_after;

mod open;

mod run;
mod run_data;

mod readable;

mod run_map;

mod recorded_parameter;
mod recorded_weights;
mod weight_milestones;
mod weights;

mod base;
mod left_out_parameter;

mod training;

mod chain;
mod compression;
mod expanded;

mod fork;

mod data;
mod shared_data;

mod integrity;

mod diff;

// What is asked of an epoch, of a run, of many runs.
mod diagnose;
mod distributions;
mod learning_rates;
mod prediction_depth;
mod predictions;
mod run_files;
mod run_groups;
mod run_influence;
mod run_landscape;
mod run_layers;
mod run_names;
mod run_questions;
mod run_sharpness;
mod runs;
mod snapshot;
mod steps_rule;
mod train_again;
mod verify;

#[cfg(test)]
mod survival;
#[cfg(test)]
mod survival_in_background;
#[cfg(test)]
mod survival_of_power;
#[cfg(all(test, unix))]
mod survival_of_power_between_files;

use std::{
    fmt, io,
    path::{self, Path, PathBuf},
    sync::OnceLock,
};

pub use append_after::Later;
pub use background::BackgroundRecorder;
pub use base::Base;
pub use confidence::Confidence;
use data_sets::OtherData;
use elsewhere::Elsewhere;
use expanded::Expanded;
pub use fork::Fork;
use given::Given;
use index::Index;
pub use left_out_moments::LeftOutMoments;
pub use left_out_parameter::LeftOutParameter;
pub use notes::RecordedNotes;
pub use one_vs_rest::OneVsRest;
pub use options::{Durability, ReplayOptions};
pub use parent::Parent;
pub use probe::{RecordedOutputs, RecordedProbe};
pub use recorded_parameter::RecordedParameter;
pub use recorded_weights::RecordedWeights;
use recorder::Recorder;
pub use run::Run;
pub use run_groups::{RunGroup, RunGroups};
pub use runs::Runs;
pub use shared_data::SharedData;
pub use snapshot::Snapshot;
pub use step_ring::{Alarm, AlarmCause, StepRing};
pub use steps::Steps;
use timeline::Location;
pub use training::{RecordedState, RecordedTraining};

use crate::{
    Dataset, Description, Error, Loss, Moment, Result,
    storage::{self, Log},
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
    /// The data sets beside it.
    others: OtherData,
    /// The file that holds all of these, if it is another one.
    elsewhere: Elsewhere<Replay>,
    /// What was read of compressed snapshots.
    expanded: Expanded,
    /// The parameters that the recording leaves out.
    base: Option<Given>,
    /// `None` where the recording was opened to read.
    recorder: Option<Recorder>,
}

impl Replay {
    /// Returns the settings of a new recording, to be chosen before it begins.
    ///
    /// ```
    /// # use training_replay::{Dense, Metrics, Replay, Sequential};
    /// # let model = Sequential::builder(2).layer(Dense::new(1)).build(1)?;
    /// let mut replay = Replay::options().every(10).metadata("seed", "1").in_memory();
    /// replay.record(&model, Metrics::new())?;
    /// assert_eq!(replay.metadata().next(), Some(("seed", "1")));
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    pub fn options() -> ReplayOptions {
        ReplayOptions::default()
    }

    /// Returns the numbers of the recorded epochs, in increasing order.
    ///
    /// ```
    /// # use training_replay::{Dense, Metrics, Replay, Sequential};
    /// # let model = Sequential::builder(2).layer(Dense::new(1)).build(1)?;
    /// let mut replay = Replay::options().in_memory();
    /// replay.record(&model, Metrics::new())?;
    /// replay.record_at(5, &model, Metrics::new())?; // gaps stay gaps
    /// assert_eq!(replay.epochs().collect::<Vec<_>>(), [0, 5]);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    pub fn epochs(&self) -> impl ExactSizeIterator<Item = u64> + '_ {
        self.index.epochs.moments().map(Moment::epoch)
    }

    /// Returns what was recorded within epochs.
    pub fn steps(&self) -> Steps<'_> {
        Steps::new(&self.index.steps)
    }

    /// Returns the epochs and values of a metric as they were logged, or `None` if it never was.
    ///
    /// Epochs that did not log it are left out: no zero ever stands for a missing value.
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
        Some(points.map(|(moment, value)| (moment.epoch(), value)).collect())
    }

    /// Returns the names of the metrics that epochs logged, in the order they first appeared.
    ///
    /// ```
    /// # use training_replay::{Dense, Metrics, Replay, Sequential};
    /// # let model = Sequential::builder(2).layer(Dense::new(1)).build(1)?;
    /// let mut replay = Replay::options().in_memory();
    /// replay.record(&model, [("loss", 0.7)])?;
    /// replay.record(&model, [("loss", 0.6), ("accuracy", 0.8)])?;
    /// assert_eq!(replay.metric_names().collect::<Vec<_>>(), ["loss", "accuracy"]);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    pub fn metric_names(&self) -> impl ExactSizeIterator<Item = &str> {
        self.index.epochs.metric_names()
    }

    /// Returns the recorded model's description of itself, if it gave one.
    ///
    /// ```
    /// # use training_replay::{Dense, Metrics, Replay, Sequential};
    /// # let model = Sequential::builder(2).layer(Dense::new(1)).build(1)?;
    /// let mut replay = Replay::options().in_memory();
    /// replay.record(&model, Metrics::new())?;
    /// let description = replay.description().expect("built-in networks describe themselves");
    /// let rebuilt = Sequential::from_description(description)?; // without the recorded weights
    /// assert_eq!(rebuilt.architecture(), model.architecture());
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    pub fn description(&self) -> Option<&Description> {
        self.index.manifest.as_ref()?.description.as_ref()
    }

    /// Returns the loss that the model was trained with, if it was noted.
    pub fn loss(&self) -> Option<Loss> {
        self.index.manifest.as_ref()?.loss
    }

    /// What the model's own loss is called, if that was noted.
    pub(crate) fn own_loss(&self) -> Option<&str> {
        self.index.manifest.as_ref()?.own_loss.as_deref()
    }

    /// The same where a question is about this loss.
    pub(crate) fn name_of(&self, loss: Option<Loss>) -> Option<String> {
        self.own_loss().filter(|_| loss == Some(Loss::Own)).map(str::to_owned)
    }

    /// Returns whether the recorder came to its [`finish`](Self::finish).
    ///
    /// It is false while the recorder is at work, and after a crash.
    pub fn is_finished(&self) -> bool {
        self.index.finished
    }

    /// Returns the path of the file, or `None` for a recording in memory.
    pub fn path(&self) -> Option<&Path> {
        match &self.origin {
            Origin::File(path) => Some(path),
            Origin::Memory => None,
        }
    }

    /// Writes the recording to anything that takes bytes, such as a file for one that was made in memory.
    ///
    /// A torn end is left out: what is written is whole records only. A recording whose data lie in
    /// [another file](crate::SharedData) refers to it as before, from the folder that it is put into;
    /// [`SharedData::write_whole_to`] writes the data as well.
    ///
    /// ```
    /// # use training_replay::{Dense, Metrics, Replay, Sequential};
    /// # let model = Sequential::builder(2).layer(Dense::new(1)).build(1)?;
    /// let mut replay = Replay::options().in_memory();
    /// replay.record(&model, Metrics::new())?;
    /// let mut bytes = Vec::new();
    /// replay.write_to(&mut bytes)?;
    /// assert_eq!(Replay::from_bytes(bytes)?.at(0)?.model(), &model);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Io`] if reading or writing fails.
    pub fn write_to(&self, mut writer: impl io::Write) -> Result<()> {
        let failed = |source| Error::io("copying the recording", source);
        self.log.copy_to(|bytes| writer.write_all(bytes).map_err(failed))?;
        writer.flush().map_err(failed)
    }

    fn source(&self, what: String, location: &Location) -> storage::RecordReader<'_> {
        self.log.reader(what, location.data.clone(), location.offset, location.crc)
    }
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

    /// The path as it is from any folder, if there is one.
    fn place(&self) -> Option<PathBuf> {
        match self {
            Self::File(path) => Some(path::absolute(path).unwrap_or_else(|_| path.clone())),
            Self::Memory => None,
        }
    }
}

//! Event files for TensorBoard: the logged metrics as scalars, the weights as histograms.
//!
//! ```text
//! record    the framing of TFRecord, and its checksum
//! message   the few messages of protocol buffers that an event is made of
//! ```
//!
//! No crate is used: `tensorboard-rs` was last kept in 2021, brings `image` 0.23 and `protobuf` 2 and panics where a disk is
//! full; `tfrecord` has no writer of events without a framework's types.

mod message;
mod record;

use std::{
    collections::HashSet,
    io::Write,
    path::{Path, PathBuf},
};

use message::Value;

use super::{exported::Exported, folder, named::name_of};
use crate::{
    Error, Model, Replay, Result, Run, Sequential, Weights,
    analysis::{Caveat, LayerDistribution, LayerFilter},
    file::Whole,
};

/// Tags that have no histogram, and why.
type Odd = Vec<(String, Caveat)>;

/// TensorBoard takes files with `tfevents` in their name; the same name again is the same file.
const FILE: &str = "events.out.tfevents.0.training-replay";

/// As many as PyTorch's writer makes by default where numpy chooses: enough for a shape, little in a file.
const BINS: usize = 30;

/// A recording as an event file of TensorBoard.
///
/// Every logged metric becomes scalars of its name, as the nearest `f32`, which is what a scalar holds; every parameter a
/// histogram `layer/name` for each epoch, with 30 bins of equal width from its smallest to its largest value. The step is the
/// epoch. A recording knows no times: the wall time of an epoch is its number in seconds since 1970, so that "relative" shows
/// epochs as seconds. Metrics of steps within epochs are left out, since their number over the run is not known; the table
/// `metrics` has them. No model is needed.
///
/// ```
/// use training_replay::{Dense, Replay, Sequential, export::TensorBoard};
///
/// # let folder = tempfile::tempdir().expect("a folder");
/// # let folder = folder.path();
/// # let model = Sequential::builder(2).layer(Dense::new(3).name("hidden")).build(1)?;
/// let mut replay = Replay::options().in_memory();
/// replay.record(&model, [("loss", 0.5)])?;
/// let exported = TensorBoard::of(&replay).named("seed 1").write(folder)?; // then: tensorboard --logdir FOLDER
/// assert_eq!(exported.files, [folder.join("seed%201/events.out.tfevents.0.training-replay")]);
/// # Ok::<(), training_replay::Error>(())
/// ```
#[derive(Debug)]
pub struct TensorBoard<'a> {
    run: Run<'a, Sequential>,
    name: Option<String>,
}

impl<'a> TensorBoard<'a> {
    /// Creates it of every recorded epoch of a recording.
    pub fn of(replay: &'a Replay) -> Self {
        Self { run: replay.run_of_weights(), name: None }
    }

    /// Sets the name of the run; without it that of the recording's file, without `.replay`.
    #[must_use]
    pub fn named(self, name: impl Into<String>) -> Self {
        Self { name: Some(name.into()), ..self }
    }

    /// Sets the epochs, in the order of time; without it all that are recorded.
    #[must_use]
    pub fn epochs(self, epochs: impl IntoIterator<Item = u64>) -> Self {
        Self { run: self.run.epochs(epochs), ..self }
    }

    /// Calls a function after each epoch, with their number so far and that of all.
    #[must_use]
    pub fn progress(self, progress: impl FnMut(usize, usize) + Send + 'a) -> Self {
        Self { run: self.run.progress(progress), ..self }
    }

    /// Writes the event file into a folder of the run's name, percent-encoded, within a folder.
    ///
    /// It appears when it is whole, in place of that of an earlier export. Epochs that are damaged, and parameters without a
    /// finite value or with two that are farther apart than the largest number, have no histogram; each is listed in
    /// [`Exported::caveats`], a parameter with the first of its epochs.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] for a name of the run that cannot be a folder's, [`Error::Missing`] for a recording in memory that was
    /// not [named](Self::named), and [`Error::Io`] if the file cannot be written.
    pub fn write(&self, folder: impl AsRef<Path>) -> Result<Exported> {
        let path = self.path(folder.as_ref())?;
        let mut file = Whole::create(&path)?;
        let (mut caveats, mut said) = (Vec::new(), HashSet::new());
        put(&mut file, &path, &message::version())?;
        let skipped = self.run.take_one_by_one(
            |weights, epoch| self.of_epoch(weights, epoch),
            |(events, odd)| {
                let new = odd.into_iter().filter(|(tag, _)| said.insert(tag.clone()));
                caveats.extend(new.map(|(_, caveat)| caveat));
                events.iter().try_for_each(|event| put(&mut file, &path, event))
            },
        )?;
        file.take_place()?;
        if !self.run.replay().steps().is_empty() {
            caveats.push(Caveat::left_out("metrics and weights of steps within epochs", "the table `metrics`"));
        }
        caveats.extend(self.run.replay().caveat_of_base().into_iter().chain(skipped));
        Ok(Exported { files: vec![path], caveats, ..Exported::default() })
    }

    fn path(&self, folder: &Path) -> Result<PathBuf> {
        let name = name_of(self.run.replay(), self.name.as_deref())?;
        Ok(folder::run_folder(folder, &folder::plain_name(&name)?)?.join(FILE))
    }

    /// The events of an epoch, the scalars in one and each histogram in another, and the tags of what has none.
    fn of_epoch(&self, weights: &mut Weights, epoch: u64) -> Result<(Vec<Vec<u8>>, Odd)> {
        let step = i64::try_from(epoch)
            .map_err(|_| Error::invalid("an epoch of an event file", format!("at most {}", i64::MAX), epoch))?;
        let (replay, mut odd) = (self.run.replay(), Vec::new());
        let metrics = replay.metrics(epoch)?;
        let scalars: Vec<Value> = metrics.iter().map(|(name, value)| Value::scalar(name, value as f32)).collect();
        let mut events = vec![message::event(step, &scalars)];
        replay.read_known(epoch.into(), weights)?;
        let histograms = LayerDistribution::each(&weights.parameters()?, &LayerFilter::default(), |row| {
            let tag = format!("{}/{}", row.layer, row.name);
            if !(row.distribution.max - row.distribution.min).is_finite() {
                let remedy = "finite values, no two of them farther apart than the largest number,";
                let caveat =
                    Caveat::left_out(format!("histograms of {tag} at epoch {epoch} and others like it"), remedy);
                odd.push((tag, caveat));
                return Ok(None);
            }
            let histogram = row.distribution.histogram(BINS)?;
            Ok(Some(message::event(step, &[Value::histogram(&tag, &row.distribution, &histogram)])))
        })?;
        for event in histograms {
            events.extend(event?);
        }
        Ok((events, odd))
    }
}

fn put(file: &mut impl Write, path: &Path, event: &[u8]) -> Result<()> {
    record::write(file, event).map_err(|source| Error::io(format!("writing {}", path.display()), source))
}

//! The settings of a recording: what goes into it beside the weights, and how safely.

use std::{
    collections::BTreeSet,
    ffi::OsString,
    fs::{self, File},
    hash::{BuildHasher, RandomState},
    path::{Path, PathBuf},
};

use super::{Origin, Replay};
use crate::{Dataset, Description, Error, Loss, Result, storage};

/// When recorded bytes are forced to the disk.
///
/// The default is [`OnFinish`](Self::OnFinish). A killed process loses nothing acknowledged under any of them; this is about a loss of power.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Durability {
    /// When the operating system sees fit.
    Never,
    /// In [`Replay::finish`].
    #[default]
    OnFinish,
    /// After every so many recorded epochs, steps counted like epochs, and in [`Replay::finish`].
    Every(u64),
}

/// Which epochs [`Replay::record`] records.
#[derive(Clone, Debug, Default)]
enum Epochs {
    #[default]
    All,
    Every(u64),
    Only(BTreeSet<u64>),
}

/// The settings of a recording, made by [`Replay::options`].
///
/// ```
/// use training_replay::{Dense, Loss, Metrics, Replay, Sequential, datasets};
///
/// let data = datasets::parabola(100, 13);
/// let mut replay = Replay::options()
///     .dataset(&data)
///     .loss(Loss::BinaryCrossEntropy)
///     .metadata("author", "me")
///     .every(10)
///     .in_memory();
/// let model = Sequential::builder(2).layer(Dense::new(1)).build(1)?;
/// for _ in 0..=20 {
///     replay.record(&model, Metrics::new())?;
/// }
/// assert_eq!(replay.epochs().collect::<Vec<_>>(), [0, 10, 20]);
/// # Ok::<(), training_replay::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct ReplayOptions {
    dataset: Option<Dataset>,
    pub(super) loss: Option<Loss>,
    pub(super) description: Option<Description>,
    pub(super) metadata: Vec<(String, String)>,
    epochs: Epochs,
    step: Option<u32>,
    pub(super) durability: Durability,
    overwrite: bool,
}

impl ReplayOptions {
    /// Sets the data that the model is trained on, which are stored once, so that a replay needs nothing else.
    #[must_use]
    pub fn dataset(self, data: &Dataset) -> Self {
        Self { dataset: Some(data.clone()), ..self }
    }

    /// Sets the loss that the model is trained with, which is stored for those who replay it.
    #[must_use]
    pub fn loss(self, loss: Loss) -> Self {
        Self { loss: Some(loss), ..self }
    }

    /// Sets the description of a model that does not describe itself, as plain [`Weights`](crate::Weights) do not.
    #[must_use]
    pub fn description(self, description: &Description) -> Self {
        Self { description: Some(description.clone()), ..self }
    }

    /// Adds a note, which is stored once: a seed, a git revision, who made it.
    #[must_use]
    pub fn metadata(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.metadata.push((key.into(), value.into()));
        self
    }

    /// Records every n-th epoch, weights and metrics: those whose number is a multiple of `n`.
    ///
    /// [`Replay::record`] is called for every epoch all the same, and returns its number without looking at the model of
    /// the others.
    /// Of this and [`epochs`](Self::epochs) the later call holds.
    #[must_use]
    pub fn every(self, n: u64) -> Self {
        Self { epochs: Epochs::Every(n), ..self }
    }

    /// Records these epochs and no others; otherwise like [`every`](Self::every).
    ///
    /// ```
    /// # use training_replay::{Dense, Metrics, Replay, Sequential};
    /// # let model = Sequential::builder(2).layer(Dense::new(1)).build(1)?;
    /// let powers = (0..20).map(|i| 1 << i);
    /// let mut replay = Replay::options().epochs([0].into_iter().chain(powers)).in_memory();
    /// for _ in 0..=100 {
    ///     replay.record(&model, Metrics::new())?;
    /// }
    /// assert_eq!(replay.epochs().collect::<Vec<_>>(), [0, 1, 2, 4, 8, 16, 32, 64]);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    #[must_use]
    pub fn epochs(self, numbers: impl IntoIterator<Item = u64>) -> Self {
        Self { epochs: Epochs::Only(numbers.into_iter().collect()), ..self }
    }

    /// Records every n-th step that [`Replay::record_at`] is called for: those whose number is a multiple of `n`.
    ///
    /// Without this, every one is recorded; either way only those within epochs that are recorded themselves.
    #[must_use]
    pub fn every_step(self, n: u32) -> Self {
        Self { step: Some(n), ..self }
    }

    /// Sets when recorded bytes are forced to the disk.
    ///
    /// ```
    /// # use training_replay::{Dense, Durability, Metrics, Replay, Sequential};
    /// # let model = Sequential::builder(2).layer(Dense::new(1)).build(1)?;
    /// let mut replay = Replay::options().durability(Durability::Every(10)).in_memory(); // of a file: every ten epochs
    /// replay.record(&model, Metrics::new())?;
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    #[must_use]
    pub fn durability(self, durability: Durability) -> Self {
        Self { durability, ..self }
    }

    /// Sets whether a file that exists is replaced; by default it is not, and creating fails.
    ///
    /// The new recording is written beside it and takes its name when the first epoch is recorded; until then the old one
    /// is still there.
    ///
    /// ```
    /// # use training_replay::{Dense, Metrics, Replay, Sequential};
    /// # let model = Sequential::builder(2).layer(Dense::new(1)).build(1)?;
    /// # let folder = tempfile::tempdir().expect("a folder");
    /// # let path = folder.path().join("run.replay");
    /// for _ in 0..2 {
    ///     let mut replay = Replay::options().overwrite(true).create(&path)?;
    ///     replay.record(&model, Metrics::new())?;
    /// }
    /// assert!(Replay::options().create(&path).is_err());
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    #[must_use]
    pub fn overwrite(self, overwrite: bool) -> Self {
        Self { overwrite, ..self }
    }

    /// Begins a recording in a file that does not exist yet, unless [`overwrite`](Self::overwrite) allows it.
    ///
    /// # Errors
    ///
    /// [`Error::Io`] if the file exists or cannot be created, [`Error::Locked`] if one that is to be overwritten is
    /// being recorded, [`Error::Invalid`] for an `every`, an `every_step` or a [`Durability::Every`] of 0, or no `epochs`.
    pub fn create(self, path: impl AsRef<Path>) -> Result<Replay> {
        self.check()?;
        let path = path.as_ref();
        let replacement = self.replacement(path)?;
        let written = replacement.as_ref().map_or(path, |replacement| &replacement.from);
        let file = storage::open_to_write(written, true)?;
        let log = storage::Log::create(Box::new(file), path.display().to_string(), salt())
            .inspect_err(|_| drop(fs::remove_file(written)))?;
        let origin = Origin::File(path.into());
        Ok(Replay::recording(log, origin, self, replacement))
    }

    /// Begins a recording in memory, which [`Replay::write_to`] can write to a file.
    pub fn in_memory(self) -> Replay {
        let name = Origin::Memory.path().display().to_string();
        Replay::recording(storage::Log::in_memory(name, salt()), Origin::Memory, self, None)
    }

    /// Opens a recording to go on with it, under these options; [`Replay::append`] is the short form.
    ///
    /// Its data set, loss and metadata stay the recorded ones.
    ///
    /// # Errors
    ///
    /// As [`Replay::append`]; [`Error::Invalid`] also for options that [`create`](Self::create) refuses, or if a
    /// data set is given that is not the recorded one.
    pub fn append(self, path: impl AsRef<Path>) -> Result<Replay> {
        self.check()?;
        Replay::resume(path.as_ref(), self)
    }

    /// Whether a step is recorded.
    pub(super) fn takes_step(&self, epoch: u64, step: u32) -> bool {
        self.takes_epoch(epoch) && self.step.is_none_or(|n| step.is_multiple_of(n))
    }

    /// Whether the end of the next epoch is recorded.
    pub(super) fn takes_epoch(&self, epoch: u64) -> bool {
        match &self.epochs {
            Epochs::All => true,
            Epochs::Every(n) => epoch.is_multiple_of(*n),
            Epochs::Only(numbers) => numbers.contains(&epoch),
        }
    }

    pub(super) fn take_dataset(&mut self) -> Option<Dataset> {
        self.dataset.take()
    }

    pub(super) fn check(&self) -> Result<()> {
        match &self.epochs {
            Epochs::Every(0) => return Err(Error::invalid("`every`", "1 or more", 0)),
            Epochs::Only(none) if none.is_empty() => {
                return Err(Error::invalid("the number of `epochs` to record", "1 or more", 0));
            }
            _ => {}
        }
        if self.step == Some(0) {
            return Err(Error::invalid("`every_step`", "1 or more", 0));
        }
        if self.durability == Durability::Every(0) {
            return Err(Error::invalid("`Durability::Every`", "1 or more", 0));
        }
        Ok(())
    }

    /// What is to take the place of a file that exists and may be overwritten.
    fn replacement(&self, path: &Path) -> Result<Option<Replacement>> {
        if !self.overwrite || !path.exists() {
            return Ok(None);
        }
        let old = storage::open_to_write(path, false)?;
        // What a link points to is replaced, not the link.
        let to = fs::canonicalize(path).map_err(|source| Error::io(format!("finding {}", path.display()), source))?;
        let mut name = OsString::from(".");
        name.push(to.file_name().unwrap_or_default());
        name.push(format!(".{:016x}.new", salt()));
        Ok(Some(Replacement { from: to.with_file_name(name), to, old }))
    }
}

/// A new recording that has not taken the place of the old one yet; dropped before, it vanishes.
#[derive(Debug)]
pub(super) struct Replacement {
    from: PathBuf,
    to: PathBuf,
    /// Held, and so locked, until it is gone: nobody appends to what is about to go.
    old: File,
}

impl Replacement {
    /// Gives the new file the name and the permissions of the old one. Fails if another file has that name by now:
    /// somebody removed the old one, and somebody else may be recording there.
    pub(super) fn take_place(&self) -> Result<()> {
        if self.to.exists() && !storage::is_still_there(&self.old, &self.to) {
            return Err(Error::Locked { path: self.to.clone() });
        }
        let permissions = self.old.metadata().map(|metadata| metadata.permissions());
        let renamed = permissions
            .and_then(|permissions| fs::set_permissions(&self.from, permissions))
            .and_then(|()| fs::rename(&self.from, &self.to));
        renamed.map_err(|source| Error::io(format!("replacing {}", self.to.display()), source))
    }
}

impl Drop for Replacement {
    fn drop(&mut self) {
        // Either it has taken its place and there is no such file, or nothing was recorded in it.
        drop(fs::remove_file(&self.from));
    }
}

/// A number that no other recording has, in all likelihood: the standard library seeds its hash maps with such.
fn salt() -> u64 {
    RandomState::new().hash_one(std::process::id())
}

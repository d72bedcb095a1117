//! Data sets that many recordings share: in a file of their own, which each of them refers to.

use std::path::{self, Path, PathBuf};

use super::{
    Replay, ReplayOptions,
    sharing::{Reference, Sharing},
};
use crate::{Result, storage};

/// The file that the data sets of a recording lie in, where they are shared.
///
/// ```
/// # use training_replay::{Dense, Metrics, Replay, Sequential, SharedData, datasets};
/// # let model = Sequential::builder(2).layer(Dense::new(1)).build(1)?;
/// # let folder = tempfile::tempdir().unwrap();
/// # let folder = folder.path();
/// let options = || Replay::options().dataset(&datasets::moons(50, 0.1, 7)).share_data(folder.join("moons.dataset"));
/// options().create(folder.join("a.replay"))?.record(&model, Metrics::new())?; // writes the data
/// options().create(folder.join("b.replay"))?.record(&model, Metrics::new())?; // finds them there
/// let replay = Replay::open(folder.join("b.replay"))?;
/// let shared = SharedData::of(&replay).expect("as was asked for");
/// assert!(shared.path()?.ends_with("moons.dataset"));
/// assert_eq!(replay.dataset()?.samples(), 50);
/// assert_eq!(Replay::open(shared.path()?)?.dataset()?, replay.dataset()?); // it is a recording of no epochs
///
/// std::fs::rename(folder.join("moons.dataset"), folder.join("moved")).unwrap();
/// let error = Replay::open(folder.join("b.replay"))?.dataset().unwrap_err().to_string();
/// assert!(error.contains("moons.dataset") && error.contains("put it back"));
/// # Ok::<(), training_replay::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct SharedData<'a> {
    replay: &'a Replay,
    of: &'a storage::SharedData,
}

impl<'a> SharedData<'a> {
    /// Returns the file that the data sets of a recording lie in, if they were [shared](ReplayOptions::share_data); none where the
    /// recording holds its data itself, or has none.
    pub fn of(replay: &'a Replay) -> Option<Self> {
        let of = replay.index.manifest.as_ref()?.shared.as_ref()?;
        Some(Self { replay, of })
    }

    /// Returns the paths that the file is looked for at, in their order: beside the recording, as it was when it was recorded,
    /// and where it was then. A recording in memory has no folder, and only the latter.
    pub fn places(&self) -> Vec<PathBuf> {
        self.replay.elsewhere.paths(self.of)
    }

    pub(super) fn recording(&self) -> &'a Replay {
        self.replay
    }

    /// Where the file is, or may be, from any folder.
    pub(super) fn paths(&self) -> Vec<PathBuf> {
        let paths = self.path().map_or_else(|_| self.places(), |found| vec![found.into()]);
        paths.into_iter().map(|path| path::absolute(&path).unwrap_or(path)).collect()
    }

    /// What the data sets are called.
    pub(super) fn names(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        self.of.names.iter().map(|set| set.name.as_str())
    }

    /// Returns where the file is: the first of the [`places`](Self::places) where the recorded data are.
    ///
    /// Its headers are read and compared with the checksums in the recording; the values are when they are asked for.
    ///
    /// # Errors
    ///
    /// [`Error::Io`](crate::Error::Io) that lists the places if the file is at none of them, [`Error::Invalid`](crate::Error::Invalid) if
    /// other data are, [`Error::Corrupted`](crate::Error::Corrupted) if the file is damaged.
    pub fn path(&self) -> Result<&'a Path> {
        Ok(self.replay.holder()?.and_then(Replay::path).unwrap_or(Path::new("")))
    }
}

impl Replay {
    pub(super) fn shared_data(&self) -> Option<SharedData<'_>> {
        SharedData::of(self)
    }
}

impl ReplayOptions {
    /// Stores the data sets in a file of their own, once for many recordings, each of which refers to it.
    ///
    /// The first one that is recorded writes the file, whole or not at all; to the others it must hold the same data sets,
    /// value by value, with the same names. The recording has their checksums, the path of the file from its own folder, and the
    /// absolute one: recordings and file may be moved together, or the recordings alone. A recording whose data are at neither
    /// place is an error to whoever asks for them, and never one without data; [`SharedData::write_whole_to`] and
    /// `training-replay pack` make a copy that needs no other file.
    ///
    /// See [`SharedData`] for an example. Without this a recording holds its data itself.
    ///
    /// The first epoch fails with [`Error::Invalid`](crate::Error::Invalid) if the file holds other data, epochs, or is not whole,
    /// and if there are no data to share; and with [`Error::Io`](crate::Error::Io) if it cannot be read or written. It can be recorded
    /// again then. [`Error::Poisoned`](crate::Error::Poisoned) is for good: the disk does not confirm a file that was there already. To [append](Self::append) the recorded file stays what is referred to, whatever path is given.
    #[must_use]
    pub fn share_data(mut self, path: impl AsRef<Path>) -> Self {
        let path = path.as_ref();
        // As it is from any folder that the process may go to.
        self.sharing = Some(Sharing::In(path::absolute(path).unwrap_or_else(|_| path.into())));
        self
    }

    /// Refers to the file that the data sets of another recording lie in, as one does that is made of it: its data are not
    /// read, and may even be missing.
    ///
    /// Data sets that are given all the same are stored in the recording itself, unless they are those in the file. Nothing is
    /// referred to where the other recording holds its data itself.
    ///
    /// ```
    /// # use training_replay::{Dense, Metrics, Replay, Sequential, datasets};
    /// # let model = Sequential::builder(2).layer(Dense::new(1)).build(1)?;
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let folder = folder.path();
    /// let data = datasets::moons(50, 0.1, 7);
    /// let mut replay = Replay::options().dataset(&data).share_data(folder.join("moons.dataset")).in_memory();
    /// replay.record(&model, Metrics::new())?;
    /// let mut copy = Replay::options().share_data_of(&replay).create(folder.join("copy.replay"))?;
    /// copy.record(&replay.weights(0)?, Metrics::new())?;
    /// assert_eq!(copy.dataset()?, &data);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    #[must_use]
    pub fn share_data_of(mut self, replay: &Replay) -> Self {
        let Some(shared) = replay.shared_data() else { return self };
        self.sharing = Some(Sharing::Of(Reference { shared: shared.of.clone(), paths: shared.paths() }));
        self
    }
}

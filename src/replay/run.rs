//! One question asked of many epochs, several of them at a time.

use std::fmt;

use super::{Replay, Snapshot};
use crate::{Forward, Result, Sequential, math::parallel};

/// One question asked of many epochs, several of them at a time, the answers in the order of the epochs.
///
/// Made by [`Replay::run`] and [`Replay::run_with`]; without further calls over every recorded epoch, on as many
/// threads as the machine has cores. The answers are the same, bit for bit, for any number of threads.
///
/// ```
/// use training_replay::{Dense, Loss, Metrics, Optimizer, Replay, Sequential, Trainer, analysis::FeatureSpace};
/// use training_replay::{analysis::Grid, datasets};
///
/// let data = datasets::moons(100, 0.1, 7);
/// let layers = [Dense::new(2).name("hidden"), Dense::new(1)];
/// let mut model = Sequential::builder(2).layers(layers).build(1)?;
/// let mut trainer = Trainer::new(Loss::MeanSquaredError, Optimizer::sgd(0.1));
/// let mut replay = Replay::options().dataset(&data).in_memory();
/// replay.record(&model, Metrics::new())?;
/// for _ in 0..10 {
///     let metrics = trainer.epoch(&mut model, &data)?;
///     replay.record(&model, metrics)?;
/// }
///
/// let losses = replay.run().map(|snapshot| snapshot.losses(Loss::MeanSquaredError))?;
/// assert_eq!((losses.len(), losses[0].len()), (11, 100));
///
/// // Something large for each epoch, in memory that each thread keeps, of which little is wanted in the end:
/// let grid = Grid::covering(&data, 0.1).points(200);
/// let widths = replay.run().epochs([0, 5, 10]).threads(2).map_with(FeatureSpace::default, |space, snapshot| {
///     space.update(snapshot.model(), "hidden", snapshot.dataset()?, &grid)?;
///     Ok(space.region.column(0).max() - space.region.column(0).min())
/// })?;
/// assert_eq!(widths.len(), 3);
/// # Ok::<(), training_replay::Error>(())
/// ```
pub struct Run<'a, M> {
    pub(super) replay: &'a Replay,
    epochs: Vec<u64>,
    /// As many as the machine has cores, if nothing else was said.
    threads: Option<usize>,
    restore: Box<dyn Fn(u64) -> Result<Snapshot<'a, M>> + Sync + 'a>,
}

impl<M> fmt::Debug for Run<'_, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Run").field("epochs", &self.epochs).field("threads", &self.threads).finish_non_exhaustive()
    }
}

impl Replay {
    /// Begins to ask a question of the built-in network at many epochs.
    pub fn run(&self) -> Run<'_, Sequential> {
        Run::new(self, move |epoch| self.at(epoch))
    }

    /// Begins to ask a question of any other model at many epochs.
    ///
    /// ```
    /// # use training_replay::{Dense, Forward, Metrics, Replay, Sequential};
    /// # let model = Sequential::builder(2).layer(Dense::new(1)).build(1)?;
    /// let mut replay = Replay::options().in_memory();
    /// replay.record(&model, Metrics::new())?;
    /// let layers = replay.run_with(&model).map(|snapshot| Ok(snapshot.model().layers()))?;
    /// assert_eq!(layers, [["dense_1"]]);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    pub fn run_with<'a, M: Forward + Sync>(&'a self, model: &'a M) -> Run<'a, M> {
        Run::new(self, move |epoch| self.at_with(epoch, model))
    }
}

impl<'a, M> Run<'a, M> {
    fn new(replay: &'a Replay, restore: impl Fn(u64) -> Result<Snapshot<'a, M>> + Sync + 'a) -> Self {
        Self { replay, epochs: replay.epochs().collect(), threads: None, restore: Box::new(restore) }
    }

    /// Which epochs are asked, in this order.
    #[must_use]
    pub fn epochs(self, epochs: impl IntoIterator<Item = u64>) -> Self {
        Self { epochs: epochs.into_iter().collect(), ..self }
    }

    /// How many threads share the work; 1 is the one that asks.
    #[must_use]
    pub fn threads(self, threads: usize) -> Self {
        Self { threads: Some(threads), ..self }
    }

    /// Which epochs are asked, in their order.
    pub fn chosen(&self) -> &[u64] {
        &self.epochs
    }

    /// The model at one epoch, whether it is among those that are asked or not.
    ///
    /// # Errors
    ///
    /// If the epoch is not recorded, or cannot be read.
    pub fn at(&self, epoch: u64) -> Result<Snapshot<'a, M>> {
        (self.restore)(epoch)
    }

    /// The recording.
    pub fn replay(&self) -> &'a Replay {
        self.replay
    }

    /// Shows the model at each epoch, one after the other on this thread: for what gathers from epoch to epoch, and
    /// keeps no more than one of them.
    ///
    /// # Errors
    ///
    /// That of the first epoch which is not recorded, cannot be read, or for which `each` returns one.
    pub fn try_for_each(&self, mut each: impl FnMut(&Snapshot<'a, M>) -> Result<()>) -> Result<()> {
        self.epochs.iter().try_for_each(|&epoch| each(&self.at(epoch)?))
    }

    /// What the model at each epoch answers.
    ///
    /// # Errors
    ///
    /// That of the first epoch, in their order, which is not recorded, cannot be read, or answers with one;
    /// [`Error::Invalid`](crate::Error::Invalid) for no threads.
    ///
    /// # Panics
    ///
    /// If `ask` does.
    pub fn map<R, F>(&self, ask: F) -> Result<Vec<R>>
    where
        R: Send,
        F: Fn(&Snapshot<'a, M>) -> Result<R> + Sync,
    {
        self.map_with(|| (), |(), snapshot| ask(snapshot))
    }

    /// As [`map`](Self::map), with something that each thread begins with and keeps from epoch to epoch: buffers, say.
    ///
    /// # Errors
    ///
    /// As [`map`](Self::map).
    ///
    /// # Panics
    ///
    /// If `begin` or `ask` does.
    pub fn map_with<S, R, B, F>(&self, begin: B, ask: F) -> Result<Vec<R>>
    where
        R: Send,
        B: Fn() -> S + Sync,
        F: Fn(&mut S, &Snapshot<'a, M>) -> Result<R> + Sync,
    {
        parallel::map_with(&self.epochs, self.threads, begin, |state, &epoch| ask(state, &self.at(epoch)?))
    }
}

//! A recording with its model: what is asked of a run, epoch by epoch or as a whole.

use std::{collections::BTreeSet, fmt, sync::Arc};

use super::{Replay, Snapshot, data_sets::DataChoice, progress::Progress};
use crate::{Error, Forward, Moment, Result, Sequential, Weights, analysis::landscape::flat::Filled};

/// A recording with its model, ready to be asked: any epoch, or many of them on all cores.
///
/// Made by [`Replay::run`] for built-in networks, which a recording describes, and by [`Replay::run_with`] for models of
/// your own. Without further calls it goes over every recorded epoch, on as many threads as the machine has cores.
/// The answers come in the order of the epochs and are the same, bit for bit, for any number of threads.
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
/// let losses = replay.run()?.map(|snapshot| snapshot.losses(Loss::MeanSquaredError))?;
/// assert_eq!((losses.len(), losses[0].len()), (11, 100));
///
/// // Something large for each epoch, in memory that each thread keeps, of which little is wanted in the end:
/// let grid = Grid::covering(&data, 0.1).points(200);
/// let widths = replay.run()?.epochs([0, 5, 10]).threads(2).map_with(FeatureSpace::default, |space, snapshot| {
///     space.update(snapshot.model(), "hidden", snapshot.dataset()?, &grid)?;
///     Ok(space.region.column(0).max() - space.region.column(0).min())
/// })?;
/// assert_eq!(widths.len(), 3);
/// # Ok::<(), training_replay::Error>(())
/// ```
pub struct Run<'a, M> {
    replay: &'a Replay,
    template: Template<'a, M>,
    pub(super) epochs: Vec<u64>,
    /// As many as the machine has cores, if nothing else was said.
    pub(super) threads: Option<usize>,
    threshold: Option<f32>,
    pub(super) data: DataChoice,
    pub(super) progress: Progress<'a>,
}

/// What becomes the model of an epoch, given its weights.
enum Template<'a, M> {
    /// The network that the recording describes.
    Described(fn(&Replay, &Weights) -> Result<M>),
    /// What makes one, of a model or by a function of the caller's. Threads share this and no model: each model is made, asked
    /// and dropped by one thread.
    From(Arc<Restore<'a, M>>),
}

type Restore<'a, M> = dyn Fn(&mut Weights) -> Result<M> + Send + Sync + 'a;

// Derived, it would ask the model for as much.
impl<M> Clone for Template<'_, M> {
    fn clone(&self) -> Self {
        match self {
            Self::Described(rebuild) => Self::Described(*rebuild),
            Self::From(restore) => Self::From(Arc::clone(restore)),
        }
    }
}

impl Replay {
    /// Returns the built-in network as of a moment: `at(30)` for an epoch, `at((30, 5))` for a step in it.
    ///
    /// ```
    /// # use training_replay::{Dense, Metrics, Replay, Sequential};
    /// # let model = Sequential::builder(2).layer(Dense::new(1)).build(1)?;
    /// let mut replay = Replay::options().in_memory();
    /// replay.record(&model, Metrics::new())?;
    /// assert_eq!(replay.at(0)?.model(), &model); // bit for bit
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`weights`](Self::weights), and [`Error::Missing`] if the recorded model is no built-in network: then
    /// [`run_with`](Self::run_with) takes one.
    pub fn at(&self, moment: impl Into<Moment>) -> Result<Snapshot<'_, Sequential>> {
        let moment = moment.into();
        Ok(Snapshot::new(self, moment, DataChoice::Usual, rebuild(self, &self.weights(moment)?)?))
    }

    /// Returns the recording with the built-in network that it describes, to be asked about its epochs.
    ///
    /// ```
    /// # use training_replay::{Dense, Metrics, Replay, Sequential, datasets};
    /// # let model = Sequential::builder(2).layer(Dense::new(1)).build(1)?;
    /// # let mut replay = Replay::options().dataset(&datasets::moons(50, 0.1, 7)).in_memory();
    /// # replay.record(&model, Metrics::new())?;
    /// let shapes = replay.run()?.map(|snapshot| Ok(snapshot.outputs()?.shape()))?;
    /// assert_eq!(shapes, [(50, 1)]); // one epoch of 50 samples and one output
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Missing`] if the recorded model is no built-in network: then [`run_with`](Self::run_with) takes one.
    pub fn run(&self) -> Result<Run<'_, Sequential>> {
        if self.index.manifest.is_some() {
            Sequential::architecture_of(self.expect_description()?)?;
        }
        Ok(Run::new(self, Template::Described(rebuild)))
    }

    /// Returns the recording with a built-in network that it may not describe, to be asked what needs no model.
    pub(crate) fn run_of_weights(&self) -> Run<'_, Sequential> {
        Run::new(self, Template::Described(rebuild))
    }

    /// Returns the recording with a model of your own, to be asked about its epochs.
    ///
    /// The model's own weights do not matter: each epoch is the model [with](Forward::with_weights) the recorded ones.
    /// Threads share it; for one that they cannot, `!Sync`, [`run_from`](Self::run_from) takes a function.
    ///
    /// ```
    /// # use training_replay::{Dense, Forward, Metrics, Replay, Sequential};
    /// # let model = Sequential::builder(2).layer(Dense::new(1)).build(1)?;
    /// let mut replay = Replay::options().in_memory();
    /// replay.record(&model, Metrics::new())?;
    /// let run = replay.run_with(&model);
    /// assert_eq!(run.at(0)?.model().layers(), ["dense_1"]);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    pub fn run_with<'a, M: Forward + Sync>(&'a self, model: &'a M) -> Run<'a, M> {
        Run::new(self, Template::From(Arc::new(|weights| model.restore(weights))))
    }

    /// Returns the recording with a function that makes a model of weights, to be asked about its epochs.
    ///
    /// For models that [`Forward::with_weights`] cannot make, boxed ones of several types or ones that need more than
    /// themselves; and for models that threads cannot share or pass on, neither `Sync` nor `Send`: each one is made, asked and
    /// dropped by the same thread, and every question can be asked.
    ///
    /// ```
    /// use training_replay::{Dense, Forward, Metrics, Replay, Result, Sequential, Weights};
    ///
    /// # let model = Sequential::builder(2).layer(Dense::new(1)).build(1)?;
    /// # let mut replay = Replay::options().in_memory();
    /// replay.record(&model, Metrics::new())?;
    /// type Boxed = Box<dyn Forward + Send + Sync>; // of whatever type
    /// let restore = |weights: &Weights| -> Result<Boxed> { Ok(Box::new(model.with_weights(weights)?)) };
    /// let layers = replay.run_from(&restore).map(|snapshot| Ok(snapshot.model().layers()))?;
    /// assert_eq!(layers, [["dense_1"]]);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    pub fn run_from<'a, M: Forward>(&'a self, restore: &'a (impl Fn(&Weights) -> Result<M> + Sync)) -> Run<'a, M> {
        Run::new(self, Template::From(Arc::new(|weights| restore(weights))))
    }

    fn expect_description(&self) -> Result<&crate::Description> {
        self.description().ok_or_else(|| Error::missing("description of its model", "pass a model to `run_with`"))
    }
}

/// The built-in network that a recording describes, with weights from it.
fn rebuild(replay: &Replay, weights: &Weights) -> Result<Sequential> {
    Sequential::restore(replay.expect_description()?, weights)
}

impl<'a, M> Run<'a, M> {
    fn new(replay: &'a Replay, template: Template<'a, M>) -> Self {
        let (epochs, data, progress) = (replay.epochs().collect(), DataChoice::Usual, Progress::default());
        Self { replay, template, epochs, threads: None, threshold: None, data, progress }
    }

    /// Sets the epochs that questions go over, in this order; without it all that are recorded.
    #[must_use]
    pub fn epochs(self, epochs: impl IntoIterator<Item = u64>) -> Self {
        Self { epochs: epochs.into_iter().collect(), ..self }
    }

    /// The same with its epochs in the order of time, each once: for what is the same in any order.
    pub(crate) fn in_order_of_time(&self) -> Self {
        let epochs: BTreeSet<u64> = self.epochs.iter().copied().collect();
        self.over(epochs.into_iter().collect())
    }

    /// The same over other epochs.
    pub(super) fn over(&self, epochs: Vec<u64>) -> Self {
        Self { epochs, ..self.clone() }
    }

    /// Sets the number of threads; 1 uses the calling thread. Fewer work where the system has no more to give.
    #[must_use]
    pub fn threads(self, threads: usize) -> Self {
        Self { threads: Some(threads), ..self }
    }

    /// Sets where a single output changes from class 0 to class 1, for all questions about the run: a probability where the
    /// outputs are probabilities or logits, else a value.
    ///
    /// Without it the [`OutputKind`](crate::OutputKind) says, and where outputs are values the middle of the targets.
    ///
    /// ```
    /// # use training_replay::{Activation, Dense, Metrics, Replay, Sequential, datasets};
    /// # let layers = [Dense::new(2), Dense::new(1).activation(Activation::Sigmoid)];
    /// # let model = Sequential::builder(2).layers(layers).build(1)?;
    /// # let mut replay = Replay::options().dataset(&datasets::moons(50, 0.1, 7)).in_memory();
    /// # replay.record(&model, Metrics::new())?;
    /// let missed = |threshold| Ok::<_, training_replay::Error>(
    ///     replay.run()?.threshold(threshold).at(0)?.confusion()?.counts[1][0],
    /// );
    /// assert!(missed(0.1)? <= missed(0.9)?); // samples of class 1 that are taken for class 0
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    #[must_use]
    pub fn threshold(self, threshold: f32) -> Self {
        Self { threshold: Some(threshold), ..self }
    }

    /// The threshold, if one was set.
    pub(crate) fn chosen_threshold(&self) -> Option<f32> {
        self.threshold
    }

    /// Calls a function after each epoch that a question has gone over, with their number so far and that of all.
    ///
    /// The numbers come in order, 1 to all of them, whichever thread is done; the function is called from one thread at a time.
    /// A question that goes over the epochs more than once, as those behind plots may, counts anew. A question that fails
    /// stops counting; a function that panics is not called again, and the question ends with its panic.
    ///
    /// ```
    /// # use training_replay::{Dense, Loss, Metrics, Replay, Sequential, analysis::MilestoneOptions, datasets};
    /// # let mut replay = Replay::options().dataset(&datasets::moons(50, 0.1, 7)).in_memory();
    /// # for seed in 0..3 {
    /// #     replay.record(&Sequential::builder(2).layer(Dense::new(1)).build(seed)?, Metrics::new())?;
    /// # }
    /// let mut seen = Vec::new();
    /// let run = replay.run()?.progress(|done, all| seen.push((done, all)));
    /// run.milestones(&MilestoneOptions::default())?;
    /// drop(run);
    /// assert_eq!(seen, [(1, 3), (2, 3), (3, 3)]);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    #[must_use]
    pub fn progress(self, progress: impl FnMut(usize, usize) + Send + 'a) -> Self {
        Self { progress: Progress::by(progress), ..self }
    }

    /// Returns the epochs that questions go over, as [`epochs`](Self::epochs) chose them.
    pub fn chosen_epochs(&self) -> &[u64] {
        &self.epochs
    }

    /// Returns the recording.
    pub fn replay(&self) -> &'a Replay {
        self.replay
    }
}

impl<'a, M: Forward> Run<'a, M> {
    /// Returns the model as of a moment, whether that is among the epochs that are asked or not.
    ///
    /// ```
    /// # use training_replay::{Dense, Metrics, Replay, Sequential};
    /// # let model = Sequential::builder(2).layer(Dense::new(1)).build(1)?;
    /// # let mut replay = Replay::options().in_memory();
    /// # replay.record(&model, Metrics::new())?;
    /// let snapshot = replay.run_with(&model).at(0)?; // `at((5, 20))` is step 20 of epoch 5
    /// assert_eq!((snapshot.epoch(), snapshot.model()), (0, &model));
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Replay::weights`], and whatever the model's [`restore`](Forward::restore) says of them;
    /// [`Error::Invalid`] if the model that it returns does not list a recorded parameter, or another value of it: then it
    /// forgot that one. (A model that holds `f32` where `f64` was recorded has the rounded values.)
    pub fn at(&self, moment: impl Into<Moment>) -> Result<Snapshot<'a, M>> {
        self.at_in(moment.into(), &mut Weights::default())
    }

    /// The same by weights whose memory is there already.
    pub(crate) fn at_in(&self, moment: Moment, weights: &mut Weights) -> Result<Snapshot<'a, M>> {
        let replay = self.replay;
        replay.read_whole(moment, weights)?;
        let model = match &self.template {
            // It takes no arrays, and is asked while they would still be there.
            Template::Described(rebuild) => rebuild(replay, &std::mem::take(weights))?,
            Template::From(restore) => replay.restored(moment, weights, |weights| restore(weights))?,
        };
        Ok(Snapshot::new(replay, moment, self.data, model).deciding(self.threshold))
    }

    /// The model with weights that need not be recorded ones: of those that the recording describes, in place of one that is there.
    pub(super) fn model_of(&self, known: Option<M>, weights: &mut Filled) -> Result<M> {
        match (&self.template, known) {
            (Template::Described(_), Some(known)) => known.into_restored(weights),
            (Template::Described(rebuild), None) => rebuild(self.replay, weights),
            (Template::From(restore), _) => restore(weights),
        }
    }

    /// Returns the model at each epoch, one after the other; an epoch that cannot be read is an error, and the next one
    /// follows.
    ///
    /// ```
    /// # use training_replay::{Dense, Metrics, Replay, Sequential};
    /// # let mut replay = Replay::options().in_memory();
    /// # for seed in 0..3 {
    /// #     replay.record(&Sequential::builder(2).layer(Dense::new(1)).build(seed)?, Metrics::new())?;
    /// # }
    /// for snapshot in replay.run()?.snapshots() {
    ///     let snapshot = snapshot?;
    ///     println!("epoch {}: {:?}", snapshot.epoch(), snapshot.model());
    /// }
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    pub fn snapshots(self) -> impl ExactSizeIterator<Item = Result<Snapshot<'a, M>>> {
        (0..self.epochs.len()).map(move |index| self.at(self.epochs[index]))
    }

    /// Shows the model at each epoch, one after the other on this thread: for what gathers from epoch to epoch, and
    /// keeps no more than one of them.
    ///
    /// ```
    /// # use training_replay::{Dense, Loss, Metrics, Replay, Sequential, datasets};
    /// # let mut replay = Replay::options().dataset(&datasets::moons(50, 0.1, 7)).in_memory();
    /// # for seed in 0..3 {
    /// #     replay.record(&Sequential::builder(2).layer(Dense::new(1)).build(seed)?, Metrics::new())?;
    /// # }
    /// let mut sum = vec![0.0; 50]; // of the losses of each sample over all epochs
    /// replay.run()?.try_for_each(|snapshot| {
    ///     let losses = snapshot.losses(Loss::MeanSquaredError)?;
    ///     sum.iter_mut().zip(losses).for_each(|(sum, loss)| *sum += loss);
    ///     Ok(())
    /// })?;
    /// assert!(sum.iter().all(|&sum| sum > 0.0));
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// That of the first epoch which is not recorded, cannot be read, or for which `each` returns one.
    pub fn try_for_each(&self, each: impl FnMut(&Snapshot<'a, M>) -> Result<()>) -> Result<()> {
        self.try_for_each_beside(None, each)
    }

    /// The same, but that an epoch which is at hand is not read again.
    pub(crate) fn try_for_each_beside<F>(&self, known: Option<&Snapshot<'a, M>>, mut each: F) -> Result<()>
    where
        F: FnMut(&Snapshot<'a, M>) -> Result<()>,
    {
        let (pass, mut memory) = (self.progress.pass(self.epochs.len()), Weights::default());
        self.epochs.iter().try_for_each(|&epoch| {
            self.ask_beside(known, epoch, &mut memory, &mut each)?;
            pass.step();
            Ok(())
        })
    }

    /// Asks about an epoch, which is not read if it is at hand, else in memory that is there already.
    pub(super) fn ask_beside<R>(
        &self,
        known: Option<&Snapshot<'a, M>>,
        epoch: u64,
        memory: &mut Weights,
        ask: impl FnOnce(&Snapshot<'a, M>) -> Result<R>,
    ) -> Result<R> {
        match known.filter(|known| known.moment() == epoch.into()) {
            Some(known) => ask(known),
            None => ask(&self.at_in(epoch.into(), memory)?),
        }
    }
}

impl<M> Clone for Run<'_, M> {
    fn clone(&self) -> Self {
        let (template, epochs, progress) = (self.template.clone(), self.epochs.clone(), self.progress.clone());
        Self { template, epochs, progress, ..*self }
    }
}

impl<M> fmt::Debug for Run<'_, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Run")
            .field("replay", &self.replay)
            .field("epochs", &self.epochs.len())
            .field("threads", &self.threads)
            .field("progress", &self.progress)
            .finish_non_exhaustive()
    }
}

//! A collection of recordings, asked as one: seeds, activations, learning rates.

use std::{num::NonZero, thread};

use super::{Replay, progress::Progress};
use crate::{
    Error, Result,
    analysis::{EpochsToTarget, MilestoneOptions, Milestones, QuantileBand},
    math::parallel,
};

/// A collection of recordings, asked as one: of several seeds, activations or learning rates.
///
/// ```
/// use training_replay::{Activation, Dense, Loss, Metrics, Optimizer, Replay, Result, Runs, Sequential, Trainer};
/// use training_replay::{analysis::{MilestoneOptions, HeadToHead}, datasets};
///
/// # fn main() -> Result<()> {
/// let data = datasets::moons(60, 0.1, 7);
/// let train = |activation: Activation, seed: u64| -> Result<Replay> {
///     let layers = [Dense::new(6).activation(activation), Dense::new(1).activation(Activation::Sigmoid)];
///     let mut model = Sequential::builder(2).layers(layers).build(seed)?;
///     let mut trainer = Trainer::new(Loss::BinaryCrossEntropy, Optimizer::adam(0.05)).seed(seed);
///     let mut replay = Replay::options().dataset(&data).loss(Loss::BinaryCrossEntropy).in_memory();
///     replay.record(&model, Metrics::new())?;
///     for _ in 0..40 {
///         let metrics = trainer.epoch(&mut model, &data)?;
///         replay.record(&model, metrics)?;
///     }
///     Ok(replay)
/// };
/// let (mut tanh, mut relu) = (Runs::new(), Runs::new());
/// for seed in 1..=5 {
///     tanh.push(format!("seed {seed}"), train(Activation::Tanh, seed)?);
///     relu.push(format!("seed {seed}"), train(Activation::Relu, seed)?);
/// }
/// let losses = tanh.band("loss", 0.5)?; // the median, and the band between the quartiles
/// assert_eq!((losses.epochs.len(), losses.runs[0]), (40, 5));
/// let learned = [&tanh, &relu].map(|runs| {
///     runs.epochs_to_target(&MilestoneOptions::default(), |milestones| milestones.all_correct())
/// });
/// let [tanh, relu] = learned;
/// let (tanh, relu) = (tanh?, relu?);
/// println!("tanh: {:.0} % by epoch 20, half of the runs by {:?}", 100.0 * tanh.share_by(20), tanh.median());
/// let wins = HeadToHead::of(&[&tanh, &relu])?;
/// println!("tanh before ReLU in {} of {}", wins.wins[0], wins.runs());
/// # assert_eq!(wins.runs(), 5);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Default)]
pub struct Runs {
    pub(super) named: Vec<(String, Replay)>,
    pub(super) failed: Vec<(String, Error)>,
    pub(super) progress: Progress<'static>,
    /// Of a group, what its runs have in common.
    pub(super) key: String,
}

impl Runs {
    /// Creates an empty collection.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a recording under a name; one that is taken gets a number behind it.
    ///
    /// ```
    /// # use training_replay::{Replay, Runs};
    /// let mut runs = Runs::new();
    /// for _ in 0..2 {
    ///     runs.push("tanh", Replay::options().in_memory());
    /// }
    /// assert_eq!(runs.iter().map(|(name, _)| name).collect::<Vec<_>>(), ["tanh", "tanh (2)"]);
    /// ```
    pub fn push(&mut self, name: impl Into<String>, replay: Replay) {
        let name = self.free(name.into());
        self.named.push((name, replay));
    }

    /// The name, or the first number behind it that is not taken.
    fn free(&self, name: String) -> String {
        if self.get(&name).is_none() {
            return name;
        }
        let numbered = (2_u64..).map(|number| format!("{name} ({number})"));
        numbered.into_iter().find(|name| self.get(name).is_none()).unwrap_or(name)
    }

    /// Adds a file that does not open, under its name.
    pub(super) fn push_failed(&mut self, name: String, error: Error) {
        self.failed.push((name, error));
    }

    /// Takes out what did not open.
    pub(super) fn take_failed(&mut self) -> Vec<(String, Error)> {
        std::mem::take(&mut self.failed)
    }

    /// Returns the names of the files that did not open, and why; they are in no answer.
    ///
    /// Look at them, or an answer is about fewer runs than you think.
    pub fn failed(&self) -> &[(String, Error)] {
        &self.failed
    }

    /// Sorts the recordings by their names.
    pub fn sort_by_name(&mut self) {
        self.named.sort_by(|(one, _), (other, _)| one.cmp(other));
        self.failed.sort_by(|(one, _), (other, _)| one.cmp(other));
    }

    /// Returns the names and recordings, in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &Replay)> {
        self.named.iter().map(|(name, replay)| (name.as_str(), replay))
    }

    /// Returns the first recording of this name.
    pub fn get(&self, name: &str) -> Option<&Replay> {
        self.iter().find(|(known, _)| *known == name).map(|(_, replay)| replay)
    }

    /// Returns the number of recordings.
    pub fn len(&self) -> usize {
        self.named.len()
    }

    /// Returns whether there is no recording.
    pub fn is_empty(&self) -> bool {
        self.named.is_empty()
    }

    /// Groups the recordings by what stands in their names, such as the activation in `relu-7`.
    ///
    /// Groups come in the order they first appear, and the runs of each in theirs. What did not open is in its group, too.
    /// [`group_by`](Self::group_by) goes by what was noted.
    ///
    /// ```
    /// # use training_replay::{Replay, Runs};
    /// let mut runs = Runs::new();
    /// for name in ["relu-1", "tanh-1", "relu-2", "tanh-2"] {
    ///     runs.push(name, Replay::options().in_memory());
    /// }
    /// let groups = runs.group_by_name(|name| name.split('-').next().unwrap_or(name).to_owned());
    /// let sizes: Vec<_> = groups.iter().map(|(name, runs)| (name.as_str(), runs.len())).collect();
    /// assert_eq!(sizes, [("relu", 2), ("tanh", 2)]);
    /// # assert_eq!(groups[1].1.iter().map(|(name, _)| name).collect::<Vec<_>>(), ["tanh-1", "tanh-2"]);
    /// ```
    pub fn group_by_name(self, key: impl Fn(&str) -> String) -> Vec<(String, Self)> {
        let mut groups: Vec<(String, Self)> = Vec::new();
        for (name, replay) in self.named {
            group(&mut groups, key(&name)).push(name, replay);
        }
        for (name, error) in self.failed {
            group(&mut groups, key(&name)).push_failed(name, error);
        }
        groups
    }

    /// Asks each recording one question, in order; with models of your own by [`Replay::run_with`].
    ///
    /// ```
    /// # use training_replay::{Dense, Metrics, Replay, Runs, Sequential};
    /// let mut runs = Runs::new();
    /// for (name, seed) in [("a", 1), ("b", 2)] {
    ///     let mut replay = Replay::options().in_memory();
    ///     replay.record(&Sequential::builder(2).layer(Dense::new(1)).build(seed)?, Metrics::new())?;
    ///     runs.push(name, replay);
    /// }
    /// let epochs = runs.map(|_, replay| Ok(replay.epochs().len()))?;
    /// assert_eq!(epochs, [1, 1]);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The first one that `ask` returns.
    pub fn map<R>(&self, mut ask: impl FnMut(&str, &Replay) -> Result<R>) -> Result<Vec<R>> {
        let pass = self.progress.pass(self.len());
        let ask = |(name, replay)| {
            let answer = ask(name, replay);
            pass.step();
            answer
        };
        self.iter().map(ask).collect()
    }

    /// Calls a function after each run that a question has gone over, with their number so far and that of all.
    ///
    /// ```
    /// # use training_replay::{Dense, Metrics, Replay, Runs, Sequential};
    /// use std::sync::{Arc, Mutex};
    ///
    /// let seen = Arc::new(Mutex::new(Vec::new()));
    /// let shown = Arc::clone(&seen);
    /// let mut runs = Runs::new().progress(move |done, all| shown.lock().unwrap().push((done, all)));
    /// for seed in [1, 2] {
    ///     let mut replay = Replay::options().in_memory();
    ///     replay.record(&Sequential::builder(2).layer(Dense::new(1)).build(seed)?, Metrics::new())?;
    ///     runs.push("run", replay);
    /// }
    /// runs.map(|_, replay| replay.weights(0))?;
    /// assert_eq!(*seen.lock().unwrap(), [(1, 2), (2, 2)]);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    #[must_use]
    pub fn progress(self, progress: impl FnMut(usize, usize) + Send + 'static) -> Self {
        Self { progress: Progress::by(progress), ..self }
    }

    /// Returns the median of a logged metric over the runs, and the band that holds the middle `share` of them.
    ///
    /// A run that logged it less often than others counts at the epochs between its own too, on the line between them.
    /// Any other curve has a band by [`map`](Self::map) and [`QuantileBand::of`].
    ///
    /// # Errors
    ///
    /// As [`QuantileBand::of`], and [`Error::Missing`] if one of the runs did not log it.
    pub fn band(&self, metric: &str, share: f64) -> Result<QuantileBand> {
        let curves = self.map(|name, replay| {
            let hint = format!("the metric {metric:?} is asked of all runs");
            replay.curve(metric).ok_or_else(|| Error::missing(format!("{metric:?} of run {name:?}"), hint))
        })?;
        QuantileBand::of(&curves, share)
    }

    /// Returns the milestones of each run, on all cores: several runs at a time, if there are at least as many runs as cores.
    ///
    /// # Errors
    ///
    /// As [`Run::milestones`](super::Run::milestones), for the first run that has none.
    pub fn milestones(&self, options: &MilestoneOptions) -> Result<Vec<Milestones>> {
        let cores = thread::available_parallelism().map_or(1, NonZero::get);
        if self.len() < cores {
            return self.map(|_, replay| replay.run()?.milestones(options));
        }
        let pass = self.progress.pass(self.len());
        let ask = |(): &mut (), (_, replay): &(String, Replay)| {
            let milestones = replay.run()?.threads(1).milestones(options)?;
            pass.step();
            Ok(milestones)
        };
        parallel::map_with(&self.named, None, || (), ask)
    }

    /// Returns the recorded epoch at which each run came to a milestone, which `pick` takes from its milestones, and the last
    /// one at which it had not: runs may be recorded at other epochs than one another.
    ///
    /// # Errors
    ///
    /// As [`milestones`](Self::milestones).
    pub fn epochs_to_target(
        &self,
        options: &MilestoneOptions,
        pick: impl Fn(&Milestones) -> Option<u64>,
    ) -> Result<EpochsToTarget> {
        let epochs: Vec<Option<u64>> = self.milestones(options)?.iter().map(pick).collect();
        let not_yet = self.iter().zip(&epochs).map(|((_, replay), &came)| last_before(replay, came)).collect();
        // What is left of a name without its group's is that of its partners in others.
        let runs = self.iter().map(|(name, _)| name.replacen(&self.key, "", 1)).collect();
        Ok(EpochsToTarget { epochs, not_yet, runs })
    }
}

/// The last recorded epoch before one, or of all. Of a run that began at that one nothing is known but its first epoch, 0.
fn last_before(replay: &Replay, epoch: Option<u64>) -> Option<u64> {
    replay.epochs().take_while(|&own| epoch.is_none_or(|epoch| own < epoch)).last().or(Some(0))
}

/// The group of a key, which is made where there is none.
fn group(groups: &mut Vec<(String, Runs)>, key: String) -> &mut Runs {
    let at = groups.iter().position(|(known, _)| *known == key).unwrap_or_else(|| {
        groups.push((key.clone(), Runs { key, ..Runs::new() }));
        groups.len() - 1
    });
    &mut groups[at].1
}

/// Under names that are made different as by [`push`](Runs::push).
impl FromIterator<(String, Replay)> for Runs {
    fn from_iter<I: IntoIterator<Item = (String, Replay)>>(runs: I) -> Self {
        let mut all = Self::new();
        runs.into_iter().for_each(|(name, replay)| all.push(name, replay));
        all
    }
}

//! The settings of a recording: what goes into it beside the weights, and how safely.

use std::{collections::BTreeSet, sync::Arc};

use super::{choice::Choice, probe_inputs::ProbeInputs, rename::Rename, sharing::Sharing};
use crate::{
    Dataset, Description, Error, Loss, Matrix, Moment, Result,
    storage::{Ancestor, LONGEST_NAME, Locking, Notes, check_names},
};

/// When recorded bytes are forced to the disk.
///
/// The default is [`OnFinish`](Self::OnFinish). A killed process loses nothing acknowledged under any of them; this is about a loss of power.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Durability {
    /// When the operating system sees fit.
    Never,
    /// In [`Replay::finish`](crate::Replay::finish).
    #[default]
    OnFinish,
    /// After every so many recorded epochs, steps counted like epochs, and in [`Replay::finish`](crate::Replay::finish).
    Every(u64),
}

/// Which epochs [`Replay::record`](crate::Replay::record) records.
#[derive(Clone, Debug, Default)]
enum Epochs {
    #[default]
    All,
    Every(u64),
    Only(BTreeSet<u64>),
}

/// A model of at most so many values is run on the probe at every epoch: beside writing them that costs little.
const SMALL: usize = 1 << 8;

/// The settings of a recording, made by [`Replay::options`](crate::Replay::options).
///
/// ```
/// use training_replay::{Dense, Loss, Metrics, Replay, Sequential, datasets};
///
/// let data = datasets::parabola(100, 13);
/// let mut replay = Replay::options()
///     .dataset(&data)
///     .loss(Loss::BinaryCrossEntropy)
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
    pub(super) dataset: Option<Dataset>,
    pub(super) named: Vec<(String, Dataset)>,
    pub(super) sharing: Option<Sharing>,
    pub(super) loss: Option<Loss>,
    pub(super) own_loss: Option<String>,
    pub(super) description: Option<Description>,
    pub(super) notes: Notes,
    /// The run that this one goes on from.
    pub(super) parent: Option<Ancestor>,
    epochs: Epochs,
    step: Option<u32>,
    pub(super) probe: ProbeInputs,
    probe_every: Option<u64>,
    pub(super) durability: Durability,
    pub(super) overwrite: bool,
    pub(super) compress: Option<bool>,
    pub(super) salt: Option<u64>,
    pub(super) budget: Option<f64>,
    pub(super) locking: Locking,
    pub(super) rename: Option<Rename>,
    pub(super) choice: Choice,
}

impl ReplayOptions {
    /// Sets the data that the model is trained on, which are stored once, so that a replay needs nothing else.
    #[must_use]
    pub fn dataset(self, data: &Dataset) -> Self {
        Self { dataset: Some(data.clone()), ..self }
    }

    /// Adds another data set under a name, which is stored once: one to validate on, to test on.
    ///
    /// Every question takes it by [`Run::on`](crate::Run::on) or [`Snapshot::on`](crate::Snapshot::on). Its classes and
    /// features must have the names that they have in the training set, where both have some.
    ///
    /// ```
    /// # use training_replay::{Activation, Dense, Loss, Metrics, Replay, Sequential, datasets};
    /// # let model = Sequential::builder(2).layer(Dense::new(1).activation(Activation::Sigmoid)).build(1)?;
    /// let (train, validation) = datasets::moons(100, 0.1, 7).split(0.2, 13)?;
    /// let mut replay = Replay::options().dataset(&train).named_dataset("validation", &validation).in_memory();
    /// replay.record(&model, Metrics::new())?;
    /// let evaluation = replay.at(0)?.on("validation")?.evaluate(Loss::BinaryCrossEntropy)?; // over these 20 samples
    /// # assert!(evaluation.loss > 0.0);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    #[must_use]
    pub fn named_dataset(mut self, name: impl Into<String>, data: &Dataset) -> Self {
        self.named.push((name.into(), data.clone()));
        self
    }

    /// Sets the loss that the model is trained with, which is stored for those who replay it.
    #[must_use]
    pub fn loss(self, loss: Loss) -> Self {
        Self { loss: Some(loss), own_loss: None, ..self }
    }

    /// Sets that the model is trained with [a loss of its own](Loss::Own), which it computes by
    /// [`Forward::losses`](crate::Forward::losses), and what that is called wherever a loss is named.
    ///
    /// ```
    /// use std::ops::Range;
    /// use training_replay::{Dataset, Forward, Loss, Matrix, Metrics, Model, Parameter, Replay, Result, Targets, Weights};
    ///
    /// struct Line(f32);
    ///
    /// impl Model for Line {
    ///     fn parameters(&self) -> Result<Vec<Parameter<'_>>> {
    ///         Ok(vec![Parameter::new("line", "slope", [], vec![self.0])])
    ///     }
    /// }
    ///
    /// impl Forward for Line {
    ///     fn layers(&self) -> Vec<String> {
    ///         vec!["line".into()]
    ///     }
    ///     fn with_weights(&self, weights: &Weights) -> Result<Self> {
    ///         Ok(Line(weights.require("line", "slope", &[])?.values().to_f32()[0]))
    ///     }
    ///     fn forward(&self, inputs: &Matrix, layers: Range<usize>) -> Result<Matrix> {
    ///         Ok(if layers.is_empty() { inputs.clone() } else { inputs * self.0 })
    ///     }
    ///     fn losses(&self, inputs: &Matrix, targets: Targets<'_>, _: Loss) -> Result<Vec<f32>> {
    ///         let off = self.forward(inputs, 0..1)? - targets.numbers()?;
    ///         let huber = |off: &f32| if off.abs() <= 1.0 { off * off / 2.0 } else { off.abs() - 0.5 };
    ///         Ok(off.iter().map(huber).collect())
    ///     }
    /// }
    ///
    /// let data = Dataset::from_rows(&[[1.0_f32], [2.0]], &[[0.5_f32], [4.0]])?;
    /// let mut replay = Replay::options().dataset(&data).own_loss("huber").in_memory();
    /// replay.record(&Line(1.0), Metrics::new())?;
    /// assert_eq!(replay.loss(), Some(Loss::Own));
    /// let run = replay.run_with(&Line(0.0));
    /// assert_eq!(run.loss_name(), Some("huber"));
    /// assert_eq!(run.at(0)?.evaluate(Loss::Own)?.to_string(), "huber 0.8125"); // of 0.125 and 1.5
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    #[must_use]
    pub fn own_loss(self, name: impl Into<String>) -> Self {
        Self { loss: Some(Loss::Own), own_loss: Some(name.into()), ..self }
    }

    /// Sets the description of a model that does not describe itself, as plain [`Weights`](crate::Weights) do not.
    #[must_use]
    pub fn description(self, description: &Description) -> Self {
        Self { description: Some(description.clone()), ..self }
    }

    /// Records every n-th epoch, weights and metrics: those whose number is a multiple of `n`.
    ///
    /// [`Replay::record`](crate::Replay::record) is called for every epoch all the same, and returns its number without looking at the model of
    /// the others.
    /// If both this and [`epochs`](Self::epochs) are called, the last call holds.
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

    /// Records every n-th step that [`Replay::record_at`](crate::Replay::record_at) is called for: those whose number is a multiple of `n`.
    ///
    /// Without this, every one is recorded; either way only those within epochs that are recorded themselves.
    #[must_use]
    pub fn every_step(self, n: u32) -> Self {
        Self { step: Some(n), ..self }
    }

    /// Fixes the inputs that the model is run on when it is recorded, a sample in each row, so that
    /// [`Run::verify`](crate::Run::verify) can prove later that another one is the same.
    ///
    /// Without this they are a few samples of the data set: eight spread evenly over it, its first and last among them;
    /// fewer where it has fewer or they have more than 65,536 features or targets together; and none of a wider one.
    ///
    /// ```
    /// # use training_replay::{Dense, Matrix, Metrics, Replay, Sequential};
    /// # let model = Sequential::builder(2).layer(Dense::new(1)).build(1)?;
    /// let inputs = Matrix::from_row_slice(3, 2, &[0.0, 0.0, 1.0, -1.0, 0.5, 2.0]);
    /// let mut replay = Replay::options().probe(&inputs).in_memory(); // without data
    /// replay.record(&model, Metrics::new())?;
    /// assert_eq!(replay.probe().outputs(0)?, Some(model.predict(&inputs)?));
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    #[must_use]
    pub fn probe(self, inputs: &Matrix) -> Self {
        Self { probe: ProbeInputs::Given(inputs.clone()), ..self }
    }

    /// Runs the probe at every n-th epoch: the first one that is recorded, and those whose number is a multiple of `n`,
    /// their steps too.
    ///
    /// Without this it is run with every epoch and step of a model of at most 256 values; of a larger one, whose run costs
    /// more than a tenth of writing it, at the ends of the first epoch that is recorded, of epoch 1, and of every tenth.
    ///
    /// ```
    /// # use training_replay::{Dense, Metrics, Replay, Sequential, datasets};
    /// # let model = Sequential::builder(2).layer(Dense::new(1)).build(1)?;
    /// let data = datasets::moons(100, 0.1, 7);
    /// let mut replay = Replay::options().dataset(&data).probe_every(2).in_memory();
    /// for _ in 0..3 {
    ///     replay.record(&model, Metrics::new())?;
    /// }
    /// assert!(replay.probe().outputs(1)?.is_none() && replay.probe().outputs(2)?.is_some());
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    #[must_use]
    pub fn probe_every(self, n: u64) -> Self {
        Self { probe_every: Some(n), ..self }
    }

    /// Records without a probe: the model is not run, and [`Run::verify`](crate::Run::verify) can only compare means.
    ///
    /// ```
    /// # use training_replay::{Dense, Metrics, Replay, Sequential, datasets};
    /// # let model = Sequential::builder(2).layer(Dense::new(1)).build(1)?;
    /// let data = datasets::moons(100, 0.1, 7);
    /// let mut replay = Replay::options().dataset(&data).without_probe().in_memory();
    /// replay.record(&model, Metrics::new())?;
    /// assert_eq!((replay.probe().inputs(), replay.probe().outputs(0)?), (None, None));
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    #[must_use]
    pub fn without_probe(self) -> Self {
        Self { probe: ProbeInputs::None, ..self }
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

    /// Sets whether a recording that exists is replaced; by default it is not, and creating fails.
    ///
    /// The new recording is written beside it and takes its name when the first epoch is recorded; until then the old one
    /// is still there. Another file than a recording, or an empty one, is never replaced.
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

    /// Records where the file system has no locks, as some network file systems.
    ///
    /// Nothing keeps another recorder from the same file then: see to it that there is only one at a time.
    ///
    /// ```
    /// # use training_replay::{Dense, Metrics, Replay, Sequential};
    /// # let model = Sequential::builder(2).layer(Dense::new(1)).build(1)?;
    /// # let folder = tempfile::tempdir().expect("a folder");
    /// # let path = folder.path().join("run.replay");
    /// let mut replay = Replay::options().without_lock().create(&path)?;
    /// assert_eq!(replay.record(&model, Metrics::new())?, 0);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    #[must_use]
    pub fn without_lock(self) -> Self {
        Self { locking: Locking::None, ..self }
    }

    /// Records parameters under other names than the model's: `rule` makes the layer and name of each from its own.
    ///
    /// Parameters are matched by these names, in whatever order the model lists them, and are written in the order of the
    /// first epoch. Two that get the same name are an error when they are recorded.
    ///
    /// ```
    /// use training_replay::{Metrics, Parameter, Replay, Weights};
    ///
    /// let weights = |layer: &'static str| Weights::from_iter([Parameter::new(layer, "bias", [1], vec![0.5_f32])]);
    /// let strip = |layer: &str, name: &str| {
    ///     (layer.strip_prefix("_orig_mod.").unwrap_or(layer).to_owned(), name.to_owned())
    /// };
    /// let mut replay = Replay::options().rename(strip).in_memory();
    /// replay.record(&weights("hidden"), Metrics::new())?;
    /// replay.record(&weights("_orig_mod.hidden"), Metrics::new())?; // compiled by PyTorch since
    /// assert!(replay.weights(1)?.get("hidden", "bias").is_some());
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    #[must_use]
    pub fn rename(self, rule: impl Fn(&str, &str) -> (String, String) + Send + Sync + 'static) -> Self {
        Self { rename: Some(Rename(Arc::new(rule))), ..self }
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

    /// Whether a model of so many values is run on the probe at a moment behind the first.
    pub(super) fn probes(&self, moment: Moment, values: usize) -> bool {
        let epoch = moment.epoch();
        match self.probe_every {
            _ if self.probe.are_none() => false,
            Some(n) => epoch.is_multiple_of(n),
            _ if values <= SMALL => true,
            _ => moment.step().is_none() && (epoch == 1 || epoch.is_multiple_of(10)),
        }
    }

    pub(super) fn take_dataset(&mut self) -> Option<Dataset> {
        self.dataset.take()
    }

    pub(super) fn take_named(&mut self) -> Vec<(String, Dataset)> {
        std::mem::take(&mut self.named)
    }

    pub(super) fn check(&self) -> Result<()> {
        self.check_budget()?;
        self.sharing.as_ref().map_or(Ok(()), Sharing::check)?;
        self.own_loss.as_ref().map_or(Ok(()), |name| Loss::check_own_name(name, LONGEST_NAME))?;
        check_names(&self.named.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>())?;
        self.choice.check()?;
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
        if self.probe_every == Some(0) {
            return Err(Error::invalid("`probe_every`", "1 or more; `without_probe` records none", 0));
        }
        if self.durability == Durability::Every(0) {
            return Err(Error::invalid("`Durability::Every`", "1 or more", 0));
        }
        Ok(())
    }
}

//! The milestones of a run, as rows.

use std::{fmt, mem};

use super::milestone_group::Rows;
use super::milestone_rules::{self, ParameterStretches, UnitStates};
use super::milestone_sentence::Nouns;
use crate::analysis::{
    Caveat, EpochSummary, LayerState, Milestone, MilestoneGroup, MilestoneKind, MilestoneOptions, Subject,
};
use crate::{Dataset, Error, Result, notation::on_a_line};

/// The milestones of a run: what happened to the loss, the classes, the layers and their units, and when.
///
/// From which epoch on every sample of a class is correct, where the loss is on a plateau and where it falls, which
/// layers are squashed, which units are saturated or dead, which gradients vanish or explode, which parameters
/// do not change, and whether the run diverges.
///
/// ```
/// use training_replay::{Activation, Dense, Loss, Optimizer, Sequential, Trainer, datasets};
/// use training_replay::analysis::{EpochSummary, MilestoneOptions, Milestones};
///
/// let data = datasets::circles(100, 0.05, 0.5, 7);
/// let layers = [Dense::new(8).activation(Activation::Tanh), Dense::new(1).activation(Activation::Sigmoid)];
/// let mut model = Sequential::builder(2).layers(layers).build(1)?;
/// let mut trainer = Trainer::new(Loss::BinaryCrossEntropy, Optimizer::adam(0.05));
/// let options = MilestoneOptions::default().loss(Loss::BinaryCrossEntropy);
/// let mut summaries = vec![EpochSummary::of(0, &model, &data, &options)?];
/// for epoch in 1..=60 {
///     trainer.epoch(&mut model, &data)?;
///     summaries.push(EpochSummary::of(epoch, &model, &data, &options)?);
/// }
/// let milestones = Milestones::of(&summaries, &options)?; // of a recording: `Run::milestones`
/// assert!(milestones.all_correct().is_some_and(|epoch| epoch <= 60));
/// assert!(milestones.diverged().is_none());
/// # Ok::<(), training_replay::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Milestones {
    /// The milestones in the order of their epochs.
    pub rows: Vec<Milestone>,
    /// The names of the classes, if the data set has some.
    pub class_names: Vec<String>,
    /// The hidden layers, each with the number of its units, as [`Forward::units`](crate::Forward::units) shows them.
    pub units: Vec<(String, usize)>,
    /// The number of parameters that were judged whether they change.
    pub parameters: usize,
    /// What was assumed, what was not looked at, and which epochs could not be read.
    pub caveats: Vec<Caveat>,
    /// What the model's own loss is called, if that was noted.
    pub loss_name: Option<String>,
    /// Whether classes and errors are counted by position, as of targets that have several in a sample.
    pub by_position: bool,
}

impl Milestones {
    /// Finds the milestones in summaries of epochs, made with the same options and in the order of time.
    ///
    /// ```
    /// use training_replay::analysis::{MilestoneOptions, Milestones};
    ///
    /// assert_eq!(Milestones::of(&[], &MilestoneOptions::default())?, Milestones::default());
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] if the epochs do not increase, or a threshold is NaN.
    pub fn of(summaries: &[EpochSummary], options: &MilestoneOptions) -> Result<Self> {
        let mut run = RunSummary::new(options)?;
        summaries.iter().try_for_each(|summary| run.add(summary.clone()))?;
        Ok(run.milestones())
    }

    /// Returns the milestones of one kind, in the order of their epochs.
    ///
    /// ```
    /// use training_replay::analysis::MilestoneKind;
    /// # use training_replay::{Activation, Dense, Loss, Metrics, Optimizer, Replay, Sequential, Trainer, datasets};
    /// # use training_replay::analysis::MilestoneOptions;
    /// # let data = datasets::circles(100, 0.05, 0.5, 7);
    /// # let layers = [Dense::new(8).activation(Activation::Tanh), Dense::new(1).activation(Activation::Sigmoid)];
    /// # let mut model = Sequential::builder(2).layers(layers).build(1)?;
    /// # let mut trainer = Trainer::new(Loss::BinaryCrossEntropy, Optimizer::adam(0.05));
    /// # let mut replay = Replay::options().dataset(&data).loss(Loss::BinaryCrossEntropy).in_memory();
    /// # replay.record(&model, Metrics::new())?;
    /// # for _ in 0..60 {
    /// #     let metrics = trainer.epoch(&mut model, &data)?;
    /// #     replay.record(&model, metrics)?;
    /// # }
    ///
    /// let milestones = replay.run()?.milestones(&MilestoneOptions::default())?;
    /// for fall in milestones.of_kind(MilestoneKind::Fall) {
    ///     println!("the loss falls by {} from epoch {} on", fall.evidence, fall.epoch);
    /// }
    /// assert!(milestones.of_kind(MilestoneKind::Fall).count() > 0);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    pub fn of_kind(&self, kind: MilestoneKind) -> impl Iterator<Item = &Milestone> {
        self.rows.iter().filter(move |row| row.kind == kind)
    }

    /// Returns the first milestone of a kind and subject.
    ///
    /// ```
    /// use training_replay::analysis::{MilestoneKind, Subject};
    /// # use training_replay::{Activation, Dense, Loss, Metrics, Optimizer, Replay, Sequential, Trainer, datasets};
    /// # use training_replay::analysis::MilestoneOptions;
    /// # let data = datasets::circles(100, 0.05, 0.5, 7);
    /// # let layers = [Dense::new(8).activation(Activation::Tanh), Dense::new(1).activation(Activation::Sigmoid)];
    /// # let mut model = Sequential::builder(2).layers(layers).build(1)?;
    /// # let mut trainer = Trainer::new(Loss::BinaryCrossEntropy, Optimizer::adam(0.05));
    /// # let mut replay = Replay::options().dataset(&data).loss(Loss::BinaryCrossEntropy).in_memory();
    /// # replay.record(&model, Metrics::new())?;
    /// # for _ in 0..60 {
    /// #     let metrics = trainer.epoch(&mut model, &data)?;
    /// #     replay.record(&model, metrics)?;
    /// # }
    ///
    /// let milestones = replay.run()?.milestones(&MilestoneOptions::default())?;
    /// let best = milestones.find(MilestoneKind::BestLoss, &Subject::Run);
    /// assert_eq!(best, milestones.best_loss());
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    pub fn find(&self, kind: MilestoneKind, subject: &Subject) -> Option<&Milestone> {
        self.of_kind(kind).find(|row| row.subject == *subject)
    }

    /// Returns the epoch from which on every sample is correct, to the end of the run.
    ///
    /// ```
    /// # use training_replay::{Activation, Dense, Loss, Metrics, Optimizer, Replay, Sequential, Trainer, datasets};
    /// # use training_replay::analysis::MilestoneOptions;
    /// # let data = datasets::circles(100, 0.05, 0.5, 7);
    /// # let layers = [Dense::new(8).activation(Activation::Tanh), Dense::new(1).activation(Activation::Sigmoid)];
    /// # let mut model = Sequential::builder(2).layers(layers).build(1)?;
    /// # let mut trainer = Trainer::new(Loss::BinaryCrossEntropy, Optimizer::adam(0.05));
    /// # let mut replay = Replay::options().dataset(&data).loss(Loss::BinaryCrossEntropy).in_memory();
    /// # replay.record(&model, Metrics::new())?;
    /// # for _ in 0..60 {
    /// #     let metrics = trainer.epoch(&mut model, &data)?;
    /// #     replay.record(&model, metrics)?;
    /// # }
    /// let milestones = replay.run()?.milestones(&MilestoneOptions::default())?;
    /// let epoch = milestones.all_correct().expect("an easy task");
    /// assert_eq!(replay.at(epoch)?.confusion()?.accuracy(), 1.0);
    /// assert!(replay.at(epoch - 1)?.confusion()?.accuracy() < 1.0);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    pub fn all_correct(&self) -> Option<u64> {
        self.find(MilestoneKind::AllCorrect, &Subject::Run).map(|row| row.epoch)
    }

    /// Returns the epoch from which on every sample of a class is correct, to the end of the run.
    ///
    /// ```
    /// # use training_replay::{Activation, Dense, Loss, Metrics, Optimizer, Replay, Sequential, Trainer, datasets};
    /// # use training_replay::analysis::MilestoneOptions;
    /// # let data = datasets::circles(100, 0.05, 0.5, 7);
    /// # let layers = [Dense::new(8).activation(Activation::Tanh), Dense::new(1).activation(Activation::Sigmoid)];
    /// # let mut model = Sequential::builder(2).layers(layers).build(1)?;
    /// # let mut trainer = Trainer::new(Loss::BinaryCrossEntropy, Optimizer::adam(0.05));
    /// # let mut replay = Replay::options().dataset(&data).loss(Loss::BinaryCrossEntropy).in_memory();
    /// # replay.record(&model, Metrics::new())?;
    /// # for _ in 0..60 {
    /// #     let metrics = trainer.epoch(&mut model, &data)?;
    /// #     replay.record(&model, metrics)?;
    /// # }
    /// let milestones = replay.run()?.milestones(&MilestoneOptions::default())?;
    /// let last = milestones.class_correct(0).max(milestones.class_correct(1));
    /// assert_eq!(milestones.all_correct(), last);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    pub fn class_correct(&self, class: usize) -> Option<u64> {
        self.find(MilestoneKind::AllCorrect, &Subject::Class(class)).map(|row| row.epoch)
    }

    /// Returns the milestone of the first NaN or infinite value; `None` if there is no such value.
    ///
    /// ```
    /// use training_replay::{Dense, Loss, Metrics, Optimizer, Replay, Sequential, Trainer, datasets};
    /// use training_replay::analysis::MilestoneOptions;
    ///
    /// let data = datasets::moons(50, 0.1, 7);
    /// let mut model = Sequential::builder(2).layer(Dense::new(1).name("output")).build(1)?;
    /// let mut trainer = Trainer::new(Loss::MeanSquaredError, Optimizer::sgd(1e9)); // far too fast
    /// let mut replay = Replay::options().dataset(&data).in_memory();
    /// for _ in 0..10 {
    ///     let metrics = trainer.epoch(&mut model, &data)?;
    ///     replay.record(&model, metrics)?;
    /// }
    /// let milestones = replay.run()?.milestones(&MilestoneOptions::default())?;
    /// assert_eq!(milestones.diverged().map(|row| row.subject.to_string()), Some("output/kernel".into()));
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    pub fn diverged(&self) -> Option<&Milestone> {
        self.of_kind(MilestoneKind::Diverged).next()
    }

    /// Returns the units that are dead at the end of the run, with the epoch from which on they are.
    ///
    /// ```
    /// use training_replay::{Activation, Dense, Initializer, Metrics, Replay, Sequential, datasets};
    /// use training_replay::analysis::MilestoneOptions;
    ///
    /// let hidden = Dense::new(3).name("hidden").activation(Activation::Relu).kernel_initializer(Initializer::Zeros);
    /// let mut replay = Replay::options().dataset(&datasets::moons(50, 0.1, 7)).in_memory();
    /// replay.record(&Sequential::builder(2).layer(hidden).layer(Dense::new(1)).build(1)?, Metrics::new())?;
    /// let milestones = replay.run()?.milestones(&MilestoneOptions::default())?;
    /// let dead: Vec<_> = milestones.dead_units().map(|row| row.subject.to_string()).collect();
    /// assert_eq!(dead, ["hidden unit 0", "hidden unit 1", "hidden unit 2"]);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    pub fn dead_units(&self) -> impl Iterator<Item = &Milestone> {
        self.of_kind(MilestoneKind::Dead).filter(|row| row.until.is_none())
    }

    /// Returns the units that are saturated at the end of the run, with the epoch from which on they are.
    pub fn saturated_units(&self) -> impl Iterator<Item = &Milestone> {
        self.of_kind(MilestoneKind::Saturated).filter(|row| row.until.is_none())
    }

    /// Returns the milestones of parameters that never change, or no more; of the run where none changes any more.
    ///
    /// ```
    /// use training_replay::{Metrics, Parameter, Replay, Weights, analysis::MilestoneOptions};
    ///
    /// let mut replay = Replay::options().in_memory();
    /// for epoch in 0..4 {
    ///     let kernel = Parameter::new("h", "kernel", [1], vec![epoch as f32]);
    ///     let forgotten = Parameter::new("h", "bias", [1], vec![0.0_f32]); // say, by the optimizer
    ///     replay.record(&Weights::from_iter([kernel, forgotten]), Metrics::new())?;
    /// }
    /// let milestones = replay.recorded_weights().milestones(&MilestoneOptions::default())?;
    /// let frozen: Vec<_> = milestones.frozen().map(|row| row.subject.to_string()).collect();
    /// assert_eq!(frozen, ["h/bias"]);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    pub fn frozen(&self) -> impl Iterator<Item = &Milestone> {
        self.of_kind(MilestoneKind::Frozen)
    }

    /// Returns the milestones as a reader takes them in: one by one, but that many of the same kind are said together, units of a
    /// layer or parameters.
    ///
    /// A layer of 6,272 units of which 1,204 are dead has as many [`rows`](Self::rows), and two groups at most for each kind: those that are
    /// to the end of the run, and those that are for a time.
    ///
    /// ```
    /// use training_replay::{Activation, Dense, Initializer, Metrics, Replay, Sequential, datasets};
    /// use training_replay::analysis::MilestoneOptions;
    ///
    /// let hidden = Dense::new(900).name("hidden").activation(Activation::Relu).kernel_initializer(Initializer::Zeros);
    /// let mut replay = Replay::options().dataset(&datasets::moons(50, 0.1, 7)).in_memory();
    /// replay.record(&Sequential::builder(2).layer(hidden).layer(Dense::new(1)).build(1)?, Metrics::new())?;
    /// let milestones = replay.run()?.milestones(&MilestoneOptions::default())?;
    /// let groups = milestones.groups();
    /// let dead = groups.iter().find(|group| group.rows.len() > 1).expect("all of them");
    /// assert_eq!(dead.sentence, "From epoch 0 on, 900 of 900 units of layer hidden are dead: they are 0 on all 50 samples");
    /// assert!(dead.rows.len() == 900 && groups.len() < 10);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    pub fn groups(&self) -> Vec<MilestoneGroup<'_>> {
        let Self { rows, class_names, units, parameters, .. } = self;
        MilestoneGroup::of(Rows { all: rows, class_names, units, parameters: *parameters, nouns: self.nouns() })
    }

    /// Returns one of the milestones as a sentence, with the names of the classes and of the loss, and with positions where
    /// samples have several.
    ///
    /// ```
    /// # use training_replay::{Activation, Dense, Loss, Metrics, Replay, Sequential, analysis::MilestoneOptions, datasets};
    /// # let model = Sequential::builder(2).layer(Dense::new(1).activation(Activation::Sigmoid)).build(1)?;
    /// # let data = datasets::moons(50, 0.1, 7);
    /// # let mut replay = Replay::options().dataset(&data).loss(Loss::BinaryCrossEntropy).in_memory();
    /// # replay.record(&model, Metrics::new())?;
    /// let milestones = replay.run()?.milestones(&MilestoneOptions::default())?;
    /// let best = milestones.best_loss().expect("the recording notes its loss");
    /// assert!(milestones.sentence(best).starts_with("At epoch 0, the loss is "));
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    pub fn sentence(&self, row: &Milestone) -> String {
        row.sentence_of(&self.class_names, self.nouns())
    }

    /// Notes what the data call their classes, and whether these are counted by position.
    pub(crate) fn name_after(&mut self, data: &Dataset) {
        self.class_names = data.class_names().to_vec();
        self.by_position = data.targets().positions() > 1;
    }

    fn nouns(&self) -> Nouns<'_> {
        let sample = if self.by_position { "position" } else { "sample" };
        Nouns { loss: self.loss_name.as_deref().unwrap_or("loss"), sample, ..Nouns::default() }
    }

    /// Returns the milestone of the smallest loss; `None` if the loss is not known.
    ///
    /// ```
    /// # use training_replay::{Activation, Dense, Loss, Metrics, Optimizer, Replay, Sequential, Trainer, datasets};
    /// # use training_replay::analysis::MilestoneOptions;
    /// # let data = datasets::circles(100, 0.05, 0.5, 7);
    /// # let layers = [Dense::new(8).activation(Activation::Tanh), Dense::new(1).activation(Activation::Sigmoid)];
    /// # let mut model = Sequential::builder(2).layers(layers).build(1)?;
    /// # let mut trainer = Trainer::new(Loss::BinaryCrossEntropy, Optimizer::adam(0.05));
    /// # let mut replay = Replay::options().dataset(&data).loss(Loss::BinaryCrossEntropy).in_memory();
    /// # replay.record(&model, Metrics::new())?;
    /// # for _ in 0..60 {
    /// #     let metrics = trainer.epoch(&mut model, &data)?;
    /// #     replay.record(&model, metrics)?;
    /// # }
    /// let milestones = replay.run()?.milestones(&MilestoneOptions::default())?;
    /// let best = milestones.best_loss().expect("the recording notes its loss");
    /// assert!(Some(best.evidence) <= milestones.final_loss());
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    pub fn best_loss(&self) -> Option<&Milestone> {
        self.of_kind(MilestoneKind::BestLoss).next()
    }

    /// Returns the loss at the end of the run; `None` if the loss is not known.
    pub fn final_loss(&self) -> Option<f64> {
        self.of_kind(MilestoneKind::FinalLoss).next().map(|row| row.evidence)
    }
}

/// What is kept of the summaries of a run until its milestones are known: of units only the states that they are in.
pub(crate) struct RunSummary<'a> {
    options: &'a MilestoneOptions,
    summaries: Vec<EpochSummary>,
    units: UnitStates,
    parameters: ParameterStretches,
    widths: Vec<(String, usize)>,
    caveats: Vec<Caveat>,
}

impl<'a> RunSummary<'a> {
    pub(crate) fn new(options: &'a MilestoneOptions) -> Result<Self> {
        options.check()?;
        let (units, parameters) = (UnitStates::default(), ParameterStretches::default());
        Ok(Self { options, summaries: Vec::new(), units, parameters, widths: Vec::new(), caveats: Vec::new() })
    }

    /// Adds the summary of a later epoch than all before.
    pub(crate) fn add(&mut self, mut summary: EpochSummary) -> Result<()> {
        if let Some(before) = self.summaries.last().filter(|before| before.epoch >= summary.epoch) {
            let expected = format!("later than {}, the one before", before.epoch);
            return Err(Error::invalid("the epoch of a summary", expected, summary.epoch));
        }
        if self.summaries.is_empty() {
            self.widths = summary.layers.iter().map(|state| (state.layer.clone(), state.dead.len())).collect();
        }
        let same = |(layer, (_, units)): (&LayerState, &(String, usize))| layer.dead.len() == *units;
        if let Some((layer, (_, units))) = summary.layers.iter().zip(&self.widths).find(|pair| !same(*pair)) {
            let what = format!("the number of units of layer {:?} at epoch {}", layer.layer, summary.epoch);
            return Err(Error::invalid(what, format!("{units}, as at the epochs before"), layer.dead.len()));
        }
        self.units.add(&summary, self.options);
        self.parameters.add(&summary);
        summary.parameters.clear();
        // A long run has many epochs, and a wide layer many units: both together are not kept.
        summary.layers.iter_mut().for_each(|layer| (layer.saturation, layer.dead) = (Vec::new(), Vec::new()));
        self.caveats = Caveat::once(self.caveats.drain(..).chain(mem::take(&mut summary.caveats)));
        self.summaries.push(summary);
        Ok(())
    }

    pub(crate) fn milestones(self) -> Milestones {
        let rows = milestone_rules::apply(&self.summaries, &self.units, &self.parameters, self.options);
        let (parameters, mut caveats) = (self.parameters.count(), self.caveats);
        caveats.extend(self.parameters.caveat());
        Milestones { rows, units: self.widths, parameters, caveats, ..Milestones::default() }
    }
}

/// Writes each [group](Milestones::groups) on a line of its own, and then each caveat.
impl fmt::Display for Milestones {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.groups().iter().try_for_each(|group| writeln!(f, "{}", on_a_line(&group.sentence)))?;
        self.caveats.iter().try_for_each(|caveat| writeln!(f, "{}", on_a_line(&caveat.to_string())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::run::milestone_rules::testing::summaries_of;

    #[test]
    fn no_summaries_give_no_milestones_and_disorder_is_refused() {
        assert_eq!(Milestones::of(&[], &MilestoneOptions::default()).unwrap(), Milestones::default());
        let mut summaries = summaries_of(3, |_| ());
        assert!(Milestones::of(&summaries, &MilestoneOptions::default()).unwrap().rows.is_empty());
        summaries.swap(0, 2);
        assert!(Milestones::of(&summaries, &MilestoneOptions::default()).is_err());
        assert!(Milestones::of(&[], &MilestoneOptions::default().squashed(f64::NAN)).is_err());
    }
}

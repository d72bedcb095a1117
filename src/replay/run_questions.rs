//! Questions about the run as a whole, answered by going through its epochs.

use std::collections::BTreeSet;

use super::{Run, Snapshot};
use crate::{
    Error, Forward, Goal, Loss, Result, Targets,
    analysis::{
        Caveat, EpochSummary, IncrementalPca, MilestoneOptions, Milestones, PrincipalPlane, SampleHistory,
        classification::predictions::Predictions, run::milestones::RunSummary,
    },
    model::checked,
};

impl<M> Run<'_, M> {
    /// Returns the epoch at which a logged metric was best, the first of equals; of those that are [chosen](Self::epochs).
    ///
    /// NaN is never best. Epochs whose metrics are damaged do not count: [`Replay::damage`](crate::Replay::damage) lists them.
    ///
    /// ```
    /// # use training_replay::{Dense, Goal, Replay, Sequential};
    /// # let model = Sequential::builder(2).layer(Dense::new(1)).build(1)?;
    /// let mut replay = Replay::options().in_memory();
    /// for val_loss in [0.7, 0.5, f64::NAN, 0.5, 0.6] {
    ///     replay.record(&model, [("val_loss", val_loss)])?;
    /// }
    /// let best = replay.run()?.best_epoch("val_loss", Goal::Min)?;
    /// let model = replay.at(best)?.into_model(); // as it was then
    /// assert_eq!(best, 1);
    /// let message = replay.run()?.best_epoch("val_los", Goal::Min).unwrap_err().to_string();
    /// assert!(message.contains(r#"no value of "val_los" at the epochs that are asked; logged are ["val_loss"]"#));
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Missing`] if none of the epochs logged the metric, or only as NaN.
    pub fn best_epoch(&self, metric: &str, goal: Goal) -> Result<u64> {
        let chosen: BTreeSet<u64> = self.chosen_epochs().iter().copied().collect();
        // The best of the others would be another epoch than the best.
        chosen.iter().try_for_each(|&epoch| self.replay().metrics(epoch).map(drop))?;
        let mut curve = self.replay().curve(metric).unwrap_or_default();
        curve.retain(|(epoch, _)| chosen.contains(epoch));
        goal.best_epoch(&curve).ok_or_else(|| {
            let what = if curve.is_empty() { "value" } else { "value but NaN" };
            let known: Vec<&str> = self.replay().metric_names().collect();
            let missing = format!("{what} of {metric:?} at the epochs that are asked");
            Error::missing(missing, format!("logged are {known:?}"))
        })
    }
}

impl<'a, M: Forward> Run<'a, M> {
    /// Returns the plane that shows most of the variance of a layer's units, as [`Forward::units`] shows them, over all epochs
    /// together.
    ///
    /// Its axes are the first two principal components, and the same in every picture. The epochs are read one after the
    /// other, those of a layer of more than 2,048 units several times: see [`PrincipalPlane`].
    ///
    /// ```
    /// # use training_replay::{Activation, Dense, Loss, Metrics, Optimizer, Replay, Sequential, Trainer, datasets};
    /// use training_replay::analysis::{Grid, View};
    ///
    /// # let data = datasets::moons(100, 0.1, 7);
    /// # let layers = [Dense::new(8).name("hidden").activation(Activation::Tanh), Dense::new(1)];
    /// # let mut model = Sequential::builder(2).layers(layers).build(1)?;
    /// # let mut trainer = Trainer::new(Loss::MeanSquaredError, Optimizer::sgd(0.1));
    /// # let mut replay = Replay::options().dataset(&data).in_memory();
    /// # for _ in 0..10 {
    /// #     let metrics = trainer.epoch(&mut model, &data)?;
    /// #     replay.record(&model, metrics)?;
    /// # }
    /// let principal = replay.run()?.principal_plane("hidden")?; // of eight units
    /// println!("{:.0} % of the variance is seen", 100.0 * principal.total_explained_variance_ratio());
    /// for snapshot in replay.run()?.snapshots() {
    ///     let space = snapshot?.feature_space(View::of("hidden").on(&principal.plane), &Grid::default())?;
    ///     assert!(space.lines.len() == 22 && space.explained_variance_ratio > 0.5);
    /// }
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::UnknownLayer`], [`Error::Invalid`] for a layer of a single unit, and whatever going through the epochs
    /// says.
    pub fn principal_plane(&self, layer: &str) -> Result<PrincipalPlane> {
        self.principal_plane_beside(None, layer)
    }

    /// The same, but that an epoch which is at hand is not read again.
    pub(crate) fn principal_plane_beside(
        &self,
        known: Option<&Snapshot<'a, M>>,
        layer: &str,
    ) -> Result<PrincipalPlane> {
        let mut caveats = Vec::new();
        let principal = IncrementalPca::in_passes(|mut pca| {
            caveats = self.each_readable_beside(known, |snapshot| {
                let depth = checked::layer_index(snapshot.model(), layer)? + 1;
                checked::each_units(snapshot.model(), snapshot.dataset()?.inputs(), depth, |units| {
                    let begun = pca.take().map_or_else(|| IncrementalPca::new(units.ncols()), Ok);
                    pca.insert(begun?).partial_fit(units)
                })
            })?;
            pca.ok_or_else(no_epochs)
        })?;
        Ok(PrincipalPlane { caveats, ..principal })
    }

    /// Returns what happened in the run, as rows: when all samples were classified correctly, where the loss stood still,
    /// which units died, what diverged first.
    ///
    /// The rows are fit for an assertion in a test of your own training code; see [`Milestones`].
    ///
    /// ```
    /// # use training_replay::{Activation, Dense, Loss, Metrics, Optimizer, Replay, Sequential, Trainer, datasets};
    /// use training_replay::analysis::MilestoneOptions;
    ///
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
    /// println!("{milestones}");
    /// assert!(milestones.all_correct().is_some_and(|epoch| epoch <= 60));
    /// assert_eq!(milestones.dead_units().count(), 0);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// Without a data set they are those of the weights, as [`RecordedWeights::milestones`](crate::RecordedWeights::milestones) finds them, and a caveat says so.
    ///
    /// # Errors
    ///
    /// As [`EpochSummary::of`], and whatever going through the epochs says.
    pub fn milestones(&self, options: &MilestoneOptions) -> Result<Milestones> {
        let options =
            options.clone().or_loss(self.replay().loss()).deciding(self.chosen_threshold(), self.target_kind()?);
        let data = match self.dataset() {
            Err(Error::Missing { .. }) => None,
            data => Some(data?),
        };
        let see = |snapshot: &Snapshot<'_, M>| {
            let (epoch, model) = (snapshot.epoch(), snapshot.model());
            let summary = match data {
                Some(data) => EpochSummary::of(epoch, model, data, &options)?,
                None => EpochSummary::of_weights(epoch, model)?,
            };
            Ok(self.replay().with_recorded_states(summary))
        };
        let mut run = RunSummary::new(&options)?;
        let skipped = self.take_readable(see, |summary| run.add(summary))?;
        let mut milestones = run.milestones();
        match data {
            Some(data) => milestones.name_after(data),
            None => milestones.caveats.push(without_data()),
        }
        milestones.caveats.extend(self.some_epochs(&skipped).into_iter().chain(skipped));
        milestones.loss_name = self.replay().name_of(options.loss);
        Ok(milestones)
    }

    /// Returns what became of every sample, epoch by epoch: its probability, its loss, and whether it was classified
    /// correctly.
    ///
    /// # Errors
    ///
    /// As [`Snapshot::losses`], and [`Error::Invalid`] for epochs that are not in increasing order.
    pub fn sample_history(&self, loss: Loss) -> Result<SampleHistory> {
        let mut history = SampleHistory::new(self.dataset()?);
        let outcomes = |snapshot: &Snapshot<'_, M>| {
            let (rule, data, model) = (snapshot.rule()?.of_loss(Some(loss)), snapshot.dataset()?, snapshot.model());
            let losses = checked::position_losses(model, data, loss)?;
            if let Targets::Labels(labels) = data.targets() {
                let found = Predictions::of_model(rule, model, data.inputs(), labels)?;
                let caveats = Caveat::of(found.decision);
                return Ok((history.outcomes_of_predictions(snapshot.epoch(), found, &losses)?, caveats));
            }
            let outputs = snapshot.outputs()?;
            let decision = rule.decide(model, &outputs)?;
            Ok((history.outcomes_of(snapshot.epoch(), &outputs, &losses, decision)?, Caveat::of(decision)))
        };
        let (outcomes, skipped) = self.map_readable(outcomes)?;
        let (outcomes, caveats): (Vec<_>, Vec<_>) = outcomes.into_iter().unzip();
        outcomes.into_iter().try_for_each(|outcomes| history.append(outcomes))?;
        history.caveats = Caveat::once(caveats.into_iter().flatten().chain(skipped));
        Ok(history)
    }
}

/// What is left out of milestones of weights alone.
pub(super) fn without_data() -> Caveat {
    let what = "milestones of the loss, the classes, the layers and their units";
    Caveat::left_out(what, "a model and a data set, by `Replay::run_with` and `Replay::with_dataset`,")
}

fn no_epochs() -> Error {
    Error::invalid("the number of epochs asked about", "1 or more", 0)
}

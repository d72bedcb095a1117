//! Questions about the run as a whole, answered by going through its epochs.

use super::{Run, Snapshot};
use crate::{
    Error, Forward, Loss, Result,
    analysis::{EpochSummary, IncrementalPca, MilestoneOptions, Milestones, PrincipalPlane, SampleHistory},
    model::checked,
};

impl<'a, M: Forward + Sync> Run<'a, M> {
    /// Returns the plane that shows most of the variance of a layer's outputs, over all epochs together.
    ///
    /// Its axes are the first two principal components, and the same in every picture. The epochs are read one after the
    /// other.
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
    /// [`Error::UnknownLayer`], [`Error::Invalid`] for a layer of a single unit or more than 2,048, or whose values do not
    /// differ, and whatever going through the epochs says.
    pub fn principal_plane(&self, layer: &str) -> Result<PrincipalPlane> {
        self.principal_plane_beside(None, layer)
    }

    /// The same, but that an epoch which is at hand is not read again.
    pub(crate) fn principal_plane_beside(
        &self,
        known: Option<&Snapshot<'a, M>>,
        layer: &str,
    ) -> Result<PrincipalPlane> {
        let mut pca = None;
        self.try_for_each_beside(known, |snapshot| {
            let layers = 0..checked::layer_index(snapshot.model(), layer)? + 1;
            let values = checked::layers(snapshot.model(), snapshot.dataset()?.inputs(), layers)?;
            let begun: Option<IncrementalPca> = pca.take();
            pca.insert(begun.map_or_else(|| IncrementalPca::new(values.ncols()), Ok)?).partial_fit(&values)
        })?;
        pca.ok_or_else(no_epochs)?.principal_plane()
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
    /// # Errors
    ///
    /// As [`EpochSummary::of`], and whatever going through the epochs says.
    pub fn milestones(&self, options: &MilestoneOptions) -> Result<Milestones> {
        let options = options.clone().or_loss(self.replay().loss());
        let see = |snapshot: &Snapshot<'_, M>| {
            EpochSummary::of(snapshot.epoch(), snapshot.model(), snapshot.dataset()?, &options)
        };
        Milestones::of(&self.map(see)?, &options)
    }

    /// Returns what became of every sample, epoch by epoch: its probability, its loss, and whether it was classified
    /// correctly.
    ///
    /// # Errors
    ///
    /// As [`Snapshot::losses`], and [`Error::Invalid`] for epochs that are not in increasing order.
    pub fn sample_history(&self, loss: Loss) -> Result<SampleHistory> {
        let mut history = SampleHistory::new(self.replay().dataset()?);
        let outcomes = |snapshot: &Snapshot<'_, M>| {
            history.outcomes_of(snapshot.epoch(), &snapshot.outputs()?, &snapshot.losses(loss)?)
        };
        let outcomes = self.map(outcomes)?;
        outcomes.into_iter().try_for_each(|outcomes| history.append(outcomes))?;
        Ok(history)
    }
}

fn no_epochs() -> Error {
    Error::invalid("the number of epochs asked about", "1 or more", 0)
}

//! Questions about the run as a whole, answered by going through its epochs.

use super::{Replay, Sweep};
use crate::{Error, Forward, Result, analysis::PrincipalPlane, run};

impl<M: Forward> Sweep<'_, M> {
    /// The plane that shows most of how the data lie in the space of a layer's units, over all epochs together, so that
    /// its axes are the same in every picture. It takes the epochs one after the other.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownLayer`], [`Error::Invalid`] for a layer of a single unit or more than 2,048, or whose values do not
    /// differ, and whatever going through the epochs says.
    pub fn principal_plane(self, layer: &str) -> Result<PrincipalPlane> {
        let mut scatter = None;
        self.try_for_each(|snapshot| {
            let layers = 0..run::layer_index(snapshot.model(), layer)? + 1;
            let values = run::layers(snapshot.model(), snapshot.dataset()?.inputs(), layers)?;
            let begun = match scatter.take() {
                None => PrincipalPlane::begin(values.ncols())?,
                Some(begun) => begun,
            };
            scatter.insert(begun).take(&values)
        })?;
        scatter.ok_or_else(no_epochs)?.finish()
    }
}

impl Replay {
    /// The plane that shows most of how the data lie in the space of a layer's units, over all epochs together. Of a
    /// built-in network; for other models: [`sweep_with`](Self::sweep_with) and [`Sweep::principal_plane`].
    ///
    /// ```
    /// # use training_replay::{Activation, Dense, Loss, Metrics, Optimizer, Replay, Sequential, Trainer, datasets};
    /// use training_replay::analysis::{Grid, View};
    ///
    /// # let data = datasets::moons(100, 0.1, 7);
    /// # let layers = [Dense::new(8).name("hidden").activation(Activation::Tanh), Dense::new(1)];
    /// # let mut model = layers.into_iter().fold(Sequential::builder(2), |net, layer| net.layer(layer)).build(1)?;
    /// # let mut trainer = Trainer::new(Loss::MeanSquaredError, Optimizer::sgd(0.1));
    /// # let mut replay = Replay::options().dataset(&data).in_memory();
    /// # for _ in 0..10 {
    /// #     let metrics = trainer.epoch(&mut model, &data)?;
    /// #     replay.record(&model, metrics)?;
    /// # }
    /// let principal = replay.principal_plane("hidden")?; // of eight units
    /// println!("{:.0} % of the variance is seen", 100.0 * principal.shown());
    /// for snapshot in replay.snapshots() {
    ///     let space = snapshot?.feature_space(View::of("hidden").on(&principal.plane), &Grid::default())?;
    ///     assert!(space.lines.len() == 22 && space.shown > 0.5);
    /// }
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Sweep::principal_plane`].
    pub fn principal_plane(&self, layer: &str) -> Result<PrincipalPlane> {
        self.sweep().principal_plane(layer)
    }
}

fn no_epochs() -> Error {
    Error::invalid("the number of epochs asked about", "1 or more", 0)
}

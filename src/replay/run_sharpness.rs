//! How sharp the loss is around the weights of a run.

use super::{Run, Snapshot};
use crate::{
    Forward, Loss, Result,
    analysis::{Sharpness, SharpnessHistory, SharpnessOptions},
};

impl<M: Forward> Run<'_, M> {
    /// Returns the sharpness of the mean loss over the [data](Self::on) at every chosen epoch, on all cores.
    ///
    /// The model is one that gives [gradients](Forward::as_backward). Each epoch takes some dozens of gradients over all of the data: a part
    /// of it, by [`Run::on`], and some epochs, by [`Run::epochs`], take less.
    ///
    /// ```
    /// # use training_replay::{Activation, Dense, Loss, Metrics, Optimizer, Replay, Sequential, Trainer, datasets};
    /// use training_replay::analysis::SharpnessOptions;
    ///
    /// # let data = datasets::moons(100, 0.1, 7);
    /// # let layers = [Dense::new(4).activation(Activation::Tanh), Dense::new(1).activation(Activation::Sigmoid)];
    /// # let mut model = Sequential::builder(2).layers(layers).build(1)?;
    /// # let mut trainer = Trainer::new(Loss::BinaryCrossEntropy, Optimizer::sgd(0.5));
    /// # let mut replay = Replay::options().dataset(&data).in_memory();
    /// # for _ in 0..=20 {
    /// #     let metrics = trainer.epoch(&mut model, &data)?;
    /// #     replay.record(&model, metrics)?;
    /// # }
    /// let history = replay.run()?.epochs([0, 10, 20]).sharpness(Loss::BinaryCrossEntropy, &SharpnessOptions::default())?;
    /// for (epoch, sharpness) in history.epochs.iter().zip(&history.sharpness) {
    ///     println!("{epoch}: {:.3} ± {:.0e}, stable up to a rate of {:.1}", sharpness.largest, sharpness.largest_residual, 2.0 / sharpness.largest);
    /// }
    /// assert!(history.not_converged().is_empty());
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Sharpness::of`], [`Replay::dataset`](crate::Replay::dataset) and [`at`](Self::at).
    pub fn sharpness(&self, loss: Loss, options: &SharpnessOptions) -> Result<SharpnessHistory> {
        let of = |snapshot: &Snapshot<'_, M>| {
            Ok((snapshot.epoch(), Sharpness::of(snapshot.model(), snapshot.dataset()?, loss, options)?))
        };
        let (found, caveats) = self.map_readable(of)?;
        let (epochs, sharpness) = found.into_iter().unzip();
        Ok(SharpnessHistory { epochs, sharpness, caveats })
    }
}

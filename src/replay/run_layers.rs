//! Questions about what becomes of the layers of a run: their spectra, and how alike they are from epoch to epoch.

use super::{RecordedWeights, Run, Snapshot};
use crate::{
    Forward, Result, Weights,
    analysis::{LayerValues, SimilarityMatrix, Spectra, Spectrum},
    model::checked,
};

impl RecordedWeights<'_> {
    /// Returns the singular values of the kernels at every epoch. It needs neither a model nor data.
    ///
    /// ```
    /// # use training_replay::{Dense, Metrics, Replay, Sequential};
    /// # let model = Sequential::builder(4).layer(Dense::new(3).name("hidden")).layer(Dense::new(1)).build(1)?;
    /// # let mut replay = Replay::options().in_memory();
    /// # replay.record(&model, Metrics::new())?;
    /// let spectra = replay.recorded_weights().kernel_spectra()?;
    /// let (epoch, spectrum) = spectra.of("hidden", "kernel")?[0];
    /// println!("at epoch {epoch} a stable rank of {:.1}", spectrum.stable_rank());
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Run::kernel_spectra`].
    pub fn kernel_spectra(self) -> Result<Spectra> {
        self.replay.run_of_weights().kernel_spectra()
    }
}

impl<M: Forward> Run<'_, M> {
    /// Returns the singular values of the kernels at every chosen epoch, on all cores; damaged epochs are passed over and noted.
    ///
    /// It is of what was recorded, or completed by a [`Base`](crate::Base), and asks no model.
    ///
    /// ```
    /// # use training_replay::{Dense, Metrics, Replay, Sequential};
    /// # let model = Sequential::builder(4).layer(Dense::new(3)).layer(Dense::new(1)).build(1)?;
    /// # let mut replay = Replay::options().in_memory();
    /// # replay.record(&model, Metrics::new())?;
    /// let spectra = replay.run()?.kernel_spectra()?;
    /// assert_eq!(spectra.spectra[0].len(), 2); // of two kernels
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Spectrum::of_kernels`] and [`Replay::weights`](crate::Replay::weights).
    pub fn kernel_spectra(&self) -> Result<Spectra> {
        let (mut epochs, mut spectra) = (Vec::new(), Vec::new());
        let ask = |memory: &mut Weights, epoch: u64| {
            self.replay().read_known(epoch.into(), memory)?;
            Ok((epoch, Spectrum::of_kernels(memory)?))
        };
        let caveats = self.take_one_by_one(ask, |(epoch, found)| {
            epochs.push(epoch);
            spectra.push(found);
            Ok(())
        })?;
        Ok(Spectra { epochs, spectra, caveats })
    }

    /// Returns the singular values of the activations of every layer on the [data](Self::on) at every chosen epoch, on all cores: by
    /// their [effective rank](Spectrum::effective_rank), how many directions a layer makes use of.
    ///
    /// ```
    /// # use training_replay::{Activation, Dense, Loss, Metrics, Optimizer, Replay, Sequential, Trainer, datasets};
    /// # let data = datasets::moons(100, 0.1, 7);
    /// # let layers = [Dense::new(8).name("hidden").activation(Activation::Tanh), Dense::new(1)];
    /// # let mut model = Sequential::builder(2).layers(layers).build(1)?;
    /// # let mut trainer = Trainer::new(Loss::MeanSquaredError, Optimizer::adam(0.02));
    /// # let mut replay = Replay::options().dataset(&data).in_memory();
    /// # for _ in 0..10 {
    /// #     let metrics = trainer.epoch(&mut model, &data)?;
    /// #     replay.record(&model, metrics)?;
    /// # }
    /// let spectra = replay.run()?.activation_spectra()?;
    /// for (epoch, spectrum) in spectra.of("hidden", "activations")? {
    ///     println!("{epoch}: {:.2} of 8 directions", spectrum.effective_rank());
    /// }
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Spectrum::of_activations`], [`Replay::dataset`](crate::Replay::dataset) and [`at`](Self::at).
    pub fn activation_spectra(&self) -> Result<Spectra> {
        let (mut epochs, mut spectra) = (Vec::new(), Vec::new());
        let ask = |snapshot: &Snapshot<'_, M>| {
            let inputs = snapshot.dataset()?.inputs();
            Ok((snapshot.epoch(), Spectrum::of_activations(snapshot.model(), inputs)?))
        };
        let caveats = self.take_readable(ask, |(epoch, found)| {
            epochs.push(epoch);
            spectra.push(found);
            Ok(())
        })?;
        Ok(Spectra { epochs, spectra, caveats })
    }

    /// Returns how alike the outputs of a layer on the [data](Self::on) are at every chosen epoch to those at every other.
    ///
    /// The outputs at all of them are in memory at once.
    ///
    /// ```
    /// # use training_replay::{Activation, Dense, Loss, Metrics, Optimizer, Replay, Sequential, Trainer, datasets};
    /// # let data = datasets::moons(100, 0.1, 7);
    /// # let layers = [Dense::new(4).name("hidden").activation(Activation::Tanh), Dense::new(1)];
    /// # let mut model = Sequential::builder(2).layers(layers).build(1)?;
    /// # let mut trainer = Trainer::new(Loss::MeanSquaredError, Optimizer::adam(0.02));
    /// # let mut replay = Replay::options().dataset(&data).in_memory();
    /// # for _ in 0..=20 {
    /// #     let metrics = trainer.epoch(&mut model, &data)?;
    /// #     replay.record(&model, metrics)?;
    /// # }
    /// let similarities = replay.run()?.epochs([0, 10, 20]).layer_similarities("hidden")?;
    /// assert_eq!(similarities.rows, ["epoch 0", "epoch 10", "epoch 20"]);
    /// assert!((similarities.cka[(1, 1)] - 1.0).abs() < 1e-9); // with itself
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`SimilarityMatrix::of`], [`Replay::dataset`](crate::Replay::dataset) and [`at`](Self::at), and
    /// [`Error::UnknownLayer`](crate::Error::UnknownLayer) if no layer has this name.
    pub fn layer_similarities(&self, layer: &str) -> Result<SimilarityMatrix> {
        SimilarityMatrix::expect_few(self.epochs.len())?;
        let values = |snapshot: &Snapshot<'_, M>| {
            let layers = 0..checked::layer_index(snapshot.model(), layer)? + 1;
            let values = checked::layers(snapshot.model(), snapshot.dataset()?.inputs(), layers)?;
            Ok(LayerValues { layer: format!("epoch {}", snapshot.epoch()), values })
        };
        let (found, caveats) = self.map_readable(values)?;
        Ok(SimilarityMatrix { caveats, ..SimilarityMatrix::of_layers(&found, &found)? })
    }
}

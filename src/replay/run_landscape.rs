//! Questions about the path of the weights, the loss around it, and what becomes of a layer.

use super::{RecordedWeights, Replay, Run, Runs, Snapshot};
use crate::{
    Error, Forward, Loss, Result, Weights,
    analysis::{
        Grid, LayerChange, LayerSimilarity, LossLine, LossSurface, WeightPath, WeightPlane,
        landscape::mean_losses::Question,
    },
    model::checked,
};

impl Replay {
    /// The path of the weights over some epochs; `step` is called when one is read for the first time.
    fn path_over(&self, epochs: &[u64], step: impl Fn()) -> Result<WeightPath> {
        let mut last = None;
        let mut path = WeightPath::of(epochs.iter().copied(), |epoch, weights| {
            let read = self.read_known(epoch.into(), weights);
            if last < Some(epoch) {
                last = Some(epoch);
                step();
            }
            read
        })?;
        path.caveats.extend(self.caveat_of_base().into_iter().chain(self.lost()));
        Ok(path)
    }
}

impl RecordedWeights<'_> {
    /// Returns the path of the run through the space of its weights: its principal directions, where each epoch lies on them, how fast the
    /// weights move and how sharply they turn. It needs neither a model nor data.
    ///
    /// As [`Run::weight_path`], which goes over chosen epochs.
    ///
    /// ```
    /// use training_replay::{Metrics, Parameter, Replay, Weights};
    ///
    /// let mut replay = Replay::options().in_memory();
    /// for epoch in 0..3 {
    ///     let angle = std::f64::consts::FRAC_PI_4 * f64::from(epoch);
    ///     let bias = Parameter::new("a", "bias", [2], vec![angle.cos(), angle.sin()]);
    ///     replay.record(&Weights::from_iter([bias]), Metrics::new())?;
    /// }
    /// let path = replay.recorded_weights().weight_path()?;
    /// let turning = path.turnings[1].expect("a corner");
    /// assert!((turning - std::f64::consts::FRAC_PI_4).abs() < 1e-12);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Run::weight_path`].
    pub fn weight_path(self) -> Result<WeightPath> {
        self.replay.path_over(&self.replay.epochs().collect::<Vec<_>>(), || ())
    }
}

impl<M> Run<'_, M> {
    /// Returns the path of the run through the space of its weights, over the chosen epochs in the order of time.
    ///
    /// It is of what was recorded, or completed by a [`Base`](crate::Base); parameters that are neither are left out, and noted as a
    /// [`Caveat`](crate::analysis::Caveat), as integers, truth values and damaged epochs are.
    ///
    /// ```
    /// # use training_replay::{Activation, Dense, Loss, Metrics, Optimizer, Replay, Sequential, Trainer, datasets};
    /// # let data = datasets::moons(100, 0.1, 7);
    /// # let layers = [Dense::new(8).activation(Activation::Tanh), Dense::new(1)];
    /// # let mut model = Sequential::builder(2).layers(layers).build(1)?;
    /// # let mut trainer = Trainer::new(Loss::MeanSquaredError, Optimizer::sgd(0.1));
    /// # let mut replay = Replay::options().dataset(&data).in_memory();
    /// # for _ in 0..10 {
    /// #     let metrics = trainer.epoch(&mut model, &data)?;
    /// #     replay.record(&model, metrics)?;
    /// # }
    /// let path = replay.run()?.weight_path()?;
    /// println!("{:.0} % of the path is seen in its plane", 100.0 * path.explained_variance_ratio[..2].iter().sum::<f64>());
    /// assert_eq!(path.coordinates.nrows(), 10);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`WeightPath::of`], and as [`Replay::weights`].
    pub fn weight_path(&self) -> Result<WeightPath> {
        let run = self.in_order_of_time();
        let pass = run.progress.pass(run.epochs.len());
        run.replay().path_over(&run.epochs, || pass.step())
    }
}

impl Runs {
    /// Returns the paths of all runs in one plane, over all of their epochs, in the order of the runs.
    ///
    /// The directions are the principal components of the epochs of all runs together, which all have the same parameters by name and
    /// shape. [`WeightPath::grid_of`] is around all of them.
    ///
    /// ```
    /// use training_replay::{Metrics, Parameter, Replay, Runs, Weights};
    ///
    /// let mut runs = Runs::new();
    /// for (name, slope) in [("up", 1.0), ("down", -1.0_f32)] {
    ///     let mut replay = Replay::options().in_memory();
    ///     for epoch in [0.0, 1.0, 2.0] {
    ///         let bias = Parameter::new("a", "bias", [2], vec![epoch, slope * epoch]);
    ///         replay.record(&Weights::from_iter([bias]), Metrics::new())?;
    ///     }
    ///     runs.push(name, replay);
    /// }
    /// let paths = runs.weight_paths()?;
    /// let start = |run: usize, axis: usize| paths[run].coordinates[(0, axis)];
    /// assert!((start(0, 0) - start(1, 0)).abs() < 1e-9 && (start(0, 1) - start(1, 1)).abs() < 1e-9); // both begin at one point
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Run::weight_path`], and [`Error::Invalid`](crate::Error::Invalid) for no runs, a run without epochs, and a parameter that
    /// not all runs have alike, with the name of the run.
    pub fn weight_paths(&self) -> Result<Vec<WeightPath>> {
        let (names, replays): (Vec<&str>, Vec<&Replay>) = self.iter().unzip();
        let epochs: Vec<Vec<u64>> = replays.iter().map(|replay| replay.epochs().collect()).collect();
        let mut read = |run: usize, epoch: u64, weights: &mut Weights| replays[run].read_known(epoch.into(), weights);
        let mut paths = WeightPath::of_runs(&names, &epochs, &mut read)?;
        for (path, replay) in paths.iter_mut().zip(replays) {
            path.caveats.extend(replay.caveat_of_base().into_iter().chain(replay.lost()));
        }
        Ok(paths)
    }
}

impl<M: Forward> Run<'_, M> {
    /// Returns the mean loss over the [data](Self::on) on a plane in the space of the weights.
    ///
    /// [`WeightPath::plane`] is that of the run, and [`WeightPath::grid`] around it; [`WeightPlane`] has others.
    ///
    /// ```
    /// # use training_replay::{Activation, Dense, Loss, Metrics, Optimizer, Replay, Sequential, Trainer, datasets};
    /// # let data = datasets::moons(100, 0.1, 7);
    /// # let layers = [Dense::new(4).activation(Activation::Tanh), Dense::new(1).activation(Activation::Sigmoid)];
    /// # let mut model = Sequential::builder(2).layers(layers).build(1)?;
    /// # let mut trainer = Trainer::new(Loss::BinaryCrossEntropy, Optimizer::adam(0.1));
    /// # let mut replay = Replay::options().dataset(&data).in_memory();
    /// # for _ in 0..10 {
    /// #     let metrics = trainer.epoch(&mut model, &data)?;
    /// #     replay.record(&model, metrics)?;
    /// # }
    /// let run = replay.run()?;
    /// let path = run.weight_path()?;
    /// let surface = run.loss_surface(path.plane()?, &path.grid(0.2).points(30), Loss::BinaryCrossEntropy)?;
    /// let lines = surface.level_lines(0.5)?; // beside `path.coordinates`
    /// assert_eq!(surface.losses.shape(), (30, 30));
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`LossSurface::of`], [`Replay::dataset`] and [`at`](Self::at), which is asked for the first chosen epoch that is not damaged; a recording of some
    /// parameters needs its [`Base`](crate::Base), also when the plane is made.
    pub fn loss_surface(&self, plane: &WeightPlane, grid: &Grid, loss: Loss) -> Result<LossSurface> {
        self.check_model(|recorded| plane.expect(recorded, "of the recording"))?;
        let data = self.dataset()?;
        let pass = self.progress.pass(grid.count());
        let step = || pass.step();
        let question = Question { data, loss, threads: self.threads, step: &step };
        LossSurface::of_models(plane, grid, question, |known, weights| self.model_of(known, weights))
    }

    /// Returns the mean loss over the [data](Self::on) at so many points of the straight line between two sets of weights, and its
    /// barrier.
    ///
    /// ```
    /// # use training_replay::{Activation, Dense, Loss, Metrics, Optimizer, Replay, Result, Sequential, Trainer, datasets};
    /// # fn main() -> Result<()> {
    /// # let data = datasets::moons(100, 0.1, 7);
    /// # let train = |seed: u64| -> Result<Replay> {
    /// #     let layers = [Dense::new(4).activation(Activation::Tanh), Dense::new(1).activation(Activation::Sigmoid)];
    /// #     let mut model = Sequential::builder(2).layers(layers).build(seed)?;
    /// #     let mut trainer = Trainer::new(Loss::BinaryCrossEntropy, Optimizer::adam(0.1));
    /// #     let mut replay = Replay::options().dataset(&data).in_memory();
    /// #     for _ in 0..=20 {
    /// #         let metrics = trainer.epoch(&mut model, &data)?;
    /// #         replay.record(&model, metrics)?;
    /// #     }
    /// #     Ok(replay)
    /// # };
    /// let (one, other) = (train(1)?, train(2)?);
    /// let run = one.run()?;
    /// let line = run.loss_line([&one.weights(20)?, &other.weights(20)?], 21, Loss::BinaryCrossEntropy)?; // from seed to seed
    /// assert_eq!(line.losses[0], one.at(20)?.evaluate(Loss::BinaryCrossEntropy)?.loss);
    /// println!("a barrier of {:.2}", line.barrier);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`LossLine::of`], [`Replay::dataset`] and [`at`](Self::at), which is asked for the first chosen epoch that is not damaged.
    pub fn loss_line(&self, ends: [&Weights; 2], points: usize, loss: Loss) -> Result<LossLine> {
        self.check_model(|recorded| LossLine::expect(ends[0], recorded))?;
        let data = self.dataset()?;
        let pass = self.progress.pass(points);
        let step = || pass.step();
        let question = Question { data, loss, threads: self.threads, step: &step };
        LossLine::of_models(ends, points, question, |known, weights| self.model_of(known, weights))
    }

    /// Returns how alike the outputs of a layer on the [data](Self::on) are, epoch by epoch, to those at one epoch: with the last one as
    /// reference, where the layer stops changing.
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
    /// let change = replay.run()?.layer_change("hidden", 20)?;
    /// assert!((change.similarities[20].cka - 1.0).abs() < 1e-9); // with itself
    /// println!("as it will be from epoch {:?} on", change.settled_at(0.99));
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`LayerSimilarity::of`], [`Replay::dataset`] and [`at`](Self::at), and [`Error::UnknownLayer`] if no layer has this name.
    pub fn layer_change(&self, layer: &str, reference: u64) -> Result<LayerChange> {
        let values = |snapshot: &Snapshot<'_, M>| {
            let layers = 0..checked::layer_index(snapshot.model(), layer)? + 1;
            checked::layers(snapshot.model(), snapshot.dataset()?.inputs(), layers)
        };
        let of_reference = values(&self.at(reference)?)?;
        let compare = |snapshot: &Snapshot<'_, M>| {
            Ok((snapshot.epoch(), LayerSimilarity::of(&of_reference, &values(snapshot)?)?))
        };
        let (found, caveats) = self.map_readable(compare)?;
        let (epochs, similarities) = found.into_iter().unzip();
        Ok(LayerChange { layer: layer.into(), reference, epochs, similarities, caveats })
    }

    /// Fails if the model of the first chosen epoch that is not damaged forgets what was recorded, or what is asked about has other
    /// parameters.
    fn check_model(&self, expect: impl FnOnce(&Weights) -> Result<()>) -> Result<()> {
        let is_damage = |read: &Result<Weights>| matches!(read, Err(Error::Corrupted { .. }));
        let mut read = self.epochs.iter().map(|&epoch| (epoch, self.replay().weights(epoch)));
        let Some((epoch, recorded)) = read.find(|(_, read)| !is_damage(read)) else { return Ok(()) };
        expect(&recorded?)?;
        self.at(epoch).map(drop)
    }
}

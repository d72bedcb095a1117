//! The plots of a run: any epoch, on axes that are the same for all of them.

use std::fmt;

use super::{axis_limits::AxisLimits, epoch_data::EpochData, settings::Settings, violins::Violins};
use crate::{
    Dataset, Forward, Loss, Matrix, Result,
    analysis::{Caveat, LayerFilter, Quantity},
    plot::Panel,
    replay::{Run, Snapshot},
};

/// The plots of a run at any of its epochs, on axes that are the same for all of them: pictures of different epochs compare,
/// and an animation shows what moves, and not how its axes do.
///
/// They are made of a [`Run`], with its epochs, model and threads. Making them reads every epoch once for the limits of the
/// axes, and once more before that if a principal plane has to be found. Then nothing is kept but the limits and the curves,
/// and each picture reads its own epoch when it is asked for. Class 1 is predicted where a single output is above the threshold of the [`Run`].
///
/// The axes leave out what would squeeze all else into a speck, as [`Axes::Robust`](crate::plot::Axes::Robust) says, and notes
/// below the titles of the panels say so.
///
/// A run of more than 16 million losses, samples times epochs, is read once more for the highest bar of their histogram.
///
/// ```
/// # use training_replay::{Activation, Dense, Loss, Metrics, Optimizer, Replay, Sequential, Trainer, datasets};
/// use training_replay::plot::RunPlots;
///
/// # let data = datasets::parabola(50, 13);
/// # let layers = [Dense::new(2).name("hidden").activation(Activation::Tanh), Dense::new(1).activation(Activation::Sigmoid)];
/// # let mut model = Sequential::builder(2).layers(layers).build(42)?;
/// # let mut trainer = Trainer::new(Loss::BinaryCrossEntropy, Optimizer::sgd(0.05));
/// # let mut replay = Replay::options().dataset(&data).loss(Loss::BinaryCrossEntropy).in_memory();
/// # replay.record(&model, Metrics::new())?;
/// # for _ in 0..5 {
/// #     let metrics = trainer.epoch(&mut model, &data)?;
/// #     replay.record(&model, metrics)?;
/// # }
/// let plots = RunPlots::options().name_classes(["negative", "positive"]).of(replay.run()?)?;
/// let figure = plots.figure(3)?; // all panels of one epoch
/// assert_eq!(figure.panels().count(), 6);
/// let alone = plots.feature_space(5)?;
/// assert_eq!((alone.x.low, alone.x.high), (plots.feature_space(0)?.x.low, plots.feature_space(0)?.x.high));
/// # let png = figure.size(800, 400).to_png()?;
/// # Ok::<(), training_replay::Error>(())
/// ```
pub struct RunPlots<'a, M> {
    pub(crate) run: Run<'a, M>,
    pub(crate) data: &'a Dataset,
    pub(crate) settings: Settings,
    pub(crate) limits: AxisLimits,
    pub(super) caveats: Vec<Caveat>,
}

impl<M> fmt::Debug for RunPlots<'_, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RunPlots").field("run", &self.run).finish_non_exhaustive()
    }
}

impl<'a, M: Forward> RunPlots<'a, M> {
    /// Returns the epochs that can be shown, in order.
    pub fn epochs(&self) -> &[u64] {
        self.run.chosen_epochs()
    }

    /// Returns what the pictures rest on or leave out: what was assumed of the model, and the epochs that could not be read,
    /// which are none of [`epochs`](Self::epochs).
    pub fn caveats(&self) -> &[Caveat] {
        &self.caveats
    }

    /// Returns the names of the classes; of the labels or the outputs where the targets name no classes.
    pub fn class_names(&self) -> &[String] {
        &self.settings.class_names
    }

    /// Returns whether there is a hidden layer to show.
    pub fn has_feature_space(&self) -> bool {
        self.settings.hidden.is_some()
    }

    /// Returns whether there are two inputs or more, for a boundary to be drawn between.
    pub fn has_decision_boundary(&self) -> bool {
        self.settings.input.is_some()
    }

    /// What the model makes of the data at an epoch, with every layer shown on the way.
    pub(crate) fn by_layer<'s>(
        &'s self,
        snapshot: &'s Snapshot<'a, M>,
        each: impl FnMut(usize, &str, &Matrix, &Matrix) -> Result<()>,
    ) -> Result<EpochData<'s, 'a, M>> {
        EpochData::by_layer(snapshot, self.data, &self.settings, each)
    }

    /// What the model makes of the data at an epoch.
    pub(crate) fn at<'s>(&'s self, snapshot: &'s Snapshot<'a, M>) -> EpochData<'s, 'a, M> {
        EpochData::new(snapshot, self.data, &self.settings)
    }

    /// What the loss is called on axes and in legends.
    pub(crate) fn loss_word(&self) -> String {
        self.own_loss().unwrap_or_else(|| "loss".into())
    }

    /// What the model's own loss is called, if it is shown.
    pub(crate) fn own_loss(&self) -> Option<String> {
        self.run.replay().name_of(Some(self.settings.loss))
    }

    /// Returns the loss of the samples.
    pub fn loss(&self) -> Loss {
        self.settings.loss
    }

    /// Returns the diagram of the network with the weights of an epoch, if it is a dense one of a readable size.
    ///
    /// ```
    /// # use training_replay::{Activation, Dense, Loss, Metrics, Replay, Sequential, datasets, plot::RunPlots};
    /// # let data = datasets::parabola(50, 13);
    /// # let layers = [Dense::new(2).name("hidden").activation(Activation::Tanh), Dense::new(1).activation(Activation::Sigmoid)];
    /// # let model = Sequential::builder(2).layers(layers).build(42)?;
    /// # let mut replay = Replay::options().dataset(&data).loss(Loss::BinaryCrossEntropy).in_memory();
    /// # replay.record(&model, Metrics::new())?;
    /// assert_eq!(RunPlots::of(replay.run()?)?.network(0)?.title, "2-2-1, epoch 0");
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Panel::network`], and if the epoch cannot be read.
    pub fn network(&self, epoch: u64) -> Result<Panel> {
        let mut panel = Panel::network(self.run.at(epoch)?.model(), self.data.feature_names())?;
        panel.title = format!("{}, epoch {epoch}", panel.title);
        Ok(panel)
    }

    /// Returns the violins of a quantity, on an axis that is the same at every epoch. Reads the run once, for the limits of that
    /// axis.
    ///
    /// ```
    /// # use training_replay::{Activation, Dense, Loss, Metrics, Replay, Sequential, datasets};
    /// # let data = datasets::parabola(50, 13);
    /// # let layers = [Dense::new(2).name("hidden").activation(Activation::Tanh), Dense::new(1).activation(Activation::Sigmoid)];
    /// # let model = Sequential::builder(2).layers(layers).build(42)?;
    /// # let mut replay = Replay::options().dataset(&data).loss(Loss::BinaryCrossEntropy).in_memory();
    /// # replay.record(&model, Metrics::new())?;
    /// use training_replay::{analysis::{LayerFilter, Quantity}, plot::RunPlots};
    ///
    /// let plots = RunPlots::of(replay.run()?)?;
    /// let violins = plots.violins(Quantity::activations(), &LayerFilter::default())?;
    /// assert_eq!(violins.panel(0)?.x.names(), ["hidden", "dense_1"]);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Snapshot::distributions`](crate::Snapshot::distributions).
    pub fn violins(&self, quantity: Quantity, selection: &LayerFilter) -> Result<Violins<'_, 'a, M>> {
        Violins::of(&self.run, quantity, selection, self.settings.axes.axes)
    }
}

//! The plots of a run: any epoch, on axes that are the same for all of them.

use std::fmt;

use super::{
    axis_limits::AxisLimits,
    epoch_data::EpochData,
    settings::{Hidden, Settings},
};
use crate::plot::{Figure, Panel, Violins, panel::histograms::axis_label};
use crate::{
    Dataset, Error, Forward, Loss, Matrix, Result,
    analysis::{Caveat, DecisionBoundary, Histogram, LayerFilter, Quantity},
    replay::{Run, Snapshot},
};

/// Points along a side of the regions behind a layer.
const REGIONS: usize = 100;

/// The plots of a run at any of its epochs, on axes that are the same for all of them: pictures of different epochs compare,
/// and an animation shows what moves, and not how its axes do.
///
/// They are made of a [`Run`], with its epochs, model and threads. Making them reads every epoch once for the limits of the
/// axes, and once more before that if a principal plane has to be found. Then nothing is kept but the limits and the curves,
/// and each picture reads its own epoch when it is asked for. Class 1 is predicted where a single output is above the threshold of the [`Run`].
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

impl<'a, M: Forward + Sync> RunPlots<'a, M> {
    /// Returns the epochs that can be shown, in order.
    pub fn epochs(&self) -> &[u64] {
        self.run.chosen_epochs()
    }

    /// Returns what the pictures rest on or leave out: what was assumed of the model, and the epochs that could not be read,
    /// which are none of [`epochs`](Self::epochs).
    pub fn caveats(&self) -> &[Caveat] {
        &self.caveats
    }

    /// Returns the names of the classes.
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

    /// Returns the feature space of the hidden layer at an epoch.
    ///
    /// Two inputs have a grid that is bent. With any other number, a layer of two units has the regions behind it. Misclassified
    /// samples have a ring.
    ///
    /// ```
    /// # use training_replay::{Activation, Dense, Loss, Metrics, Replay, Sequential, datasets, plot::RunPlots};
    /// # let data = datasets::parabola(50, 13);
    /// # let layers = [Dense::new(2).name("hidden").activation(Activation::Tanh), Dense::new(1).activation(Activation::Sigmoid)];
    /// # let model = Sequential::builder(2).layers(layers).build(42)?;
    /// # let mut replay = Replay::options().dataset(&data).loss(Loss::BinaryCrossEntropy).in_memory();
    /// # replay.record(&model, Metrics::new())?;
    /// let space = RunPlots::of(replay.run()?)?.feature_space(0)?;
    /// assert_eq!((space.title.as_str(), space.x.label.as_str()), ("Feature space of hidden", "unit 0"));
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Missing`](crate::Error::Missing) if the model has no hidden layer of two units or more, and if the epoch cannot be
    /// read.
    pub fn feature_space(&self, epoch: u64) -> Result<Panel> {
        self.feature_space_of(&self.at(&self.run.at(epoch)?))
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

    fn feature_space_of(&self, at: &EpochData<'_, 'a, M>) -> Result<Panel> {
        let space = at.feature_space(&self.settings.grid)?;
        let mut panel = Panel::feature_space(&space, self.data)?;
        if let Some(hidden) = &self.settings.hidden {
            panel.title = format!("Feature space of {}", hidden.layer);
            [panel.x.label, panel.y.label] = hidden.labels();
        }
        let panel = self.limits.hidden.apply(panel).name_classes(self.class_names());
        let mut panel = panel.ring_misclassified(&space.samples, &at.misclassified()?);
        panel.note_unseen(&space.samples);
        match self.map_behind(at.snapshot, REGIONS)? {
            Some(map) => panel.regions(&map),
            None => Ok(panel),
        }
    }

    /// What the rest of the network makes of the space of a layer of two units, where no grid of inputs can be bent into it.
    pub(crate) fn map_behind(&self, snapshot: &Snapshot<'_, M>, points: usize) -> Result<Option<DecisionBoundary>> {
        let hidden = self.settings.hidden.as_ref().filter(|hidden| hidden.is_plain() && self.data.features() != 2);
        let map =
            |hidden: &Hidden| snapshot.decision_boundary(hidden.view(), &self.limits.hidden.grid().points(points));
        hidden.map(map).transpose()
    }

    /// Returns the decision boundary among the inputs at an epoch; with more than two of them on the plane that shows most of the
    /// data.
    ///
    /// ```
    /// # use training_replay::{Activation, Dense, Loss, Metrics, Replay, Sequential, datasets, plot::RunPlots};
    /// # let data = datasets::parabola(50, 13);
    /// # let layers = [Dense::new(2).name("hidden").activation(Activation::Tanh), Dense::new(1).activation(Activation::Sigmoid)];
    /// # let model = Sequential::builder(2).layers(layers).build(42)?;
    /// # let mut replay = Replay::options().dataset(&data).loss(Loss::BinaryCrossEntropy).in_memory();
    /// # replay.record(&model, Metrics::new())?;
    /// let boundary = RunPlots::of(replay.run()?)?.decision_boundary(0)?;
    /// assert_eq!((boundary.x.label.as_str(), boundary.y.label.as_str()), ("x1", "x2"));
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Missing`] if there is a single input, and if the epoch cannot be read.
    pub fn decision_boundary(&self, epoch: u64) -> Result<Panel> {
        self.decision_boundary_of(&self.at(&self.run.at(epoch)?))
    }

    fn decision_boundary_of(&self, at: &EpochData<'_, 'a, M>) -> Result<Panel> {
        let hint = "a boundary is drawn between two inputs, or on a plane of more";
        let input = self.settings.input.as_ref().ok_or_else(|| Error::missing("second input", hint))?;
        let mut panel = Panel::decision_boundary(&input.map(at.snapshot, &input.grid)?, &input.samples, self.data)?;
        [panel.x.label, panel.y.label] = input.labels();
        panel.note_unseen(&input.samples);
        let panel = panel.name_classes(self.class_names());
        Ok(panel.ring_misclassified(&input.samples, &at.misclassified()?))
    }

    /// Returns the histogram of the probabilities of a class's samples at an epoch.
    ///
    /// ```
    /// # use training_replay::{Activation, Dense, Loss, Metrics, Replay, Sequential, datasets, plot::RunPlots};
    /// # let data = datasets::parabola(50, 13);
    /// # let layers = [Dense::new(2).name("hidden").activation(Activation::Tanh), Dense::new(1).activation(Activation::Sigmoid)];
    /// # let model = Sequential::builder(2).layers(layers).build(42)?;
    /// # let mut replay = Replay::options().dataset(&data).loss(Loss::BinaryCrossEntropy).in_memory();
    /// # replay.record(&model, Metrics::new())?;
    /// let plots = RunPlots::options().name_classes(["negative", "positive"]).of(replay.run()?)?;
    /// let panel = plots.probabilities(0, 1)?;
    /// assert_eq!((panel.title.as_str(), panel.x.label.as_str()), ("positive samples", "probability of positive"));
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] if there is no such class, and if the epoch cannot be read.
    pub fn probabilities(&self, epoch: u64, class: usize) -> Result<Panel> {
        self.probabilities_of(&self.at(&self.run.at(epoch)?), class)
    }

    fn probabilities_of(&self, at: &EpochData<'_, 'a, M>, class: usize) -> Result<Panel> {
        let histogram = at.probability_histogram()?;
        let mut panel = Panel::bars_of_class(histogram, class)?;
        let names = self.class_names();
        panel.title = format!("{} samples", names[class]);
        let of = &names[if self.data.outputs() == 1 { 1 } else { class }];
        panel.x.label = axis_label(histogram.kind, of);
        panel.y.high = self.limits.counts_of_class(class);
        Ok(panel.threshold(histogram.threshold))
    }

    /// Returns the histogram of the probabilities of each sample's own class at an epoch, of all classes together.
    ///
    /// ```
    /// # use training_replay::{Activation, Dense, Loss, Metrics, Replay, Sequential, datasets, plot::RunPlots};
    /// # let data = datasets::parabola(50, 13);
    /// # let layers = [Dense::new(2).name("hidden").activation(Activation::Tanh), Dense::new(1).activation(Activation::Sigmoid)];
    /// # let model = Sequential::builder(2).layers(layers).build(42)?;
    /// # let mut replay = Replay::options().dataset(&data).loss(Loss::BinaryCrossEntropy).in_memory();
    /// # replay.record(&model, Metrics::new())?;
    /// let panel = RunPlots::of(replay.run()?)?.confidences(0)?;
    /// assert_eq!(panel.x.label, "probability of the sample's class");
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If the epoch cannot be read.
    pub fn confidences(&self, epoch: u64) -> Result<Panel> {
        self.confidences_of(&self.at(&self.run.at(epoch)?))
    }

    fn confidences_of(&self, at: &EpochData<'_, 'a, M>) -> Result<Panel> {
        let histogram = at.probability_histogram()?;
        let mut panel = Panel::confidences(histogram, at.has_single_output()).name_classes(self.class_names());
        panel.y.high = self.limits.counts_of_all;
        Ok(panel)
    }

    /// Returns the histogram of the losses of the samples at an epoch.
    ///
    /// ```
    /// # use training_replay::{Activation, Dense, Loss, Metrics, Replay, Sequential, datasets, plot::RunPlots};
    /// # let data = datasets::parabola(50, 13);
    /// # let layers = [Dense::new(2).name("hidden").activation(Activation::Tanh), Dense::new(1).activation(Activation::Sigmoid)];
    /// # let model = Sequential::builder(2).layers(layers).build(42)?;
    /// # let mut replay = Replay::options().dataset(&data).loss(Loss::BinaryCrossEntropy).in_memory();
    /// # replay.record(&model, Metrics::new())?;
    /// let panel = RunPlots::of(replay.run()?)?.losses(0)?;
    /// assert!(panel.x.high > 0.0); // the largest loss of the run
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If the epoch cannot be read, or one of its losses is not among those of the run any more.
    pub fn losses(&self, epoch: u64) -> Result<Panel> {
        self.losses_of(&self.at(&self.run.at(epoch)?))
    }

    fn losses_of(&self, at: &EpochData<'_, 'a, M>) -> Result<Panel> {
        let mut panel = Panel::losses(&Histogram::of(at.losses()?, 0.0..=self.limits.loss, self.settings.bins)?);
        panel.y.high = self.limits.counts_of_losses;
        Ok(panel)
    }

    /// Returns the curves of loss and accuracy over all samples, with a line at an epoch.
    ///
    /// ```
    /// # use training_replay::{Activation, Dense, Loss, Metrics, Replay, Sequential, datasets, plot::RunPlots};
    /// # let data = datasets::parabola(50, 13);
    /// # let layers = [Dense::new(2).name("hidden").activation(Activation::Tanh), Dense::new(1).activation(Activation::Sigmoid)];
    /// # let model = Sequential::builder(2).layers(layers).build(42)?;
    /// # let mut replay = Replay::options().dataset(&data).loss(Loss::BinaryCrossEntropy).in_memory();
    /// # replay.record(&model, Metrics::new())?;
    /// use training_replay::plot::ColorRole;
    ///
    /// let curves = RunPlots::of(replay.run()?)?.curves(0);
    /// assert_eq!(curves.in_color(ColorRole::Marker).next().unwrap().points()[0], [0.0, 0.0]);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    pub fn curves(&self, epoch: u64) -> Panel {
        let loss = Panel::curves("loss", &[("loss", &self.limits.losses)]);
        let accuracy = [("accuracy", &self.limits.accuracies)];
        let both = loss.right_curves("accuracy", &accuracy).titled("Loss and accuracy over all samples");
        both.marker(epoch as f64)
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
    /// As [`Snapshot::distributions`].
    pub fn violins(&self, quantity: Quantity, selection: &LayerFilter) -> Result<Violins<'_, 'a, M>> {
        Violins::of(&self.run, quantity, selection)
    }

    /// Returns all panels of an epoch: boundary, feature space and curves above, histograms of probabilities and losses below.
    ///
    /// ```
    /// # use training_replay::{Activation, Dense, Loss, Metrics, Replay, Sequential, datasets, plot::RunPlots};
    /// # let data = datasets::parabola(50, 13);
    /// # let layers = [Dense::new(2).name("hidden").activation(Activation::Tanh), Dense::new(1).activation(Activation::Sigmoid)];
    /// # let model = Sequential::builder(2).layers(layers).build(42)?;
    /// # let mut replay = Replay::options().dataset(&data).loss(Loss::BinaryCrossEntropy).in_memory();
    /// # replay.record(&model, Metrics::new())?;
    /// let figure = RunPlots::of(replay.run()?)?.figure(0)?.size(800, 400);
    /// assert_eq!(figure.panels().count(), 6);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If the epoch cannot be read.
    pub fn figure(&self, epoch: u64) -> Result<Figure> {
        let snapshot = self.run.at(epoch)?;
        let at = self.at(&snapshot);
        let boundary = self.settings.input.as_ref().map(|_| self.decision_boundary_of(&at));
        let space = self.settings.hidden.as_ref().map(|_| self.feature_space_of(&at));
        let above: Vec<Panel> =
            boundary.into_iter().chain(space).chain([Ok(self.curves(epoch))]).collect::<Result<_>>()?;
        let mut below = match self.class_names().len() {
            2 => vec![self.probabilities_of(&at, 0)?, self.probabilities_of(&at, 1)?],
            _ => vec![self.confidences_of(&at)?],
        };
        below.push(self.losses_of(&at)?);
        Ok(Figure::new().title(format!("Epoch {epoch}")).tall_row(1.5, above).row(below))
    }

    /// Returns the loss of the samples.
    pub fn loss(&self) -> Loss {
        self.settings.loss
    }
}

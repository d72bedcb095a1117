//! A run, ready to be shown at any epoch, on axes that are the same for all of them.

use std::fmt;

use super::{
    axis_limits::AxisLimits,
    epoch_data::EpochData,
    options::{Hidden, RunPlotOptions, Settings},
};
use crate::plot::{Figure, Panel, Violins};
use crate::{
    Dataset, Error, Forward, Loss, Matrix, Result,
    analysis::{DecisionBoundary, Histogram, LayerFilter, Quantity},
    replay::{Run, Snapshot},
};

/// Points along a side of the regions behind a layer.
const REGIONS: usize = 100;

/// A run, ready to be shown at any epoch, on axes that are the same for all of them: so pictures of different epochs
/// compare, and an animation shows what moves and not how its axes do.
///
/// It is made from a sweep over a recording, with that sweep's epochs, model and threads. Making it goes through all of them,
/// for the limits of the axes; then nothing is kept but these, and each picture is computed when it is asked for. A single output
/// tells class 1 above 0.5, as everywhere.
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
}

impl<M> fmt::Debug for RunPlots<'_, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RunPlots").field("run", &self.run).finish_non_exhaustive()
    }
}

impl<'a, M: Forward + Sync> RunPlots<'a, M> {
    /// With the settings that [`RunPlotOptions`] has by default.
    ///
    /// # Errors
    ///
    /// As [`RunPlotOptions::of`].
    pub fn of(run: Run<'a, M>) -> Result<Self> {
        RunPlotOptions::default().of(run)
    }

    pub(crate) fn new(run: Run<'a, M>, options: RunPlotOptions) -> Result<Self> {
        let mut epochs = run.chosen_epochs().to_vec();
        epochs.sort_unstable();
        epochs.dedup();
        let run = run.epochs(epochs);
        let data = run.replay().dataset()?;
        let Some(&first) = run.chosen_epochs().first() else {
            return Err(Error::invalid("the number of epochs to plot", "1 or more", 0));
        };
        let first = run.at(first)?;
        let settings = Settings::resolve(&run, &first, data, options)?;
        let limits = AxisLimits::over(&run, &first, data, &settings)?;
        Ok(Self { run, data, settings, limits })
    }

    /// The epochs that can be shown, in order.
    pub fn epochs(&self) -> &[u64] {
        self.run.chosen_epochs()
    }

    /// The names of the classes.
    pub fn class_names(&self) -> &[String] {
        &self.settings.class_names
    }

    /// Whether there is a hidden layer to look into.
    pub fn has_feature_space(&self) -> bool {
        self.settings.hidden.is_some()
    }

    /// Whether there are two inputs or more, for a boundary to be drawn between.
    pub fn has_decision_boundary(&self) -> bool {
        self.settings.input.is_some()
    }

    /// How the hidden layer bends the input space at an epoch. Where there is no grid to bend, a layer of two units has the
    /// regions behind it, and samples that are told wrong have a ring.
    ///
    /// # Errors
    ///
    /// [`Error::Missing`] if the model has no hidden layer of two units or more, and if the epoch cannot be asked.
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
        if !space.region.is_empty() {
            return Ok(panel);
        }
        let panel = panel.highlight(&space.samples, &at.misclassified()?);
        Ok(match self.map_behind(at.snapshot, REGIONS)? {
            Some(map) => panel.regions(&map),
            None => panel,
        })
    }

    /// What the rest of the network makes of the space of a layer of two units, where no grid of inputs can be bent into it.
    pub(crate) fn map_behind(&self, snapshot: &Snapshot<'_, M>, points: usize) -> Result<Option<DecisionBoundary>> {
        let hidden = self.settings.hidden.as_ref().filter(|hidden| hidden.is_plain() && self.data.features() != 2);
        let map =
            |hidden: &Hidden| snapshot.decision_boundary(hidden.view(), &self.limits.hidden.grid().points(points));
        hidden.map(map).transpose()
    }

    /// Where the classes part among the inputs at an epoch: with more than two of them on the plane that shows most of the
    /// data.
    ///
    /// # Errors
    ///
    /// [`Error::Missing`] if there is a single input, and if the epoch cannot be asked.
    pub fn decision_boundary(&self, epoch: u64) -> Result<Panel> {
        self.decision_boundary_of(&self.at(&self.run.at(epoch)?))
    }

    fn decision_boundary_of(&self, at: &EpochData<'_, 'a, M>) -> Result<Panel> {
        let hint = "a boundary is drawn between two inputs, or on a plane of more";
        let input = self.settings.input.as_ref().ok_or_else(|| Error::missing("second input", hint))?;
        let mut panel = Panel::decision_boundary(&input.map(at.snapshot, &input.grid)?, &input.samples, self.data)?;
        [panel.x.label, panel.y.label] = input.labels();
        Ok(panel.name_classes(self.class_names()))
    }

    /// How sure the model is of the samples of a class at an epoch.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] if there is no such class, and if the epoch cannot be asked.
    pub fn probabilities(&self, epoch: u64, class: usize) -> Result<Panel> {
        self.probabilities_of(&self.at(&self.run.at(epoch)?), class)
    }

    fn probabilities_of(&self, at: &EpochData<'_, 'a, M>, class: usize) -> Result<Panel> {
        let histogram = at.probability_histogram()?;
        let mut panel = Panel::probabilities(histogram, class)?;
        let names = self.class_names();
        panel.title = format!("{} samples", names[class]);
        panel.x.label = format!("probability of {}", names[if self.data.outputs() == 1 { 1 } else { class }]);
        panel.y.high = self.limits.counts_of_class(class);
        Ok(panel)
    }

    /// How sure the model is at an epoch of the class that each sample has, of all classes together.
    ///
    /// # Errors
    ///
    /// If the epoch cannot be asked.
    pub fn confidences(&self, epoch: u64) -> Result<Panel> {
        self.confidences_of(&self.at(&self.run.at(epoch)?))
    }

    fn confidences_of(&self, at: &EpochData<'_, 'a, M>) -> Result<Panel> {
        let histogram = at.probability_histogram()?;
        let mut panel = Panel::confidences(histogram, at.has_single_output()).name_classes(self.class_names());
        panel.y.high = self.limits.counts_of_all;
        Ok(panel)
    }

    /// What the samples cost at an epoch.
    ///
    /// # Errors
    ///
    /// If the epoch cannot be asked, or its losses are not those of the recording any more.
    pub fn losses(&self, epoch: u64) -> Result<Panel> {
        self.losses_of(&self.at(&self.run.at(epoch)?))
    }

    fn losses_of(&self, at: &EpochData<'_, 'a, M>) -> Result<Panel> {
        let mut panel = Panel::losses(&Histogram::of(at.losses()?, 0.0..=self.limits.loss, self.settings.bins)?);
        panel.y.high = self.limits.counts_of_losses;
        Ok(panel)
    }

    /// Loss and accuracy over all samples at every epoch, with a line at this one.
    pub fn curves(&self, epoch: u64) -> Panel {
        let loss = Panel::curves("loss", &[("loss", &self.limits.losses)]);
        let accuracy = [("accuracy", &self.limits.accuracies)];
        let both = loss.right_curves("accuracy", &accuracy).titled("Loss and accuracy over all samples");
        both.marker(epoch as f64)
    }

    /// Violins of a quantity for each layer, on an axis that is the same at every epoch.
    ///
    /// ```
    /// # use training_replay::{Activation, Dense, Loss, Metrics, Replay, Sequential, datasets};
    /// use training_replay::{analysis::{Quantity, LayerFilter}, plot::RunPlots};
    ///
    /// # let data = datasets::parabola(50, 13);
    /// # let layers = [Dense::new(2).name("hidden").activation(Activation::Tanh), Dense::new(1).activation(Activation::Sigmoid)];
    /// # let model = Sequential::builder(2).layers(layers).build(42)?;
    /// # let mut replay = Replay::options().dataset(&data).loss(Loss::BinaryCrossEntropy).in_memory();
    /// # replay.record(&model, Metrics::new())?;
    /// let plots = RunPlots::of(replay.run()?)?;
    /// let violins = plots.violins(Quantity::activations(), &LayerFilter::default())?;
    /// assert_eq!(violins.panel(0)?.x.names, ["hidden", "dense_1"]);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Snapshot::distributions`].
    pub fn violins(&self, quantity: Quantity, selection: &LayerFilter) -> Result<Violins<'_, 'a, M>> {
        Violins::of(&self.run, quantity, selection)
    }

    /// All of them at one epoch: boundary, feature space and curves above, histograms of probabilities and losses below.
    ///
    /// # Errors
    ///
    /// If the epoch cannot be asked.
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

    /// The loss that samples are billed with.
    pub fn loss(&self) -> Loss {
        self.settings.loss
    }
}

impl RunPlots<'_, ()> {
    /// Begins to choose what is shown.
    pub fn options() -> RunPlotOptions {
        RunPlotOptions::default()
    }
}

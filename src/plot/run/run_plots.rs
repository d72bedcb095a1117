//! A run, ready to be shown at any epoch, on axes that are the same for all of them.

use std::fmt;

use super::{
    axis_limits::AxisLimits,
    options::{Hidden, RunPlotOptions, Settings},
};
use crate::plot::{Figure, Panel, Violins};
use crate::{
    Dataset, Error, Forward, Loss, Result,
    analysis::{DecisionBoundary, FeatureSpace, Histogram, LayerFilter, MilestoneOptions, Milestones, Quantity, View},
    data::labels,
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
    pub(crate) reach: AxisLimits,
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
        let settings = Settings::resolve(&run, data, options)?;
        let reach = AxisLimits::over(&run, data, &settings)?;
        Ok(Self { run, data, settings, reach })
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
        self.feature_space_of(&self.run.at(epoch)?)
    }

    fn feature_space_of(&self, snapshot: &Snapshot<'_, M>) -> Result<Panel> {
        let hint = "a feature space is that of a hidden layer of two units or more";
        let hidden = self.settings.hidden.as_ref().ok_or_else(|| Error::missing("hidden layer to look into", hint))?;
        let space = self.space_of(snapshot)?;
        let mut panel = Panel::feature_space(&space, self.data)?;
        panel.title = format!("Feature space of {}", hidden.layer);
        [panel.x.label, panel.y.label] = hidden.labels();
        let panel = self.reach.hidden.apply(panel).name_classes(self.class_names());
        if !space.region.is_empty() {
            return Ok(panel);
        }
        let panel = panel.ring(&space.samples, &self.wrong(snapshot)?);
        Ok(match self.map_behind(snapshot, REGIONS)? {
            Some(map) => panel.regions(&map),
            None => panel,
        })
    }

    /// What the rest of the network makes of the space of a layer of two units, where no grid of inputs can be bent into it.
    pub(crate) fn map_behind(&self, snapshot: &Snapshot<'_, M>, points: usize) -> Result<Option<DecisionBoundary>> {
        let hidden = self.settings.hidden.as_ref().filter(|hidden| hidden.is_plain() && self.data.features() != 2);
        let map = |hidden: &Hidden| snapshot.decision_boundary(hidden.view(), &self.reach.hidden.grid().points(points));
        hidden.map(map).transpose()
    }

    /// The plain result behind it.
    pub(crate) fn space_of(&self, snapshot: &Snapshot<'_, M>) -> Result<FeatureSpace> {
        let Some(hidden) = &self.settings.hidden else { return Ok(FeatureSpace::default()) };
        snapshot.feature_space(hidden.view(), &self.settings.grid)
    }

    /// The samples that are told wrong, or not at all.
    fn wrong(&self, snapshot: &Snapshot<'_, M>) -> Result<Vec<usize>> {
        let outcomes = labels::outcomes(&snapshot.outputs()?, self.data.targets(), labels::THRESHOLD)?;
        Ok((0..outcomes.len()).filter(|&sample| !outcomes[sample].is_correct()).collect())
    }

    /// Where the classes part among the inputs at an epoch: with more than two of them on the plane that shows most of the
    /// data.
    ///
    /// # Errors
    ///
    /// [`Error::Missing`] if there is a single input, and if the epoch cannot be asked.
    pub fn decision_boundary(&self, epoch: u64) -> Result<Panel> {
        self.decision_boundary_of(&self.run.at(epoch)?)
    }

    fn decision_boundary_of(&self, snapshot: &Snapshot<'_, M>) -> Result<Panel> {
        let hint = "a boundary is drawn between two inputs, or on a plane of more";
        let input = self.settings.input.as_ref().ok_or_else(|| Error::missing("second input", hint))?;
        let mut panel = Panel::decision_boundary(&self.map_of(snapshot)?, &input.samples, self.data)?;
        [panel.x.label, panel.y.label] = input.labels();
        Ok(panel.name_classes(self.class_names()))
    }

    /// The plain result behind it.
    pub(crate) fn map_of(&self, snapshot: &Snapshot<'_, M>) -> Result<DecisionBoundary> {
        match &self.settings.input {
            None => Ok(DecisionBoundary::default()),
            Some(input) => match &input.plane {
                None => snapshot.decision_boundary(View::inputs(), &input.grid),
                Some(plane) => snapshot.decision_boundary(View::inputs().on(plane), &input.grid),
            },
        }
    }

    /// How sure the model is of the samples of a class at an epoch.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] if there is no such class, and if the epoch cannot be asked.
    pub fn probabilities(&self, epoch: u64, class: usize) -> Result<Panel> {
        self.probabilities_of(&self.run.at(epoch)?, class)
    }

    fn probabilities_of(&self, snapshot: &Snapshot<'_, M>, class: usize) -> Result<Panel> {
        let histogram = snapshot.probability_histogram(self.settings.bins, labels::THRESHOLD)?;
        let mut panel = Panel::probabilities(&histogram, class)?;
        let names = self.class_names();
        panel.title = format!("{} samples", names[class]);
        panel.x.label = format!("probability of {}", names[if self.data.outputs() == 1 { 1 } else { class }]);
        panel.y.high = self.reach.counts_of_class(class);
        Ok(panel)
    }

    /// How sure the model is at an epoch of the class that each sample has, of all classes together.
    ///
    /// # Errors
    ///
    /// If the epoch cannot be asked.
    pub fn confidences(&self, epoch: u64) -> Result<Panel> {
        self.certainties_of(&self.run.at(epoch)?)
    }

    fn certainties_of(&self, snapshot: &Snapshot<'_, M>) -> Result<Panel> {
        let histogram = snapshot.probability_histogram(self.settings.bins, labels::THRESHOLD)?;
        let mut panel = Panel::confidences(&histogram, self.data.outputs() == 1).name_classes(self.class_names());
        panel.y.high = self.reach.counts_of_all;
        Ok(panel)
    }

    /// What the samples cost at an epoch.
    ///
    /// # Errors
    ///
    /// If the epoch cannot be asked, or its losses are not those of the recording any more.
    pub fn losses(&self, epoch: u64) -> Result<Panel> {
        self.losses_of(&self.run.at(epoch)?)
    }

    fn losses_of(&self, snapshot: &Snapshot<'_, M>) -> Result<Panel> {
        let losses = snapshot.losses(self.settings.loss)?;
        let mut panel = Panel::losses(&Histogram::of(&losses, 0.0..=self.reach.loss, self.settings.bins)?);
        panel.y.high = self.reach.counts_of_losses;
        Ok(panel)
    }

    /// Loss and accuracy over all samples at every epoch, with a line at this one.
    pub fn curves(&self, epoch: u64) -> Panel {
        let loss = Panel::curves("loss", &[("loss", &self.reach.losses)]);
        let panel = if self.reach.accuracies.is_empty() {
            loss.titled("Loss")
        } else {
            let accuracy = [("accuracy", &self.reach.accuracies)];
            loss.right_curves("accuracy", &accuracy).titled("Loss and accuracy over all samples")
        };
        panel.marker(epoch as f64)
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
        let boundary = self.settings.input.as_ref().map(|_| self.decision_boundary_of(&snapshot));
        let space = self.settings.hidden.as_ref().map(|_| self.feature_space_of(&snapshot));
        let above: Vec<Panel> =
            boundary.into_iter().chain(space).chain([Ok(self.curves(epoch))]).collect::<Result<_>>()?;
        let mut below = match self.class_names().len() {
            2 => vec![self.probabilities_of(&snapshot, 0)?, self.probabilities_of(&snapshot, 1)?],
            _ => vec![self.certainties_of(&snapshot)?],
        };
        below.push(self.losses_of(&snapshot)?);
        Ok(Figure::new().title(format!("Epoch {epoch}")).tall_row(1.5, above).row(below))
    }

    /// The loss that samples are billed with.
    pub fn loss(&self) -> Loss {
        self.settings.loss
    }

    /// The story of these epochs.
    pub(crate) fn milestones(&self) -> Result<Milestones> {
        self.run.milestones(&MilestoneOptions::default().loss(self.settings.loss))
    }
}

impl RunPlots<'_, ()> {
    /// Begins to choose what is shown.
    pub fn options() -> RunPlotOptions {
        RunPlotOptions::default()
    }
}

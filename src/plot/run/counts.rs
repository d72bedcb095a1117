//! The histograms of a run at an epoch: of probabilities, losses and residuals.

use super::{
    axes::Axes, axis_limits::CountedAxis, epoch_data::EpochData, run_plots::RunPlots, task::Task, value_axis::ValueAxis,
};
use crate::plot::{Mark, Panel, panel::histograms::axis_label};
use crate::{Error, Forward, Result, math::stats, notation::short};

impl<'a, M: Forward> RunPlots<'a, M> {
    /// Returns the histogram of the probabilities of a class's samples at an epoch. Where the samples have labels, that of one
    /// label: of the samples that have it, and of those that have it not.
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
    /// [`Error::Invalid`] if there is no such class or label, and if the epoch cannot be read.
    pub fn probabilities(&self, epoch: u64, class: usize) -> Result<Panel> {
        self.probabilities_of(&self.at(&self.run.at(epoch)?), class)
    }

    pub(super) fn probabilities_of(&self, at: &EpochData<'_, 'a, M>, class: usize) -> Result<Panel> {
        let names = self.class_names();
        let (histogram, mut panel, name) = match self.settings.task {
            Task::Classes => {
                let histogram = at.probability_histogram()?.clone();
                let panel = Panel::bars_of_class(&histogram, class)?.titled(format!("{} samples", names[class]));
                let name = names[if self.data.outputs() == 1 { 1 } else { class }].as_str();
                (histogram, panel, name)
            }
            Task::Labels => {
                let histogram = at.label_histogram(class)?;
                let panel = Panel::bars_of_label(&histogram).name_label(&names[class]).titled(&names[class]);
                (histogram, panel, names[class].as_str())
            }
            Task::Numbers => return Err(self.no_classes()),
        };
        panel.x.label = axis_label(histogram.kind, name);
        Ok(self.up_to(panel, self.limits.counts_of_class(class)).threshold(histogram.threshold))
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
    /// [`Error::Invalid`] if the targets name no classes, and if the epoch cannot be read.
    pub fn confidences(&self, epoch: u64) -> Result<Panel> {
        self.confidences_of(&self.at(&self.run.at(epoch)?))
    }

    pub(super) fn confidences_of(&self, at: &EpochData<'_, 'a, M>) -> Result<Panel> {
        if self.settings.task != Task::Classes {
            return Err(self.no_classes());
        }
        let histogram = at.probability_histogram()?;
        let panel = Panel::confidences(histogram, at.has_single_output()).name_classes(self.class_names());
        let panel = self.with_repeated_colors(panel);
        Ok(self.up_to(panel, self.limits.counts_of_all))
    }

    /// Says what the targets are, where a panel is about classes.
    fn no_classes(&self) -> Error {
        match self.data.classes() {
            Err(error) => error,
            Ok(_) => Error::invalid("what the targets are", "classes, as those of the training are", "numbers"),
        }
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
    /// If the epoch cannot be read.
    pub fn losses(&self, epoch: u64) -> Result<Panel> {
        self.losses_of(&self.at(&self.run.at(epoch)?))
    }

    pub(super) fn losses_of(&self, at: &EpochData<'_, 'a, M>) -> Result<Panel> {
        let (losses, options) = (at.losses()?, &self.settings.axes);
        let own = options.axes == Axes::Epoch && options.losses.is_none();
        let finite = |least: f64| {
            let above = losses.iter().map(|&loss| f64::from(loss)).filter(move |&loss| loss >= least);
            stats::finite_range(above)
        };
        let smallest = finite(f64::MIN_POSITIVE).map(|(low, _)| low);
        let axis = match (own, options.log_losses) {
            (false, _) => None,
            (true, false) => Some(ValueAxis::of_losses(finite(0.0))),
            (true, true) => Some(ValueAxis::of_log_losses(finite(0.0), smallest)),
        };
        let (histogram, notes) = self.limits.of_losses.or(axis).histogram(losses, self.settings.bins, "losses")?;
        let mut panel = Panel::losses(&histogram);
        panel.x.label = self.loss_word();
        let panel = if options.log_losses { panel.log_x() } else { panel };
        Ok(self.noted(self.up_to(panel, self.limits.of_losses.counts), &self.limits.of_losses, notes))
    }

    /// Returns the histogram of the residuals at an epoch, of an output minus what is true: for a model of numbers.
    ///
    /// ```
    /// # use training_replay::{Dataset, Dense, Loss, Matrix, Metrics, Replay, Sequential, plot::RunPlots};
    /// # let x = Matrix::from_fn(21, 2, |i, j| (i * (j + 1)) as f32 / 10.0 - 1.0);
    /// # let data = Dataset::new(x.clone(), Matrix::from_fn(21, 1, |i, _| x[(i, 0)].sin()))?;
    /// # let model = Sequential::builder(2).layer(Dense::new(1)).build(1)?;
    /// # let mut replay = Replay::options().dataset(&data).loss(Loss::MeanSquaredError).in_memory();
    /// # replay.record(&model, Metrics::new())?;
    /// let panel = RunPlots::of(replay.run()?)?.residuals(0)?;
    /// assert_eq!(panel.x.label, "prediction minus truth");
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] if the targets are classes or labels, and if the epoch cannot be read.
    pub fn residuals(&self, epoch: u64) -> Result<Panel> {
        self.residuals_of(&self.at(&self.run.at(epoch)?))
    }

    pub(crate) fn residuals_of(&self, at: &EpochData<'_, 'a, M>) -> Result<Panel> {
        self.expect_numbers()?;
        let residuals = at.residuals()?;
        let ends = stats::finite_range(residuals.iter().map(|&residual| residual.into()));
        let own = (self.settings.axes.axes == Axes::Epoch).then(|| ValueAxis::of_residuals(ends));
        let limits = &self.limits.of_residuals;
        let (histogram, notes) = limits.or(own).histogram(&residuals, self.settings.bins, "residuals")?;
        let mut panel = self.up_to(Panel::bars_of_residuals(&histogram), limits.counts).upright(0.0);
        if self.has_named_outputs() {
            panel.title = format!("Residuals of {}", self.class_names()[self.settings.output]);
        }
        Ok(self.noted(panel, limits, notes))
    }

    /// The axis of the losses with bins of equal width.
    pub(crate) fn even_loss_axis(&self) -> ValueAxis {
        let axis = &self.limits.of_losses.axis;
        if axis.logarithmic { ValueAxis::of_losses(Some((0.0, axis.high))) } else { axis.clone() }
    }

    /// What must be known to read the losses of an epoch on that axis.
    pub(crate) fn loss_notes(&self, losses: &[f32]) -> Result<Vec<String>> {
        let (histogram, notes) = self.even_loss_axis().histogram(losses, self.settings.bins, "losses")?;
        Ok(self.noted(Panel::losses(&histogram), &self.limits.of_losses, notes).notes)
    }

    /// What the axis leaves out, and what is beyond it.
    fn noted(&self, mut panel: Panel, limits: &CountedAxis, notes: Vec<String>) -> Panel {
        let left_out = limits.notes.iter().filter(|_| self.settings.axes.axes != Axes::Epoch).cloned();
        panel.notes.extend(left_out.chain(notes));
        panel
    }

    /// Gives the counts their axis, and says where a bar is cut off.
    fn up_to(&self, mut panel: Panel, of_run: f64) -> Panel {
        let bars = panel.marks.iter().filter(|mark| matches!(mark, Mark::Area { .. })).flat_map(Mark::points);
        let highest = bars.map(|point| point[1]).fold(0.0, f64::max);
        panel.y.high = match (self.settings.axes.counts, self.settings.axes.axes) {
            (Some(most), _) => most as f64,
            (None, Axes::Epoch) => panel.y.high,
            (None, _) => of_run,
        };
        if highest > panel.y.high {
            panel.notes.push(format!("the highest bar reaches to {}, beyond this axis", short(highest)));
        }
        panel
    }
}

impl CountedAxis {
    /// The axis, or another one.
    fn or(&self, own: Option<ValueAxis>) -> ValueAxis {
        own.unwrap_or_else(|| self.axis.clone())
    }
}

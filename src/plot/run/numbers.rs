//! What a model of numbers predicts at an epoch, beside what is true.

use super::{axes::Axes, epoch_data::EpochData, run_plots::RunPlots, task::Task};
use crate::plot::{Panel, panel::planes::wider};
use crate::{Error, Forward, Matrix, Result, math::stats, model::checked};

/// As many places of a single input are a smooth line.
const PLACES: usize = 400;

impl<'a, M: Forward> RunPlots<'a, M> {
    /// Returns what is predicted at an epoch against what is true, of all outputs: for a model of numbers.
    ///
    /// ```
    /// # use training_replay::{Dataset, Dense, Loss, Matrix, Metrics, Replay, Sequential, plot::RunPlots};
    /// # let x = Matrix::from_fn(21, 2, |i, j| (i * (j + 1)) as f32 / 10.0 - 1.0);
    /// # let data = Dataset::new(x.clone(), Matrix::from_fn(21, 1, |i, _| x[(i, 0)].sin()))?;
    /// # let model = Sequential::builder(2).layer(Dense::new(1)).build(1)?;
    /// # let mut replay = Replay::options().dataset(&data).loss(Loss::MeanSquaredError).in_memory();
    /// # replay.record(&model, Metrics::new())?;
    /// use training_replay::plot::ColorRole;
    ///
    /// let panel = RunPlots::of(replay.run()?)?.predicted_against_true(0)?;
    /// assert_eq!(panel.in_color(ColorRole::Series(0)).next().unwrap().points().len(), 21);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] if the targets are classes or labels, and if the epoch cannot be read.
    pub fn predicted_against_true(&self, epoch: u64) -> Result<Panel> {
        self.predictions_of(&self.at(&self.run.at(epoch)?))
    }

    pub(crate) fn predictions_of(&self, at: &EpochData<'_, 'a, M>) -> Result<Panel> {
        self.expect_numbers()?;
        let (outputs, targets) = (at.outputs()?, self.data.targets().numbers()?);
        let (range, notes) = &self.limits.values;
        if self.settings.axes.axes == Axes::Epoch {
            let own = wider(outputs.iter().chain(targets.iter()).map(|&value| value.into()));
            return Panel::predictions_between(outputs, targets, self.class_names(), own);
        }
        let mut panel = Panel::predictions_between(outputs, targets, self.class_names(), range.clone())?;
        panel.notes.splice(0..0, notes.iter().cloned());
        Ok(panel)
    }

    /// Returns the outputs over a single input at an epoch, with what is true: for a model of numbers.
    ///
    /// ```
    /// # use training_replay::{Dataset, Dense, Loss, Matrix, Metrics, Replay, Sequential, plot::RunPlots};
    /// # let x = Matrix::from_fn(21, 1, |i, _| i as f32 / 10.0 - 1.0);
    /// # let data = Dataset::new(x.clone(), x.map(f32::sin))?;
    /// # let model = Sequential::builder(1).layer(Dense::new(1)).build(1)?;
    /// # let mut replay = Replay::options().dataset(&data).loss(Loss::MeanSquaredError).in_memory();
    /// # replay.record(&model, Metrics::new())?;
    /// let panel = RunPlots::of(replay.run()?)?.fit(0)?;
    /// assert_eq!((panel.x.label.as_str(), panel.marks.len()), ("x", 2)); // dots and a line
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] if the targets are classes or labels or there is more than one input, and if the epoch cannot be read.
    pub fn fit(&self, epoch: u64) -> Result<Panel> {
        self.fit_of(&self.at(&self.run.at(epoch)?))
    }

    pub(crate) fn fit_of(&self, at: &EpochData<'_, 'a, M>) -> Result<Panel> {
        self.expect_numbers()?;
        let ends = self.settings.grid.x();
        let places = stats::linspace((*ends.start()).into(), (*ends.end()).into(), PLACES).map(|x| x as f32);
        let x = Matrix::from_iterator(PLACES, 1, places);
        if self.data.features() != 1 {
            return Err(Error::invalid("the number of inputs of a fit", "1", self.data.features()));
        }
        let outputs = checked::outputs(at.snapshot.model(), &x)?;
        let (names, (range, notes)) = (self.class_names(), &self.limits.values);
        let mut panel = if self.settings.axes.axes == Axes::Epoch {
            Panel::fit(x.as_slice(), &outputs, self.data, names)?
        } else {
            let panel = Panel::fit_between(x.as_slice(), &outputs, self.data, names, range.clone())?;
            Panel { notes: [notes.clone(), panel.notes].concat(), ..panel }
        };
        panel.notes.extend(at.note_undecided()?);
        Ok(panel)
    }

    /// Fails where the targets are no numbers.
    pub(super) fn expect_numbers(&self) -> Result<()> {
        let found = match self.settings.task {
            Task::Numbers => return Ok(()),
            Task::Classes => "classes",
            Task::Labels => "labels",
        };
        Err(Error::invalid("what the targets are", "numbers, as in regression", found))
    }

    /// Returns the confusion matrix at an epoch: of the classes, or of one label.
    ///
    /// ```
    /// # use training_replay::{Activation, Dense, Loss, Metrics, Replay, Sequential, datasets, plot::RunPlots};
    /// # let data = datasets::parabola(50, 13);
    /// # let layers = [Dense::new(2).name("hidden").activation(Activation::Tanh), Dense::new(1).activation(Activation::Sigmoid)];
    /// # let model = Sequential::builder(2).layers(layers).build(42)?;
    /// # let mut replay = Replay::options().dataset(&data).loss(Loss::BinaryCrossEntropy).in_memory();
    /// # replay.record(&model, Metrics::new())?;
    /// let panel = RunPlots::options().name_classes(["under", "over"]).of(replay.run()?)?.confusion(0)?;
    /// assert_eq!(panel.x.names(), ["under", "over"]);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] if the targets are numbers, and if the epoch cannot be read.
    pub fn confusion(&self, epoch: u64) -> Result<Panel> {
        self.confusion_of(&self.at(&self.run.at(epoch)?))
    }

    pub(super) fn confusion_of(&self, at: &EpochData<'_, 'a, M>) -> Result<Panel> {
        let names = self.class_names();
        if self.settings.task == Task::Labels {
            let label = &names[self.settings.output];
            let mut confusion = at.label_confusion(self.settings.output)?;
            confusion.class_names = [format!("without {label}"), format!("with {label}")].to_vec();
            return Ok(Panel::confusion(&confusion));
        }
        let mut confusion = at.snapshot.confusion()?;
        confusion.class_names = names.to_vec();
        Ok(Panel::confusion(&confusion))
    }
}

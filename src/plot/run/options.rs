//! The settings of the plots of a run: which layer, on which plane, over which grid.

use std::ops::RangeInclusive;

use super::axes::{Axes, AxisOptions};
#[cfg(feature = "plot")]
use crate::plot::{Font, render::fonts::Fonts};
use crate::{
    Loss,
    analysis::{Grid, Plane},
};

/// Settings of the plots of a run. Whatever is not set is found in the recording.
///
/// ```
/// # use training_replay::{Activation, Dense, Loss, Metrics, Replay, Sequential, datasets};
/// use training_replay::{analysis::Grid, plot::RunPlots};
///
/// # let data = datasets::moons(50, 0.1, 7);
/// # let layers = [Dense::new(8).name("hidden").activation(Activation::Tanh), Dense::new(1).activation(Activation::Sigmoid)];
/// # let model = Sequential::builder(2).layers(layers).build(42)?;
/// # let mut replay = Replay::options().dataset(&data).loss(Loss::BinaryCrossEntropy).in_memory();
/// # replay.record(&model, Metrics::new())?;
/// let plots = RunPlots::options()
///     .layer("hidden") // of eight units: on the plane that shows most of it over all epochs
///     .grid(Grid::covering(&data, 0.2).points(60))
///     .name_classes(["upper", "lower"])
///     .bins(30)
///     .of(replay.run()?)?;
/// assert_eq!(plots.class_names(), ["upper", "lower"]);
/// # Ok::<(), training_replay::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct RunPlotOptions {
    pub(super) layer: Option<String>,
    pub(super) plane: Option<Plane>,
    pub(super) grid: Option<Grid>,
    pub(super) loss: Option<Loss>,
    pub(super) class_names: Vec<String>,
    pub(super) bins: usize,
    pub(super) input_plane: Option<Plane>,
    /// The label or output that is shown where there are several.
    pub(super) output: usize,
    pub(super) axes: AxisOptions,
    #[cfg(feature = "plot")]
    pub(super) fonts: Fonts,
}

impl Default for RunPlotOptions {
    /// Returns the default settings: the last hidden layer of two units, else the last one of more, on its principal plane; a
    /// grid that covers the data; the loss of the recording; classes by their names in the data set, else by their
    /// numbers; 20 bins.
    fn default() -> Self {
        let (layer, plane, input_plane, grid, loss) = (None, None, None, None, None);
        let (class_names, bins, output, axes) = (Vec::new(), 20, 0, AxisOptions::default());
        Self {
            layer,
            plane,
            grid,
            loss,
            class_names,
            bins,
            input_plane,
            output,
            axes,
            #[cfg(feature = "plot")]
            fonts: Fonts::default(),
        }
    }
}

impl RunPlotOptions {
    pub(crate) fn shown_layer(&self) -> Option<String> {
        self.layer.clone()
    }

    pub(crate) fn without_plane(self) -> Self {
        Self { plane: None, ..self }
    }

    /// Sets the hidden layer that is shown.
    ///
    /// One of more than two units is seen on the plane that shows most of it over all epochs, unless a [`plane`](Self::plane) is
    /// set. To find that plane, the run is read once more.
    ///
    /// ```
    /// # use training_replay::{Activation, Dense, Loss, Metrics, Replay, Sequential, datasets, plot::RunPlots};
    /// # let data = datasets::parabola(50, 13);
    /// # let layers = [Dense::new(2).name("hidden").activation(Activation::Tanh), Dense::new(1).activation(Activation::Sigmoid)];
    /// # let model = Sequential::builder(2).layers(layers).build(42)?;
    /// # let mut replay = Replay::options().dataset(&data).loss(Loss::BinaryCrossEntropy).in_memory();
    /// # replay.record(&model, Metrics::new())?;
    /// let plots = RunPlots::options().layer("hidden").of(replay.run()?)?;
    /// assert_eq!(plots.feature_space(0)?.title, "Feature space of hidden");
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    #[must_use]
    pub fn layer(self, name: impl Into<String>) -> Self {
        Self { layer: Some(name.into()), ..self }
    }

    /// Adds a font to those of [`RunPlots::figure`](crate::plot::RunPlots::figure), for names in letters that the fonts before it have not: as
    /// [`Figure::font`](crate::plot::Figure::font). Frames share the words that were drawn.
    ///
    /// ```no_run
    /// use training_replay::plot::{Font, RunPlots};
    ///
    /// let options = RunPlots::options().font(Font::open("NotoSansDevanagari-Regular.ttf")?).name_classes(["बिल्ली", "कुत्ता"]);
    /// # let _ = options;
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    #[cfg(feature = "plot")]
    #[must_use]
    pub fn font(self, font: Font) -> Self {
        Self { fonts: self.fonts.with(font), ..self }
    }

    /// Sets the plane to see the hidden layer on.
    ///
    /// ```
    /// # use training_replay::{Activation, Dense, Loss, Metrics, Replay, Sequential, datasets};
    /// # let data = datasets::parabola(50, 13);
    /// # let layers = [Dense::new(2).name("hidden").activation(Activation::Tanh), Dense::new(1).activation(Activation::Sigmoid)];
    /// # let model = Sequential::builder(2).layers(layers).build(42)?;
    /// # let mut replay = Replay::options().dataset(&data).loss(Loss::BinaryCrossEntropy).in_memory();
    /// # replay.record(&model, Metrics::new())?;
    /// use training_replay::{analysis::Plane, plot::RunPlots};
    ///
    /// let plots = RunPlots::options().plane(Plane::of_axes(2, 1, 0)?).of(replay.run()?)?; // the second unit to the right
    /// assert_eq!(plots.feature_space(0)?.x.label, "unit 1");
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    #[must_use]
    pub fn plane(self, plane: Plane) -> Self {
        Self { plane: Some(plane), ..self }
    }

    /// Sets the part of the input space that is shown, where there are two inputs, and how fine the grid over it is.
    ///
    /// ```
    /// # use training_replay::{Activation, Dense, Loss, Metrics, Replay, Sequential, datasets};
    /// # let data = datasets::parabola(50, 13);
    /// # let layers = [Dense::new(2).name("hidden").activation(Activation::Tanh), Dense::new(1).activation(Activation::Sigmoid)];
    /// # let model = Sequential::builder(2).layers(layers).build(42)?;
    /// # let mut replay = Replay::options().dataset(&data).loss(Loss::BinaryCrossEntropy).in_memory();
    /// # replay.record(&model, Metrics::new())?;
    /// use training_replay::{analysis::Grid, plot::RunPlots};
    ///
    /// let plots = RunPlots::options().grid(Grid::new(-2.0..=2.0, -1.0..=1.0)).of(replay.run()?)?;
    /// assert_eq!(plots.decision_boundary(0)?.x.high, 2.0);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    #[must_use]
    pub fn grid(self, grid: Grid) -> Self {
        Self { grid: Some(grid), ..self }
    }

    /// Sets the loss of the samples, in place of the one that the recording noted.
    ///
    /// ```
    /// # use training_replay::{Activation, Dense, Loss, Metrics, Replay, Sequential, datasets, plot::RunPlots};
    /// # let data = datasets::parabola(50, 13);
    /// # let layers = [Dense::new(2).name("hidden").activation(Activation::Tanh), Dense::new(1).activation(Activation::Sigmoid)];
    /// # let model = Sequential::builder(2).layers(layers).build(42)?;
    /// # let mut replay = Replay::options().dataset(&data).loss(Loss::BinaryCrossEntropy).in_memory();
    /// # replay.record(&model, Metrics::new())?;
    /// let plots = RunPlots::options().loss(Loss::MeanSquaredError).of(replay.run()?)?;
    /// assert_eq!(plots.loss(), Loss::MeanSquaredError);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    #[must_use]
    pub fn loss(self, loss: Loss) -> Self {
        Self { loss: Some(loss), ..self }
    }

    /// Names the classes 0, 1 ... in turn, in place of the names that they have in the data set; the labels or the outputs where
    /// targets name no classes.
    #[must_use]
    pub fn name_classes<S: Into<String>>(self, names: impl IntoIterator<Item = S>) -> Self {
        Self { class_names: names.into_iter().map(Into::into).collect(), ..self }
    }

    /// Sets the number of bars of a histogram.
    #[must_use]
    pub fn bins(self, bins: usize) -> Self {
        Self { bins, ..self }
    }

    /// Sets the plane to see more than two inputs on: of two of the features, say. Without it that is the one that shows most of
    /// the data.
    ///
    /// ```
    /// # use training_replay::{Activation, Dense, Loss, Metrics, Replay, Sequential, datasets};
    /// # let data = datasets::ball(10, 50, 13);
    /// # let layers = [Dense::new(2).name("hidden").activation(Activation::Tanh), Dense::new(1).activation(Activation::Sigmoid)];
    /// # let model = Sequential::builder(data.features()).layers(layers).build(42)?;
    /// # let mut replay = Replay::options().dataset(&data).loss(Loss::BinaryCrossEntropy).in_memory();
    /// # replay.record(&model, Metrics::new())?;
    /// use training_replay::{analysis::Plane, plot::RunPlots};
    ///
    /// let features = Plane::of_axes(10, 3, 7)?;
    /// let plots = RunPlots::options().input_plane(features).of(replay.run()?)?;
    /// assert_eq!(plots.decision_boundary(0)?.x.label, "x4");
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    #[must_use]
    pub fn input_plane(self, plane: Plane) -> Self {
        Self { input_plane: Some(plane), ..self }
    }

    /// Sets which label or output is shown where the targets are several labels or numbers for each sample; the first without it.
    ///
    /// Spaces, residuals and the confusion matrix are of one; predictions against what is true are of all of them.
    #[must_use]
    pub fn output(self, output: usize) -> Self {
        Self { output, ..self }
    }

    /// Sets what the axes reach over: all epochs but those that would squeeze the others, all epochs, or the shown one alone.
    ///
    /// ```
    /// # use training_replay::{Activation, Dense, Loss, Metrics, Replay, Sequential, datasets};
    /// # let data = datasets::parabola(50, 13);
    /// # let layers = [Dense::new(2).name("hidden").activation(Activation::Tanh), Dense::new(1).activation(Activation::Sigmoid)];
    /// # let model = Sequential::builder(data.features()).layers(layers).build(42)?;
    /// # let mut replay = Replay::options().dataset(&data).loss(Loss::BinaryCrossEntropy).in_memory();
    /// # replay.record(&model, Metrics::new())?;
    /// use training_replay::plot::{Axes, RunPlots};
    ///
    /// let plots = RunPlots::options().axes(Axes::Epoch).of(replay.run()?)?;
    /// assert!(plots.losses(0)?.notes.is_empty());
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    #[must_use]
    pub fn axes(self, axes: Axes) -> Self {
        Self { axes: AxisOptions { axes, ..self.axes }, ..self }
    }

    /// Sets the limits of the feature space.
    ///
    /// ```
    /// # use training_replay::{Activation, Dense, Loss, Metrics, Replay, Sequential, datasets};
    /// # let data = datasets::parabola(50, 13);
    /// # let layers = [Dense::new(2).name("hidden").activation(Activation::Tanh), Dense::new(1).activation(Activation::Sigmoid)];
    /// # let model = Sequential::builder(data.features()).layers(layers).build(42)?;
    /// # let mut replay = Replay::options().dataset(&data).loss(Loss::BinaryCrossEntropy).in_memory();
    /// # replay.record(&model, Metrics::new())?;
    /// let plots = training_replay::plot::RunPlots::options().space(-2.0..=2.0, -1.0..=1.0).of(replay.run()?)?;
    /// assert_eq!(plots.feature_space(0)?.x.high, 2.0);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    #[must_use]
    pub fn space(self, x: RangeInclusive<f64>, y: RangeInclusive<f64>) -> Self {
        Self { axes: AxisOptions { space: Some([x, y]), ..self.axes }, ..self }
    }

    /// Sets the limits of the axis of the samples' losses; a note counts those that lie beyond.
    ///
    /// ```
    /// # use training_replay::{Activation, Dense, Loss, Metrics, Replay, Sequential, datasets};
    /// # let data = datasets::parabola(50, 13);
    /// # let layers = [Dense::new(2).name("hidden").activation(Activation::Tanh), Dense::new(1).activation(Activation::Sigmoid)];
    /// # let model = Sequential::builder(data.features()).layers(layers).build(42)?;
    /// # let mut replay = Replay::options().dataset(&data).loss(Loss::BinaryCrossEntropy).in_memory();
    /// # replay.record(&model, Metrics::new())?;
    /// let plots = training_replay::plot::RunPlots::options().loss_axis(0.0..=2.0).of(replay.run()?)?;
    /// assert_eq!(plots.losses(0)?.x.high, 2.0);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    #[must_use]
    pub fn loss_axis(self, limits: RangeInclusive<f64>) -> Self {
        Self { axes: AxisOptions { losses: Some(limits), ..self.axes }, ..self }
    }

    /// Sets the limits of the loss over the epochs.
    ///
    /// ```
    /// # use training_replay::{Activation, Dense, Loss, Metrics, Replay, Sequential, datasets};
    /// # let data = datasets::parabola(50, 13);
    /// # let layers = [Dense::new(2).name("hidden").activation(Activation::Tanh), Dense::new(1).activation(Activation::Sigmoid)];
    /// # let model = Sequential::builder(data.features()).layers(layers).build(42)?;
    /// # let mut replay = Replay::options().dataset(&data).loss(Loss::BinaryCrossEntropy).in_memory();
    /// # replay.record(&model, Metrics::new())?;
    /// let plots = training_replay::plot::RunPlots::options().curve_axis(0.0..=1.0).of(replay.run()?)?;
    /// assert_eq!(plots.curves(0).y.high, 1.0);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    #[must_use]
    pub fn curve_axis(self, limits: RangeInclusive<f64>) -> Self {
        Self { axes: AxisOptions { curves: Some(limits), ..self.axes }, ..self }
    }

    /// Sets the upper end of the axes of all histograms; a note says how high a bar is that reaches beyond.
    ///
    /// ```
    /// # use training_replay::{Activation, Dense, Loss, Metrics, Replay, Sequential, datasets};
    /// # let data = datasets::parabola(50, 13);
    /// # let layers = [Dense::new(2).name("hidden").activation(Activation::Tanh), Dense::new(1).activation(Activation::Sigmoid)];
    /// # let model = Sequential::builder(data.features()).layers(layers).build(42)?;
    /// # let mut replay = Replay::options().dataset(&data).loss(Loss::BinaryCrossEntropy).in_memory();
    /// # replay.record(&model, Metrics::new())?;
    /// let plots = training_replay::plot::RunPlots::options().count_axis(10).of(replay.run()?)?;
    /// assert_eq!(plots.probabilities(0, 1)?.y.high, 10.0);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    #[must_use]
    pub fn count_axis(self, samples: u64) -> Self {
        Self { axes: AxisOptions { counts: Some(samples), ..self.axes }, ..self }
    }

    /// Places losses by their logarithms, over the epochs and in their histogram, whose bins are equal factors then.
    ///
    /// The axis begins at the smallest loss above zero, or at a hundred millionth of the largest. Smaller ones, and zero, are in
    /// the lowest bar, and a note counts them.
    ///
    /// ```
    /// # use training_replay::{Activation, Dense, Loss, Metrics, Replay, Sequential, datasets};
    /// # let data = datasets::parabola(50, 13);
    /// # let layers = [Dense::new(2).name("hidden").activation(Activation::Tanh), Dense::new(1).activation(Activation::Sigmoid)];
    /// # let model = Sequential::builder(data.features()).layers(layers).build(42)?;
    /// # let mut replay = Replay::options().dataset(&data).loss(Loss::BinaryCrossEntropy).in_memory();
    /// # replay.record(&model, Metrics::new())?;
    /// use training_replay::plot::{AxisKind, RunPlots};
    ///
    /// let plots = RunPlots::options().log_losses(true).of(replay.run()?)?;
    /// assert_eq!(plots.losses(0)?.x.kind, AxisKind::Logarithmic);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    #[must_use]
    pub fn log_losses(self, log_losses: bool) -> Self {
        Self { axes: AxisOptions { log_losses, ..self.axes }, ..self }
    }
}

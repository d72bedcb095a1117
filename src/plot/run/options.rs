//! The settings of the plots of a run: which layer, on which plane, over which grid.

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
}

impl Default for RunPlotOptions {
    /// Returns the default settings: the last hidden layer of two units, else the last one of more, on its principal plane; a
    /// grid that covers the data; the loss of the recording; classes by their names in the data set, else by their
    /// numbers; 20 bins.
    fn default() -> Self {
        let (layer, plane, grid, loss) = (None, None, None, None);
        Self { layer, plane, grid, loss, class_names: Vec::new(), bins: 20 }
    }
}

impl RunPlotOptions {
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
    /// assert_eq!(plots.feature_space(0)?.x.label, "axis 1");
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

    /// Names the classes 0, 1 ... in turn, in place of the names that they have in the data set.
    #[must_use]
    pub fn name_classes<S: Into<String>>(self, names: impl IntoIterator<Item = S>) -> Self {
        Self { class_names: names.into_iter().map(Into::into).collect(), ..self }
    }

    /// Sets the number of bars of a histogram.
    #[must_use]
    pub fn bins(self, bins: usize) -> Self {
        Self { bins, ..self }
    }
}

//! What the plots of a run show: which layer, on which plane, over which grid.

use crate::plot::RunPlots;
use crate::{
    Dataset, Error, Forward, Loss, Matrix, Result,
    analysis::{DecisionBoundary, Grid, IncrementalPca, LayerValues, Plane, PrincipalPlane, View},
    math::matrix,
    replay::{Run, Snapshot},
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
    layer: Option<String>,
    plane: Option<Plane>,
    grid: Option<Grid>,
    loss: Option<Loss>,
    class_names: Vec<String>,
    bins: usize,
}

impl Default for RunPlotOptions {
    /// Returns the default settings: the last hidden layer of two units, else the last one of more, on its principal plane; a
    /// grid that covers the data; the loss of the recording; classes by their numbers; 20 bins.
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

    /// Names the classes 0, 1 ... in turn.
    #[must_use]
    pub fn name_classes<S: Into<String>>(self, names: impl IntoIterator<Item = S>) -> Self {
        Self { class_names: names.into_iter().map(Into::into).collect(), ..self }
    }

    /// Sets the number of bars of a histogram.
    #[must_use]
    pub fn bins(self, bins: usize) -> Self {
        Self { bins, ..self }
    }

    /// Returns the plots of a run: of its epochs, with its model and threads.
    ///
    /// ```
    /// # use training_replay::{Activation, Dense, Loss, Metrics, Replay, Sequential, datasets, plot::RunPlots};
    /// # let data = datasets::parabola(50, 13);
    /// # let layers = [Dense::new(2).name("hidden").activation(Activation::Tanh), Dense::new(1).activation(Activation::Sigmoid)];
    /// # let model = Sequential::builder(2).layers(layers).build(42)?;
    /// # let mut replay = Replay::options().dataset(&data).loss(Loss::BinaryCrossEntropy).in_memory();
    /// # replay.record(&model, Metrics::new())?;
    /// let plots = RunPlots::options().bins(40).of(replay.run()?.epochs([0]))?;
    /// assert_eq!(plots.epochs(), [0]);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Missing`] if the recording has no data or noted no loss and none is set, [`Error::Invalid`] for no epochs,
    /// targets that name no classes, outputs that are no probabilities, or a layer of a single unit; and whatever a question
    /// behind one of the panels fails with.
    pub fn of<M: Forward + Sync>(self, run: Run<'_, M>) -> Result<RunPlots<'_, M>> {
        RunPlots::new(run, self)
    }
}

/// The same, with everything found.
pub(crate) struct Settings {
    pub(crate) hidden: Option<Hidden>,
    pub(crate) input: Option<Input>,
    /// Over the inputs, where there are two.
    pub(crate) grid: Grid,
    pub(crate) loss: Loss,
    pub(crate) class_names: Vec<String>,
    pub(crate) bins: usize,
}

/// The hidden layer that is looked into.
pub(crate) struct Hidden {
    pub(crate) layer: String,
    plane: Option<Plane>,
    /// What stands along its axes, before their number.
    axes: &'static str,
}

/// The space of the inputs, as it is seen.
pub(crate) struct Input {
    /// With more than two inputs.
    pub(crate) plane: Option<Plane>,
    pub(crate) grid: Grid,
    /// The data there.
    pub(crate) samples: Matrix,
    axes: &'static str,
}

impl Settings {
    /// One of the epochs is at hand already.
    pub(crate) fn resolve<'a, M: Forward + Sync>(
        run: &Run<'a, M>,
        known: &Snapshot<'a, M>,
        data: &Dataset,
        options: RunPlotOptions,
    ) -> Result<Self> {
        data.classes()?;
        let hint = "give the one that the model was trained with, by `RunPlotOptions::loss` or when recording";
        let loss = options.loss.or(run.replay().loss()).ok_or_else(|| Error::missing("loss", hint))?;
        let grid = options.grid.clone().unwrap_or_else(|| Grid::covering(data, 0.1));
        let names = (0..data.outputs().max(2)).map(|class| format!("class {class}"));
        let class_names =
            names.enumerate().map(|(i, name)| options.class_names.get(i).cloned().unwrap_or(name)).collect();
        Ok(Self {
            hidden: Hidden::find(run, known, data, &options)?,
            input: Input::find(data, &grid)?,
            grid,
            loss,
            class_names,
            bins: options.bins,
        })
    }
}

impl Hidden {
    fn find<'a, M: Forward + Sync>(
        run: &Run<'a, M>,
        known: &Snapshot<'a, M>,
        data: &Dataset,
        options: &RunPlotOptions,
    ) -> Result<Option<Self>> {
        let sample = matrix::first_rows(data.inputs(), 1);
        let layers = LayerValues::activations(known.model(), &sample)?;
        let chosen = match &options.layer {
            Some(name) => Some(named(name, &layers)?),
            None => last_hidden(&layers),
        };
        let Some((layer, units)) = chosen.map(|layer| (layer.layer.clone(), layer.values.ncols())) else {
            return Ok(None);
        };
        let (plane, axes) = match (&options.plane, units) {
            (Some(plane), _) => (Some(plane.clone()), "axis "),
            (None, 2) => (None, "unit "),
            (None, _) => {
                let (plane, axes) = principal(run.principal_plane_beside(Some(known), &layer), units, "unit ")?;
                (Some(plane), axes)
            }
        };
        Ok(Some(Self { layer, plane, axes }))
    }

    pub(crate) fn view(&self) -> View<'_> {
        let view = View::of(&self.layer);
        self.plane.as_ref().map_or(view, |plane| view.on(plane))
    }

    /// Whether its two units are seen as they are.
    pub(crate) fn is_plain(&self) -> bool {
        self.plane.is_none()
    }

    pub(crate) fn labels(&self) -> [String; 2] {
        labels(self.axes)
    }
}

fn named<'l>(name: &str, layers: &'l [LayerValues]) -> Result<&'l LayerValues> {
    let known = || layers.iter().map(|layer| layer.layer.clone()).collect();
    let found = layers.iter().find(|layer| layer.layer == name);
    found.ok_or_else(|| Error::UnknownLayer { name: name.into(), known: known() })
}

/// The last one of two units, else of more.
fn last_hidden(layers: &[LayerValues]) -> Option<&LayerValues> {
    let (_, hidden) = layers.split_last()?;
    let of_two = hidden.iter().rfind(|layer| layer.values.ncols() == 2);
    of_two.or_else(|| hidden.iter().rfind(|layer| layer.values.ncols() > 2))
}

/// The plane that shows most, and what its axes are; where there is none, as of values that are all the same, that of the
/// first two dimensions.
fn principal(found: Result<PrincipalPlane>, dimensions: usize, axes: &'static str) -> Result<(Plane, &'static str)> {
    match found {
        Ok(found) => Ok((found.plane, "principal axis ")),
        Err(Error::Invalid { .. }) => Ok((Plane::of_axes(dimensions, 0, 1)?, axes)),
        Err(error) => Err(error),
    }
}

impl Input {
    fn find(data: &Dataset, grid: &Grid) -> Result<Option<Self>> {
        match data.features() {
            1 => Ok(None),
            2 => Ok(Some(Self { plane: None, grid: grid.clone(), samples: data.inputs().clone(), axes: "x" })),
            features => {
                let (plane, axes) = principal(principal_plane(data), features, "x")?;
                let samples = plane.project(data.inputs())?;
                Ok(Some(Self { grid: Grid::covering_points(&samples, 0.1), plane: Some(plane), samples, axes }))
            }
        }
    }

    pub(crate) fn labels(&self) -> [String; 2] {
        labels(self.axes)
    }

    /// Where the classes part there at an epoch.
    pub(crate) fn map<M: Forward>(&self, snapshot: &Snapshot<'_, M>, grid: &Grid) -> Result<DecisionBoundary> {
        let view = View::inputs();
        snapshot.decision_boundary(self.plane.as_ref().map_or(view, |plane| view.on(plane)), grid)
    }
}

fn principal_plane(data: &Dataset) -> Result<PrincipalPlane> {
    let mut scatter = IncrementalPca::new(data.features())?;
    scatter.partial_fit(data.inputs())?;
    scatter.principal_plane()
}

fn labels(axes: &str) -> [String; 2] {
    [1, 2].map(|axis| format!("{axes}{axis}"))
}

//! The model as of one moment of a run, and what can be asked of it.

use super::{Replay, data_sets::DataChoice};
use crate::{
    Backward, Dataset, Error, Forward, Loss, Metrics, Moment, Result, Weights,
    analysis::{DecisionBoundary, FeatureSpace, Grid, LayerValues, View},
    model::{checked, decision::Rule},
};

/// The model as of one moment of a run: at the end of an epoch, or at a step within it.
///
/// Questions about data are about the replay's data set: the recorded one, or that of
/// [`Replay::with_dataset`]. All of them fail with [`Error::Missing`](crate::Error::Missing) if there is none, and with
/// [`Error::Shape`](crate::Error::Shape) if the model does not take its inputs.
///
/// ```
/// use training_replay::{Activation, Dense, Loss, Metrics, Replay, Sequential, analysis::Grid, datasets};
///
/// let data = datasets::parabola(100, 13);
/// let model = Sequential::builder(2)
///     .layer(Dense::new(2).name("hidden").activation(Activation::Relu))
///     .layer(Dense::new(1).name("output").activation(Activation::Sigmoid))
///     .build(42)?;
/// let mut replay = Replay::options().dataset(&data).in_memory();
/// replay.record(&model, Metrics::new())?;
///
/// let snapshot = replay.at(0)?;
/// let space = snapshot.feature_space("hidden", &Grid::default())?;
/// assert_eq!(space.samples.shape(), (200, 2));
/// let losses = snapshot.losses(Loss::BinaryCrossEntropy)?;
/// assert_eq!(losses.len(), 200);
/// let message = snapshot.feature_space("hiden", &Grid::default()).unwrap_err().to_string();
/// assert_eq!(message, r#"no layer is named "hiden"; layers are ["hidden", "output"]"#);
/// # Ok::<(), training_replay::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Snapshot<'a, M> {
    pub(super) replay: &'a Replay,
    pub(super) moment: Moment,
    data: DataChoice,
    model: M,
    /// Where a single output changes to class 1, if the run says so.
    threshold: Option<f32>,
}

impl<'a, M: Forward> Snapshot<'a, M> {
    pub(super) fn new(replay: &'a Replay, moment: Moment, data: DataChoice, model: M) -> Self {
        Self { replay, moment, data, model, threshold: None }
    }

    /// The same where another threshold parts the classes.
    pub(super) fn deciding(self, threshold: Option<f32>) -> Self {
        Self { threshold, ..self }
    }

    /// What decides about the outputs, by the data if there are some.
    pub(crate) fn rule(&self) -> Result<Rule> {
        let targets = self.replay.target_kind(self.data)?;
        Ok(Rule { threshold: self.threshold, targets, loss: self.replay.loss() })
    }

    /// The same for a boundary, which samples of several positions have none of.
    fn boundary_rule(&self) -> Result<Rule> {
        match self.dataset() {
            Err(Error::Missing { .. }) => {}
            data => data?.targets().expect_one_position("for outputs to have a boundary")?,
        }
        self.rule()
    }

    /// Returns the epoch's number; 0 is before training.
    pub fn epoch(&self) -> u64 {
        self.moment.epoch()
    }

    /// Returns the moment of the run: the end of the epoch, or a step within it.
    pub fn moment(&self) -> Moment {
        self.moment
    }

    /// Returns the model with the weights of the moment.
    pub fn model(&self) -> &M {
        &self.model
    }

    /// Returns the model itself, to keep or to train on.
    ///
    /// ```
    /// # use training_replay::{Activation, Dense, Loss, Optimizer, Replay, Sequential, Trainer, datasets};
    /// # let layers = [Dense::new(2).name("hidden").activation(Activation::Tanh), Dense::new(1).activation(Activation::Sigmoid)];
    /// # let model = Sequential::builder(2).layers(layers).build(42)?;
    /// # let mut replay = Replay::options().dataset(&datasets::parabola(100, 13)).in_memory();
    /// # replay.record(&model, [("loss", 0.7)])?;
    /// let mut model = replay.at(0)?.into_model();
    /// Trainer::new(Loss::BinaryCrossEntropy, Optimizer::sgd(0.1)).epoch(&mut model, replay.dataset()?)?;
    /// assert_ne!(&model, replay.at(0)?.model());
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    pub fn into_model(self) -> M {
        self.model
    }

    /// Returns the data that questions are about.
    ///
    /// # Errors
    ///
    /// As [`Replay::dataset`].
    pub fn dataset(&self) -> Result<&'a Dataset> {
        self.replay.data_of(self.data)
    }

    /// Asks about another recorded data set, by its name, as [`Run::on`](crate::Run::on).
    ///
    /// # Errors
    ///
    /// [`Error::Missing`](crate::Error::Missing) if no data set has this name.
    pub fn on(self, dataset: &str) -> Result<Self> {
        Ok(Self { data: self.replay.choose_data(dataset)?, ..self })
    }

    /// Returns what was logged with the snapshot.
    ///
    /// ```
    /// # use training_replay::{Activation, Dense, Replay, Sequential, datasets};
    /// # let layers = [Dense::new(2).name("hidden").activation(Activation::Tanh), Dense::new(1).activation(Activation::Sigmoid)];
    /// # let model = Sequential::builder(2).layers(layers).build(42)?;
    /// # let mut replay = Replay::options().dataset(&datasets::parabola(100, 13)).in_memory();
    /// # replay.record(&model, [("loss", 0.7)])?;
    /// assert_eq!(replay.at(0)?.metrics()?.get("loss"), Some(0.7));
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Replay::metrics`].
    pub fn metrics(&self) -> Result<Metrics> {
        self.replay.metrics(self.moment)
    }

    /// Returns how a layer of two units bends the input space: samples, grid lines, region and boundary.
    ///
    /// For a wider layer a [`View`] says on which plane to look at it: two of its units, or the one of
    /// [`Run::principal_plane`](crate::Run::principal_plane).
    ///
    /// ```
    /// # use training_replay::{Activation, Dense, Replay, Sequential, analysis::Grid, datasets};
    /// # let layers = [Dense::new(2).name("hidden").activation(Activation::Tanh), Dense::new(1).activation(Activation::Sigmoid)];
    /// # let model = Sequential::builder(2).layers(layers).build(42)?;
    /// # let mut replay = Replay::options().dataset(&datasets::parabola(100, 13)).in_memory();
    /// # replay.record(&model, [("loss", 0.7)])?;
    /// let space = replay.at(0)?.feature_space("hidden", &Grid::default())?;
    /// assert_eq!(space.samples.shape(), (200, 2)); // where each sample lies in the space of the two units
    /// assert_eq!(space.lines.len(), 22); // 11 lines across the inputs each way, bent
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`FeatureSpace::of`].
    pub fn feature_space<'v>(&self, view: impl Into<View<'v>>, grid: &Grid) -> Result<FeatureSpace> {
        FeatureSpace::of(&self.model, view.into().deciding(self.boundary_rule()?), self.dataset()?, grid)
    }

    /// Returns the decision boundary, in the space of the inputs or of a layer.
    ///
    /// A space of more than two dimensions is cut by the plane of the view. No data are needed.
    ///
    /// ```
    /// # use training_replay::{Dense, Metrics, Replay, Sequential};
    /// use training_replay::analysis::{Grid, Plane, View};
    ///
    /// # let layers = [Dense::new(2).name("hidden"), Dense::new(1)];
    /// # let model = Sequential::builder(3).layers(layers).build(1)?;
    /// # let mut replay = Replay::options().in_memory();
    /// # replay.record(&model, Metrics::new())?;
    /// let (snapshot, grid) = (replay.at(0)?, Grid::default().points(50));
    /// let features = Plane::of_axes(3, 0, 2)?; // the first and the third of three
    /// let map = snapshot.decision_boundary(View::inputs().on(&features), &grid)?;
    /// let behind = snapshot.decision_boundary("hidden", &grid)?; // by the rest of the network
    /// assert_eq!((map.outputs.nrows(), behind.outputs.nrows()), (2_500, 2_500));
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`DecisionBoundary::of`]; [`Error::Invalid`] for a plane in the space of a layer's units, where
    /// [`Forward::units`] shows fewer than the layer puts out: nothing leads from these back into the network.
    pub fn decision_boundary<'v>(&self, view: impl Into<View<'v>>, grid: &Grid) -> Result<DecisionBoundary> {
        let view = view.into().deciding(self.boundary_rule()?);
        match self.dataset() {
            Err(Error::Missing { .. }) => {}
            data => view.expect_own_outputs(&self.model, data?.inputs())?,
        }
        DecisionBoundary::of(&self.model, view, grid)
    }

    /// Returns the outputs of every layer on the data, in forward order.
    ///
    /// ```
    /// # use training_replay::{Activation, Dense, Replay, Sequential, datasets};
    /// # let layers = [Dense::new(2).name("hidden").activation(Activation::Tanh), Dense::new(1).activation(Activation::Sigmoid)];
    /// # let model = Sequential::builder(2).layers(layers).build(42)?;
    /// # let mut replay = Replay::options().dataset(&datasets::parabola(100, 13)).in_memory();
    /// # replay.record(&model, [("loss", 0.7)])?;
    /// let layers = replay.at(0)?.activations()?;
    /// assert_eq!((layers[0].layer.as_str(), layers[0].values.shape()), ("hidden", (200, 2)));
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`outputs`](Self::outputs).
    pub fn activations(&self) -> Result<Vec<LayerValues>> {
        LayerValues::activations(&self.model, self.dataset()?.inputs())
    }

    /// Returns the outputs of every layer before its activation function, the z-values, in forward order.
    ///
    /// # Errors
    ///
    /// As [`outputs`](Self::outputs).
    pub fn pre_activations(&self) -> Result<Vec<LayerValues>> {
        LayerValues::pre_activations(&self.model, self.dataset()?.inputs())
    }
}

impl<M: Backward> Snapshot<'_, M> {
    /// Returns the gradient of the mean loss over the whole data set with respect to every trainable parameter.
    ///
    /// ```
    /// # use training_replay::{Activation, Dense, Loss, Replay, Sequential, datasets};
    /// # let layers = [Dense::new(2).name("hidden").activation(Activation::Tanh), Dense::new(1).activation(Activation::Sigmoid)];
    /// # let model = Sequential::builder(2).layers(layers).build(42)?;
    /// # let mut replay = Replay::options().dataset(&datasets::parabola(100, 13)).in_memory();
    /// # replay.record(&model, [("loss", 0.7)])?;
    /// let gradients = replay.at(0)?.gradients(Loss::BinaryCrossEntropy)?;
    /// assert_eq!(gradients.require("hidden", "kernel", &[2, 2])?.shape(), [2, 2]);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`losses`](Self::losses), and [`Error::Invalid`](crate::Error::Invalid) or [`Error::Shape`](crate::Error::Shape) for
    /// a gradient that is of no parameter of the model, or not of its shape.
    pub fn gradients(&self, loss: Loss) -> Result<Weights> {
        checked::gradients_of(&self.model, self.dataset()?, loss)
    }
}

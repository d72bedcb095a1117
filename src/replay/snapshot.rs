//! The model as it was after one recorded epoch, and what can be asked of it.

use super::Replay;
use crate::{
    Backward, Dataset, Forward, Loss, Matrix, Metrics, Result, Weights,
    analysis::{
        ConfusionMatrix, DecisionBoundary, FeatureSpace, Grid, Histogram, LayerValues, Plane, ProbabilityHistogram,
        View, evaluate,
    },
    data::labels,
    math::{matrix, stats},
    model::checked,
    storage::Moment,
};

/// The model as it was after one recorded epoch, or within one.
///
/// Questions about data are about the replay's data set: the recorded one, or that of
/// [`Replay::with_dataset`]. All of them fail with [`Error::Missing`](crate::Error::Missing) if there is none, and with [`Error::Shape`](crate::Error::Shape) if
/// the model does not take its inputs.
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
#[derive(Debug)]
pub struct Snapshot<'a, M> {
    pub(super) replay: &'a Replay,
    pub(super) moment: Moment,
    model: M,
}

impl<'a, M: Forward> Snapshot<'a, M> {
    pub(super) fn new(replay: &'a Replay, moment: Moment, model: M) -> Self {
        Self { replay, moment, model }
    }

    /// The epoch's number; 0 is before training.
    pub fn epoch(&self) -> u64 {
        self.moment.epoch
    }

    /// How many mini-batches of the epoch the model had been trained on; `None` at its end.
    pub fn step(&self) -> Option<u32> {
        (self.moment.step > 0).then_some(self.moment.step)
    }

    /// The model with the epoch's weights.
    pub fn model(&self) -> &M {
        &self.model
    }

    /// The model itself, to keep.
    pub fn into_model(self) -> M {
        self.model
    }

    /// The data that questions are about.
    ///
    /// # Errors
    ///
    /// As [`Replay::dataset`].
    pub fn dataset(&self) -> Result<&'a Dataset> {
        self.replay.dataset()
    }

    /// What was logged with it.
    ///
    /// # Errors
    ///
    /// As [`Replay::metrics`].
    pub fn metrics(&self) -> Result<Metrics> {
        self.replay.metrics_at(self.moment)
    }

    /// How a layer of two units bends the input space: samples, grid lines, region and boundary. For a wider layer a
    /// [`View`] says on which plane to look at it: two of its units, or [`Replay::principal_plane`].
    ///
    /// # Errors
    ///
    /// As [`FeatureSpace::of`].
    pub fn feature_space<'v>(&self, view: impl Into<View<'v>>, grid: &Grid) -> Result<FeatureSpace> {
        FeatureSpace::of(&self.model, view, self.dataset()?, grid)
    }

    /// The same into a feature space that is there already, whose memory it takes over: with a fine grid for many epochs.
    ///
    /// ```
    /// # use training_replay::{Dense, Metrics, Replay, Sequential, datasets};
    /// use training_replay::analysis::{FeatureSpace, Grid};
    ///
    /// # let model = Sequential::builder(2).layer(Dense::new(2).name("hidden")).layer(Dense::new(1)).build(1)?;
    /// # let mut replay = Replay::options().dataset(&datasets::moons(10, 0.1, 7)).in_memory();
    /// # replay.record(&model, Metrics::new())?;
    /// let grid = Grid::default().points(1_000); // a million of them
    /// let mut space = FeatureSpace::default();
    /// for snapshot in replay.snapshots() {
    ///     snapshot?.feature_space_into("hidden", &grid, &mut space)?;
    ///     assert_eq!(space.region.nrows(), 1_000_000);
    /// }
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`FeatureSpace::update`].
    pub fn feature_space_into<'v, V>(&self, view: V, grid: &Grid, space: &mut FeatureSpace) -> Result<()>
    where
        V: Into<View<'v>>,
    {
        space.update(&self.model, view, self.dataset()?, grid)
    }

    /// Where the classes part in the space of the two inputs. Needs no data.
    ///
    /// # Errors
    ///
    /// As [`DecisionBoundary::of`].
    pub fn decision_boundary(&self, grid: &Grid) -> Result<DecisionBoundary> {
        DecisionBoundary::of(&self.model, grid)
    }

    /// Where the classes part on a plane in the space of more inputs. Needs no data.
    ///
    /// # Errors
    ///
    /// As [`DecisionBoundary::on`].
    pub fn decision_boundary_on(&self, plane: &Plane, grid: &Grid) -> Result<DecisionBoundary> {
        DecisionBoundary::on(&self.model, plane, grid)
    }

    /// Where the classes part in the space of a layer of two units, or on a plane in that of a wider one: by the rest of the
    /// network, and so for any number of inputs. Needs no data.
    ///
    /// # Errors
    ///
    /// As [`DecisionBoundary::behind`].
    pub fn decision_boundary_behind<'v>(&self, view: impl Into<View<'v>>, grid: &Grid) -> Result<DecisionBoundary> {
        DecisionBoundary::behind(&self.model, view, grid)
    }

    /// [`decision_boundary`](Self::decision_boundary) into a map that is there already, whose memory it takes over.
    ///
    /// # Errors
    ///
    /// As [`DecisionBoundary::update`].
    pub fn decision_boundary_into(&self, grid: &Grid, map: &mut DecisionBoundary) -> Result<()> {
        map.update(&self.model, grid)
    }

    /// The model's outputs on the data, `(samples, outputs)`.
    ///
    /// # Errors
    ///
    /// If the data are missing or do not fit the model.
    pub fn outputs(&self) -> Result<Matrix> {
        checked::outputs(&self.model, self.dataset()?.inputs())
    }

    /// How far the outputs are from the targets, `outputs - targets`, `(samples, outputs)`: for regression, what
    /// probabilities are for classes.
    ///
    /// ```
    /// use training_replay::{Dataset, Dense, Matrix, Metrics, Replay, Sequential, analysis::Distribution};
    ///
    /// let x = Matrix::from_fn(21, 1, |i, _| i as f32 / 10.0 - 1.0);
    /// let data = Dataset::new(x.clone(), x.map(f32::sin))?;
    /// let model = Sequential::builder(1).layer(Dense::new(1).kernel_initializer(training_replay::Initializer::Ones)).build(1)?;
    /// let mut replay = Replay::options().dataset(&data).in_memory();
    /// replay.record(&model, Metrics::new())?;
    /// let residuals = replay.at(0)?.residuals()?; // x - sin x
    /// let told = Distribution::of(residuals.as_slice());
    /// assert!((told.max - (1.0 - 1_f64.sin())).abs() < 1e-6 && told.mean.abs() < 1e-6);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`outputs`](Self::outputs), and [`Error::Shape`](crate::Error::Shape) if the model has another
    /// number of outputs than the targets.
    pub fn residuals(&self) -> Result<Matrix> {
        let targets = self.dataset()?.targets();
        let outputs = self.outputs()?;
        matrix::expect_shape("the model's outputs", &outputs, targets.shape())?;
        Ok(outputs - targets)
    }

    /// The class the model tells for each sample: for a single output 1 above the threshold, else 0; of several the
    /// largest, the first of equals. `None` where an output is NaN.
    ///
    /// # Errors
    ///
    /// As [`outputs`](Self::outputs), and [`Error::Invalid`](crate::Error::Invalid) if the threshold is NaN.
    pub fn predicted_classes(&self, threshold: f32) -> Result<Vec<Option<usize>>> {
        labels::predicted(&self.outputs()?, threshold)
    }

    /// How many samples of each class are told as which.
    ///
    /// # Errors
    ///
    /// As [`outputs`](Self::outputs) and [`ConfusionMatrix::of`].
    pub fn confusion(&self, threshold: f32) -> Result<ConfusionMatrix> {
        ConfusionMatrix::of(&self.outputs()?, self.dataset()?.targets(), threshold)
    }

    /// How sure the model is of each class, and how often wrongly.
    ///
    /// # Errors
    ///
    /// As [`outputs`](Self::outputs) and [`ProbabilityHistogram::of`].
    pub fn probability_histogram(&self, bins: usize, threshold: f32) -> Result<ProbabilityHistogram> {
        ProbabilityHistogram::of(&self.outputs()?, self.dataset()?.targets(), bins, threshold)
    }

    /// One loss per sample, in the data set's order.
    ///
    /// # Errors
    ///
    /// As [`outputs`](Self::outputs), and if the targets are none of the loss.
    pub fn losses(&self, loss: Loss) -> Result<Vec<f32>> {
        checked::losses(&self.model, self.dataset()?, loss)
    }

    /// The losses of the samples in bins of equal width from 0 to the largest.
    ///
    /// # Errors
    ///
    /// As [`losses`](Self::losses) and [`Histogram::of`].
    pub fn loss_histogram(&self, loss: Loss, bins: usize) -> Result<Histogram> {
        let losses = self.losses(loss)?;
        Histogram::of(&losses, 0.0..=stats::largest_or_one(&losses), bins)
    }

    /// `loss` and `accuracy` over the whole data set with this epoch's weights, unlike the running means that a trainer
    /// logs. `accuracy` is only there where every target row names a class.
    ///
    /// # Errors
    ///
    /// As [`evaluate`].
    pub fn evaluate(&self, loss: Loss) -> Result<Metrics> {
        evaluate(&self.model, self.dataset()?, loss)
    }

    /// The outputs of every layer on the data, in forward order.
    ///
    /// # Errors
    ///
    /// As [`outputs`](Self::outputs).
    pub fn activations(&self) -> Result<Vec<LayerValues>> {
        LayerValues::activations(&self.model, self.dataset()?.inputs())
    }

    /// The outputs of every layer before its activation function ("z-values"), in forward order.
    ///
    /// # Errors
    ///
    /// As [`outputs`](Self::outputs).
    pub fn pre_activations(&self) -> Result<Vec<LayerValues>> {
        LayerValues::pre_activations(&self.model, self.dataset()?.inputs())
    }
}

impl<M: Backward> Snapshot<'_, M> {
    /// The gradient of the mean loss over the whole data set with respect to every trainable parameter.
    ///
    /// # Errors
    ///
    /// As [`losses`](Self::losses).
    pub fn gradients(&self, loss: Loss) -> Result<Weights> {
        let data = self.dataset()?;
        self.model.gradients(data.inputs(), data.targets(), loss)
    }
}

//! The model as of one moment of a run, and what can be asked of it.

use super::Replay;
use crate::{
    Backward, Dataset, Forward, Loss, Matrix, Metrics, Moment, Result, Weights,
    analysis::{
        ConfusionMatrix, DecisionBoundary, FeatureSpace, Grid, LayerValues, ProbabilityHistogram, View, evaluate,
    },
    data::labels,
    math::matrix,
    model::checked,
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
        self.replay.dataset()
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
        FeatureSpace::of(&self.model, view, self.dataset()?, grid)
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
    /// As [`DecisionBoundary::of`].
    pub fn decision_boundary<'v>(&self, view: impl Into<View<'v>>, grid: &Grid) -> Result<DecisionBoundary> {
        DecisionBoundary::of(&self.model, view, grid)
    }

    /// Returns the model's outputs on the data, `(samples, outputs)`.
    ///
    /// ```
    /// # use training_replay::{Activation, Dense, Replay, Sequential, datasets};
    /// # let layers = [Dense::new(2).name("hidden").activation(Activation::Tanh), Dense::new(1).activation(Activation::Sigmoid)];
    /// # let model = Sequential::builder(2).layers(layers).build(42)?;
    /// # let mut replay = Replay::options().dataset(&datasets::parabola(100, 13)).in_memory();
    /// # replay.record(&model, [("loss", 0.7)])?;
    /// let outputs = replay.at(0)?.outputs()?;
    /// assert_eq!(outputs.shape(), (200, 1));
    /// assert!(outputs.iter().all(|p| (0.0..=1.0).contains(p))); // behind a sigmoid they are probabilities
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If the data are missing or do not fit the model.
    pub fn outputs(&self) -> Result<Matrix> {
        checked::outputs(&self.model, self.dataset()?.inputs())
    }

    /// Returns how far the outputs are from the targets, `outputs - targets`, `(samples, outputs)`.
    ///
    /// ```
    /// use training_replay::{Dataset, Dense, Initializer, Matrix, Metrics, Replay, Sequential, analysis::Distribution};
    ///
    /// let x = Matrix::from_fn(21, 1, |i, _| i as f32 / 10.0 - 1.0);
    /// let data = Dataset::new(x.clone(), x.map(f32::sin))?;
    /// let identity = Dense::new(1).kernel_initializer(Initializer::Ones);
    /// let model = Sequential::builder(1).layer(identity).build(1)?;
    /// let mut replay = Replay::options().dataset(&data).in_memory();
    /// replay.record(&model, Metrics::new())?;
    /// let residuals = replay.at(0)?.residuals()?; // x - sin x
    /// let errors = Distribution::of(residuals.as_slice());
    /// assert!((errors.max - (1.0 - 1_f64.sin())).abs() < 1e-6 && errors.mean.abs() < 1e-6);
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

    /// Returns the class that the model predicts for each sample; `None` where an output is NaN.
    ///
    /// That of a single output is 1 above the threshold, else 0; of several outputs it is the largest, the first of equals.
    ///
    /// ```
    /// # use training_replay::{Activation, Dense, Replay, Sequential, datasets};
    /// # let layers = [Dense::new(2).name("hidden").activation(Activation::Tanh), Dense::new(1).activation(Activation::Sigmoid)];
    /// # let model = Sequential::builder(2).layers(layers).build(42)?;
    /// # let mut replay = Replay::options().dataset(&datasets::parabola(100, 13)).in_memory();
    /// # replay.record(&model, [("loss", 0.7)])?;
    /// let predicted = replay.at(0)?.predicted_classes(0.5)?;
    /// let classes = replay.dataset()?.classes()?;
    /// let misclassified = predicted.iter().zip(classes).filter(|&(predicted, class)| *predicted != Some(class)).count();
    /// println!("{misclassified} of 200 samples are misclassified");
    /// # assert!(misclassified > 0);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`outputs`](Self::outputs), and [`Error::Invalid`](crate::Error::Invalid) if the threshold is NaN.
    pub fn predicted_classes(&self, threshold: f32) -> Result<Vec<Option<usize>>> {
        labels::predicted(&self.outputs()?, threshold)
    }

    /// Returns the confusion matrix: a row for each true class, a column for each predicted one, as scikit-learn has it.
    ///
    /// The threshold is that of a single output; of several the largest is predicted.
    ///
    /// ```
    /// # use training_replay::{Activation, Dense, Replay, Sequential, datasets};
    /// # let layers = [Dense::new(2).name("hidden").activation(Activation::Tanh), Dense::new(1).activation(Activation::Sigmoid)];
    /// # let model = Sequential::builder(2).layers(layers).build(42)?;
    /// # let mut replay = Replay::options().dataset(&datasets::parabola(100, 13)).in_memory();
    /// # replay.record(&model, [("loss", 0.7)])?;
    /// let confusion = replay.at(0)?.confusion(0.5)?;
    /// println!("{} of class 0 are predicted as class 1", confusion.counts[0][1]);
    /// assert_eq!(confusion.counts[0].iter().sum::<u64>(), 100); // of 100 samples of class 0
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`outputs`](Self::outputs) and [`ConfusionMatrix::of`].
    pub fn confusion(&self, threshold: f32) -> Result<ConfusionMatrix> {
        ConfusionMatrix::of(&self.outputs()?, self.dataset()?.targets(), threshold)
    }

    /// Returns the histogram of predicted probabilities for each class, with the misclassified samples counted apart.
    ///
    /// ```
    /// # use training_replay::{Activation, Dense, Replay, Sequential, datasets};
    /// # let layers = [Dense::new(2).name("hidden").activation(Activation::Tanh), Dense::new(1).activation(Activation::Sigmoid)];
    /// # let model = Sequential::builder(2).layers(layers).build(42)?;
    /// # let mut replay = Replay::options().dataset(&datasets::parabola(100, 13)).in_memory();
    /// # replay.record(&model, [("loss", 0.7)])?;
    /// let histogram = replay.at(0)?.probability_histogram(10, 0.5)?; // ten bins from 0 to 1
    /// assert_eq!(histogram.edges.len(), 11);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`outputs`](Self::outputs) and [`ProbabilityHistogram::of`].
    pub fn probability_histogram(&self, bins: usize, threshold: f32) -> Result<ProbabilityHistogram> {
        ProbabilityHistogram::of(&self.outputs()?, self.dataset()?.targets(), bins, threshold)
    }

    /// Returns one loss per sample, in the data set's order.
    ///
    /// ```
    /// # use training_replay::{Activation, Dense, Loss, Replay, Sequential, datasets};
    /// # let layers = [Dense::new(2).name("hidden").activation(Activation::Tanh), Dense::new(1).activation(Activation::Sigmoid)];
    /// # let model = Sequential::builder(2).layers(layers).build(42)?;
    /// # let mut replay = Replay::options().dataset(&datasets::parabola(100, 13)).in_memory();
    /// # replay.record(&model, [("loss", 0.7)])?;
    /// let losses = replay.at(0)?.losses(Loss::BinaryCrossEntropy)?;
    /// let worst = (0..losses.len()).max_by(|&a, &b| losses[a].total_cmp(&losses[b]));
    /// println!("sample {worst:?} costs most");
    /// # assert_eq!(losses.len(), 200);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`outputs`](Self::outputs), and if the targets do not suit the loss.
    pub fn losses(&self, loss: Loss) -> Result<Vec<f32>> {
        checked::losses(&self.model, self.dataset()?, loss)
    }

    /// Returns `loss` and `accuracy` over the whole data set with the weights of the moment.
    ///
    /// A trainer logs running means over an epoch, which are different numbers. `accuracy` is only there where every target
    /// row names a class.
    ///
    /// ```
    /// # use training_replay::{Activation, Dense, Loss, Replay, Sequential, datasets};
    /// # let layers = [Dense::new(2).name("hidden").activation(Activation::Tanh), Dense::new(1).activation(Activation::Sigmoid)];
    /// # let model = Sequential::builder(2).layers(layers).build(42)?;
    /// # let mut replay = Replay::options().dataset(&datasets::parabola(100, 13)).in_memory();
    /// # replay.record(&model, [("loss", 0.7)])?;
    /// let metrics = replay.at(0)?.evaluate(Loss::BinaryCrossEntropy)?;
    /// assert!(metrics.get("loss").is_some_and(|loss| loss > 0.0));
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`evaluate`].
    pub fn evaluate(&self, loss: Loss) -> Result<Metrics> {
        evaluate(&self.model, self.dataset()?, loss)
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

//! A network whose layers follow one another, with its weights.

use std::{ops::Range, sync::Arc};

use super::{
    Activation, Architecture, Layer, description,
    layer::{LayerWeights, Trainable},
};
use crate::{
    Backward, Description, Error, Forward, Loss, Matrix, Model, OutputKind, Parameter, Result, Targets, Visitor,
    Weights,
    loss::Basis,
    math::{gemm::Rows, matrix, softplus},
};

/// A network whose layers follow one another, with its weights.
///
/// A dense layer's parameters are `kernel` of `[inputs, units]` and, unless it has none, `bias` of `[units]`.
/// [`LayerNormalization`](super::LayerNormalization) has two, `gamma` and `beta`, and
/// [`BatchNormalization`](super::BatchNormalization) four; its gradients are those of the two that are trained.
///
/// [`Trainer`](crate::Trainer) alone trains: [`Dropout`](super::Dropout) and batch normalization, which do something
/// else in training, do in [`Forward`] and [`Backward`] what they do in a network that has been trained.
///
/// ```
/// use training_replay::{Activation, Dense, Forward, Matrix, Parameter, Sequential, Weights};
///
/// let model = Sequential::builder(2).layer(Dense::new(1).name("output").activation(Activation::Sigmoid)).build(42)?;
/// let model = model.with_weights(&Weights::from_iter([
///     Parameter::new("output", "kernel", [2, 1], vec![1.0_f32, -1.0]),
///     Parameter::new("output", "bias", [1], vec![0.5_f32]),
/// ]))?;
/// let inputs = Matrix::from_row_slice(1, 2, &[1.0, 1.5]);
/// assert_eq!(model.pre_activation(&inputs, 0)?[0], 0.0); // 1.0 - 1.5 + 0.5
/// assert_eq!(model.predict(&inputs)?[0], 0.5);
/// # Ok::<(), training_replay::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Sequential {
    /// Shared with all that have other weights: a question about many of them makes as many models.
    pub(super) architecture: Arc<Architecture>,
    /// One for each layer.
    weights: Vec<LayerWeights>,
}

impl Sequential {
    /// Creates an architecture of so many inputs; add layers, then [`build`](Architecture::build).
    ///
    /// ```
    /// use training_replay::{Activation, Dense, Sequential};
    ///
    /// let model = Sequential::builder(2).layer(Dense::new(1).activation(Activation::Sigmoid)).build(42)?;
    /// assert_eq!(model.architecture().inputs(), 2);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    pub fn builder(inputs: usize) -> Architecture {
        Architecture::new(inputs)
    }

    /// Returns the network that a description stands for, with weights of zeros.
    ///
    /// [`with_weights`](Forward::with_weights) gives it others.
    ///
    /// ```
    /// use training_replay::{Dense, Forward, Model, Sequential, Weights};
    ///
    /// let model = Sequential::builder(2).layer(Dense::new(1)).build(42)?;
    /// if let Some(description) = model.description() {
    ///     let zeros = Sequential::from_description(&description)?;
    ///     assert_eq!(zeros.with_weights(&Weights::of(&model)?)?, model);
    /// }
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Missing`] if something else than a built-in network is described, [`Error::Invalid`] if the bytes
    /// are not a description that this version can read.
    pub fn from_description(description: &Description) -> Result<Self> {
        let architecture = description::read(description)?;
        let weights = each_layer(&architecture, |layer, inputs, _| LayerWeights::zeros(layer, inputs))?;
        Ok(Self { architecture: Arc::new(architecture), weights })
    }

    /// The architecture that a recording describes.
    pub(crate) fn architecture_of(description: &Description) -> Result<Architecture> {
        description::read(description)
    }

    /// Whether it is a built-in network that is described.
    pub(crate) fn is_described_by(description: &Description) -> bool {
        description::is_of_network(description)
    }

    /// The network that a recording describes, with weights from that recording. Never allocates more than those.
    pub(crate) fn restore(description: &Description, weights: &Weights) -> Result<Self> {
        Self::assemble(Arc::new(description::read(description)?), weights)
    }

    /// A checked architecture with weights as its initializers draw them.
    fn new(architecture: Architecture, seed: u64) -> Result<Self> {
        let weights =
            each_layer(&architecture, |layer, inputs, index| LayerWeights::initial(layer, inputs, index, seed))?;
        Ok(Self { architecture: Arc::new(architecture), weights })
    }

    /// Returns the inputs and layers of the network.
    ///
    /// ```
    /// use training_replay::{Dense, Sequential};
    ///
    /// let model = Sequential::builder(2).layer(Dense::new(3)).layer(Dense::new(1)).build(42)?;
    /// assert_eq!(model.architecture().iter().len(), 2);
    /// assert_eq!(model.architecture().outputs(), 1);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    pub fn architecture(&self) -> &Architecture {
        &self.architecture
    }

    /// Returns the outputs of the network: [`forward`](Forward::forward) through all layers.
    ///
    /// ```
    /// use training_replay::{Dense, Initializer, Matrix, Sequential};
    ///
    /// let model = Sequential::builder(2).layer(Dense::new(1).kernel_initializer(Initializer::Ones)).build(42)?;
    /// let inputs = Matrix::from_row_slice(2, 2, &[1.0, 2.0, 3.0, 4.0]);
    /// assert_eq!(model.predict(&inputs)?.as_slice(), [3.0, 7.0]);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Shapes
    ///
    /// `(samples, inputs)` to `(samples, outputs)`.
    ///
    /// # Errors
    ///
    /// [`Error::Shape`] if the inputs have another number of columns than the network has inputs.
    pub fn predict(&self, inputs: &Matrix) -> Result<Matrix> {
        self.forward(inputs, 0..self.weights.len())
    }

    /// The layers with their weights, in forward order.
    pub(super) fn layers(&self) -> impl DoubleEndedIterator<Item = (&Layer, &LayerWeights)> + ExactSizeIterator {
        self.architecture.iter().zip(&self.weights)
    }

    /// The same to change the weights.
    pub(super) fn layers_mut(&mut self) -> impl Iterator<Item = (&Layer, &mut LayerWeights)> {
        self.architecture.iter().zip(&mut self.weights)
    }

    pub(super) fn activation(&self, layer: usize) -> Activation {
        self.architecture.list()[layer].activation()
    }

    /// What the loss is best computed from: logits if the last activation is the one that goes with it.
    pub(crate) fn basis(&self, loss: Loss) -> Basis {
        let linked = self.activation(self.weights.len() - 1).is_link_of(loss);
        if linked || self.architecture.has_logits() { Basis::Logits } else { Basis::Outputs }
    }

    /// Every array that an optimizer changes, with the name of its layer, in layer order.
    pub(crate) fn trainable(&self) -> Vec<(&str, Trainable)> {
        let of_layer = |(layer, weights): (&'_ Layer, &'_ LayerWeights)| {
            let mut arrays = Vec::new();
            weights.list_trainable(layer, &mut arrays);
            arrays
        };
        self.layers().flat_map(|of| of_layer(of).into_iter().map(move |array| (of.0.name(), array))).collect()
    }

    /// How many values each layer has, and how many of them an optimizer changes.
    pub(super) fn sizes(&self) -> impl Iterator<Item = (usize, usize)> {
        self.architecture.iter().zip(&self.weights).map(|(layer, weights)| {
            let (mut arrays, mut trainable) = (Vec::new(), Vec::new());
            weights.list(layer, &mut arrays);
            weights.list_trainable(layer, &mut trainable);
            (arrays.iter().map(|array| array.values().len()).sum(), trainable.iter().map(|array| array.len()).sum())
        })
    }

    fn assemble(architecture: Arc<Architecture>, weights: &Weights) -> Result<Self> {
        let own = each_layer(&architecture, |layer, inputs, _| LayerWeights::restore(layer, inputs, weights))?;
        Self { architecture, weights: own }.expect_of(weights)
    }

    /// Fails unless it has a place for each of the weights that it was made of.
    fn expect_of(self, weights: &Weights) -> Result<Self> {
        let used: usize = self.layers().map(|(layer, own)| own.count(layer)).sum();
        if weights.len() == used {
            Ok(self)
        } else {
            Err(Error::invalid("the number of parameters", format!("{used}, as the layers have"), weights.len()))
        }
    }

    /// What a layer makes of some rows before its activation, one column behind another after `stride` values.
    pub(super) fn pre_activate(&self, layer: usize, rows: Rows<'_>, outputs: &mut [f32], stride: usize) {
        self.weights[layer].apply(&self.architecture.list()[layer], rows, outputs, stride);
    }

    pub(super) fn check_range(&self, inputs: &Matrix, layers: &Range<usize>) -> Result<()> {
        let count = self.weights.len();
        if layers.start > layers.end || layers.end > count {
            return Err(Error::invalid("the range of layers", format!("within 0..{count}"), format!("{layers:?}")));
        }
        if inputs.ncols() == self.architecture.width(layers.start) {
            Ok(())
        } else {
            let what = format!("inputs of layers {layers:?}");
            matrix::expect_columns(&what, inputs, self.architecture.width(layers.start))
        }
    }

    /// Fails unless memory has room for the values of all layers, before and after the activation, at once.
    pub(super) fn expect_room(&self, inputs: &Matrix) -> Result<()> {
        let widths = (1..=self.weights.len()).map(|layer| self.architecture.width(layer));
        let values = widths.fold(0_usize, |sum, width| sum.saturating_add(width)).saturating_mul(2);
        matrix::expect_room(inputs.nrows(), values).map(drop)
    }
}

impl Architecture {
    /// Builds a network with initial weights: for the same seed a layer has the same ones, whatever layers follow.
    ///
    /// ```
    /// use training_replay::{Dense, Sequential};
    ///
    /// let model = Sequential::builder(2).layer(Dense::new(3)).build(42)?;
    /// assert_eq!(model, Sequential::builder(2).layer(Dense::new(3)).build(42)?);
    /// assert_ne!(model, Sequential::builder(2).layer(Dense::new(3)).build(43)?);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] if there are no inputs, no layers or more than 4,096, if a layer has no units, two layers
    /// share a name, a number in an activation or initializer is not finite or one of another layer out of its range,
    /// or the network has more than 2^31 weights or more than memory has room for.
    pub fn build(self, seed: u64) -> Result<Sequential> {
        let architecture = self.named().checked()?;
        description::describe(&architecture)?; // A network that cannot be described could not be recorded.
        Sequential::new(architecture, seed)
    }
}

impl Model for Sequential {
    fn parameters(&self) -> Result<Vec<Parameter<'_>>> {
        let mut parameters = Vec::with_capacity(2 * self.weights.len());
        self.layers().for_each(|(layer, weights)| weights.list(layer, &mut parameters));
        Ok(parameters)
    }

    /// A layer at a time: kernels are copied, since they lie in memory column by column; none of a layer that is not wanted.
    fn visit(&self, visitor: &mut Visitor<'_>) -> Result<()> {
        let mut parameters = Vec::new();
        self.layers().try_for_each(|(layer, weights)| {
            let mut arrays = Vec::new();
            weights.list_trainable(layer, &mut arrays);
            let are_all = arrays.len() == weights.count(layer); // moving statistics are none of them
            if !are_all || arrays.iter().any(|array| visitor.wants(layer.name(), array.name)) {
                weights.list(layer, &mut parameters);
            }
            parameters.drain(..).try_for_each(|parameter| visitor.take(parameter))
        })
    }

    fn description(&self) -> Option<Description> {
        description::describe(&self.architecture).ok()
    }

    fn as_forward(&self) -> Option<&dyn Forward> {
        Some(self)
    }

    fn probe_outputs(&self, inputs: &Matrix) -> Result<Option<Matrix>> {
        self.predict(inputs).map(Some)
    }
}

impl Forward for Sequential {
    /// Any number: their way through the layers takes the memory of some hundred.
    fn rows_at_once(&self, _: usize) -> usize {
        usize::MAX
    }

    fn layers(&self) -> Vec<String> {
        self.architecture.iter().map(|layer| layer.name().to_owned()).collect()
    }

    fn with_weights(&self, weights: &Weights) -> Result<Self> {
        Self::assemble(Arc::clone(&self.architecture), weights)
    }

    fn into_restored(mut self, weights: &Weights) -> Result<Self> {
        let mut width = self.architecture.inputs();
        for (layer, own) in self.architecture.iter().zip(&mut self.weights) {
            own.refill(layer, width, weights)?;
            width = layer.units(width);
        }
        self.expect_of(weights)
    }

    fn forward(&self, inputs: &Matrix, layers: Range<usize>) -> Result<Matrix> {
        let mut outputs = Matrix::zeros(0, 0);
        self.forward_into(inputs, layers, &mut outputs)?;
        Ok(outputs)
    }

    fn forward_into(&self, inputs: &Matrix, layers: Range<usize>, outputs: &mut Matrix) -> Result<()> {
        let last = layers.clone().next_back().filter(|&last| last < self.weights.len());
        let activation = last.map_or(Activation::Linear, |last| self.activation(last));
        self.run(inputs, layers, activation, outputs)
    }

    fn pre_activation(&self, inputs: &Matrix, layer: usize) -> Result<Matrix> {
        let mut outputs = Matrix::zeros(0, 0);
        self.pre_activation_into(inputs, layer, &mut outputs)?;
        Ok(outputs)
    }

    fn pre_activation_into(&self, inputs: &Matrix, layer: usize, outputs: &mut Matrix) -> Result<()> {
        self.run(inputs, layer..layer.saturating_add(1), Activation::Linear, outputs)
    }

    fn losses(&self, inputs: &Matrix, targets: Targets<'_>, loss: Loss) -> Result<Vec<f32>> {
        self.check(inputs, targets, loss)?;
        let last = match self.basis(loss) {
            Basis::Logits => Activation::Linear,
            Basis::Outputs => self.activation(self.weights.len() - 1),
        };
        let mut predictions = Matrix::zeros(0, 0);
        self.run(inputs, 0..self.weights.len(), last, &mut predictions)?;
        Ok(loss.losses(&predictions, targets, self.basis(loss)))
    }

    /// Of many binary cross-entropies of logits, unless one of them is infinite or no number.
    fn mean_loss(&self, inputs: &Matrix, targets: Targets<'_>, loss: Loss) -> Result<Option<f64>> {
        self.check_shapes(inputs, targets, loss)?;
        match (loss, self.basis(loss), targets) {
            (Loss::BinaryCrossEntropy, Basis::Logits, Targets::Numbers(targets)) if targets.len() >= softplus::MANY => {
                let sum = self.cross_entropies(inputs, targets)?;
                Ok(sum.map(|sum| sum / targets.len() as f64))
            }
            _ => Ok(None),
        }
    }

    fn activation(&self, layer: usize) -> Option<Activation> {
        self.architecture.list().get(layer).map(Layer::activation)
    }

    fn output_kind(&self) -> Option<OutputKind> {
        Some(self.kind())
    }

    fn as_backward(&self) -> Option<&dyn Backward> {
        Some(self)
    }
}

/// What `build` makes of every layer, given its inputs and index.
fn each_layer<F>(architecture: &Architecture, mut build: F) -> Result<Vec<LayerWeights>>
where
    F: FnMut(&Layer, usize, usize) -> Result<LayerWeights>,
{
    let layers = architecture.iter().enumerate();
    layers.map(|(index, layer)| build(layer, architecture.width(index), index)).collect()
}

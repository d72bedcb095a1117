//! A network whose layers follow one another, with its weights.

use std::ops::{Range, RangeInclusive};

use super::{Activation, Architecture, Layer, Pass, affine::Affine, description, pass::is_link, tile::Tile};
use crate::{
    Backward, Description, Error, Forward, Loss, Matrix, Model, Parameter, Result, Weights,
    loss::Basis,
    matrix,
    product::Rows,
    random::{self, Purpose},
};

/// A network whose layers follow one another, with its weights.
///
/// A dense layer's parameters are `kernel` of `[inputs, units]` and, unless it has none, `bias` of `[units]`.
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
    architecture: Architecture,
    /// One for each layer; `None` where the layer has no weights.
    affines: Vec<Option<Affine>>,
}

impl Sequential {
    /// An empty network that takes so many features; add layers, then [`build`](Architecture::build).
    pub fn builder(inputs: usize) -> Architecture {
        Architecture::new(inputs)
    }

    /// The network a recording describes, its weights all zero until [`with_weights`](Forward::with_weights).
    ///
    /// # Errors
    ///
    /// [`Error::Missing`] if something else than a built-in network is described, [`Error::Invalid`] if the bytes
    /// are not a description that this version can read.
    pub fn from_description(description: &Description) -> Result<Self> {
        let architecture = description::read(description)?;
        let affines = each_layer(&architecture, |layer, inputs, _| match layer {
            Layer::Dense(dense) => {
                let bias = dense.has_bias().then(|| vec![0.0; dense.units()]);
                Ok(Some(Affine { kernel: matrix::zeros(inputs, dense.units())?, bias }))
            }
            Layer::Activation { .. } => Ok(None),
        })?;
        Ok(Self { architecture, affines })
    }

    /// The architecture that a recording describes.
    pub(crate) fn architecture_of(description: &Description) -> Result<Architecture> {
        description::read(description)
    }

    /// The network that a recording describes, with weights from that recording. Never allocates more than those.
    pub(crate) fn restore(description: &Description, weights: &Weights) -> Result<Self> {
        Self::assemble(description::read(description)?, weights)
    }

    /// A checked architecture with weights as its initialisers draw them.
    pub(super) fn new(architecture: Architecture, seed: u64) -> Result<Self> {
        let affines = each_layer(&architecture, |layer, inputs, index| match layer {
            Layer::Dense(dense) => {
                let rng = &mut random::rng(seed, Purpose::Weights(index));
                let kernel = dense.kernel_initializer.draw(inputs, dense.units(), rng)?;
                let bias = dense.bias_initializer.map(|bias| bias.draw(1, dense.units(), rng)).transpose()?;
                Ok(Some(Affine { kernel, bias: bias.map(|bias| bias.as_slice().to_vec()) }))
            }
            Layer::Activation { .. } => Ok(None),
        })?;
        Ok(Self { architecture, affines })
    }

    /// What the network is without its weights.
    pub fn architecture(&self) -> &Architecture {
        &self.architecture
    }

    /// The network's outputs: `forward` through all layers.
    ///
    /// # Shapes
    ///
    /// `(samples, inputs)` to `(samples, outputs)`.
    ///
    /// # Errors
    ///
    /// [`Error::Shape`] if the inputs have another number of columns than the network has inputs.
    pub fn predict(&self, inputs: &Matrix) -> Result<Matrix> {
        self.forward(inputs, 0..self.affines.len())
    }

    pub(super) fn affines(&self) -> &[Option<Affine>] {
        &self.affines
    }

    pub(super) fn affines_mut(&mut self) -> &mut [Option<Affine>] {
        &mut self.affines
    }

    pub(super) fn activation(&self, layer: usize) -> Activation {
        self.architecture.layers()[layer].activation()
    }

    /// What the loss is best computed from: logits if the last activation is the one that goes with it.
    pub(crate) fn basis(&self, loss: Loss) -> Basis {
        if is_link(self.activation(self.affines.len() - 1), loss) { Basis::Logits } else { Basis::Outputs }
    }

    /// How many values every array of weights has, in layer order.
    pub(crate) fn lengths(&self) -> Vec<usize> {
        self.affines.iter().flatten().flat_map(Affine::slices).map(<[f32]>::len).collect()
    }

    /// Fails unless inputs and targets fit the network, and the targets the loss.
    pub(crate) fn check(&self, inputs: &Matrix, targets: &Matrix, loss: Loss) -> Result<()> {
        matrix::expect_columns("inputs", inputs, self.architecture.inputs())?;
        matrix::expect_shape("targets", targets, (inputs.nrows(), self.architecture.outputs()))?;
        loss.check_targets(targets)
    }

    fn assemble(architecture: Architecture, weights: &Weights) -> Result<Self> {
        let affines = each_layer(&architecture, |layer, inputs, _| match layer {
            Layer::Dense(dense) => {
                let kernel = weights.require(&dense.name, "kernel", &[inputs, dense.units()])?.to_matrix()?;
                let bias = dense.has_bias().then(|| weights.require(&dense.name, "bias", &[dense.units()]));
                let bias = bias.transpose()?.map(|bias| bias.values().to_f32().into_owned());
                Ok(Some(Affine { kernel, bias }))
            }
            Layer::Activation { .. } => Ok(None),
        })?;
        let used: usize = affines.iter().flatten().map(|affine| affine.slices().count()).sum();
        match weights.len() == used {
            true => Ok(Self { architecture, affines }),
            false => {
                Err(Error::invalid("the number of parameters", format!("{used}, as the layers have"), weights.len()))
            }
        }
    }

    /// The arrays of every layer under their names, the network's own or gradients in their place.
    fn parameters_of<'a>(&'a self, affines: &'a [Option<Affine>]) -> Vec<Parameter<'a>> {
        let mut parameters = Vec::with_capacity(2 * affines.len());
        for (layer, affine) in self.architecture.layers().iter().zip(affines) {
            let Some(Affine { kernel, bias }) = affine else { continue };
            let (inputs, units) = kernel.shape();
            parameters.push(Parameter::new(layer.name(), "kernel", [inputs, units], crate::row_major(kernel)));
            parameters.extend(bias.as_ref().map(|bias| Parameter::new(layer.name(), "bias", [units], bias)));
        }
        parameters
    }

    /// What a layer makes of some rows before its activation, one column behind another after `stride` values.
    pub(super) fn pre_activate(&self, layer: usize, rows: Rows<'_>, outputs: &mut [f32], stride: usize) {
        match &self.affines[layer] {
            Some(affine) => affine.apply(rows, outputs, stride),
            None => {
                let columns = outputs.chunks_mut(stride.max(1)).enumerate();
                columns.for_each(|(index, outputs)| outputs[..rows.count()].copy_from_slice(rows.column(index)));
            }
        }
    }

    /// Runs the inputs through the layers, the last with this activation in place of its own.
    fn run(&self, inputs: &Matrix, layers: Range<usize>, last: Activation, outputs: &mut Matrix) -> Result<()> {
        self.check_range(inputs, &layers)?;
        matrix::try_reshape(outputs, inputs.nrows(), self.architecture.width(layers.end))?;
        if layers.is_empty() {
            outputs.copy_from(inputs);
        } else {
            let hidden = layers.start + 1..layers.end;
            let widest = hidden.map(|layer| self.architecture.width(layer)).max().unwrap_or(0);
            Tile::new(inputs.nrows(), widest)?.run(self, layers, last, inputs, outputs);
        }
        Ok(())
    }

    fn check_range(&self, inputs: &Matrix, layers: &Range<usize>) -> Result<()> {
        let count = self.affines.len();
        if layers.start > layers.end || layers.end > count {
            return Err(Error::invalid("the range of layers", format!("within 0..{count}"), format!("{layers:?}")));
        }
        match inputs.ncols() == self.architecture.width(layers.start) {
            true => Ok(()),
            false => {
                let what = format!("inputs of layers {layers:?}");
                matrix::expect_columns(&what, inputs, self.architecture.width(layers.start))
            }
        }
    }

    /// Fails unless memory has room for the values of all layers, before and after the activation, at once.
    fn expect_room(&self, inputs: &Matrix) -> Result<()> {
        let widths = (1..=self.affines.len()).map(|layer| self.architecture.width(layer));
        let values = widths.fold(0_usize, |sum, width| sum.saturating_add(width)).saturating_mul(2);
        matrix::expect_room(inputs.nrows(), values).map(drop)
    }
}

impl Model for Sequential {
    fn parameters(&self) -> Result<Vec<Parameter<'_>>> {
        Ok(self.parameters_of(&self.affines))
    }

    fn description(&self) -> Option<Description> {
        description::describe(&self.architecture).ok()
    }
}

impl Forward for Sequential {
    fn layers(&self) -> Vec<String> {
        self.architecture.layers().iter().map(|layer| layer.name().to_owned()).collect()
    }

    fn with_weights(&self, weights: &Weights) -> Result<Self> {
        Self::assemble(self.architecture.clone(), weights)
    }

    fn forward(&self, inputs: &Matrix, layers: Range<usize>) -> Result<Matrix> {
        let mut outputs = Matrix::zeros(0, 0);
        self.forward_into(inputs, layers, &mut outputs)?;
        Ok(outputs)
    }

    fn forward_into(&self, inputs: &Matrix, layers: Range<usize>, outputs: &mut Matrix) -> Result<()> {
        let last = layers.clone().next_back().filter(|&last| last < self.affines.len());
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

    fn losses(&self, inputs: &Matrix, targets: &Matrix, loss: Loss) -> Result<Vec<f32>> {
        self.check(inputs, targets, loss)?;
        let last = match self.basis(loss) {
            Basis::Logits => Activation::Linear,
            Basis::Outputs => self.activation(self.affines.len() - 1),
        };
        let mut predictions = Matrix::zeros(0, 0);
        self.run(inputs, 0..self.affines.len(), last, &mut predictions)?;
        Ok(loss.losses(&predictions, targets, self.basis(loss)))
    }

    fn range(&self, layer: usize) -> Option<RangeInclusive<f32>> {
        self.architecture.layers().get(layer).map(|layer| layer.activation().range())
    }

    fn as_backward(&self) -> Option<&dyn Backward> {
        Some(self)
    }
}

impl Backward for Sequential {
    fn gradients(&self, inputs: &Matrix, targets: &Matrix, loss: Loss) -> Result<Weights> {
        self.check(inputs, targets, loss)?;
        self.expect_room(inputs)?;
        let mut pass = Pass::new(self);
        pass.forward(self, inputs);
        pass.backward(self, inputs, targets, loss);
        let gradients = pass.into_gradients();
        Ok(self.parameters_of(&gradients).into_iter().map(Parameter::into_owned).collect())
    }
}

/// What `build` makes of every layer, given its inputs and index.
fn each_layer<F>(architecture: &Architecture, mut build: F) -> Result<Vec<Option<Affine>>>
where
    F: FnMut(&Layer, usize, usize) -> Result<Option<Affine>>,
{
    let layers = architecture.layers().iter().enumerate();
    layers.map(|(index, layer)| build(layer, architecture.width(index), index)).collect()
}

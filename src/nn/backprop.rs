//! One run through a network, forward and back, in buffers that are kept from batch to batch.

use super::{Activation, Sequential, stage::Stage};
use crate::{
    Loss, Matrix, Parameter, Weights,
    loss::Basis,
    math::{
        matrix,
        random::{self, Purpose},
    },
};

/// What a run through the layers leaves behind: every layer's values and, after the way back, its gradients.
#[derive(Clone, Debug)]
pub(crate) struct Pass {
    layers: Vec<LayerPass>,
    /// For transposes: of what the layer at work was fed, and of its kernel.
    room: Matrix,
}

#[derive(Clone, Debug)]
struct LayerPass {
    pre_activation: Matrix,
    activation: Matrix,
    /// Gradient of the loss with respect to the activation, then to the pre-activation.
    slope: Matrix,
    stage: Stage,
}

impl Pass {
    /// Empty buffers to differentiate a network as it is replayed.
    pub(super) fn replaying(model: &Sequential) -> Self {
        Self::new(model.learned().iter().map(Stage::replaying))
    }

    /// Empty buffers to train a network through one epoch.
    pub(crate) fn training(model: &Sequential, seed: u64, epoch: u64) -> Self {
        let layers = model.architecture().iter().zip(model.learned()).enumerate();
        Self::new(layers.map(|(index, (layer, learned))| {
            Stage::training(layer, learned, || random::rng(seed, Purpose::Dropout { layer: index, epoch }))
        }))
    }

    fn new(stages: impl Iterator<Item = Stage>) -> Self {
        let empty = || Matrix::zeros(0, 0);
        let layer = |stage| LayerPass { pre_activation: empty(), activation: empty(), slope: empty(), stage };
        Self { layers: stages.map(layer).collect(), room: empty() }
    }

    /// Runs `inputs`, which must have the network's width, through all layers.
    pub(crate) fn forward(&mut self, model: &Sequential, inputs: &Matrix) {
        for i in 0..self.layers.len() {
            let (before, rest) = self.layers.split_at_mut(i);
            let layer = &mut rest[0];
            let inputs = before.last().map_or(inputs, |layer| &layer.activation);
            matrix::reshape(&mut layer.pre_activation, inputs.nrows(), model.architecture().width(i + 1));
            layer.stage.forward(&model.learned()[i], inputs, &mut layer.pre_activation);
            matrix::copy_to(&layer.pre_activation, &mut layer.activation);
            model.activation(i).apply_mut(&mut layer.activation);
        }
    }

    /// What the last [`forward`](Self::forward) put out.
    pub(crate) fn outputs(&self) -> &Matrix {
        &self.last().activation
    }

    /// What the loss of the last [`forward`](Self::forward) is computed from.
    pub(crate) fn predictions(&self, basis: Basis) -> &Matrix {
        match basis {
            Basis::Logits => &self.last().pre_activation,
            Basis::Outputs => self.outputs(),
        }
    }

    /// Computes the gradient of the mean loss of the last `forward`, which was fed the same `inputs`.
    pub(crate) fn backward(&mut self, model: &Sequential, inputs: &Matrix, targets: &Matrix, loss: Loss) {
        self.differentiate_loss(model, targets, loss);
        for i in (0..self.layers.len()).rev() {
            let (before, rest) = self.layers.split_at_mut(i);
            let layer = &mut rest[0];
            let (inputs, handed_on) = match before.last_mut() {
                Some(LayerPass { activation, slope, .. }) => (&*activation, Some(slope)),
                None => (inputs, None),
            };
            let learned = &model.learned()[i];
            layer.stage.differentiate(learned, inputs, &layer.slope, &mut self.room);
            let Some(handed_on) = handed_on else { break };
            layer.stage.backpropagate(learned, inputs, &layer.slope, &mut self.room, handed_on);
            let previous = &mut before[i - 1];
            model.activation(i - 1).backpropagate(&previous.pre_activation, &previous.activation, &mut previous.slope);
        }
    }

    /// Shows every trainable array of the network with its gradient of the last `backward`, in layer order.
    pub(crate) fn descend(&self, model: &mut Sequential, mut step: impl FnMut(&mut [f32], &[f32])) {
        let pairs = model.learned_mut().iter_mut().zip(&self.layers);
        pairs.for_each(|(learned, layer)| layer.stage.descend(learned, &mut step));
    }

    /// The gradients of the last `backward` under the names of the network's parameters.
    pub(super) fn gradients(&self, model: &Sequential) -> Weights {
        let mut gradients = Vec::new();
        let layers = model.architecture().iter().zip(&self.layers);
        layers.for_each(|(layer, pass)| pass.stage.list(layer.name(), &mut gradients));
        gradients.into_iter().map(Parameter::into_owned).collect()
    }

    fn last(&self) -> &LayerPass {
        // A network has a layer at least: `Architecture::build` sees to it.
        &self.layers[self.layers.len() - 1]
    }

    /// Leaves the gradient with respect to the last layer's pre-activation in its slope.
    fn differentiate_loss(&mut self, model: &Sequential, targets: &Matrix, loss: Loss) {
        let index = self.layers.len() - 1;
        let (layer, activation) = (&mut self.layers[index], model.activation(index));
        matrix::copy_to(&layer.activation, &mut layer.slope);
        if model.basis(loss) == Basis::Logits {
            loss.differentiate_linked(&mut layer.slope, targets);
        } else {
            loss.differentiate(&mut layer.slope, targets);
            activation.backpropagate(&layer.pre_activation, &layer.activation, &mut layer.slope);
        }
    }
}

/// Whether the activation is the one whose pre-activations are the loss's logits: then the gradient is a mere
/// difference, and nothing is lost where the activation saturates.
pub(super) fn is_link(activation: Activation, loss: Loss) -> bool {
    matches!(
        (loss, activation),
        (Loss::BinaryCrossEntropy, Activation::Sigmoid)
            | (Loss::CategoricalCrossEntropy, Activation::Softmax)
            | (Loss::MeanSquaredError, Activation::Linear)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Dense, nn::Layer};

    #[test]
    fn a_short_batch_after_a_long_one_leaves_nothing_of_it_behind() {
        let layers = [Layer::from(Dense::new(3).activation(Activation::Tanh)), Dense::new(2).into()];
        let builder = Sequential::builder(2).layers(layers);
        let model = builder.build(1).unwrap();
        let (long, short) = (Matrix::from_element(5, 2, 0.5), Matrix::from_row_slice(1, 2, &[0.1, -0.2]));
        let targets = Matrix::zeros(5, 2);
        let run = |batches: &[&Matrix]| {
            let mut pass = Pass::training(&model, 1, 0);
            for inputs in batches {
                let targets = targets.rows(0, inputs.nrows()).into_owned();
                pass.forward(&model, inputs);
                pass.backward(&model, inputs, &targets, Loss::MeanSquaredError);
            }
            pass.gradients(&model)
        };
        assert_eq!(run(&[&long, &short]), run(&[&short]));
    }
}

//! One pass through a network, forward and back, in buffers that are kept from batch to batch.

use super::{
    Sequential,
    layer::{LayerPass, Mode},
};
use crate::{Backward, Loss, Matrix, Parameter, Result, Targets, Weights, loss::Basis, math::matrix};

/// A pass through the layers: every layer's values and, after the way back, its gradients.
#[derive(Clone, Debug)]
pub(crate) struct Pass {
    layers: Vec<LayerValues>,
    /// For transposes: of what the layer at work was fed, and of its kernel.
    scratch: Matrix,
}

#[derive(Clone, Debug)]
struct LayerValues {
    pre_activation: Matrix,
    activation: Matrix,
    /// Gradient of the loss with respect to the activation, then to the pre-activation.
    gradient: Matrix,
    pass: LayerPass,
}

impl LayerValues {
    fn new(pass: LayerPass) -> Self {
        let empty = || Matrix::zeros(0, 0);
        Self { pre_activation: empty(), activation: empty(), gradient: empty(), pass }
    }
}

impl Pass {
    /// Empty buffers to differentiate a network as it is replayed.
    pub(super) fn replaying(model: &Sequential) -> Self {
        Self::new(model, |_| Mode::Replay)
    }

    /// Empty buffers to train a network through one epoch, or what is left of it behind so many samples.
    pub(crate) fn training(model: &Sequential, seed: u64, epoch: u64, samples: usize) -> Self {
        Self::new(model, |layer| Mode::Training { seed, layer, epoch, samples })
    }

    fn new(model: &Sequential, mode: impl Fn(usize) -> Mode) -> Self {
        let passes = model.layers().enumerate().map(|(i, (layer, weights))| LayerPass::new(layer, weights, mode(i)));
        Self { layers: passes.map(LayerValues::new).collect(), scratch: Matrix::zeros(0, 0) }
    }

    /// Runs `inputs`, which must have the network's width, through all layers.
    pub(crate) fn forward(&mut self, model: &Sequential, inputs: &Matrix) {
        for (i, (layer, weights)) in model.layers().enumerate() {
            let (before, rest) = self.layers.split_at_mut(i);
            let values = &mut rest[0];
            let inputs = before.last().map_or(inputs, |values| &values.activation);
            matrix::reshape(&mut values.pre_activation, inputs.nrows(), layer.units(inputs.ncols()));
            values.pass.forward(layer, weights, inputs, &mut values.pre_activation);
            matrix::copy_to(&values.pre_activation, &mut values.activation);
            layer.activation().apply_mut(&mut values.activation);
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
    pub(crate) fn backward(&mut self, model: &Sequential, inputs: &Matrix, targets: Targets<'_>, loss: Loss) {
        self.differentiate_loss(model, targets, loss);
        for (i, (layer, weights)) in model.layers().enumerate().rev() {
            let (before, rest) = self.layers.split_at_mut(i);
            let LayerValues { gradient, pass, .. } = &mut rest[0];
            let Some(previous) = before.last_mut() else {
                pass.backward_weights(layer, weights, inputs, gradient, &mut self.scratch);
                break;
            };
            let LayerValues { pre_activation, activation, gradient: input_gradient, .. } = previous;
            pass.backward_weights(layer, weights, activation, gradient, &mut self.scratch);
            pass.backward_inputs(layer, weights, activation, gradient, &mut self.scratch, input_gradient);
            model.activation(i - 1).backpropagate(pre_activation, activation, input_gradient);
        }
    }

    /// Shows `step` every trainable array of the network with its gradient of the last `backward`, in layer order.
    pub(crate) fn update(&self, model: &mut Sequential, mut step: impl FnMut(&mut [f32], &[f32])) {
        let layers = model.layers_mut().zip(&self.layers);
        layers.for_each(|((layer, weights), values)| values.pass.update(layer, weights, &mut step));
    }

    /// The gradients of the last `backward` under the names of the network's parameters.
    pub(super) fn gradients(&self, model: &Sequential) -> Weights {
        let mut gradients = Vec::new();
        let layers = model.layers().zip(&self.layers);
        layers.for_each(|((layer, weights), values)| values.pass.list_gradients(layer, weights, &mut gradients));
        gradients.into_iter().map(Parameter::into_owned).collect()
    }

    fn last(&self) -> &LayerValues {
        // A network has a layer at least: `Architecture::build` sees to it.
        &self.layers[self.layers.len() - 1]
    }

    /// Leaves the gradient with respect to the last layer's pre-activation in its `gradient`.
    fn differentiate_loss(&mut self, model: &Sequential, targets: Targets<'_>, loss: Loss) {
        let index = self.layers.len() - 1;
        let (layer, activation) = (&mut self.layers[index], model.activation(index));
        matrix::copy_to(&layer.activation, &mut layer.gradient);
        if model.architecture().has_logits() {
            loss.link(&mut layer.gradient, targets);
        }
        if model.basis(loss) == Basis::Logits {
            loss.differentiate_linked(&mut layer.gradient, targets);
        } else {
            loss.differentiate(&mut layer.gradient, targets);
            activation.backpropagate(&layer.pre_activation, &layer.activation, &mut layer.gradient);
        }
    }
}

impl Backward for Sequential {
    fn gradients(&self, inputs: &Matrix, targets: Targets<'_>, loss: Loss) -> Result<Weights> {
        self.check(inputs, targets, loss)?;
        self.expect_room(inputs)?;
        let mut pass = Pass::replaying(self);
        pass.forward(self, inputs);
        pass.backward(self, inputs, targets, loss);
        Ok(pass.gradients(self))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Activation, Dense, nn::Layer};

    #[test]
    fn a_short_batch_after_a_long_one_leaves_nothing_of_it_behind() {
        let layers = [Layer::from(Dense::new(3).activation(Activation::Tanh)), Dense::new(2).into()];
        let builder = Sequential::builder(2).layers(layers);
        let model = builder.build(1).unwrap();
        let (long, short) = (Matrix::from_element(5, 2, 0.5), Matrix::from_row_slice(1, 2, &[0.1, -0.2]));
        let targets = Matrix::zeros(5, 2);
        let run = |batches: &[&Matrix]| {
            let mut pass = Pass::training(&model, 1, 0, 0);
            for inputs in batches {
                let targets = targets.rows(0, inputs.nrows()).into_owned();
                pass.forward(&model, inputs);
                pass.backward(&model, inputs, (&targets).into(), Loss::MeanSquaredError);
            }
            pass.gradients(&model)
        };
        assert_eq!(run(&[&long, &short]), run(&[&short]));
    }
}

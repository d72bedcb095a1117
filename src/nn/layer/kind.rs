//! What makes a kind of layer: everything that differs from one to another.

use std::{borrow::Cow, ops::RangeBounds};

use rand_chacha::ChaCha8Rng;

use crate::{
    Activation, Error, Matrix, Orientation, Parameter, Result, Weights,
    math::{
        gemm::Rows,
        random::{self, Purpose},
    },
};

/// A kind of layer, implemented for its settings.
///
/// `layer` is the layer's name, `inputs` the number of values that a layer is fed. Of what is provided, a layer without
/// weights that ends in no activation needs nothing else.
pub(in crate::nn) trait Kind: Sized {
    /// The arrays of the layer, which a recording holds.
    type Weights: Arrays;
    /// What the layer keeps from the way forward to the way back, and its gradients.
    type Pass;

    /// The kind's number in the description of a network. It never changes, and no other kind has it.
    const NUMBER: u16;
    /// The stem of the name of a layer that was given none.
    const STEM: &'static str;

    /// The number of units.
    fn units(&self, inputs: usize) -> usize {
        inputs
    }

    /// The activation function that ends the layer.
    fn activation(&self) -> Activation {
        Activation::Linear
    }

    /// Fails unless every setting is in its range.
    fn check(&self, layer: &str) -> Result<()>;

    /// Fails unless the layer can be trained by a batch of so few samples.
    fn check_batch(&self, _layer: &str, _samples: usize) -> Result<()> {
        Ok(())
    }

    /// The settings without the name, as the description of a network holds them.
    fn encode(&self) -> Result<Vec<u8>>;

    /// The layer that was encoded, without a name.
    fn decode(settings: &[u8]) -> Result<Self>;

    /// How many values the weights have; none if there are more than can be counted.
    fn weight_count(&self, inputs: usize) -> Option<usize>;

    /// Weights of zeros.
    fn zeros(&self, inputs: usize) -> Result<Self::Weights>;

    /// The weights before training.
    fn initial(&self, inputs: usize, rng: &mut ChaCha8Rng) -> Result<Self::Weights>;

    /// The layer's own among these weights. Never allocates more than those.
    fn restore(&self, inputs: usize, weights: &Weights) -> Result<Self::Weights>;

    /// The same in place of those that are there, whose memory it keeps if it can.
    fn refill(&self, inputs: usize, own: &mut Self::Weights, weights: &Weights) -> Result<()> {
        *own = self.restore(inputs, weights)?;
        Ok(())
    }

    /// What the layer makes of some rows in a replay, before its activation; one column of outputs follows another after
    /// `stride` values.
    fn apply(&self, weights: &Self::Weights, inputs: Rows<'_>, outputs: &mut [f32], stride: usize);

    /// Begins a pass.
    fn pass(&self, weights: &Self::Weights, mode: Mode) -> Self::Pass;

    /// What the layer makes of `inputs` before its activation; `outputs` have their shape already.
    #[inline]
    fn forward(&self, weights: &Self::Weights, _: &mut Self::Pass, inputs: &Matrix, outputs: &mut Matrix) {
        self.apply(weights, Rows::of(inputs), outputs.as_mut_slice(), inputs.nrows());
    }

    /// Leaves the gradients of the weights in the pass, given that with respect to the outputs before the activation.
    /// `scratch` is for transposes.
    fn backward_weights(
        &self,
        _weights: &Self::Weights,
        _pass: &mut Self::Pass,
        _inputs: &Matrix,
        _gradient: &Matrix,
        _scratch: &mut Matrix,
    ) {
    }

    /// Leaves in `input_gradient` the gradient with respect to the inputs, after
    /// [`backward_weights`](Self::backward_weights).
    fn backward_inputs(
        &self,
        weights: &Self::Weights,
        pass: &Self::Pass,
        inputs: &Matrix,
        gradient: &Matrix,
        scratch: &mut Matrix,
        input_gradient: &mut Matrix,
    );

    /// Shows `step` every trainable array with its gradient, in the order of the parameters. Statistics that follow the
    /// batches by themselves take their step.
    fn update(&self, _weights: &mut Self::Weights, _pass: &Self::Pass, _step: impl FnMut(&mut [f32], &[f32])) {}

    /// Adds the gradient of every trainable array, under the name of its parameter.
    fn list_gradients<'a>(&self, _layer: &'a str, _pass: &'a Self::Pass, _gradients: &mut Vec<Parameter<'a>>) {}
}

/// An array that an optimizer changes: what its parameter is called, and its shape.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Trainable {
    pub(crate) name: &'static str,
    pub(crate) rows: usize,
    /// `None` of a row of values.
    pub(crate) columns: Option<usize>,
}

impl Trainable {
    /// How many values it has.
    pub(crate) fn len(self) -> usize {
        self.rows * self.columns.unwrap_or(1)
    }

    /// How a recording gives its shape.
    pub(crate) fn shape(self) -> Vec<usize> {
        [self.rows].into_iter().chain(self.columns).collect()
    }
}

/// The arrays of a layer.
pub(in crate::nn) trait Arrays {
    /// How many parameters they are.
    fn count(&self) -> usize;

    /// Adds every trainable array, in the order of the parameters.
    fn list_trainable(&self, arrays: &mut Vec<Trainable>);

    /// Adds every array to the parameters, as those of a layer.
    fn list<'a>(&'a self, layer: &'a str, parameters: &mut Vec<Parameter<'a>>);
}

/// No arrays at all.
impl Arrays for () {
    fn count(&self) -> usize {
        0
    }

    fn list_trainable(&self, _: &mut Vec<Trainable>) {}

    fn list<'a>(&'a self, _: &'a str, _: &mut Vec<Parameter<'a>>) {}
}

/// What a pass through the network is for.
#[derive(Clone, Copy, Debug)]
pub(in crate::nn) enum Mode {
    /// To see what the network is.
    Replay,
    /// To train it: `layer` and `epoch` have random numbers of their own, which `samples` of the epoch have had already.
    Training { seed: u64, layer: usize, epoch: u64, samples: usize },
}

impl Mode {
    /// The random numbers of a layer in training, from the beginning of the epoch, and how many samples have had theirs.
    pub(super) fn rng(self) -> Option<(ChaCha8Rng, usize)> {
        match self {
            Self::Replay => None,
            Self::Training { seed, layer, epoch, samples } => {
                Some((random::rng(seed, Purpose::Dropout { layer, epoch }), samples))
            }
        }
    }

    pub(super) fn is_training(self) -> bool {
        matches!(self, Self::Training { .. })
    }
}

/// Hands on the inputs as they are, one column of outputs behind another after `stride` values.
pub(super) fn pass_through(inputs: Rows<'_>, outputs: &mut [f32], stride: usize) {
    let columns = outputs.chunks_mut(stride.max(1)).enumerate();
    columns.for_each(|(index, outputs)| outputs[..inputs.count()].copy_from_slice(inputs.column(index)));
}

/// Fails unless a setting of a layer is in its range.
pub(super) fn expect(layer: &str, what: &str, value: f32, range: impl RangeBounds<f32>, expected: &str) -> Result<()> {
    if range.contains(&value) {
        Ok(())
    } else {
        Err(Error::invalid(format!("{what} of layer {layer:?}"), expected, value))
    }
}

/// Fails unless the number that an activation or initializer carries is finite.
pub(super) fn expect_finite(layer: &str, constant: Option<(&str, f32)>) -> Result<()> {
    match constant {
        Some((name, value)) if !value.is_finite() => {
            Err(Error::invalid(format!("{name} of layer {layer:?}"), "a finite number", value))
        }
        _ => Ok(()),
    }
}

/// The layer's array of that name, which has one value for every unit.
pub(super) fn restore_units(weights: &Weights, layer: &str, name: &str, units: usize) -> Result<Vec<f32>> {
    Ok(weights.require(layer, name, &[units])?.values().to_f32().into_owned())
}

/// The layer's kernel, `(inputs, units)`; one that is said to lie the other way round is turned.
pub(super) fn restore_kernel(weights: &Weights, layer: &str, [inputs, units]: [usize; 2]) -> Result<Matrix> {
    let turned = weights.get(layer, "kernel").and_then(Parameter::orientation) == Some(Orientation::OutputsInputs);
    if turned {
        return weights.require(layer, "kernel", &[units, inputs])?.transposed("kernel")?.to_matrix();
    }
    weights.require(layer, "kernel", &[inputs, units])?.to_matrix()
}

/// Replaces the values of a bias or the like by the layer's own.
pub(super) fn refill_units(weights: &Weights, layer: &str, name: &str, units: &mut Vec<f32>) -> Result<()> {
    match as_it_is(weights, layer, name, &[units.len()]) {
        Some(values) => units.copy_from_slice(&values),
        None => *units = restore_units(weights, layer, name, units.len())?,
    }
    Ok(())
}

/// Replaces the values of a kernel by the layer's own.
pub(super) fn refill_kernel(weights: &Weights, layer: &str, kernel: &mut Matrix) -> Result<()> {
    let (inputs, units) = kernel.shape();
    match as_it_is(weights, layer, "kernel", &[inputs, units]) {
        Some(values) => {
            for (i, row) in values.chunks_exact(units.max(1)).enumerate() {
                row.iter().enumerate().for_each(|(j, &value)| kernel[(i, j)] = value);
            }
        }
        None => *kernel = restore_kernel(weights, layer, [inputs, units])?,
    }
    Ok(())
}

/// The values of an array that is there, of that shape and not said to lie the other way round.
fn as_it_is<'w>(weights: &'w Weights, layer: &str, name: &str, shape: &[usize]) -> Option<Cow<'w, [f32]>> {
    let array = weights.get(layer, name).filter(|array| array.shape() == shape && array.check().is_ok())?;
    (array.orientation() != Some(Orientation::OutputsInputs)).then(|| array.values().to_f32())
}

/// What the tests of several layers use.
#[cfg(test)]
pub(super) mod testing {
    use super::*;

    pub(in crate::nn::layer) const TRAINING: Mode = Mode::Training { seed: 0, layer: 0, epoch: 0, samples: 0 };

    pub(in crate::nn::layer) fn assert_close(what: &str, found: &[f32], expected: &[f64]) {
        assert_eq!(found.len(), expected.len());
        for (found, expected) in found.iter().zip(expected) {
            let off = (f64::from(*found) - expected).abs();
            assert!(off <= 2e-7 * expected.abs().max(1.0), "{what}: {found}, expected {expected}");
        }
    }

    /// The pass, and in row-major order the outputs and, for their `gradient`, the gradient of the inputs.
    pub(in crate::nn::layer) fn run<K: Kind>(
        kind: &K,
        weights: &K::Weights,
        mode: Mode,
        [inputs, gradient]: [&Matrix; 2],
    ) -> (K::Pass, [Vec<f32>; 2]) {
        let (mut outputs, [mut scratch, mut input_gradient]) = (inputs.clone(), [(); 2].map(|()| Matrix::zeros(0, 0)));
        let mut pass = kind.pass(weights, mode);
        kind.forward(weights, &mut pass, inputs, &mut outputs);
        kind.backward_weights(weights, &mut pass, inputs, gradient, &mut scratch);
        kind.backward_inputs(weights, &pass, inputs, gradient, &mut scratch, &mut input_gradient);
        (pass, [outputs, input_gradient].map(|matrix| crate::to_row_major(&matrix)))
    }

    /// How the outputs times their `gradient` change with each of the inputs, by central differences of this step; in
    /// row-major order.
    pub(in crate::nn::layer) fn finite_differences<K: Kind>(
        kind: &K,
        weights: &K::Weights,
        mode: Mode,
        [inputs, gradient]: [&Matrix; 2],
        step: f32,
    ) -> Vec<f64> {
        let along = |index: (usize, usize), step: f32| {
            let (mut moved, mut outputs) = (inputs.clone(), inputs.clone());
            moved[index] += step;
            kind.forward(weights, &mut kind.pass(weights, mode), &moved, &mut outputs);
            outputs.iter().zip(gradient).map(|(output, gradient)| f64::from(output * gradient)).sum::<f64>()
        };
        let places = (0..inputs.nrows()).flat_map(|i| (0..inputs.ncols()).map(move |j| (i, j)));
        places.map(|place| (along(place, step) - along(place, -step)) / f64::from(2.0 * step)).collect()
    }
}

//! `outputs = inputs * kernel + bias`, forward and backward: the weights of a dense layer.

use rand_chacha::ChaCha8Rng;

use crate::Dense;
use crate::{
    Matrix, Parameter, Result, Weights,
    math::{
        gemm::{Rows, multiply, multiply_transposed},
        matrix,
    },
};

/// A kernel of `(inputs, units)` and perhaps a bias of as many units.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::nn) struct Affine {
    kernel: Matrix,
    bias: Option<Vec<f32>>,
}

impl Affine {
    /// All zeros, for a layer that is fed so many values.
    pub(in crate::nn) fn zeros(dense: &Dense, inputs: usize) -> Result<Self> {
        let kernel = matrix::zeros(inputs, dense.units())?;
        Ok(Self { kernel, bias: dense.has_bias().then(|| vec![0.0; dense.units()]) })
    }

    /// As the layer's initialisers draw them.
    pub(in crate::nn) fn draw(dense: &Dense, inputs: usize, rng: &mut ChaCha8Rng) -> Result<Self> {
        let kernel = dense.kernel_initializer.draw(inputs, dense.units(), rng)?;
        let bias = dense.bias_initializer.map(|bias| bias.draw(1, dense.units(), rng)).transpose()?;
        Ok(Self { kernel, bias: bias.map(|bias| bias.as_slice().to_vec()) })
    }

    /// The layer's own among these weights.
    pub(in crate::nn) fn restore(dense: &Dense, inputs: usize, weights: &Weights) -> Result<Self> {
        let kernel = weights.require(&dense.name, "kernel", &[inputs, dense.units()])?.to_matrix()?;
        let bias = dense.has_bias().then(|| weights.require(&dense.name, "bias", &[dense.units()])).transpose()?;
        Ok(Self { kernel, bias: bias.map(|bias| bias.values().to_f32().into_owned()) })
    }

    /// All zeros, in the shape of another.
    pub(in crate::nn) fn zeros_like(other: &Self) -> Self {
        Self {
            kernel: Matrix::zeros(other.kernel.nrows(), other.kernel.ncols()),
            bias: other.bias.as_ref().map(|bias| vec![0.0; bias.len()]),
        }
    }

    /// `outputs = inputs * kernel + bias`, one column of outputs behind another after `stride` values.
    pub(in crate::nn) fn apply(&self, inputs: Rows<'_>, outputs: &mut [f32], stride: usize) {
        multiply(inputs, &self.kernel, self.bias.as_deref(), outputs, stride);
    }

    /// Makes this the gradient of a layer that was fed `inputs` and whose outputs have the gradient `outputs`. `room` is
    /// for the transpose of the inputs.
    pub(in crate::nn) fn differentiate(&mut self, inputs: &Matrix, outputs: &Matrix, room: &mut Matrix) {
        multiply_transposed(inputs, outputs, room, self.kernel.as_mut_slice());
        if let Some(bias) = &mut self.bias {
            bias.iter_mut().zip(matrix::columns(outputs)).for_each(|(bias, column)| *bias = matrix::sum(column));
        }
    }

    /// `inputs = outputs * kernelᵀ`: the gradient handed on to the layer before. `room` is for the transpose.
    pub(in crate::nn) fn backpropagate(&self, outputs: &Matrix, room: &mut Matrix, inputs: &mut Matrix) {
        matrix::transpose_to(&self.kernel, room);
        matrix::reshape(inputs, outputs.nrows(), self.kernel.nrows());
        multiply(Rows::of(outputs), room, None, inputs.as_mut_slice(), outputs.nrows());
    }

    /// Shows kernel and bias, each with its gradient.
    #[inline]
    pub(in crate::nn) fn descend(&mut self, gradient: &Self, mut step: impl FnMut(&mut [f32], &[f32])) {
        step(self.kernel.as_mut_slice(), gradient.kernel.as_slice());
        if let (Some(bias), Some(gradient)) = (&mut self.bias, &gradient.bias) {
            step(bias, gradient);
        }
    }

    /// Adds kernel and bias to the parameters, as those of a layer.
    pub(in crate::nn) fn list<'a>(&'a self, layer: &'a str, parameters: &mut Vec<Parameter<'a>>) {
        let (inputs, units) = self.kernel.shape();
        parameters.push(Parameter::new(layer, "kernel", [inputs, units], crate::to_row_major(&self.kernel)));
        parameters.extend(self.bias.as_ref().map(|bias| Parameter::new(layer, "bias", [units], bias)));
    }

    /// Kernel, then bias.
    pub(in crate::nn) fn slices(&self) -> [Option<&[f32]>; 2] {
        [Some(self.kernel.as_slice()), self.bias.as_deref()]
    }
}

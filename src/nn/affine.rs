//! `outputs = inputs * kernel + bias`, forward and backward: the weights of a dense layer.

use crate::{
    Matrix, matrix,
    product::{Rows, multiply, multiply_transposed},
};

/// A kernel of `(inputs, units)` and perhaps a bias of as many units.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Affine {
    pub(super) kernel: Matrix,
    pub(super) bias: Option<Vec<f32>>,
}

impl Affine {
    /// All zeros, in the shape of another.
    pub(super) fn zeros_like(other: &Self) -> Self {
        Self {
            kernel: Matrix::zeros(other.kernel.nrows(), other.kernel.ncols()),
            bias: other.bias.as_ref().map(|bias| vec![0.0; bias.len()]),
        }
    }

    /// `outputs = inputs * kernel + bias`, one column of outputs behind another after `stride` values.
    pub(super) fn apply(&self, inputs: Rows<'_>, outputs: &mut [f32], stride: usize) {
        multiply(inputs, &self.kernel, self.bias.as_deref(), outputs, stride);
    }

    /// Makes this the gradient of a layer that was fed `inputs` and whose outputs have the gradient `outputs`. `room` is
    /// for the transpose of the inputs.
    pub(super) fn differentiate(&mut self, inputs: &Matrix, outputs: &Matrix, room: &mut Matrix) {
        multiply_transposed(inputs, outputs, room, self.kernel.as_mut_slice());
        if let Some(bias) = &mut self.bias {
            bias.iter_mut().zip(matrix::columns(outputs)).for_each(|(bias, column)| *bias = matrix::sum(column));
        }
    }

    /// `inputs = outputs * kernelᵀ`: the gradient handed on to the layer before. `room` is for the transpose.
    pub(super) fn backpropagate(&self, outputs: &Matrix, room: &mut Matrix, inputs: &mut Matrix) {
        matrix::transpose_to(&self.kernel, room);
        matrix::reshape(inputs, outputs.nrows(), self.kernel.nrows());
        multiply(Rows::of(outputs), room, None, inputs.as_mut_slice(), outputs.nrows());
    }

    /// Kernel, then bias.
    pub(super) fn slices(&self) -> impl Iterator<Item = &[f32]> {
        std::iter::once(self.kernel.as_slice()).chain(self.bias.as_deref())
    }
}

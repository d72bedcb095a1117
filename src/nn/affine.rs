//! `outputs = inputs * kernel + bias`, forward and backward: the weights of a dense layer.

use crate::{Matrix, matrix};

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

    /// `outputs = inputs * kernel + bias`; `outputs` takes its shape here.
    pub(super) fn apply(&self, inputs: &Matrix, outputs: &mut Matrix) {
        matrix::reshape(outputs, inputs.nrows(), self.kernel.ncols());
        let scale = match &self.bias {
            Some(bias) => {
                matrix::columns_mut(outputs).zip(bias).for_each(|(column, &bias)| column.fill(bias));
                1.0
            }
            None => 0.0,
        };
        outputs.gemm(1.0, inputs, &self.kernel, scale);
    }

    /// Makes this the gradient of a layer that was fed `inputs` and whose outputs have the gradient `outputs`.
    pub(super) fn differentiate(&mut self, inputs: &Matrix, outputs: &Matrix) {
        // `gemm_tr` has no fast path in nalgebra; transposing first does.
        self.kernel.gemm(1.0, &inputs.transpose(), outputs, 0.0);
        if let Some(bias) = &mut self.bias {
            bias.iter_mut().zip(matrix::columns(outputs)).for_each(|(bias, column)| *bias = column.iter().sum());
        }
    }

    /// `inputs = outputs * kernelᵀ`: the gradient handed on to the layer before.
    pub(super) fn backpropagate(&self, outputs: &Matrix, inputs: &mut Matrix) {
        matrix::reshape(inputs, outputs.nrows(), self.kernel.nrows());
        inputs.gemm(1.0, outputs, &self.kernel.transpose(), 0.0);
    }

    /// Kernel, then bias.
    pub(super) fn slices(&self) -> impl Iterator<Item = &[f32]> {
        std::iter::once(self.kernel.as_slice()).chain(self.bias.as_deref())
    }

    /// Kernel, then bias.
    pub(super) fn slices_mut(&mut self) -> impl Iterator<Item = &mut [f32]> {
        std::iter::once(self.kernel.as_mut_slice()).chain(self.bias.as_deref_mut())
    }
}

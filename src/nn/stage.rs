//! One layer's part of a pass: what it does on the way forward, and finds on the way back.

use rand_chacha::ChaCha8Rng;

use super::{
    layer::{Affine, Layer, Mask},
    learned::Learned,
    normalization_pass::NormalizationPass,
};
use crate::{
    Matrix, Parameter,
    math::{gemm::Rows, matrix},
};

/// What a pass keeps for a layer besides its values.
#[derive(Clone, Debug)]
pub(super) enum Stage {
    /// Nothing: what comes in goes out, both ways.
    Copy,
    /// The gradient of a kernel and bias.
    Affine(Affine),
    /// What was dropped.
    Dropout(Box<Mask>),
    /// The statistics of a batch, and the gradient of what scales and shifts.
    Normalization(NormalizationPass),
}

impl Stage {
    /// Of a layer in training; `rng` is for what it draws.
    pub(super) fn training(layer: &Layer, learned: &Learned, rng: impl FnOnce() -> ChaCha8Rng) -> Self {
        match layer {
            Layer::Dropout(dropout) => Self::Dropout(Box::new(Mask::new(dropout.rate, rng()))),
            _ => Self::new(learned, true),
        }
    }

    /// Of a layer that does what it does in a replay.
    pub(super) fn replaying(learned: &Learned) -> Self {
        Self::new(learned, false)
    }

    fn new(learned: &Learned, trains: bool) -> Self {
        match learned {
            Learned::Nothing => Self::Copy,
            Learned::Affine(affine) => Self::Affine(Affine::zeros_like(affine)),
            Learned::Normalization(layer) => Self::Normalization(NormalizationPass::new(layer, trains)),
        }
    }

    /// What the layer makes of `inputs` before its activation; `outputs` have their shape already.
    #[inline]
    pub(super) fn forward(&mut self, learned: &Learned, inputs: &Matrix, outputs: &mut Matrix) {
        match (self, learned) {
            (Self::Dropout(mask), _) => mask.forward(inputs, outputs),
            (Self::Normalization(pass), Learned::Normalization(layer)) => pass.forward(layer, inputs, outputs),
            _ => learned.apply(Rows::of(inputs), outputs.as_mut_slice(), inputs.nrows()),
        }
    }

    /// Leaves the gradient of what the layer has learnt, given that with respect to its pre-activation. `room` is for
    /// transposes.
    #[inline]
    pub(super) fn differentiate(&mut self, learned: &Learned, inputs: &Matrix, slope: &Matrix, room: &mut Matrix) {
        match (self, learned) {
            (Self::Affine(gradient), _) => gradient.differentiate(inputs, slope, room),
            (Self::Normalization(pass), Learned::Normalization(layer)) => pass.differentiate(layer, inputs, slope),
            _ => {}
        }
    }

    /// Leaves in `handed_on` the gradient with respect to `inputs`, after [`differentiate`](Self::differentiate).
    #[inline]
    pub(super) fn backpropagate(
        &self,
        learned: &Learned,
        inputs: &Matrix,
        slope: &Matrix,
        room: &mut Matrix,
        handed_on: &mut Matrix,
    ) {
        match (self, learned) {
            (Self::Dropout(mask), _) => mask.backpropagate(slope, handed_on),
            (Self::Normalization(pass), Learned::Normalization(layer)) => {
                pass.backpropagate(layer, inputs, slope, handed_on);
            }
            (_, Learned::Affine(affine)) => affine.backpropagate(slope, room, handed_on),
            _ => matrix::copy_to(slope, handed_on),
        }
    }

    /// Shows every trainable array with its gradient, in the order of the parameters; what follows the batches by
    /// itself takes its step.
    #[inline]
    pub(super) fn descend(&self, learned: &mut Learned, step: impl FnMut(&mut [f32], &[f32])) {
        match (self, learned) {
            (Self::Affine(gradient), Learned::Affine(affine)) => affine.descend(gradient, step),
            (Self::Normalization(pass), Learned::Normalization(layer)) => pass.descend(layer, step),
            _ => {}
        }
    }

    /// Adds the gradient of every trainable array, under the name of the layer's parameter.
    pub(super) fn list<'a>(&'a self, layer: &'a str, gradients: &mut Vec<Parameter<'a>>) {
        match self {
            Self::Copy | Self::Dropout(_) => {}
            Self::Affine(gradient) => gradient.list(layer, gradients),
            Self::Normalization(pass) => pass.list(layer, gradients),
        }
    }
}

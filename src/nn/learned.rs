//! What a layer has learnt, whatever its kind, and what it makes of inputs in a replay.

use super::layer::{Affine, Layer, Normalization};
use crate::{
    Parameter, Result, Weights,
    math::{gemm::Rows, random},
};

/// The arrays of a layer.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Learned {
    /// There is nothing to learn: the layer hands on what it is fed, to its activation at most.
    Nothing,
    /// The kernel and bias of a dense layer.
    Affine(Affine),
    /// What a batch normalization scales and shifts by, and its moving statistics.
    Normalization(Normalization),
}

impl Learned {
    /// All zeros, of a layer that is fed so many values.
    pub(super) fn zeros(layer: &Layer, inputs: usize) -> Result<Self> {
        match layer {
            Layer::Dense(dense) => Affine::zeros(dense, inputs).map(Self::Affine),
            Layer::BatchNormalization(layer) => Normalization::zeros(layer, inputs).map(Self::Normalization),
            Layer::Activation { .. } | Layer::Dropout(_) => Ok(Self::Nothing),
        }
    }

    /// What the layer begins with; its numbers are drawn from the stream of its index.
    pub(super) fn initial(layer: &Layer, inputs: usize, index: usize, seed: u64) -> Result<Self> {
        match layer {
            Layer::Dense(dense) => {
                let rng = &mut random::rng(seed, random::Purpose::Weights(index));
                Affine::draw(dense, inputs, rng).map(Self::Affine)
            }
            Layer::BatchNormalization(layer) => Normalization::initial(layer, inputs).map(Self::Normalization),
            Layer::Activation { .. } | Layer::Dropout(_) => Ok(Self::Nothing),
        }
    }

    /// The layer's own among these weights. Never allocates more than those.
    pub(super) fn restore(layer: &Layer, inputs: usize, weights: &Weights) -> Result<Self> {
        match layer {
            Layer::Dense(dense) => Affine::restore(dense, inputs, weights).map(Self::Affine),
            Layer::BatchNormalization(layer) => Normalization::restore(layer, inputs, weights).map(Self::Normalization),
            Layer::Activation { .. } | Layer::Dropout(_) => Ok(Self::Nothing),
        }
    }

    /// What the layer makes of some rows before its activation, one column behind another after `stride` values.
    pub(super) fn apply(&self, inputs: Rows<'_>, outputs: &mut [f32], stride: usize) {
        match self {
            Self::Nothing => {
                let columns = outputs.chunks_mut(stride.max(1)).enumerate();
                columns.for_each(|(index, outputs)| outputs[..inputs.count()].copy_from_slice(inputs.column(index)));
            }
            Self::Affine(affine) => affine.apply(inputs, outputs, stride),
            Self::Normalization(normalization) => normalization.apply(inputs, outputs, stride),
        }
    }

    /// The arrays that an optimizer changes, in the order of the parameters.
    pub(super) fn trainable(&self) -> [Option<&[f32]>; 2] {
        match self {
            Self::Nothing => [None, None],
            Self::Affine(affine) => affine.slices(),
            Self::Normalization(normalization) => normalization.trainable(),
        }
    }

    /// How many parameters there are.
    pub(super) fn count(&self) -> usize {
        match self {
            Self::Nothing => 0,
            Self::Affine(affine) => affine.slices().iter().flatten().count(),
            Self::Normalization(normalization) => normalization.arrays().len(),
        }
    }

    /// Adds all arrays to the parameters, as those of the layer.
    pub(super) fn list<'a>(&'a self, layer: &'a str, parameters: &mut Vec<Parameter<'a>>) {
        match self {
            Self::Nothing => {}
            Self::Affine(affine) => affine.list(layer, parameters),
            Self::Normalization(normalization) => normalization.list(layer, parameters),
        }
    }
}

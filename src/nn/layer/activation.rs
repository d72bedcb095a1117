//! An activation function on its own, as a layer.

use rand_chacha::ChaCha8Rng;

use super::{
    Kind, Mode,
    kind::{expect_finite, pass_through},
};
use crate::{
    Activation, Matrix, Result, Weights,
    math::{gemm::Rows, matrix},
    nn::encoding::{self, Choice},
};

impl Kind for Activation {
    type Weights = ();
    type Pass = ();

    const NUMBER: u16 = 2;
    const STEM: &'static str = "activation";

    fn activation(&self) -> Activation {
        *self
    }

    fn check(&self, layer: &str) -> Result<()> {
        expect_finite(layer, self.constant())
    }

    fn encode(&self) -> Result<Vec<u8>> {
        encoding::encode(&Choice::from(*self))
    }

    fn decode(settings: &[u8]) -> Result<Self> {
        encoding::decode::<Choice>(settings)?.activation()
    }

    fn weight_count(&self, _: usize) -> Option<usize> {
        Some(0)
    }

    fn zeros(&self, _: usize) -> Result<()> {
        Ok(())
    }

    fn initial(&self, _: usize, _: &mut ChaCha8Rng) -> Result<()> {
        Ok(())
    }

    fn restore(&self, _: usize, _: &Weights) -> Result<()> {
        Ok(())
    }

    /// The inputs are the pre-activations.
    fn apply(&self, (): &(), inputs: Rows<'_>, outputs: &mut [f32], stride: usize) {
        pass_through(inputs, outputs, stride);
    }

    fn pass(&self, (): &(), _: Mode) {}

    #[inline]
    fn backward_inputs(
        &self,
        (): &(),
        (): &(),
        _: &Matrix,
        gradient: &Matrix,
        _: &mut Matrix,
        input_gradient: &mut Matrix,
    ) {
        matrix::copy_to(gradient, input_gradient);
    }
}

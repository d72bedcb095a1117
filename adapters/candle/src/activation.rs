//! Activation functions on candle's tensors, by candle's own operations, so that its autograd goes through them.

use candle_core::{D, Result, Tensor};
use candle_nn::ops;
use training_replay::Activation;

/// Selu's constants, of Klambauer et al., "Self-Normalizing Neural Networks", 2017.
const SELU_ALPHA: f64 = 1.6732632423543772;
const SELU_SCALE: f64 = 1.0507009873554805;

/// Computes `f(z)`; softmax over the last dimension.
pub(crate) fn apply(activation: Activation, z: &Tensor) -> Result<Tensor> {
    match activation {
        Activation::Linear => Ok(z.clone()),
        Activation::Sigmoid => ops::sigmoid(z),
        Activation::HardSigmoid => ops::hard_sigmoid(z),
        Activation::HardSigmoidKeras2 => z.affine(0.2, 0.5)?.clamp(0f32, 1f32),
        Activation::Tanh => z.tanh(),
        Activation::Relu => z.relu(),
        Activation::LeakyRelu { slope } => ops::leaky_relu(z, slope.into()),
        Activation::Elu { alpha } => z.elu(alpha.into()),
        Activation::Selu => z.elu(SELU_ALPHA)?.affine(SELU_SCALE, 0.0),
        // ln(1 + e^z) without an overflow.
        Activation::Softplus => z.relu()? + z.abs()?.neg()?.exp()?.affine(1.0, 1.0)?.log()?,
        Activation::Softsign => z / z.abs()?.affine(1.0, 1.0)?,
        Activation::Softmax => ops::softmax(z, D::Minus1), // `softmax_last_dim` has no way back.
        other => candle_core::bail!("the activation {other} is not known to training-replay-candle"),
    }
}

#[cfg(test)]
mod tests {
    use candle_core::Device;
    use training_replay::Matrix;

    use super::*;

    const ALL: [Activation; 12] = [
        Activation::Linear,
        Activation::Sigmoid,
        Activation::HardSigmoid,
        Activation::HardSigmoidKeras2,
        Activation::Tanh,
        Activation::Relu,
        Activation::LeakyRelu { slope: 0.3 },
        Activation::Elu { alpha: 1.5 },
        Activation::Selu,
        Activation::Softplus,
        Activation::Softsign,
        Activation::Softmax,
    ];

    #[test]
    fn every_activation_is_that_of_training_replay() {
        let z = [-100.0, -3.0, -0.7, 0.0, 0.4, 2.0, 100.0_f32];
        let tensor = Tensor::new(&z, &Device::Cpu).unwrap().reshape((1, 7)).unwrap();
        for activation in ALL {
            let values: Vec<f32> = apply(activation, &tensor).unwrap().flatten_all().unwrap().to_vec1().unwrap();
            let expected = activation.apply(&Matrix::from_row_slice(1, 7, &z));
            for (value, expected) in values.iter().zip(expected.iter()) {
                assert!((value - expected).abs() < 1e-6, "{activation}: {values:?}, expected {expected}");
            }
        }
    }

    /// Of `sum of w f(z)` by its central differences; candle's own gradients are what is asked for.
    #[test]
    fn gradients_go_through_every_activation() {
        let z = [-3.0, -0.7, 0.4, 2.0_f64];
        let weights = Tensor::new(&[0.5, -1.0, 2.0, 0.3_f64], &Device::Cpu).unwrap();
        let value = |z: &[f64], activation| {
            let f = apply(activation, &Tensor::new(z, &Device::Cpu).unwrap()).unwrap();
            (f * &weights).unwrap().sum_all().unwrap().to_scalar::<f64>().unwrap()
        };
        for activation in ALL {
            let var = candle_core::Var::new(&z, &Device::Cpu).unwrap();
            let sum = (apply(activation, &var).unwrap() * &weights).unwrap().sum_all().unwrap();
            let gradient = sum.backward().unwrap().get(&var).unwrap().to_vec1::<f64>().unwrap();
            for i in 0..4 {
                let at = |step: f64| {
                    let mut z = z;
                    z[i] += step;
                    value(&z, activation)
                };
                let slope = (at(1e-6) - at(-1e-6)) / 2e-6;
                assert!((gradient[i] - slope).abs() < 1e-6, "{activation} at {}: {}, not {slope}", z[i], gradient[i]);
            }
        }
    }
}

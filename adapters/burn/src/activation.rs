//! Activation functions by burn's own operations, so that its gradients go through them.

use burn_core::tensor::{Tensor, activation};
use training_replay::{Activation, Result};

use crate::error::invalid;

/// Keras' hard sigmoid before version 3; that since then is with a slope of 1/6.
const SLOPE_KERAS_2: f64 = 0.2;

/// Computes `f(z)` of rows of samples, whose last dimension has `last` values: a softmax is over these.
pub(crate) fn apply(function: Activation, z: Tensor<2>, last: usize) -> Result<Tensor<2>> {
    Ok(match function {
        Activation::Linear => z,
        Activation::Sigmoid => activation::sigmoid(z),
        Activation::HardSigmoid => hard_sigmoid(z, 1.0 / 6.0),
        Activation::HardSigmoidKeras2 => hard_sigmoid(z, SLOPE_KERAS_2),
        Activation::Tanh => z.tanh(),
        Activation::Relu => activation::relu(z),
        Activation::LeakyRelu { slope } => activation::leaky_relu(z, slope.into()),
        Activation::Elu { alpha } => activation::elu(z, alpha.into()),
        Activation::Selu => activation::selu(z),
        Activation::Softplus => activation::softplus(z, 1.0),
        Activation::Softsign => activation::softsign(z),
        Activation::Softmax => softmax(z, last),
        other => return Err(invalid("the activation", "one that this crate knows, or None", other)),
    })
}

/// burn's own computes `f64` in single precision.
fn hard_sigmoid(z: Tensor<2>, slope: f64) -> Tensor<2> {
    (z * slope + 0.5).clamp(0.0, 1.0)
}

fn softmax(z: Tensor<2>, last: usize) -> Tensor<2> {
    let [samples, width] = z.dims();
    let positions = samples * width / last.max(1);
    activation::softmax(z.reshape([positions, last]), 1).reshape([samples, width])
}

#[cfg(test)]
mod tests {
    use burn_core::tensor::Device;
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
    const Z: [f32; 7] = [-100.0, -3.0, -0.7, 0.0, 0.4, 2.0, 100.0];

    fn of(function: Activation, last: usize) -> Vec<f32> {
        let z = Tensor::from_floats([Z], &Device::default());
        apply(function, z, last).unwrap().to_data().try_to_vec().unwrap()
    }

    #[test]
    fn every_activation_is_that_of_training_replay() {
        for function in ALL {
            let expected = function.apply(&Matrix::from_row_slice(1, 7, &Z));
            for (found, expected) in of(function, 7).iter().zip(expected.iter()) {
                assert!(
                    (found - expected).abs() <= 1e-6 * expected.abs().max(1.0),
                    "{function}: {found}, not {expected}"
                );
            }
        }
    }

    #[test]
    fn a_softmax_is_over_the_last_dimension() {
        assert_eq!(of(Activation::Softmax, 1), [1.0; 7], "each value alone");
    }

    /// Against central differences in `f64`, away from kinks.
    #[test]
    fn gradients_go_through_every_activation() {
        let device = Device::default().autodiff();
        let (z, weights) = ([-2.6, -0.7, 0.4, 2.1_f64], [0.5, -1.0, 2.0, 0.3_f64]);
        let dtype = (&device, burn_core::tensor::DType::F64);
        let rows = |values: [f64; 4]| Tensor::<2>::from_data([values], dtype);
        let loss = |function, z| (apply(function, z, 4).unwrap() * rows(weights)).sum();
        let number = |loss: Tensor<1>| loss.to_data().try_to_vec::<f64>().unwrap()[0];
        for function in ALL {
            let at = rows(z).require_grad();
            let gradients = loss(function, at.clone()).backward();
            let gradient: Vec<f64> = at.grad(&gradients).unwrap().to_data().try_to_vec().unwrap();
            for (index, gradient) in gradient.into_iter().enumerate() {
                let moved = |by: f64| {
                    let mut moved = z;
                    moved[index] += by;
                    number(loss(function, rows(moved)))
                };
                let expected = (moved(1e-5) - moved(-1e-5)) / 2e-5;
                assert!((gradient - expected).abs() < 1e-6, "{function} {index}: {gradient}, not {expected}");
            }
        }
    }
}

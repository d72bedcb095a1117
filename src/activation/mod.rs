//! Activation functions, each with its value and derivative usable on their own.

mod kernels;
mod notation;

use std::ops::RangeInclusive;

use crate::{Matrix, Result, math::matrix};

/// SELU's constants, by Klambauer et al. (2017).
const SELU_ALPHA: f32 = 1.673_263_2;
const SELU_SCALE: f32 = 1.050_701;

/// A function that a layer applies to its pre-activation.
///
/// | activation | `f(z)` | `f'(z)` |
/// |---|---|---|
/// | linear | `z` | `1` |
/// | sigmoid | `1 / (1 + exp(-z))` | `f (1 - f)` |
/// | hard sigmoid | `z / 6 + 0.5` within 0 to 1 | `1 / 6` for `abs z < 3`, else 0 |
/// | hard sigmoid of Keras 2 | `0.2 z + 0.5` within 0 to 1 | `0.2` for `abs z < 2.5`, else 0 |
/// | tanh | `tanh z` | `1 - f²` |
/// | ReLU | `max(z, 0)` | `1` for `z > 0`, else 0 |
/// | leaky ReLU | `z` for `z > 0`, else `slope z` | `1`, else `slope` |
/// | ELU | `z` for `z > 0`, else `alpha (exp z - 1)` | `1`, else `alpha exp z` |
/// | SELU | `scale` times ELU with `alpha` | `scale` times ELU's |
/// | softplus | `ln(1 + exp z)` | `sigmoid z` |
/// | softsign | `z / (1 + abs z)` | `1 / (1 + abs z)²` |
/// | softmax | `exp z_i / sum_j exp z_j` | Jacobian `f_i (delta_ij - f_j)` |
///
/// The definitions are those of Keras 3 (`keras.activations`) and PyTorch (`torch.nn.functional`), which agree, but for the
/// hard sigmoid that bears Keras 2's name. SELU's constants are those of Klambauer et al., "Self-Normalizing Neural
/// Networks" (2017). PyTorch's softplus is `z` itself above 20, where single precision has no room for the difference.
///
/// As text it is written by [`name`](Self::name), with its number if it has one: `leaky_relu(slope 0.3)`. It is read from
/// that and from PyTorch's spellings, such as `LeakyReLU(negative_slope=0.01)`, `Hardsigmoid` and `Identity`.
///
/// ```
/// use training_replay::{Activation, Matrix};
///
/// assert_eq!(Activation::Sigmoid.value(0.0), 0.5);
/// assert_eq!(Activation::Sigmoid.derivative(0.0), 0.25);
/// let shares = Activation::Softmax.apply(&Matrix::zeros(1, 4)); // couples the units of a row
/// assert_eq!(shares, Matrix::from_element(1, 4, 0.25));
/// assert_eq!("LeakyReLU(negative_slope=0.01)".parse::<Activation>()?, Activation::LeakyRelu { slope: 0.01 });
/// # Ok::<(), training_replay::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Default)]
#[non_exhaustive]
pub enum Activation {
    /// The pre-activation itself.
    #[default]
    Linear,
    /// From 0 to 1.
    Sigmoid,
    /// The sigmoid from three straight pieces, by Keras 3 and PyTorch: it rises from -3 to 3.
    HardSigmoid,
    /// The sigmoid from three straight pieces, by Keras 1 and 2: it rises from -2.5 to 2.5.
    HardSigmoidKeras2,
    /// From -1 to 1.
    Tanh,
    /// Zero or the pre-activation, whichever is larger.
    Relu,
    /// ReLU with a slope below zero. Defaults: 0.3 in the layer `LeakyReLU` of Keras 2 and 3, 0.2 in Keras 3's function
    /// `leaky_relu`, 0.01 in PyTorch.
    LeakyRelu {
        /// The slope below zero.
        slope: f32,
    },
    /// ReLU that bends smoothly down to `-alpha`; Keras' and PyTorch's default is 1.
    Elu {
        /// The distance it goes below zero.
        alpha: f32,
    },
    /// The scaled ELU that keeps mean 0 and variance 1.
    Selu,
    /// A smooth ReLU.
    Softplus,
    /// From -1 to 1, with heavier tails than tanh.
    Softsign,
    /// A distribution over the units of the layer.
    Softmax,
}

impl Activation {
    /// Returns its name, Keras 3's where it has one, such as `hard_sigmoid`.
    ///
    /// ```
    /// use training_replay::Activation;
    ///
    /// assert_eq!(Activation::LeakyRelu { slope: 0.3 }.name(), "leaky_relu");
    /// ```
    pub fn name(self) -> &'static str {
        match self {
            Self::Linear => "linear",
            Self::Sigmoid => "sigmoid",
            Self::HardSigmoid => "hard_sigmoid",
            Self::HardSigmoidKeras2 => "hard_sigmoid_keras2",
            Self::Tanh => "tanh",
            Self::Relu => "relu",
            Self::LeakyRelu { .. } => "leaky_relu",
            Self::Elu { .. } => "elu",
            Self::Selu => "selu",
            Self::Softplus => "softplus",
            Self::Softsign => "softsign",
            Self::Softmax => "softmax",
        }
    }

    /// Returns the range of `f(z)`, ends included; infinite where nothing bounds it.
    ///
    /// ```
    /// use training_replay::Activation;
    ///
    /// assert_eq!(Activation::Tanh.range(), -1.0..=1.0);
    /// assert_eq!(Activation::Relu.range(), 0.0..=f32::INFINITY);
    /// ```
    pub fn range(self) -> RangeInclusive<f32> {
        let infinity = f32::INFINITY;
        match self {
            Self::Sigmoid | Self::HardSigmoid | Self::HardSigmoidKeras2 | Self::Softmax => 0.0..=1.0,
            Self::Tanh | Self::Softsign => -1.0..=1.0,
            Self::Relu | Self::Softplus => 0.0..=infinity,
            Self::Elu { alpha } if alpha >= 0.0 => -alpha..=infinity,
            Self::Selu => -SELU_SCALE * SELU_ALPHA..=infinity,
            Self::Linear | Self::LeakyRelu { .. } | Self::Elu { .. } => -infinity..=infinity,
        }
    }

    /// Returns `f(z)` in a layer of a single unit.
    ///
    /// That of softmax is always 1; for several units see [`apply`](Self::apply).
    ///
    /// ```
    /// use training_replay::Activation;
    ///
    /// assert_eq!(Activation::Relu.value(-2.0), 0.0);
    /// assert_eq!(Activation::Softsign.value(1.0), 0.5);
    /// ```
    pub fn value(self, z: f32) -> f32 {
        let mut values = [z];
        self.apply_to_units(&mut values);
        values[0]
    }

    /// Returns `f'(z)` in a layer of a single unit.
    ///
    /// That of softmax is always 0; for several units see [`jacobian`](Self::jacobian).
    ///
    /// ```
    /// use training_replay::Activation;
    ///
    /// assert_eq!(Activation::Tanh.derivative(0.0), 1.0);
    /// assert_eq!(Activation::LeakyRelu { slope: 0.3 }.derivative(-2.0), 0.3);
    /// ```
    pub fn derivative(self, z: f32) -> f32 {
        self.slope(z, self.value(z))
    }

    /// Returns `f` of every value; softmax of every row.
    ///
    /// ```
    /// use training_replay::{Activation, Matrix};
    ///
    /// let z = Matrix::from_row_slice(1, 3, &[-1.0, 0.0, 2.0]);
    /// assert_eq!(Activation::Relu.apply(&z).as_slice(), [0.0, 0.0, 2.0]);
    /// ```
    ///
    /// # Shapes
    ///
    /// `(samples, units)` to the same.
    pub fn apply(self, z: &Matrix) -> Matrix {
        let mut values = z.clone();
        self.apply_mut(&mut values);
        values
    }

    /// Returns the Jacobian of one sample: the derivative of every unit with respect to every pre-activation.
    ///
    /// # Shapes
    ///
    /// `(units, units)`: row `i`, column `j` is `d f_i / d z_j`. Diagonal for all but softmax.
    ///
    /// ```
    /// use training_replay::Activation;
    ///
    /// let jacobian = Activation::Softmax.jacobian(&[0.0, 0.0])?;
    /// assert_eq!(jacobian.as_slice(), [0.25, -0.25, -0.25, 0.25]); // one unit rises as the other falls
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`](crate::Error::Invalid) for so many units that memory has no room for it.
    pub fn jacobian(self, z: &[f32]) -> Result<Matrix> {
        let mut jacobian = matrix::zeros(z.len(), z.len())?;
        let f = self.apply(&Matrix::from_row_slice(1, z.len(), z));
        for (j, column) in matrix::columns_mut(&mut jacobian).enumerate() {
            match self {
                Self::Softmax => column.iter_mut().zip(&f).for_each(|(d, f_i)| *d = -f_i * f[j]),
                _ => column[j] = self.slope(z[j], f[j]),
            }
        }
        if self == Self::Softmax {
            (0..z.len()).for_each(|i| jacobian[(i, i)] += f[i]);
        }
        Ok(jacobian)
    }

    /// The number that some variants carry, for checks and files.
    pub(crate) fn constant(self) -> Option<(&'static str, f32)> {
        match self {
            Self::LeakyRelu { slope } => Some(("slope", slope)),
            Self::Elu { alpha } => Some(("alpha", alpha)),
            _ => None,
        }
    }
}

/// One of each that looks at a unit by itself, for tests.
#[cfg(test)]
const ELEMENTWISE: [Activation; 11] = [
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
];

#[cfg(test)]
mod tests {
    use super::*;

    /// By numpy in float64 at z = -3, -0.7, 0.4, 2:
    /// `1/(1+np.exp(-z))`, `np.clip(z/6+.5, 0, 1)`, `np.clip(.2*z+.5, 0, 1)`, `np.tanh(z)`, `np.where(z>0, z, .3*z)`,
    /// `np.where(z>0, z, 1.5*np.expm1(z))`, `1.0507009873554805*np.where(z>0, z, 1.6732632423543772*np.expm1(z))`,
    /// `np.log1p(np.exp(z))`, `z/(1+abs(z))`
    #[test]
    fn values_agree_with_numpy() {
        let z = [-3.0, -0.7, 0.4, 2.0];
        let expected: [(Activation, [f64; 4]); 11] = [
            (Activation::Linear, [-3.0, -0.7, 0.4, 2.0]),
            (Activation::Sigmoid, [0.04742587317756678, 0.3318122278318339, 0.598687660112452, 0.8807970779778823]),
            (Activation::HardSigmoid, [0.0, 0.3833333333333333, 0.5666666666666667, 0.8333333333333333]),
            (Activation::HardSigmoidKeras2, [0.0, 0.36, 0.58, 0.9]),
            (Activation::Tanh, [-0.9950547536867305, -0.6043677771171634, 0.3799489622552249, 0.9640275800758169]),
            (Activation::Relu, [0.0, 0.0, 0.4, 2.0]),
            (Activation::LeakyRelu { slope: 0.3 }, [-0.9, -0.21, 0.4, 2.0]),
            (Activation::Elu { alpha: 1.5 }, [-1.425319397448204, -0.7551220443128857, 0.4, 2.0]),
            (Activation::Selu, [-1.6705687287671118, -0.8850530455772052, 0.4202803949421922, 2.101401974710961]),
            (Activation::Softplus, [0.04858735157374196, 0.4031860488854579, 0.9130152523999526, 2.126928011042973]),
            (Activation::Softsign, [-0.75, -0.4117647058823529, 0.2857142857142857, 0.6666666666666666]),
        ];
        for (activation, values) in expected {
            for (z, expected) in z.iter().zip(values) {
                let value = f64::from(activation.value(*z));
                assert!((value - expected).abs() < 3e-7, "{activation} at {z}: {value}, expected {expected}");
            }
        }
    }

    #[test]
    fn every_derivative_agrees_with_finite_differences() {
        for activation in ELEMENTWISE {
            for z in [-4.0_f32, -2.0, -0.7, -0.1, 0.1, 0.4, 2.0, 3.5] {
                let h = 1e-2;
                let numeric = (activation.value(z + h) - activation.value(z - h)) / (2.0 * h);
                let derivative = activation.derivative(z);
                assert!((derivative - numeric).abs() < 1e-4, "{activation} at {z}: {derivative}, numeric {numeric}");
            }
        }
    }

    #[test]
    fn every_value_lies_within_the_range_and_reaches_for_its_ends() {
        for activation in ELEMENTWISE {
            let (low, high) = activation.range().into_inner();
            let values = (-2_000..=2_000).map(|i| activation.value(i as f32));
            let (least, most) = values.fold((f32::MAX, f32::MIN), |(a, b), value| (a.min(value), b.max(value)));
            assert!(low <= least && most <= high, "{activation}: {least} to {most}");
            let reaches =
                |end: f32, value: f32| if end.is_finite() { (end - value).abs() < 1e-3 } else { value.abs() > 500.0 };
            assert!(reaches(low, least) && reaches(high, most), "{activation}: {least} to {most}");
        }
    }

    #[test]
    fn large_pre_activations_neither_overflow_nor_turn_into_nan() {
        for activation in ELEMENTWISE.into_iter().chain([Activation::Softmax]) {
            for z in [-1e4, -100.0, 100.0, 1e4] {
                let row = Matrix::from_row_slice(1, 2, &[z, 0.0]);
                assert!(activation.apply(&row).iter().all(|a| a.is_finite()), "{activation} at {z}");
                assert!(activation.jacobian(&[z, 0.0]).unwrap().iter().all(|d| d.is_finite()), "{activation} at {z}");
            }
        }
    }

    #[test]
    fn a_nan_passes_through_every_activation_so_that_divergence_is_seen() {
        for activation in ELEMENTWISE.into_iter().chain([Activation::Softmax]) {
            let row = Matrix::from_row_slice(1, 2, &[f32::NAN, 0.0]);
            assert!(activation.apply(&row)[0].is_nan(), "{activation}");
        }
    }

    #[test]
    fn softmax_couples_the_units_and_its_jacobian_says_how() {
        let z = [0.3_f32, -1.2, 2.0];
        let jacobian = Activation::Softmax.jacobian(&z).unwrap();
        let h = 1e-2;
        for j in 0..3 {
            let moved = |step: f32| {
                let mut moved = Matrix::from_row_slice(1, 3, &z);
                moved[j] += step;
                Activation::Softmax.apply(&moved)
            };
            let numeric = (moved(h) - moved(-h)) / (2.0 * h);
            for i in 0..3 {
                assert!((jacobian[(i, j)] - numeric[i]).abs() < 1e-4, "d f_{i} / d z_{j}");
            }
        }
    }

    #[test]
    fn backpropagation_multiplies_by_the_jacobian() {
        let z = Matrix::from_row_slice(1, 3, &[0.3, -1.2, 2.0]);
        let upstream = Matrix::from_row_slice(1, 3, &[1.0, -2.0, 0.5]);
        for activation in ELEMENTWISE.into_iter().chain([Activation::Softmax]) {
            let mut gradient = upstream.clone();
            activation.backpropagate(&z, &activation.apply(&z), &mut gradient);
            let expected = &upstream * activation.jacobian(z.as_slice()).unwrap();
            assert!((gradient - expected).amax() < 1e-6, "{activation}");
        }
    }
}

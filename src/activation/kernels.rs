//! The values of activation functions and the gradients through them, on slices of many values.

use super::{Activation, SELU_ALPHA, SELU_SCALE};
use crate::{
    Error, Loss, Matrix, Result,
    loss::softmax_columns,
    math::{
        functions::{self, Function},
        matrix,
    },
};

/// How far an output may be from what the function makes of its z-value, as another device rounds it.
const SAME: f32 = 5e-3;

impl Activation {
    /// Returns whether the z-values are the loss's logits: sigmoid's of binary cross-entropy, softmax's of categorical
    /// cross-entropy, linear's of the mean squared error.
    ///
    /// Then the gradient with respect to them is a mere difference, and nothing is lost where the activation saturates:
    /// [`Loss::gradient_from_logits`] takes them.
    ///
    /// ```
    /// # use training_replay::{Activation, Loss};
    /// assert!(Activation::Sigmoid.is_link_of(Loss::BinaryCrossEntropy));
    /// assert!(!Activation::Tanh.is_link_of(Loss::BinaryCrossEntropy));
    /// ```
    pub fn is_link_of(self, loss: Loss) -> bool {
        matches!(
            (loss, self),
            (Loss::BinaryCrossEntropy, Self::Sigmoid)
                | (Loss::CategoricalCrossEntropy, Self::Softmax)
                | (Loss::MeanSquaredError, Self::Linear)
        )
    }

    /// Fails unless outputs are what the function makes of z-values, but for rounding.
    pub(crate) fn expect_of(self, z: &Matrix, outputs: &Matrix) -> Result<()> {
        matrix::expect_shape("z-values of the last layer", z, outputs.shape())?;
        let mut expected = z.clone();
        self.apply_mut(&mut expected);
        let differs = |(own, found): (&f32, &f32)| (own - found).abs() > SAME * own.abs().max(1.0);
        match expected.iter().zip(outputs.iter()).position(differs) {
            None => Ok(()),
            Some(at) => {
                let what = format!("an output of the last layer, in row {}", at % outputs.nrows());
                let expected = format!("{}, what {self} makes of its z-value {}", expected[at], z[at]);
                Err(Error::invalid(what, expected, outputs[at]))
            }
        }
    }

    /// Replaces pre-activations by activations.
    pub(crate) fn apply_mut(self, z: &mut Matrix) {
        let rows = z.nrows();
        self.apply_to_columns(z.as_mut_slice(), rows, rows);
    }

    /// Replaces pre-activations by activations, in columns of so many rows, one behind another after `stride` values.
    pub(crate) fn apply_to_columns(self, z: &mut [f32], stride: usize, rows: usize) {
        match self {
            Self::Softmax => softmax_columns(z, stride, rows),
            _ if stride == rows => self.apply_to_units(z),
            _ => z.chunks_mut(stride).for_each(|column| self.apply_to_units(&mut column[..rows])),
        }
    }

    /// Replaces every pre-activation by the activation of a layer of that single unit.
    pub(super) fn apply_to_units(self, z: &mut [f32]) {
        match self {
            Self::Linear => {}
            Self::Sigmoid => functions::apply(Function::Sigmoid, z),
            Self::HardSigmoid => z.iter_mut().for_each(|z| *z = (*z / 6.0 + 0.5).clamp(0.0, 1.0)),
            Self::HardSigmoidKeras2 => z.iter_mut().for_each(|z| *z = (0.2 * *z + 0.5).clamp(0.0, 1.0)),
            Self::Tanh => functions::apply(Function::Tanh, z),
            // Unlike `max`, which takes the other one for NaN.
            Self::Relu => z.iter_mut().for_each(|z| *z = if *z < 0.0 { 0.0 } else { *z }),
            Self::LeakyRelu { slope } => z.iter_mut().for_each(|z| *z = if *z > 0.0 { *z } else { slope * *z }),
            Self::Elu { alpha } => elu(z, 1.0, alpha),
            Self::Selu => elu(z, SELU_SCALE, SELU_ALPHA),
            Self::Softplus => with(Function::LnOnePlusExp, z, |z, tail| z.clamp(0.0, f32::INFINITY) + tail),
            Self::Softsign => z.iter_mut().for_each(|z| *z /= 1.0 + z.abs()),
            Self::Softmax => z.iter_mut().for_each(|z| *z = if z.is_nan() { *z } else { 1.0 }),
        }
    }

    /// Turns the gradient with respect to activations `a` into that with respect to pre-activations `z`.
    pub(crate) fn backpropagate(self, z: &Matrix, a: &Matrix, gradient: &mut Matrix) {
        let (z, a) = (z.as_slice(), a.as_slice());
        let rows = gradient.nrows();
        let gradient = gradient.as_mut_slice();
        let of_a = gradient.iter_mut().zip(a);
        match self {
            Self::Linear => {}
            Self::Sigmoid => of_a.for_each(|(g, a)| *g *= a * (1.0 - a)),
            Self::Tanh => of_a.for_each(|(g, a)| *g *= 1.0 - a * a),
            Self::Relu => of_a.for_each(|(g, &a)| *g *= if a > 0.0 { 1.0 } else { 0.0 }),
            Self::Elu { alpha } => times_elu_slope(gradient, z, 1.0, alpha),
            Self::Selu => times_elu_slope(gradient, z, SELU_SCALE, SELU_ALPHA),
            Self::Softplus => times(gradient, Function::Sigmoid, z, |_, sigmoid| sigmoid),
            Self::Softmax => backpropagate_softmax(a, rows, gradient),
            _ => {
                let pairs = z.iter().zip(a);
                gradient.iter_mut().zip(pairs).for_each(|(g, (&z, &a))| *g *= self.slope(z, a));
            }
        }
    }

    /// `f'(z)` where `a = f(z)` is known already.
    pub(super) fn slope(self, z: f32, a: f32) -> f32 {
        match self {
            Self::Linear => 1.0,
            Self::Sigmoid => a * (1.0 - a),
            Self::HardSigmoid => {
                if z.abs() < 3.0 {
                    1.0 / 6.0
                } else {
                    0.0
                }
            }
            Self::HardSigmoidKeras2 => {
                if z.abs() < 2.5 {
                    0.2
                } else {
                    0.0
                }
            }
            Self::Tanh => 1.0 - a * a,
            Self::Relu => {
                if z > 0.0 {
                    1.0
                } else {
                    0.0
                }
            }
            Self::LeakyRelu { slope } => {
                if z > 0.0 {
                    1.0
                } else {
                    slope
                }
            }
            Self::Elu { alpha } => elu_slope(z, alpha),
            Self::Selu => SELU_SCALE * elu_slope(z, SELU_ALPHA),
            Self::Softplus => functions::of(Function::Sigmoid, z),
            Self::Softsign => 1.0 / ((1.0 + z.abs()) * (1.0 + z.abs())),
            Self::Softmax => 0.0,
        }
    }
}

/// `scale z` above 0, `scale alpha (exp z - 1)` below.
fn elu(z: &mut [f32], scale: f32, alpha: f32) {
    with(Function::ExpM1, z, |z, exp_m1| scale * if z > 0.0 { z } else { alpha * exp_m1 });
}

fn elu_slope(z: f32, alpha: f32) -> f32 {
    if z > 0.0 { 1.0 } else { alpha * functions::of(Function::Exp, z) }
}

/// Multiplies by `scale` where `z` is above 0, by `scale alpha exp z` elsewhere.
fn times_elu_slope(gradient: &mut [f32], z: &[f32], scale: f32, alpha: f32) {
    times(gradient, Function::Exp, z, |z, exp| scale * if z > 0.0 { 1.0 } else { alpha * exp });
}

/// Multiplies by the slope that `combine` makes of every `z` and its function.
fn times(gradient: &mut [f32], function: Function, z: &[f32], combine: impl Fn(f32, f32) -> f32) {
    let mut some = [0.0; 256];
    for (gradient, z) in gradient.chunks_mut(some.len()).zip(z.chunks(some.len())) {
        let results = &mut some[..z.len()];
        results.copy_from_slice(z);
        functions::apply(function, results);
        gradient.iter_mut().zip(z.iter().zip(results)).for_each(|(g, (z, result))| *g *= combine(*z, *result));
    }
}

/// Replaces every value by what `combine` makes of it and its function.
fn with(function: Function, values: &mut [f32], combine: impl Fn(f32, f32) -> f32) {
    let mut some = [0.0; 256];
    for values in values.chunks_mut(some.len()) {
        let results = &mut some[..values.len()];
        results.copy_from_slice(values);
        functions::apply(function, results);
        values.iter_mut().zip(results).for_each(|(value, result)| *value = combine(*value, *result));
    }
}

/// `g_i = a_i (g_i - sum over j of g_j a_j)` in every row of columns of so many rows.
fn backpropagate_softmax(a: &[f32], rows: usize, gradient: &mut [f32]) {
    for row in 0..rows {
        let along: f32 = a[row..].iter().zip(&gradient[row..]).step_by(rows).map(|(a, g)| a * g).sum();
        let slots = gradient[row..].iter_mut().zip(&a[row..]).step_by(rows);
        slots.for_each(|(g, a)| *g = a * (*g - along));
    }
}

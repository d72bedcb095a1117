//! What the normalizations have in common: mean and variance, and the gamma and beta that scale and shift.

use super::kind::{Arrays, Trainable, expect, restore_units};
use crate::{Parameter, Result, Weights, math::matrix};

/// Mean and biased variance.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Moments {
    pub(super) mean: f64,
    /// The mean of the squared differences to the mean.
    pub(super) variance: f64,
}

impl Moments {
    /// Of some values, in two passes: a difference of two large sums would leave nothing of a small variance.
    pub(super) fn of(values: &[f32]) -> Self {
        let count = values.len() as f64;
        let mean = matrix::sum_f64(values) / count;
        let squares = matrix::sum_f64_of_pairs(values, values, |a, b| (a - mean) * (b - mean));
        Self { mean, variance: squares / count }
    }

    /// `1 / sqrt(variance + epsilon)`
    pub(super) fn inverse_deviation(self, epsilon: f32) -> f64 {
        1.0 / (self.variance + f64::from(epsilon)).sqrt()
    }
}

/// Fails unless a variance of 0 plus epsilon can be divided by.
pub(super) fn expect_epsilon(layer: &str, epsilon: f32) -> Result<()> {
    expect(layer, "epsilon", epsilon, f32::MIN_POSITIVE..=f32::MAX, "above 0, and a finite number")
}

/// Gamma and beta of every unit, or their gradients.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::nn) struct Affine {
    pub(super) gamma: Vec<f32>,
    pub(super) beta: Vec<f32>,
}

impl Affine {
    /// Gamma of this value, beta zero.
    pub(super) fn filled(units: usize, gamma: f32) -> Self {
        Self { gamma: vec![gamma; units], beta: vec![0.0; units] }
    }

    /// The layer's own among these weights.
    pub(super) fn restore(weights: &Weights, layer: &str, units: usize) -> Result<Self> {
        let array = |name| restore_units(weights, layer, name, units);
        Ok(Self { gamma: array("gamma")?, beta: array("beta")? })
    }

    /// The number of units.
    pub(super) fn units(&self) -> usize {
        self.gamma.len()
    }

    /// Shows gamma and beta, each with its gradient.
    #[inline]
    pub(super) fn update(&mut self, gradients: &Self, mut step: impl FnMut(&mut [f32], &[f32])) {
        step(&mut self.gamma, &gradients.gamma);
        step(&mut self.beta, &gradients.beta);
    }
}

impl Arrays for Affine {
    fn count(&self) -> usize {
        2
    }

    fn list_trainable(&self, arrays: &mut Vec<Trainable>) {
        let named = [("gamma", &self.gamma), ("beta", &self.beta)];
        arrays.extend(named.map(|(name, values)| Trainable { name, rows: values.len(), columns: None }));
    }

    fn list<'a>(&'a self, layer: &'a str, parameters: &mut Vec<Parameter<'a>>) {
        let named = [("gamma", &self.gamma), ("beta", &self.beta)];
        parameters.extend(named.map(|(name, values)| Parameter::new(layer, name, [values.len()], values)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A third of the values is 1 higher: a variance of 1/3 - 1/9, for which the square of the mean has no room.
    #[test]
    fn a_variance_that_is_tiny_beside_the_mean_is_not_lost() {
        for count in [3_u8, 12, 99] {
            let values: Vec<f32> = (0..count).map(|i| 16_777_213.0 + f32::from(i % 3 / 2)).collect();
            let moments = Moments::of(&values);
            let (mean, variance) = (16_777_213.0 + 1.0 / 3.0, 2.0 / 9.0);
            assert!((moments.mean - mean).abs() < 1e-8 && (moments.variance - variance).abs() < 1e-8, "{moments:?}");
        }
    }

    #[test]
    fn an_epsilon_out_of_range_is_an_error_that_names_the_layer() {
        for epsilon in [f32::NAN, f32::INFINITY, 0.0, -1e-3] {
            let message = expect_epsilon("n", epsilon).unwrap_err().to_string();
            let expected = "it must be above 0, and a finite number";
            assert_eq!(message, format!("epsilon of layer \"n\" is {epsilon}; {expected}"));
        }
    }
}

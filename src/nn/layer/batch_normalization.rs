//! `outputs = gamma * (inputs - mean) / sqrt(variance + epsilon) + beta`: the arrays of a batch normalization.

use crate::BatchNormalization;
use crate::{
    Parameter, Result, Weights,
    math::{gemm::Rows, matrix},
};

/// Four values for every unit, and what they were made with.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::nn) struct Normalization {
    gamma: Vec<f32>,
    beta: Vec<f32>,
    moving_mean: Vec<f32>,
    moving_variance: Vec<f32>,
    momentum: f32,
    epsilon: f32,
}

/// Mean and variance of one unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::nn) struct Moments {
    pub(in crate::nn) mean: f64,
    /// The mean of the squares of what is off the mean.
    pub(in crate::nn) variance: f64,
}

impl Moments {
    /// Of some values, in two passes: a difference of two large sums would leave nothing of a small variance.
    pub(in crate::nn) fn of(values: &[f32]) -> Self {
        let count = values.len() as f64;
        let mean = matrix::sum_f64(values) / count;
        let squares = matrix::sum_f64_of_pairs(values, values, |a, b| (a - mean) * (b - mean));
        Self { mean, variance: squares / count }
    }
}

impl Normalization {
    /// What a layer of so many units begins with: gamma and variance one, beta and mean zero.
    pub(in crate::nn) fn initial(layer: &BatchNormalization, units: usize) -> Result<Self> {
        Self::filled(layer, units, 1.0)
    }

    /// All zeros.
    pub(in crate::nn) fn zeros(layer: &BatchNormalization, units: usize) -> Result<Self> {
        Self::filled(layer, units, 0.0)
    }

    /// With gamma and variance of this value.
    fn filled(layer: &BatchNormalization, units: usize, value: f32) -> Result<Self> {
        matrix::expect_room(4, units)?;
        let all = |value| vec![value; units];
        Ok(Self {
            gamma: all(value),
            beta: all(0.0),
            moving_mean: all(0.0),
            moving_variance: all(value),
            momentum: layer.momentum,
            epsilon: layer.epsilon,
        })
    }

    /// The layer's own among these weights.
    pub(in crate::nn) fn restore(layer: &BatchNormalization, units: usize, weights: &Weights) -> Result<Self> {
        let array = |name| -> Result<Vec<f32>> {
            Ok(weights.require(&layer.name, name, &[units])?.values().to_f32().into_owned())
        };
        Ok(Self {
            gamma: array("gamma")?,
            beta: array("beta")?,
            moving_mean: array("moving_mean")?,
            moving_variance: array("moving_variance")?,
            momentum: layer.momentum,
            epsilon: layer.epsilon,
        })
    }

    /// Normalises by the moving statistics, one column of outputs behind another after `stride` values.
    pub(in crate::nn) fn apply(&self, inputs: Rows<'_>, outputs: &mut [f32], stride: usize) {
        for (unit, outputs) in outputs.chunks_mut(stride.max(1)).enumerate() {
            let (mean, beta) = (self.moving_mean[unit], self.beta[unit]);
            let factor = self.factor(unit, self.moving(unit)) as f32;
            let pairs = outputs.iter_mut().zip(inputs.column(unit));
            // Not `factor * input + offset`: two large terms would cancel where the mean is far off 0.
            pairs.for_each(|(output, input)| *output = (input - mean) * factor + beta);
        }
    }

    pub(in crate::nn) fn beta(&self, unit: usize) -> f64 {
        self.beta[unit].into()
    }

    /// What the difference to the mean is multiplied by.
    pub(in crate::nn) fn factor(&self, unit: usize, moments: Moments) -> f64 {
        f64::from(self.gamma[unit]) * self.inverse_deviation(moments)
    }

    /// `1 / sqrt(variance + epsilon)`
    pub(in crate::nn) fn inverse_deviation(&self, moments: Moments) -> f64 {
        1.0 / (moments.variance + f64::from(self.epsilon)).sqrt()
    }

    /// The moving statistics of one unit.
    pub(in crate::nn) fn moving(&self, unit: usize) -> Moments {
        Moments { mean: self.moving_mean[unit].into(), variance: self.moving_variance[unit].into() }
    }

    /// Moves the moving statistics towards those of a batch.
    pub(in crate::nn) fn follow(&mut self, batch: &[Moments]) {
        let momentum = f64::from(self.momentum);
        let step =
            |moving: &mut f32, batch| *moving = (momentum * f64::from(*moving) + (1.0 - momentum) * batch) as f32;
        self.moving_mean.iter_mut().zip(batch).for_each(|(moving, batch)| step(moving, batch.mean));
        self.moving_variance.iter_mut().zip(batch).for_each(|(moving, batch)| step(moving, batch.variance));
    }

    /// Gamma, then beta.
    pub(in crate::nn) fn trainable(&self) -> [Option<&[f32]>; 2] {
        [Some(&self.gamma), Some(&self.beta)]
    }

    pub(in crate::nn) fn trainable_mut(&mut self) -> [&mut [f32]; 2] {
        [&mut self.gamma, &mut self.beta]
    }

    /// All four arrays under their names.
    pub(in crate::nn) fn arrays(&self) -> [(&'static str, &[f32]); 4] {
        [
            ("gamma", &self.gamma),
            ("beta", &self.beta),
            ("moving_mean", &self.moving_mean),
            ("moving_variance", &self.moving_variance),
        ]
    }

    /// Adds them to the parameters, as those of a layer.
    pub(in crate::nn) fn list<'a>(&'a self, layer: &'a str, parameters: &mut Vec<Parameter<'a>>) {
        parameters.extend(self.arrays().map(|(name, values)| Parameter::new(layer, name, [values.len()], values)));
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
}

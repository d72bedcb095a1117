//! A batch normalization's part of a pass: the statistics that it went by, and its gradients.

use super::layer::{Moments, Normalization};
use crate::{
    Matrix, Parameter,
    math::{gemm::Rows, matrix},
};

/// What one way forward leaves for the way back, and this for the optimizer.
#[derive(Clone, Debug)]
pub(super) struct NormalizationPass {
    /// Whether the statistics are those of the batch, which its inputs move, rather than the moving ones, which they do
    /// not.
    trains: bool,
    /// Of every unit.
    moments: Vec<Moments>,
    /// The gradients.
    gamma: Vec<f32>,
    beta: Vec<f32>,
}

impl NormalizationPass {
    pub(super) fn new(normalization: &Normalization, trains: bool) -> Self {
        let units = normalization.trainable()[0].map_or(0, <[f32]>::len);
        let moments = (0..units).map(|unit| normalization.moving(unit)).collect();
        Self { trains, moments, gamma: vec![0.0; units], beta: vec![0.0; units] }
    }

    /// Normalises the inputs; the outputs have their shape.
    pub(super) fn forward(&mut self, normalization: &Normalization, inputs: &Matrix, outputs: &mut Matrix) {
        if !self.trains {
            return normalization.apply(Rows::of(inputs), outputs.as_mut_slice(), inputs.nrows());
        }
        let columns = matrix::columns(inputs).zip(matrix::columns_mut(outputs)).zip(&mut self.moments);
        for (unit, ((inputs, outputs), moments)) in columns.enumerate() {
            *moments = Moments::of(inputs);
            let (mean, beta) = (moments.mean, normalization.beta(unit));
            let factor = normalization.factor(unit, *moments);
            let pairs = outputs.iter_mut().zip(inputs);
            pairs.for_each(|(output, &input)| *output = ((f64::from(input) - mean) * factor + beta) as f32);
        }
    }

    /// Leaves the gradients of gamma and beta, given that of the outputs.
    pub(super) fn differentiate(&mut self, normalization: &Normalization, inputs: &Matrix, slope: &Matrix) {
        let columns = matrix::columns(inputs).zip(matrix::columns(slope));
        let gradients = self.gamma.iter_mut().zip(&mut self.beta);
        for (((inputs, slope), (gamma, beta)), &moments) in columns.zip(gradients).zip(&self.moments) {
            let along = matrix::sum_f64_of_pairs(slope, inputs, |slope, input| slope * (input - moments.mean));
            *gamma = (along * normalization.inverse_deviation(moments)) as f32;
            *beta = matrix::sum_f64(slope) as f32;
        }
    }

    /// The gradient with respect to the inputs, after [`differentiate`](Self::differentiate).
    ///
    /// In training, with normalised inputs `h` and means over the batch, it is
    /// `gamma / sqrt(variance + epsilon) (slope - mean of slope - h mean of slope h)`: the means are what the inputs do by
    /// way of mean and variance. The moving ones they leave alone.
    pub(super) fn backpropagate(
        &self,
        normalization: &Normalization,
        inputs: &Matrix,
        slope: &Matrix,
        handed_on: &mut Matrix,
    ) {
        matrix::reshape(handed_on, inputs.nrows(), inputs.ncols());
        let share = if self.trains { 1.0 / inputs.nrows() as f64 } else { 0.0 };
        let columns = matrix::columns(inputs).zip(matrix::columns(slope)).zip(matrix::columns_mut(handed_on));
        for (unit, ((inputs, slope), handed_on)) in columns.enumerate() {
            let moments = self.moments[unit];
            let factor = normalization.factor(unit, moments);
            let level = f64::from(self.beta[unit]) * share;
            let tilt = f64::from(self.gamma[unit]) * share * normalization.inverse_deviation(moments);
            for ((handed_on, &slope), &input) in handed_on.iter_mut().zip(slope).zip(inputs) {
                let through_moments = level + tilt * (f64::from(input) - moments.mean);
                *handed_on = (factor * (f64::from(slope) - through_moments)) as f32;
            }
        }
    }

    /// Shows gamma and beta with their gradients; the moving statistics follow those of the batch.
    pub(super) fn descend(&self, normalization: &mut Normalization, mut step: impl FnMut(&mut [f32], &[f32])) {
        let [gamma, beta] = normalization.trainable_mut();
        step(gamma, &self.gamma);
        step(beta, &self.beta);
        if self.trains {
            normalization.follow(&self.moments);
        }
    }

    /// Adds the gradients, as those of a layer's parameters.
    pub(super) fn list<'a>(&'a self, layer: &'a str, gradients: &mut Vec<Parameter<'a>>) {
        let named = [("gamma", &self.gamma), ("beta", &self.beta)];
        gradients.extend(named.map(|(name, values)| Parameter::new(layer, name, [values.len()], values)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{BatchNormalization, Weights};

    /// Two units; the second one's variance is lost in single precision unless its mean is taken off first.
    fn inputs() -> Matrix {
        Matrix::from_row_slice(4, 2, &[1.0, 20_000.0, 2.0, 20_001.0, 4.0, 20_002.0, -3.0, 19_995.0])
    }

    fn slope() -> Matrix {
        Matrix::from_row_slice(4, 2, &[1.0, -1.0, 0.5, 2.0, 0.0, 0.0, -2.0, 1.5])
    }

    fn normalization(moving_mean: [f32; 2], moving_variance: [f32; 2]) -> Normalization {
        let layer = BatchNormalization::new().name("n").momentum(0.75);
        let weights = Weights::from_iter([
            Parameter::new("n", "gamma", [2], vec![1.5_f32, -0.5]),
            Parameter::new("n", "beta", [2], vec![0.25_f32, 1.0]),
            Parameter::new("n", "moving_mean", [2], moving_mean.to_vec()),
            Parameter::new("n", "moving_variance", [2], moving_variance.to_vec()),
        ]);
        Normalization::restore(&layer, 2, &weights).unwrap()
    }

    fn assert_close(what: &str, found: &[f32], expected: &[f64]) {
        assert_eq!(found.len(), expected.len());
        for (found, expected) in found.iter().zip(expected) {
            let off = (f64::from(*found) - expected).abs();
            assert!(off <= 2e-7 * expected.abs().max(1.0), "{what}: {found}, expected {expected}");
        }
    }

    /// Outputs, the gradients of gamma and beta, and what is handed on; row by row.
    fn run(normalization: &Normalization, trains: bool) -> (NormalizationPass, [Vec<f32>; 2]) {
        let mut pass = NormalizationPass::new(normalization, trains);
        let (mut outputs, mut handed_on) = (inputs(), Matrix::zeros(0, 0));
        pass.forward(normalization, &inputs(), &mut outputs);
        pass.differentiate(normalization, &inputs(), &slope());
        pass.backpropagate(normalization, &inputs(), &slope(), &mut handed_on);
        (pass, [outputs, handed_on].map(|matrix| crate::to_row_major(&matrix)))
    }

    /// By numpy in float64; the gradient with respect to the inputs was compared with central differences there:
    ///
    /// ```text
    /// x = np.array([[1, 2e4], [2, 2e4 + 1], [4, 2e4 + 2], [-3, 2e4 - 5]])
    /// g = np.array([[1, -1], [.5, 2], [0, 0], [-2, 1.5]])
    /// gamma, beta, eps, momentum = np.array([1.5, -0.5]), np.array([0.25, 1.]), 1e-3, .75
    /// m, v = x.mean(0), x.var(0)
    /// h = (x - m) / np.sqrt(v + eps)
    /// print(h * gamma + beta, (1 - momentum) * m, momentum + (1 - momentum) * v)
    /// print((g * h).sum(0), g.sum(0), gamma / np.sqrt(v + eps) * (g - g.mean(0) - h * (g * h).mean(0)))
    /// ```
    #[test]
    fn training_agrees_with_numpy_in_double_precision() {
        let mut normalization = normalization([0.0, 0.0], [1.0, 1.0]);
        let (pass, [outputs, handed_on]) = run(&normalization, true);
        assert_close("outputs", &outputs, &TRAINED);
        assert_close("gradient of gamma", &pass.gamma, &[3.333717867375489, -1.5783015298767036]);
        assert_close("gradient of beta", &pass.beta, &[-0.5, 2.5]);
        assert_close("handed on", &handed_on, &HANDED_ON);
        pass.descend(&mut normalization, |_, _| {});
        assert_close("moving mean", normalization.arrays()[2].1, &[0.25, 4999.875]);
        assert_close("moving variance", normalization.arrays()[3].1, &[2.375, 2.5625]);
    }

    #[rustfmt::skip]
    const TRAINED: [f64; 8] = [
        0.25, 0.9071587335366644, 0.8383031530662628, 0.7214762006099935,
        2.014909459198788, 0.5357936676833224, -2.103212612265051, 1.8355713981700195,
    ];
    #[rustfmt::skip]
    const HANDED_ON: [f64; 8] = [
        0.6618410471995455, 0.28812994477190107, 0.17538917836279805, -0.29612599647599064,
        -0.5033629827775655, 0.04803072690947281, -0.33386724278477803, -0.0400346752053833,
    ];

    /// By numpy in float64, as above with `m, v = np.array([.5, 2e4]), np.array([2., 9.])`, and
    /// `gamma / np.sqrt(v + eps) * g` handed on.
    #[test]
    fn a_replay_agrees_with_numpy_and_leaves_the_moving_statistics() {
        let mut normalization = normalization([0.5, 20_000.0], [2.0, 9.0]);
        let (pass, [outputs, handed_on]) = run(&normalization, false);
        assert_close("outputs", &outputs, &REPLAYED);
        assert_close("gradient of gamma", &pass.gamma, &[5.832173083727945, -1.83323148996835]);
        assert_close("gradient of beta", &pass.beta, &[-0.5, 2.5]);
        assert_close("handed on", &handed_on, &HANDED_ON_IN_A_REPLAY);
        let before = normalization.clone();
        pass.descend(&mut normalization, |_, _| {});
        assert_eq!(normalization, before);
    }

    #[rustfmt::skip]
    const REPLAYED: [f64; 8] = [
        0.7801975530661768, 1.0, 1.8405926591985304, 0.8333425918210591,
        3.961382871463237, 0.6666851836421182, -3.461382871463237, 1.8332870408947046,
    ];
    #[rustfmt::skip]
    const HANDED_ON_IN_A_REPLAY: [f64; 8] = [
        1.0603951061323535, 0.16665740817894092, 0.5301975530661768, -0.33331481635788185,
        0.0, 0.0, -2.120790212264707, -0.2499861122684114,
    ];

    /// Every value moves every other one's output by way of mean and variance.
    #[test]
    fn the_gradient_through_the_statistics_of_a_batch_agrees_with_finite_differences() {
        let normalization = normalization([0.0, 0.0], [1.0, 1.0]);
        let (_, [_, handed_on]) = run(&normalization, true);
        let expected = |i: usize| {
            let along = |step: f32| {
                let (mut moved, mut outputs) = (inputs(), inputs());
                moved[(i / 2, i % 2)] += step;
                NormalizationPass::new(&normalization, true).forward(&normalization, &moved, &mut outputs);
                outputs.iter().zip(&slope()).map(|(output, slope)| f64::from(output * slope)).sum::<f64>()
            };
            // A power of two that the inputs of 20,000 have room for.
            let h = 1.0 / 64.0;
            (along(h) - along(-h)) / f64::from(2.0 * h)
        };
        for (i, found) in handed_on.iter().enumerate() {
            assert!((f64::from(*found) - expected(i)).abs() < 2e-4, "{i}: {found}, expected {}", expected(i));
        }
    }

    #[test]
    fn a_batch_of_one_sample_puts_out_beta() {
        let normalization = normalization([0.0, 0.0], [1.0, 1.0]);
        let (inputs, mut outputs) = (Matrix::from_element(1, 2, 7.5), Matrix::zeros(1, 2));
        NormalizationPass::new(&normalization, true).forward(&normalization, &inputs, &mut outputs);
        assert_eq!(outputs.as_slice(), [0.25, 1.0]);
    }
}

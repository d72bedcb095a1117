//! A layer that normalizes every unit over the samples of a batch.

use rand_chacha::ChaCha8Rng;

use super::{
    Kind, Mode,
    kind::{Arrays, expect, restore_units},
    moving_statistics::{BatchNormalizationPass, BatchNormalizationWeights},
    normalization::{Affine, Moments, expect_epsilon},
};
use crate::{
    Error, Matrix, Parameter, Result, Weights,
    math::{gemm::Rows, matrix},
    nn::encoding,
};

/// A layer that normalizes every unit: `outputs = gamma * (inputs - mean) / sqrt(variance + epsilon) + beta`.
///
/// In training, mean and biased variance are those of the batch. With every step `moving_mean` and `moving_variance`
/// follow them, `moving = momentum * moving + (1 - momentum) * batch`. Replays use the moving ones, in outputs, losses
/// and gradients.
///
/// The definition and the defaults are those of Keras 3 (Ioffe and Szegedy, 2015). PyTorch, whose momentum is the complement of
/// this one, and Keras 2 move the variance towards an [`unbiased`](Self::unbiased) one; [`pytorch`](Self::pytorch) has all that
/// PyTorch does otherwise. Sums over samples are in `f64`. Without a name it becomes `batch_normalization_1` and so on when the
/// network is built. It has as many units as it is fed, and these parameters, all of `[units]` and all recorded:
///
/// | parameter | at first | changed by |
/// |---|---|---|
/// | `gamma` | ones | the optimizer |
/// | `beta` | zeros | the optimizer |
/// | `moving_mean` | zeros | every step of training |
/// | `moving_variance` | ones | every step of training |
///
/// ```
/// use training_replay::{BatchNormalization, Forward, Matrix, Model, Parameter, Sequential, Weights};
///
/// let model = Sequential::builder(1).layer(BatchNormalization::new().name("norm").epsilon(1.0)).build(42)?;
/// let names: Vec<_> = model.parameters()?.iter().map(|parameter| parameter.name().to_owned()).collect();
/// assert_eq!(names, ["gamma", "beta", "moving_mean", "moving_variance"]);
/// let model = model.with_weights(&Weights::from_iter([
///     Parameter::new("norm", "gamma", [1], vec![10.0_f32]),
///     Parameter::new("norm", "beta", [1], vec![0.5_f32]),
///     Parameter::new("norm", "moving_mean", [1], vec![4.0_f32]),
///     Parameter::new("norm", "moving_variance", [1], vec![3.0_f32]),
/// ]))?;
/// assert_eq!(model.predict(&Matrix::from_element(1, 1, 5.0))?[0], 5.5); // 10 (5 - 4) / sqrt(3 + 1) + 0.5
/// # Ok::<(), training_replay::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct BatchNormalization {
    pub(super) name: String,
    momentum: f32,
    epsilon: f32,
    unbiased: bool,
}

impl BatchNormalization {
    /// Creates a layer with Keras' momentum of 0.99 and epsilon of 0.001.
    pub fn new() -> Self {
        Self { name: String::new(), momentum: 0.99, epsilon: 1e-3, unbiased: false }
    }

    /// Sets the name of the layer, by which parameters and queries call it.
    #[must_use]
    pub fn name(self, name: impl Into<String>) -> Self {
        Self { name: name.into(), ..self }
    }

    /// Sets how much of the moving statistics each step keeps, from 0 to below 1; `build` refuses any other.
    ///
    /// As in Keras; PyTorch's `momentum` is how much of the batch each step takes: 0.1 there is 0.9 here.
    #[must_use]
    pub fn momentum(self, momentum: f32) -> Self {
        Self { momentum, ..self }
    }

    /// Sets what is added to the variance, above 0; `build` refuses any other.
    #[must_use]
    pub fn epsilon(self, epsilon: f32) -> Self {
        Self { epsilon, ..self }
    }

    /// Sets whether the moving variance follows an unbiased variance of the batch, `samples / (samples - 1)` times the biased
    /// one by which outputs are computed all the same; it does not without this call.
    ///
    /// PyTorch does so, and Keras 2 but for a trifle (there the divisor is `samples - 1.001`, epsilon being in it). A batch of
    /// one sample has no unbiased variance: as PyTorch does, the trainer refuses data and batch sizes that leave one.
    #[must_use]
    pub fn unbiased(self, unbiased: bool) -> Self {
        Self { unbiased, ..self }
    }

    /// Takes what PyTorch's `BatchNorm1d` has: a momentum of 0.9, there 0.1, an epsilon of 1e-5, an unbiased variance.
    ///
    /// ```
    /// use training_replay::BatchNormalization;
    ///
    /// let same = BatchNormalization::new().momentum(0.9).epsilon(1e-5).unbiased(true);
    /// assert_eq!(BatchNormalization::new().pytorch(), same);
    /// ```
    #[must_use]
    pub fn pytorch(self) -> Self {
        self.momentum(0.9).epsilon(1e-5).unbiased(true)
    }

    /// How many times the variance of a batch the moving variance follows.
    fn correction(&self, samples: usize) -> f64 {
        let samples = samples as f64;
        if self.unbiased { samples / (samples - 1.0) } else { 1.0 }
    }

    /// What the difference to the mean is multiplied by.
    fn factor(&self, weights: &BatchNormalizationWeights, unit: usize, moments: Moments) -> f64 {
        f64::from(weights.affine.gamma[unit]) * moments.inverse_deviation(self.epsilon)
    }
}

impl Default for BatchNormalization {
    fn default() -> Self {
        Self::new()
    }
}

impl Kind for BatchNormalization {
    type Weights = BatchNormalizationWeights;
    type Pass = BatchNormalizationPass;

    const NUMBER: u16 = 4;
    const STEM: &'static str = "batch_normalization";

    fn check(&self, layer: &str) -> Result<()> {
        expect(layer, "momentum", self.momentum, 0.0..1.0, "from 0 to below 1")?;
        expect_epsilon(layer, self.epsilon)
    }

    fn check_batch(&self, layer: &str, samples: usize) -> Result<()> {
        if samples > 1 || !self.unbiased {
            return Ok(());
        }
        let what = format!("the number of samples in the last batch, for the unbiased variance of layer {layer:?},");
        Err(Error::invalid(what, "2 or more", samples))
    }

    /// Whether the variance is unbiased is said only where it is, as it was not to be said in the first version.
    fn encode(&self) -> Result<Vec<u8>> {
        let mut settings = encoding::encode(&(self.momentum, self.epsilon))?;
        settings.extend(self.unbiased.then_some(1));
        Ok(settings)
    }

    fn decode(settings: &[u8]) -> Result<Self> {
        let bare = |(momentum, epsilon)| Self { name: String::new(), momentum, epsilon, unbiased: false };
        if settings.len() <= size_of::<(f32, f32)>() {
            return encoding::decode(settings).map(bare);
        }
        match encoding::decode(settings)? {
            (momentum, epsilon, 1_u8) => Ok(bare((momentum, epsilon)).unbiased(true)),
            (_, _, unknown) => Err(encoding::newer("variance of a batch normalization", unknown.into())),
        }
    }

    fn weight_count(&self, inputs: usize) -> Option<usize> {
        inputs.checked_mul(4)
    }

    fn zeros(&self, inputs: usize) -> Result<Self::Weights> {
        BatchNormalizationWeights::filled(inputs, 0.0)
    }

    fn initial(&self, inputs: usize, _: &mut ChaCha8Rng) -> Result<Self::Weights> {
        BatchNormalizationWeights::filled(inputs, 1.0)
    }

    fn restore(&self, inputs: usize, weights: &Weights) -> Result<Self::Weights> {
        let array = |name| restore_units(weights, &self.name, name, inputs);
        Ok(BatchNormalizationWeights {
            affine: Affine::restore(weights, &self.name, inputs)?,
            moving_mean: array("moving_mean")?,
            moving_variance: array("moving_variance")?,
        })
    }

    /// Normalizes by the moving statistics.
    fn apply(&self, weights: &Self::Weights, inputs: Rows<'_>, outputs: &mut [f32], stride: usize) {
        for (unit, outputs) in outputs.chunks_mut(stride.max(1)).enumerate() {
            let (mean, beta) = (weights.moving_mean[unit], weights.affine.beta[unit]);
            let factor = self.factor(weights, unit, weights.moving(unit)) as f32;
            let pairs = outputs.iter_mut().zip(inputs.column(unit));
            // Not `factor * input + offset`: two large terms would cancel where the mean is far off 0.
            pairs.for_each(|(output, input)| *output = (input - mean) * factor + beta);
        }
    }

    fn pass(&self, weights: &Self::Weights, mode: Mode) -> Self::Pass {
        let units = weights.affine.units();
        BatchNormalizationPass {
            is_training: mode.is_training(),
            moments: (0..units).map(|unit| weights.moving(unit)).collect(),
            samples: 0,
            gradients: Affine::filled(units, 0.0),
        }
    }

    fn forward(&self, weights: &Self::Weights, pass: &mut Self::Pass, inputs: &Matrix, outputs: &mut Matrix) {
        if !pass.is_training {
            return self.apply(weights, Rows::of(inputs), outputs.as_mut_slice(), inputs.nrows());
        }
        pass.samples = inputs.nrows();
        let columns = matrix::columns(inputs).zip(matrix::columns_mut(outputs)).zip(&mut pass.moments);
        for (unit, ((inputs, outputs), moments)) in columns.enumerate() {
            *moments = Moments::of(inputs);
            let (mean, beta) = (moments.mean, f64::from(weights.affine.beta[unit]));
            let factor = self.factor(weights, unit, *moments);
            let pairs = outputs.iter_mut().zip(inputs);
            pairs.for_each(|(output, &input)| *output = ((f64::from(input) - mean) * factor + beta) as f32);
        }
    }

    fn backward_weights(
        &self,
        _: &Self::Weights,
        pass: &mut Self::Pass,
        inputs: &Matrix,
        gradient: &Matrix,
        _: &mut Matrix,
    ) {
        let columns = matrix::columns(inputs).zip(matrix::columns(gradient));
        let gradients = pass.gradients.gamma.iter_mut().zip(&mut pass.gradients.beta);
        for (((inputs, gradient), (gamma, beta)), &moments) in columns.zip(gradients).zip(&pass.moments) {
            let along = matrix::sum_f64_of_pairs(gradient, inputs, |gradient, input| gradient * (input - moments.mean));
            *gamma = (along * moments.inverse_deviation(self.epsilon)) as f32;
            *beta = matrix::sum_f64(gradient) as f32;
        }
    }

    /// In training, with normalized inputs `h`, gradient `g` of the outputs and means over the batch, it is
    /// `gamma / sqrt(variance + epsilon) (g - mean of g - h mean of g h)`: the means are what the inputs do by way of mean
    /// and variance. The moving ones they leave alone.
    fn backward_inputs(
        &self,
        weights: &Self::Weights,
        pass: &Self::Pass,
        inputs: &Matrix,
        gradient: &Matrix,
        _: &mut Matrix,
        input_gradient: &mut Matrix,
    ) {
        matrix::reshape(input_gradient, inputs.nrows(), inputs.ncols());
        let share = if pass.is_training { 1.0 / inputs.nrows() as f64 } else { 0.0 };
        let columns = matrix::columns(inputs).zip(matrix::columns(gradient)).zip(matrix::columns_mut(input_gradient));
        for (unit, ((inputs, gradient), input_gradient)) in columns.enumerate() {
            let moments = pass.moments[unit];
            let factor = self.factor(weights, unit, moments);
            let level = f64::from(pass.gradients.beta[unit]) * share;
            let tilt = f64::from(pass.gradients.gamma[unit]) * share * moments.inverse_deviation(self.epsilon);
            for ((input_gradient, &gradient), &input) in input_gradient.iter_mut().zip(gradient).zip(inputs) {
                let through_moments = level + tilt * (f64::from(input) - moments.mean);
                *input_gradient = (factor * (f64::from(gradient) - through_moments)) as f32;
            }
        }
    }

    fn update(&self, weights: &mut Self::Weights, pass: &Self::Pass, step: impl FnMut(&mut [f32], &[f32])) {
        weights.affine.update(&pass.gradients, step);
        if pass.is_training {
            weights.follow(&pass.moments, self.momentum.into(), self.correction(pass.samples));
        }
    }

    fn list_gradients<'a>(&self, layer: &'a str, pass: &'a Self::Pass, gradients: &mut Vec<Parameter<'a>>) {
        pass.gradients.list(layer, gradients);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nn::{
        Layer,
        description::{described, read},
        layer::kind::testing::{TRAINING, assert_close, finite_differences, run},
    };

    /// Two units; the second one's variance is lost in single precision unless its mean is taken off first.
    fn inputs() -> Matrix {
        Matrix::from_row_slice(4, 2, &[1.0, 20_000.0, 2.0, 20_001.0, 4.0, 20_002.0, -3.0, 19_995.0])
    }

    fn gradient() -> Matrix {
        Matrix::from_row_slice(4, 2, &[1.0, -1.0, 0.5, 2.0, 0.0, 0.0, -2.0, 1.5])
    }

    fn layer() -> BatchNormalization {
        BatchNormalization::new().name("n").momentum(0.75)
    }

    fn weights(moving_mean: [f32; 2], moving_variance: [f32; 2]) -> BatchNormalizationWeights {
        let affine = Affine { gamma: vec![1.5, -0.5], beta: vec![0.25, 1.0] };
        let (moving_mean, moving_variance) = (moving_mean.to_vec(), moving_variance.to_vec());
        BatchNormalizationWeights { affine, moving_mean, moving_variance }
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
        let mut weights = weights([0.0, 0.0], [1.0, 1.0]);
        let (pass, [outputs, input_gradient]) = run(&layer(), &weights, TRAINING, [&inputs(), &gradient()]);
        assert_close("outputs", &outputs, &TRAINED);
        assert_close("gradient of gamma", &pass.gradients.gamma, &[3.333717867375489, -1.5783015298767036]);
        assert_close("gradient of beta", &pass.gradients.beta, &[-0.5, 2.5]);
        assert_close("gradient of the inputs", &input_gradient, &INPUT_GRADIENT);
        // A step that is a power of two, which inputs of 20,000 have room for.
        let numeric = finite_differences(&layer(), &weights, TRAINING, [&inputs(), &gradient()], 1.0 / 64.0);
        assert!(numeric.iter().zip(&input_gradient).all(|(a, b)| (a - f64::from(*b)).abs() < 2e-4), "{numeric:?}");
        layer().update(&mut weights, &pass, |_, _| {});
        assert_close("moving mean", &weights.moving_mean, &[0.25, 4999.875]);
        assert_close("moving variance", &weights.moving_variance, &[2.375, 2.5625]);
    }

    #[rustfmt::skip]
    const TRAINED: [f64; 8] = [
        0.25, 0.9071587335366644, 0.8383031530662628, 0.7214762006099935,
        2.014909459198788, 0.5357936676833224, -2.103212612265051, 1.8355713981700195,
    ];
    #[rustfmt::skip]
    const INPUT_GRADIENT: [f64; 8] = [
        0.6618410471995455, 0.28812994477190107, 0.17538917836279805, -0.29612599647599064,
        -0.5033629827775655, 0.04803072690947281, -0.33386724278477803, -0.0400346752053833,
    ];

    /// By numpy in float64, as above with `m, v = np.array([.5, 2e4]), np.array([2., 9.])`, and
    /// `gamma / np.sqrt(v + eps) * g` for the gradient of the inputs.
    #[test]
    fn a_replay_agrees_with_numpy_and_leaves_the_moving_statistics() {
        let mut weights = weights([0.5, 20_000.0], [2.0, 9.0]);
        let (pass, [outputs, input_gradient]) = run(&layer(), &weights, Mode::Replay, [&inputs(), &gradient()]);
        assert_close("outputs", &outputs, &REPLAYED);
        assert_close("gradient of gamma", &pass.gradients.gamma, &[5.832173083727945, -1.83323148996835]);
        assert_close("gradient of beta", &pass.gradients.beta, &[-0.5, 2.5]);
        assert_close("gradient of the inputs", &input_gradient, &INPUT_GRADIENT_IN_A_REPLAY);
        let before = weights.clone();
        layer().update(&mut weights, &pass, |_, _| {});
        assert_eq!(weights, before);
    }

    #[rustfmt::skip]
    const REPLAYED: [f64; 8] = [
        0.7801975530661768, 1.0, 1.8405926591985304, 0.8333425918210591,
        3.961382871463237, 0.6666851836421182, -3.461382871463237, 1.8332870408947046,
    ];
    #[rustfmt::skip]
    const INPUT_GRADIENT_IN_A_REPLAY: [f64; 8] = [
        1.0603951061323535, 0.16665740817894092, 0.5301975530661768, -0.33331481635788185,
        0.0, 0.0, -2.120790212264707, -0.2499861122684114,
    ];

    #[test]
    fn a_batch_of_one_sample_puts_out_beta() {
        let (layer, weights) = (layer(), weights([0.0, 0.0], [1.0, 1.0]));
        let (inputs, mut outputs) = (Matrix::from_element(1, 2, 7.5), Matrix::zeros(1, 2));
        layer.forward(&weights, &mut layer.pass(&weights, TRAINING), &inputs, &mut outputs);
        assert_eq!(outputs.as_slice(), [0.25, 1.0]);
    }

    #[test]
    fn a_layer_comes_back_from_its_description() {
        for (momentum, epsilon) in [(0.0, f32::MIN_POSITIVE), (0.99, 1e-3), (1.0_f32.next_down(), f32::MAX)] {
            let layer = Layer::from(BatchNormalization::new().name("n").momentum(momentum).epsilon(epsilon));
            assert_eq!(read(&described(layer.clone())).unwrap().list(), [layer]);
        }
        let unbiased = Layer::from(BatchNormalization::new().name("n").pytorch());
        assert_eq!(read(&described(unbiased.clone())).unwrap().list(), [unbiased]);
        assert!(BatchNormalization::decode(&[0, 0, 0, 0, 0, 0, 0, 0, 2]).is_err());
        let bytes = described(BatchNormalization::new().name("n").momentum(0.5).epsilon(0.25)).bytes().to_vec();
        let (settings, number) = ([8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x3f, 0, 0, 0x80, 0x3e], [4, 0]);
        assert!(bytes.ends_with(&settings) && bytes[16..18] == number, "{bytes:?}");
    }

    #[test]
    fn a_momentum_out_of_range_is_an_error_that_names_the_layer() {
        for momentum in [f32::NAN, f32::INFINITY, -0.1, 1.0] {
            let layer = BatchNormalization::new().name("n").momentum(momentum);
            let message = read(&described(layer)).unwrap_err().to_string();
            assert_eq!(message, format!("momentum of layer \"n\" is {momentum}; it must be from 0 to below 1"));
        }
    }
}

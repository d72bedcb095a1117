//! A layer that normalizes every sample over its units.

use rand_chacha::ChaCha8Rng;

use super::{
    Kind, Mode,
    kind::Arrays,
    normalization::{Affine, expect_epsilon},
};
use crate::{
    Matrix, Parameter, Result, Weights,
    math::{gemm::Rows, matrix},
    nn::encoding,
};

/// A layer that normalizes every sample: `outputs = gamma * (inputs - mean) / sqrt(variance + epsilon) + beta`.
///
/// Mean and variance are those of the sample over the units of the layer, the variance biased: the mean of the squared
/// differences to the mean. So no sample depends on others, and training and replays compute the same. A sample whose
/// units are all equal, as those of a single unit are, puts out beta.
///
/// The definition and the default are those of Keras 3 for its last axis (Ba, Kiros and Hinton, "Layer Normalization",
/// 2016). PyTorch's `LayerNorm` computes the same with an epsilon of 1e-5: [`pytorch`](Self::pytorch). Sums over units and samples are in `f64`. Without a name it becomes `layer_normalization_1` and so on
/// when the network is built. It has as many units as it is fed, and these parameters, both of `[units]`, trained and
/// recorded:
///
/// | parameter | at first |
/// |---|---|
/// | `gamma` | ones |
/// | `beta` | zeros |
///
/// ```
/// use training_replay::{LayerNormalization, Matrix, Sequential};
///
/// let model = Sequential::builder(2).layer(LayerNormalization::new().epsilon(7.0)).build(42)?;
/// let outputs = model.predict(&Matrix::from_row_slice(2, 2, &[1.0, 7.0, 3.0, 3.0]))?;
/// assert_eq!(outputs.row(0).iter().copied().collect::<Vec<_>>(), [-0.75, 0.75]); // (1 - 4) / sqrt(9 + 7)
/// assert_eq!(outputs.row(1).iter().copied().collect::<Vec<_>>(), [0.0, 0.0]);
/// # Ok::<(), training_replay::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct LayerNormalization {
    pub(super) name: String,
    epsilon: f32,
}

impl LayerNormalization {
    /// Creates a layer with Keras' epsilon of 0.001.
    ///
    /// ```
    /// use training_replay::{LayerNormalization, Model, Sequential};
    ///
    /// let model = Sequential::builder(3).layer(LayerNormalization::new()).build(42)?;
    /// let parameters = model.parameters()?;
    /// assert_eq!((parameters[0].name(), parameters[0].shape()), ("gamma", [3].as_slice()));
    /// assert_eq!((parameters[1].name(), parameters[1].shape()), ("beta", [3].as_slice()));
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    pub fn new() -> Self {
        Self { name: String::new(), epsilon: 1e-3 }
    }

    /// Sets the name of the layer, by which parameters and queries call it.
    ///
    /// ```
    /// use training_replay::{LayerNormalization, Model, Sequential};
    ///
    /// let model = Sequential::builder(3).layer(LayerNormalization::new().name("norm")).build(42)?;
    /// assert_eq!(model.parameters()?[0].layer(), "norm");
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    #[must_use]
    pub fn name(self, name: impl Into<String>) -> Self {
        Self { name: name.into(), ..self }
    }

    /// Sets what is added to the variance, above 0; `build` refuses any other.
    ///
    /// ```
    /// use training_replay::{LayerNormalization, Sequential};
    ///
    /// assert!(Sequential::builder(3).layer(LayerNormalization::new().epsilon(1e-5)).build(42).is_ok());
    /// assert!(Sequential::builder(3).layer(LayerNormalization::new().epsilon(0.0)).build(42).is_err());
    /// ```
    #[must_use]
    pub fn epsilon(self, epsilon: f32) -> Self {
        Self { epsilon, ..self }
    }

    /// Takes PyTorch's default epsilon of 1e-5.
    ///
    /// ```
    /// use training_replay::LayerNormalization;
    ///
    /// assert_eq!(LayerNormalization::new().pytorch(), LayerNormalization::new().epsilon(1e-5));
    /// ```
    #[must_use]
    pub fn pytorch(self) -> Self {
        self.epsilon(1e-5)
    }

    /// Measures every sample.
    fn measure(&self, inputs: Rows<'_>, units: usize, samples: &mut Vec<Sample>) {
        let count = units as f64;
        samples.clear();
        samples.resize(inputs.count(), Sample::default());
        for unit in 0..units {
            let pairs = samples.iter_mut().zip(inputs.column(unit));
            pairs.for_each(|(sample, &input)| sample.mean += f64::from(input));
        }
        samples.iter_mut().for_each(|sample| sample.mean /= count);
        // In a second pass: a difference of two large sums would leave nothing of a small variance.
        for unit in 0..units {
            let pairs = samples.iter_mut().zip(inputs.column(unit));
            pairs.for_each(|(sample, &input)| {
                let off = f64::from(input) - sample.mean;
                sample.scale += off * off;
            });
        }
        let epsilon = f64::from(self.epsilon);
        samples.iter_mut().for_each(|sample| sample.scale = 1.0 / (sample.scale / count + epsilon).sqrt());
    }
}

impl Default for LayerNormalization {
    fn default() -> Self {
        Self::new()
    }
}

impl Kind for LayerNormalization {
    type Weights = Affine;
    type Pass = LayerNormalizationPass;

    const NUMBER: u16 = 5;
    const STEM: &'static str = "layer_normalization";

    fn check(&self, layer: &str) -> Result<()> {
        expect_epsilon(layer, self.epsilon)
    }

    fn encode(&self) -> Result<Vec<u8>> {
        encoding::encode(&self.epsilon)
    }

    fn decode(settings: &[u8]) -> Result<Self> {
        Ok(Self { name: String::new(), epsilon: encoding::decode(settings)? })
    }

    fn weight_count(&self, inputs: usize) -> Option<usize> {
        inputs.checked_mul(2)
    }

    fn zeros(&self, inputs: usize) -> Result<Affine> {
        matrix::expect_room(2, inputs)?;
        Ok(Affine::filled(inputs, 0.0))
    }

    fn initial(&self, inputs: usize, _: &mut ChaCha8Rng) -> Result<Affine> {
        matrix::expect_room(2, inputs)?;
        Ok(Affine::filled(inputs, 1.0))
    }

    fn restore(&self, inputs: usize, weights: &Weights) -> Result<Affine> {
        Affine::restore(weights, &self.name, inputs)
    }

    fn apply(&self, weights: &Affine, inputs: Rows<'_>, outputs: &mut [f32], stride: usize) {
        let mut samples = Vec::new();
        self.measure(inputs, weights.units(), &mut samples);
        normalize(weights, inputs, &samples, outputs, stride);
    }

    fn pass(&self, weights: &Affine, _: Mode) -> LayerNormalizationPass {
        LayerNormalizationPass { samples: Vec::new(), gradients: Affine::filled(weights.units(), 0.0) }
    }

    fn forward(&self, weights: &Affine, pass: &mut LayerNormalizationPass, inputs: &Matrix, outputs: &mut Matrix) {
        self.measure(Rows::of(inputs), weights.units(), &mut pass.samples);
        normalize(weights, Rows::of(inputs), &pass.samples, outputs.as_mut_slice(), inputs.nrows());
    }

    fn backward_weights(
        &self,
        _: &Affine,
        pass: &mut LayerNormalizationPass,
        inputs: &Matrix,
        gradient: &Matrix,
        _: &mut Matrix,
    ) {
        let columns = matrix::columns(inputs).zip(matrix::columns(gradient));
        let gradients = pass.gradients.gamma.iter_mut().zip(&mut pass.gradients.beta);
        for ((inputs, gradient), (gamma, beta)) in columns.zip(gradients) {
            let normalized = pass.samples.iter().zip(inputs).map(|(sample, &input)| sample.normalize(input));
            *gamma = gradient.iter().zip(normalized).map(|(&g, h)| f64::from(g) * h).sum::<f64>() as f32;
            *beta = matrix::sum_f64(gradient) as f32;
        }
    }

    /// With normalized inputs `h`, `g` as gamma times the gradient of the outputs, and means over the units, it is
    /// `(g - mean of g - h mean of g h) / sqrt(variance + epsilon)`: the means are what the inputs do by way of mean and
    /// variance.
    fn backward_inputs(
        &self,
        weights: &Affine,
        pass: &LayerNormalizationPass,
        inputs: &Matrix,
        gradient: &Matrix,
        _: &mut Matrix,
        input_gradient: &mut Matrix,
    ) {
        matrix::reshape(input_gradient, inputs.nrows(), inputs.ncols());
        let means = pass.means(weights, inputs, gradient);
        let columns = matrix::columns(inputs).zip(matrix::columns(gradient)).zip(matrix::columns_mut(input_gradient));
        for (((inputs, gradient), input_gradient), &gamma) in columns.zip(&weights.gamma) {
            let samples = pass.samples.iter().zip(&means);
            let values = inputs.iter().zip(gradient).zip(input_gradient);
            for ((sample, (level, tilt)), ((&input, &gradient), input_gradient)) in samples.zip(values) {
                let through_moments = level + sample.normalize(input) * tilt;
                let direct = f64::from(gamma) * f64::from(gradient);
                *input_gradient = ((direct - through_moments) * sample.scale) as f32;
            }
        }
    }

    fn update(&self, weights: &mut Affine, pass: &LayerNormalizationPass, step: impl FnMut(&mut [f32], &[f32])) {
        weights.update(&pass.gradients, step);
    }

    fn list_gradients<'a>(&self, layer: &'a str, pass: &'a LayerNormalizationPass, gradients: &mut Vec<Parameter<'a>>) {
        pass.gradients.list(layer, gradients);
    }
}

/// `outputs = gamma * normalized inputs + beta`, one column of outputs behind another after `stride` values.
fn normalize(weights: &Affine, inputs: Rows<'_>, samples: &[Sample], outputs: &mut [f32], stride: usize) {
    let units = weights.gamma.iter().zip(&weights.beta).enumerate();
    for (outputs, (unit, (&gamma, &beta))) in outputs.chunks_mut(stride.max(1)).zip(units) {
        let values = samples.iter().zip(inputs.column(unit)).zip(outputs);
        let output = |h: f64| h * f64::from(gamma) + f64::from(beta);
        values.for_each(|((sample, &input), to)| *to = output(sample.normalize(input)) as f32);
    }
}

/// What a sample is normalized by.
#[derive(Clone, Copy, Debug, Default)]
struct Sample {
    mean: f64,
    /// `1 / sqrt(variance + epsilon)`
    scale: f64,
}

impl Sample {
    #[inline]
    fn normalize(self, input: f32) -> f64 {
        (f64::from(input) - self.mean) * self.scale
    }
}

/// What the samples were normalized by on the way forward, and the gradients.
#[derive(Clone, Debug)]
pub(in crate::nn) struct LayerNormalizationPass {
    samples: Vec<Sample>,
    gradients: Affine,
}

impl LayerNormalizationPass {
    /// For every sample, with `g` as gamma times the gradient: the means over the units of `g`, and of `g` times the
    /// normalized inputs.
    fn means(&self, weights: &Affine, inputs: &Matrix, gradient: &Matrix) -> Vec<(f64, f64)> {
        let mut means = vec![(0.0, 0.0); self.samples.len()];
        let columns = matrix::columns(inputs).zip(matrix::columns(gradient));
        for ((inputs, gradient), &gamma) in columns.zip(&weights.gamma) {
            let samples = means.iter_mut().zip(&self.samples);
            for (((level, tilt), sample), (&input, &gradient)) in samples.zip(inputs.iter().zip(gradient)) {
                let g = f64::from(gamma) * f64::from(gradient);
                *level += g;
                *tilt += g * sample.normalize(input);
            }
        }
        let units = weights.units() as f64;
        means.iter_mut().for_each(|(level, tilt)| (*level, *tilt) = (*level / units, *tilt / units));
        means
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

    /// Four samples of three units; the variance of the second is lost in single precision unless the mean is taken off
    /// first, that of the last is 0.
    fn inputs() -> Matrix {
        Matrix::from_row_slice(4, 3, &[1.0, 2.0, 4.0, 2e4, 20_001.0, 19_998.0, -3.0, 0.5, 0.25, 7.0, 7.0, 7.0])
    }

    fn gradient() -> Matrix {
        Matrix::from_row_slice(4, 3, &[1.0, -1.0, 0.5, 0.5, 2.0, 0.0, 0.0, 0.0, -1.0, -2.0, 1.5, 1.0])
    }

    fn weights() -> Affine {
        Affine { gamma: vec![1.5, -0.5, 2.0], beta: vec![0.25, 1.0, -1.0] }
    }

    /// By numpy in float64; the gradient of the inputs was compared with central differences there:
    ///
    /// ```text
    /// x = np.array([[1, 2, 4.], [2e4, 2e4 + 1, 2e4 - 2], [-3, 0.5, 0.25], [7, 7, 7]])
    /// g = np.array([[1, -1, .5], [.5, 2, 0], [0, 0, -1], [-2, 1.5, 1]])
    /// gamma, beta, eps = np.array([1.5, -0.5, 2.]), np.array([0.25, 1., -1.]), 1e-3
    /// m, v = x.mean(1, keepdims=True), x.var(1, keepdims=True)
    /// h = (x - m) / np.sqrt(v + eps)
    /// gh = g * gamma
    /// print(h * gamma + beta, (g * h).sum(0), g.sum(0))
    /// print((gh - gh.mean(1, keepdims=True) - h * (gh * h).mean(1, keepdims=True)) / np.sqrt(v + eps))
    /// ```
    #[test]
    fn training_and_replays_agree_with_numpy_in_double_precision() {
        let layer = LayerNormalization::new();
        for mode in [TRAINING, Mode::Replay] {
            let (pass, [outputs, input_gradient]) = run(&layer, &weights(), mode, [&inputs(), &gradient()]);
            assert_close("outputs", &outputs, &OUTPUTS);
            let gamma = [-0.9351138226845649, 2.404578401185687, 0.04081175364001566];
            assert_close("gradient of gamma", &pass.gradients.gamma, &gamma);
            assert_close("gradient of beta", &pass.gradients.beta, &[-0.5, 2.5, 0.5]);
            assert_close("gradient of the inputs", &input_gradient, &INPUT_GRADIENT);
        }
    }

    #[rustfmt::skip]
    const OUTPUTS: [f64; 12] = [
        -1.353052267458421, 1.1335876889548684, 1.6717537790973678,
        0.6507630668631472, 0.4656492441810124, -3.671753779099312,
        -1.8665525825783513, 0.6080458180410461, 0.2542533822686526,
        0.25, 1.0, -1.0,
    ];
    #[rustfmt::skip]
    const INPUT_GRADIENT: [f64; 12] = [
        0.28633289572759163, -0.42937060964885854, 0.14303771392126693,
        0.7299214541399814, -0.4868002517885419, -0.24312120235211604,
        0.0481224641510171, 0.6236189033146622, -0.6717413674656794,
        -76.42171012073584, -5.270462766947298, 81.69217288768314,
    ];

    /// Of the samples that are not constant: there the outputs turn faster than any step that `f32` has room for.
    #[test]
    fn the_gradient_through_mean_and_variance_agrees_with_finite_differences() {
        let (layer, weights) = (LayerNormalization::new(), weights());
        let [inputs, gradient] = [inputs(), gradient()].map(|matrix| matrix.rows(0, 3).into_owned());
        let (_, [_, found]) = run(&layer, &weights, TRAINING, [&inputs, &gradient]);
        let numeric = finite_differences(&layer, &weights, TRAINING, [&inputs, &gradient], 1.0 / 128.0);
        assert!(numeric.iter().zip(&found).all(|(a, b)| (a - f64::from(*b)).abs() < 2e-4), "{found:?} {numeric:?}");
    }

    #[test]
    fn a_layer_comes_back_from_its_description() {
        for epsilon in [f32::MIN_POSITIVE, 1e-3, f32::MAX] {
            let layer = Layer::from(LayerNormalization::new().name("n").epsilon(epsilon));
            assert_eq!(read(&described(layer.clone())).unwrap().list(), [layer]);
        }
        let bytes = described(LayerNormalization::new().name("n").epsilon(0.25)).bytes().to_vec();
        let (settings, number) = ([4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x80, 0x3e], [5, 0]);
        assert!(bytes.ends_with(&settings) && bytes[16..18] == number, "{bytes:?}");
    }
}

//! A layer that drops values in training.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::{
    Kind, Mode,
    kind::{expect, pass_through},
};
use crate::{
    Matrix, Result, Weights,
    math::{gemm::Rows, matrix},
    nn::encoding,
};

/// A layer that sets values to 0 in training, each with probability `rate`.
///
/// The other values are multiplied by `1 / (1 - rate)`, so that the mean stays. In a replay the layer hands on what it is
/// fed: outputs, losses and gradients are those of the network without it.
///
/// The definition is Keras' (Srivastava et al., 2014, but scaled in training). Every batch has draws of its own, from
/// [`Trainer::seed`](crate::Trainer::seed): the same seed drops the same values. The layer has no parameters, and as many
/// units as it is fed. Without a name it becomes `dropout_1`, `dropout_2` and so on when the network is built.
///
/// ```
/// use training_replay::{Activation, Dense, Dropout, Forward, Matrix, Sequential};
///
/// let hidden = Dense::new(10).activation(Activation::Relu);
/// let model = Sequential::builder(2).layer(hidden).layer(Dropout::new(0.5)).layer(Dense::new(1)).build(42)?;
/// let inputs = Matrix::from_element(3, 2, 0.5);
/// assert_eq!(model.forward(&inputs, 0..2)?, model.forward(&inputs, 0..1)?); // nothing is dropped but in training
/// # Ok::<(), training_replay::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Dropout {
    pub(super) name: String,
    rate: f32,
}

impl Dropout {
    /// Creates a layer that drops values with this probability, from 0 to below 1;
    /// [`build`](crate::Architecture::build) refuses any other.
    ///
    /// ```
    /// use training_replay::{Dropout, Sequential};
    ///
    /// assert!(Sequential::builder(2).layer(Dropout::new(0.5)).build(42).is_ok());
    /// assert!(Sequential::builder(2).layer(Dropout::new(1.0)).build(42).is_err());
    /// ```
    pub fn new(rate: f32) -> Self {
        Self { name: String::new(), rate }
    }

    /// Sets the name of the layer, by which queries call it.
    ///
    /// ```
    /// use training_replay::{Dropout, nn::Layer};
    ///
    /// assert_eq!(Layer::from(Dropout::new(0.5).name("drop")).name(), "drop");
    /// ```
    #[must_use]
    pub fn name(self, name: impl Into<String>) -> Self {
        Self { name: name.into(), ..self }
    }

    /// Returns the probability with which a value is dropped.
    ///
    /// ```
    /// use training_replay::Dropout;
    ///
    /// assert_eq!(Dropout::new(0.25).rate(), 0.25);
    /// ```
    pub fn rate(&self) -> f32 {
        self.rate
    }
}

impl Kind for Dropout {
    type Weights = ();
    /// Nothing in a replay, which drops nothing. In a box: it is larger than what other layers keep.
    type Pass = Option<Box<Mask>>;

    const NUMBER: u16 = 3;
    const STEM: &'static str = "dropout";

    fn check(&self, layer: &str) -> Result<()> {
        expect(layer, "rate", self.rate, 0.0..1.0, "from 0 to below 1")
    }

    fn encode(&self) -> Result<Vec<u8>> {
        encoding::encode(&self.rate)
    }

    fn decode(settings: &[u8]) -> Result<Self> {
        Ok(Self { name: String::new(), rate: encoding::decode(settings)? })
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

    fn apply(&self, (): &(), inputs: Rows<'_>, outputs: &mut [f32], stride: usize) {
        pass_through(inputs, outputs, stride);
    }

    fn pass(&self, (): &(), mode: Mode) -> Self::Pass {
        mode.rng().map(|(rng, samples)| Box::new(Mask::new(self.rate, rng, samples)))
    }

    #[inline]
    fn forward(&self, (): &(), pass: &mut Self::Pass, inputs: &Matrix, outputs: &mut Matrix) {
        match pass {
            Some(mask) => mask.forward(inputs, outputs),
            None => matrix::copy_to(inputs, outputs),
        }
    }

    #[inline]
    fn backward_inputs(
        &self,
        (): &(),
        pass: &Self::Pass,
        _: &Matrix,
        gradient: &Matrix,
        _: &mut Matrix,
        input_gradient: &mut Matrix,
    ) {
        match pass {
            Some(mask) => mask.backward(gradient, input_gradient),
            None => matrix::copy_to(gradient, input_gradient),
        }
    }
}

/// Which values a layer lets through in one epoch of training, drawn anew for every batch.
#[derive(Clone, Debug)]
pub(in crate::nn) struct Mask {
    rng: ChaCha8Rng,
    /// Samples whose draws are still to be passed over: a draw, which is a word of the generator, for each of their values.
    passed: usize,
    /// Values are dropped whose draw out of 2^32 is below it.
    threshold: u32,
    /// What the others are multiplied by.
    scale: f32,
    /// 0 where a value was dropped, else `scale`.
    factors: Vec<f32>,
}

impl Mask {
    /// Drops values with a probability of `rate`, from 0 to below 1.
    fn new(rate: f32, rng: ChaCha8Rng, passed: usize) -> Self {
        let threshold = (f64::from(rate) * 4_294_967_296.0) as u32;
        Self { rng, passed, threshold, scale: 1.0 / (1.0 - rate), factors: Vec::new() }
    }

    /// Draws anew, and drops and scales the inputs. The outputs have their shape.
    fn forward(&mut self, inputs: &Matrix, outputs: &mut Matrix) {
        self.factors.clear();
        if self.passed > 0 {
            self.rng.set_word_pos(std::mem::take(&mut self.passed) as u128 * inputs.ncols() as u128);
        }
        let draws = (0..inputs.len()).map(|_| self.rng.random::<u32>());
        self.factors.extend(draws.map(|draw| if draw < self.threshold { 0.0 } else { self.scale }));
        self.apply(inputs, outputs);
    }

    /// The gradient with respect to the inputs of the last [`forward`](Self::forward).
    fn backward(&self, gradient: &Matrix, input_gradient: &mut Matrix) {
        matrix::reshape(input_gradient, gradient.nrows(), gradient.ncols());
        self.apply(gradient, input_gradient);
    }

    fn apply(&self, from: &Matrix, to: &mut Matrix) {
        let pairs = from.as_slice().iter().zip(&self.factors);
        let slots = to.as_mut_slice().iter_mut().zip(pairs);
        // Not a product alone: infinity times 0 is NaN.
        slots.for_each(|(to, (from, factor))| *to = if *factor == 0.0 { 0.0 } else { from * factor });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        math::random::{self, Purpose},
        nn::{
            Layer,
            description::{described, read},
        },
    };

    fn mask(rate: f32) -> Mask {
        Mask::new(rate, random::rng(1, Purpose::Dropout { layer: 0, epoch: 0 }), 0)
    }

    #[test]
    fn the_share_that_is_dropped_is_the_rate_and_the_mean_stays() {
        let count = 200_000;
        let inputs = Matrix::from_element(count / 4, 4, 1.5);
        for rate in [0.0_f32, 0.01, 0.25, 0.5, 0.9, 0.999] {
            let (mut mask, mut outputs) = (mask(rate), inputs.clone());
            mask.forward(&inputs, &mut outputs);
            let dropped = outputs.iter().filter(|&&value| value == 0.0).count();
            assert!(outputs.iter().all(|&value| value == 0.0 || value == 1.5 * (1.0 / (1.0 - rate))));
            let (share, p) = (dropped as f64 / count as f64, f64::from(rate));
            // Four standard errors of a share, and of a mean of values whose variance is p / (1 - p) of their square.
            assert!((share - p).abs() <= 4.0 * (p * (1.0 - p) / count as f64).sqrt(), "{share}, expected {p}");
            let mean = matrix::sum_f64(outputs.as_slice()) / count as f64;
            let error = 4.0 * 1.5 * (p / (1.0 - p) / count as f64).sqrt();
            assert!((mean - 1.5).abs() <= error + 1e-6, "a mean of {mean} at a rate of {rate}");
        }
    }

    #[test]
    fn every_batch_has_draws_of_its_own() {
        let inputs = Matrix::from_element(20, 3, 1.0);
        let (mut mask, mut first, mut second) = (mask(0.5), inputs.clone(), inputs.clone());
        mask.forward(&inputs, &mut first);
        mask.forward(&inputs, &mut second);
        assert_ne!(first, second);
    }

    #[test]
    fn the_gradient_goes_the_way_that_the_values_went() {
        let inputs = Matrix::from_element(20, 3, 1.0);
        let (mut mask, mut outputs, mut gradient) = (mask(0.5), inputs.clone(), Matrix::zeros(0, 0));
        mask.forward(&inputs, &mut outputs);
        mask.backward(&(&inputs * 3.0), &mut gradient);
        assert_eq!(gradient, outputs * 3.0);
    }

    #[test]
    fn nothing_is_left_of_what_is_dropped_be_it_infinite() {
        let inputs = Matrix::from_element(20, 3, f32::INFINITY);
        let (mut mask, mut outputs) = (mask(0.5), inputs.clone());
        mask.forward(&inputs, &mut outputs);
        assert!(outputs.iter().all(|&value| value == 0.0 || value == f32::INFINITY));
    }

    #[test]
    fn a_layer_comes_back_from_its_description() {
        for rate in [0.0, 0.25, 1.0_f32.next_down()] {
            let layer = Layer::from(Dropout::new(rate).name("d"));
            assert_eq!(read(&described(layer.clone())).unwrap().list(), [layer]);
        }
        let bytes = described(Dropout::new(0.25).name("d")).bytes().to_vec();
        let (settings, number) = ([4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x80, 0x3e], [3, 0]);
        assert!(bytes.ends_with(&settings) && bytes[16..18] == number, "{bytes:?}");
    }

    #[test]
    fn a_rate_out_of_range_is_an_error_that_names_the_layer() {
        for rate in [f32::NAN, f32::INFINITY, -0.1, 1.0] {
            let message = read(&described(Dropout::new(rate))).unwrap_err().to_string();
            assert_eq!(message, format!("rate of layer \"dropout_1\" is {rate}; it must be from 0 to below 1"));
        }
    }
}

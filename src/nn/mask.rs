//! Which values a dropout layer lets through in training, drawn anew for every batch.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use crate::{Matrix, math::matrix};

/// The draws of one layer in one epoch, and what the last ones made of every value.
#[derive(Clone, Debug)]
pub(super) struct Mask {
    rng: ChaCha8Rng,
    /// Values are dropped whose draw out of 2^32 is below it.
    threshold: u32,
    /// What the others are multiplied by.
    scale: f32,
    /// 0 where a value was dropped, else `scale`.
    factors: Vec<f32>,
}

impl Mask {
    /// Drops values with a probability of `rate`, from 0 to below 1.
    pub(super) fn new(rate: f32, rng: ChaCha8Rng) -> Self {
        let threshold = (f64::from(rate) * 4_294_967_296.0) as u32;
        Self { rng, threshold, scale: 1.0 / (1.0 - rate), factors: Vec::new() }
    }

    /// Draws anew, and drops and scales the inputs. The outputs have their shape.
    pub(super) fn forward(&mut self, inputs: &Matrix, outputs: &mut Matrix) {
        self.factors.clear();
        let draws = (0..inputs.len()).map(|_| self.rng.random::<u32>());
        self.factors.extend(draws.map(|draw| if draw < self.threshold { 0.0 } else { self.scale }));
        self.apply(inputs, outputs);
    }

    /// The gradient with respect to the inputs of the last [`forward`](Self::forward).
    pub(super) fn backpropagate(&self, outputs: &Matrix, inputs: &mut Matrix) {
        matrix::reshape(inputs, outputs.nrows(), outputs.ncols());
        self.apply(outputs, inputs);
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
    use crate::math::random::{self, Purpose};

    fn mask(rate: f32) -> Mask {
        Mask::new(rate, random::rng(1, Purpose::Dropout { layer: 0, epoch: 0 }))
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
        mask.backpropagate(&(&inputs * 3.0), &mut gradient);
        assert_eq!(gradient, outputs * 3.0);
    }

    #[test]
    fn nothing_is_left_of_what_is_dropped_be_it_infinite() {
        let inputs = Matrix::from_element(20, 3, f32::INFINITY);
        let (mut mask, mut outputs) = (mask(0.5), inputs.clone());
        mask.forward(&inputs, &mut outputs);
        assert!(outputs.iter().all(|&value| value == 0.0 || value == f32::INFINITY));
    }
}

//! A random projection of gradients that keeps their products, but for an error that is known.

use rand::RngExt;

use crate::{
    Error, Result,
    math::random::{self, Purpose},
};

/// More are not fewer numbers than the gradients of a model that needs it.
const MOST: usize = 1 << 20;

/// A projection onto so many dimensions: another one for every epoch, so that the errors of the epochs are not the same.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct GradientSketch {
    pub(super) dimensions: usize,
    pub(super) seed: u64,
}

impl GradientSketch {
    /// The same, unless it has no dimensions or too many.
    pub(super) fn checked(self) -> Result<Self> {
        if (1..=MOST).contains(&self.dimensions) {
            return Ok(self);
        }
        let (what, expected) = ("the number of dimensions of a projection", format!("from 1 to {MOST}"));
        Err(Error::invalid(what, expected, self.dimensions))
    }

    /// Whether so many values become fewer.
    pub(super) fn shortens(self, values: usize) -> bool {
        values > self.dimensions
    }

    /// Draws where each value of the gradients of an epoch is put: a bit for its sign below the dimension.
    pub(super) fn draw(self, epoch: u64, values: usize) -> Vec<u32> {
        let mut rng = random::rng(self.seed, Purpose::Projection(epoch));
        let place = |drawn: u32| (u64::from(drawn >> 1) * self.dimensions as u64) >> 31;
        let draw = |drawn: u32| (place(drawn) as u32) << 1 | drawn & 1;
        (0..values).map(|_| draw(rng.random())).collect()
    }

    /// The projection of a gradient, as it was drawn.
    pub(super) fn apply(self, drawn: &[u32], gradient: &[f64]) -> Vec<f64> {
        let mut projected = vec![0.0; self.dimensions];
        for (drawn, value) in drawn.iter().zip(gradient) {
            projected[(drawn >> 1) as usize] += if drawn & 1 == 1 { *value } else { -value };
        }
        projected
    }

    /// The variance of a product of two projected gradients at most, by their squared lengths and the product.
    pub(super) fn variance(self, lengths: [f64; 2], product: f64) -> f64 {
        (lengths[0] * lengths[1] + product * product) / self.dimensions as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Over many seeds the mean is the product and the variance no more than is said, and not much less where no few values make up
    /// the gradients. (That of the mean itself is four standard errors.)
    #[test]
    fn products_have_the_expected_value_and_the_variance_that_is_said() {
        let gradients = [7, 11].map(|step| (0..500).map(|i| f64::from(i * step % 13) - 5.0).collect::<Vec<f64>>());
        let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        let [one, other] = &gradients;
        let (exact, seeds) = (dot(one, other), 4_000);
        let product = |seed| {
            let sketch = GradientSketch { dimensions: 32, seed };
            let drawn = sketch.draw(3, 500);
            dot(&sketch.apply(&drawn, one), &sketch.apply(&drawn, other))
        };
        let products: Vec<f64> = (0..seeds).map(product).collect();
        let mean = products.iter().sum::<f64>() / seeds as f64;
        let variance = products.iter().map(|found| (found - exact).powi(2)).sum::<f64>() / seeds as f64;
        let said = GradientSketch { dimensions: 32, seed: 0 }.variance([dot(one, one), dot(other, other)], exact);
        assert!((mean - exact).abs() < 4.0 * (said / seeds as f64).sqrt(), "{mean} is {exact}");
        assert!((0.9..1.1).contains(&(variance / said)), "{variance} of {said}");
    }

    #[test]
    fn every_epoch_and_every_seed_has_a_projection_of_its_own_and_the_same_one_again() {
        let projected = |seed, epoch| {
            let gradient: Vec<f64> = (0..100).map(f64::from).collect();
            let sketch = GradientSketch { dimensions: 8, seed };
            sketch.apply(&sketch.draw(epoch, 100), &gradient)
        };
        assert_eq!(projected(1, 2), projected(1, 2));
        assert!(projected(1, 2) != projected(1, 3) && projected(1, 2) != projected(2, 2));
        assert_eq!(projected(1, 2).len(), 8);
    }

    #[test]
    fn no_dimensions_and_more_than_memory_should_hold_are_refused() {
        let checked = |dimensions| GradientSketch { dimensions, seed: 0 }.checked();
        assert!(checked(1).is_ok() && checked(MOST).is_ok());
        assert!(checked(0).is_err() && checked(usize::MAX).is_err());
    }
}

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

    /// Replaces a gradient of an epoch by its projection.
    pub(super) fn apply(self, epoch: u64, gradient: &mut Vec<f64>) {
        let mut rng = random::rng(self.seed, Purpose::Projection(epoch));
        let mut projected = vec![0.0; self.dimensions];
        for value in gradient.iter() {
            // A bit for the sign, and the other 31 as a share of the dimensions.
            let drawn: u32 = rng.random();
            let place = (u64::from(drawn >> 1) * self.dimensions as u64) >> 31;
            projected[place as usize] += if drawn & 1 == 1 { *value } else { -value };
        }
        *gradient = projected;
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
            let [one, other] = gradients.clone().map(|mut gradient| {
                sketch.apply(3, &mut gradient);
                gradient
            });
            dot(&one, &other)
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
            let mut gradient: Vec<f64> = (0..100).map(f64::from).collect();
            GradientSketch { dimensions: 8, seed }.apply(epoch, &mut gradient);
            gradient
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

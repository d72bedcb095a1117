//! Noise on the inputs of a data set.

use super::dataset::Dataset;
use crate::{
    Error, Result,
    math::random::{self, Purpose},
};

impl Dataset {
    /// Returns the data set with normal noise of this standard deviation on every input; the targets are as they were.
    ///
    /// The same seed gives the same noise on every machine and in every release. It is drawn row by row.
    ///
    /// ```
    /// use training_replay::datasets;
    ///
    /// let data = datasets::parabola(500, 13);
    /// let noisy = data.with_noise(0.1, 7)?;
    /// assert_eq!((noisy.targets(), noisy.samples()), (data.targets(), 1_000));
    /// let moved = noisy.inputs() - data.inputs();
    /// assert!((moved.variance().sqrt() - 0.1).abs() < 0.01);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] for a deviation that is not a finite number of 0 or more, or so large that an input is beyond the range of `f32`.
    pub fn with_noise(&self, deviation: f64, seed: u64) -> Result<Self> {
        if !(0.0..=f64::MAX).contains(&deviation) {
            return Err(Error::invalid("the standard deviation of noise", "a finite number of 0 or more", deviation));
        }
        let (mut rng, mut inputs) = (random::rng(seed, Purpose::Noise), self.inputs().clone());
        for row in 0..inputs.nrows() {
            for column in 0..inputs.ncols() {
                let moved = f64::from(inputs[(row, column)]) + deviation * random::normal(&mut rng);
                inputs[(row, column)] = moved as f32;
            }
        }
        crate::math::matrix::expect_finite("inputs with noise", &inputs)?;
        Ok(self.with_inputs(inputs))
    }
}

#[cfg(test)]
mod tests {
    use crate::datasets;

    #[test]
    fn noise_is_normal_of_its_deviation_and_that_of_its_seed() {
        let data = datasets::parabola(10_000, 1);
        let noisy = data.with_noise(0.5, 3).unwrap();
        let moved = noisy.inputs() - data.inputs();
        // Four standard errors of 40,000 draws.
        assert!(moved.mean().abs() < 4.0 * 0.5 / 200.0, "{}", moved.mean());
        assert!((moved.variance() / 0.25 - 1.0).abs() < 4.0 * (2.0_f32 / 40_000.0).sqrt(), "{}", moved.variance());
        assert_eq!(noisy, data.with_noise(0.5, 3).unwrap());
        assert_ne!(noisy, data.with_noise(0.5, 4).unwrap());
    }

    #[test]
    fn none_leaves_every_bit_and_names_stay() {
        let data = datasets::moons(20, 0.1, 1).with_class_names(["a", "b"]).unwrap().with_feature_names(["x", "y"]);
        let data = data.unwrap();
        assert_eq!(data.with_noise(0.0, 9).unwrap(), data);
        assert_eq!(data.with_noise(1.0, 9).unwrap().class_names(), data.class_names());
    }

    #[test]
    fn a_deviation_that_is_none_is_refused_with_the_reason() {
        let data = datasets::moons(20, 0.1, 1);
        for deviation in [-1.0, f64::NAN, f64::INFINITY] {
            let message = data.with_noise(deviation, 1).unwrap_err().to_string();
            assert!(message.contains("the standard deviation of noise"), "{message}");
        }
        let message = data.with_noise(1e300, 1).unwrap_err().to_string();
        assert!(message.starts_with("inputs with noise"), "{message}");
    }
}

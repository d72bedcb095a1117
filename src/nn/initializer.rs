//! Initial weights, by Keras' names and definitions.

use rand_chacha::ChaCha8Rng;

use crate::{
    Error, Matrix, Result,
    math::{
        matrix,
        random::{self, Purpose},
    },
};

/// The deviation of a standard normal distribution that is truncated at two deviations.
const TRUNCATED_DEVIATION: f64 = 0.879_625_661_034_239_8;

/// A distribution from which initial weights are drawn.
///
/// With `fan_in` inputs and `fan_out` units:
///
/// | initializer | distribution |
/// |---|---|
/// | normal | mean 0, deviation `std` (Keras' default: 0.05) |
/// | truncated normal | the same, redrawn beyond two deviations |
/// | uniform | from `-limit` to `limit` (Keras' default: 0.05) |
/// | Glorot uniform | limit `sqrt(6 / (fan_in + fan_out))` |
/// | Glorot normal | deviation `sqrt(2 / (fan_in + fan_out))` |
/// | He uniform / normal | limit `sqrt(6 / fan_in)` / deviation `sqrt(2 / fan_in)` |
/// | LeCun uniform / normal | limit `sqrt(3 / fan_in)` / deviation `sqrt(1 / fan_in)` |
/// | PyTorch uniform | limit `sqrt(1 / fan_in)`, what PyTorch's `Linear` draws kernel and bias from |
///
/// The normal ones of Glorot, He and LeCun are truncated at two deviations and divided by 0.87962566, the deviation
/// that a standard normal distribution keeps when it is truncated there, so that theirs is what the table says.
/// Sources: Glorot and Bengio (2010), He et al. (2015), LeCun et al. (1998). The definitions and defaults are those of Keras 3
/// (`keras.initializers`), as of Keras 2.2.
///
/// PyTorch calls Glorot's `xavier_` and He's `kaiming_`. Its uniform ones are the same; its normal ones are not truncated, and are
/// had by [`Normal`](Self::Normal) with the deviation of the table. Its `trunc_normal_` is cut at -2 and 2, not at two deviations.
///
/// The fans of a bias of so many units are, as in Keras, `units` both; PyTorch uniform takes the inputs of its layer.
///
/// As text it is written by [`name`](Self::name), with its number if it has one: `normal(std 0.05)`. It is read from that, and
/// from Keras' `random_normal`, `RandomUniform` and PyTorch's `xavier_uniform_`, `kaiming_uniform_`.
///
/// ```
/// use training_replay::Initializer;
///
/// let kernel = Initializer::GlorotUniform.matrix(2, 10, 42)?;
/// assert_eq!(kernel.shape(), (2, 10));
/// assert!(kernel.amax() <= 0.5_f32.sqrt()); // sqrt(6 / 12)
/// assert_eq!(kernel, Initializer::GlorotUniform.matrix(2, 10, 42)?);
/// assert_eq!("xavier_uniform_".parse::<Initializer>()?, Initializer::GlorotUniform);
/// # Ok::<(), training_replay::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Default)]
#[non_exhaustive]
pub enum Initializer {
    /// All 0.
    Zeros,
    /// All 1.
    Ones,
    /// All this value.
    Constant(f32),
    /// The normal distribution with mean 0.
    Normal {
        /// The standard deviation; Keras' default is 0.05.
        std: f32,
    },
    /// The normal distribution, redrawn beyond two deviations.
    TruncatedNormal {
        /// The standard deviation before truncating; Keras' default is 0.05.
        std: f32,
    },
    /// The uniform distribution around 0.
    Uniform {
        /// The largest absolute value; Keras' default is 0.05.
        limit: f32,
    },
    /// Keras' default for kernels.
    #[default]
    GlorotUniform,
    /// Suits tanh and sigmoid.
    GlorotNormal,
    /// Suits ReLU.
    HeUniform,
    /// Suits ReLU.
    HeNormal,
    /// Suits SELU.
    LecunUniform,
    /// Suits SELU.
    LecunNormal,
    /// PyTorch's default for kernels and biases, by `Linear.reset_parameters`.
    PytorchUniform,
}

/// What an initializer comes down to once the fans are known.
enum Distribution {
    Constant(f64),
    Normal { std: f64 },
    Truncated { std: f64 },
    Uniform { limit: f64 },
}

impl Initializer {
    /// Returns [`Normal`](Self::Normal) with Keras' default deviation of 0.05.
    ///
    /// ```
    /// use training_replay::Initializer;
    ///
    /// assert_eq!(Initializer::normal(), Initializer::Normal { std: 0.05 });
    /// ```
    pub fn normal() -> Self {
        Self::Normal { std: 0.05 }
    }

    /// Returns [`TruncatedNormal`](Self::TruncatedNormal) with Keras' default deviation of 0.05.
    ///
    /// ```
    /// use training_replay::Initializer;
    ///
    /// assert_eq!(Initializer::truncated_normal(), Initializer::TruncatedNormal { std: 0.05 });
    /// ```
    pub fn truncated_normal() -> Self {
        Self::TruncatedNormal { std: 0.05 }
    }

    /// Returns [`Uniform`](Self::Uniform) with Keras' default limit of 0.05.
    ///
    /// ```
    /// use training_replay::Initializer;
    ///
    /// assert_eq!(Initializer::uniform(), Initializer::Uniform { limit: 0.05 });
    /// ```
    pub fn uniform() -> Self {
        Self::Uniform { limit: 0.05 }
    }

    /// Returns Keras' name, such as `glorot_normal`.
    ///
    /// ```
    /// use training_replay::Initializer;
    ///
    /// assert_eq!(Initializer::HeUniform.name(), "he_uniform");
    /// ```
    pub fn name(self) -> &'static str {
        match self {
            Self::Zeros => "zeros",
            Self::Ones => "ones",
            Self::Constant(_) => "constant",
            Self::Normal { .. } => "normal",
            Self::TruncatedNormal { .. } => "truncated_normal",
            Self::Uniform { .. } => "uniform",
            Self::GlorotUniform => "glorot_uniform",
            Self::GlorotNormal => "glorot_normal",
            Self::HeUniform => "he_uniform",
            Self::HeNormal => "he_normal",
            Self::LecunUniform => "lecun_uniform",
            Self::LecunNormal => "lecun_normal",
            Self::PytorchUniform => "pytorch_uniform",
        }
    }

    /// Draws a kernel of `(inputs, units)`, the same one for the same seed.
    ///
    /// ```
    /// use training_replay::Initializer;
    ///
    /// let kernel = Initializer::HeUniform.matrix(6, 4, 42)?;
    /// assert_eq!(kernel.shape(), (6, 4));
    /// assert!(kernel.amax() <= 1.0); // sqrt(6 / 6)
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] for no inputs or units, more than 2^31 weights or more than memory has room for, or a number
    /// that is not finite.
    pub fn matrix(self, inputs: usize, units: usize, seed: u64) -> Result<Matrix> {
        if inputs == 0 || units == 0 {
            return Err(Error::invalid("a kernel", "of 1 input and 1 unit or more", format!("{inputs} x {units}")));
        }
        if let Some((name, value)) = self.constant().filter(|(_, value)| !value.is_finite()) {
            return Err(Error::invalid(format!("{name} of the initializer"), "a finite number", value));
        }
        self.kernel(inputs, units, &mut random::rng(seed, Purpose::Weights(0)))
    }

    /// A kernel of `(inputs, units)`, drawn row by row.
    pub(super) fn kernel(self, inputs: usize, units: usize, rng: &mut ChaCha8Rng) -> Result<Matrix> {
        let distribution = self.distribution(inputs as f64, units as f64);
        let mut kernel = matrix::zeros(inputs, units)?;
        kernel.row_iter_mut().for_each(|mut row| row.apply(|value| *value = distribution.draw(rng) as f32));
        Ok(kernel)
    }

    /// The bias of a layer of so many inputs and units.
    pub(super) fn bias(self, inputs: usize, units: usize, rng: &mut ChaCha8Rng) -> Result<Vec<f32>> {
        // Checks that there is room, as for a kernel.
        matrix::expect_room(1, units)?;
        let fan_in = if self == Self::PytorchUniform { inputs } else { units };
        let distribution = self.distribution(fan_in as f64, units as f64);
        Ok((0..units).map(|_| distribution.draw(rng) as f32).collect())
    }

    /// The number that some variants carry, for checks and files.
    pub(crate) fn constant(self) -> Option<(&'static str, f32)> {
        match self {
            Self::Constant(value) => Some(("value", value)),
            Self::Normal { std } | Self::TruncatedNormal { std } => Some(("std", std)),
            Self::Uniform { limit } => Some(("limit", limit)),
            _ => None,
        }
    }

    fn distribution(self, fan_in: f64, fan_out: f64) -> Distribution {
        let uniform = |variance: f64| Distribution::Uniform { limit: (3.0 * variance).sqrt() };
        let normal = |variance: f64| Distribution::Truncated { std: variance.sqrt() / TRUNCATED_DEVIATION };
        match self {
            Self::Zeros => Distribution::Constant(0.0),
            Self::Ones => Distribution::Constant(1.0),
            Self::Constant(value) => Distribution::Constant(value.into()),
            Self::Normal { std } => Distribution::Normal { std: std.into() },
            Self::TruncatedNormal { std } => Distribution::Truncated { std: std.into() },
            Self::Uniform { limit } => Distribution::Uniform { limit: limit.into() },
            Self::GlorotUniform => uniform(2.0 / (fan_in + fan_out)),
            Self::GlorotNormal => normal(2.0 / (fan_in + fan_out)),
            Self::HeUniform => uniform(2.0 / fan_in),
            Self::HeNormal => normal(2.0 / fan_in),
            Self::LecunUniform => uniform(1.0 / fan_in),
            Self::LecunNormal => normal(1.0 / fan_in),
            Self::PytorchUniform => uniform(1.0 / (3.0 * fan_in)),
        }
    }
}

impl Distribution {
    fn draw(&self, rng: &mut ChaCha8Rng) -> f64 {
        match *self {
            Self::Constant(value) => value,
            Self::Normal { std } => std * random::normal(rng),
            Self::Truncated { std } => std * within_two(rng),
            Self::Uniform { limit } => limit * random::symmetric(rng),
        }
    }
}

/// A standard normal number of absolute value below 2; 95 of 100 draws are.
fn within_two(rng: &mut ChaCha8Rng) -> f64 {
    loop {
        let value = random::normal(rng);
        if value.abs() < 2.0 {
            return value;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn deviation(kernel: &Matrix) -> f64 {
        let squares: f64 = kernel.iter().map(|&w| f64::from(w).powi(2)).sum();
        (squares / kernel.len() as f64).sqrt()
    }

    /// 60,000 draws: four standard errors of a deviation are at most 1.2 %.
    #[test]
    fn deviations_are_the_ones_of_the_definitions() {
        let (inputs, units) = (300_usize, 200_usize);
        let (fan_in, fan_out) = (inputs as f64, units as f64);
        let expected = [
            (Initializer::Normal { std: 0.05 }, 0.05),
            (Initializer::TruncatedNormal { std: 0.05 }, 0.05 * 0.879_625_66),
            (Initializer::Uniform { limit: 0.05 }, 0.05 / 3.0_f64.sqrt()),
            (Initializer::GlorotUniform, (2.0 / (fan_in + fan_out)).sqrt()),
            (Initializer::GlorotNormal, (2.0 / (fan_in + fan_out)).sqrt()),
            (Initializer::HeUniform, (2.0 / fan_in).sqrt()),
            (Initializer::HeNormal, (2.0 / fan_in).sqrt()),
            (Initializer::LecunUniform, (1.0 / fan_in).sqrt()),
            (Initializer::LecunNormal, (1.0 / fan_in).sqrt()),
            (Initializer::PytorchUniform, (1.0 / fan_in / 3.0).sqrt()),
        ];
        for (initializer, expected) in expected {
            let found = deviation(&initializer.matrix(inputs, units, 1).unwrap());
            assert!((found / expected - 1.0).abs() < 0.012, "{initializer}: {found}, expected {expected}");
        }
    }

    #[test]
    fn nothing_lies_beyond_the_limits() {
        let uniform = Initializer::HeUniform.matrix(100, 100, 2).unwrap();
        assert!(uniform.amax() <= 0.06_f32.sqrt());
        let normal = Initializer::HeNormal.matrix(100, 100, 2).unwrap();
        let two_deviations = 2.0 * (0.02_f64.sqrt() / TRUNCATED_DEVIATION);
        assert!(f64::from(normal.amax()) < two_deviations);
        assert!(f64::from(normal.amax()) > 0.95 * two_deviations, "truncated, not shrunk");
    }

    /// Keras' `compute_fans` of a shape `(units,)` says units twice; PyTorch's `Linear` draws the bias as it draws the kernel.
    #[test]
    fn the_fans_of_a_bias_are_its_units_and_by_pytorch_the_inputs() {
        let largest = |initializer: Initializer| {
            let bias = initializer.bias(4, 10_000, &mut random::rng(1, Purpose::Weights(0))).unwrap();
            bias.into_iter().fold(0.0, |largest: f32, value| largest.max(value.abs()))
        };
        for (initializer, limit) in [
            (Initializer::GlorotUniform, (6.0_f32 / 20_000.0).sqrt()),
            (Initializer::HeUniform, (6.0_f32 / 10_000.0).sqrt()),
            (Initializer::PytorchUniform, 0.5),
        ] {
            let found = largest(initializer);
            assert!(found <= limit && found > 0.99 * limit, "{initializer}: {found}, expected {limit}");
        }
    }

    #[test]
    fn a_kernel_beyond_memory_is_an_error() {
        assert!(Initializer::Zeros.matrix(usize::MAX, 2, 0).is_err());
        assert!(Initializer::Zeros.matrix(1 << 16, 1 << 16, 0).is_err());
        assert!(Initializer::Zeros.matrix(usize::MAX, 0, 0).is_err());
        assert!(Initializer::Normal { std: f32::NAN }.matrix(1, 1, 0).is_err());
    }

    #[test]
    fn constants_are_constant() {
        assert_eq!(Initializer::Zeros.matrix(2, 2, 0).unwrap().sum(), 0.0);
        assert_eq!(Initializer::Ones.matrix(2, 2, 0).unwrap().sum(), 4.0);
        assert_eq!(Initializer::Constant(0.5).matrix(2, 2, 0).unwrap().sum(), 2.0);
    }
}

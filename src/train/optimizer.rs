//! How gradients change weights, by Keras' definitions.

use std::ops::RangeBounds;

use crate::{Error, Result, math::elementary};

/// A rule by which gradients change weights; the constructors give Keras' defaults.
///
/// A learning rate that falls over the steps is set on the trainer: [`Trainer::decay`](crate::train::Trainer::decay).
///
/// With learning rate `lr` and gradient `g` at step `t = 1, 2, ...`:
///
/// | optimizer | update of a weight `w` |
/// |---|---|
/// | SGD | `v = momentum v - lr g`; `w += v`, with Nesterov's momentum `w += momentum v - lr g` |
/// | RMSprop | `a = rho a + (1 - rho) g²`; `w -= lr g / (sqrt(a) + epsilon)` |
/// | Adam | `m = beta1 m + (1 - beta1) g`; `v = beta2 v + (1 - beta2) g²`; `w -= lr sqrt(1 - beta2^t) / (1 - beta1^t) m / (sqrt(v) + epsilon)` |
///
/// ```
/// use training_replay::Optimizer;
///
/// let adam = Optimizer::adam(0.001);
/// assert_eq!(adam, Optimizer::Adam { learning_rate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 });
/// let nesterov = Optimizer::Sgd { learning_rate: 0.01, momentum: 0.9, nesterov: true };
/// assert_ne!(nesterov, Optimizer::sgd(0.01));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Optimizer {
    /// Stochastic gradient descent.
    Sgd {
        /// Keras' default is 0.01.
        learning_rate: f32,
        /// From 0, plain descent, to below 1.
        momentum: f32,
        /// Whether the momentum is Nesterov's.
        nesterov: bool,
    },
    /// Gradients over a running root of their mean square (Hinton, 2012).
    RmsProp {
        /// Keras' default is 0.001.
        learning_rate: f32,
        /// How much of the mean square is kept at each step.
        rho: f32,
        /// Keeps the quotient finite.
        epsilon: f32,
    },
    /// Running means of gradients over those of their squares (Kingma and Ba, 2014).
    Adam {
        /// Keras' default is 0.001.
        learning_rate: f32,
        /// How much of the mean is kept at each step.
        beta1: f32,
        /// How much of the mean square is kept at each step.
        beta2: f32,
        /// Keeps the quotient finite.
        epsilon: f32,
    },
}

impl Optimizer {
    /// Returns plain stochastic gradient descent, without momentum.
    ///
    /// ```
    /// use training_replay::Optimizer;
    ///
    /// assert_eq!(Optimizer::sgd(0.01), Optimizer::Sgd { learning_rate: 0.01, momentum: 0.0, nesterov: false });
    /// ```
    pub fn sgd(learning_rate: f32) -> Self {
        Self::Sgd { learning_rate, momentum: 0.0, nesterov: false }
    }

    /// Returns RMSprop with `rho` 0.9 and `epsilon` 1e-7.
    ///
    /// ```
    /// use training_replay::Optimizer;
    ///
    /// assert_eq!(Optimizer::rmsprop(0.001), Optimizer::RmsProp { learning_rate: 0.001, rho: 0.9, epsilon: 1e-7 });
    /// ```
    pub fn rmsprop(learning_rate: f32) -> Self {
        Self::RmsProp { learning_rate, rho: 0.9, epsilon: 1e-7 }
    }

    /// Returns Adam with `beta1` 0.9, `beta2` 0.999 and `epsilon` 1e-7.
    ///
    /// ```
    /// use training_replay::Optimizer;
    ///
    /// let adam = Optimizer::adam(0.001);
    /// assert_eq!(adam, Optimizer::Adam { learning_rate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 });
    /// ```
    pub fn adam(learning_rate: f32) -> Self {
        Self::Adam { learning_rate, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 }
    }

    /// Returns the learning rate of the first step.
    pub fn learning_rate(self) -> f32 {
        match self {
            Self::Sgd { learning_rate, .. }
            | Self::RmsProp { learning_rate, .. }
            | Self::Adam { learning_rate, .. } => learning_rate,
        }
    }

    /// Returns the same optimizer with another learning rate.
    ///
    /// ```
    /// use training_replay::Optimizer;
    ///
    /// assert_eq!(Optimizer::adam(0.001).with_learning_rate(0.01), Optimizer::adam(0.01));
    /// ```
    #[must_use]
    pub fn with_learning_rate(mut self, rate: f32) -> Self {
        match &mut self {
            Self::Sgd { learning_rate, .. }
            | Self::RmsProp { learning_rate, .. }
            | Self::Adam { learning_rate, .. } => {
                *learning_rate = rate;
            }
        }
        self
    }

    /// Fails unless every number is in its range.
    pub(super) fn check(self) -> Result<()> {
        expect("learning rate", self.learning_rate(), 0.0..=f32::MAX, "0 or more")?;
        match self {
            Self::Sgd { momentum, .. } => share("momentum", momentum),
            Self::RmsProp { rho, epsilon, .. } => share("rho", rho).and(positive(epsilon)),
            Self::Adam { beta1, beta2, epsilon, .. } => {
                share("beta1", beta1).and(share("beta2", beta2)).and(positive(epsilon))
            }
        }
    }
}

/// What an optimizer remembers from step to step: one or two running values for every weight.
#[derive(Clone, Debug, Default)]
pub(super) struct State {
    steps: u64,
    first: Vec<Vec<f32>>,
    second: Vec<Vec<f32>>,
}

impl State {
    /// The number of steps taken.
    pub(super) fn steps(&self) -> u64 {
        self.steps
    }

    /// Whether the running values are those of arrays with these lengths; those of no step fit any.
    pub(super) fn fits(&self, lengths: &[usize]) -> bool {
        self.first.is_empty() || self.first.iter().map(Vec::len).eq(lengths.iter().copied())
    }

    /// Begins a step of the optimizer with this learning rate, for one array of weights after the other.
    pub(super) fn step(&mut self, optimizer: Optimizer, rate: f32) -> Update<'_> {
        self.steps += 1;
        Update { optimizer, rate: corrected_rate(optimizer, rate, self.steps), state: self, arrays: 0 }
    }

    /// The running values of an array, which are zero before the first step.
    fn running(&mut self, array: usize, length: usize) -> (&mut [f32], &mut [f32]) {
        if self.first.len() == array {
            self.first.push(vec![0.0; length]);
            self.second.push(vec![0.0; length]);
        }
        (&mut self.first[array], &mut self.second[array])
    }
}

/// One step under way.
pub(super) struct Update<'a> {
    optimizer: Optimizer,
    rate: f32,
    state: &'a mut State,
    /// How many arrays of weights were changed already.
    arrays: usize,
}

impl Update<'_> {
    /// Changes the next array of weights.
    pub(super) fn apply(&mut self, w: &mut [f32], g: &[f32]) {
        let (rate, weights) = (self.rate, w.iter_mut().zip(g));
        if let Optimizer::Sgd { momentum: 0.0, .. } = self.optimizer {
            return weights.for_each(|(w, g)| *w -= rate * g);
        }
        let (first, second) = self.state.running(self.arrays, g.len());
        self.arrays += 1;
        match self.optimizer {
            Optimizer::Sgd { momentum, nesterov, .. } => weights.zip(first).for_each(|((w, g), v)| {
                *v = momentum * *v - rate * g;
                *w += if nesterov { momentum * *v - rate * g } else { *v };
            }),
            Optimizer::RmsProp { rho, epsilon, .. } => weights.zip(first).for_each(|((w, g), a)| {
                *a = rho * *a + (1.0 - rho) * g * g;
                *w -= rate * g / (a.sqrt() + epsilon);
            }),
            Optimizer::Adam { beta1, beta2, epsilon, .. } => {
                weights.zip(first.iter_mut().zip(second)).for_each(|((w, g), (m, v))| {
                    *m = beta1 * *m + (1.0 - beta1) * g;
                    *v = beta2 * *v + (1.0 - beta2) * g * g;
                    *w -= rate * *m / (v.sqrt() + epsilon);
                });
            }
        }
    }
}

/// Adam's rate makes up for running means that start at zero; the others take theirs as it is.
fn corrected_rate(optimizer: Optimizer, rate: f32, step: u64) -> f32 {
    let Optimizer::Adam { beta1, beta2, .. } = optimizer else { return rate };
    let left = |beta: f32| 1.0 - elementary::powi(f64::from(beta), step);
    (f64::from(rate) * left(beta2).sqrt() / left(beta1)) as f32
}

fn expect(what: &str, value: f32, range: impl RangeBounds<f32>, expected: &str) -> Result<()> {
    if range.contains(&value) {
        Ok(())
    } else {
        Err(Error::invalid(format!("the optimizer's {what}"), expected, value))
    }
}

fn share(what: &str, value: f32) -> Result<()> {
    expect(what, value, 0.0..1.0, "from 0 to below 1")
}

fn positive(epsilon: f32) -> Result<()> {
    expect("epsilon", epsilon, f32::MIN_POSITIVE..=f32::MAX, "above 0, or a unit that is never active divides 0 by 0")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The weight after each of three steps with gradients 1, -0.5, 2, starting at 1.
    fn run(optimizer: Optimizer) -> [f32; 3] {
        let (mut state, mut w) = (State::default(), [1.0_f32]);
        [1.0, -0.5, 2.0].map(|g: f32| {
            state.step(optimizer, optimizer.learning_rate()).apply(&mut w, &[g]);
            w[0]
        })
    }

    fn assert_close(found: [f32; 3], expected: [f64; 3]) {
        for (found, expected) in found.into_iter().zip(expected) {
            assert!((f64::from(found) - expected).abs() < 1e-6, "{found}, expected {expected}");
        }
    }

    /// By Python in float64, the definitions of Keras 2.2's `optimizers.py` written out:
    ///
    /// ```text
    /// def sgd(lr, mu, nesterov):
    ///     w, v = 1., 0.
    ///     for g in [1., -.5, 2.]:
    ///         v = mu*v - lr*g; w += mu*v - lr*g if nesterov else v; print(w)
    /// def rmsprop(lr, rho, eps):
    ///     w, a = 1., 0.
    ///     for g in [1., -.5, 2.]:
    ///         a = rho*a + (1-rho)*g*g; w -= lr*g/(a**.5 + eps); print(w)
    /// def adam(lr, b1, b2, eps):
    ///     w, m, v = 1., 0., 0.
    ///     for t, g in enumerate([1., -.5, 2.], 1):
    ///         m = b1*m + (1-b1)*g; v = b2*v + (1-b2)*g*g
    ///         w -= lr*(1-b2**t)**.5/(1-b1**t)*m/(v**.5 + eps); print(w)
    /// ```
    #[test]
    fn three_steps_of_each_agree_with_the_definitions_in_double_precision() {
        assert_close(run(Optimizer::sgd(0.1)), [0.9, 0.95, 0.75]);
        assert_close(run(Optimizer::Sgd { learning_rate: 0.1, momentum: 0.9, nesterov: false }), MOMENTUM);
        assert_close(run(Optimizer::Sgd { learning_rate: 0.1, momentum: 0.9, nesterov: true }), NESTEROV);
        assert_close(run(Optimizer::rmsprop(0.1)), RMS_PROP);
        assert_close(run(Optimizer::adam(0.1)), ADAM);
    }

    const MOMENTUM: [f64; 3] = [0.9, 0.86, 0.624];
    const NESTEROV: [f64; 3] = [0.81, 0.824, 0.4116];
    const RMS_PROP: [f64; 3] = [0.683772334, 0.8312142467, 0.5493563563];
    const ADAM: [f64; 3] = [0.9000003162, 0.8733666876, 0.8075556184];

    #[test]
    fn numbers_out_of_range_are_refused_by_name() {
        let message = Optimizer::sgd(f32::NAN).check().unwrap_err().to_string();
        assert_eq!(message, "the optimizer's learning rate is NaN; it must be 0 or more");
        assert!(Optimizer::Sgd { learning_rate: 0.1, momentum: 1.0, nesterov: false }.check().is_err());
        assert!(Optimizer::RmsProp { learning_rate: 0.1, rho: -0.1, epsilon: 1e-7 }.check().is_err());
        assert!(Optimizer::Adam { learning_rate: 0.1, beta1: 0.9, beta2: 0.9, epsilon: 0.0 }.check().is_err());
        assert!(Optimizer::adam(0.001).check().is_ok());
    }
}
